//! The wire layer: what armed faults do to whole answers, around everything a realm serves.
//!
//! One of the two places that may bend (design: "Emulator instruments"); the other are the seams of `tokens`, which find
//! their faults in the watch that begins here. Which fault does what stands in `faults::catalogue`; here stands only when:
//!
//! 1. before the routes: drop, refuse, lead elsewhere;
//! 2. the routes, within the watch;
//! 3. behind them: documents, whole answers, then how they are sent.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::future::{BoxFuture, Either};
use futures_util::{FutureExt as _, StreamExt as _, stream};
use http::header::{self, HeaderName};
use http::{HeaderValue, Method, StatusCode, Uri};
use serde_json::{Value, json};
use tower::{Layer, Service, ServiceExt as _};

use super::connection_kill::ConnectionKill;
use super::fault_target;
use crate::app::{App, Realm};
use crate::faults::bends::{Answer, Instead, set};
use crate::faults::catalogue::{Needs, When};
use crate::faults::watch::Bite;
use crate::faults::{Armed, Bend, Watch};
use crate::model::{FaultMarks, Members, Refusal};
use crate::portals::{self, portal::PortalFault};
use crate::web::page::Layout;
use crate::web::page_error::PageError;
use crate::web::{bearer, endpoint, language, paths};

/// Puts the [`Wire`] around a service.
#[derive(Clone)]
pub struct WireLayer(pub App);

impl<S> Layer<S> for WireLayer {
    type Service = Wire<S>;

    fn layer(&self, inner: S) -> Wire<S> {
        let app = self.0.clone();
        Wire { app, inner }
    }
}

/// A realm's routes with the wire between them and the world. Where nothing is armed it takes one look and steps aside.
#[derive(Clone)]
pub struct Wire<S> {
    app: App,
    inner: S,
}

/// What a realm answers with: its routes have no errors.
pub trait Routes:
    Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

impl<S> Routes for S where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

impl<S: Routes> Service<Request> for Wire<S> {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<S::Future, BoxFuture<'static, Result<Response, Infallible>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let realm = request.extensions().get::<Realm>();
        let armed = realm.and_then(|realm| Some((realm.clone(), self.app.faults.of(realm.id)?)));
        let Some((realm, armed)) = armed else {
            return Either::Left(self.inner.call(request));
        };
        let (app, inner) = (self.app.clone(), self.inner.clone());
        let bent = async move {
            let (request, watch) = fault_target::watch(&app, &realm, &armed, request).await;
            let Some(watch) = watch else {
                return run(inner, request).await;
            };
            let cord = request.extensions().get::<ConnectionKill>().cloned();
            let (parts, body) = request.into_parts();
            let layout = Layout {
                place: parts.extensions.get().cloned().unwrap_or_default(),
                language: language::of_request(&parts, None),
            };
            let request = Request::from_parts(parts, body);
            let line = Line {
                realm,
                watch,
                cord,
                layout,
            };
            let mut response = line.answer(inner, request).await;
            let marks = line.watch.marks();
            if !marks.0.is_empty() {
                response.extensions_mut().insert::<FaultMarks>(marks);
            }
            response
        };
        Either::Right(bent.map(Ok).boxed())
    }
}

