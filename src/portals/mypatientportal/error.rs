//! Errors as this portal writes them.
//!
//! Documented texts are sent unchanged under every policy, since clients compare them. If the policy says so, an
//! `error_description` beside the text says what is wrong with this request. Errors of the access token have a form of
//! their own (RFC 6750 §3), and two errors have a `reason` instead of an `error`, as recorded from the real portal.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use super::{access::ScopesMissing, comment_form::InvalidField, wire};
use crate::{
    api::{
        input::{FieldError, InputError},
        refused::{ApiError, ErrorForm, Refused},
    },
    model::{ErrorTexts, Policy, Refusal, Scopes},
    portals::caller::CallerError,
    web::bearer,
};

/// Why a request is not answered as it was asked.
pub type PortalError = ApiError<Form>;

pub type Result<T> = std::result::Result<T, PortalError>;

/// The forms of an error.
#[derive(Debug)]
pub enum Form {
    /// `{"error": "<text>"}`.
    Text(String),
    /// `{"reason": "attendant_blocked", "overridable": false}`.
    AttendantBlocked,
    /// `{"reason": "structured_comment_invalid", …}`: each invalid field with the reason.
    InvalidFields(Vec<InvalidField>),
    /// `{"error": "<code>", "error_description": "<text>"}` with a challenge.
    Bearer { text: String, scopes: Option<Scopes> },
    /// The same for a request without a token (RFC 6750 §3.1).
    NoBearer,
}

impl ErrorForm for Form {
    type Settings = Policy;

    fn refused(refused: &Refused<Self>, policy: &Policy) -> Response {
        let mut response = wire::answer(refused.status, body(refused, policy));
        if let Some(challenge) = challenge(refused, policy) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }

    fn failed(status: StatusCode, _: &Policy) -> Response {
        let text = match status {
            StatusCode::INTERNAL_SERVER_ERROR => "Internal server error",
            status => status.canonical_reason().unwrap_or("Server error"),
        };
        wire::answer(status, json!({"error": text}))
    }
}

fn body(refused: &Refused<Form>, policy: &Policy) -> Value {
    let refusal = &refused.refusal;
    match &refused.form {
        Form::Text(text) => match policy.error_texts {
            ErrorTexts::Documented => json!({"error": text}),
            ErrorTexts::Explained => json!({"error": text, "error_description": refusal.description()}),
        },
        Form::AttendantBlocked => json!({"reason": "attendant_blocked", "overridable": false}),
        Form::InvalidFields(fields) => {
            let one = |(name, message): &InvalidField| Map::from_iter([(name.clone(), json!(message))]);
            let fields: Vec<_> = fields.iter().map(one).collect();
            json!({"reason": "structured_comment_invalid", "overridable": false, "invalid_fields": fields})
        }
        Form::Bearer { text, .. } => json!({"error": refusal.code, "error_description": text}),
        Form::NoBearer => json!({"error": refusal.code, "error_description": refusal.description()}),
    }
}

fn challenge(refused: &Refused<Form>, policy: &Policy) -> Option<HeaderValue> {
    let (realm, documented) = match policy.error_texts {
        ErrorTexts::Documented => ("Doorkeeper", true),
        ErrorTexts::Explained => ("Anteroom", false),
    };
    match &refused.form {
        Form::Bearer { text, scopes } => {
            // The real portal names the scopes in the description only.
            let scopes = scopes.as_ref().filter(|_| !documented);
            Some(bearer::challenge(realm, Some((refused.refusal.code, text)), scopes))
        }
        Form::NoBearer => Some(bearer::challenge(realm, None, None)),
        _ => None,
    }
}

impl From<InputError> for PortalError {
    fn from(error: InputError) -> Self {
        match error {
            InputError::TooLarge { most } => too_large(most),
            InputError::MediaType { received, .. } => {
                malformed("body", "send application/json or application/x-www-form-urlencoded")
                    .compare("JSON or a form", received)
            }
            InputError::Unreadable { part, why } => malformed(part.name(), format!("it cannot be read: {why}")),
            InputError::Member { name, why } => malformed(&name, why),
        }
    }
}

