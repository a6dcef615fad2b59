//! OAuth error responses (RFC 6749 §5.2, §4.1.2.1): JSON, or parameters of a redirect URI.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Map, Value};

use crate::{
    app::DirectoryError,
    journal::recording,
    keys::SigningError,
    model::{ErrorTexts, Policy, Refusal, Scopes},
    passwords::PasswordError,
    store::{self, Keeps},
    web::{bearer, refusal_log, unavailable},
};

/// Why an OAuth request fails.
#[derive(Debug)]
pub enum OAuthError {
    /// The request is refused.
    Refused(Box<Refused>),
    /// The server failed. The cause is in the log, not in the response.
    Failed(anyhow::Error),
}

/// A refusal, and how it is sent.
#[derive(Debug)]
pub struct Refused {
    pub refusal: Refusal,
    pub status: StatusCode,
    pub challenge: Option<Challenge>,
    /// Seconds until another attempt makes sense.
    retry_after: Option<u64>,
    /// What the transaction has written is committed although the request is refused.
    keeps: bool,
    /// Sent in these words with every policy.
    verbatim: bool,
}

/// The challenge in `WWW-Authenticate`.
#[derive(Debug)]
pub enum Challenge {
    /// Client authentication by HTTP Basic (RFC 6749 §5.2).
    Basic,
    /// A bearer token; the refusal says what is wrong with the received one (RFC 6750 §3).
    Bearer(Option<Scopes>),
    /// A bearer token; the request had none (RFC 6750 §3.1).
    BareBearer,
}

impl OAuthError {
    pub fn new(code: &'static str, description: impl AsRef<str>) -> Self {
        Self::from(Refusal::new(code, description))
    }

    /// The section that asks for this refusal.
    pub fn see(self, section: &'static str) -> Self {
        self.with(|refused| refused.refusal.section = Some(section))
    }

    /// A stable name of the rule that refuses.
    pub fn kind(self, kind: &'static str) -> Self {
        self.with(|refused| refused.refusal.kind = Some(kind))
    }

    /// What was expected and what was received: for the log and the journal.
    pub fn compare(self, expected: impl Into<String>, received: impl Into<String>) -> Self {
        self.with(|refused| refused.refusal = refused.refusal.clone().compare(expected, received))
    }

    pub fn status(self, status: StatusCode) -> Self {
        self.with(|refused| refused.status = status)
    }

    /// 429, with the seconds to wait (RFC 6585 §4).
    pub fn too_many_requests(self, seconds: u64) -> Self {
        self.with(|refused| {
            refused.status = StatusCode::TOO_MANY_REQUESTS;
            refused.retry_after = Some(seconds);
        })
    }

    pub fn challenge(self, challenge: Challenge) -> Self {
        self.with(|refused| refused.challenge = Some(challenge))
    }

    /// What the transaction has written is committed although the request is refused.
    pub fn keeps(self) -> Self {
        self.with(|refused| refused.keeps = true)
    }

    /// Sent in these words with every policy.
    pub fn verbatim(self) -> Self {
        self.with(|refused| refused.verbatim = true)
    }

    fn with(mut self, change: impl FnOnce(&mut Refused)) -> Self {
        if let Self::Refused(refused) = &mut self {
            change(refused);
        }
        self
    }

    /// `error`, `error_description` and `error_uri`, worded by the policy: the members of the JSON body (RFC 6749 §5.2)
    /// and the parameters of a redirect URI (RFC 6749 §4.1.2.1).
    pub fn parameters(&self, policy: &Policy) -> Vec<(&'static str, String)> {
        let (code, description) = match self {
            Self::Refused(refused) => (refused.refusal.code, refused.text(policy)),
            Self::Failed(cause) if store::is_temporary(cause.as_ref()) => (
                "temporarily_unavailable",
                "the server is temporarily unavailable".to_owned(),
            ),
            Self::Failed(_) => ("server_error", "an unexpected error occurred".to_owned()),
        };
        let mut parameters = vec![("error", code.to_owned()), ("error_description", description)];
        parameters.extend(self.address(policy).map(|address| ("error_uri", address)));
        parameters
    }

    /// Logs the refusal with its reasons, or the failure with its cause.
    pub fn log(&self, endpoint: &str) {
        match self {
            Self::Refused(refused) => refusal_log::log(&refused.refusal, endpoint),
            Self::Failed(cause) => tracing::error!(endpoint, cause = format!("{cause:#}"), "failed"),
        }
    }

    /// The error response with a JSON body, worded by the policy.
    pub fn answer(&self, policy: &Policy, endpoint: &str) -> Response {
        self.log(endpoint);
        if let Self::Failed(cause) = self
            && store::is_temporary(cause.as_ref())
        {
            return unavailable::response();
        }
        let body: Map<_, _> = self
            .parameters(policy)
            .into_iter()
            .map(|(name, value)| (name.to_owned(), Value::String(value)))
            .collect();
        let mut headers = no_store();
        let Self::Refused(refused) = self else {
            return (StatusCode::INTERNAL_SERVER_ERROR, headers, Json(body)).into_response();
        };
        if let Some(challenge) = refused.challenge(policy, &refused.text(policy)) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = refused.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        let mut response = (refused.status, headers, Json(body)).into_response();
        response.extensions_mut().insert(refused.refusal.clone());
        response
    }

    /// `error_uri`: the exchange in the journal, where the refusal is explained. `access_denied` is the user's decision
    /// and needs no explanation.
    fn address(&self, policy: &Policy) -> Option<String> {
        let refusal = self.refusal()?;
        if policy.error_uri && refusal.code != "access_denied" {
            recording::address()
        } else {
            None
        }
    }

