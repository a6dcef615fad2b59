//! Authorization requests (RFC 6749 §4.1.1, OIDC Core §3.1.2.1) and their progress.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ClientId, CodeChallenge, Prompt, Resources, ResponseMode, Scopes, SessionId};

/// A request whose every parameter has been checked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    pub client_id: ClientId,
    /// Where the answer goes. Checked against the client.
    pub redirect_uri: String,
    pub response_mode: ResponseMode,
    pub scopes: Scopes,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub code_challenge: Option<CodeChallenge>,
    pub prompt: Prompt,
    /// The allowed age of the sign-in, in seconds.
    pub max_age: Option<u64>,
    pub login_hint: Option<String>,
    pub ui_locales: Option<String>,
    /// What its access tokens are for (RFC 8707).
    #[serde(default, skip_serializing_if = "Resources::is_empty")]
    pub resources: Resources,
    /// The `sub` of a verified `id_token_hint`: the user who must be signed in.
    pub hinted_subject: Option<String>,
}

impl AuthorizationRequest {
    /// The same request as the query of the authorization endpoint. A verified `id_token_hint` is not kept, so it is
    /// not part of it.
    pub fn to_query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let mut put = |name: &str, value: Option<&str>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        };
        put("response_type", Some("code"));
        put("client_id", Some(&self.client_id.0));
        put("redirect_uri", Some(&self.redirect_uri));
        put("scope", Some(&self.scopes.to_string()));
        put("state", self.state.as_deref());
        put("nonce", self.nonce.as_deref());
        put("response_mode", Some(self.response_mode.name()));
        if let Some(challenge) = &self.code_challenge {
            put("code_challenge", Some(&challenge.challenge));
            put("code_challenge_method", Some(challenge.method.name()));
        }
        put("prompt", Some(&self.prompt.to_string()));
        put("max_age", self.max_age.map(|age| age.to_string()).as_deref());
        put("login_hint", self.login_hint.as_deref());
        put("ui_locales", self.ui_locales.as_deref());
        for resource in self.resources.iter() {
            put("resource", Some(resource));
        }
        query.finish()
    }
}

/// The user's decision on the consent page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Allow,
    Deny,
}

impl Decision {
    /// The value in the form and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Allow, Self::Deny]
            .into_iter()
            .find(|decision| decision.name() == text)
    }
}

/// An authorization request whose user is on our pages, as stored.
#[derive(Clone, Debug)]
pub struct PendingRequest {
    /// 256 bits, base64url: stands in the pages' URLs.
    pub id: String,
    pub request: AuthorizationRequest,
    /// The session it belongs to, once a user has signed in for it.
    pub session: Option<SessionId>,
    /// When a user signed in for this request.
    pub signed_in_at: Option<Timestamp>,
    pub decision: Option<Decision>,
    pub expires_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

impl PendingRequest {
    /// How long it may be answered, in seconds of the realm's clock.
    pub const LIFETIME: u32 = 600;

    pub fn expired_at(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }
}
