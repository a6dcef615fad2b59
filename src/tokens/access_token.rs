//! Access tokens: opaque, or JWTs (RFC 9068) where a client's metadata ask for them.
//!
//! Both are stored as a digest and verified by the stored row alone: revocation, expiry by the realm's clock and
//! introspection work in the same way, and a JWT with a single changed bit is unknown. Resource servers that verify
//! JWTs themselves use the published keys.
//!
//! A JWT is signed before its row is written, since the digest covers the signature; an ID token is signed after the
//! commit. So that no transaction waits for a signature, the JWT is signed before the transaction begins, except while
//! a fault is armed for the request: faults count issued tokens, and refused requests must not count.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::{
    Mint, after,
    claim_rules::{ClaimsAbout, with_further},
    fault_points,
};
use crate::{
    keys::SigningError,
    model::{
        AccessTokenFormat, ClaimPlace, Claims, Client, Grant, IssuedAccessToken, ResourceIndicators, Resources, Scopes,
        Secret, User,
    },
    random::digest,
};

/// What an access token is issued for.
#[derive(Clone, Debug)]
pub struct AccessTokenFor<'a> {
    pub client: &'a Client,
    /// `None` for a client credentials token.
    pub grant: Option<&'a Grant>,
    /// Present where claim rules need it ([`super::ClaimRules::apply_to_tokens`]).
    pub user: Option<&'a User>,
    pub scopes: &'a Scopes,
    /// What it is for (RFC 8707); without any, what the client is registered for.
    pub resources: &'a Resources,
    /// The same for all tokens of one response.
    pub pair: &'a str,
    pub now: Timestamp,
    /// Seconds; `None`: the lifetime of the policy.
    pub lifetime: Option<u32>,
    /// Further claims of a JWT, which win over the claim rules.
    pub further: Claims,
}

/// The claims of RFC 9068 §2.2, in the order they are written. Absent ones are left out.
#[derive(Serialize)]
struct JwtClaims<'a> {
    iss: &'a str,
    sub: String,
    #[serde(serialize_with = "as_aud")]
    aud: &'a Resources,
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn as_aud<S: Serializer>(audience: &&Resources, serializer: S) -> Result<S::Ok, S::Error> {
    audience.as_aud(serializer)
}

/// An access token that can be issued in a transaction.
#[derive(Debug)]
pub struct PreparedAccessToken<'a> {
    pub wanted: AccessTokenFor<'a>,
    /// The signed JWT, if there is one already.
    jwt: Option<String>,
}

impl<'a> PreparedAccessToken<'a> {
    /// The same token as part of another pair.
    pub fn in_pair<'b>(self, pair: &'b str) -> PreparedAccessToken<'b>
    where
        'a: 'b,
    {
        PreparedAccessToken {
            wanted: AccessTokenFor { pair, ..self.wanted },
            jwt: self.jwt,
        }
    }
}

impl Mint {
    /// A new access token: the text for the client, and the row to store. For a caller that holds no transaction.
    ///
    /// # Errors
    /// When the realm has no key to sign a JWT with.
    pub fn access_token(&self, wanted: AccessTokenFor<'_>) -> Result<(Secret, IssuedAccessToken), SigningError> {
        self.issue_access_token(PreparedAccessToken { wanted, jwt: None })
    }

