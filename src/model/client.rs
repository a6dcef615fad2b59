//! Clients (RFC 6749 §2), with the metadata of dynamic registration (RFC 7591 §2).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ClientId, GrantType, Scopes,
    redirect_uri::{is_loopback_or_below, redirect_uri_problem, redirect_uris_match},
    resource_problem,
};

/// How a client authenticates at the token endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenEndpointAuthMethod {
    /// By secret, in the header or in the form (RFC 6749 §2.3.1).
    #[default]
    ClientSecret,
    ClientSecretBasic,
    ClientSecretPost,
    /// A public client.
    None,
}

/// The format of a client's access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessTokenFormat {
    /// 256 random bits that only this server understands.
    #[default]
    Opaque,
    /// Signed claims that a resource server can verify itself (RFC 9068).
    Jwt,
}

impl AccessTokenFormat {
    fn is_opaque(&self) -> bool {
        *self == Self::Opaque
    }
}

/// Which claims about the user an ID token has besides those of OIDC Core §2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdTokenClaims {
    /// None: the client asks userinfo for them (OIDC Core §5.4).
    #[default]
    None,
    /// Those that the granted scopes give access to, for a client that never asks userinfo.
    Scopes,
}

impl IdTokenClaims {
    fn are_those_of_core(&self) -> bool {
        *self == Self::None
    }
}

/// A client secret as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredSecret {
    /// SHA-256, base64url, of a generated secret, which has enough entropy for a fast hash.
    Digest(String),
    /// An Argon2id PHC string of a chosen secret.
    Phc(String),
}

impl StoredSecret {
    const DIGEST: &str = "sha256:";

    /// The value in the database.
    pub fn to_text(&self) -> String {
        match self {
            Self::Digest(digest) => format!("{}{digest}", Self::DIGEST),
            Self::Phc(phc) => phc.clone(),
        }
    }

    pub fn from_text(text: &str) -> Self {
        match text.strip_prefix(Self::DIGEST) {
            Some(digest) => Self::Digest(digest.to_owned()),
            None => Self::Phc(text.to_owned()),
        }
    }
}

/// A client.
#[derive(Clone, Debug)]
pub struct Client {
    pub id: ClientId,
    /// `None` for a public client.
    pub secret: Option<StoredSecret>,
    pub metadata: ClientMetadata,
}

/// What a client may do, and how pages present it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientMetadata {
    /// The name that pages show. Without one, the id.
    pub client_name: String,
    /// Where authorization responses may go, compared exactly. May begin with `{issuer}`.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Any http or https URI at a loopback address, localhost or a name below it is accepted too.
    #[serde(default)]
    pub any_loopback_redirect: bool,
    /// The grant types it may use.
    pub grant_types: Vec<GrantType>,
    /// The scopes it may request, separated by spaces. Without any: all that the realm supports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub scope: Option<Scopes>,
    /// The scopes of a request without `scope` (RFC 6749 §3.3), separated by spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub default_scope: Option<Scopes>,
    /// How it authenticates at the token endpoint.
    #[serde(default)]
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// `code_challenge_method=plain` is accepted.
    #[serde(default)]
    pub allow_plain_pkce: bool,
    /// A picture for the sign-in and consent pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// Its privacy policy, to which the consent page links.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms of service, to which the consent page links.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// The format of its access tokens.
    #[serde(default, skip_serializing_if = "AccessTokenFormat::is_opaque")]
    pub access_token_format: AccessTokenFormat,
    /// The `aud` of its access tokens where no resource is named. Without it: the realm's issuer (RFC 9068 §3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_audience: Option<String>,
    /// The resources that it may name besides the issuer's own (RFC 8707). May begin with `{issuer}`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Which claims about the user its ID tokens have. Ignored under policy `portal`.
    #[serde(default, skip_serializing_if = "IdTokenClaims::are_those_of_core")]
    pub id_token_claims: IdTokenClaims,
}

impl ClientMetadata {
    /// Checks the rules of a client's metadata (RFC 7591 §2). `has_secret`: whether the client has a secret.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn check(&self, has_secret: bool) -> Result<(), String> {
        match (self.token_endpoint_auth_method, has_secret) {
            (TokenEndpointAuthMethod::None, true) => {
                return Err("a public client (token_endpoint_auth_method none) has no secret".to_owned());
            }
            (TokenEndpointAuthMethod::None, false) => self.check_public()?,
            (_, true) => {}
            (_, false) => return Err("a client that authenticates with a secret must have one".to_owned()),
        }
        for uri in &self.redirect_uris {
            if let Some(problem) = redirect_uri_problem(uri) {
                return Err(format!("the redirect URI {uri:?} {problem}"));
            }
        }
        for resource in &self.resources {
            if let Some(problem) = resource_problem(resource) {
                return Err(format!("the resource {resource:?} {problem}"));
            }
        }
        if let (Some(default), Some(scope)) = (&self.default_scope, &self.scope) {
            let beyond = default.without(scope);
            if !beyond.is_empty() {
                return Err(format!("default_scope names {beyond}, which scope does not allow"));
            }
        }
        if self.default_scope.as_ref().is_some_and(Scopes::is_empty) {
            return Err("default_scope names at least one scope, or is left out".to_owned());
        }
        match &self.access_token_audience {
            Some(audience) if !(1..=255).contains(&audience.len()) => {
                Err("access_token_audience has 1 to 255 bytes".to_owned())
            }
            _ => Ok(()),
        }
    }

    fn check_public(&self) -> Result<(), String> {
        let needs_secret = self
            .grant_types
            .iter()
            .find(|grant_type| grant_type.needs_client_secret());
        match needs_secret {
            Some(grant_type) => Err(format!("a public client cannot use {grant_type} (RFC 6749 §4.4)")),
            None => Ok(()),
        }
    }
}

