//! Sessions: a browser that is signed in.

use jiff::Timestamp;

use super::{SessionId, User, UserId};

/// A session as its row says it; whether it lives is judged by the realm's clock.
#[derive(Clone, Debug)]
pub struct Session {
    /// The digest of the cookie's value.
    pub id: SessionId,
    pub user: UserId,
    /// What clients learn of it.
    pub sid: String,
    pub auth_time: Timestamp,
    /// How the user signed in (RFC 8176).
    pub amr: Vec<String>,
    pub user_agent: Option<String>,
    pub expires_at: Timestamp,
}

/// A live session with its user: who is at the browser.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub session: Session,
    pub user: User,
}
