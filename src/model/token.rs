//! Access and refresh tokens as stored.

use jiff::Timestamp;

use super::{ClientId, Grant, GrantId, Resources, Scopes, User};

/// A new access token, to be stored.
#[derive(Clone, Debug)]
pub struct IssuedAccessToken {
    pub digest: String,
    /// `None` for a token a client got for itself (RFC 6749 §4.4).
    pub grant: Option<GrantId>,
    pub client: ClientId,
    /// The tokens of one response have the same value here.
    pub pair: String,
    pub scopes: Scopes,
    /// `aud`; `None`: nothing was said, so it is for the issuer.
    pub audience: Option<Resources>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

/// An access token with its grant and user, also when it is expired or revoked.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The digest it is stored under.
    pub digest: String,
    pub client: ClientId,
    pub pair: String,
    pub scopes: Scopes,
    /// `aud`; `None`: nothing was said, so it is for the issuer.
    pub audience: Option<Resources>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    /// The token or its grant was revoked, or its user or client was deleted.
    pub revoked: bool,
    pub grant: Option<Grant>,
    /// Its user; `None` for a client credentials token.
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

/// A refresh token with its grant, also when it is used, expired or revoked.
#[derive(Clone, Debug)]
pub struct RefreshToken {
    pub digest: String,
    /// What the token is derived from, together with its predecessor.
    pub id: String,
    pub client: ClientId,
    pub pair: String,
    pub scopes: Scopes,
    pub issued_at: Timestamp,
    /// `None`: it does not expire.
    pub expires_at: Option<Timestamp>,
    pub used_at: Option<Timestamp>,
    pub successor: Option<Successor>,
    /// The token or its grant was revoked, or its user or client was deleted.
    pub revoked: bool,
    pub grant: Grant,
}

/// The refresh token that replaced a used one.
#[derive(Clone, Debug)]
pub struct Successor {
    pub id: String,
    pub digest: String,
    pub pair: String,
    /// Whether it was used or revoked itself.
    pub used_up: bool,
}

impl RefreshToken {
    pub fn expired_at(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }

    pub fn live_at(&self, now: Timestamp) -> bool {
        !self.revoked && self.used_at.is_none() && !self.expired_at(now)
    }
}
