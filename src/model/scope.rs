//! Scopes (RFC 6749 §3.3).

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::text::Language;

/// Scopes about a user, which client credentials tokens cannot have.
pub const SCOPES_OF_USERS: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

/// A scope of a realm, in addition to those of the policy or instead of the built-in one of the same name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scope {
    pub name: String,
    pub descriptions: Descriptions,
    /// The user's claims it gives access to.
    pub claims: Vec<String>,
}

/// The descriptions of a scope on the consent page, by language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Descriptions {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 300))]
    pub en: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 300))]
    pub de: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 300))]
    pub es: Option<String>,
}

impl Descriptions {
    /// The description in that language, else in English, else in any.
    pub fn in_language(&self, language: Language) -> Option<&str> {
        let own = match language {
            Language::English => &self.en,
            Language::German => &self.de,
            Language::Spanish => &self.es,
        };
        let mut wanted = [own, &self.en, &self.de, &self.es].into_iter();
        wanted.find_map(Option::as_deref)
    }

    /// All descriptions.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        [&self.en, &self.de, &self.es].into_iter().filter_map(Option::as_deref)
    }
}

/// An ordered set of scope tokens, written with single spaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<String>);

/// A scope that RFC 6749 §3.3 does not allow.
#[derive(Debug, thiserror::Error)]
#[error("the scope contains a character that RFC 6749 §3.3 does not allow")]
pub struct ScopesError;

impl Scopes {
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|own| own == scope)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether every scope of `other` is among these.
    pub fn cover(&self, other: &Self) -> bool {
        other.iter().all(|scope| self.contains(scope))
    }

    /// The scopes of these that are not among `other`.
    pub fn without(&self, other: &Self) -> Self {
        Self(self.0.iter().filter(|scope| !other.contains(scope)).cloned().collect())
    }

    /// These, and those of `other` that are new.
    pub fn united(&self, other: &Self) -> Self {
        let mut united = self.clone();
        united.0.extend(other.without(self).0);
        united
    }
}

impl FromStr for Scopes {
    type Err = ScopesError;

    /// Splits at spaces; a repeated scope counts once.
    fn from_str(text: &str) -> Result<Self, ScopesError> {
        let mut scopes = Self::default();
        for scope in text.split(' ').filter(|scope| !scope.is_empty()) {
            let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            if !scope.bytes().all(allowed) {
                return Err(ScopesError);
            }
            if !scopes.contains(scope) {
                scopes.0.push(scope.to_owned());
            }
        }
        Ok(scopes)
    }
}

impl<'a> FromIterator<&'a str> for Scopes {
    fn from_iter<I: IntoIterator<Item = &'a str>>(scopes: I) -> Self {
        Self(scopes.into_iter().map(str::to_owned).collect())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(" "))
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Scopes {
        text.parse().expect("a test's scopes")
    }

    #[test]
    fn scopes_said_twice_count_once_and_keep_their_order() {
        assert_eq!(
            scopes("openid  email openid profile").to_string(),
            "openid email profile"
        );
    }

    #[test]
    fn quotes_backslashes_and_control_characters_are_no_scope() {
        for text in ["a\"b", "a\\b", "a\tb", "ä", "a\u{7f}"] {
            assert!(text.parse::<Scopes>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn covering_means_every_one() {
        assert!(scopes("a b").cover(&scopes("b")));
        assert!(!scopes("a b").cover(&scopes("b c")));
        assert!(scopes("a").cover(&scopes("")));
    }

    #[test]
    fn uniting_adds_what_is_new() {
        assert_eq!(scopes("a b").united(&scopes("b c")).to_string(), "a b c");
        assert_eq!(scopes("a b").without(&scopes("b c")).to_string(), "a");
    }
}
