//! From scopes and a user to claims (OIDC Core §5.4).

use serde_json::Value;

use crate::model::{ClaimPlace, ClaimRule, Claims, Policy, Scope, Scopes, User};

/// The standard claims of each scope (OIDC Core §5.4).
const BY_SCOPE: [(&str, &[&str]); 4] = [
    (
        "profile",
        &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
];

/// The claims that the emulated portal gives for `openid` alone, in its order.
const OF_PORTAL: [&str; 11] = [
    "given_name",
    "family_name",
    "name",
    "email",
    "gender",
    "birthdate",
    "phone_number",
    "mobile_phone_number",
    "address",
    "insurance_company_id",
    "insurance_number",
];

/// The claims about `user` that `scopes` give access to, without `sub`.
///
/// Claims without a value are left out: null, an empty text, an empty object (OIDC Core §5.3.2).
pub fn granted(policy: &Policy, own: &[Scope], scopes: &Scopes, user: &User) -> Claims {
    let mut granted = Claims::new();
    for name in names(policy, own, |scope| scopes.contains(scope)) {
        if let Some(value) = user.claims.get(name).filter(|value| has_value(value)) {
            granted.insert(name.to_owned(), value.clone());
        }
    }
    granted
}

/// All claims of a realm: `claims_supported` without the protocol's own.
pub fn supported(policy: &Policy, own: &[Scope], rules: &[ClaimRule]) -> Vec<String> {
    let offered = |scope: &str| policy.scopes_supported.iter().any(|supported| supported == scope);
    let mut claims: Vec<String> = names(policy, own, offered).into_iter().map(str::to_owned).collect();
    let visible = |rule: &&ClaimRule| {
        let place = |place: &ClaimPlace| matches!(place, ClaimPlace::IdToken | ClaimPlace::Userinfo);
        rule.places.iter().any(place)
    };
    for name in rules.iter().filter(visible).flat_map(|rule| rule.claims.keys()) {
        if !claims.contains(name) {
            claims.push(name.clone());
        }
    }
    claims
}

/// The claims of a built-in scope.
pub fn built_in(scope: &str) -> &'static [&'static str] {
    let found = BY_SCOPE.iter().find(|(name, _)| *name == scope);
    found.map(|(_, claims)| *claims).unwrap_or_default()
}

/// The claims of the scopes for which `included` is true, each once. A realm's own scope replaces the built-in one.
fn names<'a>(policy: &Policy, own: &'a [Scope], included: impl Fn(&str) -> bool) -> Vec<&'a str> {
    let replaced = |scope: &str| own.iter().any(|own| own.name == scope);
    let mut names: Vec<&'a str> = if policy.all_claims_with_openid {
        OF_PORTAL.to_vec()
    } else {
        let built_in = BY_SCOPE.iter().filter(|(scope, _)| included(scope) && !replaced(scope));
        built_in.flat_map(|(_, claims)| claims.iter().copied()).collect()
    };
    let own = own.iter().filter(|scope| included(&scope.name));
    for name in own.flat_map(|scope| &scope.claims) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

pub(super) fn has_value(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Preset, UserId};

    fn user(claims: Value) -> User {
        let Value::Object(claims) = claims else {
            panic!("a test's claims are an object")
        };
        User {
            id: UserId::from("u"),
            username: "u".to_owned(),
            password: None,
            persona: None,
            behaviour: None,
            claims,
        }
    }

    fn names_of(policy: &Policy, scopes: &str, claims: Value) -> Vec<String> {
        let scopes = scopes.parse().expect("a test's scopes");
        granted(policy, &[], &scopes, &user(claims)).keys().cloned().collect()
    }

    #[test]
    fn openid_alone_yields_nothing_under_the_specified_policy() {
        let claims = json!({"name": "A", "email": "a@example.com"});

        assert!(names_of(&Policy::default(), "openid", claims).is_empty());
    }

    #[test]
    fn a_scope_yields_its_claims_and_no_other() {
        let claims = json!({"name": "A", "email": "a@example.com", "insurance_number": "A1"});

        assert_eq!(names_of(&Policy::default(), "openid email", claims), ["email"]);
    }

    #[test]
    fn openid_alone_yields_all_under_the_portals_policy() {
        let claims = json!({"insurance_number": "A1", "name": "A", "nickname": "N"});

        assert_eq!(
            names_of(&Policy::preset(Preset::Portal), "openid", claims),
            ["name", "insurance_number"]
        );
    }

    #[test]
    fn a_scope_that_was_set_up_opens_its_claims_and_stands_in_place_of_the_built_in_one() {
        let own = |name: &str, claims: &[&str]| Scope {
            name: name.to_owned(),
            descriptions: Default::default(),
            claims: claims.iter().map(|&claim| claim.to_owned()).collect(),
        };
        let own = [
            own("insurance", &["insurance_number", "email"]),
            own("email", &["email"]),
        ];
        let claims = json!({"insurance_number": "A1", "email": "a@example.com", "email_verified": true, "name": "A"});
        let names = |scopes: &str| -> Vec<String> {
            let scopes = scopes.parse().expect("a test's scopes");
            let granted = granted(&Policy::default(), &own, &scopes, &user(claims.clone()));
            granted.keys().cloned().collect()
        };

        assert_eq!(names("openid insurance"), ["insurance_number", "email"]);
        assert_eq!(names("openid email profile"), ["name", "email"]);
        assert!(names("openid").is_empty());
    }

    #[test]
    fn what_has_no_value_is_left_out() {
        let claims = json!({"email": null, "email_verified": false, "name": " ", "address": {}});

        assert_eq!(
            names_of(&Policy::default(), "openid email profile address", claims),
            ["email_verified"]
        );
    }
}
