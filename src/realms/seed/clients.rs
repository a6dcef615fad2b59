//! A client in a seed, in the words of dynamic registration (RFC 7591 §2).

use serde::{Deserialize, Deserializer, de::Error as _};

use super::secret::{Phc, SeedSecret};
use crate::model::{
    AccessTokenFormat, ClientId, ClientMetadata, GrantType, Scopes, Secret, TokenEndpointAuthMethod,
    redirect_uri_problem,
};

/// What stands for the realm's issuer in a redirect URI.
const ISSUER: &str = "{issuer}";

/// A client as a seed says it, sound in itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct SeedClient {
    pub id: ClientId,
    pub secret: Option<SeedSecret>,
    metadata: ClientMetadata,
}

impl SeedClient {
    /// The secret's hash, where the seed has it ready-made.
    pub fn secret_hash(&self) -> Option<&str> {
        match &self.secret {
            Some(SeedSecret::Hash(phc)) => Some(&phc.0),
            Some(SeedSecret::Plain(_)) | None => None,
        }
    }

    /// What is stored, in a realm of that issuer.
    pub fn metadata(&self, issuer: &str) -> ClientMetadata {
        let mut metadata = self.metadata.clone();
        for uri in metadata
            .redirect_uris
            .iter_mut()
            .chain(&mut metadata.access_token_audience)
        {
            *uri = uri.replace(ISSUER, issuer);
        }
        metadata
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    client_id: ClientId,
    client_secret: Option<Secret>,
    client_secret_hash: Option<Phc>,
    #[serde(default)]
    client_name: String,
    #[serde(default = "authorization_code")]
    grant_types: Vec<GrantType>,
    #[serde(default)]
    redirect_uris: Vec<RedirectUri>,
    #[serde(default)]
    any_loopback_redirect: bool,
    scope: Option<Scopes>,
    token_endpoint_auth_method: Option<TokenEndpointAuthMethod>,
    #[serde(default)]
    allow_plain_pkce: bool,
    logo_uri: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    #[serde(default)]
    access_token_format: AccessTokenFormat,
    access_token_audience: Option<Audience>,
}

/// What a client may use that names no grant types (RFC 7591 §2).
fn authorization_code() -> Vec<GrantType> {
    vec![GrantType::AuthorizationCode]
}

impl TryFrom<Written> for SeedClient {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let id = written.client_id;
        let wrong = |reason: &str| format!("client {:?}: {reason}", id.0);
        if !(1..=255).contains(&id.0.len()) || !id.0.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
            return Err(wrong(
                "a client_id has 1 to 255 characters of printable ASCII (RFC 6749 appendix A.1)",
            ));
        }
        let secret = SeedSecret::read(written.client_secret, written.client_secret_hash).map_err(wrong)?;
        let method = written.token_endpoint_auth_method.unwrap_or(match secret {
            Some(_) => TokenEndpointAuthMethod::ClientSecret,
            None => TokenEndpointAuthMethod::None,
        });
        match (method, &secret) {
            (TokenEndpointAuthMethod::None, Some(_)) => {
                return Err(wrong("a public client (token_endpoint_auth_method none) has no secret"));
            }
            (TokenEndpointAuthMethod::None, None) if written.grant_types.contains(&GrantType::ClientCredentials) => {
                return Err(wrong("a public client cannot use client_credentials (RFC 6749 §4.4)"));
            }
            (TokenEndpointAuthMethod::None, None) | (_, Some(_)) => {}
            (_, None) => return Err(wrong("it authenticates with a secret and has none")),
        }
        let metadata = ClientMetadata {
            client_name: written.client_name,
            redirect_uris: written.redirect_uris.into_iter().map(|uri| uri.0).collect(),
            any_loopback_redirect: written.any_loopback_redirect,
            grant_types: written.grant_types,
            scope: written.scope,
            token_endpoint_auth_method: method,
            allow_plain_pkce: written.allow_plain_pkce,
            logo_uri: written.logo_uri,
            policy_uri: written.policy_uri,
            tos_uri: written.tos_uri,
            access_token_format: written.access_token_format,
            access_token_audience: written.access_token_audience.map(|audience| audience.0),
        };
        Ok(Self { id, secret, metadata })
    }
}

/// What JWT access tokens are for; `{issuer}` may stand at its beginning.
struct Audience(String);

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if (1..=255).contains(&text.len()) {
            Ok(Self(text))
        } else {
            Err(D::Error::custom("access_token_audience has 1 to 255 bytes"))
        }
    }
}

/// A redirect URI that may one day be answered to; `{issuer}` may stand at its beginning.
struct RedirectUri(String);

impl<'de> Deserialize<'de> for RedirectUri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let whole = match text.strip_prefix(ISSUER) {
            Some(path) => format!("http://localhost{path}"),
            None => text.clone(),
        };
        match redirect_uri_problem(&whole) {
            Some(problem) => Err(D::Error::custom(format!("the redirect URI {text:?} {problem}"))),
            None => Ok(Self(text)),
        }
    }
}
