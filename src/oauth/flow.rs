//! The next step of an authorization request: sign-in, consent, or the answer (OIDC Core §3.1.2.3, §3.1.2.4).
//!
//! The pages never redirect to one another: each returns to `/oauth/authorize/continue`, which asks this module.

use jiff::Timestamp;

use super::error::OAuthError;
use crate::{
    app::Realm,
    model::{AuthorizationRequest, Client, Decision, SignedIn, User, refuse_when},
};

/// The next step.
#[derive(Debug)]
pub enum Step {
    SignIn,
    Consent,
    /// Nothing is missing: the code can be issued.
    Answer,
}

/// The session of the browser, and what the user did for this request.
pub struct Progress<'a> {
    pub signed_in: Option<&'a SignedIn>,
    /// The user signed in, or chose the account again, for this request.
    pub signed_in_for_this: bool,
    pub decision: Option<Decision>,
    /// A consent given earlier covers the scopes.
    pub consented: bool,
}

/// The next step, in the order of OIDC Core §3.1.2.
///
/// # Errors
/// The error for the client: the user denied the request, or `prompt=none` forbids the missing page.
pub fn next(
    realm: &Realm,
    client: &Client,
    request: &AuthorizationRequest,
    progress: &Progress<'_>,
    now: Timestamp,
) -> Result<Step, OAuthError> {
    refuse_when(progress.decision == Some(Decision::Deny), denied)?;
    let Some(signed_in) = progress.signed_in else {
        return page_unless_prompt_none(request, Step::SignIn, "login_required", "no user is signed in");
    };
    if !progress.signed_in_for_this {
        if request.prompt.wants_sign_in() {
            return Ok(Step::SignIn);
        }
        if too_old(request, signed_in, now) {
            return page_unless_prompt_none(
                request,
                Step::SignIn,
                "login_required",
                "the sign-in is older than max_age allows",
            );
        }
    }
    if let Some(hinted) = &request.hinted_subject
        && *hinted != realm.mint.subject(client, &signed_in.user.id)
    {
        let text = "the id_token_hint names another user than the one who is signed in";
        refuse_when(progress.signed_in_for_this, || {
            OAuthError::new("login_required", text)
                .kind("sign_in.somebody_else")
                .see("OIDC Core §3.1.2.1")
        })?;
        return page_unless_prompt_none(request, Step::SignIn, "login_required", text);
    }
    check_willing(&signed_in.user)?;
    let allowed = progress.decision == Some(Decision::Allow);
    if !allowed && (request.prompt.consent || !progress.consented) {
        return page_unless_prompt_none(
            request,
            Step::Consent,
            "consent_required",
            "the user has not consented to these scopes",
        );
    }
    Ok(Step::Answer)
}

fn denied() -> OAuthError {
    let text = "The resource owner or authorization server denied the request.";
    OAuthError::new("access_denied", text)
        .kind("user.denied")
        .see("RFC 6749 §4.1.2.1")
}

/// Applies the behaviours that answer without the consent page.
///
/// # Errors
/// The error for the client.
pub fn check_willing(user: &User) -> Result<(), OAuthError> {
    refuse_when(user.denies_consent(), denied)?;
    refuse_when(user.unavailable(), || {
        OAuthError::new("temporarily_unavailable", "The account is temporarily unavailable.")
            .kind("user.unavailable")
            .see("RFC 6749 §4.1.2.1")
    })
}

/// The step whose page is missing.
///
/// # Errors
/// The error `code` where `prompt=none` forbids the page (OIDC Core §3.1.2.6).
pub fn page_unless_prompt_none(
    request: &AuthorizationRequest,
    step: Step,
    code: &'static str,
    why: &str,
) -> Result<Step, OAuthError> {
    let kind = match step {
        Step::SignIn => "sign_in.missing",
        Step::Consent | Step::Answer => "consent.missing",
    };
    refuse_when(request.prompt.none, || {
        OAuthError::new(code, why).kind(kind).see("OIDC Core §3.1.2.6")
    })?;
    Ok(step)
}

/// Whether the sign-in is older than `max_age` seconds; with `max_age=0` it always is.
pub fn too_old(request: &AuthorizationRequest, signed_in: &SignedIn, now: Timestamp) -> bool {
    let Some(max_age) = request.max_age else {
        return false;
    };
    let age = now.as_second().saturating_sub(signed_in.session.auth_time.as_second());
    max_age == 0 || u64::try_from(age).is_ok_and(|age| age > max_age)
}
