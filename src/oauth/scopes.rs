//! Which scopes a client may ask for (RFC 6749 §3.3).

use super::error::{OAuthError, invalid_scope};
use crate::model::{Client, Policy, Scopes};

/// Those of `scopes` that the realm has.
pub fn supported(policy: &Policy, scopes: &Scopes) -> Scopes {
    scopes.without(&scopes.without(&policy.scopes()))
}

/// Refuses scopes the realm does not know, or the client is not registered for.
pub fn check_allowed(policy: &Policy, client: &Client, asked: &Scopes) -> Result<(), OAuthError> {
    let supported = policy.scopes();
    let unknown = asked.without(&supported);
    invalid_scope(format!("there is no scope {unknown} here"))
        .kind("scope.unknown")
        .compare(supported.to_string(), asked.to_string())
        .when(!unknown.is_empty())?;
    let foreign = client.not_registered_for(asked);
    let registered = client.metadata.scope.as_ref().map(ToString::to_string);
    invalid_scope(format!("client {} is not registered for {foreign}", client.id))
        .kind("scope.foreign")
        .compare(registered.unwrap_or_default(), asked.to_string())
        .when(!foreign.is_empty())
}
