//! Headless sign-in: with the policy switch `auto_login`, a `login_hint` that names a user stands for
//! that user's sign-in and consent. For tests without a browser; never in staging.

use jiff::Timestamp;

use super::{
    authorize::{Outcome, answer},
    error::OAuthError,
};
use crate::{
    app::{App, Realm},
    model::{AuthorizationRequest, Client, Secret, Session, SessionId, SignedIn},
    random::digest,
    store::{self, Tx, settle},
    tokens::after,
};

/// The code for the user whom `login_hint` names, with a session of theirs; `None` where this does not
/// apply, and the pages have their say: the switch is off, nobody is named, or `prompt=none` forbids a
/// new sign-in.
pub async fn answer_for_hint(
    app: &App,
    realm: &Realm,
    client: &Client,
    request: &AuthorizationRequest,
    now: Timestamp,
) -> Result<Option<Outcome>, OAuthError> {
    let Some(hint) = request
        .login_hint
        .as_deref()
        .filter(|_| realm.policy.auto_login && !request.prompt.none)
    else {
        return Ok(None);
    };
    let user = store::users::find_by_username(&mut app.database.read().await?, realm.id, hint).await?;
    let Some(user) = user else {
        return Ok(None);
    };
    if request
        .hinted_subject
        .as_ref()
        .is_some_and(|subject| *subject != realm.mint.subject(client, &user.id))
    {
        return Ok(None);
    }
    let cookie = Secret::new(realm.random.token());
    let session = Session {
        id: SessionId(digest(cookie.reveal())),
        user: user.id.clone(),
        sid: realm.random.id(now),
        auth_time: now,
        amr: Vec::new(),
        user_agent: None,
        expires_at: after(now, realm.policy.lifetimes.session),
    };
    let mut tx = app.database.begin().await?;
    let outcome = sign_in_and_answer(&mut tx, realm, request, SignedIn { session, user }, cookie, now).await;
    settle(tx, outcome).await.map(Some)
}

async fn sign_in_and_answer(
    tx: &mut Tx,
    realm: &Realm,
    request: &AuthorizationRequest,
    signed_in: SignedIn,
    cookie: Secret,
    now: Timestamp,
) -> Result<Outcome, OAuthError> {
    store::sessions::insert(tx, realm.id, &signed_in.session).await?;
    let outcome = answer(tx, realm, request, &signed_in, now).await?;
    Ok(outcome.with_session(cookie))
}
