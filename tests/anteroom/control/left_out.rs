//! A server without a control API has none of its addresses, in no realm.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use anteroom::{
    app::App,
    config::{Config, Settings},
    control::operations::operations,
    keys::sealing::Sealer,
    passwords::Passwords,
    portals,
    realms::creation::{NewRealmRequest, create},
    server::{PublicNames, router},
    store::Database,
    web::csrf::KnownHosts,
};
use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::test_server::filled;

const ISSUER: &str = "http://localhost:8080";

async fn app() -> App {
    let database = Database::open("sqlite::memory:").await.unwrap();
    let (sealer, passwords) = (Sealer::ephemeral().unwrap(), Passwords::new().unwrap());
    let app = App::new(
        ISSUER.to_owned(),
        database,
        sealer,
        passwords,
        portals::endpoint_table(portals::ALL),
    );
    create(&app, NewRealmRequest::default_realm(Arc::default()))
        .await
        .unwrap();
    app
}

fn doors(control_api: bool) -> PublicNames {
    PublicNames {
        issuer: ISSUER.parse().unwrap(),
        hosts: KnownHosts::new(ISSUER, []),
        control_api,
        control_token: None,
    }
}

async fn ask(app: &App, doors: &PublicNames, method: &http::Method, path: &str) -> (StatusCode, String) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost:8080");
    let request = request.body(Body::empty()).unwrap();
    let config = Config::load(None, Settings::default()).unwrap();
    let answer = router(app, doors, &config).oneshot(request).await.unwrap();
    let status = answer.status();
    // Not the whole of it: an answer may be a stream without an end.
    let kind = answer
        .headers()
        .get("content-type")
        .map(|kind| kind.to_str().unwrap_or_default().to_owned());
    if status != StatusCode::NOT_FOUND {
        return (status, kind.unwrap_or_default());
    }
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn no_operation_is_served_where_the_control_api_is_left_out() {
    let app = app().await;
    let (with, without) = (doors(true), doors(false));
    let (_, nothing) = ask(&app, &without, &http::Method::GET, "/no-such-place").await;

    for row in operations(portals::ALL) {
        let path = filled(row.path);
        let (there, body) = ask(&app, &with, &row.method, &path).await;
        assert!(
            there != StatusCode::NOT_FOUND || !body.contains("no operation at this path"),
            "{} {path} is not served at all",
            row.method
        );

        // As if the address had never been thought of: the answer is that of any other place where nothing is.
        assert_eq!(
            ask(&app, &without, &row.method, &path).await,
            (StatusCode::NOT_FOUND, nothing.clone()),
            "{} {path}",
            row.method
        );
    }
}

#[tokio::test]
async fn neither_is_anything_else_below_control() {
    let app = app().await;

    for path in [
        "/control",
        "/control/",
        "/control/api",
        "/control/api/nothing",
        "/control/api-docs/start.js",
    ] {
        for method in [http::Method::GET, http::Method::POST, http::Method::DELETE] {
            assert_eq!(
                ask(&app, &doors(false), &method, path).await.0,
                StatusCode::NOT_FOUND,
                "{method} {path}"
            );
        }
    }
}

/// What is routed past the table would be neither documented nor left out.
#[test]
fn the_control_api_has_no_routes_but_those_of_the_table() {
    let mut routing = BTreeSet::new();
    look_for_routes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/control"), &mut routing);

    assert_eq!(
        routing.into_iter().collect::<Vec<_>>(),
        [
            "mod.rs: .route(\"/control/\", any(unknown))",
            "mod.rs: .route(\"/control/{*rest}\", any(unknown))",
            "operations.rs: .fold(Router::new(), |router, row| router.route(row.path, route(row, app)));"
        ]
    );
}

/// Lines outside of tests that put something into a router.
fn look_for_routes(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            look_for_routes(&path, found);
            continue;
        }
        if path.ends_with("tests.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let lines = text
            .lines()
            .take_while(|line| !line.starts_with("#[cfg(test)]"))
            .map(str::trim);
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let routing = [".route(", ".nest(", ".route_service(", ".nest_service("];
        let lines = lines.filter(|line| !line.starts_with("//") && routing.iter().any(|call| line.contains(call)));
        found.extend(lines.map(|line| format!("{file}: {line}")));
    }
}