impl ClientId {
    /// Checks that it has 1 to 255 characters of printable ASCII.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), &'static str> {
        let printable = self.0.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
        if printable && (1..=255).contains(&self.0.len()) {
            Ok(())
        } else {
            Err("a client_id has 1 to 255 characters of printable ASCII (RFC 6749 appendix A.1)")
        }
    }
}

impl Client {
    /// Whether it has no secret to authenticate with (RFC 6749 §2.1).
    pub fn public(&self) -> bool {
        self.metadata.token_endpoint_auth_method == TokenEndpointAuthMethod::None
    }

    pub fn may_use(&self, grant_type: GrantType) -> bool {
        self.metadata.grant_types.contains(&grant_type)
    }

    /// The scopes of `asked` that it is not registered for.
    pub fn not_registered_for(&self, asked: &Scopes) -> Scopes {
        let registered = self.metadata.scope.as_ref();
        registered.map_or_else(Scopes::default, |registered| asked.without(registered))
    }

    /// Whether an authorization response may go to `uri` (RFC 9700 §2.1, RFC 8252 §7.3).
    pub fn accepts_redirect_to(&self, uri: &str) -> bool {
        self.metadata
            .redirect_uris
            .iter()
            .any(|registered| redirect_uris_match(registered, uri))
            || (self.metadata.any_loopback_redirect && is_loopback_or_below(uri))
    }

    /// The client's name on pages.
    pub fn name(&self) -> &str {
        if self.metadata.client_name.is_empty() {
            &self.id.0
        } else {
            &self.metadata.client_name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(redirect_uris: &[&str], any_loopback_redirect: bool) -> Client {
        let redirect_uris = redirect_uris.iter().map(|uri| (*uri).to_owned()).collect();
        let metadata = ClientMetadata {
            redirect_uris,
            any_loopback_redirect,
            ..ClientMetadata::default()
        };
        Client {
            id: ClientId::from("c"),
            secret: None,
            metadata,
        }
    }

    #[test]
    fn any_loopback_redirect_allows_loopback_and_nothing_else() {
        let client = client(&[], true);

        for uri in [
            "http://127.0.0.1:5000/x",
            "https://localhost/cb",
            "http://[::1]:1/",
            "http://127.8.9.10/",
            "http://app.localhost:3000/cb",
            "https://a.b.localhost/",
        ] {
            assert!(client.accepts_redirect_to(uri), "{uri}");
        }
        for uri in [
            "http://localhost.evil.example/",
            "http://.localhost/",
            "http://evillocalhost/",
            "http://u@localhost/",
            "http://localhost/#f",
            "http://128.0.0.1/",
            "ftp://localhost/",
            "http://localhost@evil.example/",
            "http://evil.example\\@localhost/",
        ] {
            assert!(!client.accepts_redirect_to(uri), "{uri}");
        }
    }

    #[test]
    fn without_the_flag_only_registered_uris_are_accepted() {
        let client = client(&["https://client.example.com/cb"], false);

        assert!(client.accepts_redirect_to("https://client.example.com/cb"));
        assert!(!client.accepts_redirect_to("http://localhost/cb"));
    }

    #[test]
    fn metadata_that_contradict_themselves_are_refused() {
        let public = ClientMetadata {
            token_endpoint_auth_method: TokenEndpointAuthMethod::None,
            ..ClientMetadata::default()
        };
        let client_credentials = ClientMetadata {
            grant_types: vec![GrantType::ClientCredentials],
            ..public.clone()
        };
        let bad_redirect_uri = ClientMetadata {
            redirect_uris: vec!["/cb".to_owned()],
            ..ClientMetadata::default()
        };

        assert_eq!(public.check(false), Ok(()));
        for (metadata, has_secret, why) in [
            (&public, true, "has no secret"),
            (
                &client_credentials,
                false,
                "a public client cannot use client_credentials",
            ),
            (&bad_redirect_uri, true, "is not an absolute URI"),
            (&ClientMetadata::default(), false, "authenticates with a secret"),
        ] {
            let refused = metadata.check(has_secret).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[test]
    fn a_stored_secret_reads_back() {
        for secret in [
            StoredSecret::Digest("abc".to_owned()),
            StoredSecret::Phc("$argon2id$v=19$x".to_owned()),
        ] {
            assert_eq!(StoredSecret::from_text(&secret.to_text()), secret);
        }
    }
}
