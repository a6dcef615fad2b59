//! Rules that put further claims into tokens and answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Claims, ClientId, Scopes, UserId};

/// Claims that belong to the protocol (RFC 7519 §4.1, OIDC Core §2, RFC 7662 §2.2, RFC 9068 §2.2) and that rules cannot
/// set: to make one of them wrong, arm a fault.
pub const PROTOCOL_CLAIMS: [&str; 24] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "nonce",
    "azp",
    "auth_time",
    "at_hash",
    "c_hash",
    "s_hash",
    "amr",
    "sid",
    "client_id",
    "scope",
    "active",
    "username",
    "token_type",
    "cnf",
    "sub_jwk",
    "_claim_names",
    "_claim_sources",
];

/// A token or response that has claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClaimPlace {
    IdToken,
    /// Only JWT access tokens have claims (RFC 9068).
    AccessToken,
    Userinfo,
    Introspection,
}

/// Claims for some tokens and answers: of one client, user or scope, or of all.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimRule {
    pub id: String,
    pub client: Option<ClientId>,
    pub user: Option<UserId>,
    pub scope: Option<String>,
    pub places: Vec<ClaimPlace>,
    /// Literal values; texts in them may be templates.
    pub claims: Claims,
}

impl ClaimRule {
    /// Whether the rule applies there.
    pub fn applies(&self, place: ClaimPlace, client: &ClientId, user: Option<&UserId>, scopes: &Scopes) -> bool {
        self.places.contains(&place)
            && self.client.as_ref().is_none_or(|own| own == client)
            && self.user.as_ref().is_none_or(|own| Some(own) == user)
            && self.scope.as_deref().is_none_or(|own| scopes.contains(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(client: Option<&str>, user: Option<&str>, scope: Option<&str>) -> ClaimRule {
        ClaimRule {
            id: "r".to_owned(),
            client: client.map(ClientId::from),
            user: user.map(UserId::from),
            scope: scope.map(str::to_owned),
            places: vec![ClaimPlace::IdToken],
            claims: Claims::new(),
        }
    }

    fn applies(rule: &ClaimRule) -> bool {
        let scopes = "openid email".parse().expect("a test's scopes");
        rule.applies(ClaimPlace::IdToken, &"c".into(), Some(&"u".into()), &scopes)
    }

    #[test]
    fn a_rule_that_narrows_nothing_applies_to_all_in_its_places() {
        let rule = rule(None, None, None);

        assert!(applies(&rule));
        assert!(!rule.applies(ClaimPlace::Userinfo, &"c".into(), None, &Scopes::default()));
    }

    #[test]
    fn each_narrowing_must_fit() {
        assert!(applies(&rule(Some("c"), Some("u"), Some("email"))));
        for other in [
            rule(Some("d"), None, None),
            rule(None, Some("v"), None),
            rule(None, None, Some("phone")),
        ] {
            assert!(!applies(&other), "{other:?}");
        }
    }

    #[test]
    fn a_rule_for_a_user_says_nothing_where_there_is_none() {
        let rule = rule(None, Some("u"), None);

        assert!(!rule.applies(ClaimPlace::IdToken, &"c".into(), None, &Scopes::default()));
    }
}
