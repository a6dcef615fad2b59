//! What goes wrong here on purpose, as VSee words it.

use axum::response::Response;
use http::StatusCode;

use super::error;
use crate::app::Realm;
use crate::portals::mishap::Mishap;
use crate::web::paths;

/// The answer to a request that has come to grief.
pub fn answer(_: &Realm, mishap: &Mishap) -> Response {
    let why = mishap.sentence;
    let error = match mishap.status {
        _ if mishap.slot_taken => error::slot_unavailable("somebody else has booked it"),
        StatusCode::UNAUTHORIZED => error::unauthorized(why),
        StatusCode::FORBIDDEN => error::forbidden(why),
        StatusCode::NOT_FOUND => error::not_found(why),
        StatusCode::TOO_MANY_REQUESTS => error::too_many_requests(),
        status => error::other(status, why),
    };
    error.answer(paths::VSEE)
}
