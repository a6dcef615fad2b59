//! `GET|POST /oauth/authorize`: a client sends its user to us (RFC 6749 §4.1.1), and
//! `GET /oauth/authorize/continue`: the only place where a stored request becomes an answer.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{
    HeaderMap, StatusCode, Uri,
    header::{self, SET_COOKIE},
};
use jiff::Timestamp;

use super::{
    authorization_request, automatic_sign_in,
    error::OAuthError,
    flow::{self, Progress, Step},
    form::{FormBody, Parameters},
    reply_address::{ReplyAddress, identify},
};
use crate::{
    app::{
        App, Realm, behaviour_effects,
        request_in_flight::{already_answered, check_in_flight, check_owner},
    },
    journal::recording,
    keys::kid_of,
    model::{
        AuthorizationCode, AuthorizationRequest, Client, ClientId, Grant, GrantId, PendingRequest, Refusal, Scopes,
        Secret, SessionId, SignedIn,
    },
    random::digest,
    sessions,
    store::{self, Conn, Keeps, Tx, settle},
    tokens::after,
    web::{page::Layout, page_error::PageError, page_form::PageQuery, parameters::read_form, paths, session_cookie},
};

/// What the browser gets: the answer for the client, or the page that is missing, and perhaps a session.
pub struct Outcome {
    step: Missing,
    /// The value of a new session's cookie.
    cookie: Option<Secret>,
    /// Something comes of it later, by the realm's clock.
    planned: bool,
}

