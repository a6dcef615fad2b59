//! A client in a seed, in the words of dynamic registration (RFC 7591 §2).

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::secret::{Phc, SeedSecret};
use crate::{
    api::schema,
    model::{
        AccessTokenFormat, ClientId, ClientMetadata, GrantType, IdTokenClaims, Scopes, Secret, TokenEndpointAuthMethod,
    },
};

/// Stands for the realm's issuer at the beginning of a redirect URI or audience.
const ISSUER: &str = "{issuer}";

/// A client in a seed, checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct SeedClient {
    pub id: ClientId,
    pub secret: Option<SeedSecret>,
    metadata: ClientMetadata,
}

impl SeedClient {
    /// The JSON Schema of a client as it is written.
    pub fn schema() -> Value {
        schema::of_body::<Written>()
    }

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
            .chain(&mut metadata.resources)
        {
            if let Some(rest) = uri.strip_prefix(ISSUER) {
                *uri = format!("{issuer}{rest}");
            }
        }
        metadata
    }
}

/// A client, with the metadata of dynamic registration (RFC 7591 §2).
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Written {
    /// 1 to 255 characters of printable ASCII.
    #[schemars(with = "String")]
    client_id: ClientId,
    /// A secret makes the client confidential.
    #[schemars(with = "Option<String>")]
    client_secret: Option<Secret>,
    /// An Argon2id PHC string instead of the secret.
    #[schemars(with = "Option<String>")]
    client_secret_hash: Option<Phc>,
    #[serde(default)]
    client_name: String,
    #[serde(default = "authorization_code")]
    grant_types: Vec<GrantType>,
    /// Where authorization responses may go, compared exactly. May begin with `{issuer}`.
    #[serde(default)]
    redirect_uris: Vec<String>,
    /// Any http or https URI at a loopback address, localhost or a name below it is accepted too.
    #[serde(default)]
    any_loopback_redirect: bool,
    /// The scopes it may request, separated by spaces. Without any: all that the realm supports.
    #[schemars(with = "Option<String>")]
    scope: Option<Scopes>,
    /// Without it: `client_secret` for a client with a secret, else `none`.
    token_endpoint_auth_method: Option<TokenEndpointAuthMethod>,
    #[serde(default)]
    allow_plain_pkce: bool,
    logo_uri: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    #[serde(default)]
    access_token_format: AccessTokenFormat,
    /// The `aud` of its access tokens where no resource is named. Without it: the realm's issuer (RFC 9068 §3).
    access_token_audience: Option<String>,
    /// The scopes of a request without `scope` (RFC 6749 §3.3), separated by spaces.
    #[schemars(with = "Option<String>")]
    default_scope: Option<Scopes>,
    /// The resources that it may name besides the issuer's own (RFC 8707). May begin with `{issuer}`.
    #[serde(default)]
    resources: Vec<String>,
    /// Which claims about the user its ID tokens have. Ignored under policy `portal`.
    #[serde(default)]
    id_token_claims: IdTokenClaims,
}

/// The default of `grant_types` (RFC 7591 §2).
fn authorization_code() -> Vec<GrantType> {
    vec![GrantType::AuthorizationCode]
}

impl TryFrom<Written> for SeedClient {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let id = written.client_id;
        let wrong = |reason: &str| format!("client {:?}: {reason}", id.0);
        id.check().map_err(wrong)?;
        let secret = SeedSecret::read(written.client_secret, written.client_secret_hash).map_err(wrong)?;
        let method = written.token_endpoint_auth_method.unwrap_or(match secret {
            Some(_) => TokenEndpointAuthMethod::ClientSecret,
            None => TokenEndpointAuthMethod::None,
        });
        let metadata = ClientMetadata {
            client_name: written.client_name,
            redirect_uris: written.redirect_uris,
            any_loopback_redirect: written.any_loopback_redirect,
            grant_types: written.grant_types,
            scope: written.scope,
            token_endpoint_auth_method: method,
            allow_plain_pkce: written.allow_plain_pkce,
            logo_uri: written.logo_uri,
            policy_uri: written.policy_uri,
            tos_uri: written.tos_uri,
            access_token_format: written.access_token_format,
            access_token_audience: written.access_token_audience,
            default_scope: written.default_scope,
            resources: written.resources,
            id_token_claims: written.id_token_claims,
        };
        let client = Self { id, secret, metadata };
        let checked = client.metadata("http://localhost").check(client.secret.is_some());
        checked.map_err(|reason| format!("client {:?}: {reason}", client.id.0))?;
        Ok(client)
    }
}
