//! The MyPatientPortal resource API.
//!
//! The 19 documented rows stand in a table, [`calls`]; one shell, `call.rs`, serves them all.
//!
//! | path | file |
//! | --- | --- |
//! | `GET /user` | `profile.rs` |
//! | `GET /appointments`, `…/upcoming`, `…/{id}` | `appointments.rs` |
//! | `POST /booking` | `booking.rs` |
//! | `POST …/{id}/reschedule` | `rescheduling.rs` |
//! | `POST …/{id}/cancel` | `cancellation.rs` |
//! | `PUT\|DELETE …/{id}/asap_list` | `asap_list.rs` |
//! | `GET /availabilities`, `…/{id}/availabilities`, `…/{id}/earlier_availability` | `availabilities.rs` |
//! | `GET /insurances`, `/appointment_categories…`, `/appointment_types…`, `/practices…` | `catalogue.rs` |
//! | `POST …/{id}/video_consultation`, and the page `/video/{token}` | `video_consultation.rs` |
//! | nothing: what this portal does by itself | `reminders.rs` |
//! | `/api-docs…` | `api_docs.rs`, `openapi.rs`, `schemas.rs` |

pub mod access;
mod api_docs;
mod appointments;
mod asap_list;
mod availabilities;
pub mod availability_id;
mod booking;
pub mod call;
pub mod calls;
mod cancellation;
mod catalogue;
pub mod comment_form;
mod error;
mod input;
mod links;
pub mod model;
mod openapi;
mod portal_fault;
mod profile;
mod reminders;
mod rescheduling;
mod schemas;
pub mod seed;
mod seed_part;
mod store;
mod video_consultation;
mod wire;

use axum::{
    Router,
    extract::{Request, State},
    middleware,
    response::Response,
    routing::{MethodFilter, MethodRouter, any, get},
};
use http::Method;

use self::{
    call::{Operation, PathParams},
    calls::CALLS,
};
use crate::{
    app::{App, Realm, run_to_completion},
    portals::cross_origin,
    portals::{portal::Portal, swagger_ui},
    web::{csrf::KnownHosts, paths},
};

/// The portal as a value.
pub static PORTAL: Portal = Portal {
    name: "mypatientportal",
    mount: paths::PORTAL,
    endpoints: portal_fault::ENDPOINTS,
    routes,
    tables: store::TABLES,
    control_operations: &[],
    event_handlers: reminders::HANDLERS,
    seed: seed_part::FORMAT,
    fault_response: portal_fault::answer,
};

/// The routes of this portal.
fn routes(app: &App, _: KnownHosts) -> Router<App> {
    let mut calls = Router::new();
    let mut paths_of_calls: Vec<_> = CALLS.iter().map(|call| call.path).collect();
    paths_of_calls.dedup();
    for path in paths_of_calls {
        calls = calls.route(&format!("{}{path}", paths::PORTAL), at(path, app));
    }
    let nothing_here = any(async |realm: Realm| error::no_resource().answer(&realm.policy, paths::PORTAL));
    for path in ["", "/", "/{*rest}"] {
        calls = calls.route(&format!("{}{path}", paths::PORTAL), nothing_here.clone());
    }
    let calls = calls.route(
        &format!("{}/v1/swagger.json", paths::API_DOCS),
        get(api_docs::show_document),
    );
    cross_origin::open(calls, &[Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .merge(swagger_ui::routes(&api_docs::UI))
        .route(&format!("{}/{{token}}", paths::VIDEO), get(video_consultation::show))
}

/// All methods of one path. A call that writes runs to completion, also when the client disconnects.
fn at(path: &'static str, app: &App) -> MethodRouter<App> {
    let operations: Vec<&'static Operation> = CALLS.iter().filter(|call| call.path == path).collect();
    let mut router = MethodRouter::new();
    for &operation in &operations {
        let serve = async move |State(app): State<App>, realm: Realm, params: PathParams, request: Request| {
            call::serve(operation, app, realm, params, request).await
        };
        router = router.on(filter(operation), serve);
    }
    if operations.iter().any(|operation| operation.writes()) {
        router = router.layer(middleware::from_fn_with_state(app.clone(), run_to_completion));
    }
    let allowed: Vec<_> = operations.iter().map(|operation| operation.method.as_str()).collect();
    router.fallback(async move |realm: Realm, method: Method| -> Response {
        error::wrong_method(&allowed, method.as_str()).answer(&realm.policy, path)
    })
}

fn filter(operation: &Operation) -> MethodFilter {
    MethodFilter::try_from(operation.method.clone()).expect("the methods of the table are standard ones")
}
