//! The answer to an authorization request: the code for the client, or the page that is still missing
//! (RFC 6749 §4.1.2, OIDC Core §3.1.2.5).

use axum::response::{IntoResponse, Redirect, Response};
use http::{
    HeaderValue,
    header::{self, SET_COOKIE},
};
use jiff::Timestamp;

use super::{error::OAuthError, reply_address::ReplyAddress};
use crate::{
    app::{App, Realm, behaviour_effects},
    journal::recording,
    model::{AuthorizationCode, AuthorizationRequest, Grant, GrantId, PendingRequest, Scopes, Secret, SignedIn},
    random::digest,
    store::{self, Keeps, Tx},
    tokens::after,
    web::{page::Layout, session_cookie},
};

/// Where the browser goes next, and the session it is given.
pub struct Outcome {
    target: Target,
    /// The value of the cookie, where a session has begun.
    cookie: Option<Secret>,
    /// An event was scheduled in the same transaction.
    scheduled: bool,
}

enum Target {
    /// Back to the client, with this authorization code.
    Client { code: String },
    /// To one of our pages, for the stored request with this id.
    Page { path: &'static str, request: String },
}

/// Why no code was issued: the transaction is rolled back.
pub enum NotAnswered {
    /// The user has withdrawn the consent meanwhile.
    ConsentMissing,
    /// Another tab has answered this request already.
    AlreadyAnswered,
    Failed(OAuthError),
}

impl<E: Into<OAuthError>> From<E> for NotAnswered {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Keeps for NotAnswered {
    fn keeps(&self) -> bool {
        matches!(self, Self::Failed(error) if error.keeps())
    }
}

impl Outcome {
    /// The same, with a session for the browser: the value of its cookie.
    pub fn with_session(self, cookie: Secret) -> Self {
        Self {
            cookie: Some(cookie),
            ..self
        }
    }

    /// A code for the client; the journal learns whose it is.
    fn code(code: String, stored: &AuthorizationCode, signed_in: &SignedIn, scheduled: bool) -> Self {
        recording::note_user(&signed_in.user);
        recording::note_grant(&stored.grant.id);
        Self {
            target: Target::Client { code },
            cookie: None,
            scheduled,
        }
    }

    /// One of our pages, for the stored request with this id.
    pub fn page(path: &'static str, request: String) -> Self {
        Self {
            target: Target::Page { path, request },
            cookie: None,
            scheduled: false,
        }
    }

    /// Wakes the scheduler where an event was scheduled. To be called after the commit.
    pub fn notify_scheduler(&self, app: &App, realm: &Realm) {
        if self.scheduled {
            app.agenda.notify(realm.id);
        }
    }
}

/// Issues the code for a stored request and marks the request as answered.
pub async fn finish_and_answer(
    tx: &mut Tx,
    realm: &Realm,
    pending: &PendingRequest,
    signed_in: &SignedIn,
    now: Timestamp,
) -> Result<Outcome, NotAnswered> {
    let outcome = answer_while_allowed(tx, realm, &pending.request, signed_in, now).await?;
    let first = store::authorization_requests::finish(tx, realm.id, &pending.id, now).await?;
    if first {
        Ok(outcome)
    } else {
        Err(NotAnswered::AlreadyAnswered)
    }
}

/// Issues the code if the consent still stands. The consent's row is locked first: a withdrawal may have been
/// committed since the consent was read.
pub async fn answer_while_allowed(
    tx: &mut Tx,
    realm: &Realm,
    request: &AuthorizationRequest,
    signed_in: &SignedIn,
    now: Timestamp,
) -> Result<Outcome, NotAnswered> {
    // The agenda's rows before the consent's: the order of locks everywhere.
    let scheduled = behaviour_effects::plan(tx, realm, &signed_in.user, &request.client_id, now).await?;
    let no_scopes = Scopes::default();
    let covered = if realm.policy.consent_by_live_token {
        &no_scopes
    } else {
        &request.scopes
    };
    let (plain, code) = new_code(realm, request, signed_in, now);
    let consented =
        store::code_flow::insert_code_if_consented(tx, realm.id, &digest(&plain), &code, covered, now).await?;
    if !consented {
        return Err(NotAnswered::ConsentMissing);
    }
    Ok(Outcome::code(plain, &code, signed_in, scheduled))
}

/// Writes the grant and its code (RFC 6749 §4.1.2).
///
/// `scheduled` is what [`behaviour_effects::plan`] returned, which must be the first call in the transaction.
pub async fn answer(
    tx: &mut Tx,
    realm: &Realm,
    request: &AuthorizationRequest,
    signed_in: &SignedIn,
    scheduled: bool,
    now: Timestamp,
) -> Result<Outcome, OAuthError> {
    let (plain, code) = new_code(realm, request, signed_in, now);
    store::code_flow::insert_code(tx, realm.id, &digest(&plain), &code, now).await?;
    Ok(Outcome::code(plain, &code, signed_in, scheduled))
}

/// A code as the client gets it, and as it is stored with its grant.
fn new_code(
    realm: &Realm,
    request: &AuthorizationRequest,
    signed_in: &SignedIn,
    now: Timestamp,
) -> (String, AuthorizationCode) {
    let grant = new_grant(realm, request, signed_in, now);
    let code = AuthorizationCode {
        client: request.client_id.clone(),
        redirect_uri: request.redirect_uri.clone(),
        nonce: request.nonce.clone(),
        code_challenge: request.code_challenge.clone(),
        expires_at: after(now, realm.policy.lifetimes.authorization_code.get()),
        redeemed_at: None,
        grant,
        grant_revoked: false,
    };
    (realm.random.token(), code)
}

fn new_grant(realm: &Realm, request: &AuthorizationRequest, signed_in: &SignedIn, now: Timestamp) -> Grant {
    Grant {
        id: GrantId(realm.random.id(now)),
        client: request.client_id.clone(),
        user: signed_in.user.id.clone(),
        sid: Some(signed_in.session.sid.clone()),
        scopes: signed_in.user.granted(&request.scopes),
        resources: request.resources.clone(),
        auth_time: signed_in.session.auth_time,
        amr: signed_in.session.amr.clone(),
    }
}

/// The HTTP response: a redirect or form to the client, or a redirect to one of our pages.
pub fn respond(realm: &Realm, layout: &Layout, reply: &ReplyAddress, outcome: Result<Outcome, OAuthError>) -> Response {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return reply.send_error(realm, layout, &error),
    };
    let mut response = match &outcome.target {
        Target::Client { code } => reply.send_code(realm, layout, code),
        Target::Page { path, request } => redirect_to_page(realm, path, request),
    };
    if let Some(cookie) = &outcome.cookie {
        response
            .headers_mut()
            .insert(SET_COOKIE, session_cookie::give(&realm.issuer, cookie));
    }
    response
}

/// A relative redirect, so that the browser stays at the host name it used.
fn redirect_to_page(realm: &Realm, path: &str, request: &str) -> Response {
    let mut response = Redirect::to(&format!("{}?request={request}", realm.path(path))).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
