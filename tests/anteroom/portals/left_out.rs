//! A server without one of the portals: nothing of it is there, and everything else works.

use anteroom::{
    app::App,
    config::{Config, SeedSource, Settings},
    keys::sealing::Sealer,
    model::RealmName,
    passwords::Passwords,
    portals::{self, portal::Portal},
    realms::{
        creation::{NewRealmRequest, create},
        seed::Seed,
        snapshot,
    },
    server::{PublicNames, router},
    store::Database,
    web::csrf::KnownHosts,
};
use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::json;
use tower::ServiceExt as _;

const ISSUER: &str = "http://localhost:8080";

async fn app(portals: &[&'static Portal]) -> App {
    let database = Database::open("sqlite::memory:").await.unwrap();
    let (sealer, passwords) = (Sealer::ephemeral().unwrap(), Passwords::new().unwrap());
    let endpoints = portals::endpoint_table(portals);
    let app = App::new(ISSUER.to_owned(), database, sealer, passwords, endpoints);
    let demo = Seed::find(&SeedSource::Demo, portals).unwrap();
    create(&app, NewRealmRequest::default_realm(demo)).await.unwrap();
    app
}

async fn status(app: &App, path: &str) -> StatusCode {
    let names = PublicNames {
        issuer: ISSUER.parse().unwrap(),
        hosts: KnownHosts::new(ISSUER, []),
        control_api: true,
        control_token: None,
    };
    let request = Request::builder().uri(path).header("host", "localhost:8080");
    let config = Config::load(None, Settings::default()).unwrap();
    let answer = router(app, &names, &config)
        .oneshot(request.body(Body::empty()).unwrap())
        .await;
    answer.unwrap().status()
}

/// The OpenAPI document of each portal.
const DOCUMENTS: [(&str, &str); 3] = [
    ("mypatientportal", "/api-docs/v1/swagger.json"),
    ("mediquo", "/mediquo/openapi.json"),
    ("vsee", "/vsee/openapi.json"),
];

fn without(absent: &Portal) -> Vec<&'static Portal> {
    let rest = portals::ALL.iter().copied();
    rest.filter(|portal| portal.name != absent.name).collect()
}

#[tokio::test]
async fn the_routes_of_a_portal_left_out_are_not_there_and_all_others_are() {
    for absent in portals::ALL {
        let app = app(&without(absent)).await;

        for (name, document) in DOCUMENTS {
            let expected = if name == absent.name {
                StatusCode::NOT_FOUND
            } else {
                StatusCode::OK
            };
            assert_eq!(
                status(&app, document).await,
                expected,
                "{document} without {}",
                absent.name
            );
        }
        for operation in absent.control_operations {
            assert_eq!(
                status(&app, operation.path).await,
                StatusCode::NOT_FOUND,
                "{} without {}",
                operation.path,
                absent.name
            );
        }
        for path in ["/.well-known/openid-configuration", "/login", "/control/api/users"] {
            assert_eq!(
                status(&app, path).await,
                StatusCode::OK,
                "{path} without {}",
                absent.name
            );
        }
    }
}

#[tokio::test]
async fn a_seed_with_the_part_of_a_portal_left_out_is_refused() {
    for absent in portals::ALL {
        let refused = Seed::read_json(json!({absent.name: {}}), &without(absent));

        let reason = refused.map(|_| ()).unwrap_err().to_string();
        assert!(reason.contains(&format!("unknown field `{}`", absent.name)), "{reason}");
    }
}

#[tokio::test]
async fn a_snapshot_with_tables_of_a_portal_left_out_is_refused_and_one_without_them_is_restored() {
    let everything = app(portals::ALL).await;
    let whole = taken(&everything).await;
    for absent in portals::ALL {
        let app = app(&without(absent)).await;

        let refused = restored(&app, &whole).await.unwrap_err();
        assert!(
            refused.contains("there is no such table")
                && absent.tables.iter().any(|table| refused.contains(table.name)),
            "{refused}"
        );
        restored(&app, &taken(&app).await).await.unwrap();
    }
}

async fn taken(app: &App) -> String {
    let realm = app
        .realms
        .find(&app.database, RealmName::DEFAULT)
        .await
        .unwrap()
        .unwrap();
    snapshot::take(app, realm.id).await.unwrap().unwrap()
}

async fn restored(app: &App, document: &str) -> Result<(), String> {
    let name = "copy".parse().unwrap();
    let restored = snapshot::restore(app, name, document.as_bytes(), None).await;
    restored.map(drop).map_err(|error| error.to_string())
}
