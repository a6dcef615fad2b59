//! Refusals in this portal's wire form: a status and `{"code": <the same>, "message": "<text>"}`.
//!
//! Two texts are documented and sent as documented: that of an unknown path or object, and that of a room that already
//! exists. All others are ours and say what is wrong with the request.

use axum::response::Response;
use http::{StatusCode, header};
use serde_json::json;

use super::wire;
use crate::{
    api::{
        input::InputError,
        refused::{ApiError, ErrorForm, Refused},
    },
    model::Refusal,
    web::page_error::PageError,
};

/// The message of a refusal.
#[derive(Debug)]
pub struct Message(String);

impl ErrorForm for Message {
    type Settings = ();

    fn refused(refused: &Refused<Self>, (): &()) -> Response {
        answer(refused.status, &refused.form.0)
    }

    fn failed(status: StatusCode, (): &()) -> Response {
        answer(status, "Something went wrong. Please try again later.")
    }
}

fn answer(status: StatusCode, message: &str) -> Response {
    wire::answer(status, json!({"code": status.as_u16(), "message": message}).to_string())
}

/// Why a request gets an error response.
pub type VseeError = ApiError<Message>;

/// The result of a handler.
pub type Result<T> = std::result::Result<T, VseeError>;

/// The documented message for every unknown path or object.
const NOT_AVAILABLE: &str = "Sorry, this page is not available.";

/// The same refusal as a page.
impl From<VseeError> for PageError {
    fn from(error: VseeError) -> Self {
        match error {
            VseeError::Refused(refused) => Self::new(refused.status, refused.refusal),
            VseeError::Failed(cause) => cause.into(),
        }
    }
}

impl From<serde_json::Error> for VseeError {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<InputError> for VseeError {
    fn from(error: InputError) -> Self {
        match error {
            InputError::TooLarge { most } => too_large(most),
            InputError::MediaType { accepted, received } => {
                malformed("body", format!("send {}", accepted.join(" or "))).compare(accepted.join(" or "), received)
            }
            InputError::Unreadable { part, why } => malformed(part.name(), why),
            InputError::Member { name, why } => malformed(&name, why),
        }
    }
}

fn refused(status: StatusCode, code: &'static str, message: impl Into<String>) -> VseeError {
    let message = message.into();
    let refusal = Refusal::new(code, &message);
    VseeError::new(status, Message(message), refusal)
}

/// 400: a required parameter is missing.
pub fn missing(field: &str) -> VseeError {
    refused(
        StatusCode::BAD_REQUEST,
        "missing_field",
        format!("Missing parameter: {field}."),
    )
}

/// 400: a parameter is malformed.
pub fn malformed(field: &str, why: impl AsRef<str>) -> VseeError {
    let message = format!("Invalid parameter: {field}: {}.", why.as_ref());
    refused(StatusCode::BAD_REQUEST, "malformed_field", message)
}

/// 400: the current state does not allow it.
pub fn not_possible(message: impl Into<String>) -> VseeError {
    refused(StatusCode::BAD_REQUEST, "not_possible", message)
}

/// 400, with the documented message.
pub fn slug_exists(domain: &str, slug: &str) -> VseeError {
    let message = format!("In domain '{domain}' slug '{slug}' already exists.");
    refused(StatusCode::BAD_REQUEST, "slug_exists", message)
}

/// 400: the code of a room has to be unique, too.
pub fn room_code_exists(code: &str) -> VseeError {
    let message = format!("Room code '{code}' already exists.");
    refused(StatusCode::BAD_REQUEST, "room_code_exists", message)
}

/// 400: the time cannot be booked.
pub fn slot_unavailable(why: &str) -> VseeError {
    let message = format!("The time slot is not available: {why}.");
    refused(StatusCode::BAD_REQUEST, "slot_unavailable", message)
}

/// 401: the caller is not authenticated.
pub fn unauthorized(message: impl Into<String>) -> VseeError {
    refused(StatusCode::UNAUTHORIZED, "unauthorized", message)
}

/// 403: the caller is authenticated, but may not do this.
pub fn forbidden(message: impl Into<String>) -> VseeError {
    refused(StatusCode::FORBIDDEN, "forbidden", message)
}

/// 404, with the documented message. `why` goes to the log and the journal.
pub fn not_found(why: &str) -> VseeError {
    refused(StatusCode::NOT_FOUND, "not_found", NOT_AVAILABLE).because(why)
}

/// 405, with the allowed methods.
pub fn wrong_method(allowed: &[&str], received: &str) -> VseeError {
    let allowed = allowed.join(", ");
    let message = format!("This call is only available via {allowed}.");
    refused(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
        .compare(&allowed, received)
        .header(header::ALLOW, &allowed)
}

/// 429: too many sign-in attempts; another one is heard after so many seconds.
pub fn too_many_requests(seconds: u64) -> VseeError {
    refused(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_requests",
        "Too many requests. Please try again later.",
    )
    .header(header::RETRY_AFTER, seconds)
}

/// A fault that was armed, with the documented message for 404.
pub fn of_status(status: StatusCode, sentence: &str) -> VseeError {
    let message = match status {
        StatusCode::NOT_FOUND => NOT_AVAILABLE,
        _ => sentence,
    };
    refused(status, "fault", message)
}

/// 413: the body is too large.
pub fn too_large(most: usize) -> VseeError {
    refused(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        format!("The body is larger than {most} bytes."),
    )
}
