//! `…/control/api/policy`: switches read with their meaning, and turned while the realm runs.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Emulator, fresh_realm, jwt, portal_realm};

#[tokio::test]
async fn every_switch_is_shown_with_its_value_its_meaning_and_what_it_takes() {
    let realm = fresh_realm().await;

    let shown = realm.look_at("policy").await;

    let policy = shown["policy"].as_object().expect("an object");
    let switches = shown["switches"].as_array().expect("a list");
    assert_eq!(switches.len(), policy.len());
    for switch in switches {
        let name = switch["name"].as_str().expect("text");
        assert_eq!(switch["value"], policy[name], "{name}");
        assert!(switch["meaning"].as_str().is_some_and(|text| text.len() > 30), "{name}");
        assert!(switch["schema"].is_object(), "{name}");
        assert_eq!(
            switch["presets"]["default"], policy[name],
            "a fresh realm has the default: {name}"
        );
    }
}

#[tokio::test]
async fn a_switch_counts_at_once_and_changes_nothing_else() {
    let realm = fresh_realm().await;
    let before = realm.look_at("policy").await["policy"].clone();

    let shown = realm
        .change("policy", json!({"auto_login": true, "lifetimes": {"access_token": 30}}))
        .await;

    let mut expected = before;
    expected["auto_login"] = json!(true);
    expected["lifetimes"]["access_token"] = json!(30);
    assert_eq!(shown["policy"], expected);
    let request = realm.demo_client().request().with("login_hint", "anne");
    let code = request.code_in(&request.open(&realm.user_agent()).await.callback());
    let answer = realm.demo_client().redeem(&code).await.brings_tokens();
    assert_eq!(answer.json()["expires_in"], 30);
}

#[tokio::test]
async fn a_preset_sets_them_all_and_discovery_follows() {
    let realm = fresh_realm().await;
    realm.change("policy", json!({"auto_login": true})).await;

    let shown = realm
        .change("policy", json!({"preset": "portal", "redirect_status": 303}))
        .await;

    let mut expected = portal_realm().await.look_at("policy").await["policy"].clone();
    expected["redirect_status"] = json!(303);
    assert_eq!(shown["policy"], expected);
    let discovery = realm.discovery().await;
    assert_eq!(discovery.get("code_challenge_methods_supported"), None);
    assert_eq!(discovery["subject_types_supported"], json!(["pairwise"]));
}

#[tokio::test]
async fn replacing_begins_from_a_preset_again() {
    let realm = portal_realm().await;

    let put = realm
        .control(Method::PUT, "policy", &json!({"auto_login": true}))
        .await
        .is_ok()
        .json();

    assert_eq!(put["policy"]["preset"], "default");
    assert_eq!(put["policy"]["pkce"], "enforced");
    assert_eq!(put["policy"]["auto_login"], true);
}

#[tokio::test]
async fn a_changed_switch_of_one_realm_does_not_change_another_realm() {
    let (realm, neighbour) = (fresh_realm().await, fresh_realm().await);
    let before = neighbour.look_at("policy").await;

    realm.change("policy", json!({"preset": "portal"})).await;

    assert_eq!(neighbour.look_at("policy").await, before);
}

#[tokio::test]
async fn what_no_switch_takes_is_refused_and_turns_nothing() {
    let realm = fresh_realm().await;
    let unsound = [
        (400, json!({})),
        (400, json!({"pcke": "ignored"})),
        (400, json!({"pkce": "sometimes"})),
        (400, json!({"preset": "strict"})),
        (400, json!({"auto_login": true, "redirect_status": 307})),
        (400, json!({"auto_login": true, "lifetimes": {"access_token": 0}})),
        (400, json!({"lifetimes": {"acces_token": 60}})),
        (400, json!({"lifetimes": {"access_token": -1}})),
        (400, json!({"lifetimes": {"access_token": 1.5}})),
        (400, json!({"scopes_supported": []})),
        (400, json!({"scopes_supported": ["openid", "a b"]})),
        (400, json!({"id_token_signing_alg": "HS256"})),
        (400, json!({"id_token_signing_alg": "none"})),
    ];

    realm.refuses(Method::PATCH, "policy", "policy", &unsound).await;
    realm.refuses(Method::PUT, "policy", "policy", &unsound).await;
}

#[tokio::test]
async fn an_algorithm_without_a_key_is_refused_until_there_is_one() {
    let realm = fresh_realm().await;
    let keys = realm.look_at("keys").await;
    let of = |alg: &str| {
        let keys = keys["keys"].as_array().expect("a list");
        let key = keys.iter().find(|key| key["alg"] == alg).expect("a development key");
        key["kid"].as_str().expect("text").to_owned()
    };
    realm.take_away(&format!("keys/{}", of("ES256"))).await.has_status(204);

    realm
        .refuses(
            Method::PATCH,
            "policy",
            "policy",
            &[(409, json!({"id_token_signing_alg": "ES256"}))],
        )
        .await;

    realm
        .control(Method::POST, "keys/rotate", &json!({"alg": "ES256"}))
        .await
        .is_ok();
    realm.change("policy", json!({"id_token_signing_alg": "ES256"})).await;
    let tokens = realm.demo_client().tokens_for("anne").await;
    assert_eq!(jwt::parts(tokens.id_token()).0["alg"], "ES256");
    jwt::verified(&realm, "demo-client", tokens.id_token()).await;
    assert_eq!(
        realm.discovery().await["id_token_signing_alg_values_supported"],
        json!(["ES256"])
    );
    realm.take_away(&format!("keys/{}", of("RS256"))).await.has_status(204);
}

#[tokio::test]
async fn a_change_outlives_the_process() {
    let mut server = Emulator::start(&[]);
    server
        .default_realm()
        .change("policy", json!({"lifetimes": {"id_token": 77}}))
        .await;

    server.stop();
    server.start_again();

    let policy: Value = server.default_realm().look_at("policy").await;
    assert_eq!(policy["policy"]["lifetimes"]["id_token"], 77);
}
