//! Which scopes a client may request (RFC 6749 §3.3).

use super::error::{OAuthError, invalid_scope};
use crate::model::{Client, Policy, Scopes, refuse_when};

/// The scopes that the realm supports.
pub fn supported(policy: &Policy, scopes: &Scopes) -> Scopes {
    scopes.without(&scopes.without(&policy.scopes()))
}

/// The scopes of a request that names none, where the client has some and the policy wants it.
pub fn default_of<'a>(policy: &Policy, client: &'a Client) -> Option<&'a Scopes> {
    let default = client.metadata.default_scope.as_ref();
    default.filter(|_| policy.default_scopes)
}

/// Refuses scopes that the realm does not support or the client is not registered for.
pub fn check_allowed(policy: &Policy, client: &Client, asked: &Scopes) -> Result<(), OAuthError> {
    let supported = policy.scopes();
    let unknown = asked.without(&supported);
    refuse_when(!unknown.is_empty(), || {
        invalid_scope(format!("the scope {unknown} is not supported"))
            .kind("scope.unknown")
            .compare(supported.to_string(), asked.to_string())
    })?;
    let foreign = client.not_registered_for(asked);
    let registered = client.metadata.scope.as_ref().map(ToString::to_string);
    refuse_when(!foreign.is_empty(), || {
        invalid_scope(format!(
            "client {} is not registered for the scope {foreign}",
            client.id
        ))
        .kind("scope.foreign")
        .compare(registered.unwrap_or_default(), asked.to_string())
    })
}
