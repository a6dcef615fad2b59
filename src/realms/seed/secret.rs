//! A password or client secret in a seed: in clear text, or as its hash.

use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{model::Secret, passwords::check_phc};

/// A secret in the clear, still to be hashed, or its hash.
#[derive(Clone, Debug)]
pub enum SeedSecret {
    Plain(Secret),
    Hash(Phc),
}

impl SeedSecret {
    /// At most one of the two.
    ///
    /// # Errors
    /// What is wrong, in words for the person who wrote it.
    pub fn read(plain: Option<Secret>, hash: Option<Phc>) -> Result<Option<Self>, &'static str> {
        match (plain, hash) {
            (Some(_), Some(_)) => Err("a secret is given in plain text or as a hash, not both"),
            (Some(plain), None) if plain.reveal().is_empty() => Err("a secret is not empty"),
            (Some(plain), None) => Ok(Some(Self::Plain(plain))),
            (None, Some(hash)) => Ok(Some(Self::Hash(hash))),
            (None, None) => Ok(None),
        }
    }
}

/// A PHC string of an Argon2 hash this server is willing to compute.
#[derive(Clone, Debug)]
pub struct Phc(pub String);

impl<'de> Deserialize<'de> for Phc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        check_phc(&text).map_err(D::Error::custom)?;
        Ok(Self(text))
    }
}
