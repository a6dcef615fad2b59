//! The VSee Clinic: API v3 and the pages that a single sign-on leads to, emulated from the vendor's documentation.
//!
//! `calls/` is the table of the API: each operation with its handler, and whether the documentation describes it or we
//! inferred it. One shell, `call.rs`, serves them all, below each mount and with or without `.json`.
//!
//! | path | file |
//! | --- | --- |
//! | `POST /users/sso`, `POST /users/login` | `sso.rs`, `login.rs` |
//! | `GET /users…`, `POST /users/{id}/rooms` | `users.rs` |
//! | `/intakes…`, `/attachments…` | `intakes.rs`, `attachments.rs` |
//! | `POST /visits`, `…/add_walkin`, `…/add_econsult` | `booking.rs` |
//! | `GET /visits…`, `…/accept`, `…/end` | `visits.rs` |
//! | `/availability` | `availability.rs` |
//! | `/rooms…`, `/accounts…` | `rooms.rs`, `accounts.rs` |
//! | the pages | `pages/` |
//! | webhooks and e-mails | `webhooks.rs`, `messages.rs` |
//! | `/openapi.json`, `/api-docs` | `openapi/`, `api_docs.rs` |

mod access;
mod accounts;
mod api_docs;
mod attachments;
mod availability;
mod booking;
pub mod call;
mod caller;
pub mod calls;
pub mod context;
mod control_api;
pub mod error;
pub mod input;
mod intakes;
mod links;
mod login;
mod messages;
pub mod model;
mod openapi;
mod pages;
mod person;
mod portal_fault;
mod rooms;
mod routing;
mod schemas;
pub mod seed;
mod seed_part;
mod sso;
pub mod store;
mod user_tokens;
mod users;
mod visits;
pub mod webhooks;
mod wire;

use axum::{
    Router,
    extract::{Request, State},
    middleware,
    response::Response,
    routing::any,
};
use http::Method;

use pages::MOUNTS;
use routing::Found;
use store::TABLES;

use crate::{
    app::{App, Realm, run_to_completion},
    journal::redaction::without_secrets,
    portals::cross_origin,
    portals::{portal::Portal, swagger_ui},
    web::{csrf::KnownHosts, paths},
};

/// The prefix of the calls, below each mount.
const API: &str = "/api_v3";

/// The portal as a value.
pub static PORTAL: Portal = Portal {
    name: "vsee",
    mount: paths::VSEE,
    endpoints: portal_fault::ENDPOINTS,
    routes,
    tables: TABLES,
    control_operations: control_api::OPERATIONS,
    event_handlers: &[],
    seed: seed_part::FORMAT,
    fault_response: portal_fault::answer,
};

/// The routes of this portal.
fn routes(app: &App, known_hosts: KnownHosts) -> Router<App> {
    let mut api = Router::new();
    for mount in MOUNTS {
        for rest in ["", "/", "/{*rest}"] {
            api = api.route(&format!("{}{}{API}{rest}", paths::VSEE, mount.0), any(serve));
        }
    }
    let api = api
        .layer(middleware::from_fn_with_state(app.clone(), run_to_completion))
        .route(
            &format!("{}/openapi.json", paths::VSEE),
            axum::routing::get(api_docs::show_document),
        );
    cross_origin::open(api, &[Method::GET, Method::POST])
        .merge(swagger_ui::routes(&api_docs::UI))
        .merge(pages::routes(app, known_hosts))
}

/// Whether a path, given without `/vsee`, belongs to the API and so answers in JSON.
pub fn is_api(rest: &str) -> bool {
    MOUNTS.iter().any(|mount| {
        let below = rest.strip_prefix(mount.0).and_then(|rest| rest.strip_prefix(API));
        below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
    })
}

async fn serve(State(app): State<App>, realm: Realm, request: Request) -> Response {
    let path = request.uri().path();
    let below = path.split_once(API).map_or("", |(_, below)| below);
    match routing::find(calls::all(), request.method(), below) {
        Found::Row(row, values) => call::serve(row, values, app, realm, request).await,
        Found::WrongMethod(allowed) => {
            error::wrong_method(&allowed, request.method().as_str()).answer(&(), &without_secrets(below))
        }
        Found::Nothing => error::not_found("the path is unknown").answer(&(), &without_secrets(below)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_is_known_below_each_mount_and_nowhere_else() {
        for api in ["/api_v3", "/api_v3/", "/vc/next/api_v3/users/sso", "/vc/stable/api_v3"] {
            assert!(is_api(api), "{api}");
        }
        for page in [
            "",
            "/",
            "/auth",
            "/vc/next/auth",
            "/vc/other/api_v3",
            "/api_v33",
            "/openapi.json",
        ] {
            assert!(!is_api(page), "{page}");
        }
    }
}
