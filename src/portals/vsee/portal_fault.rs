//! Armed portal faults, answered in the API's error form, or as a page on the portal's pages.

use axum::response::{IntoResponse, Response};

use super::{error, is_api};
use crate::{
    app::Realm,
    model::Refusal,
    portals::portal_fault::PortalFault,
    web::{page_error::PageError, paths},
};

/// The answer at a path within the realm.
pub fn answer(_: &Realm, path: &str, fault: &PortalFault) -> Response {
    let below = path.strip_prefix(paths::VSEE).unwrap_or_default();
    if is_api(below) {
        let error = if fault.slot_taken {
            error::slot_unavailable("somebody else has booked it")
        } else {
            error::of_status(fault.status, fault.sentence)
        };
        return error.answer(path);
    }
    PageError::new(fault.status, Refusal::new("fault", fault.sentence)).into_response()
}
