//! `POST /oauth/introspect` (RFC 7662).

use serde_json::json;

use crate::support::{client_app::ClientCall, fresh_realm};

#[tokio::test]
async fn a_live_access_token_is_described() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let tokens = client.tokens_for("anne").await;

    let answer = client.introspect(&tokens.access_token).await.is_ok();

    answer.is_json();
    answer.is_not_stored();
    let (body, now) = (answer.json(), realm.now().await.as_second());
    assert_eq!(body["active"], true);
    assert_eq!(
        (&body["client_id"], &body["token_type"]),
        (&json!("demo-client"), &json!("Bearer"))
    );
    assert_eq!(body["scope"], "openid profile email");
    assert_eq!((&body["iat"], &body["exp"]), (&json!(now), &json!(now + 7200)));
    assert_eq!(body["iss"], *realm.issuer);
    let userinfo = realm.caller(&tokens.access_token).userinfo().await.is_ok();
    assert_eq!(body["sub"], *userinfo.member("sub"));
}

#[tokio::test]
async fn a_live_refresh_token_is_active_too() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().tokens_for("anne").await;

    assert!(realm.accepts(tokens.refresh_token()).await);
}

#[tokio::test]
async fn a_confidential_client_may_ask_about_any_token_of_the_realm() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_spa().tokens_for("anne").await;

    let answer = realm.demo_service().introspect(&tokens.access_token).await.is_ok();

    assert_eq!(
        (&answer.json()["active"], &answer.json()["client_id"]),
        (&json!(true), &json!("demo-spa"))
    );
}

#[tokio::test]
async fn what_is_not_live_is_inactive_and_nothing_more_is_said() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let code = client.code_for("anne").await;
    let revoked = client.tokens_for("anne").await;
    client.revoke(&revoked.access_token).await.is_ok();
    let rotated = client.tokens_for("anne").await;
    client.refresh(rotated.refresh_token()).await.brings_tokens();
    let expired = client.tokens_for("anne").await;
    realm.advance("PT2H1S").await;
    let id_token = client.tokens_for("anne").await.id_token.expect("asked for");

    for token in [
        "x",
        &code.code,
        &revoked.access_token,
        rotated.refresh_token(),
        &expired.access_token,
        &id_token,
        &"x".repeat(5000),
    ] {
        let answer = client.introspect(token).await.is_ok();
        answer.is_json();
        assert_eq!(answer.json(), json!({ "active": false }), "{token}");
    }
}

#[tokio::test]
async fn the_hint_is_only_a_hint() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let tokens = client.tokens_for("anne").await;

    for hint in ["access_token", "refresh_token", "nonsense", ""] {
        for token in [&tokens.access_token, tokens.refresh_token()] {
            let call = client
                .call("/oauth/introspect")
                .with("token", token)
                .with("token_type_hint", hint);
            assert_eq!(call.send().await.is_ok().json()["active"], true, "{hint}");
        }
    }
}

#[tokio::test]
async fn a_token_must_be_named_once() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();

    client
        .call("/oauth/introspect")
        .send()
        .await
        .is_refused_with("invalid_request");
    client.introspect("").await.is_refused_with("invalid_request");
    client
        .call("/oauth/introspect")
        .with("token", "x")
        .adding("token", "y")
        .send()
        .await
        .is_refused_with("invalid_request");
}

#[tokio::test]
async fn whoever_proves_nothing_learns_nothing() {
    let realm = fresh_realm().await;
    let token = realm.demo_client().tokens_for("anne").await.access_token;
    let call = ClientCall::new(&realm, "/oauth/introspect").with("token", &token);

    for nobody in [
        call.clone(),
        call.clone().with("client_id", "demo-client"),
        call.clone().in_body("demo-client", "guessed"),
        call.clone().basic("demo-client", "guessed"),
        call.clone().basic("nobody", "demo-secret"),
        call.clone().authorized(&format!("Bearer {token}")),
    ] {
        nobody.send().await.is_refused_with("invalid_client");
    }
}

#[tokio::test]
async fn public_clients_may_not_ask() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_spa().tokens_for("anne").await;

    realm
        .demo_spa()
        .introspect(&tokens.access_token)
        .await
        .is_refused_with("invalid_client");
}

#[tokio::test]
async fn the_end_of_a_token_is_seen_at_once() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let tokens = client.tokens_for("anne").await;
    assert!(realm.accepts(&tokens.access_token).await);

    client.revoke(tokens.refresh_token()).await.is_ok();

    assert!(!realm.accepts(&tokens.access_token).await);
}
