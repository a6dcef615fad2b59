//! Further claims for tokens and answers, as a realm's rules say them.

use serde::Serialize;
use serde_json::Value;

use super::templates::{TemplateError, work_out};
use crate::model::{ClaimPlace, ClaimRule, Claims, Client, PROTOCOL_CLAIMS, RealmName, Scopes, User};

/// The rules of a realm, followed in the order they were written: the later one wins.
#[derive(Debug)]
pub struct ClaimRules {
    issuer: String,
    realm: RealmName,
    rules: Vec<ClaimRule>,
}

/// What claims are about.
#[derive(Clone, Copy, Debug)]
pub struct ClaimsAbout<'a> {
    pub client: &'a Client,
    /// `None` for a token a client got for itself.
    pub user: Option<&'a User>,
    pub scopes: &'a Scopes,
}

/// What templates see.
#[derive(Serialize)]
struct Context<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<SeenUser<'a>>,
    client: SeenClient<'a>,
    scopes: Vec<&'a str>,
    realm: SeenRealm<'a>,
}

#[derive(Serialize)]
struct SeenUser<'a> {
    id: &'a str,
    username: &'a str,
    claims: &'a Claims,
}

#[derive(Serialize)]
struct SeenClient<'a> {
    client_id: &'a str,
    client_name: &'a str,
}

#[derive(Serialize)]
struct SeenRealm<'a> {
    name: &'a str,
    issuer: &'a str,
}

impl ClaimRules {
    pub fn new(issuer: String, realm: RealmName, rules: Vec<ClaimRule>) -> Self {
        Self { issuer, realm, rules }
    }

    /// The rules in the order they are followed.
    pub fn all(&self) -> &[ClaimRule] {
        &self.rules
    }

    /// Whether any token is made by them, so that its user has to be known.
    pub fn speak_in_tokens(&self) -> bool {
        let in_tokens = |place: &ClaimPlace| matches!(place, ClaimPlace::IdToken | ClaimPlace::AccessToken);
        self.rules.iter().any(|rule| rule.places.iter().any(in_tokens))
    }

    /// Puts what the rules say for this place among `claims`.
    ///
    /// What has no value is left out, and so is what a template cannot work out: a token without a claim is something
    /// clients must cope with, and no token at all would hide which claim it was. The log says it.
    pub fn add(&self, claims: &mut Claims, place: ClaimPlace, about: &ClaimsAbout<'_>) {
        let user = about.user.map(|user| &user.id);
        let applies = |rule: &&ClaimRule| rule.applies(place, &about.client.id, user, about.scopes);
        let mut rules = self.rules.iter().filter(applies).peekable();
        if rules.peek().is_none() {
            return;
        }
        let context = minijinja::Value::from(minijinja::value::Serde(self.context(about)));
        for rule in rules {
            for (name, value) in &rule.claims {
                if PROTOCOL_CLAIMS.contains(&name.as_str()) {
                    continue; // refused where rules are written; a snapshot from elsewhere may hold it
                }
                match work_out(value, &context) {
                    Ok(value) if super::claims::has_value(&value) => {
                        claims.insert(name.clone(), value);
                    }
                    Ok(_) | Err(TemplateError::Missing) => {
                        claims.remove(name);
                    }
                    Err(TemplateError::Broken(reason)) => {
                        tracing::warn!(rule = %rule.id, claim = %name, reason, "a claim is left out: its template failed");
                        claims.remove(name);
                    }
                }
            }
        }
    }

    fn context<'a>(&'a self, about: &ClaimsAbout<'a>) -> Context<'a> {
        Context {
            user: about.user.map(|user| SeenUser {
                id: &user.id.0,
                username: &user.username,
                claims: &user.claims,
            }),
            client: SeenClient {
                client_id: &about.client.id.0,
                client_name: about.client.name(),
            },
            scopes: about.scopes.iter().collect(),
            realm: SeenRealm {
                name: self.realm.as_str(),
                issuer: &self.issuer,
            },
        }
    }
}

/// Claims from outside beside the protocol's own: each name once, the protocol's first.
pub fn beside<T: Serialize>(protocol: &T, further: Claims) -> serde_json::Result<Claims> {
    let mut claims = match serde_json::to_value(protocol)? {
        Value::Object(claims) => claims,
        _ => Claims::new(),
    };
    for (name, value) in further {
        if !claims.contains_key(&name) {
            claims.insert(name, value);
        }
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{ClientId, ClientMetadata, UserId};

    fn rule(claims: Value) -> ClaimRule {
        let Value::Object(claims) = claims else {
            panic!("a test's claims are an object")
        };
        ClaimRule {
            id: "r".to_owned(),
            client: None,
            user: None,
            scope: None,
            places: vec![ClaimPlace::IdToken],
            claims,
        }
    }

    fn said(rules: Vec<ClaimRule>) -> Value {
        let rules = ClaimRules::new("http://localhost".to_owned(), RealmName::default_realm(), rules);
        let client = Client {
            id: ClientId::from("c"),
            secret: None,
            metadata: ClientMetadata::default(),
        };
        let user = User {
            id: UserId::from("u"),
            username: "anne".to_owned(),
            password: None,
            persona: None,
            behaviour: None,
            claims: Claims::from_iter([("email".to_owned(), json!("a@example.com"))]),
        };
        let mut claims = Claims::new();
        let about = ClaimsAbout {
            client: &client,
            user: Some(&user),
            scopes: &Scopes::default(),
        };
        rules.add(&mut claims, ClaimPlace::IdToken, &about);
        Value::Object(claims)
    }

    #[test]
    fn the_later_rule_wins_and_can_take_a_claim_away() {
        assert_eq!(
            said(vec![rule(json!({"a": 1, "b": 1})), rule(json!({"a": 2}))]),
            json!({"b": 1, "a": 2}).clone()
        );
        assert_eq!(said(vec![rule(json!({"a": 1})), rule(json!({"a": null}))]), json!({}));
    }

    #[test]
    fn a_claim_whose_template_fails_is_left_out_and_the_others_stay() {
        let claims =
            json!({"broken": "{{ 1 // 0 }}", "missing": "{{ user.claims.phone }}", "mail": "{{ user.claims.email }}"});

        assert_eq!(said(vec![rule(claims)]), json!({"mail": "a@example.com"}));
    }

    #[test]
    fn a_protocol_claim_that_slipped_in_is_not_said() {
        assert_eq!(
            said(vec![rule(json!({"iss": "http://evil.example", "x": true}))]),
            json!({"x": true})
        );
    }

    #[test]
    fn claims_from_outside_never_stand_twice() {
        let further = Claims::from_iter([("iss".to_owned(), json!("other")), ("x".to_owned(), json!(1))]);

        let all = beside(&json!({"iss": "mine"}), further).expect("JSON");

        assert_eq!(Value::Object(all), json!({"iss": "mine", "x": 1}));
    }
}
