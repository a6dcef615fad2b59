//! Authorization codes (RFC 6749 §4.1.2).

use jiff::Timestamp;

use super::{ClientId, CodeChallenge, Grant};

/// A code with the grant it belongs to.
#[derive(Clone, Debug)]
pub struct AuthorizationCode {
    pub client: ClientId,
    pub redirect_uri: String,
    pub nonce: Option<String>,
    pub code_challenge: Option<CodeChallenge>,
    pub expires_at: Timestamp,
    pub redeemed_at: Option<Timestamp>,
    pub grant: Grant,
    pub grant_revoked: bool,
}

impl AuthorizationCode {
    pub fn expired_at(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }
}
