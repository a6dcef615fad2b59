//! A realm's claim rules: further claims in tokens and responses.

use serde::Serialize;
use serde_json::Value;

use super::templates::{TemplateError, evaluate};
use crate::model::{ClaimPlace, ClaimRule, Claims, Client, PROTOCOL_CLAIMS, RealmName, Scopes, User};

/// The rules of a realm, applied in the order they were added: the later one wins.
#[derive(Debug)]
pub struct ClaimRules {
    issuer: String,
    realm: RealmName,
    rules: Vec<ClaimRule>,
}

/// The client, user and scopes that a token or response is about.
#[derive(Clone, Copy, Debug)]
pub struct ClaimsAbout<'a> {
    pub client: &'a Client,
    /// `None` for a client credentials token.
    pub user: Option<&'a User>,
    pub scopes: &'a Scopes,
}

/// The values that templates can use.
#[derive(Serialize)]
struct Context<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserValues<'a>>,
    client: ClientValues<'a>,
    scopes: Vec<&'a str>,
    realm: RealmValues<'a>,
}

#[derive(Serialize)]
struct UserValues<'a> {
    id: &'a str,
    username: &'a str,
    claims: &'a Claims,
}

#[derive(Serialize)]
struct ClientValues<'a> {
    client_id: &'a str,
    client_name: &'a str,
}

#[derive(Serialize)]
struct RealmValues<'a> {
    name: &'a str,
    issuer: &'a str,
}

impl ClaimRules {
    pub fn new(issuer: String, realm: RealmName, rules: Vec<ClaimRule>) -> Self {
        Self { issuer, realm, rules }
    }

    /// The rules in the order they are applied.
    pub fn all(&self) -> &[ClaimRule] {
        &self.rules
    }

    /// Whether a rule applies to tokens, so that their user must be read.
    pub fn apply_to_tokens(&self) -> bool {
        let in_tokens = |place: &ClaimPlace| matches!(place, ClaimPlace::IdToken | ClaimPlace::AccessToken);
        self.rules.iter().any(|rule| rule.places.iter().any(in_tokens))
    }

    /// Adds the claims of the rules that apply here.
    ///
    /// Claims without a value are left out, and so are claims whose template fails: clients must accept that a claim is
    /// missing, and without any token nobody would see which claim it was. A warning is logged.
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
                    continue; // refused when a rule is added; a snapshot of another version may hold one
                }
                match evaluate(value, &context) {
                    Ok(value) if super::claims::has_value(&value) => {
                        claims.insert(name.clone(), value);
                    }
                    Ok(_) | Err(TemplateError::Missing) => {
                        claims.remove(name);
                    }
                    Err(TemplateError::Broken(reason)) => {
                        tracing::warn!(rule = %rule.id, claim = %name, reason, "claim left out: template failed");
                        claims.remove(name);
                    }
                }
            }
        }
    }

    fn context<'a>(&'a self, about: &ClaimsAbout<'a>) -> Context<'a> {
        Context {
            user: about.user.map(|user| UserValues {
                id: &user.id.0,
                username: &user.username,
                claims: &user.claims,
            }),
            client: ClientValues {
                client_id: &about.client.id.0,
                client_name: about.client.name(),
            },
            scopes: about.scopes.iter().collect(),
            realm: RealmValues {
                name: self.realm.as_str(),
                issuer: &self.issuer,
            },
        }
    }
}

/// The protocol's claims and `further` ones: each name once, the protocol's first.
pub fn with_further<T: Serialize>(protocol: &T, further: Claims) -> serde_json::Result<Claims> {
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

    fn claims_of(rules: Vec<ClaimRule>) -> Value {
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
            claims_of(vec![rule(json!({"a": 1, "b": 1})), rule(json!({"a": 2}))]),
            json!({"b": 1, "a": 2}).clone()
        );
        assert_eq!(
            claims_of(vec![rule(json!({"a": 1})), rule(json!({"a": null}))]),
            json!({})
        );
    }

    #[test]
    fn a_claim_whose_template_fails_is_left_out_and_the_others_stay() {
        let claims =
            json!({"broken": "{{ 1 // 0 }}", "missing": "{{ user.claims.phone }}", "mail": "{{ user.claims.email }}"});

        assert_eq!(claims_of(vec![rule(claims)]), json!({"mail": "a@example.com"}));
    }

    #[test]
    fn a_protocol_claim_of_a_rule_is_ignored() {
        assert_eq!(
            claims_of(vec![rule(json!({"iss": "http://evil.example", "x": true}))]),
            json!({"x": true})
        );
    }

    #[test]
    fn no_claim_is_written_twice() {
        let further = Claims::from_iter([("iss".to_owned(), json!("other")), ("x".to_owned(), json!(1))]);

        let all = with_further(&json!({"iss": "mine"}), further).expect("JSON");

        assert_eq!(Value::Object(all), json!({"iss": "mine", "x": 1}));
    }
}
