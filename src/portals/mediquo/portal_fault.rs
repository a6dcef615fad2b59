//! Faults that a tester has armed, in the error form of mediQuo.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header::CACHE_CONTROL};
use serde_json::json;

use super::error;
use crate::{
    app::Realm,
    portals::portal::PortalFault,
    web::{
        endpoint::{Endpoint, ErrorForm},
        paths,
    },
};

/// The calls, and the widget's pages.
pub static ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        paths: &[
            "/mediquo/v1",
            "/mediquo/api/v1",
            "/mediquo/v2",
            "/mediquo/widget/session/logout",
            "/mediquo/widget/activation-codes",
        ],
        error_form: ErrorForm::Own(|status, sentence| {
            (
                status,
                [(CACHE_CONTROL, "no-store")],
                Json(json!({"message": sentence})),
            )
                .into_response()
        }),
        ..PAGES
    },
    PAGES,
];

const PAGES: Endpoint = Endpoint {
    name: "mediquo",
    paths: &[paths::MEDIQUO],
    fault_group: Some("mediquo"),
    error_form: ErrorForm::Page,
    portal: true,
    ..Endpoint::PROTOCOL
};

/// The answer to a request at which a fault was triggered.
pub fn answer(_: &Realm, _: &str, fault: &PortalFault) -> Response {
    let why = fault.sentence;
    let error = match fault.status {
        _ if fault.slot_taken => error::unacceptable(why), // mediQuo has no slots
        StatusCode::UNAUTHORIZED => error::unauthorized(why),
        StatusCode::FORBIDDEN => error::forbidden(why),
        StatusCode::NOT_FOUND => error::not_found(why),
        StatusCode::UNPROCESSABLE_ENTITY => error::invalid_field("code", why),
        StatusCode::TOO_MANY_REQUESTS => error::other(fault.status, "Too Many Attempts."),
        status => error::other(status, why),
    };
    error.answer(&(), paths::MEDIQUO)
}
