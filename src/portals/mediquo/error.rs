//! Errors as mediQuo writes them: `{"message": "…"}`, and `errors` beside it where fields are invalid.
//!
//! The statuses are documented and most bodies are inferred: the server is a Laravel application, so texts that are not
//! documented are those of that framework.

use axum::response::Response;
use http::{StatusCode, header};
use serde_json::{Map, Value, json};

use super::wire;
use crate::{
    api::{
        input::InputError,
        refused::{ApiError, ErrorForm, Refused},
    },
    keys::sealing::SealingError,
    model::{MediquoPolicy, Refusal},
};

/// Why a request is not answered as it was asked.
pub type MediquoError = ApiError<ErrorBody>;

pub type Result<T> = std::result::Result<T, MediquoError>;

/// What is wrong with each field, by its name with dots: `patients.0.code`.
pub type FieldErrors = Map<String, Value>;

/// The JSON of an error.
#[derive(Debug)]
pub struct ErrorBody(Value);

impl ErrorForm for ErrorBody {
    type Settings = ();

    fn refused(refused: &Refused<Self>, (): &()) -> Response {
        wire::json(refused.status, &refused.form.0)
    }

    fn failed(status: StatusCode, (): &()) -> Response {
        let message = match status {
            StatusCode::INTERNAL_SERVER_ERROR => "Internal server error",
            status => status.canonical_reason().unwrap_or("Server error"),
        };
        wire::json(status, &json!({"message": message}))
    }
}

impl From<SealingError> for MediquoError {
    fn from(error: SealingError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<InputError> for MediquoError {
    fn from(error: InputError) -> Self {
        match error {
            InputError::TooLarge { most } => too_large(most),
            InputError::MediaType { received, .. } => not_json(&received),
            InputError::Unreadable { part, why } => unacceptable(&format!("The {part} cannot be read: {why}.")),
            InputError::Member { name, why } => unacceptable(&format!("The {name} field is invalid: {why}.")),
        }
    }
}

fn refused(status: StatusCode, body: Value, code: &'static str, why: impl AsRef<str>) -> MediquoError {
    MediquoError::new(status, ErrorBody(body), Refusal::new(code, why))
}

fn message(status: StatusCode, message: &str, code: &'static str, why: impl AsRef<str>) -> MediquoError {
    refused(status, json!({"message": message}), code, why)
}

/// 400: the request cannot be read, or the current state does not allow it.
pub fn unacceptable(text: &str) -> MediquoError {
    message(StatusCode::BAD_REQUEST, text, "unacceptable", text)
}

/// 400: an activation code could not be delivered at all. `data` names the ways that failed.
pub fn not_delivered(data: Value) -> MediquoError {
    let text = "The activation code could not be sent.";
    let body = json!({"message": text, "data": data});
    refused(StatusCode::BAD_REQUEST, body, "not_delivered", text)
}

/// 401: one of the credentials is missing or wrong. The answer does not say which; the journal does.
pub fn unauthorized(why: &str) -> MediquoError {
    message(StatusCode::UNAUTHORIZED, "Unauthorized", "unauthorized", why)
}

/// 403: the keys are valid but not allowed to do this.
pub fn forbidden(why: &str) -> MediquoError {
    message(StatusCode::FORBIDDEN, "Forbidden", "forbidden", why)
}

/// 404, as documented.
pub fn not_found(why: &str) -> MediquoError {
    message(StatusCode::NOT_FOUND, "Not found", "not_found", why)
}

/// The answer when an unknown patient is authenticated.
pub fn unknown_patient(policy: &MediquoPolicy) -> MediquoError {
    let why = "there is no such patient, or it is not visible yet";
    match policy.unknown_patient_status.get() {
        404 => not_found(why),
        _ => unauthorized(why),
    }
}

/// The answer when the patient, professional or appointment does not exist.
pub fn unknown_in_appointment(policy: &MediquoPolicy, what: &str) -> MediquoError {
    match policy.unknown_appointment_status.get() {
        404 => not_found(&format!("there is no such {what}")),
        _ => unacceptable(&format!("The {what} does not exist.")),
    }
}

/// Any other status, for faults.
pub fn other(status: StatusCode, text: &str) -> MediquoError {
    message(status, text, "fault", text)
}

/// 405, with the methods of the path.
pub fn wrong_method(allowed: &[&str], received: &str) -> MediquoError {
    let allowed = allowed.join(", ");
    let text = format!("The {received} method is not supported for this route. Supported methods: {allowed}.");
    message(StatusCode::METHOD_NOT_ALLOWED, &text, "method_not_allowed", &text)
        .header(header::ALLOW, &allowed)
        .compare(&allowed, received)
}

/// 413.
pub fn too_large(most: usize) -> MediquoError {
    let text = format!("The body is larger than {most} bytes.");
    message(StatusCode::PAYLOAD_TOO_LARGE, &text, "too_large", &text)
}

/// 415.
pub fn not_json(received: &str) -> MediquoError {
    let text = "The body is expected as application/json.";
    message(StatusCode::UNSUPPORTED_MEDIA_TYPE, text, "unsupported_media_type", text)
        .compare("application/json", received)
}

/// 422: one or more fields are invalid.
pub fn invalid(errors: FieldErrors) -> MediquoError {
    let first = errors.values().filter_map(|messages| messages[0].as_str()).next();
    let why = first.unwrap_or("a field is invalid").to_owned();
    let body = json!({"message": "The given data was invalid.", "errors": errors});
    refused(StatusCode::UNPROCESSABLE_ENTITY, body, "invalid", why)
}

/// 422 for one field.
pub fn invalid_field(field: &str, message: &str) -> MediquoError {
    invalid(FieldErrors::from_iter([(field.to_owned(), json!([message]))]))
}

/// 429. `retry-after` is in seconds of the clock of the realm.
pub fn too_many(limit: u32, retry_after: i64) -> MediquoError {
    too_many_attempts(format!("more than {limit} requests within a minute"), retry_after)
}

/// 429: too many wrong passwords; another one is heard after so many seconds.
pub fn too_many_sign_ins(retry_after: u64) -> MediquoError {
    let why = format!("too many wrong passwords for this organization; try again in {retry_after} s");
    too_many_attempts(why, retry_after)
}

fn too_many_attempts(why: String, retry_after: impl ToString) -> MediquoError {
    message(
        StatusCode::TOO_MANY_REQUESTS,
        "Too Many Attempts.",
        "too_many_attempts",
        why,
    )
    .header(header::RETRY_AFTER, retry_after)
}
