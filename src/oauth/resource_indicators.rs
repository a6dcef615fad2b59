//! Resource indicators (RFC 8707): for which resources a client wants its access tokens.
//!
//! A resource is the issuer, an address below it, or one that the client's metadata lists (`resources`). Policy
//! `portal` ignores the parameter, as the emulated portal does.

use super::{error::OAuthError, form::Parameters};
use crate::{
    app::Realm,
    model::{Client, Refusal, ResourceIndicators, Resources, refuse_when, resource_problem},
};

/// How many resources one request may name.
const MOST: usize = 10;

/// The resources that a request names, checked.
///
/// # Errors
/// `invalid_target` for one that is malformed or not the client's.
pub fn requested(realm: &Realm, client: &Client, parameters: &Parameters) -> Result<Resources, OAuthError> {
    let mut resources = Resources::default();
    if realm.policy.resource_indicators == ResourceIndicators::Ignored {
        return Ok(resources);
    }
    for resource in parameters.all("resource") {
        check(realm, client, resource)?;
        resources.add(resource);
    }
    refuse_when(resources.iter().count() > MOST, || {
        invalid_target(format!("the request names more than {MOST} resources")).kind("resource.malformed")
    })?;
    Ok(resources)
}

/// The resources that a token request names, which must be among those of the authorization; without any, all of those.
///
/// # Errors
/// As [`requested`]; `invalid_target` for one that was not granted.
pub fn narrowed(
    realm: &Realm,
    client: &Client,
    parameters: &Parameters,
    granted: &Resources,
) -> Result<Resources, OAuthError> {
    let asked = requested(realm, client, parameters)?;
    if asked.is_empty() {
        return Ok(granted.clone());
    }
    let foreign = asked
        .iter()
        .find(|resource| !granted.is_empty() && !granted.contains(resource));
    match foreign {
        None => Ok(asked),
        Some(foreign) => {
            let refusal = invalid_target(format!("the authorization was not for the resource {foreign}"));
            let granted: Vec<_> = granted.iter().collect();
            Err(refusal
                .kind("resource.not_granted")
                .compare(granted.join(", "), foreign)
                .into())
        }
    }
}

fn check(realm: &Realm, client: &Client, resource: &str) -> Result<(), OAuthError> {
    if let Some(problem) = resource_problem(resource) {
        let refusal = invalid_target(format!("the resource {resource} {problem}"));
        return Err(refusal.kind("resource.malformed").into());
    }
    let below_issuer = resource.strip_prefix(&realm.issuer);
    let own = below_issuer.is_some_and(|path| path.is_empty() || path.starts_with('/'));
    let listed = client.metadata.resources.iter().any(|listed| listed == resource);
    refuse_when(!own && !listed, || {
        let mut known = vec![realm.issuer.as_str()];
        known.extend(client.metadata.resources.iter().map(String::as_str));
        invalid_target(format!(
            "the resource {resource} is not listed for client {}",
            client.id
        ))
        .kind("resource.unlisted")
        .compare(known.join(", "), resource)
        .into()
    })
}

fn invalid_target(description: String) -> Refusal {
    Refusal::new("invalid_target", description).see("RFC 8707 §2")
}
