//! mediQuo: the SDK API v1, what is known of API v2, webhooks, and a stand-in for the widget.
//!
//! The calls stand in a table, `calls.rs`; one shell, `call.rs`, serves them all.
//!
//! | path, below `/mediquo` | file |
//! | --- | --- |
//! | `PUT\|GET /v1/patients`, `GET …/{code}`, `POST /v2/patients/bulk` | `patients.rs` |
//! | `POST /v1/patients/authenticate`, `/v2/authenticate`, `/v2/patients/authenticate` | `authenticate.rs` |
//! | `POST /widget/session/logout` | `authenticate.rs`, `access_token.rs` |
//! | `POST /v1/appointments`, `PUT\|DELETE …/{code}` | `appointments.rs`, `links.rs` |
//! | `GET /v1/consultants` | `consultants.rs` |
//! | `POST /v1/messages` | `messages.rs` |
//! | `GET /v1/prescriptions/{code}`, `…/download` | `prescriptions.rs`, `pdf.rs` |
//! | `/v1/activation-codes…`, `POST /widget/activation-codes/redeem` | `activation_codes.rs`, `redemptions.rs` |
//! | `/widget/frame`, `/widget/session`, `/integration/native.html`, `/join/{token}`, `/demo`, scripts | `widget/` |
//! | `/openapi.json`, `/api-docs…` | `openapi.rs`, `schemas.rs` |
//!
//! `/v1` is served at `/api/v1` too. Not served here but to the control API: `control_operations.rs`.

mod access;
mod access_token;
mod activation_codes;
mod appointments;
mod authenticate;
mod call;
mod calls;
mod consultants;
mod control_api;
pub mod control_operations;
mod error;
mod input;
mod links;
mod messages;
pub mod model;
mod openapi;
mod patients;
mod pdf;
mod portal_fault;
mod prescriptions;
mod rate_limit;
mod redemptions;
mod schemas;
pub mod seed;
mod seed_part;
mod seeding;
mod store;
pub mod webhooks;
mod widget;
mod wire;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware,
    routing::{MethodRouter, any, get},
};

use self::{
    call::{Operation, PathParams},
    calls::CALLS,
    rate_limit::RateLimits,
    store::tables::TABLES,
};
use crate::{
    app::{App, Realm, run_to_completion},
    portals::{portal::Portal, swagger_ui},
    web::{csrf::KnownHosts, paths},
};

/// The portal as a value.
pub static PORTAL: Portal = Portal {
    name: "mediquo",
    mount: paths::MEDIQUO,
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
    let at = |path: &str| format!("{}{path}", paths::MEDIQUO);
    let limits = Arc::new(RateLimits::default());
    let mut router = Router::new();
    let mut paths_of_calls: Vec<_> = CALLS.iter().map(|call| call.path).collect();
    paths_of_calls.dedup();
    for path in paths_of_calls {
        let operations: Arc<[_]> = CALLS.iter().filter(|call| call.path == path).collect();
        for alias in served_at(path) {
            router = router.route(&at(&alias), serve(operations.clone(), limits.clone(), app));
        }
    }
    let nothing_here = any(async move |realm: Realm, request: Request| call::nothing_here(&limits, &realm, &request));
    for prefix in ["/v1", "/api/v1", "/v2"] {
        for path in ["", "/", "/{*rest}"] {
            router = router.route(&at(&format!("{prefix}{path}")), nothing_here.clone());
        }
    }
    router
        .route(&at("/openapi.json"), get(openapi::show))
        .merge(swagger_ui::routes(&openapi::UI))
        .merge(widget::routes(app, known_hosts))
}

/// `/v1` is served at `/api/v1` too: prescriptions are documented there.
fn served_at(path: &str) -> Vec<String> {
    let mut served = vec![path.to_owned()];
    if path.starts_with("/v1/") {
        served.push(format!("/api{path}"));
    }
    served
}

/// All methods of one path. A call that writes runs to completion, also when the client disconnects.
fn serve(operations: Arc<[&'static Operation]>, limits: Arc<RateLimits>, app: &App) -> MethodRouter<App> {
    let writes = operations.iter().any(|operation| operation.writes());
    let served = any(
        async move |State(app): State<App>, realm: Realm, params: PathParams, request: Request| {
            call::serve(operations, limits, app, realm, params, request).await
        },
    );
    if writes {
        served.layer(middleware::from_fn_with_state(app.clone(), run_to_completion))
    } else {
        served
    }
}
