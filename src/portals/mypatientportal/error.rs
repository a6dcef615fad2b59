//! Refusals as this portal words them.
//!
//! Documented texts go over the wire unchanged, under either policy: clients compare them. Where the policy
//! explains, an `error_description` beside the text says what is wrong with this very request. Bearer
//! refusals have their own form (RFC 6750 §3), and two errors were recorded with a `reason` instead of an
//! `error`; those stay as they were recorded.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use super::{access::ScopesMissing, comment_form::InvalidField, wire};
use crate::{
    model::{ErrorTexts, Policy, Refusal, Scopes},
    portals::caller::CallerError,
    store::Keeps,
    web::{bearer, refusal_log},
};

/// Why a request is not answered as it was asked.
#[derive(Debug)]
pub enum PortalError {
    /// Our considered no.
    Refused(Box<Refused>),
    /// Our own failure. What it was stands in the log, not in the answer.
    Failed(anyhow::Error),
}

/// A refusal, and how it goes over the wire.
#[derive(Debug)]
pub struct Refused {
    status: StatusCode,
    wire: Wire,
    refusal: Refusal,
}

/// The forms of an error.
#[derive(Debug)]
enum Wire {
    /// `{"error": "<text>"}`.
    Text(String),
    /// `{"reason": "attendant_blocked", "overridable": false}`.
    AttendantBlocked,
    /// `{"reason": "structured_comment_invalid", …}`, each field with what is the matter.
    CommentForm(Vec<InvalidField>),
    /// `{"error": "<code>", "error_description": "<text>"}` with a challenge.
    Bearer { text: String, scopes: Option<Scopes> },
    /// The same where no token came at all (RFC 6750 §3.1).
    NoBearer,
    /// `{"error": "<text>"}` with `Allow`.
    Method { text: String, allowed: String },
}

/// The shortest way to an answer that is not an answer.
pub type Result<T> = std::result::Result<T, PortalError>;

impl PortalError {
    fn new(status: StatusCode, wire: Wire, refusal: Refusal) -> Self {
        Self::Refused(Box::new(Refused { status, wire, refusal }))
    }

    fn text(status: StatusCode, code: &'static str, text: impl Into<String>, why: impl AsRef<str>) -> Self {
        Self::new(status, Wire::Text(text.into()), Refusal::new(code, why))
    }

    /// What was expected, and what came: for the log and the journal.
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

    /// The answer, in the policy's words.
    pub fn answer(&self, policy: &Policy, endpoint: &str) -> Response {
        self.log(endpoint);
        match self {
            Self::Refused(refused) => refused.answer(policy),
            Self::Failed(_) => wire::answer(
                StatusCode::INTERNAL_SERVER_ERROR,
                json!({"error": "Internal server error"}),
            ),
        }
    }

    fn log(&self, endpoint: &str) {
        match self {
            Self::Refused(refused) => refusal_log::log(&refused.refusal, endpoint),
            Self::Failed(cause) => tracing::error!(at = endpoint, cause = format!("{cause:#}"), "failed"),
        }
    }
}

impl Refused {
    fn answer(&self, policy: &Policy) -> Response {
        let mut response = wire::answer(self.status, self.body(policy));
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge(policy) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Wire::Method { allowed, .. } = &self.wire
            && let Ok(allowed) = HeaderValue::try_from(allowed)
        {
            headers.insert(header::ALLOW, allowed);
        }
        response.extensions_mut().insert(self.refusal.clone());
        response
    }

