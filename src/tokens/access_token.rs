//! Access tokens: opaque, or JWTs (RFC 9068) where a client's metadata ask for them.
//!
//! Both are stored as the digest of what the client gets, and both are verified by that row and nothing else: revocation,
//! expiry by the realm's clock and introspection are the row's, so a JWT tells a resource server that asks us what an
//! opaque token would, and one with a single bit changed is unknown. Resource servers that do not ask us verify the signature
//! by the published keys. The price is that a JWT is signed before its row is written, where an ID token is signed after.

use jiff::Timestamp;
use serde::Serialize;

use super::claim_rules::{ClaimsAbout, beside};
use super::seams::bend_access_token;
use super::{Mint, after};
use crate::{
    keys::SigningError,
    model::{AccessTokenFormat, ClaimPlace, Claims, Client, Grant, IssuedAccessToken, Scopes, Secret, User},
    random::digest,
};

/// Whom an access token is for, and what it may do.
#[derive(Clone, Debug)]
pub struct AccessTokenFor<'a> {
    pub client: &'a Client,
    /// `None` for a token a client gets for itself.
    pub grant: Option<&'a Grant>,
    /// Known wherever rules for claims need it ([`super::ClaimRules::speak_in_tokens`]).
    pub user: Option<&'a User>,
    pub scopes: &'a Scopes,
    /// What is issued in one answer belongs together.
    pub pair: &'a str,
    pub now: Timestamp,
    /// Seconds; `None`: as the policy has it.
    pub lifetime: Option<u32>,
    /// Further claims of a JWT.
    pub further: Claims,
}

/// The claims of RFC 9068 §2.2, in the order they are written. Absent ones are left out.
#[derive(Serialize)]
struct JwtClaims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    exp: i64,
    iat: i64,
    jti: String,
    client_id: &'a str,
    #[serde(skip_serializing_if = "Scopes::is_empty")]
    scope: &'a Scopes,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    amr: &'a [String],
}

impl Mint {
    /// A new access token: what the client gets, and what is stored.
    ///
    /// # Errors
    /// When the realm has no key to sign a JWT with.
    pub fn access_token(&self, wish: AccessTokenFor<'_>) -> Result<(Secret, IssuedAccessToken), SigningError> {
        let expires_at = after(wish.now, wish.lifetime.unwrap_or(self.policy.lifetimes.access_token));
        let audience = match wish.client.metadata.access_token_format {
            AccessTokenFormat::Opaque => None,
            AccessTokenFormat::Jwt => {
                let registered = wish.client.metadata.access_token_audience.as_deref();
                Some(registered.unwrap_or(&self.issuer).to_owned())
            }
        };
        let (client, grant) = (wish.client.id.clone(), wish.grant.map(|grant| grant.id.clone()));
        let (pair, scopes, issued_at) = (wish.pair.to_owned(), wish.scopes.clone(), wish.now);
        let mut issued = IssuedAccessToken {
            digest: String::new(), // of a text that is not known yet
            grant,
            client,
            pair,
            scopes,
            audience,
            issued_at,
            expires_at,
        };
        bend_access_token(&mut issued);
        let token = match &issued.audience {
            None => self.random.token(),
            Some(audience) => {
                let scopes = &issued.scopes;
                self.sign_access_token(AccessTokenFor { scopes, ..wish }, audience, expires_at)?
            }
        };
        issued.digest = digest(&token);
        Ok((Secret::new(token), issued))
    }

    fn sign_access_token(
        &self,
        wish: AccessTokenFor<'_>,
        audience: &str,
        expires_at: Timestamp,
    ) -> Result<String, SigningError> {
        let AccessTokenFor {
            client,
            grant,
            user,
            scopes,
            now,
            mut further,
            ..
        } = wish;
        let claims = JwtClaims {
            iss: &self.issuer,
            // A client that speaks for itself is its own subject (RFC 9068 §2.2).
            sub: grant.map_or_else(|| client.id.0.clone(), |grant| self.subject(client, &grant.user)),
            aud: audience,
            exp: expires_at.as_second(),
            iat: now.as_second(),
            jti: self.random.token(),
            client_id: &client.id.0,
            scope: scopes,
            auth_time: grant.map(|grant| grant.auth_time.as_second()),
            amr: grant.map(|grant| grant.amr.as_slice()).unwrap_or_default(),
        };
        let about = ClaimsAbout { client, user, scopes };
        let mut ruled = Claims::new();
        self.claim_rules.add(&mut ruled, ClaimPlace::AccessToken, &about);
        ruled.append(&mut further); // what is asked for this once wins over what is always so
        self.sign_with_told_keys("at+jwt", &beside(&claims, ruled)?)
    }
}
