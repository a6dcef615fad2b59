//! Refusals in this portal's wire form: a status and `{"code": <the same>, "message": "<text>"}`.
//!
//! Two texts are documented and sent as documented: that of an unknown path or object, and that of a room that already
//! exists. All others are ours and say what is wrong with the request.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::wire;
use crate::{
    journal::redaction::without_secrets,
    model::Refusal,
    store::Keeps,
    web::{page_error::PageError, refusal_log},
};

/// Why a request gets an error response.
#[derive(Debug)]
pub enum VseeError {
    /// A rule refuses the request.
    Refused(Box<Refused>),
    /// Something failed on our side. The cause goes to the log, not into the response.
    Failed(anyhow::Error),
}

#[derive(Debug)]
pub struct Refused {
    status: StatusCode,
    message: String,
    refusal: Refusal,
    /// The `Allow` header, where the method is wrong.
    allowed: Option<String>,
}

/// The documented message for every unknown path or object.
const NOT_AVAILABLE: &str = "Sorry, this page is not available.";

/// The result of a handler.
pub type Result<T> = std::result::Result<T, VseeError>;

impl VseeError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        let refusal = Refusal::new(code, &message);
        Self::Refused(Box::new(Refused {
            status,
            message,
            refusal,
            allowed: None,
        }))
    }

    /// The expected and the received value, for the log and the journal. Never a secret.
    pub fn compare(mut self, expected: impl Into<String>, received: impl Into<String>) -> Self {
        if let Self::Refused(refused) = &mut self {
            refused.refusal = refused.refusal.clone().compare(expected, received);
        }
        self
    }

    /// The reason, for the log and the journal, where the documented message does not say it.
    fn because(mut self, why: &str) -> Self {
        if let Self::Refused(refused) = &mut self {
            refused.refusal = Refusal::new(refused.refusal.code, why);
        }
        self
    }

    /// Refuses when `wrong`.
    pub fn when(self, wrong: bool) -> Result<()> {
        if wrong { Err(self) } else { Ok(()) }
    }

    /// The error response; `endpoint` is named in the log.
    pub fn answer(self, endpoint: &str) -> Response {
        match self {
            Self::Refused(refused) => {
                refusal_log::log(&refused.refusal, &without_secrets(endpoint));
                let body = json!({"code": refused.status.as_u16(), "message": refused.message});
                let mut response = wire::answer(refused.status, &body);
                if let Some(allowed) = refused.allowed.and_then(|allowed| HeaderValue::try_from(allowed).ok()) {
                    response.headers_mut().insert(header::ALLOW, allowed);
                }
                response.extensions_mut().insert(refused.refusal);
                response
            }
            Self::Failed(cause) => {
                tracing::error!(at = endpoint, cause = format!("{cause:#}"), "failed");
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                let body = json!({"code": status.as_u16(), "message": "Something went wrong. Please try again later."});
                wire::answer(status, &body)
            }
        }
    }
}

/// The same refusal as a page.
impl From<VseeError> for PageError {
    fn from(error: VseeError) -> Self {
        match error {
            VseeError::Refused(refused) => Self::new(refused.status, refused.refusal),
            VseeError::Failed(cause) => Self::failure(format!("{cause:#}")),
        }
    }
}

impl IntoResponse for VseeError {
    fn into_response(self) -> Response {
        self.answer("vsee")
    }
}

impl Keeps for VseeError {
    fn keeps(&self) -> bool {
        false
    }
}

impl From<crate::store::Error> for VseeError {
    fn from(error: crate::store::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// 400: a required parameter is missing.
pub fn missing(field: &str) -> VseeError {
    VseeError::new(
        StatusCode::BAD_REQUEST,
        "missing_field",
        format!("Missing parameter: {field}."),
    )
}

/// 400: a parameter is malformed.
pub fn malformed(field: &str, why: impl AsRef<str>) -> VseeError {
    let message = format!("Invalid parameter: {field}: {}.", why.as_ref());
    VseeError::new(StatusCode::BAD_REQUEST, "malformed_field", message)
}

/// 400: the current state does not allow it.
pub fn not_possible(message: impl Into<String>) -> VseeError {
    VseeError::new(StatusCode::BAD_REQUEST, "not_possible", message)
}

/// 400, with the documented message.
pub fn slug_exists(domain: &str, slug: &str) -> VseeError {
    let message = format!("In domain '{domain}' slug '{slug}' already exists.");
    VseeError::new(StatusCode::BAD_REQUEST, "slug_exists", message)
}

/// 400: the code of a room has to be unique, too.
pub fn room_code_exists(code: &str) -> VseeError {
    let message = format!("Room code '{code}' already exists.");
    VseeError::new(StatusCode::BAD_REQUEST, "room_code_exists", message)
}

/// 400: the time cannot be booked.
pub fn slot_unavailable(why: &str) -> VseeError {
    let message = format!("The time slot is not available: {why}.");
    VseeError::new(StatusCode::BAD_REQUEST, "slot_unavailable", message)
}

/// 401: the caller is not authenticated.
pub fn unauthorized(message: impl Into<String>) -> VseeError {
    VseeError::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
}

/// 403: the caller is authenticated, but may not do this.
pub fn forbidden(message: impl Into<String>) -> VseeError {
    VseeError::new(StatusCode::FORBIDDEN, "forbidden", message)
}

/// 404, with the documented message. `why` goes to the log and the journal.
pub fn not_found(why: &str) -> VseeError {
    VseeError::new(StatusCode::NOT_FOUND, "not_found", NOT_AVAILABLE).because(why)
}

/// 405, with the allowed methods.
pub fn wrong_method(allowed: &[&str], received: &str) -> VseeError {
    let allowed = allowed.join(", ");
    let error = VseeError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        format!("This call is only available via {allowed}."),
    );
    match error.compare(&allowed, received) {
        VseeError::Refused(mut refused) => {
            refused.allowed = Some(allowed);
            VseeError::Refused(refused)
        }
        failed @ VseeError::Failed(_) => failed,
    }
}

/// 429: too many sign-in attempts.
pub fn too_many_requests() -> VseeError {
    VseeError::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_requests",
        "Too many requests. Please try again later.",
    )
}

/// A fault that was armed, with the documented message for 404.
pub fn of_status(status: StatusCode, sentence: &str) -> VseeError {
    let message = match status {
        StatusCode::NOT_FOUND => NOT_AVAILABLE,
        _ => sentence,
    };
    VseeError::new(status, "fault", message)
}

/// 413: the body is too large.
pub fn too_large(most: usize) -> VseeError {
    VseeError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        format!("The body is larger than {most} bytes."),
    )
}
