//! Joins the rooms' routers and layers, listens, and ends in good order.
//!
//! | file | what |
//! | --- | --- |
//! | [`start`] | from settings to an app that can answer |
//! | [`listening`] | taking the addresses |
//! | [`serving`] | plain and TLS connections, their limits, draining |
//! | [`service`] | what every request passes before and after its handler |
//! | [`realm_prefix`] | which realm a request is for |
//! | [`armed_faults`], [`fault_target`], [`connection_kill`] | what armed faults do to answers, to whom, and to connections |
//! | [`request_log`], [`fallback_errors`] | the line in the log, and errors that no handler has written |
//! | [`upkeep`] | what is done regularly |
//! | [`scheduler`] | runs events that are due by a realm's clock |
//! | [`banner`] | what is written to standard output |

mod acceptor;
mod admission;
mod armed_faults;
mod banner;
mod connection_kill;
mod fallback_errors;
mod fault_target;
mod file_limit;
mod listening;
mod multiplexed;
mod realm_prefix;
mod request_log;
mod routing;
mod scheduler;
mod service;
mod serving;
pub mod signals;
pub mod start;
mod timed_stream;
pub mod upkeep;

use std::{
    io::{self, Write},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::get,
};
use tower::service_fn;

use banner::Facts;
use listening::{ListenError, Sockets};
use request_log::TrustedProxies;
use routing::Connection;
use service::Shared;
use serving::{Serving, TlsError};
use signals::Signals;
use start::SeedUse;
use start::StartError;

use crate::{
    app::App,
    config::{Config, Issuer},
    control::{self, entry::Entry},
    login,
    model::Secret,
    oauth, portals,
    random::Random,
    web::{assets, csrf::KnownHosts, page_error::PageError, paths, unavailable},
};

/// How long a probe waits for the database.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// Under which names this server is reached, and what its control API asks for.
#[derive(Clone, Debug)]
pub struct PublicNames {
    pub issuer: Issuer,
    /// Names besides loopback.
    pub hosts: KnownHosts,
    /// Whether there is a control API. Without one, its paths are not found in any realm.
    pub control_api: bool,
    /// Required by the control API where others can reach the server.
    pub control_token: Option<Secret>,
}

impl PublicNames {
    /// The issuer's host, the addresses listened on and what is allowed besides; a token where others can come.
    ///
    /// They can where an address is not loopback, and where another server stands in between: then the issuer is a name
    /// others know, or there are proxies that are trusted.
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
    let mut signals = Signals::listen().map_err(ServeError::Signals)?;
    let Started {
        app,
        names,
        mut serving,
        seed_use,
    } = start_serving(config).await?;
    greet(&app, config, names, seed_use, out).await;

    let outcome = tokio::select! {
        () = signals.next() => Ok(()),
        error = serving.failed() => Err(ServeError::Io(error)),
    };
    tracing::info!("stopping: no new connections are accepted; requests in progress are completed");
    tokio::select! {
        () = serving.drain(&app) => outcome,
        () = signals.next() => Err(ServeError::CutShort),
    }
}

/// Serves as long as `task` runs, which begins once requests are answered; what came of it.
pub async fn serve_during<T>(
    config: &Config,
    task: impl AsyncFnOnce(&App, &PublicNames) -> T,
) -> Result<T, ServeError> {
    let Started {
        app, names, serving, ..
    } = start_serving(config).await?;
    let outcome = task(&app, &names).await;
    serving.drain(&app).await;
    Ok(outcome)
}

/// A server that answers.
struct Started {
    app: App,
    names: PublicNames,
    serving: Serving,
    seed_use: SeedUse,
}

