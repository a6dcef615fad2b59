//! The control API: everything a tester may turn or look at, as JSON for scripts.
//!
//! | file | what |
//! | --- | --- |
//! | [`operations`] | everything that is served, as one table |
//! | [`realms`] | issuers made, copied, put back and removed; only at the root |
//! | [`snapshot`] | realms as documents |
//! | [`clock`] | the realm's time |
//! | [`faults`] | what goes wrong on purpose |
//! | [`users`], [`clients`] | who can sign in, and at what |
//! | [`scopes`], [`claims`] | what clients may ask for, and what tokens and answers say |
//! | [`policy`] | the realm's switches |
//! | [`keys`], [`tokens`] | what it signs with, and tokens without a browser |
//! | [`outbox`] | the messages it has written |
//! | [`exchanges`] | what was asked, answered and refused in it |
//! | [`events`] | what happens in it, as it happens |
//! | [`index`], [`api_docs`], [`openapi`] | the table as addresses, as a page, as a document |
//!
//! Everything passes [`entry`] first; all errors are `application/problem+json`. It belongs to development:
//! nothing here may be reachable where others are.

mod api_docs;
pub mod behaviours;
mod change;
mod claims;
mod clients;
pub mod clock;
mod duration;
pub mod entry;
mod events;
mod exchanges;
mod faults;
mod index;
mod keys;
mod merge_patch;
mod openapi;
pub mod operations;
mod outbox;
mod page;
mod policy;
mod realm_problems;
pub mod realms;
mod scopes;
mod snapshot;
mod tokens;
mod users;

use axum::{Router, middleware, routing::any};
use http::Method;

use crate::{api::problem::Problem, app::App};
use entry::Entry;

/// The routes of every realm's control API, behind its door.
pub fn routes(app: &App, entry: Entry) -> Router<App> {
    Router::new()
        .merge(operations::routes(app))
        .route("/control/", any(unknown))
        .route("/control/{*rest}", any(unknown))
        .layer(middleware::from_fn_with_state(entry, entry::guard))
}

/// Whether a request may have a body as long as a snapshot.
pub fn takes_snapshots(method: &Method, path: &str) -> bool {
    *method == Method::PUT && path.starts_with("/control/api/realms/") && path.ends_with("/snapshot")
}

async fn unknown() -> Problem {
    Problem::not_found("there is no operation at this path; /control lists all")
}
