//! Sign-in without pages: with the policy switch `auto_login`, a `login_hint` that names a user signs that user in
//! and gives their consent. For tests without a browser.

use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};

use super::{
    authorization_answer::{Outcome, answer},
    error::OAuthError,
    flow::{check_willing, too_old},
};
use crate::{
    app::{App, Realm, behaviour_effects},
    model::{AuthorizationRequest, Client, SignedIn, SubjectType, User},
    sessions::{self, SignIn},
    store::{self, Tx, settle},
};

/// Issues the code for the user named by `login_hint`, with the session and the consent that the pages would have
/// created.
///
/// `None` where the pages must be shown: the switch is off, `login_hint` names no user, `id_token_hint` names
/// another one, or `prompt=none` forbids a new sign-in.
pub async fn answer_for_hint(
    app: &App,
    realm: &Realm,
    client: &Client,
    request: &AuthorizationRequest,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<Option<Outcome>, OAuthError> {
    if !realm.policy.auto_login || request.prompt.none {
        return Ok(None);
    }
    let Some(hint) = &request.login_hint else {
        return Ok(None);
    };
    let mut conn = app.database.read().await?;
    let by_id = realm.policy.subject_type == SubjectType::Public;
    let Some(user) = store::users::find_by_hint(&mut conn, realm.id, hint, by_id).await? else {
        return Ok(None);
    };
    if user.barred().is_some() {
        return Ok(None); // the sign-in page explains it
    }
    let current = sessions::find(&mut conn, realm.id, &realm.issuer, headers, now).await?;
    drop(conn);
    let subject = realm.mint.subject(client, &user.id);
    if request.hinted_subject.as_ref().is_some_and(|hinted| *hinted != subject) {
        return Ok(None);
    }
    check_willing(&user)?;
    tokio::time::sleep(user.sign_in_delay()).await;
    let mut tx = app.database.begin().await?;
    let outcome = answer_as(&mut tx, realm, request, headers, user, current, now).await;
    let outcome = settle(tx, outcome).await?;
    outcome.notify_scheduler(app, realm);
    Ok(Some(outcome))
}

async fn answer_as(
    tx: &mut Tx,
    realm: &Realm,
    request: &AuthorizationRequest,
    headers: &HeaderMap,
    user: User,
    current: Option<SignedIn>,
    now: Timestamp,
) -> Result<Outcome, OAuthError> {
    // The agenda's rows before the consent's, and that before those of requests: the order of locks everywhere.
    let scheduled = behaviour_effects::plan(tx, realm, &user, &request.client_id, now).await?;
    store::consents::extend(tx, realm.id, &user.id, &request.client_id, &request.scopes, now).await?;
    if let Some(signed_in) = reusable(request, &user, current.as_ref(), now) {
        return answer(tx, realm, request, signed_in, scheduled, now).await;
    }
    let sign_in = SignIn {
        user: &user,
        amr: &[], // nobody proved anything (RFC 8176)
        before: current.as_ref(),
        headers,
        lifetime: SignedDuration::from_secs(realm.policy.lifetimes.session.into()),
    };
    let (session, cookie) = sessions::begin(tx, realm.id, &sign_in, &realm.random, now).await?;
    let outcome = answer(tx, realm, request, &SignedIn { session, user }, scheduled, now).await?;
    Ok(outcome.with_session(cookie))
}

/// The browser's session, if it is this user's and the client does not ask for a new sign-in.
fn reusable<'a>(
    request: &AuthorizationRequest,
    user: &User,
    current: Option<&'a SignedIn>,
    now: Timestamp,
) -> Option<&'a SignedIn> {
    current.filter(|current| {
        current.user.id == user.id && !request.prompt.wants_sign_in() && !too_old(request, current, now)
    })
}