    /// Does the expensive part of a new access token, to be called before the transaction begins.
    ///
    /// # Errors
    /// When the realm has no key to sign a JWT with.
    pub fn prepare_access_token<'a>(
        &self,
        wanted: AccessTokenFor<'a>,
    ) -> Result<PreparedAccessToken<'a>, SigningError> {
        let mut prepared = PreparedAccessToken { wanted, jwt: None };
        if prepared.wanted.client.metadata.access_token_format == AccessTokenFormat::Jwt
            && !fault_points::faults_are_armed()
        {
            let row = self.access_token_row(&prepared.wanted);
            prepared.jwt = Some(self.sign_access_token(prepared.wanted.clone(), &row)?);
        }
        Ok(prepared)
    }

    /// The text for the client, and the row to store. Applies and counts the armed faults.
    ///
    /// # Errors
    /// When the realm has no key to sign a JWT with.
    pub fn issue_access_token(
        &self,
        prepared: PreparedAccessToken<'_>,
    ) -> Result<(Secret, IssuedAccessToken), SigningError> {
        let PreparedAccessToken { wanted, jwt } = prepared;
        let mut issued = self.access_token_row(&wanted);
        fault_points::alter_access_token(&mut issued);
        let token = match (jwt, wanted.client.metadata.access_token_format) {
            (Some(jwt), _) => jwt,
            (None, AccessTokenFormat::Opaque) => self.random.token(),
            (None, AccessTokenFormat::Jwt) => {
                let scopes = &issued.scopes;
                self.sign_access_token(AccessTokenFor { scopes, ..wanted }, &issued)?
            }
        };
        issued.digest = digest(&token);
        Ok((Secret::new(token), issued))
    }

    fn access_token_row(&self, wanted: &AccessTokenFor<'_>) -> IssuedAccessToken {
        let lifetime = wanted.lifetime.unwrap_or(self.policy.lifetimes.access_token.get());
        IssuedAccessToken {
            digest: String::new(), // set once the token is known
            grant: wanted.grant.map(|grant| grant.id.clone()),
            client: wanted.client.id.clone(),
            pair: wanted.pair.to_owned(),
            scopes: wanted.scopes.clone(),
            audience: self.audience(wanted),
            issued_at: wanted.now,
            expires_at: after(wanted.now, lifetime),
        }
    }

    /// What a token is for: the resources, else what the client is registered for, else the issuer, which is in it
    /// always where userinfo has to take the token. `None` where that is the issuer alone, and nobody reads it in the
    /// token.
    fn audience(&self, wanted: &AccessTokenFor<'_>) -> Option<Resources> {
        let metadata = &wanted.client.metadata;
        let of_client = metadata.access_token_audience.as_deref();
        let is_jwt = metadata.access_token_format == AccessTokenFormat::Jwt;
        let ignored = self.policy.resource_indicators == ResourceIndicators::Ignored;
        if ignored || (wanted.resources.is_empty() && of_client.is_none()) {
            return is_jwt.then(|| Resources::one(of_client.unwrap_or(&self.issuer)));
        }
        let mut audience = match of_client {
            Some(of_client) if wanted.resources.is_empty() => Resources::one(of_client),
            _ => wanted.resources.clone(),
        };
        if wanted.scopes.contains("openid") {
            audience.add(&self.issuer);
        }
        Some(audience)
    }

    fn sign_access_token(&self, wanted: AccessTokenFor<'_>, row: &IssuedAccessToken) -> Result<String, SigningError> {
        let AccessTokenFor {
            client,
            grant,
            user,
            scopes,
            now,
            mut further,
            ..
        } = wanted;
        let own = Resources::one(&self.issuer);
        let claims = JwtClaims {
            iss: &self.issuer,
            // Without a user the client itself is the subject (RFC 9068 §2.2).
            sub: grant.map_or_else(|| client.id.0.clone(), |grant| self.subject(client, &grant.user)),
            aud: row.audience.as_ref().unwrap_or(&own),
            exp: row.expires_at.as_second(),
            iat: now.as_second(),
            jti: self.random.token(),
            client_id: &client.id.0,
            scope: scopes,
            auth_time: grant.map(|grant| grant.auth_time.as_second()),
            amr: grant.map(|grant| grant.amr.as_slice()).unwrap_or_default(),
        };
        let about = ClaimsAbout { client, user, scopes };
        let mut from_rules = Claims::new();
        self.claim_rules.add(&mut from_rules, ClaimPlace::AccessToken, &about);
        from_rules.append(&mut further);
        self.sign_with_current_keys("at+jwt", &with_further(&claims, from_rules)?)
    }
}
