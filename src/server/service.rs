//! The one service around all routes: everything a request passes before and after its handler, in one place and one
//! future.
//!
//! From the outside in: a delay that a fault asks for, the line in the log, the journal, the form and the language of
//! errors, panics, the time limit, the size of the body, the realm, armed faults; then the router.

use std::{
    any::Any,
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::DefaultBodyLimit,
    response::{IntoResponse as _, Response},
};
use futures_util::FutureExt as _;
use http::{HeaderValue, Request, StatusCode, Version, header, request::Parts};
use http_body_util::Limited;
use tower::Service;
use tracing::Instrument as _;

use super::{
    armed_faults,
    connection_kill::ConnectionKill,
    fallback_errors,
    multiplexed::Multiplexed,
    realm_prefix::{self, Within},
    request_log::{self, TrustedProxies},
    routing::{Connection, Delay, Languages, Routes},
};
use crate::{
    app::App,
    clock::monotonic,
    config::Limits,
    control,
    journal::{open_exchange::OpenExchange, request_body::RequestBody},
    web::{
        endpoint::{Endpoint, ErrorForm},
        page_error::{self, PageError},
        received::{Place, Received},
        unavailable,
    },
};

/// Up to this size axum's own limit of bodies lets everything pass, so that it need not be changed.
const LIMIT_OF_AXUM: usize = 2 * 1024 * 1024;

/// An error in a request's body, as axum's extractors take it.
type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// What all requests share.
pub struct Shared {
    routes: Routes,
    limits: Limits,
    trusted: TrustedProxies,
    multiplexed: Multiplexed,
}

/// The service of one connection. `answer` is [`answer`], of whichever body the connection brings.
#[derive(Clone)]
pub struct ConnectionService<F> {
    shared: Arc<Shared>,
    connection: Connection,
    answer: F,
}

impl<F> ConnectionService<F> {
    pub fn new(shared: Arc<Shared>, peer: SocketAddr, answer: F) -> Self {
        let connection = Connection {
            peer: Some(peer.ip()),
            kill: ConnectionKill::default(),
        };
        Self {
            shared,
            connection,
            answer,
        }
    }

    pub fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl<B, F, Answering> Service<Request<B>> for ConnectionService<F>
where
    F: Fn(Arc<Shared>, Connection, Request<B>) -> Answering,
    Answering: Future<Output = Result<Response, Infallible>>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Answering {
        (self.answer)(self.shared.clone(), self.connection.clone(), request)
    }
}

/// Answers one request. One that shares its connection is boxed, so that the others pay nothing for it.
pub async fn answer<B>(shared: Arc<Shared>, connection: Connection, request: Request<B>) -> Result<Response, Infallible>
where
    B: HttpBody<Data = Bytes, Error: Into<BodyError>> + Unpin + Send + 'static,
{
    if request.version() < Version::HTTP_2 {
        return answer_alone(shared, connection, request).await;
    }
    let Some(permit) = shared.multiplexed.admit() else {
        return Ok(shared.busy(&request.into_parts().0));
    };
    let kill = connection.kill.clone();
    let response = Box::pin(answer_alone(shared.clone(), connection, request)).await?;
    Ok(shared.multiplexed.until_taken(response, permit, kill))
}

async fn answer_alone<B>(
    shared: Arc<Shared>,
    connection: Connection,
    request: Request<B>,
) -> Result<Response, Infallible>
where
    B: HttpBody<Data = Bytes, Error: Into<BodyError>> + Unpin + Send + 'static,
{
    let client = connection
        .peer
        .map(|peer| shared.trusted.client(peer, request.headers()));
    let begin = monotonic();
    let (span, logged) = request_log::span(&request);
    let shares_connection = request.version() >= Version::HTTP_2;
    let answering = async {
        let response = shared.recorded(&connection, client, request).await;
        if logged {
            request_log::write(response.status(), client, begin);
        }
        response
    };
    let mut response = answering.instrument(span).await;
    if let Some(Delay(time)) = response.extensions_mut().remove() {
        tokio::time::sleep(time).await;
    }
    if shared.routes.app.shutdown.is_cancelled() && !shares_connection {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    Ok(response)
}

/// A request on its way, without its body.
struct Arrival<'a> {
    connection: &'a Connection,
    client: Option<IpAddr>,
    /// The realm that is asked, and the path there.
    within: &'a Within,
    endpoint: &'static Endpoint,
    exchange: Option<&'a OpenExchange>,
}

impl Shared {
    pub fn new(app: App, routes: Router, limits: Limits, trusted: TrustedProxies) -> Self {
        Self {
            routes: Routes::new(app, routes),
            multiplexed: Multiplexed::new(&limits),
            limits,
            trusted,
        }
    }

    /// The answer to a request that is one too many.
    fn busy(&self, parts: &Parts) -> Response {
        let path = parts.uri.path();
        let endpoint = self.routes.app.endpoints.find(realm_prefix::split(path).path(path));
        let response = fallback_errors::with_form(endpoint, unavailable::response());
        page_error::in_language(response, || Languages::of(parts).layout(Place::default()))
    }