    fn body(&self, policy: &Policy) -> Value {
        match &self.wire {
            Wire::Text(text) | Wire::Method { text, .. } => match policy.error_texts {
                ErrorTexts::Documented => json!({"error": text}),
                ErrorTexts::Explained => json!({"error": text, "error_description": self.refusal.description()}),
            },
            Wire::AttendantBlocked => json!({"reason": "attendant_blocked", "overridable": false}),
            Wire::CommentForm(fields) => {
                let one = |(name, message): &InvalidField| Map::from_iter([(name.clone(), json!(message))]);
                let fields: Vec<_> = fields.iter().map(one).collect();
                json!({"reason": "structured_comment_invalid", "overridable": false, "invalid_fields": fields})
            }
            Wire::Bearer { text, .. } => json!({"error": self.refusal.code, "error_description": text}),
            Wire::NoBearer => {
                json!({"error": self.refusal.code, "error_description": self.refusal.description()})
            }
        }
    }

    fn challenge(&self, policy: &Policy) -> Option<HeaderValue> {
        let (realm, documented) = match policy.error_texts {
            ErrorTexts::Documented => ("Doorkeeper", true),
            ErrorTexts::Explained => ("Anteroom", false),
        };
        match &self.wire {
            Wire::Bearer { text, scopes } => {
                // Upstream names the scopes in the description only.
                let scopes = scopes.as_ref().filter(|_| !documented);
                Some(bearer::challenge(realm, Some((self.refusal.code, text)), scopes))
            }
            Wire::NoBearer => Some(bearer::challenge(realm, None, None)),
            _ => None,
        }
    }
}

impl Keeps for PortalError {
    fn keeps(&self) -> bool {
        false
    }
}

impl From<crate::store::Error> for PortalError {
    fn from(error: crate::store::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// 401, or under the explaining policy 400 for what is no bearer token at all (RFC 6750 §3.1).
pub fn not_identified(error: CallerError, policy: &Policy) -> PortalError {
    let invalid = |refusal: Refusal| {
        let wire = Wire::Bearer {
            text: refusal.description().to_owned(),
            scopes: None,
        };
        PortalError::new(StatusCode::UNAUTHORIZED, wire, refusal)
    };
    // Upstream does not tell a missing token from an unknown one.
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
            PortalError::new(StatusCode::UNAUTHORIZED, Wire::NoBearer, refusal)
        }
        CallerError::Malformed(refusal) => match policy.error_texts {
            ErrorTexts::Documented => invalid(unknown().compare("a bearer token", refusal.description())),
            ErrorTexts::Explained => {
                let wire = Wire::Bearer {
                    text: refusal.description().to_owned(),
                    scopes: None,
                };
                PortalError::new(StatusCode::BAD_REQUEST, wire, refusal)
            }
        },
    }
}

/// 403: the token lacks scopes, or speaks for nobody where somebody is needed. Upstream does not tell the two apart.
pub fn insufficient_scope(missing: &ScopesMissing, held: &Scopes, policy: &Policy) -> PortalError {
    let user_missing = missing.user_missing && policy.error_texts == ErrorTexts::Explained;
    let (text, scopes) = if user_missing {
        let text = "This resource is about a user, and the token is a client's own: get one with the code flow.";
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
    PortalError::new(StatusCode::FORBIDDEN, Wire::Bearer { text, scopes }, refusal)
}

/// 403 for no scope in particular.
pub fn forbidden(why: &str) -> PortalError {
    let wire = Wire::Bearer {
        text: why.to_owned(),
        scopes: None,
    };
    PortalError::new(StatusCode::FORBIDDEN, wire, Refusal::new("insufficient_scope", why))
}

/// A status the documentation says nothing of, in the portal's plain form.
pub fn plain(status: StatusCode, text: &str) -> PortalError {
    PortalError::text(status, "fault", text, text)
}

/// 405, naming what would do.
pub fn wrong_method(allowed: &[&str], received: &str) -> PortalError {
    let text = format!("This method is only available via {}", allowed.join(" or "));
    let refusal = Refusal::new("method_not_allowed", &text)
        .see("RFC 9110 §15.5.6")
        .compare(allowed.join(", "), received);
    PortalError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        Wire::Method {
            text,
            allowed: allowed.join(", "),
        },
        refusal,
    )
}

