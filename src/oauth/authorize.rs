//! `GET|POST /oauth/authorize`: a client sends its user to us (RFC 6749 §4.1.1), and
//! `GET /oauth/authorize/continue`: the only place where a stored request becomes an answer.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use http::{HeaderMap, StatusCode, Uri};
use jiff::Timestamp;

use super::{
    authorization_answer::{NotAnswered, Outcome, answer_while_allowed, finish_and_answer, respond},
    authorization_request, automatic_sign_in,
    error::OAuthError,
    flow::{self, Progress, Step},
    form::{FormBody, Parameters},
    reply_address::{ReplyAddress, identify},
};
use crate::{
    app::{
        App, Realm,
        request_in_flight::{already_answered, check_in_flight, check_owner, owner_has_ended},
    },
    journal::recording,
    keys::kid_of,
    model::{AuthorizationRequest, Client, ClientId, PendingRequest, Refusal, SessionId, SignedIn},
    sessions,
    store::{self, Conn, settle},
    tokens::after,
    web::{page::Layout, page_error::PageError, page_form::PageQuery, parameters::read_form, paths},
};

pub async fn start(
    State(app): State<App>,
    realm: Realm,
    layout: Layout,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let pairs = read(query.unwrap_or_default().as_bytes())?;
    let realm = with_key_of_hint(&app, realm, &pairs).await?;
    let reply = identify(&app, &realm, &pairs).await.map_err(page_of)?;
    let outcome = begin(&app, &realm, &reply, pairs, &headers).await;
    Ok(respond(&realm, &layout, &reply, outcome))
}

/// A request by POST is stored first: it may come from another site, and then brings no cookie. The
/// GET it is answered with does (OIDC Core §3.1.2.1).
pub async fn start_by_post(
    State(app): State<App>,
    realm: Realm,
    layout: Layout,
    FormBody { headers, body, .. }: FormBody,
) -> Result<Response, PageError> {
    let pairs = read(&body)?;
    let realm = with_key_of_hint(&app, realm, &pairs).await?;
    let reply = identify(&app, &realm, &pairs).await.map_err(page_of)?;
    let outcome = begin_by_post(&app, &realm, &reply, pairs, &headers).await;
    Ok(respond(&realm, &layout, &reply, outcome))
}

pub async fn resume(
    State(app): State<App>,
    realm: Realm,
    layout: Layout,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let now = realm.clock.now();
    let query = PageQuery::read(&uri)?;
    let id = query.get("request").unwrap_or_default();
    let mut conn = app.database.read().await?;
    let pending = store::authorization_requests::find(&mut conn, realm.id, id).await?;
    let signed_in = sessions::find(&mut conn, realm.id, &realm.issuer, &headers, now).await?;
    let pending = check_in_flight(&realm, pending, signed_in.as_ref(), now)?;
    note(&pending.request.client_id, signed_in.as_ref());
    let mut signed_in = signed_in;
    // Without a session the user is sent to sign in; so is another user once the session that the request belongs to
    // has ended.
    if let Err(foreign) = check_owner(&pending, signed_in.as_ref())
        && signed_in.take().is_some()
        && !owner_has_ended(&mut conn, &realm, &pending, now).await?
    {
        return Err(foreign);
    }
    drop(conn);

    let client = realm.client(&app.database, &pending.request.client_id).await?;
    let client = client.ok_or_else(client_deleted)?;
    let reply = ReplyAddress::of_stored(client, &pending.request).map_err(page_of)?;
    match go_on(&app, &realm, &reply.client, &pending, signed_in.as_ref(), now).await {
        Err(NotAnswered::AlreadyAnswered) => Err(refuse_answered(&app, &realm, &pending, signed_in.as_ref()).await?),
        Err(NotAnswered::Failed(error)) => Ok(respond(&realm, &layout, &reply, Err(error))),
        Err(NotAnswered::ConsentMissing) => {
            let consent_page = Outcome::page(paths::CONSENT, pending.id);
            Ok(respond(&realm, &layout, &reply, Ok(consent_page)))
        }
        Ok(outcome) => Ok(respond(&realm, &layout, &reply, Ok(outcome))),
    }
}

/// Why a request could not be answered that was open a moment ago: it was answered elsewhere, or has expired.
async fn refuse_answered(
    app: &App,
    realm: &Realm,
    pending: &PendingRequest,
    signed_in: Option<&SignedIn>,
) -> Result<PageError, PageError> {
    let mut conn = app.database.read().await?;
    let found = store::authorization_requests::find(&mut conn, realm.id, &pending.id).await?;
    check_in_flight(realm, found, signed_in, realm.clock.now())?;
    Ok(already_answered(realm, pending, signed_in))
}

