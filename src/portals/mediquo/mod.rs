//! mediQuo: the SDK API v1, what is known of API v2, webhooks, and a stand-in for the widget.
//!
//! The documented calls stand in [`route_table`]; one shell, `call.rs`, serves them all.
//!
//! | path, below `/mediquo` | file |
//! | --- | --- |
//! | `PUT\|GET /v1/patients`, `GET …/{code}`, `POST /v2/patients/bulk` | `patients.rs` |
//! | `POST /v1/patients/authenticate`, `/v2/authenticate`, `/v2/patients/authenticate`, `/widget/session/logout` | `authenticate.rs`, `access_token.rs` |
//! | `POST /v1/appointments`, `PUT\|DELETE …/{code}` | `appointments.rs`, `links.rs` |
//! | `GET /v1/consultants` | `consultants.rs` |
//! | `POST /v1/messages` | `messages.rs` |
//! | `GET /v1/prescriptions/{code}`, `…/download` | `prescriptions.rs`, `pdf.rs` |
//! | `/v1/activation-codes…`, `POST /widget/activation-codes/redeem` | `activation_codes.rs`, `redemptions.rs` |
//! | `/widget/frame`, `/widget/session`, `/integration/native.html`, `/js/1.0.0/…`, `/join/{token}`, `/demo` | `widget.rs` |
//! | `/openapi.json`, `/api-docs…` | `openapi/` |
//!
//! `/v1` is served at `/api/v1` too. Not served here but to the control API: `control_operations.rs`.

mod access_token;
mod activation_codes;
mod appointments;
mod authenticate;
mod call;
mod consultants;
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
mod route_table;
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
    extract::{RawPathParams, Request, State, rejection::RawPathParamsRejection},
    middleware,
    routing::{MethodRouter, any, get, post},
};

use rate_limit::RateLimits;
use route_table::{ROWS, Row};
use store::tables::TABLES;

use crate::{
    app::{App, Realm, run_to_completion},
    portals::{portal::Portal, swagger_ui},
    web::{
        csrf::{self, KnownHosts},
        paths,
    },
};

/// The portal as a value.
pub static PORTAL: Portal = Portal {
    name: "mediquo",
    mount: paths::MEDIQUO,
    endpoints: portal_fault::ENDPOINTS,
    routes: routes,
    tables: TABLES,
    event_handlers: &[],
    seed: seed_part::FORMAT,
    fault_response: portal_fault::answer,
};

/// The routes of this portal.
fn routes(app: &App, known_hosts: KnownHosts) -> Router<App> {
    let at = |path: &str| format!("{}{path}", paths::MEDIQUO);
    let limits = Arc::new(RateLimits::default());
    let mut router = Router::new();
    let mut places: Vec<_> = ROWS.iter().map(|row| (row.base, row.path)).collect();
    places.dedup();
    for (base, path) in places {
        let rows: Arc<[&'static Row]> = ROWS.iter().filter(|row| (row.base, row.path) == (base, path)).collect();
        for prefix in base.prefixes() {
            router = router.route(
                &at(&format!("{prefix}{path}")),
                serve(rows.clone(), limits.clone(), app),
            );
        }
    }
    let nothing_here = any(async move |realm: Realm, request: Request| call::nothing_here(&limits, &realm, &request));
    for prefix in ["/v1", "/api/v1", "/v2"] {
        for path in ["", "/", "/{*rest}"] {
            router = router.route(&at(&format!("{prefix}{path}")), nothing_here.clone());
        }
    }
    // It mints tokens for whoever asks: no site may read it by letting its own name point to this machine.
    let demo = get(widget::demo).layer(middleware::from_fn_with_state(known_hosts, csrf::only_known_hosts_read));
    let register = post(widget::register).route_layer(middleware::from_fn_with_state(app.clone(), run_to_completion));
    router
        .route(&at("/widget/frame"), get(widget::frame))
        .route(&at("/widget/session"), register)
        .route(&at("/integration/native.html"), get(widget::native))
        .route(&at("/js/1.0.0/{file}"), get(widget::script))
        .route(&at("/join/{token}"), get(widget::join))
        .route(&at("/demo"), demo)
        .route(&at("/openapi.json"), get(openapi::show))
        .merge(swagger_ui::routes(&openapi::UI))
}

/// An error where the path is no text.
type Params = Result<RawPathParams, RawPathParamsRejection>;

/// Everything the table says of one path. What writes is seen through, whoever hangs up.
fn serve(rows: Arc<[&'static Row]>, limits: Arc<RateLimits>, app: &App) -> MethodRouter<App> {
    let writes = rows.iter().any(|row| row.writes());
    let served = any(
        async move |State(app): State<App>, realm: Realm, params: Params, request: Request| {
            call::serve(rows, limits, app, realm, params.ok(), request).await
        },
    );
    if writes {
        served.layer(middleware::from_fn_with_state(app.clone(), run_to_completion))
    } else {
        served
    }
}
