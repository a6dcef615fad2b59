//! Joins the rooms' routers and layers, listens, and ends in good order.
//!
//! | file | what |
//! | --- | --- |
//! | [`start`] | from settings to an app that can answer |
//! | [`listening`] | taking the addresses |
//! | [`serving`] | plain and TLS connections, their limits, draining |
//! | [`realm_prefix`] | which realm a request is for |
//! | [`wire`], [`fault_target`], [`connection_kill`] | what armed faults do to answers, to whom, and to connections |
//! | [`request_log`], [`fallback_errors`] | what surrounds every request |
//! | [`upkeep`] | what is done when nobody asks |
//! | [`scheduler`] | what happens when a realm's clock comes to it |
//! | [`banner`] | what is said on standard output |

mod banner;
mod connection_kill;
mod fallback_errors;
mod fault_target;
mod listening;
mod realm_prefix;
mod request_log;
mod scheduler;
mod serving;
mod signals;
pub mod start;
pub mod upkeep;
mod wire;

use std::convert::Infallible;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use axum::{Router, middleware};
use http::{StatusCode, header};
use http_body_util::Limited;
use tower::Layer;
use tower::util::{BoxCloneSyncService, ThenLayer};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use crate::app::App;
use crate::config::{Config, Issuer, Limits};
use crate::control::entry::Entry;
use crate::journal::{Journal, layer};
use crate::model::Secret;
use crate::random::Random;
use crate::web::csrf::KnownHosts;
use crate::web::endpoint::EndpointTable;
use crate::web::page_error::{PageError, in_their_words};
use crate::web::{assets, paths};
use crate::{control, login, oauth, portals};
use banner::Facts;
use listening::{ListenError, Sockets};
use request_log::TrustedProxies;
use serving::{Serving, TlsError};
use signals::Signals;
use start::StartError;
use wire::WireLayer;

/// How long a probe waits for the database.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// Under which names this server is reached, and what its control API asks for.
#[derive(Clone, Debug)]
pub struct PublicNames {
    pub issuer: Issuer,
    /// Names besides loopback.
    pub hosts: KnownHosts,
    /// Whether there is a control API. Without one none of its addresses exists, in no realm.
    pub control_api: bool,
    /// Asked for in the control API where others can reach the server.
    pub control_token: Option<Secret>,
}

impl PublicNames {
    /// The issuer's host, the addresses listened on and what is allowed besides; a token where others can come.
    ///
    /// They can where an address is not loopback, and where another server stands in between: then the issuer is a name
    /// others know, or there are proxies that are believed.
    fn new(config: &Config, issuer: &Issuer, addresses: &[SocketAddr]) -> Self {
        let allowed = config.allowed_hosts.iter().map(ToString::to_string);
        let listened = addresses.iter().copied().map(listening::host_of);
        let hosts = KnownHosts::new(issuer.as_str(), allowed.chain(listened));
        let directly = config.listen.iter().any(|place| !place.is_loopback());
        let by_proxy = !issuer.host().is_loopback() || !config.trusted_proxies.is_empty();
        let control_token = (directly || by_proxy).then(|| Secret::new(Random::system().token()));
        Self {
            issuer: issuer.clone(),
            hosts,
            control_api: true,
            control_token,
        }
    }
}

/// Serves until a signal says to stop. The first line on `out` says where, once requests are answered.
pub async fn serve(config: &Config, out: &mut impl Write) -> Result<(), ServeError> {
    let tls = config.tls.as_ref().map(serving::tls_config).transpose()?;
    let sockets = Sockets::bind(&config.listen)?;
    let issuer = config.issuer_on(sockets.port());
    let app = start::open(config, &issuer).await?;
    start::seed_default_realm(&app, config).await?;

    let doors = PublicNames::new(config, &issuer, sockets.addresses());
    let router = router(&app, &doors, config);
    let mut signals = Signals::listen().map_err(ServeError::Signals)?;
    let mut serving = Serving::begin(sockets.into_listeners(), &router, tls.as_ref(), &config.limits)?;
    app.tasks.spawn(upkeep::run(app.clone()));
    app.tasks.spawn(scheduler::run(app.clone()));
    app.tasks.spawn(start::courier(&app, config)?.run());
    greet(&app, config, doors, out).await;

    let outcome = tokio::select! {
        () = signals.next() => Ok(()),
        error = serving.failed() => Err(ServeError::Io(error)),
    };
    tracing::info!("stopping: no new connections, what has begun is finished");
    tokio::select! {
        () = serving.drain(&app) => outcome,
        () = signals.next() => Err(ServeError::CutShort),
    }
}

/// Says where, and how to begin. A standard output that nobody reads is no reason to stop.
async fn greet(app: &App, config: &Config, doors: PublicNames, out: &mut impl Write) {
    let first = writeln!(out, "{}", banner::first_line(&doors.issuer)).and_then(|()| out.flush());
    let facts = Facts::gather(app, config, &doors.issuer, doors.control_token).await;
    if let Err(error) = first
        .and_then(|()| write!(out, "{}", facts.text()))
        .and_then(|()| out.flush())
    {
        tracing::warn!(%error, "the banner could not be written");
    }
}

