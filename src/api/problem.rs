//! Errors as problem details (RFC 9457): `application/problem+json`.

use std::error::Error;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Serialize, Serializer};

use super::input::InputError;
use crate::{
    store::{self, Keeps},
    web::unavailable,
};

pub const MEDIA_TYPE: &str = "application/problem+json";

/// A refusal, or a failure whose cause goes to the log only.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    detail: String,
    /// What failed; `None` for a refusal.
    cause: Option<String>,
    /// The failure may be over in a moment.
    temporary: bool,
}

#[derive(Serialize)]
struct Body<'a> {
    title: &'static str,
    #[serde(serialize_with = "number")]
    status: StatusCode,
    detail: &'a str,
}

fn number<S: Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    /// A refusal; `detail` says what is wrong with this request.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            cause: None,
            temporary: false,
        }
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The request cannot be understood.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// What is asked for does not exist.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// The request does not fit the current state.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    /// The server failed.
    pub fn failure(cause: impl ToString) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            detail: "the server failed; its log says why".to_owned(),
            cause: Some(cause.to_string()),
            temporary: false,
        }
    }

    /// The server failed, perhaps only for a moment.
    pub fn failed(cause: &(dyn Error + 'static)) -> Self {
        Self {
            temporary: store::is_temporary(cause),
            ..Self::failure(cause)
        }
    }
}

impl Keeps for Problem {
    fn keeps(&self) -> bool {
        false
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        Self::failed(&error)
    }
}

impl From<InputError> for Problem {
    fn from(error: InputError) -> Self {
        let status = match error {
            InputError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            InputError::MediaType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            InputError::Unreadable { .. } | InputError::Member { .. } => StatusCode::BAD_REQUEST,
        };
        Self::new(status, error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match &self.cause {
            Some(cause) => tracing::error!(%cause, "failed"),
            None => tracing::info!(status = self.status.as_u16(), detail = %self.detail, "refused"),
        }
        if self.temporary {
            return unavailable::response();
        }
        let title = self.status.canonical_reason().unwrap_or("Error");
        let body = Body {
            title,
            status: self.status,
            detail: &self.detail,
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let media_type = (header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        (self.status, [media_type], body).into_response()
    }
}
