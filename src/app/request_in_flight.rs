//! Whether an authorization request in flight may be served, and to whom: the same for the pages and for `continue`.

use http::StatusCode;
use jiff::Timestamp;

use crate::{
    model::{PendingRequest, Refusal, SignedIn},
    web::page_error::PageError,
};

/// The request, if it can still be answered.
///
/// # Errors
/// When there is no such request, it has been answered, or its time is over.
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

/// Nobody is waiting for an answer here.
pub fn no_request() -> PageError {
    let refusal = Refusal::new("request_expired", "there is no such authorization request");
    let refusal = refusal.kind("request.unknown");
    PageError::new(StatusCode::NOT_FOUND, refusal)
}

/// Each request is answered once.
pub fn already_answered() -> PageError {
    let refusal = Refusal::new(
        "request_answered",
        "this authorization request has been answered already",
    );
    PageError::new(
        StatusCode::CONFLICT,
        refusal.kind("request.answered").see("RFC 6749 §10.5"),
    )
}

/// Holds a request that somebody signed in for against whoever is at the browser now.
///
/// # Errors
/// When it belongs to another session.
pub fn check_owner(pending: &PendingRequest, here: Option<&SignedIn>) -> Result<(), PageError> {
    let here = here.map(|signed_in| &signed_in.session.id);
    belongs_elsewhere().when(pending.session.is_some() && pending.session.as_ref() != here)
}

/// The request is served to the session that signed in for it and to no other.
pub fn belongs_elsewhere() -> PageError {
    let refusal = Refusal::new(
        "request_of_another_session",
        "this authorization request belongs to the session that signed in for it, which is not this browser's",
    );
    PageError::new(StatusCode::FORBIDDEN, refusal.kind("request.foreign"))
}
