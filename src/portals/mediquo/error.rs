//! Refusals as mediQuo words them: `{"message": "…"}`, and `errors` beside it where a field is at fault.
//!
//! Statuses are documented, most bodies inferred: the server is a Laravel application, so undocumented texts are that
//! framework's.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use super::wire;
use crate::{
    keys::sealing::SealingError,
    model::{MediquoPolicy, Refusal},
    store::Keeps,
    web::refusal_log,
};

/// Why a request is not answered as it was asked.
#[derive(Debug)]
pub enum MediquoError {
    /// Our considered no.
    Refused(Box<Refused>),
    /// Our own failure. What it was stands in the log, not in the answer.
    Failed(anyhow::Error),
}

/// A refusal, and how it goes over the wire.
#[derive(Debug)]
pub struct Refused {
    status: StatusCode,
    body: Value,
    header: Option<(HeaderName, HeaderValue)>,
    refusal: Refusal,
}

/// The shortest way to an answer that is not an answer.
pub type Result<T> = std::result::Result<T, MediquoError>;

/// What is wrong with each field, by its name with dots: `patients.0.code`.
pub type FieldErrors = Map<String, Value>;

impl MediquoError {
    fn new(status: StatusCode, body: Value, code: &'static str, why: impl AsRef<str>) -> Self {
        Self::Refused(Box::new(Refused {
            status,
            body,
            header: None,
            refusal: Refusal::new(code, why),
        }))
    }

    fn said(status: StatusCode, message: &str, code: &'static str, why: impl AsRef<str>) -> Self {
        Self::new(status, json!({"message": message}), code, why)
    }

    fn with_header(mut self, name: HeaderName, value: impl ToString) -> Self {
        if let (Self::Refused(refused), Ok(value)) = (&mut self, HeaderValue::try_from(value.to_string())) {
            refused.header = Some((name, value));
        }
        self
    }

    /// What was expected, and what came: for the log and the journal. Never a secret.
    pub fn compare(mut self, expected: impl Into<String>, received: impl Into<String>) -> Self {
        if let Self::Refused(refused) = &mut self {
            refused.refusal = refused.refusal.clone().compare(expected, received);
        }
        self
    }

    /// Refuses when `wrong`: a rule in one line.
    pub fn when(self, wrong: bool) -> Result<()> {
        if wrong { Err(self) } else { Ok(()) }
    }

    /// The answer; the refusal travels with it, for the journal.
    pub fn answer(self, endpoint: &str) -> Response {
        match self {
            Self::Refused(refused) => {
                refusal_log::log(&refused.refusal, endpoint);
                let mut response = wire::json(refused.status, &refused.body);
                if let Some((name, value)) = refused.header {
                    response.headers_mut().insert(name, value);
                }
                response.extensions_mut().insert(refused.refusal);
                response
            }
            Self::Failed(cause) => {
                tracing::error!(at = endpoint, cause = format!("{cause:#}"), "failed");
                wire::json(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    &json!({"message": "Internal server error"}),
                )
                .into_response()
            }
        }
    }
}

impl Keeps for MediquoError {
    fn keeps(&self) -> bool {
        false
    }
}

impl From<crate::store::Error> for MediquoError {
    fn from(error: crate::store::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<SealingError> for MediquoError {
    fn from(error: SealingError) -> Self {
        Self::Failed(error.into())
    }
}

/// 400: the request itself cannot be understood, or the state of things does not allow it.
pub fn unacceptable(message: &str) -> MediquoError {
    MediquoError::said(StatusCode::BAD_REQUEST, message, "unacceptable", message)
}

/// 400: a code that was sent reached nobody. `data` says which way failed.
pub fn not_delivered(data: Value) -> MediquoError {
    let message = "The activation code could not be sent.";
    let body = json!({"message": message, "data": data});
    MediquoError::new(StatusCode::BAD_REQUEST, body, "not_delivered", message)
}

/// 401: one of the credentials is missing or wrong. The answer does not say which; the journal does.
pub fn unauthorized(why: &str) -> MediquoError {
    MediquoError::said(StatusCode::UNAUTHORIZED, "Unauthorized", "unauthorized", why)
}

/// 403: good keys that may not do this.
pub fn forbidden(why: &str) -> MediquoError {
    MediquoError::said(StatusCode::FORBIDDEN, "Forbidden", "forbidden", why)
}

/// 404, as documented.
pub fn not_found(why: &str) -> MediquoError {
    MediquoError::said(StatusCode::NOT_FOUND, "Not found", "not_found", why)
}

/// Authenticating a patient nobody knows.
pub fn unknown_patient(policy: &MediquoPolicy) -> MediquoError {
    let why = "there is no such patient, or it was not processed yet";
    match policy.unknown_patient_status {
        404 => not_found(why),
        _ => unauthorized(why),
    }
}

/// What an appointment needs is not there.
pub fn unknown_in_appointment(policy: &MediquoPolicy, what: &str) -> MediquoError {
    match policy.unknown_appointment_status {
        404 => not_found(&format!("there is no such {what}")),
        _ => unacceptable(&format!("The {what} does not exist.")),
    }
}

/// A status no rule of mediQuo's asks for.
pub fn other(status: StatusCode, message: &str) -> MediquoError {
    MediquoError::said(status, message, "fault", message)
}

/// 405, naming what would do.
pub fn wrong_method(allowed: &[&str], received: &str) -> MediquoError {
    let allowed = allowed.join(", ");
    let message = format!("The {received} method is not supported for this route. Supported methods: {allowed}.");
    MediquoError::said(StatusCode::METHOD_NOT_ALLOWED, &message, "method_not_allowed", &message)
        .with_header(header::ALLOW, &allowed)
        .compare(&allowed, received)
}

/// 413.
pub fn too_large(most: usize) -> MediquoError {
    let message = format!("The body is larger than {most} bytes.");
    MediquoError::said(StatusCode::PAYLOAD_TOO_LARGE, &message, "too_large", &message)
}

/// 415.
pub fn not_json(received: &str) -> MediquoError {
    let message = "The body is expected as application/json.";
    MediquoError::said(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        message,
        "unsupported_media_type",
        message,
    )
    .compare("application/json", received)
}

/// 422: the fields are not as they must be.
pub fn invalid(errors: FieldErrors) -> MediquoError {
    let first = errors.values().filter_map(|messages| messages[0].as_str()).next();
    let why = first.unwrap_or("a field is invalid").to_owned();
    let body = json!({"message": "The given data was invalid.", "errors": errors});
    MediquoError::new(StatusCode::UNPROCESSABLE_ENTITY, body, "invalid", why)
}

/// 422 for one field.
pub fn invalid_field(field: &str, message: &str) -> MediquoError {
    invalid(FieldErrors::from_iter([(field.to_owned(), json!([message]))]))
}

/// 429. `retry-after` is in seconds of the realm's clock.
pub fn too_many(limit: u32, retry_after: i64) -> MediquoError {
    let why = format!("more than {limit} requests within a minute");
    MediquoError::said(
        StatusCode::TOO_MANY_REQUESTS,
        "Too Many Attempts.",
        "too_many_attempts",
        why,
    )
    .with_header(header::RETRY_AFTER, retry_after)
}