async fn start_serving(config: &Config) -> Result<Started, ServeError> {
    let tls = config.tls.as_ref().map(serving::tls_config).transpose()?;
    let sockets = Sockets::bind(&config.listen)?;
    let issuer = config.issuer_on(sockets.port());
    let app = start::open(config, &issuer).await?;
    let seed_use = start::seed_default_realm(&app, config).await?;

    let names = PublicNames::new(config, &issuer, sockets.addresses());
    let shared = Arc::new(shared(&app, &names, config));
    let serving = Serving::begin(sockets.into_listeners(), &shared, tls.as_ref(), &config.limits)?;
    app.tasks.spawn(upkeep::run(app.clone()));
    app.tasks.spawn(scheduler::run(app.clone()));
    app.tasks.spawn(start::delivery_worker(&app, config)?.run());
    Ok(Started {
        app,
        names,
        serving,
        seed_use,
    })
}

/// Writes the banner. An output that cannot be written to is no reason to stop.
async fn greet(app: &App, config: &Config, names: PublicNames, seed_use: SeedUse, out: &mut impl Write) {
    let first = writeln!(out, "{}", banner::first_line(&names.issuer)).and_then(|()| out.flush());
    let facts = Facts::gather(app, config, &names.issuer, names.control_token, seed_use).await;
    if let Err(error) = first
        .and_then(|()| write!(out, "{}", facts.text()))
        .and_then(|()| out.flush())
    {
        tracing::warn!(%error, "the banner could not be written");
    }
}

/// The whole server in process, without a connection: for tests and benchmarks.
pub fn router(app: &App, names: &PublicNames, config: &Config) -> Router {
    let shared = Arc::new(shared(app, names, config));
    Router::new().fallback_service(service_fn(move |request| {
        service::answer::<Body>(shared.clone(), Connection::default(), request)
    }))
}

/// What all requests share: the routes, and what surrounds them.
fn shared(app: &App, names: &PublicNames, config: &Config) -> Shared {
    let trusted = TrustedProxies(config.trusted_proxies.iter().copied().collect());
    Shared::new(app.clone(), routes(app, names), config.limits, trusted)
}

/// The routes of a realm, and the server's own.
fn routes(app: &App, names: &PublicNames) -> Router {
    Router::new()
        .route(paths::HEALTHZ, get(async || "ok\n"))
        .route(paths::READYZ, get(ready))
        .merge(assets::router())
        .merge(oauth::routes(app))
        .merge(login::routes(app, names.hosts.clone()))
        .merge(portals::routes(app, &names.hosts))
        .merge(control_api(app, names))
        .fallback(async || PageError::not_found())
        .with_state(app.clone())
}

/// The control API's routes behind its access check; none where it is switched off.
fn control_api(app: &App, names: &PublicNames) -> Router<App> {
    if !names.control_api {
        return Router::new();
    }
    let entry = Entry::new(names.issuer.clone(), names.hosts.clone(), names.control_token.clone());
    control::routes(app, entry)
}

/// `GET /readyz`: whether the database can be read and written, and the server is not about to stop.
async fn ready(State(app): State<App>) -> Response {
    if app.shutdown.is_cancelled() {
        return not_ready("stopping\n");
    }
    match tokio::time::timeout(READY_WITHIN, app.database.check()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "not ready: the database failed");
            not_ready("the database fails\n")
        }
        Err(_) => not_ready("the database does not answer\n"),
    }
}

