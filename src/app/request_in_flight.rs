//! The checks of a stored authorization request, shared by the pages and `/oauth/authorize/continue`.

use http::StatusCode;
use jiff::Timestamp;

use crate::{
    model::{PendingRequest, Refusal, SignedIn},
    web::page_error::PageError,
};

/// The request, if it can still be answered.
///
/// # Errors
/// It is unknown, answered or expired.
pub fn check_in_flight(pending: Option<PendingRequest>, now: Timestamp) -> Result<PendingRequest, PageError> {
    let Some(pending) = pending else {
        return Err(no_request());
    };
    already_answered().when(pending.finished_at.is_some())?;
    let late = Refusal::new("request_expired", "the authorization request has expired")
        .kind("request.expired")
        .compare(format!("an answer before {}", pending.expires_at), now.to_string());
    PageError::new(StatusCode::GONE, late).when(pending.expired_at(now))?;
    Ok(pending)
}

/// The request is unknown.
pub fn no_request() -> PageError {
    let refusal = Refusal::new("request_expired", "there is no such authorization request");
    let refusal = refusal.kind("request.unknown");
    PageError::new(StatusCode::NOT_FOUND, refusal)
}

/// The request was answered already: each is answered once.
pub fn already_answered() -> PageError {
    let refusal = Refusal::new(
        "request_answered",
        "this authorization request has already been answered",
    );
    PageError::new(
        StatusCode::CONFLICT,
        refusal.kind("request.answered").see("RFC 6749 §10.5"),
    )
}

/// Checks that a request that a user has signed in for belongs to the browser's session.
///
/// # Errors
/// It belongs to another session.
pub fn check_owner(pending: &PendingRequest, signed_in: Option<&SignedIn>) -> Result<(), PageError> {
    let session = signed_in.map(|signed_in| &signed_in.session.id);
    belongs_elsewhere().when(pending.session.is_some() && pending.session.as_ref() != session)
}

/// The request belongs to another session: only the session that signed in for it may answer it.
pub fn belongs_elsewhere() -> PageError {
    let refusal = Refusal::new(
        "request_of_another_session",
        "this authorization request belongs to another session",
    );
    PageError::new(StatusCode::FORBIDDEN, refusal.kind("request.foreign"))
}
