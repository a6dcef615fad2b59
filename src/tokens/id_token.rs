//! ID tokens (OIDC Core §2).

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::Serialize;

use super::claim_rules::{ClaimsAbout, beside};
use super::{Mint, after};
use crate::{
    keys::{SigningError, VerificationError},
    model::{ClaimPlace, Claims, Client, Grant, Scopes, Secret, SigningAlgorithm, User},
};

/// Whom an ID token is for, and in answer to what.
pub struct IdTokenFor<'a> {
    pub client: &'a Client,
    pub grant: &'a Grant,
    /// Known wherever rules for claims need it ([`super::ClaimRules::speak_in_tokens`]).
    pub user: Option<&'a User>,
    /// Those of the access token beside it.
    pub scopes: &'a Scopes,
    /// The request's; a refreshed ID token has none (OIDC Core §12.2).
    pub nonce: Option<&'a str>,
    /// Issued beside it: its hash goes in as `at_hash`.
    pub access_token: &'a Secret,
    pub now: Timestamp,
    /// Seconds; `None`: as the policy has it.
    pub lifetime: Option<u32>,
    /// Further claims, which win over what the rules say.
    pub further: Claims,
}

/// The claims, in the order they are written. Absent ones are left out.
#[derive(Debug, Serialize)]
struct IdTokenClaims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    exp: i64,
    iat: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    at_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    amr: &'a [String],
}

impl Mint {
    /// Signs an ID token. The one expensive step of an answer: it comes after the commit.
    ///
    /// # Errors
    /// When the realm has no key for its algorithm.
    pub fn id_token(&self, wish: IdTokenFor<'_>) -> Result<String, SigningError> {
        let claims = IdTokenClaims {
            iss: &self.issuer,
            sub: self.subject(wish.client, &wish.grant.user),
            aud: &wish.client.id.0,
            exp: after(wish.now, wish.lifetime.unwrap_or(self.policy.lifetimes.id_token)).as_second(),
            iat: wish.now.as_second(),
            auth_time: wish.grant.auth_time.as_second(),
            nonce: wish.nonce,
            at_hash: half_hash(wish.access_token.reveal()),
            sid: wish.grant.sid.as_deref(),
            amr: &wish.grant.amr,
        };
        let about = ClaimsAbout {
            client: wish.client,
            user: wish.user,
            scopes: wish.scopes,
        };
        let mut ruled = Claims::new();
        self.claim_rules.add(&mut ruled, ClaimPlace::IdToken, &about);
        ruled.extend(wish.further);
        self.sign_bendable(self.policy.id_token_signing_alg, "JWT", &beside(&claims, ruled)?)
    }

    /// The claims of an ID token this realm signed, expired or not (OIDC Core §3.1.2.1, `id_token_hint`).
    ///
    /// # Errors
    /// When it is not one of ours. Its `iss` and `aud` are the caller's to judge.
    pub fn read_id_token_hint(&self, compact: &str) -> Result<serde_json::Value, VerificationError> {
        let claims = self.believed_keys().verify(compact, "JWT", &SigningAlgorithm::ALL)?;
        serde_json::from_slice(&claims).map_err(|_| VerificationError::Malformed)
    }
}

/// The left half of the SHA-256 digest, base64url: `at_hash` of RS256 and ES256 tokens (OIDC Core §3.1.3.6).
fn half_hash(token: &str) -> String {
    let hash = digest::digest(&digest::SHA256, token.as_bytes());
    let (left, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

#[cfg(test)]
mod tests {
    use super::half_hash;

    #[test]
    fn the_at_hash_of_oidc_core_appendix_a_3_matches() {
        assert_eq!(
            half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
    }
}
