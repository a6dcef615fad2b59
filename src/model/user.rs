//! Users: people who can sign in.

use serde_json::{Map, Value};

use super::{Behaviour, UserId};

/// A user's claims by name (OIDC Core §5.1 and the portals'), as they go over the wire.
pub type Claims = Map<String, Value>;

/// A user; a *persona* where the picker offers them.
#[derive(Clone, Debug)]
pub struct User {
    pub id: UserId,
    pub username: String,
    /// An Argon2id PHC string; `None` for a user who can be picked but not sign in by password.
    pub password: Option<String>,
    /// Why the picker offers this user: the reason a client must cope with. `None`: it does not.
    pub persona: Option<String>,
    /// What happens to this user, whatever client they meet.
    pub behaviour: Option<Behaviour>,
    pub claims: Claims,
}

impl User {
    /// What is searched when somebody types a user name: case does not matter.
    pub fn folded(username: &str) -> String {
        username.trim().to_lowercase()
    }

    /// What the user is called on pages: the `name` claim, else the user name.
    pub fn name(&self) -> &str {
        self.claim("name").unwrap_or(&self.username)
    }

    /// A claim that is text.
    pub fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }
}
