//! A scope in a seed, as the control API takes it, too.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    api::schema,
    model::{Descriptions, PROTOCOL_CLAIMS, Scope, Scopes},
};

/// How long the name of a scope or claim may be.
const LONGEST_NAME: usize = 255;
/// How many characters the consent page has room for.
const LONGEST_DESCRIPTION: usize = 300;
const MOST_CLAIMS: usize = 100;

/// A scope, sound in itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct SeedScope(pub Scope);

/// A scope.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Written {
    #[schemars(length(max = 255))]
    name: String,
    /// The text on the consent page; English where a language is missing.
    #[serde(default)]
    descriptions: Descriptions,
    /// The claims of the user that the scope gives access to.
    #[serde(default)]
    claims: Vec<String>,
}

impl SeedScope {
    /// The JSON Schema of a scope as it is written.
    pub fn schema() -> Value {
        schema::of_body::<Written>()
    }
}

impl TryFrom<Written> for SeedScope {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let wrong = |reason: &str| Err(format!("scope {:?}: {reason}", written.name));
        let alone = written
            .name
            .parse::<Scopes>()
            .is_ok_and(|scopes| scopes.iter().eq([&written.name]));
        if !alone || written.name.len() > LONGEST_NAME {
            return wrong("a name has 1 to 255 characters of those that RFC 6749 §3.3 allows");
        }
        let sound = |text: &str| !text.trim().is_empty() && text.chars().count() <= LONGEST_DESCRIPTION;
        if !written.descriptions.all().all(sound) {
            return wrong("a description has 1 to 300 characters");
        }
        let different: HashSet<_> = written.claims.iter().collect();
        if written.claims.len() > MOST_CLAIMS || different.len() != written.claims.len() {
            return wrong("it gives access to at most 100 claims, each listed once");
        }
        let named = |claim: &String| (1..=LONGEST_NAME).contains(&claim.len());
        if !written.claims.iter().all(named) {
            return wrong("the name of a claim has 1 to 255 bytes");
        }
        if let Some(claim) = written
            .claims
            .iter()
            .find(|claim| PROTOCOL_CLAIMS.contains(&claim.as_str()))
        {
            return wrong(&format!(
                "{claim:?} is set by the protocol and cannot be a claim of a user"
            ));
        }
        Ok(Self(Scope {
            name: written.name,
            descriptions: written.descriptions,
            claims: written.claims,
        }))
    }
}
