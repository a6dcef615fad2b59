//! A user in a seed.

use serde::Deserialize;

use super::{
    claims,
    secret::{Phc, SeedSecret},
};
use crate::model::{Behaviour, Claims, Secret, User, UserId};

/// A user as a seed says it, sound in itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct SeedUser {
    /// Made when it is loaded, where the seed does not say it.
    pub id: Option<UserId>,
    pub username: String,
    pub password: Option<SeedSecret>,
    pub persona: Option<String>,
    pub behaviour: Option<Behaviour>,
    pub claims: Claims,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: Option<UserId>,
    username: String,
    password: Option<Secret>,
    password_hash: Option<Phc>,
    persona: Option<String>,
    behaviour: Option<Behaviour>,
    #[serde(default, deserialize_with = "claims::read")]
    claims: Claims,
}

impl TryFrom<Written> for SeedUser {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let wrong = |reason: &str| format!("user {:?}: {reason}", written.username);
        if User::folded(&written.username).is_empty() || written.username.chars().count() > 255 {
            return Err(wrong("a user name has 1 to 255 characters"));
        }
        // OIDC Core §2: sub is at most 255 ASCII characters.
        let sound = |id: &UserId| (1..=255).contains(&id.0.len()) && id.0.bytes().all(|byte| byte.is_ascii_graphic());
        if !written.id.as_ref().is_none_or(sound) {
            return Err(wrong("an id has 1 to 255 characters of printable ASCII (OIDC Core §2)"));
        }
        check_claims(&written.claims).map_err(|reason| wrong(&reason))?;
        let password = SeedSecret::read(written.password, written.password_hash).map_err(wrong)?;
        Ok(Self {
            id: written.id,
            password,
            // Whoever has a scripted behaviour is offered in the persona picker, named by that behaviour.
            persona: written
                .persona
                .or_else(|| written.behaviour.map(|behaviour| behaviour.summary().to_owned())),
            behaviour: written.behaviour,
            claims: written.claims,
            username: written.username,
        })
    }
}

/// Refuses claims that the protocol sets.
///
/// # Errors
/// Which claim that is.
pub fn check_claims(claims: &Claims) -> Result<(), String> {
    let reserved = ["sub", "iss", "aud", "exp", "iat", "nonce"];
    match reserved.into_iter().find(|name| claims.contains_key(*name)) {
        Some(reserved) => Err(format!(
            "the claim {reserved:?} is set by the protocol and cannot be a user's; `sub` is the user's id"
        )),
        None => Ok(()),
    }
}
