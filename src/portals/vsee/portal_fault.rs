//! Armed portal faults, answered in the API's error form, or as a page on the portal's pages.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{error, is_api};
use crate::{
    app::Realm,
    journal::redaction::without_secrets,
    model::Refusal,
    portals::portal::PortalFault,
    web::{
        endpoint::{Endpoint, ErrorForm},
        page_error::PageError,
        paths,
    },
};

/// The API below each mount, and the pages.
pub static ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        paths: &["/vsee/api_v3", "/vsee/vc/next/api_v3", "/vsee/vc/stable/api_v3"],
        error_form: ErrorForm::Own(|status, sentence| {
            (status, Json(json!({"code": status.as_u16(), "message": sentence}))).into_response()
        }),
        cors: true,
        ..PAGES
    },
    PAGES,
];

const PAGES: Endpoint = Endpoint {
    name: "vsee",
    paths: &[paths::VSEE],
    fault_group: Some("vsee"),
    error_form: ErrorForm::Page,
    portal: true,
    ..Endpoint::PROTOCOL
};

/// The answer at a path within the realm.
pub fn answer(_: &Realm, path: &str, fault: &PortalFault) -> Response {
    let below = path.strip_prefix(paths::VSEE).unwrap_or_default();
    if is_api(below) {
        let error = if fault.slot_taken {
            error::slot_unavailable("another user has booked it")
        } else {
            error::of_status(fault.status, fault.sentence)
        };
        return error.answer(&(), &without_secrets(path));
    }
    PageError::new(fault.status, Refusal::new("fault", fault.sentence)).into_response()
}
