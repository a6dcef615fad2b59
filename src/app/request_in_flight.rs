//! The checks of a stored authorization request, shared by the pages and `/oauth/authorize/continue`.

use http::StatusCode;
use jiff::Timestamp;

use super::Realm;
use crate::{
    model::{PendingRequest, Refusal, SignedIn, refuse_when},
    store::{self, Conn},
    web::{page_error::PageError, paths},
};

/// The request, if it can still be answered.
///
/// # Errors
/// It is unknown, answered or expired.
pub fn check_in_flight(
    realm: &Realm,
    pending: Option<PendingRequest>,
    signed_in: Option<&SignedIn>,
    now: Timestamp,
) -> Result<PendingRequest, PageError> {
    let Some(pending) = pending else {
        return Err(no_request());
    };
    refuse_when(pending.finished_at.is_some(), || {
        already_answered(realm, &pending, signed_in)
    })?;
    refuse_when(pending.expired_at(now), || {
        let late = Refusal::new("request_expired", "the authorization request has expired")
            .kind("request.expired")
            .compare(format!("an answer before {}", pending.expires_at), now.to_string());
        PageError::new(StatusCode::GONE, late)
    })?;
    Ok(pending)
}

/// The request is unknown.
pub fn no_request() -> PageError {
    let refusal = Refusal::new("request_expired", "there is no such authorization request");
    let refusal = refusal.kind("request.unknown");
    PageError::new(StatusCode::NOT_FOUND, refusal)
}

/// The request was answered already: each is answered once. Whoever it belongs to may begin the same one again, since
/// the answer may have been lost when a button was pressed twice.
pub fn already_answered(realm: &Realm, pending: &PendingRequest, signed_in: Option<&SignedIn>) -> PageError {
    let refusal = Refusal::new(
        "request_answered",
        "this authorization request has already been answered",
    );
    let refusal = refusal.kind("request.answered").see("RFC 6749 §10.5");
    let error = PageError::new(StatusCode::CONFLICT, refusal);
    let session = signed_in.map(|signed_in| &signed_in.session.id);
    if session.is_none() || pending.session.as_ref() != session {
        return error;
    }
    error.with_restart(realm.path(&format!("{}?{}", paths::AUTHORIZE, pending.request.to_query())))
}

/// Whether the session that the request belongs to has ended, so that another may take the request over by signing in.
///
/// # Errors
/// When the database fails.
pub async fn owner_has_ended(
    conn: &mut Conn,
    realm: &Realm,
    pending: &PendingRequest,
    now: Timestamp,
) -> store::Result<bool> {
    match &pending.session {
        Some(session) => Ok(!store::sessions::is_live(conn, realm.id, session, now).await?),
        None => Ok(false),
    }
}

/// Checks that a request that a user has signed in for belongs to the browser's session.
///
/// # Errors
/// It belongs to another session.
pub fn check_owner(pending: &PendingRequest, signed_in: Option<&SignedIn>) -> Result<(), PageError> {
    let session = signed_in.map(|signed_in| &signed_in.session.id);
    let foreign = pending.session.is_some() && pending.session.as_ref() != session;
    refuse_when(foreign, belongs_elsewhere)
}

/// The request belongs to another session: only the session that signed in for it may answer it.
pub fn belongs_elsewhere() -> PageError {
    let refusal = Refusal::new(
        "request_of_another_session",
        "this authorization request belongs to another session",
    );
    PageError::new(StatusCode::FORBIDDEN, refusal.kind("request.foreign"))
}
