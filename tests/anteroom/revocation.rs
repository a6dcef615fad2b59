//! `POST /oauth/revoke` (RFC 7009).

use serde_json::json;

use crate::support::{Tokens, client_app::ClientCall, fresh_realm};

#[tokio::test]
async fn an_access_token_ends_alone() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let tokens = client.tokens_for("anne").await;

    let answer = client.revoke(&tokens.access_token).await.is_ok();

    assert_eq!(answer.json(), json!({}));
    assert!(!realm.accepts(&tokens.access_token).await);
    realm
        .caller(&tokens.access_token)
        .userinfo()
        .await
        .is_refused_as_bearer("invalid_token");
    client.refresh(tokens.refresh_token()).await.brings_tokens();
}

#[tokio::test]
async fn a_refresh_token_ends_its_grant() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let first = client.tokens_for("anne").await;
    let second = Tokens::read(client.refresh(first.refresh_token()).await);

    client.revoke(second.refresh_token()).await.is_ok();

    assert!(!realm.accepts(&first.access_token).await && !realm.accepts(&second.access_token).await);
    client
        .refresh(second.refresh_token())
        .await
        .is_refused_with("invalid_grant");
    client
        .refresh(first.refresh_token())
        .await
        .is_refused_with("invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_already_rotated_still_ends_its_grant() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let first = client.tokens_for("anne").await;
    let second = Tokens::read(client.refresh(first.refresh_token()).await);

    client.revoke(first.refresh_token()).await.is_ok();

    assert!(!realm.accepts(&second.access_token).await);
    client
        .refresh(second.refresh_token())
        .await
        .is_refused_with("invalid_grant");
}

#[tokio::test]
async fn other_grants_of_the_same_person_live_on() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let (other, tokens) = (client.tokens_for("anne").await, client.tokens_for("anne").await);

    client.revoke(tokens.refresh_token()).await.is_ok();

    assert!(realm.accepts(&other.access_token).await);
}

#[tokio::test]
async fn a_public_client_may_revoke_its_own() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_spa().tokens_for("anne").await;

    realm.demo_spa().revoke(tokens.refresh_token()).await.is_ok();

    assert!(!realm.accepts(&tokens.access_token).await);
}

#[tokio::test]
async fn what_is_no_token_is_as_good_as_revoked() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let tokens = client.tokens_for("anne").await;
    client.revoke(&tokens.access_token).await.is_ok();

    for token in ["x", &tokens.access_token, tokens.id_token(), &"x".repeat(5000)] {
        assert_eq!(client.revoke(token).await.is_ok().json(), json!({}));
    }
}

#[tokio::test]
async fn a_code_is_no_token_and_survives() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let code = client.code_for("anne").await;

    client.revoke(&code.code).await.is_ok();

    client.redeem(&code).await.brings_tokens();
}

#[tokio::test]
async fn a_foreign_token_is_refused_and_lives_on() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().tokens_for("anne").await;

    for stranger in [realm.demo_spa(), realm.demo_service()] {
        for token in [&tokens.access_token, tokens.refresh_token()] {
            let answer = stranger.revoke(token).await.has_status(400);
            answer.is_json();
            assert!(answer.json()["error"].is_string(), "{answer}");
        }
    }

    assert!(realm.accepts(&tokens.access_token).await);
    realm
        .demo_client()
        .refresh(tokens.refresh_token())
        .await
        .brings_tokens();
}

#[tokio::test]
async fn the_hint_is_only_a_hint() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();

    for hint in ["access_token", "refresh_token", "nonsense", ""] {
        let tokens = client.tokens_for("anne").await;
        for token in [&tokens.access_token, tokens.refresh_token()] {
            client
                .call("/oauth/revoke")
                .with("token", token)
                .with("token_type_hint", hint)
                .send()
                .await
                .is_ok();
            assert!(!realm.accepts(token).await, "{hint}");
        }
    }
}

#[tokio::test]
async fn a_token_must_be_named_once() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let tokens = client.tokens_for("anne").await;

    client
        .call("/oauth/revoke")
        .send()
        .await
        .is_refused_with("invalid_request");
    client.revoke("").await.is_refused_with("invalid_request");
    let twice = client
        .call("/oauth/revoke")
        .with("token", &tokens.access_token)
        .adding("token", "x");
    twice.send().await.is_refused_with("invalid_request");

    assert!(realm.accepts(&tokens.access_token).await);
}

#[tokio::test]
async fn whoever_proves_nothing_ends_nothing() {
    let realm = fresh_realm().await;
    let token = realm.demo_client().tokens_for("anne").await.access_token;
    let call = ClientCall::new(&realm, "/oauth/revoke").with("token", &token);

    for nobody in [
        call.clone(),
        call.clone().with("client_id", "demo-client"),
        call.clone().in_body("demo-client", "guessed"),
        call.clone().basic("demo-client", "guessed"),
        call.clone().with("client_id", "nobody"),
    ] {
        nobody.send().await.is_refused_with("invalid_client");
    }
    call.in_body("demo-client", "demo-secret")
        .basic("demo-client", "demo-secret")
        .send()
        .await
        .is_refused_with("invalid_request");

    assert!(realm.accepts(&token).await);
}
