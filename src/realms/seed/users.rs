//! A user in a seed.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{
    claims,
    secret::{Phc, SeedSecret},
};
use crate::{
    api::schema,
    model::{Behaviour, Claims, Secret, User, UserId},
};

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

/// A user.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Written {
    /// The public `sub`. Default: generated.
    #[schemars(with = "Option<String>", length(max = 255))]
    id: Option<UserId>,
    #[schemars(length(min = 1, max = 255))]
    username: String,
    /// Without a password the user can only be picked as a persona.
    #[schemars(with = "Option<String>")]
    password: Option<Secret>,
    /// An Argon2id PHC string instead of the password.
    #[schemars(with = "Option<String>")]
    password_hash: Option<Phc>,
    /// What the sign-in page says of this user. Without it the page does not offer the user.
    persona: Option<String>,
    /// The user's scripted behaviour; /control/api/behaviours explains each.
    behaviour: Option<Behaviour>,
    /// The user's claims (OIDC Core §5.1, and any others).
    #[serde(default, deserialize_with = "claims::read")]
    claims: Claims,
}

impl SeedUser {
    /// The JSON Schema of a user as it is written.
    pub fn schema() -> Value {
        schema::of_body::<Written>()
    }
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
