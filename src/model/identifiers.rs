//! Identifiers as types, so that the compiler keeps them apart.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The internal number of a realm. Never given twice, never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RealmId(pub i64);

macro_rules! text_identifiers {
    ($($(#[$doc:meta])* $name:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    )* };
}

text_identifiers! {
    /// A `client_id` (RFC 6749 §2.2).
    ClientId;
    /// A user's identifier: the `sub` where subjects are public.
    UserId;
    /// A grant's identifier.
    GrantId;
    /// A session's identifier in the database: the digest of the cookie's value.
    SessionId;
}

/// A realm's name as it stands in URLs: `[a-z0-9][a-z0-9-]{0,62}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct RealmName(String);

impl RealmName {
    /// The realm at the root path.
    pub const DEFAULT: &str = "default";

    pub fn default_realm() -> Self {
        Self(Self::DEFAULT.to_owned())
    }

    pub fn is_default(&self) -> bool {
        self.0 == Self::DEFAULT
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RealmName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let sound = (1..=63).contains(&text.len()) && text.bytes().all(allowed) && !text.starts_with('-');
        sound
            .then(|| Self(text.to_owned()))
            .ok_or("a realm's name has 1 to 63 characters a-z, 0-9 and -, and does not begin with -")
    }
}

impl fmt::Display for RealmName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_realms_name_is_a_dns_label_in_lower_case() {
        for name in ["a", "0", "suite-17", &"x".repeat(63)] {
            assert!(name.parse::<RealmName>().is_ok(), "{name}");
        }
        for name in ["", "-a", "A", "a_b", "ä", "a/b", "..", &"x".repeat(64)] {
            assert!(name.parse::<RealmName>().is_err(), "{name}");
        }
    }
}
