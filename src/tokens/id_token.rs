//! ID tokens (OIDC Core §2).

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    Mint, after,
    claim_rules::{ClaimsAbout, with_further},
};
use crate::{
    keys::{SigningError, VerificationError},
    model::{ClaimPlace, Claims, Client, Grant, Scopes, Secret, SigningAlgorithm, User},
};

/// What an ID token is issued for.
pub struct IdTokenFor<'a> {
    pub client: &'a Client,
    pub grant: &'a Grant,
    /// Present where claim rules need it ([`super::ClaimRules::apply_to_tokens`]).
    pub user: Option<&'a User>,
    /// The scopes of the access token in the same response.
    pub scopes: &'a Scopes,
    /// The `nonce` of the authorization request; a refreshed ID token has none (OIDC Core §12.2).
    pub nonce: Option<&'a str>,
    /// The access token in the same response, for `at_hash`.
    pub access_token: &'a Secret,
    pub now: Timestamp,
    /// Seconds; `None`: the lifetime of the policy.
    pub lifetime: Option<u32>,
    /// Further claims, which win over the claim rules.
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
    /// Signs an ID token. The most expensive step of a response, so it comes after the commit.
    ///
    /// # Errors
    /// When the realm has no key for its algorithm.
    pub fn id_token(&self, wanted: IdTokenFor<'_>) -> Result<String, SigningError> {
        let claims = IdTokenClaims {
            iss: &self.issuer,
            sub: self.subject(wanted.client, &wanted.grant.user),
            aud: &wanted.client.id.0,
            exp: after(
                wanted.now,
                wanted.lifetime.unwrap_or(self.policy.lifetimes.id_token.get()),
            )
            .as_second(),
            iat: wanted.now.as_second(),
            auth_time: wanted.grant.auth_time.as_second(),
            nonce: wanted.nonce,
            at_hash: half_hash(wanted.access_token.reveal()),
            sid: wanted.grant.sid.as_deref(),
            amr: &wanted.grant.amr,
        };
        let about = ClaimsAbout {
            client: wanted.client,
            user: wanted.user,
            scopes: wanted.scopes,
        };
        let mut from_rules = Claims::new();
        self.claim_rules.add(&mut from_rules, ClaimPlace::IdToken, &about);
        from_rules.extend(wanted.further);
        self.sign_alterable(
            self.policy.id_token_signing_alg,
            "JWT",
            &with_further(&claims, from_rules)?,
        )
    }

    /// The claims of an ID token this realm signed, expired or not (OIDC Core §3.1.2.1, `id_token_hint`).
    ///
    /// # Errors
    /// It was not signed by this realm. `iss` and `aud` are **not** checked.
    pub fn read_id_token_hint(&self, compact: &str) -> Result<serde_json::Value, VerificationError> {
        let claims = self.trusted_keys().verify(compact, "JWT", &SigningAlgorithm::ALL)?;
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
