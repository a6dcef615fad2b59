//! Which scopes a client may ask for (RFC 6749 §3.3).

use super::error::{OAuthError, invalid_scope};
use crate::model::{Client, Policy, Scopes};

/// Those of `scopes` that the realm has.
pub fn supported(policy: &Policy, scopes: &Scopes) -> Scopes {
    scopes.without(&scopes.without(&all(policy)))
}

fn all(policy: &Policy) -> Scopes {
    policy.scopes_supported.iter().map(String::as_str).collect()
}

/// Refuses scopes the realm does not know, or the client is not registered for.
pub fn check_allowed(policy: &Policy, client: &Client, asked: &Scopes) -> Result<(), OAuthError> {
    let supported = all(policy);
    let unknown = asked.without(&supported);
    invalid_scope(format!("there is no scope {unknown} here"))
        .kind("scope.unknown")
        .compare(supported.to_string(), asked.to_string())
        .when(!unknown.is_empty())?;
    let Some(registered) = &client.metadata.scope else {
        return Ok(());
    };
    let foreign = asked.without(registered);
    invalid_scope(format!("client {} is not registered for {foreign}", client.id))
        .kind("scope.foreign")
        .compare(registered.to_string(), asked.to_string())
        .when(!foreign.is_empty())
}
