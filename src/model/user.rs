//! Users: people who can sign in.

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use super::{Behaviour, UserId};

/// A user's claims by name (OIDC Core §5.1 and the portals'), as they are sent.
pub type Claims = Map<String, Value>;

/// A user; a *persona* if the persona picker offers it.
#[derive(Clone, Debug)]
pub struct User {
    pub id: UserId,
    pub username: String,
    /// An Argon2id PHC string; `None` for a persona without a password.
    pub password: Option<String>,
    /// What the persona picker says of this user: the edge case. `None`: the picker does not offer the user.
    pub persona: Option<String>,
    /// The user's scripted behaviour.
    pub behaviour: Option<Behaviour>,
    pub claims: Claims,
}

impl User {
    /// A user name or e-mail address in the form that is compared: neither case nor the composition of characters
    /// matters (RFC 8265 §3.3).
    pub fn folded(name: &str) -> String {
        let name = name.trim();
        if name.is_ascii() {
            return name.to_ascii_lowercase();
        }
        let lower = name.nfc().collect::<String>().to_lowercase();
        lower.nfc().collect()
    }

    /// The e-mail address of the claims, as [`folded`](Self::folded) has it.
    pub fn email_folded(claims: &Claims) -> Option<String> {
        let email = claims.get("email")?.as_str()?;
        Some(Self::folded(email)).filter(|email| !email.is_empty())
    }

    /// The user's name on pages: the `name` claim, else the user name.
    pub fn name(&self) -> &str {
        self.claim("name").unwrap_or(&self.username)
    }

    /// The value of a text claim.
    pub fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }
}
