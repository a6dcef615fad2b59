//! `GET /oauth/discovery/keys` (RFC 7517).

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::support::{Realm, fresh_realm, jwt, portal_realm, realm_with};

async fn keys_of(realm: &Realm) -> Vec<Value> {
    let answer = realm.get("/oauth/discovery/keys").await.is_ok();
    assert!(
        matches!(answer.media_type(), "application/json" | "application/jwk-set+json"),
        "{answer}"
    );
    answer.json()["keys"].as_array().expect("a list of keys").clone()
}

#[tokio::test]
async fn keys_are_named_public_and_for_signing() {
    for realm in [fresh_realm().await, portal_realm().await] {
        let keys = keys_of(&realm).await;
        assert!(!keys.is_empty());
        let mut kids = HashSet::new();
        for key in &keys {
            assert!(
                kids.insert(key["kid"].as_str().expect("kid is text").to_owned()),
                "two keys named {}",
                key["kid"]
            );
            assert_eq!(key["use"], "sig", "{key}");
            assert!(key["alg"].is_string(), "{key}");
            for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] {
                assert_eq!(key.get(private), None, "a secret is published");
            }
        }
    }
}

#[tokio::test]
async fn an_rsa_key_has_its_two_numbers() {
    let realm = portal_realm().await;

    let keys = keys_of(&realm).await;
    let key = keys
        .iter()
        .find(|key| key["kty"] == "RSA")
        .expect("RS256 is advertised");

    let mut members: Vec<_> = key.as_object().expect("an object").keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
    assert_eq!((&key["alg"], &key["e"]), (&json!("RS256"), &json!("AQAB")));
    assert!(key["n"].as_str().is_some_and(|n| n.len() >= 342), "2048 bits at least");
}

#[tokio::test]
async fn the_key_of_an_id_token_is_among_them() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().tokens_for("anne").await;

    jwt::verified(&realm, "demo-client", tokens.id_token()).await;
}

#[tokio::test]
async fn a_realm_that_signs_with_es256_publishes_a_p256_key() {
    let realm = realm_with(json!({ "policy": { "id_token_signing_alg": "ES256" } })).await;
    let tokens = realm.demo_client().tokens_for("anne").await;

    let (header, _) = jwt::parts(tokens.id_token());
    jwt::verified(&realm, "demo-client", tokens.id_token()).await;

    assert_eq!(header["alg"], "ES256");
    let keys = keys_of(&realm).await;
    let key = keys.iter().find(|key| key["kid"] == header["kid"]).expect("published");
    assert_eq!((&key["kty"], &key["crv"]), (&json!("EC"), &json!("P-256")));
}

#[tokio::test]
async fn a_forged_token_does_not_verify() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().tokens_for("anne").await;
    let (head, signature) = tokens.id_token().rsplit_once('.').expect("three parts");
    let forged = format!(
        "{}.{signature}",
        head.replace(head.split('.').next_back().unwrap(), "eyJzdWIiOiJldmUifQ")
    );

    let judged = tokio::spawn(async move { jwt::verified(&realm, "demo-client", &forged).await }).await;

    assert!(judged.is_err(), "the judge of these tests accepts anything");
}