async fn run<S: Routes>(routes: S, request: Request) -> Response {
    match routes.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// How long an answer is held back, on its way to [`hold_back`].
#[derive(Clone, Copy, Debug)]
struct Hold(Duration);

/// The outermost of all, so that no limit of ours cuts a delay short that somebody has asked for.
pub async fn hold_back(answer: Result<Response, Infallible>) -> Result<Response, Infallible> {
    if let Ok(response) = &answer
        && let Some(Hold(time)) = response.extensions().get()
    {
        tokio::time::sleep(*time).await;
    }
    answer
}

/// The line between one request and its answer.
struct Line {
    realm: Realm,
    watch: Arc<Watch>,
    cord: Option<ConnectionKill>,
    /// For refusals that a person reads.
    layout: Layout,
}

impl Line {
    async fn answer<S: Routes>(&self, routes: S, mut request: Request) -> Response {
        let hold = self.hold();
        let mut response = match self.before_the_routes(&mut request) {
            Some(response) => response,
            None => self.behind_the_routes(routes, request).await,
        };
        if let Some(hold) = hold {
            response.extensions_mut().insert(hold);
        }
        response
    }

    fn armed(&self) -> impl Iterator<Item = &Arc<Armed>> {
        self.watch.armed().iter()
    }

    /// The first fault of this kind that bites now.
    fn first(&self, wanted: impl Fn(&Bend) -> bool) -> Option<Bite<'_>> {
        let mut waiting = self.armed().filter(|armed| wanted(&armed.row.bend));
        waiting.find_map(|armed| self.watch.claim(armed))
    }

    fn hold(&self) -> Option<Hold> {
        let delayed = self.armed().filter(|armed| matches!(armed.row.bend, Bend::Delay));
        let bites = delayed.filter_map(|armed| self.watch.claim(armed));
        let times: Vec<_> = bites.map(|bite| bite.parameters().seconds("seconds")).collect();
        (!times.is_empty()).then(|| Hold(times.into_iter().fold(Duration::ZERO, Duration::saturating_add)))
    }

    /// What is answered without asking anybody.
    fn before_the_routes(&self, request: &mut Request) -> Option<Response> {
        if self
            .first(|bend| matches!(bend, Bend::Drop(When::BeforeCommit)))
            .is_some()
        {
            return Some(self.cut(Response::default()));
        }
        for armed in self.armed() {
            let instead = match armed.row.bend {
                Bend::Instead(instead) => self.watch.claim(armed).map(|bite| instead(&bite)),
                Bend::OneAuthMethod if self.watch.asked.endpoint.is(&endpoint::TOKEN) => {
                    self.watch.claim(armed).map(|_| other_method_refused())
                }
                Bend::KeysMoved if self.watch.asked.endpoint.is(&endpoint::JWKS) => self
                    .watch
                    .claim(armed)
                    .and_then(|_| self.led_to_the_keys(armed, request)),
                Bend::DistributedClaims
                    if self.watch.asked.path == distributed_at(armed) && self.watch.claim(armed).is_some() =>
                {
                    return Some(self.distributed_claims(armed, request));
                }
                _ => None,
            };
            if let Some(instead) = instead {
                return Some(self.dressed(&instead));
            }
        }
        None
    }

    /// At the new place the keys are shown, at the old one is nothing.
    fn led_to_the_keys(&self, armed: &Armed, request: &mut Request) -> Option<Instead> {
        if self.watch.asked.path == moved_keys(armed) {
            *request.uri_mut() = Uri::from_static(paths::JWKS);
            return None;
        }
        Some(Instead::new(404, "invalid_request", "there is nothing at this address"))
    }

    async fn behind_the_routes<S: Routes>(&self, routes: S, request: Request) -> Response {
        let again = self.posted_on().then(|| (routes.clone(), copy_of(&request)));
        let mut response = self.watch.clone().over(run(routes, request)).await;
        if let Some((routes, copy)) = again {
            response = self.post_on(routes, copy, response).await;
        }
        let status = response.status();
        for armed in self.armed() {
            if (armed.row.event)(&self.watch.asked, status.as_u16()) {
                armed.note_event();
            }
        }
        if self.watch.asked.method == Method::HEAD {
            return response; // without a body there is nothing to bend
        }
        if self.armed().any(|armed| bends_answers(&armed.row.bend)) {
            response = self.bent(response).await;
        }
        self.sent(response).await
    }

    /// Bends the answer as a whole.
    async fn bent(&self, response: Response) -> Response {
        let (mut parts, body) = response.into_parts();
        let Ok(body) = to_bytes(body, usize::MAX).await else {
            return Response::from_parts(parts, Body::empty()); // a body of ours that breaks off was logged where it did
        };
        let mut answer = Answer {
            status: parts.status,
            headers: std::mem::take(&mut parts.headers),
            body,
        };
        for armed in self.armed() {
            if bends_answers(&armed.row.bend) && fits(armed.row.needs, &answer) {
                self.bend(armed, &mut answer);
            }
        }
        (parts.status, parts.headers) = (answer.status, answer.headers);
        if !answer.body.is_empty() || parts.headers.contains_key(header::CONTENT_LENGTH) {
            let length = HeaderValue::from(answer.body.len());
            parts.headers.insert(header::CONTENT_LENGTH, length);
        }
        Response::from_parts(parts, Body::from(answer.body))
    }

    fn bend(&self, armed: &Arc<Armed>, answer: &mut Answer) {
        let (realm, asked) = (&self.realm, &self.watch.asked);
        match armed.row.bend {
            Bend::Answer(bend) => {
                if let Some(bite) = self.watch.claim(armed) {
                    bend(&bite, answer);
                }
            }
            Bend::Document(bend) => {
                if let (Some(mut document), Some(bite)) = (document(answer), self.watch.claim(armed)) {
                    bend(&bite, &mut document);
                    write(answer, &document);
                }
            }
            Bend::KeysMoved if asked.endpoint.is(&endpoint::DISCOVERY) => self.rewrite(armed, answer, |metadata| {
                set(metadata, "jwks_uri", realm.url(&moved_keys(armed)));
            }),
            Bend::OneAuthMethod if asked.endpoint.is(&endpoint::DISCOVERY) => self.rewrite(armed, answer, |metadata| {
                let method = armed.parameters.text("method");
                set(metadata, "token_endpoint_auth_methods_supported", json!([method]));
            }),
            Bend::DistributedClaims => self.rewrite(armed, answer, |claims| {
                let source = json!({"endpoint": realm.url(&distributed_at(armed)), "access_token": *claim_token(armed, &self.watch)});
                set(claims, "_claim_names", json!({"credit_score": "src1"}));
                set(claims, "_claim_sources", json!({"src1": source}));
            }),
            Bend::SignedUserinfo => {
                let Some(mut claims) = document(answer) else { return };
                set(&mut claims, "iss", realm.issuer.as_str());
                set(&mut claims, "aud", self.watch.fault_target.client.clone());
                if self.watch.claim(armed).is_some() {
                    self.sign(answer, &claims);
                }
            }
            _ => {}
        }
    }

    fn rewrite(&self, armed: &Arc<Armed>, answer: &mut Answer, change: impl FnOnce(&mut Members)) {
        if let (Some(mut document), Some(_)) = (document(answer), self.watch.claim(armed)) {
            change(&mut document);
            write(answer, &document);
        }
    }

    fn sign(&self, answer: &mut Answer, claims: &Members) {
        match self.realm.mint.sign_userinfo(claims) {
            Ok(jwt) => {
                answer.body = jwt.into();
                answer.set_type("application/jwt");
            }
            Err(error) => {
                tracing::error!(%error, "a fault could not sign");
                answer.status = StatusCode::INTERNAL_SERVER_ERROR;
                answer.body = Bytes::new();
            }
        }
    }

    /// Sends the answer as the network would have it.
    async fn sent(&self, response: Response) -> Response {
        let done = response.status().is_success() || response.status().is_redirection();
        if done
            && self
                .first(|bend| matches!(bend, Bend::Drop(When::AfterCommit)))
                .is_some()
        {
            return self.cut(response);
        }
        let bend = |bend: &Bend| matches!(bend, Bend::Truncate | Bend::Drip | Bend::CloseBehind);
        if !self.armed().any(|armed| bend(&armed.row.bend)) {
            return response;
        }
        let (mut parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        if body.is_empty() {
            return Response::from_parts(parts, Body::empty()); // nothing to break off
        }
        let length = HeaderValue::from(body.len());
        parts.headers.insert(header::CONTENT_LENGTH, length);
        let body = match self.first(bend) {
            None => Body::from(body),
            Some(bite) => match bite.armed.row.bend {
                Bend::Truncate => broken_off(&body),
                Bend::Drip => dripping(body, bite.parameters().seconds("seconds")),
                _ => closed_behind(body, self.cord.clone()),
            },
        };
        Response::from_parts(parts, body)
    }

    /// Ends the connection before the first byte. `response` is what would have been sent.
    fn cut(&self, response: Response) -> Response {
        if let Some(cord) = &self.cord {
            cord.cut();
        }
        response.map(|_| Body::from_stream(stream::iter([Err::<Bytes, _>(hung_up())])))
    }

    /// An answer in the error form of its address.
    fn dressed(&self, instead: &Instead) -> Response {
        let (asked, status) = (&self.watch.asked, status(instead.status));
        let mut response = match &instead.bare {
            Some((media_type, body)) => (status, [(header::CONTENT_TYPE, *media_type)], body.clone()).into_response(),
            None if asked.endpoint.portal => {
                let fault = PortalFault {
                    status,
                    slot_taken: instead.slot_taken,
                    sentence: instead.sentence,
                };
                portals::fault_response(&self.realm, &asked.path, &fault)
            }
            None if asked.endpoint.is_for_people() => {
                let error = PageError::new(status, Refusal::new(instead.code, instead.sentence));
                error.page(self.layout.clone()).into_response()
            }
            None => machine_error(status, instead, asked.at_resource()),
        };
        let headers = response.headers_mut();
        for (name, value) in &instead.headers {
            headers.remove(name);
            if let Ok(value) = HeaderValue::from_str(value)
                && !value.is_empty()
            {
                headers.insert(name, value);
            }
        }
        if asked.endpoint.cors {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            let exposed = HeaderValue::from_static("www-authenticate, retry-after");
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
        response
    }

    /// The claim that userinfo has sent the client to fetch, for the token that was given for it.
    fn distributed_claims(&self, armed: &Arc<Armed>, request: &Request) -> Response {
        let token = bearer::read(request.headers()).ok().flatten();
        if token.is_none_or(|token| token.reveal() != claim_token(armed, &self.watch).as_str()) {
            let refused = Instead::new(401, "invalid_token", "The access token is invalid");
            return self.dressed(&refused);
        }
        let mut answer = Answer {
            status: StatusCode::OK,
            headers: http::HeaderMap::new(),
            body: Bytes::new(),
        };
        let mut claims = Members::new();
        set(&mut claims, "iss", self.realm.issuer.as_str());
        set(&mut claims, "credit_score", 650);
        self.sign(&mut answer, &claims);
        (answer.status, answer.headers, answer.body).into_response()
    }

    fn posted_on(&self) -> bool {
        self.armed().any(|armed| matches!(armed.row.bend, Bend::PostedOn))
    }

    /// Where a form of ours leads on to the client, goes there with the form: one redirect instead of two, and a 307.
    ///
    /// Whether it leads to the client is known only there, and having been there cannot be undone. So the fault bites first,
    /// and a bite that finds another page of ours is given back.
    async fn post_on<S: Routes>(&self, routes: S, copy: Request, response: Response) -> Response {
        let Some(next) = self.continuation(&response) else {
            return response;
        };
        let Some(bite) = self.first(|bend| matches!(bend, Bend::PostedOn)) else {
            return response;
        };
        let (mut parts, _) = copy.into_parts();
        (parts.method, parts.uri) = (Method::GET, next);
        for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
            parts.headers.remove(name);
        }
        // What the browser would have kept between the two: what is given now counts more than what it sent.
        let given: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().cloned().collect();
        let sent: Vec<_> = parts.headers.get_all(header::COOKIE).iter().cloned().collect();
        let pairs = given.iter().filter_map(pair_of).chain(sent);
        let pairs: Vec<_> = pairs.map(|pair| (header::COOKIE, pair)).collect();
        parts.headers.remove(header::COOKIE);
        for (name, pair) in pairs {
            parts.headers.append(name, pair);
        }
        let mut followed = run(routes, Request::from_parts(parts, Body::empty())).await;
        let location = followed
            .headers()
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok());
        let to_the_client = location.is_some_and(|location| !location.starts_with('/'));
        if !to_the_client {
            self.watch.give_back(bite.armed);
            if location.is_some() {
                return response; // another page is missing: the browser goes there by itself
            }
        } else {
            *followed.status_mut() = StatusCode::TEMPORARY_REDIRECT;
        }
        for cookie in given {
            followed.headers_mut().append(header::SET_COOKIE, cookie);
        }
        followed
    }

    fn continuation(&self, response: &Response) -> Option<Uri> {
        let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
        let within = location.strip_prefix(&self.realm.base)?;
        (response.status().is_redirection() && within.starts_with(paths::CONTINUE)).then(|| within.parse().ok())?
    }
}

