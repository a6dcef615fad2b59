//! Sessions: a browser that is signed in.

use jiff::Timestamp;

use super::{SessionId, User, UserId};

/// A session as stored; the realm's clock decides whether it has expired.
#[derive(Clone, Debug)]
pub struct Session {
    /// The digest of the cookie's value.
    pub id: SessionId,
    pub user: UserId,
    /// Its identifier for clients (the claim `sid`).
    pub sid: String,
    pub auth_time: Timestamp,
    /// How the user signed in (RFC 8176).
    pub amr: Vec<String>,
    pub user_agent: Option<String>,
    pub expires_at: Timestamp,
}

/// An open session with its user.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub session: Session,
    pub user: User,
}