enum Missing {
    Nothing { code: String },
    Page { path: &'static str, request: String },
}

/// Why the transaction that was to give the answer is rolled back.
enum Unanswered {
    /// The user does not allow it any more.
    NotAllowed,
    /// Another tab was faster.
    Finished,
    Failed(OAuthError),
}

impl<E: Into<OAuthError>> From<E> for Unanswered {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Keeps for Unanswered {
    fn keeps(&self) -> bool {
        matches!(self, Self::Failed(error) if error.keeps())
    }
}

pub async fn start(
    State(app): State<App>,
    realm: Realm,
    layout: Layout,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let pairs = read(query.unwrap_or_default().as_bytes())?;
    let realm = with_the_key_of_the_hint(&app, realm, &pairs).await?;
    let reply = identify(&app, &realm, &pairs).await?;
    let outcome = begin(&app, &realm, &reply, pairs, &headers).await;
    Ok(send(&realm, &layout, &reply, outcome))
}

/// A request by POST is stored first: it may come from another site, and then brings no cookie. The
/// GET it is answered with does (OIDC Core §3.1.2.1).
pub async fn start_by_post(
    State(app): State<App>,
    realm: Realm,
    layout: Layout,
    FormBody { headers, body }: FormBody,
) -> Result<Response, PageError> {
    let pairs = read(&body)?;
    let realm = with_the_key_of_the_hint(&app, realm, &pairs).await?;
    let reply = identify(&app, &realm, &pairs).await?;
    let now = realm.clock.now();
    let stored = async {
        let request = authorization_request::check(&realm, &reply, &Parameters::from_pairs(pairs)?)?;
        let automatic = automatic_sign_in::answer_for_hint(&app, &realm, &reply.client, &request, &headers, now);
        if let Some(outcome) = automatic.await? {
            return Ok(outcome);
        }
        let id = store_request(&app, &realm, request, None, now).await?;
        Ok(Outcome::page(paths::CONTINUE, id))
    };
    let outcome = stored.await;
    Ok(send(&realm, &layout, &reply, outcome))
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
    let pending = check_in_flight(pending, now)?;
    let signed_in = sessions::find(&mut conn, realm.id, &realm.issuer, &headers, now).await?;
    drop(conn);
    note(&pending.request.client_id, signed_in.as_ref());
    if signed_in.is_some() {
        check_owner(&pending, signed_in.as_ref())?; // who is nobody yet is sent to sign in
    }

    let client = realm.client(&app.database, &pending.request.client_id).await?;
    let client = client.ok_or_else(client_gone)?;
    let reply = ReplyAddress::of_stored(client, &pending.request)?;
    let outcome = go_on(&app, &realm, &reply.client, &pending, signed_in, now).await;
    match outcome.transpose() {
        Some(outcome) => Ok(send(&realm, &layout, &reply, outcome)),
        // Somebody was faster by a blink, or the time ran out meanwhile: the row says which.
        None => {
            let mut conn = app.database.read().await?;
            let pending = store::authorization_requests::find(&mut conn, realm.id, id).await?;
            check_in_flight(pending, realm.clock.now())?;
            Err(already_answered())
        }
    }
}

fn read(form: &[u8]) -> Result<Vec<(String, String)>, PageError> {
    read_form(form).map_err(|error| {
        let refusal = Refusal::new("invalid_request", error.to_string());
        PageError::bad_request(refusal.kind("parameter.unreadable"))
    })
}

/// For the journal: who asks, and who is at the browser.
fn note(client: &ClientId, signed_in: Option<&SignedIn>) {
    recording::note_client(client);
    if let Some(signed_in) = signed_in {
        recording::note_user(&signed_in.user);
    }
}

/// Another process may have rotated the keys a moment ago: an `id_token_hint` signed with one we do not know reads through.
async fn with_the_key_of_the_hint(app: &App, realm: Realm, pairs: &[(String, String)]) -> Result<Realm, PageError> {
    let hint = pairs.iter().find(|(name, _)| name == "id_token_hint");
    match hint.and_then(|(_, hint)| kid_of(hint)) {
        Some(kid) if !realm.keys.knows(&kid) => Ok(app.realms.renew(&app.database, &realm).await?),
        _ => Ok(realm),
    }
}

/// Its client was deleted while the person was at our pages: there is nobody to send them back to.
fn client_gone() -> PageError {
    let refusal = Refusal::new("client_deleted", "the client that sent this request has been deleted");
    PageError::new(
        StatusCode::GONE,
        refusal.kind("client.deleted").see("RFC 6749 §4.1.2.1"),
    )
}

/// A request that has just come: answered at once where nothing is missing, else stored.
async fn begin(
    app: &App,
    realm: &Realm,
    reply: &ReplyAddress,
    pairs: Vec<(String, String)>,
    headers: &HeaderMap,
) -> Result<Outcome, OAuthError> {
    let now = realm.clock.now();
    let request = authorization_request::check(realm, reply, &Parameters::from_pairs(pairs)?)?;
    if let Some(outcome) = automatic_sign_in::answer_for_hint(app, realm, &reply.client, &request, headers, now).await?
    {
        return Ok(outcome);
    }
    let mut conn = app.database.read().await?;
    let signed_in = sessions::find(&mut conn, realm.id, &realm.issuer, headers, now).await?;
    let consented = consented(&mut conn, realm, &request, signed_in.as_ref(), now).await?;
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
        (Step::Answer, Some(signed_in)) => {
            let mut tx = app.database.begin().await?;
            let outcome = answer_while_allowed(&mut tx, realm, &request, signed_in, now).await;
            match settle(tx, outcome).await {
                Ok(outcome) => {
                    outcome.ring(app, realm);
                    return Ok(outcome);
                }
                Err(Unanswered::Failed(error)) => return Err(error),
                Err(Unanswered::NotAllowed | Unanswered::Finished) => {}
            }
            flow::page(
                &request,
                Step::Consent,
                "consent_required",
                "the consent was withdrawn this moment",
            )?;
            let request = store_request(app, realm, request, session, now).await?;
            Ok(Outcome::page(paths::CONSENT, request))
        }
        (Step::Consent, _) => {
            let request = store_request(app, realm, request, session, now).await?;
            Ok(Outcome::page(paths::CONSENT, request))
        }
        (Step::SignIn | Step::Answer, _) => {
            let request = store_request(app, realm, request, None, now).await?;
            Ok(Outcome::page(paths::LOGIN, request))
        }
    }
}

/// A stored request whose page has been answered. `None`: another tab was faster and has the answer.
async fn go_on(
    app: &App,
    realm: &Realm,
    client: &Arc<Client>,
    pending: &PendingRequest,
    signed_in: Option<SignedIn>,
    now: Timestamp,
) -> Result<Option<Outcome>, OAuthError> {
    let request = &pending.request;
    let mut conn = app.database.read().await?;
    let consented = consented(&mut conn, realm, request, signed_in.as_ref(), now).await?;
    drop(conn);
    let progress = Progress {
        signed_in: signed_in.as_ref(),
        signed_in_for_this: pending.signed_in_at.is_some() && pending.session.is_some(),
        decision: pending.decision,
        consented,
    };
    match (flow::next(realm, client, request, &progress, now), &signed_in) {
        (Ok(Step::Answer), Some(signed_in)) => {
            let mut tx = app.database.begin().await?;
            let outcome = finish_and_answer(&mut tx, realm, pending, signed_in, now).await;
            match settle(tx, outcome).await {
                Ok(outcome) => {
                    outcome.ring(app, realm);
                    Ok(Some(outcome))
                }
                Err(Unanswered::NotAllowed) => Ok(Some(Outcome::page(paths::CONSENT, pending.id.clone()))),
                Err(Unanswered::Finished) => Ok(None),
                Err(Unanswered::Failed(error)) => Err(error),
            }
        }
        (Ok(Step::Consent), Some(signed_in)) => {
            let mut tx = app.database.write_once().await?;
            let session = &signed_in.session.id;
            store::authorization_requests::belong_to(&mut tx, realm.id, &pending.id, session).await?;
            Ok(Some(Outcome::page(paths::CONSENT, pending.id.clone())))
        }
        (Ok(Step::SignIn | Step::Answer | Step::Consent), _) => {
            Ok(Some(Outcome::page(paths::LOGIN, pending.id.clone())))
        }
        (Err(refused), _) => {
            let mut tx = app.database.write_once().await?;
            let first = store::authorization_requests::finish(&mut tx, realm.id, &pending.id, now).await?;
            if first { Err(refused) } else { Ok(None) }
        }
    }
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

/// Keeps a request for the pages; its id.
async fn store_request(
    app: &App,
    realm: &Realm,
    request: AuthorizationRequest,
    session: Option<SessionId>,
    now: Timestamp,
) -> store::Result<String> {
    let pending = PendingRequest {
        id: realm.random.token(),
        request,
        session,
        signed_in_at: None,
        decision: None,
        expires_at: after(now, PendingRequest::LIFETIME),
        finished_at: None,
    };
    let mut tx = app.database.write_once().await?;
    store::authorization_requests::insert(&mut tx, realm.id, &pending, now).await?;
    Ok(pending.id)
}

/// The answer to a stored request, which is finished by it.
async fn finish_and_answer(
    tx: &mut Tx,
    realm: &Realm,
    pending: &PendingRequest,
    signed_in: &SignedIn,
    now: Timestamp,
) -> Result<Outcome, Unanswered> {
    let outcome = answer_while_allowed(tx, realm, &pending.request, signed_in, now).await?;
    let first = store::authorization_requests::finish(tx, realm.id, &pending.id, now).await?;
    if first { Ok(outcome) } else { Err(Unanswered::Finished) }
}

/// The answer, if the user still allows it now that the consent's row is held: a withdrawal may have been
/// faster than this transaction.
async fn answer_while_allowed(
    tx: &mut Tx,
    realm: &Realm,
    request: &AuthorizationRequest,
    signed_in: &SignedIn,
    now: Timestamp,
) -> Result<Outcome, Unanswered> {
    // The agenda's rows before the consent's: the order of locks everywhere.
    let planned = behaviour_effects::plan(tx, realm, &signed_in.user, &request.client_id, now).await?;
    let allowed = store::consents::hold(tx, realm.id, &signed_in.user.id, &request.client_id).await?;
    let enough = |allowed: Scopes| realm.policy.consent_by_live_token || allowed.cover(&request.scopes);
    if !allowed.is_some_and(enough) {
        return Err(Unanswered::NotAllowed);
    }
    Ok(answer(tx, realm, request, signed_in, planned, now).await?)
}

/// Writes the grant and its code (RFC 6749 §4.1.2). `planned`: what [`behaviour_effects::plan`] said, first thing in the transaction.
pub async fn answer(
    tx: &mut Tx,
    realm: &Realm,
    request: &AuthorizationRequest,
    signed_in: &SignedIn,
    planned: bool,
    now: Timestamp,
) -> Result<Outcome, OAuthError> {
    let grant = Grant {
        id: GrantId(realm.random.id(now)),
        client: request.client_id.clone(),
        user: signed_in.user.id.clone(),
        sid: Some(signed_in.session.sid.clone()),
        scopes: signed_in.user.granted(&request.scopes),
        auth_time: signed_in.session.auth_time,
        amr: signed_in.session.amr.clone(),
    };
    store::grants::insert(tx, realm.id, &grant, now).await?;
    recording::note_user(&signed_in.user);
    recording::note_grant(&grant.id);
    let plain = realm.random.token();
    let code = AuthorizationCode {
        client: request.client_id.clone(),
        redirect_uri: request.redirect_uri.clone(),
        nonce: request.nonce.clone(),
        code_challenge: request.code_challenge.clone(),
        expires_at: after(now, realm.policy.lifetimes.authorization_code),
        redeemed_at: None,
        grant,
        grant_revoked: false,
    };
    store::authorization_codes::insert(tx, realm.id, &digest(&plain), &code, now).await?;
    Ok(Outcome {
        step: Missing::Nothing { code: plain },
        cookie: None,
        planned,
    })
}

impl Outcome {
    /// The same, with a session for the browser: the value of its cookie.
    pub fn with_session(self, cookie: Secret) -> Self {
        Self {
            cookie: Some(cookie),
            ..self
        }
    }

    /// After the commit.
    pub fn ring(&self, app: &App, realm: &Realm) {
        if self.planned {
            app.agenda.ring(realm.id);
        }
    }

    fn page(path: &'static str, request: String) -> Self {
        Self {
            step: Missing::Page { path, request },
            cookie: None,
            planned: false,
        }
    }
}

fn send(realm: &Realm, layout: &Layout, reply: &ReplyAddress, outcome: Result<Outcome, OAuthError>) -> Response {
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return reply.send_error(realm, layout, &error),
    };
    let mut response = match &outcome.step {
        Missing::Nothing { code } => reply.send_code(realm, layout, code),
        Missing::Page { path, request } => see_other(realm, path, request),
    };
    if let Some(cookie) = &outcome.cookie {
        response
            .headers_mut()
            .insert(SET_COOKIE, session_cookie::give(&realm.issuer, cookie));
    }
    response
}

/// To one of our own pages: relative, so that any name we are reached by stays.
fn see_other(realm: &Realm, path: &str, request: &str) -> Response {
    let mut response = Redirect::to(&format!("{}?request={request}", realm.path(path))).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    response
}
