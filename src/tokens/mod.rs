//! Tokens: issuing, signing and verifying.

mod access_token;
mod altered_keys;
mod claim_rules;
pub mod claims;
mod fault_points;
mod id_token;
mod refresh_token;
mod subject;
pub mod templates;

use std::sync::Arc;

use aws_lc_rs::hmac;
use jiff::{SignedDuration, Timestamp};

pub use access_token::{AccessTokenFor, PreparedAccessToken};
pub use claim_rules::{ClaimRules, ClaimsAbout};
pub use id_token::IdTokenFor;

use crate::{
    keys::KeyRing,
    model::{AccessToken, Policy, RealmId, Refusal, Secret},
    random::{Random, digest},
    store::{self, Conn},
};

/// Issues and verifies the tokens of one realm.
#[derive(Debug)]
pub struct Mint {
    realm: RealmId,
    issuer: String,
    policy: Policy,
    keys: KeyRing,
    claim_rules: Arc<ClaimRules>,
    random: Random,
    subject_key: hmac::Key,
    refresh_key: hmac::Key,
}

impl Mint {
    /// `root_secret`: the realm's secret that its own keys are derived from.
    pub fn new(
        realm: RealmId,
        issuer: String,
        policy: Policy,
        keys: KeyRing,
        claim_rules: Arc<ClaimRules>,
        random: Random,
        root_secret: &[u8],
    ) -> Self {
        let key = |label| hmac::Key::new(hmac::HMAC_SHA256, &derive_key(root_secret, label));
        Self {
            realm,
            issuer,
            policy,
            keys,
            claim_rules,
            random,
            subject_key: key("pairwise subjects"),
            refresh_key: key("refresh tokens"),
        }
    }

    /// The stored access token of `token`, with its grant and user, for a request to one of the issuer's own resources.
    /// A token for another audience is refused (RFC 9068 §4).
    ///
    /// # Errors
    /// Why it is not accepted, or that the database failed.
    pub async fn verify_access_token(
        &self,
        conn: &mut Conn,
        token: &Secret,
        now: Timestamp,
    ) -> Result<AccessToken, TokenError> {
        let found = store::access_tokens::find(conn, self.realm, &digest(token.reveal())).await?;
        let token = found.ok_or(TokenError::Unknown)?;
        if token.revoked {
            return Err(TokenError::Revoked);
        }
        if token.expired_at(now) {
            return Err(TokenError::Expired {
                expired_at: token.expires_at,
                now,
            });
        }
        match &token.audience {
            Some(audience) if !audience.iter().any(|one| self.is_own(one)) => Err(TokenError::ForAnother {
                audience: audience.iter().collect::<Vec<_>>().join(", "),
                issuer: self.issuer.clone(),
            }),
            _ => Ok(token),
        }
    }

    /// Whether an audience is the issuer or an address below it.
    fn is_own(&self, audience: &str) -> bool {
        let below = audience.strip_prefix(&self.issuer);
        below.is_some_and(|path| path.is_empty() || path.starts_with('/'))
    }
}

/// Why an access token is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("The access token is invalid")]
    Unknown,
    #[error("The access token expired")]
    Expired { expired_at: Timestamp, now: Timestamp },
    #[error("The access token was revoked")]
    Revoked,
    #[error("The access token is for another audience")]
    ForAnother { audience: String, issuer: String },
    #[error("the database failed: {0}")]
    Database(#[from] store::Error),
}

impl TokenError {
    /// Why the bearer is refused (RFC 6750 §3.1).
    pub fn refusal(&self) -> Refusal {
        let refusal = Refusal::new("invalid_token", self.to_string()).see("RFC 6750 §3.1");
        match self {
            Self::Expired { expired_at, now } => refusal
                .kind("token.expired")
                .compare(format!("before {expired_at}"), now.to_string()),
            Self::Revoked => refusal.kind("token.revoked"),
            Self::ForAnother { audience, issuer } => refusal
                .kind("token.audience")
                .see("RFC 9068 §4")
                .compare(format!("{issuer} or an address below it"), audience.clone()),
            Self::Unknown | Self::Database(_) => refusal.kind("token.unknown"),
        }
    }
}

/// A key of 256 bits for one purpose, derived from a realm's root secret.
pub fn derive_key(root_secret: &[u8], purpose: &str) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, root_secret), purpose.as_bytes());
    let mut key = [0; 32];
    key.copy_from_slice(tag.as_ref());
    key
}

/// `seconds` after `now`; `Timestamp::MAX` if there is no such time.
pub fn after(now: Timestamp, seconds: u32) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds.into()))
        .unwrap_or(Timestamp::MAX)
}
