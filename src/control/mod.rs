//! The control room: everything a tester may turn or look at, as JSON for scripts.
//!
//! | file | what |
//! | --- | --- |
//! | [`route_table`] | what is served where: every lever lists its rows there |
//! | [`realms`] | issuers made and removed; only at the root |
//! | [`clock`] | the realm's time |
//! | [`outbox`] | the letters it has written |
//!
//! `GET /control` says what there is. Everything passes [`entry`] first; every no is `application/problem+json` ([`problem`]). It belongs to development:
//! nothing here may be reachable where others are.

mod body;
pub mod clock;
pub mod entry;
mod outbox;
pub mod problem;
pub mod realms;
pub mod route_table;
pub mod seed;

use axum::routing::{any, get};
use axum::{Json, Router, middleware};
use serde::Serialize;

use crate::app::{App, Realm};
use crate::portals;
use crate::store::tables::{TABLES, Table};
use entry::Entry;
use problem::Problem;

/// The routes of every realm's control room, behind its door.
pub fn routes(app: &App, entry: Entry) -> Router<App> {
    Router::new()
        .merge(route_table::routes(app))
        .route("/control", get(index))
        .route("/control/{*rest}", any(unknown))
        .layer(middleware::from_fn_with_state(entry, entry::guard))
}

/// What a realm's control room offers, as addresses.
#[derive(Serialize)]
struct Index {
    realm: String,
    issuer: String,
    clock: String,
    outbox: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    realms: Option<String>,
}

async fn index(realm: Realm) -> Json<Index> {
    Json(Index {
        realm: realm.name.to_string(),
        issuer: realm.issuer.clone(),
        clock: realm.url("/control/api/clock"),
        outbox: realm.url("/control/api/outbox"),
        realms: realm.name.is_default().then(|| realm.url("/control/api/realms")),
    })
}

/// Every table that belongs to realms, parents before children.
pub fn tables() -> Vec<&'static Table> {
    TABLES.iter().chain(portals::tables()).collect()
}

async fn unknown() -> Problem {
    Problem::not_found("there is nothing at this address; /control lists what there is")
}