fn read(form: &[u8]) -> Result<Vec<(String, String)>, PageError> {
    read_form(form).map_err(|error| {
        let refusal = Refusal::new("invalid_request", error.to_string());
        PageError::bad_request(refusal.kind("parameter.unreadable"))
    })
}

/// An error page for a request whose redirect URI is not trusted (RFC 6749 §4.1.2.1).
fn page_of(error: OAuthError) -> PageError {
    match error {
        OAuthError::Refused(refused) => PageError::new(refused.status, refused.refusal),
        OAuthError::Failed(cause) => cause.into(),
    }
}

/// Notes for the journal which client asks and who is signed in.
fn note(client: &ClientId, signed_in: Option<&SignedIn>) {
    recording::note_client(client);
    if let Some(signed_in) = signed_in {
        recording::note_user(&signed_in.user);
    }
}

/// Reloads the realm when `id_token_hint` names an unknown key: another process may just have rotated the keys.
async fn with_key_of_hint(app: &App, realm: Realm, pairs: &[(String, String)]) -> Result<Realm, PageError> {
    let hint = pairs.iter().find(|(name, _)| name == "id_token_hint");
    match hint.and_then(|(_, hint)| kid_of(hint)) {
        Some(kid) if !realm.keys.knows(&kid) => Ok(app.realms.renew(&app.database, &realm).await?),
        _ => Ok(realm),
    }
}

/// The client was deleted while its user was on our pages, so there is no redirect URI to answer to.
fn client_deleted() -> PageError {
    let refusal = Refusal::new("client_deleted", "the client that sent this request has been deleted");
    PageError::new(
        StatusCode::GONE,
        refusal.kind("client.deleted").see("RFC 6749 §4.1.2.1"),
    )
}

async fn begin_by_post(
    app: &App,
    realm: &Realm,
    reply: &ReplyAddress,
    pairs: Vec<(String, String)>,
    headers: &HeaderMap,
) -> Result<Outcome, OAuthError> {
    let now = realm.clock.now();
    let request = authorization_request::check(realm, reply, &Parameters::from_pairs(pairs)?)?;
    let automatic = automatic_sign_in::answer_for_hint(app, realm, &reply.client, &request, headers, now);
    match automatic.await? {
        Some(outcome) => Ok(outcome),
        None => store_for(app, realm, request, paths::CONTINUE, None, now).await,
    }
}

/// Answers a new request at once where nothing is missing; else stores it for the page that comes next.
async fn begin(
    app: &App,
    realm: &Realm,
    reply: &ReplyAddress,
    pairs: Vec<(String, String)>,
    headers: &HeaderMap,
) -> Result<Outcome, OAuthError> {
    let now = realm.clock.now();
    let request = authorization_request::check(realm, reply, &Parameters::from_pairs(pairs)?)?;
    let automatic = automatic_sign_in::answer_for_hint(app, realm, &reply.client, &request, headers, now);
    if let Some(outcome) = automatic.await? {
        return Ok(outcome);
    }
    let mut conn = app.database.read().await?;
    let client = &request.client_id;
    let found = sessions::find_with_consent(&mut conn, realm.id, &realm.issuer, headers, client, now).await?;
    let (signed_in, consent) = found.unzip();
    let consented = if realm.policy.consent_by_live_token {
        consented(&mut conn, realm, &request, signed_in.as_ref(), now).await?
    } else {
        consent.flatten().is_some_and(|scopes| scopes.cover(&request.scopes))
    };
    drop(conn);
    note(&request.client_id, signed_in.as_ref());

    let progress = Progress {
        signed_in: signed_in.as_ref(),
        signed_in_for_this: false,
        decision: None,
        consented,
    };
    let step = flow::next(realm, &reply.client, &request, &progress, now)?;
    let session = signed_in.as_ref().map(|signed_in| signed_in.session.id.clone());
    match (step, &signed_in) {
        (Step::Answer, Some(signed_in)) => match answer_at_once(app, realm, &request, signed_in, now).await? {
            Some(outcome) => Ok(outcome),
            None => store_for(app, realm, request, paths::CONSENT, session, now).await,
        },
        (Step::Consent, _) => store_for(app, realm, request, paths::CONSENT, session, now).await,
        (Step::SignIn | Step::Answer, _) => store_for(app, realm, request, paths::LOGIN, None, now).await,
    }
}