    /// The refusal, unless it is a failure.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refused) => Some(&refused.refusal),
            Self::Failed(_) => None,
        }
    }
}

impl Refused {
    /// The description: our explanation, or the portal's documented text of the code, as the policy says.
    fn text(&self, policy: &Policy) -> String {
        let documented = match policy.error_texts {
            ErrorTexts::Documented if !self.verbatim => documented_text(self.refusal.code),
            ErrorTexts::Documented | ErrorTexts::Explained => None,
        };
        documented.map_or_else(|| self.refusal.description().to_owned(), str::to_owned)
    }

    fn challenge(&self, policy: &Policy, text: &str) -> Option<HeaderValue> {
        let realm = bearer_realm(policy);
        let refusal = Some((self.refusal.code, text));
        match &self.challenge {
            Some(Challenge::Basic) if !policy.upstream_client_refusals => {
                Some(HeaderValue::from_static("Basic realm=\"Anteroom\", charset=\"UTF-8\""))
            }
            Some(Challenge::Bearer(scopes)) => Some(bearer::challenge(realm, refusal, scopes.as_ref())),
            Some(Challenge::BareBearer) => Some(bearer::challenge(realm, None, None)),
            // The emulated portal puts the error of every refusal into a Bearer challenge.
            _ if policy.error_texts == ErrorTexts::Documented => Some(bearer::challenge(realm, refusal, None)),
            _ => None,
        }
    }
}

/// The `realm` of Bearer challenges.
pub fn bearer_realm(policy: &Policy) -> &'static str {
    match policy.error_texts {
        ErrorTexts::Explained => "Anteroom",
        ErrorTexts::Documented => "Doorkeeper",
    }
}

/// The headers that forbid caching (RFC 6749 §5.1).
pub fn no_store() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers
}

fn documented_text(code: &str) -> Option<&'static str> {
    Some(match code {
        "invalid_client" => {
            "Client authentication failed due to unknown client, no client authentication included, or unsupported \
             authentication method."
        }
        "invalid_grant" => {
            "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in \
             the authorization request, or was issued to another client."
        }
        "unsupported_grant_type" => "The authorization grant type is not supported by the authorization server.",
        "unauthorized_client" => "The client is not authorized to perform this request using this method.",
        "invalid_scope" => "The requested scope is invalid, unknown, or malformed.",
        "access_denied" => "The resource owner or authorization server denied the request.",
        "unsupported_response_type" => "The authorization server does not support this response type.",
        "login_required" => "The authorization server requires end-user authentication",
        "consent_required" => "The authorization server requires end-user consent",
        _ => return None,
    })
}

impl From<Refusal> for OAuthError {
    fn from(refusal: Refusal) -> Self {
        let refused = Refused {
            refusal,
            status: StatusCode::BAD_REQUEST,
            challenge: None,
            retry_after: None,
            keeps: false,
            verbatim: false,
        };
        Self::Refused(Box::new(refused))
    }
}

macro_rules! failures {
    ($($error:ty),*) => { $(
        impl From<$error> for OAuthError {
            fn from(error: $error) -> Self {
                Self::Failed(error.into())
            }
        }
    )* };
}

failures!(store::Error, SigningError, PasswordError, DirectoryError);

impl Keeps for OAuthError {
    fn keeps(&self) -> bool {
        matches!(self, Self::Refused(refused) if refused.keeps)
    }
}

/// `invalid_request`: a parameter is missing, malformed, repeated, or not supported.
pub fn invalid_request(description: impl AsRef<str>) -> OAuthError {
    OAuthError::new("invalid_request", description)
}

/// `invalid_request` for a missing parameter, in the emulated portal's words.
pub fn missing(parameter: &str) -> OAuthError {
    invalid_request(format!("Missing required parameter: {parameter}.")).kind("parameter.missing")
}

/// `invalid_grant`: the code or refresh token is not valid, or belongs to another client (RFC 6749 §5.2).
pub fn invalid_grant(description: impl AsRef<str>) -> OAuthError {
    OAuthError::new("invalid_grant", description).see("RFC 6749 §5.2")
}

/// `invalid_client`: client authentication failed (RFC 6749 §5.2).
///
/// RFC 6749 requires a challenge where the client used the header, RFC 9110 §15.5.2 with every 401.
pub fn invalid_client(description: impl AsRef<str>) -> OAuthError {
    OAuthError::new("invalid_client", description)
        .see("RFC 6749 §5.2")
        .status(StatusCode::UNAUTHORIZED)
        .challenge(Challenge::Basic)
}

/// `invalid_scope`: unknown, malformed, or more than was granted (RFC 6749 §5.2).
pub fn invalid_scope(description: impl AsRef<str>) -> OAuthError {
    OAuthError::new("invalid_scope", description).see("RFC 6749 §3.3")
}

/// `unauthorized_client`: the client is not registered for this (RFC 6749 §5.2).
pub fn unauthorized_client(description: impl AsRef<str>) -> OAuthError {
    OAuthError::new("unauthorized_client", description).see("RFC 6749 §5.2")
}

/// `server_error`: the data of the server are not consistent.
pub fn failure(cause: &'static str) -> OAuthError {
    OAuthError::Failed(anyhow::anyhow!(cause))
}

/// The refusal of a bearer token at a protected resource (RFC 6750 §3.1).
pub fn bearer_refusal(refusal: Refusal) -> OAuthError {
    let status = match refusal.code {
        "insufficient_scope" => StatusCode::FORBIDDEN,
        "invalid_token" => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    };
    OAuthError::from(refusal)
        .status(status)
        .challenge(Challenge::Bearer(None))
}