    /// With the journal around it.
    async fn recorded<B>(&self, connection: &Connection, client: Option<IpAddr>, request: Request<B>) -> Response
    where
        B: HttpBody<Data = Bytes, Error: Into<BodyError>> + Unpin + Send + 'static,
    {
        let (parts, body) = request.into_parts();
        let within = realm_prefix::split(parts.uri.path());
        let endpoint = self.routes.app.endpoints.find(within.path(parts.uri.path()));
        let exchange = self.routes.app.journal.start(endpoint, &parts);
        let arrival = Arrival {
            connection,
            client,
            endpoint,
            within: &within,
            exchange: exchange.as_ref(),
        };
        let recording = exchange.as_ref().map(|exchange| exchange.recording().clone());
        let answering = self.with_form(&arrival, parts, body);
        let response = match recording {
            Some(recording) => recording.around(answering).await,
            None => answering.await,
        };
        match exchange {
            Some(exchange) => exchange.finish(response).map(Body::new),
            None => response,
        }
    }

    /// With every error in the form of its endpoint and the language of the request.
    async fn with_form<B>(&self, arrival: &Arrival<'_>, parts: Parts, body: B) -> Response
    where
        B: HttpBody<Data = Bytes, Error: Into<BodyError>> + Unpin + Send + 'static,
    {
        let languages = Languages::of(&parts);
        let shares_connection = parts.version >= Version::HTTP_2;
        let answering = tokio::time::timeout(self.limits.request_timeout, self.of_size(arrival, parts, body));
        let response = match AssertUnwindSafe(answering).catch_unwind().await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => {
                if !shares_connection {
                    arrival.connection.kill.close(); // what still comes of the body would keep the connection
                }
                unavailable::response()
            }
            Err(panic) => failed(&*panic),
        };
        let response = fallback_errors::with_form(arrival.endpoint, response);
        page_error::in_language(response, || languages.layout(Place::default()))
    }

    /// With a body that is as long as its address takes, and no longer; the length it announces is checked first.
    async fn of_size<B>(&self, arrival: &Arrival<'_>, parts: Parts, body: B) -> Response
    where
        B: HttpBody<Data = Bytes, Error: Into<BodyError>> + Unpin + Send + 'static,
    {
        let most = if control::takes_snapshots(&parts.method, parts.uri.path()) {
            self.limits.max_snapshot_bytes
        } else {
            self.limits.max_body_bytes
        };
        let announced = parts.headers.get(header::CONTENT_LENGTH);
        let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > most)) {
            return bare(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let body = if body.is_end_stream() {
            Body::empty()
        } else {
            let watched = match arrival.exchange {
                Some(exchange) => exchange.request_body(&parts.headers, body),
                None => RequestBody::unrecorded(body),
            };
            Body::new(Limited::new(watched, most))
        };
        let mut request = Request::from_parts(parts, body);
        if most > LIMIT_OF_AXUM {
            DefaultBodyLimit::disable().apply(&mut request);
        }
        self.in_realm(arrival, request).await
    }

    /// In the realm that the path names.
    async fn in_realm(&self, arrival: &Arrival<'_>, mut request: Request<Body>) -> Response {
        if arrival.within.is_default() && is_of_the_server(arrival.endpoint) {
            return self.routes.answer(request).await;
        }
        if arrival.within.is_forbidden() {
            return fallback_errors::no_such_realm(arrival.endpoint, arrival.within.realm());
        }
        let realm = match self
            .routes
            .app
            .realms
            .find(&self.routes.app.database, arrival.within.realm())
            .await
        {
            Ok(Some(realm)) => realm,
            Ok(None) => return fallback_errors::no_such_realm(arrival.endpoint, arrival.within.realm()),
            Err(error) => return PageError::from(error).into_response(),
        };
        if is_of_the_server(arrival.endpoint) {
            return PageError::not_found().into_response(); // only at the root
        }
        if let Err(error) = arrival.within.strip(&mut request) {
            return PageError::failure(error).into_response();
        }
        if let Some(exchange) = arrival.exchange {
            exchange.begin(realm.id, &realm.issuer, request.uri().path(), realm.clock.now());
        }
        let received = Received {
            place: realm.place.clone(),
            client: arrival.client,
            endpoint: arrival.endpoint,
        };
        request.extensions_mut().insert(received);
        request.extensions_mut().insert(realm.clone());
        match self.routes.app.faults.of(realm.id) {
            None => self.routes.answer(request).await,
            Some(armed) => {
                Box::pin(armed_faults::answer(
                    &self.routes,
                    realm,
                    &armed,
                    arrival.connection,
                    request,
                ))
                .await
            }
        }
    }
}

/// Whether an address belongs to the server and to no realm: probes and assets.
fn is_of_the_server(endpoint: &Endpoint) -> bool {
    !endpoint.recorded && !matches!(endpoint.error_form, ErrorForm::Problem)
}

/// An answer that gets its form later.
fn bare(status: StatusCode) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

fn failed(panic: &(dyn Any + Send)) -> Response {
    let said = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = said, "a request ended in a panic");
    bare(StatusCode::INTERNAL_SERVER_ERROR)
}