/// 413.
pub fn too_large(most: usize) -> PortalError {
    let why = format!("the body is larger than {most} bytes");
    PortalError::text(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        "the body is too large", // as the server says it of what it does not even hand on
        why,
    )
}

/// 400: the slot is taken, past, or no slot.
pub fn unavailable(why: impl AsRef<str>) -> PortalError {
    PortalError::text(StatusCode::BAD_REQUEST, "unavailable", "The event is unavailable.", why)
}

/// 400: a field that has to be there is not.
pub fn missing(field: &str) -> PortalError {
    let why = format!("the field {field} is required and was not sent, or is blank");
    PortalError::text(
        StatusCode::BAD_REQUEST,
        "missing_field",
        format!("{field} missing"),
        why,
    )
}

/// 400: a field cannot be read.
pub fn malformed(field: &str, why: impl AsRef<str>) -> PortalError {
    PortalError::text(
        StatusCode::BAD_REQUEST,
        "malformed_field",
        format!("Format error in {field}"),
        why,
    )
}

/// 400 for a mistake that is hard to see: what is wrong is part of the text under every policy.
pub fn malformed_because(field: &str, why: &str) -> PortalError {
    PortalError::text(
        StatusCode::BAD_REQUEST,
        "malformed_field",
        format!("Format error in {field}: {why}"),
        why,
    )
}

/// 400: the state of things does not allow it.
pub fn not_now(text: &'static str, why: impl AsRef<str>) -> PortalError {
    PortalError::text(StatusCode::BAD_REQUEST, "state", text, why)
}

/// 400: the practice has blocked the patient.
pub fn attendant_blocked() -> PortalError {
    let refusal = Refusal::new("attendant_blocked", "the practice takes no bookings of this patient");
    PortalError::new(StatusCode::BAD_REQUEST, Wire::AttendantBlocked, refusal)
}

/// 400: a guest booking of a type that needs an account.
pub fn account_required() -> PortalError {
    let why = "this type needs an account, but the token speaks for no user";
    let text = "attendant must have an external_user_id";
    PortalError::text(StatusCode::BAD_REQUEST, "account_required", text, why)
}

/// 400: the type has no ASAP list.
pub fn asap_refused(appointment_type: i64) -> PortalError {
    let why = format!("the type {appointment_type} has asap_notifications_enabled=false");
    not_now("ASAP notifications are not enabled for this appointment type.", why)
}

/// 403: the type is not open to that insurance.
pub fn insurance_refused(why: impl AsRef<str>) -> PortalError {
    let text = "Forbidden with current insurance settings";
    PortalError::text(StatusCode::FORBIDDEN, "insurance", text, why)
}

/// 404 for appointments: also for those of somebody else.
pub fn no_appointment() -> PortalError {
    let why = "there is no such appointment, or it belongs to somebody else";
    PortalError::text(StatusCode::NOT_FOUND, "not_found", "Appointment not found.", why)
}

/// 404 for types and categories.
pub fn no_type() -> PortalError {
    let why = "there is no such type or category, or the type does not belong to the category";
    PortalError::text(
        StatusCode::NOT_FOUND,
        "not_found",
        "Event type or category not found.",
        why,
    )
}

/// 404 for practices.
pub fn no_practice() -> PortalError {
    PortalError::text(
        StatusCode::NOT_FOUND,
        "not_found",
        "Practice not found",
        "there is no such practice",
    )
}

/// 404 for paths.
pub fn no_resource() -> PortalError {
    PortalError::text(
        StatusCode::NOT_FOUND,
        "not_found",
        "Resource not found.",
        "there is nothing at this path",
    )
}

/// 422: the comment form is not answered as it asks.
pub fn comment_form(fields: Vec<InvalidField>) -> PortalError {
    let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
    let refusal = Refusal::new(
        "structured_comment_invalid",
        format!("wrong answers: {}", names.join(", ")),
    );
    PortalError::new(StatusCode::UNPROCESSABLE_ENTITY, Wire::CommentForm(fields), refusal)
}