/// The whole server: what surrounds every request, what is the server's own, and the realms.
pub fn router(app: &App, doors: &PublicNames, config: &Config) -> Router {
    let trusted = TrustedProxies(config.trusted_proxies.iter().copied().collect());
    let inside = Router::new()
        .route(paths::HEALTHZ, get(async || "ok\n"))
        .route(paths::READYZ, get(ready))
        .merge(assets::router())
        .fallback_service(service(app, doors))
        .with_state(app.clone());
    surrounded(
        inside,
        &config.limits,
        app.endpoints.clone(),
        app.journal.clone(),
        trusted,
    )
}

/// What every request passes, from the inside out: size, time, panics, the form of what nobody dressed, language, journal, log.
fn surrounded(
    router: Router,
    limits: &Limits,
    endpoints: EndpointTable,
    journal: Journal,
    trusted: TrustedProxies,
) -> Router {
    let time = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limits.request_timeout);
    router
        .layer(DefaultBodyLimit::disable()) // the layer below counts for every reader
        .layer(middleware::from_fn_with_state(*limits, bounded))
        .layer(time)
        .layer(CatchPanicLayer::custom(bare_failure))
        .layer(middleware::from_fn_with_state(endpoints, fallback_errors::dress))
        .layer(middleware::from_fn(in_their_words))
        .layer(middleware::from_fn_with_state(journal, layer::record))
        .layer(middleware::from_fn_with_state(trusted, request_log::record))
        .layer(ThenLayer::new(wire::hold_back))
}

/// A body is as long as its address takes, and no longer; the length it promises is held against that first.
async fn bounded(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let most = if control::takes_snapshots(request.method(), request.uri().path()) {
        limits.max_snapshot_bytes
    } else {
        limits.max_body_bytes
    };
    let promised = request.headers().get(header::CONTENT_LENGTH);
    let promised = promised.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if promised.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > most)) {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return response;
    }
    next.run(request.map(|body| Body::new(Limited::new(body, most)))).await
}

/// Everything a realm answers, from the outside in: realm prefix, armed faults, routes, not found.
pub fn service(app: &App, doors: &PublicNames) -> BoxCloneSyncService<Request, Response, Infallible> {
    let router = Router::new()
        .merge(oauth::routes(app))
        .merge(login::routes(app, doors.hosts.clone()))
        .merge(portals::routes(app, &doors.hosts))
        .merge(control_api(app, doors))
        .fallback(async || PageError::not_found())
        .layer(middleware::from_fn(in_their_words))
        .with_state(app.clone());
    let bendable = WireLayer(app.clone()).layer(router);
    BoxCloneSyncService::new(middleware::from_fn_with_state(app.clone(), realm_prefix::enter).layer(bendable))
}

/// The control API's routes and the door before them; none where there is no such room.
fn control_api(app: &App, doors: &PublicNames) -> Router<App> {
    if !doors.control_api {
        return Router::new();
    }
    let entry = Entry::new(doors.issuer.clone(), doors.hosts.clone(), doors.control_token.clone());
    control::routes(app, entry)
}