/// `name=value` out of a `Set-Cookie`.
fn pair_of(cookie: &HeaderValue) -> Option<HeaderValue> {
    let pair = cookie.to_str().ok()?.split(';').next()?;
    HeaderValue::from_str(pair).ok()
}

fn bends_answers(bend: &Bend) -> bool {
    matches!(
        bend,
        Bend::Answer(_)
            | Bend::Document(_)
            | Bend::KeysMoved
            | Bend::OneAuthMethod
            | Bend::DistributedClaims
            | Bend::SignedUserinfo
    )
}

fn fits(needs: Needs, answer: &Answer) -> bool {
    match needs {
        Needs::Nothing => true,
        Needs::Json => answer.status.is_success() && is_json(answer),
        Needs::Member(name) => document(answer).is_some_and(|document| document.contains_key(name)),
    }
}

fn is_json(answer: &Answer) -> bool {
    let kind = answer.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"application/json") || kind.starts_with(b"application/jrd+json"))
}

/// The object of a good answer in JSON.
fn document(answer: &Answer) -> Option<Members> {
    let good = answer.status == StatusCode::OK && is_json(answer);
    good.then(|| serde_json::from_slice(&answer.body).ok())?
}

fn write(answer: &mut Answer, document: &Members) {
    answer.body = Value::Object(document.clone()).to_string().into();
}

