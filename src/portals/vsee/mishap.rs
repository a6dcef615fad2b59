//! What goes wrong here on purpose, in the API's own error form; on the portal's pages, as a page.

use axum::response::{IntoResponse, Response};

use super::{error, is_api};
use crate::{
    model::Refusal,
    portals::mishap::Mishap,
    web::{page_error::PageError, paths},
};

/// The answer at a path within the realm.
pub fn answer(path: &str, mishap: &Mishap) -> Response {
    let below = path.strip_prefix(paths::VSEE).unwrap_or_default();
    if is_api(below) {
        return error::mishap(mishap.status, mishap.slot_taken, mishap.sentence).answer(path);
    }
    PageError::new(mishap.status, Refusal::new("mishap", mishap.sentence)).into_response()
}
