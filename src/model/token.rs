//! Access and refresh tokens, as their rows say them.

use jiff::Timestamp;

use super::{ClientId, Grant, GrantId, Scopes, User};

/// A new access token on its way into the store.
#[derive(Clone, Debug)]
pub struct IssuedAccessToken {
    pub digest: String,
    /// `None` for a token a client got for itself (RFC 6749 §4.4).
    pub grant: Option<GrantId>,
    pub client: ClientId,
    /// What was issued in one answer belongs together.
    pub pair: String,
    pub scopes: Scopes,
    /// Whom a JWT is for; `None` for an opaque token.
    pub audience: Option<String>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

/// An access token with its grant and user, however dead it is.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// Under which it is stored.
    pub digest: String,
    pub client: ClientId,
    pub pair: String,
    pub scopes: Scopes,
    /// Whom a JWT is for; `None` for an opaque token.
    pub audience: Option<String>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    /// The token itself, the grant it belongs to, or that its user or client was deleted.
    pub revoked: bool,
    pub grant: Option<Grant>,
    /// Who it speaks for; `None` for a token a client got for itself.
    pub user: Option<User>,
}

impl AccessToken {
    pub fn expired_at(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }

    pub fn live_at(&self, now: Timestamp) -> bool {
        !self.revoked && !self.expired_at(now)
    }
}

/// A refresh token with its grant, however dead it is.
#[derive(Clone, Debug)]
pub struct RefreshToken {
    pub digest: String,
    /// What a token is derived from, together with its parent.
    pub id: String,
    pub client: ClientId,
    pub pair: String,
    pub scopes: Scopes,
    pub issued_at: Timestamp,
    /// `None`: does not expire by itself.
    pub expires_at: Option<Timestamp>,
    pub used_at: Option<Timestamp>,
    pub successor: Option<Successor>,
    /// The token itself, the grant it belongs to, or that its user or client was deleted.
    pub revoked: bool,
    pub grant: Grant,
}

/// The token a refresh token was traded for.
#[derive(Clone, Debug)]
pub struct Successor {
    pub id: String,
    pub digest: String,
    pub pair: String,
    /// Whether it was traded on, or revoked.
    pub spent: bool,
}

impl RefreshToken {
    pub fn expired_at(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }

    pub fn live_at(&self, now: Timestamp) -> bool {
        !self.revoked && self.used_at.is_none() && !self.expired_at(now)
    }
}