impl From<FieldError> for PortalError {
    fn from(error: FieldError) -> Self {
        match error {
            FieldError::Missing { name } => missing(&name),
            FieldError::Malformed { name, why, comparison } => {
                let error = malformed(&name, why);
                match comparison {
                    Some((expected, received)) => error.compare(expected, received),
                    None => error,
                }
            }
        }
    }
}

fn text(status: StatusCode, code: &'static str, text: impl Into<String>, why: impl AsRef<str>) -> PortalError {
    PortalError::new(status, Form::Text(text.into()), Refusal::new(code, why))
}

/// 401; with explained error texts 400 for a header that holds no bearer token (RFC 6750 §3.1).
pub fn not_identified(error: CallerError, policy: &Policy) -> PortalError {
    let invalid = |refusal: Refusal| {
        let form = Form::Bearer {
            text: refusal.description().to_owned(),
            scopes: None,
        };
        PortalError::new(StatusCode::UNAUTHORIZED, form, refusal)
    };
    // The real portal answers the same for a missing and for an unknown token.
    let unknown = || {
        Refusal::new("invalid_token", "The access token is invalid")
            .kind("token.unknown")
            .see("RFC 6750 §3.1")
    };
    match error {
        CallerError::Failed(error) => error.into(),
        CallerError::Invalid(refusal) => invalid(refusal),
        CallerError::Missing if policy.missing_token_is_invalid => invalid(unknown()),
        CallerError::Missing => {
            let refusal = Refusal::new("invalid_token", "the request has no access token")
                .kind("token.missing")
                .see("RFC 6750 §3.1");
            PortalError::new(StatusCode::UNAUTHORIZED, Form::NoBearer, refusal)
        }
        CallerError::Malformed(refusal) => match policy.error_texts {
            ErrorTexts::Documented => invalid(unknown().compare("a bearer token", refusal.description())),
            ErrorTexts::Explained => {
                let form = Form::Bearer {
                    text: refusal.description().to_owned(),
                    scopes: None,
                };
                PortalError::new(StatusCode::BAD_REQUEST, form, refusal)
            }
        },
    }
}

/// 403: the token lacks scopes, or belongs to no user where one is needed. The real portal answers the same for both.
pub fn insufficient_scope(missing: &ScopesMissing, held: &Scopes, policy: &Policy) -> PortalError {
    let user_missing = missing.user_missing && policy.error_texts == ErrorTexts::Explained;
    let (text, scopes) = if user_missing {
        let text = "This resource needs the token of a user: request one with the authorization code flow.";
        (text.to_owned(), None)
    } else {
        let text = format!("Access to this resource requires scope \"{}\".", missing.required);
        (text, missing.required.parse().ok())
    };
    let refusal = Refusal::new("insufficient_scope", &text)
        .kind(if missing.user_missing {
            "token.without_user"
        } else {
            "scope.not_granted"
        })
        .see("RFC 6750 §3.1")
        .compare(&missing.required, held.to_string());
    PortalError::new(StatusCode::FORBIDDEN, Form::Bearer { text, scopes }, refusal)
}

/// 403 without naming a scope.
pub fn forbidden(why: &str) -> PortalError {
    let form = Form::Bearer {
        text: why.to_owned(),
        scopes: None,
    };
    PortalError::new(StatusCode::FORBIDDEN, form, Refusal::new("insufficient_scope", why))
}

/// A status that the documentation does not mention, in the plain form.
pub fn plain(status: StatusCode, sentence: &str) -> PortalError {
    text(status, "fault", sentence, sentence)
}

/// 405, with the methods of the path.
pub fn wrong_method(allowed: &[&str], received: &str) -> PortalError {
    let text = format!("This method is only available via {}", allowed.join(" or "));
    let refusal = Refusal::new("method_not_allowed", &text).see("RFC 9110 §15.5.6");
    let allowed = allowed.join(", ");
    PortalError::new(StatusCode::METHOD_NOT_ALLOWED, Form::Text(text), refusal)
        .compare(&allowed, received)
        .header(header::ALLOW, &allowed)
}