/// `GET /readyz`: whether the database answers.
async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    match tokio::time::timeout(READY_WITHIN, app.database.ping()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        Ok(Err(error)) => {
            tracing::error!(%error, "not ready: the database failed");
            (StatusCode::SERVICE_UNAVAILABLE, "the database fails\n")
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}

/// A panic was logged where it happened; [`fallback_errors`] gives the answer its form.
fn bare_failure(panic: Box<dyn std::any::Any + Send>) -> Response {
    let said = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = said, "a request ended in a panic");
    let mut response = Response::default();
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// Why the server does not start, or did not end well.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("signals cannot be heard: {0}")]
    Signals(io::Error),
    #[error("the server cannot go on: {0}")]
    Io(#[from] io::Error),
    #[error("told to stop twice: what had begun was not finished")]
    CutShort,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use axum::body::Bytes;
    use axum::routing::{post, put};
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    fn config(toml: &str) -> Config {
        Config::load(None, Settings::parse(toml, "test").unwrap()).unwrap()
    }

    fn doors(listen: &str, address: &str) -> PublicNames {
        doors_of("http://anteroom:8080", listen, address, "")
    }

    fn doors_of(issuer: &str, listen: &str, address: &str, further: &str) -> PublicNames {
        let config = config(&format!(
            "[server]\nlisten = [\"{listen}\"]\nallowed_hosts = [\"extra.test\"]\n{further}"
        ));
        PublicNames::new(&config, &issuer.parse().unwrap(), &[address.parse().unwrap()])
    }

    #[test]
    fn where_only_this_machine_can_come_the_control_room_asks_for_no_token() {
        for (listen, address) in [("localhost:0", "127.0.0.1:4000"), ("[::1]:0", "[::1]:4000")] {
            for issuer in ["http://localhost:4000", "http://127.0.0.1:4000", "http://[::1]:4000"] {
                let doors = doors_of(issuer, listen, address, "");
                assert!(doors.control_token.is_none(), "{listen} {issuer}");
            }
        }
    }

    #[test]
    fn behind_a_proxy_that_others_can_reach_it_asks_for_a_token_too() {
        for (issuer, further) in [
            ("https://login.example.com", ""),
            ("http://anteroom:8080", ""),
            ("http://localhost:4000", "trusted_proxies = [\"127.0.0.1/32\"]"),
        ] {
            let doors = doors_of(issuer, "127.0.0.1:4000", "127.0.0.1:4000", further);
            assert!(doors.control_token.is_some(), "{issuer} {further}");
        }
    }

    #[test]
    fn where_others_can_come_it_asks_for_one_that_is_new_each_time() {
        let (one, other) = (
            doors("0.0.0.0:0", "0.0.0.0:4000"),
            doors("192.168.1.7:0", "192.168.1.7:4000"),
        );

        let (one, other) = (one.control_token.unwrap(), other.control_token.unwrap());
        assert!(one.reveal().len() >= 43);
        assert_ne!(one.reveal(), other.reveal());
    }

    #[test]
    fn it_is_known_by_its_issuer_its_addresses_and_what_is_allowed_besides() {
        let doors = doors("192.168.1.7:0", "192.168.1.7:4000");

        for host in ["anteroom:8080", "192.168.1.7:4000", "extra.test", "localhost:1"] {
            assert!(doors.hosts.know(host), "{host}");
        }
        for host in ["192.168.1.8", "evil.example", "anteroom.evil.example"] {
            assert!(!doors.hosts.know(host), "{host}");
        }
    }

    async fn broken() {
        panic!("secret cause");
    }

    async fn ask(path: &str, body: impl Into<Body>) -> (StatusCode, String) {
        send(Request::post(path).body(body.into()).unwrap()).await
    }

    async fn send(request: Request) -> (StatusCode, String) {
        let limits = "[limits]\nrequest_timeout = \"50ms\"\nmax_body_bytes = 1024\nmax_snapshot_bytes = 2048\n";
        let limits = config(limits).limits;
        let inside = Router::new()
            .route("/oauth/token", post(broken))
            .route("/oauth/introspect", post(std::future::pending::<()>))
            .route("/control/api/realms/{realm}/snapshot", put(async |_: Bytes| "done"))
            .route("/control/api/realms/{realm}/fork", put(async |_: Bytes| "done"))
            .route("/oauth/revoke", post(async |_: Bytes| "done"));
        let answer = surrounded(
            inside,
            &limits,
            EndpointTable::new([]),
            Journal::default(),
            TrustedProxies::default(),
        )
        .oneshot(request)
        .await
        .unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_panic_is_a_500_in_the_form_of_the_address_and_tells_nothing() {
        let (status, body) = ask("/oauth/token", "").await;

        assert_eq!(status, 500);
        assert!(
            body.starts_with(r#"{"error":"server_error","#) && !body.contains("secret"),
            "{body}"
        );
    }

    #[tokio::test]
    async fn what_takes_too_long_is_given_up_in_words() {
        let (status, body) = ask("/oauth/introspect", "").await;

        assert_eq!(status, 503);
        assert!(body.starts_with(r#"{"error":"temporarily_unavailable","#), "{body}");
    }

    #[tokio::test]
    async fn a_snapshot_has_a_limit_of_its_own_and_nothing_else_has_it() {
        for (path, length, expected) in [
            ("/control/api/realms/x/snapshot", 2048, 200),
            ("/control/api/realms/x/snapshot", 2049, 413),
            ("/control/api/realms/x/fork", 1025, 413),
        ] {
            let request = Request::put(path).body(Body::from("a".repeat(length)));
            assert_eq!(send(request.unwrap()).await.0, expected, "{path} {length}");

            // Without a promise of its length it is counted as it comes.
            let pieces = futures_util::stream::iter(vec![Ok::<_, Infallible>("a".repeat(length))]);
            let request = Request::put(path).body(Body::from_stream(pieces));
            assert_eq!(send(request.unwrap()).await.0, expected, "{path} {length} in pieces");
        }
    }

    #[tokio::test]
    async fn a_body_up_to_the_limit_is_read_and_one_beyond_is_not() {
        let (status, body) = ask("/oauth/revoke", "a".repeat(1024)).await;
        assert_eq!((status.as_u16(), body.as_str()), (200, "done"));

        let (status, body) = ask("/oauth/revoke", "a".repeat(1025)).await;
        assert_eq!(status, 413);
        assert!(body.contains("the body is too large"), "{body}");
    }
}