fn not_ready(reason: &'static str) -> Response {
    unavailable::response().map(|_| reason.into())
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
    #[error("signal handlers cannot be installed: {0}")]
    Signals(io::Error),
    #[error("the server stopped: {0}")]
    Io(#[from] io::Error),
    #[error("a second signal stopped the server before all requests were finished")]
    CutShort,
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::{
        body::Bytes,
        routing::{post, put},
    };
    use http::{Request, StatusCode};
    use http_body_util::BodyExt as _;

    use super::*;
    use crate::{
        config::Settings,
        keys::sealing::Sealer,
        passwords::Passwords,
        realms::creation::{NewRealmRequest, create},
        store::Database,
    };

    fn config(toml: &str) -> Config {
        Config::load(None, Settings::parse(toml, "test").unwrap()).unwrap()
    }

    fn names(listen: &str, address: &str) -> PublicNames {
        names_of("http://anteroom:8080", listen, address, "")
    }

    fn names_of(issuer: &str, listen: &str, address: &str, further: &str) -> PublicNames {
        let config = config(&format!(
            "[server]\nlisten = [\"{listen}\"]\nallowed_hosts = [\"extra.test\"]\n{further}"
        ));
        PublicNames::new(&config, &issuer.parse().unwrap(), &[address.parse().unwrap()])
    }

    #[test]
    fn where_only_this_machine_can_connect_the_control_api_requires_no_token() {
        for (listen, address) in [("localhost:0", "127.0.0.1:4000"), ("[::1]:0", "[::1]:4000")] {
            for issuer in ["http://localhost:4000", "http://127.0.0.1:4000", "http://[::1]:4000"] {
                let names = names_of(issuer, listen, address, "");
                assert!(names.control_token.is_none(), "{listen} {issuer}");
            }
        }
    }

    #[test]
    fn behind_a_proxy_that_others_can_reach_it_requires_a_token_too() {
        for (issuer, further) in [
            ("https://login.example.com", ""),
            ("http://anteroom:8080", ""),
            ("http://localhost:4000", "trusted_proxies = [\"127.0.0.1/32\"]"),
        ] {
            let names = names_of(issuer, "127.0.0.1:4000", "127.0.0.1:4000", further);
            assert!(names.control_token.is_some(), "{issuer} {further}");
        }
    }

    #[test]
    fn where_others_can_connect_it_requires_one_that_is_new_at_each_start() {
        let (one, other) = (
            names("0.0.0.0:0", "0.0.0.0:4000"),
            names("192.168.1.7:0", "192.168.1.7:4000"),
        );

        let (one, other) = (one.control_token.unwrap(), other.control_token.unwrap());
        assert!(one.reveal().len() >= 43);
        assert_ne!(one.reveal(), other.reveal());
    }

    #[test]
    fn it_is_known_by_its_issuer_its_addresses_and_what_is_allowed_besides() {
        let names = names("192.168.1.7:0", "192.168.1.7:4000");

        for host in ["anteroom:8080", "192.168.1.7:4000", "extra.test", "localhost:1"] {
            assert!(names.hosts.know(host), "{host}");
        }
        for host in ["192.168.1.8", "evil.example", "anteroom.evil.example"] {
            assert!(!names.hosts.know(host), "{host}");
        }
    }

    async fn broken() {
        panic!("secret cause");
    }

    async fn ask(path: &str, body: impl Into<Body>) -> (StatusCode, String) {
        send(Request::post(path).body(body.into()).unwrap()).await
    }

    async fn send(request: Request<Body>) -> (StatusCode, String) {
        let limits = "[limits]\nrequest_timeout = \"50ms\"\nmax_body_bytes = 1024\nmax_snapshot_bytes = 2048\n";
        let limits = config(limits).limits;
        let routes = Router::new()
            .route("/oauth/token", post(broken))
            .route("/oauth/introspect", post(std::future::pending::<()>))
            .route("/control/api/realms/{realm}/snapshot", put(async |_: Bytes| "done"))
            .route("/control/api/realms/{realm}/fork", put(async |_: Bytes| "done"))
            .route("/oauth/revoke", post(async |_: Bytes| "done"));
        let shared = Arc::new(Shared::new(app().await, routes, limits, TrustedProxies::default()));
        let answer = service::answer(shared, Connection::default(), request).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn app() -> App {
        let database = Database::open("sqlite::memory:").await.unwrap();
        let (sealer, passwords) = (Sealer::ephemeral().unwrap(), Passwords::new().unwrap());
        let endpoints = portals::endpoint_table(portals::ALL);
        let app = App::new(
            "http://localhost:8080".to_owned(),
            database,
            sealer,
            passwords,
            endpoints,
        );
        create(&app, NewRealmRequest::default_realm(Arc::default()))
            .await
            .unwrap();
        app
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