/// `None`: the consent was withdrawn since it was read, and the page may ask for it again.
async fn answer_at_once(
    app: &App,
    realm: &Realm,
    request: &AuthorizationRequest,
    signed_in: &SignedIn,
    now: Timestamp,
) -> Result<Option<Outcome>, OAuthError> {
    let mut tx = app.database.begin().await?;
    let outcome = answer_while_allowed(&mut tx, realm, request, signed_in, now).await;
    match settle(tx, outcome).await {
        Ok(outcome) => {
            outcome.notify_scheduler(app, realm);
            Ok(Some(outcome))
        }
        Err(NotAnswered::Failed(error)) => Err(error),
        Err(NotAnswered::ConsentMissing | NotAnswered::AlreadyAnswered) => {
            let why = "the user has just withdrawn the consent";
            flow::page_unless_prompt_none(request, Step::Consent, "consent_required", why)?;
            Ok(None)
        }
    }
}

/// Continues a stored request after one of its pages was answered.
async fn go_on(
    app: &App,
    realm: &Realm,
    client: &Arc<Client>,
    pending: &PendingRequest,
    signed_in: Option<&SignedIn>,
    now: Timestamp,
) -> Result<Outcome, NotAnswered> {
    let request = &pending.request;
    let mut conn = app.database.read().await?;
    let consented = consented(&mut conn, realm, request, signed_in, now).await?;
    drop(conn);
    let progress = Progress {
        signed_in,
        signed_in_for_this: pending.signed_in_at.is_some() && pending.session.is_some(),
        decision: pending.decision,
        consented,
    };
    match (flow::next(realm, client, request, &progress, now), signed_in) {
        (Ok(Step::Answer), Some(signed_in)) => {
            let mut tx = app.database.begin().await?;
            let outcome = finish_and_answer(&mut tx, realm, pending, signed_in, now).await;
            let outcome = settle(tx, outcome).await?;
            outcome.notify_scheduler(app, realm);
            Ok(outcome)
        }
        (Ok(Step::Consent), Some(signed_in)) => {
            let mut tx = app.database.write_once().await?;
            let session = &signed_in.session.id;
            store::authorization_requests::belong_to(&mut tx, realm.id, &pending.id, session).await?;
            Ok(Outcome::page(paths::CONSENT, pending.id.clone()))
        }
        (Ok(Step::SignIn | Step::Answer | Step::Consent), _) => Ok(Outcome::page(paths::LOGIN, pending.id.clone())),
        (Err(refused), _) => Err(finish_refused(app, realm, pending, refused, now).await?),
    }
}

/// Marks a refused request as answered. Of several tabs, one sends the refusal to the client.
async fn finish_refused(
    app: &App,
    realm: &Realm,
    pending: &PendingRequest,
    refused: OAuthError,
    now: Timestamp,
) -> store::Result<NotAnswered> {
    let mut tx = app.database.write_once().await?;
    let first = store::authorization_requests::finish(&mut tx, realm.id, &pending.id, now).await?;
    Ok(if first {
        NotAnswered::Failed(refused)
    } else {
        NotAnswered::AlreadyAnswered
    })
}

async fn consented(
    conn: &mut Conn,
    realm: &Realm,
    request: &AuthorizationRequest,
    signed_in: Option<&SignedIn>,
    now: Timestamp,
) -> store::Result<bool> {
    let Some(SignedIn { user, .. }) = signed_in else {
        return Ok(false);
    };
    let client = &request.client_id;
    if realm.policy.consent_by_live_token {
        let live = store::grants::live_scopes(conn, realm.id, &user.id, client, now).await?;
        return Ok(live.iter().any(|scopes| scopes.cover(&request.scopes)));
    }
    let consent = store::consents::find(conn, realm.id, &user.id, client).await?;
    Ok(consent.is_some_and(|consent| consent.scopes.cover(&request.scopes)))
}

/// Stores a request, and sends the browser to the page at `path`.
async fn store_for(
    app: &App,
    realm: &Realm,
    request: AuthorizationRequest,
    path: &'static str,
    session: Option<SessionId>,
    now: Timestamp,
) -> Result<Outcome, OAuthError> {
    let pending = PendingRequest {
        id: realm.random.token(),
        request,
        session,
        signed_in_at: None,
        decision: None,
        expires_at: after(now, PendingRequest::LIFETIME),
        finished_at: None,
    };
    let mut tx = app.database.begin().await?;
    let outcome = store::authorization_requests::insert(&mut tx, realm.id, &pending, now).await;
    settle(tx, outcome).await?;
    Ok(Outcome::page(path, pending.id))
}
