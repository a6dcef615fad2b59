//! How the control API says no: `application/problem+json` (RFC 9457).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Serialize, Serializer};
use tokio::task::JoinError;

use crate::app::DirectoryError;
use crate::keys::sealing::SealingError;
use crate::keys::{KeyError, SigningError};
use crate::passwords::PasswordError;
use crate::store::Keeps;

/// A refusal, or a failure whose cause goes to the log only.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    detail: String,
    /// What failed; `None` for a refusal.
    cause: Option<String>,
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
        }
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The request cannot be understood.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// What is asked for is not there.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// The request does not fit the state of things.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    /// Our own failure.
    pub fn failure(cause: impl ToString) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            detail: "the server failed; its log says why".to_owned(),
            cause: Some(cause.to_string()),
        }
    }
}

impl Keeps for Problem {
    fn keeps(&self) -> bool {
        false
    }
}

macro_rules! failures {
    ($($error:ty),*) => { $(
        impl From<$error> for Problem {
            fn from(error: $error) -> Self {
                Self::failure(error)
            }
        }
    )* };
}

failures!(
    crate::store::Error,
    DirectoryError,
    SealingError,
    PasswordError,
    SigningError,
    KeyError,
    JoinError
);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match &self.cause {
            Some(cause) => tracing::error!(%cause, "the control API failed"),
            None => tracing::info!(status = self.status.as_u16(), detail = %self.detail, "the control API refused"),
        }
        let title = self.status.canonical_reason().unwrap_or("Error");
        let body = Body {
            title,
            status: self.status,
            detail: &self.detail,
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let kind = (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        (self.status, [kind], body).into_response()
    }
}