fn status(number: u16) -> StatusCode {
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// `{"error", "error_description"}` (RFC 6749 §5.2); a resource that does not know the caller challenges (RFC 6750 §3).
fn machine_error(status: StatusCode, instead: &Instead, at_resource: bool) -> Response {
    let body = json!({"error": instead.code, "error_description": instead.sentence});
    let mut response = (status, axum::Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    if at_resource && status == StatusCode::UNAUTHORIZED {
        let challenge = bearer::challenge("Anteroom", Some((instead.code, instead.sentence)), None);
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn other_method_refused() -> Instead {
    let challenge: (HeaderName, _) = (header::WWW_AUTHENTICATE, "Basic realm=\"Anteroom\", charset=\"UTF-8\"");
    Instead::new(
        401,
        "invalid_client",
        "this way of client authentication is not the one the metadata names",
    )
    .with(challenge.0, challenge.1)
}

fn moved_keys(armed: &Armed) -> String {
    format!("{}/{}", paths::JWKS, armed.id)
}

fn distributed_at(armed: &Armed) -> String {
    format!("{}/{}", paths::USERINFO, armed.id)
}

/// The token the claim is fetched with: it opens nothing else.
fn claim_token(armed: &Armed, watch: &Watch) -> Arc<String> {
    armed.keep(|| watch.here.random.token())
}

/// The same request without its body, to go on with.
fn copy_of(request: &Request) -> Request {
    let mut copy = Request::new(Body::empty());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    *copy.extensions_mut() = request.extensions().clone();
    copy
}

fn hung_up() -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::ConnectionAborted, "an armed fault hangs up")
}

/// Half of the body, then the end. What was said of the length stays.
fn broken_off(body: &Bytes) -> Body {
    let half = body.slice(..body.len() / 2);
    let first = stream::once(async move { Ok(half) });
    // The half has to be on its way before the connection ends: until then there is no next part.
    let then = stream::once(async {
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        Err(hung_up())
    });
    Body::from_stream(first.chain(then))
}

fn dripping(body: Bytes, pause: Duration) -> Body {
    let bytes = (0..body.len()).map(move |at| body.slice(at..=at));
    Body::from_stream(stream::iter(bytes).then(move |byte| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, Infallible>(byte)
    }))
}

/// The whole body; when it has been taken, the connection has nothing more to read.
fn closed_behind(body: Bytes, cord: Option<ConnectionKill>) -> Body {
    struct Closing(Option<ConnectionKill>);
    impl Drop for Closing {
        fn drop(&mut self) {
            if let Some(cord) = &self.0 {
                cord.close();
            }
        }
    }
    let parts = [body].into_iter();
    let state = (parts, Closing(cord));
    Body::from_stream(stream::unfold(state, |(mut parts, closing)| async move {
        let next = parts.next()?;
        Some((Ok::<_, Infallible>(next), (parts, closing)))
    }))
}
