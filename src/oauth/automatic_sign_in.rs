//! Headless sign-in: with the policy switch `auto_login`, a `login_hint` that names a user stands for
//! that user's sign-in and consent. For tests without a browser; never in staging.

use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};

use super::{
    authorize::{Outcome, answer},
    error::OAuthError,
    flow::{check_willing, too_old},
};
use crate::{
    app::{App, Realm, behaviour_effects},
    model::{AuthorizationRequest, Client, SignedIn, User},
    sessions::{self, SignIn},
    store::{self, Tx, settle},
};

/// How clients are told that the user signed in (RFC 8176): as by the form that this stands for.
const METHODS: [&str; 1] = ["pwd"];

/// The code for the user whom `login_hint` names, with a session and a consent of theirs as if the pages
/// had been answered.
///
/// `None` where the pages have their say: the switch is off, nobody is named, somebody else is meant by
/// `id_token_hint`, or `prompt=none` forbids a new sign-in.
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
    let Some(user) = store::users::find_by_username(&mut conn, realm.id, hint).await? else {
        return Ok(None);
    };
    if user.barred().is_some() {
        return Ok(None); // the page says why
    }
    let here = sessions::find(&mut conn, realm.id, &realm.issuer, headers, now).await?;
    drop(conn);
    let subject = realm.mint.subject(client, &user.id);
    if request.hinted_subject.as_ref().is_some_and(|hinted| *hinted != subject) {
        return Ok(None);
    }
    check_willing(&user)?;
    tokio::time::sleep(user.hesitation()).await;
    let mut tx = app.database.begin().await?;
    let outcome = answer_as(&mut tx, realm, request, headers, user, here, now).await;
    let outcome = settle(tx, outcome).await?;
    outcome.ring(app, realm);
    Ok(Some(outcome))
}

async fn answer_as(
    tx: &mut Tx,
    realm: &Realm,
    request: &AuthorizationRequest,
    headers: &HeaderMap,
    user: User,
    here: Option<SignedIn>,
    now: Timestamp,
) -> Result<Outcome, OAuthError> {
    // The agenda's rows before the consent's, and that before those of requests: the order of locks everywhere.
    let planned = behaviour_effects::plan(tx, realm, &user, &request.client_id, now).await?;
    store::consents::extend(tx, realm.id, &user.id, &request.client_id, &request.scopes, now).await?;
    if let Some(signed_in) = still_good(request, &user, here.as_ref(), now) {
        return answer(tx, realm, request, signed_in, planned, now).await;
    }
    let sign_in = SignIn {
        user: &user,
        amr: &METHODS,
        before: here.as_ref(),
        headers,
        lifetime: SignedDuration::from_secs(realm.policy.lifetimes.session.into()),
    };
    let (session, cookie) = sessions::begin(tx, realm.id, &sign_in, &realm.random, now).await?;
    let outcome = answer(tx, realm, request, &SignedIn { session, user }, planned, now).await?;
    Ok(outcome.with_session(cookie))
}

/// The session there is, where it is this user's and the client does not ask for a new sign-in.
fn still_good<'a>(
    request: &AuthorizationRequest,
    user: &User,
    here: Option<&'a SignedIn>,
    now: Timestamp,
) -> Option<&'a SignedIn> {
    here.filter(|here| here.user.id == user.id && !request.prompt.wants_sign_in() && !too_old(request, here, now))
}