/// 413.
pub fn too_large(most: usize) -> PortalError {
    let why = format!("the body is larger than {most} bytes");
    text(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        "the body is too large", // the text that the server itself sends for larger bodies
        why,
    )
}

/// 400: the slot is taken or past, or does not exist.
pub fn unavailable(why: impl AsRef<str>) -> PortalError {
    text(StatusCode::BAD_REQUEST, "unavailable", "The event is unavailable.", why)
}

/// 400: a required field is missing.
pub fn missing(field: &str) -> PortalError {
    let why = format!("the field {field} is required and was not sent, or is blank");
    text(
        StatusCode::BAD_REQUEST,
        "missing_field",
        format!("{field} missing"),
        why,
    )
}

/// 400: a field is malformed.
pub fn malformed(field: &str, why: impl AsRef<str>) -> PortalError {
    text(
        StatusCode::BAD_REQUEST,
        "malformed_field",
        format!("Format error in {field}"),
        why,
    )
}

/// 400 for a mistake that is hard to see: the reason is part of the text under every policy.
pub fn malformed_because(field: &str, why: &str) -> PortalError {
    text(
        StatusCode::BAD_REQUEST,
        "malformed_field",
        format!("Format error in {field}: {why}"),
        why,
    )
}

/// 400: the current state does not allow it.
pub fn not_now(documented: &'static str, why: impl AsRef<str>) -> PortalError {
    text(StatusCode::BAD_REQUEST, "state", documented, why)
}

/// 400: the practice has blocked the patient.
pub fn attendant_blocked() -> PortalError {
    let refusal = Refusal::new(
        "attendant_blocked",
        "the practice does not accept bookings by this patient",
    );
    PortalError::new(StatusCode::BAD_REQUEST, Form::AttendantBlocked, refusal)
}

/// 400: a guest booking of a type that needs an account.
pub fn account_required() -> PortalError {
    let why = "this type can be booked by users only, and the token belongs to no user";
    let documented = "attendant must have an external_user_id";
    text(StatusCode::BAD_REQUEST, "account_required", documented, why)
}

/// 400: the type has no ASAP list.
pub fn asap_refused(appointment_type: i64) -> PortalError {
    let why = format!("the type {appointment_type} has asap_notifications_enabled=false");
    not_now("ASAP notifications are not enabled for this appointment type.", why)
}

/// 403: the type cannot be booked with that insurance.
pub fn insurance_refused(why: impl AsRef<str>) -> PortalError {
    let documented = "Forbidden with current insurance settings";
    text(StatusCode::FORBIDDEN, "insurance", documented, why)
}

/// 404 for appointments, also for those of other patients.
pub fn no_appointment() -> PortalError {
    let why = "there is no such appointment, or it belongs to another patient";
    text(StatusCode::NOT_FOUND, "not_found", "Appointment not found.", why)
}

/// 404 for types and categories.
pub fn no_type() -> PortalError {
    let why = "there is no such type or category, or the type does not belong to the category";
    text(
        StatusCode::NOT_FOUND,
        "not_found",
        "Event type or category not found.",
        why,
    )
}

/// 404 for practices.
pub fn no_practice() -> PortalError {
    text(
        StatusCode::NOT_FOUND,
        "not_found",
        "Practice not found",
        "there is no such practice",
    )
}

/// 404 for paths.
pub fn no_resource() -> PortalError {
    text(
        StatusCode::NOT_FOUND,
        "not_found",
        "Resource not found.",
        "there is nothing at this path",
    )
}

/// 422: answers to the comment form are missing or invalid.
pub fn comment_form(fields: Vec<InvalidField>) -> PortalError {
    let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
    let refusal = Refusal::new(
        "structured_comment_invalid",
        format!("missing or invalid answers: {}", names.join(", ")),
    );
    PortalError::new(StatusCode::UNPROCESSABLE_ENTITY, Form::InvalidFields(fields), refusal)
}
