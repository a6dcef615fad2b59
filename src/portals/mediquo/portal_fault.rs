//! What goes wrong here on purpose, as mediQuo words it.

use axum::response::Response;
use http::StatusCode;

use super::error;
use crate::app::Realm;
use crate::portals::portal_fault::PortalFault;
use crate::web::paths;

/// The answer to a request that has come to grief.
pub fn answer(_: &Realm, _: &str, fault: &PortalFault) -> Response {
    let why = fault.sentence;
    let error = match fault.status {
        _ if fault.slot_taken => error::unacceptable(why), // it keeps no slots of its own: a plain no
        StatusCode::UNAUTHORIZED => error::unauthorized(why),
        StatusCode::FORBIDDEN => error::forbidden(why),
        StatusCode::NOT_FOUND => error::not_found(why),
        StatusCode::UNPROCESSABLE_ENTITY => error::invalid_field("code", why),
        StatusCode::TOO_MANY_REQUESTS => error::other(fault.status, "Too Many Attempts."),
        status => error::other(status, why),
    };
    error.answer(&(), paths::MEDIQUO)
}
