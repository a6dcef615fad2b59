//! Grant types: the ways to get tokens (RFC 6749 §1.3).

use std::fmt;

use schemars::JsonSchema;
use serde::{
    Deserialize, Serialize,
    de::{IntoDeserializer, value},
};

/// A supported grant type. Its serde name is its value in `grant_type`, in discovery and in client metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    AuthorizationCode,
    ClientCredentials,
    RefreshToken,
}

impl GrantType {
    pub fn parse(text: &str) -> Option<Self> {
        Self::deserialize(IntoDeserializer::<value::Error>::into_deserializer(text)).ok()
    }

    /// Whether public clients cannot use it (RFC 6749 §4.4).
    pub fn needs_client_secret(self) -> bool {
        self == Self::ClientCredentials
    }
}

/// The value in `grant_type`.
impl fmt::Display for GrantType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_type_is_read_and_written_by_its_wire_name() {
        assert_eq!(GrantType::AuthorizationCode.to_string(), "authorization_code");
        assert_eq!(GrantType::parse("refresh_token"), Some(GrantType::RefreshToken));
        for unknown in ["password", "Refresh_token", "RefreshToken", ""] {
            assert_eq!(GrantType::parse(unknown), None, "{unknown}");
        }
    }
}
