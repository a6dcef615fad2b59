//! Who may make a call, and which headers say so.

use serde_json::{Value, json};

use super::{
    error::{self, Result},
    model::User,
};

/// Whom a call answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// The clinic's own system, with `X-ApiKey` and `X-ApiSecret`.
    Key,
    /// A user, with `X-ApiToken`.
    Token,
    /// An admin, with `X-ApiToken`.
    Admin,
}

impl Access {
    /// # Errors
    /// 403 for an authenticated caller to whom the call is not open.
    pub fn check(self, caller: Option<&User>) -> Result<()> {
        let closed = self == Self::Admin && !caller.is_some_and(User::is_admin);
        error::forbidden("This call is for admins only.").when(closed)
    }

    /// The security requirement of a call, as OpenAPI writes it.
    pub fn security(self) -> Value {
        match self {
            Self::Public => json!([]),
            Self::Key => json!([{"apiKey": [], "apiSecret": []}]),
            Self::Token => json!([{"apiToken": []}]),
            Self::Admin => json!([{"adminToken": []}]),
        }
    }
}

/// The security schemes that [`Access::security`] names.
pub fn security_schemes() -> Value {
    let header = |name: &str, description: &str| json!({"type": "apiKey", "in": "header", "name": name, "description": description});
    json!({
        "apiKey": header("X-ApiKey", "The clinic's API key."),
        "apiSecret": header("X-ApiSecret", "The clinic's API secret. The realm's policy can make it optional."),
        "apiToken": header("X-ApiToken", "The token in `data.token.token` of `POST /users/sso` or `POST /users/login`."),
        "adminToken": header("X-ApiToken", "The token of an admin, which the clinic creates by hand."),
    })
}
