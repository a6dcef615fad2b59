//! The MyPatientPortal resource API.
//!
//! The 19 documented rows stand in [`route_table`]; one shell, `call.rs`, serves them all.
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
//! | `/api-docs…` | `api_docs.rs`, `openapi/` |

mod api_docs;
mod appointments;
mod asap_list;
mod availabilities;
pub mod availability_id;
mod booking;
mod call;
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
pub mod route_table;
pub mod seed;
mod store;
mod video_consultation;
mod wire;

use axum::{
    Router,
    extract::{RawPathParams, Request, State, rejection::RawPathParamsRejection},
    middleware,
    response::Response,
    routing::{MethodFilter, MethodRouter, any, get},
};
use http::{
    Method,
    header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE},
};
use tower_http::cors::{Any, CorsLayer};

pub use portal_fault::{ENDPOINTS, answer as portal_fault};
pub use reminders::HANDLERS;
use route_table::{ROWS, Row};
pub use store::{TABLES, insert_seed};

use crate::{
    app::{App, Realm, run_to_completion},
    portals::swagger_ui,
    web::paths,
};

/// The routes of this room.
pub fn routes(app: &App) -> Router<App> {
    let mut rows = Router::new();
    let mut paths_of_rows: Vec<_> = ROWS.iter().map(|row| row.path).collect();
    paths_of_rows.dedup();
    for path in paths_of_rows {
        rows = rows.route(&format!("{}{path}", paths::PORTAL), at(path, app));
    }
    let nothing_here = any(async |realm: Realm| error::no_resource().answer(&realm.policy, paths::PORTAL));
    for path in ["", "/", "/{*rest}"] {
        rows = rows.route(&format!("{}{path}", paths::PORTAL), nothing_here.clone());
    }
    rows.route(
        &format!("{}/v1/swagger.json", paths::API_DOCS),
        get(api_docs::show_document),
    )
    .layer(cross_origin())
    .merge(swagger_ui::routes(&api_docs::UI))
    .route(&format!("{}/{{token}}", paths::VIDEO), get(video_consultation::show))
}

/// An error where the path is no text.
type Params = Result<RawPathParams, RawPathParamsRejection>;

/// Everything the table says of one path. What writes is seen through, whoever hangs up.
fn at(path: &'static str, app: &App) -> MethodRouter<App> {
    let rows: Vec<&'static Row> = ROWS.iter().filter(|row| row.path == path).collect();
    let mut router = MethodRouter::new();
    for &row in &rows {
        let serve = async move |State(app): State<App>, realm: Realm, params: Params, request: Request| {
            call::serve(row, app, realm, params.ok(), request).await
        };
        router = router.on(filter(row), serve);
    }
    if rows.iter().any(|row| row.writes()) {
        router = router.layer(middleware::from_fn_with_state(app.clone(), run_to_completion));
    }
    let allowed: Vec<_> = rows.iter().map(|row| row.method.as_str()).collect();
    router.fallback(async move |realm: Realm, method: Method| -> Response {
        error::wrong_method(&allowed, method.as_str()).answer(&realm.policy, path)
    })
}

fn filter(row: &Row) -> MethodFilter {
    MethodFilter::try_from(row.method.clone()).expect("the table's methods are ordinary ones")
}

/// Scripts of any origin may call the portal: they bring no cookie, and what they may do the token says.
fn cross_origin() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
        .expose_headers([WWW_AUTHENTICATE])
}
