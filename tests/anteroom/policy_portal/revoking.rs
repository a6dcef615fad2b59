//! Revoking.

use super::*;

const NOT_AUTHORIZED: &str = "You are not authorized to revoke this token";

#[tokio::test]
async fn either_half_ends_the_pair() {
    let realm = portal_realm().await;
    let client = client(&realm);

    let tokens = client.tokens_for("anne").await;
    assert_eq!(client.revoke(&tokens.access_token).await.is_ok().json(), json!({}));
    assert!(!realm.accepts(&tokens.access_token).await);
    client
        .refresh(tokens.refresh_token())
        .await
        .is_refused_with("invalid_grant");

    let tokens = client.tokens_for("anne").await;
    client.revoke(tokens.refresh_token()).await.is_ok();
    assert!(!realm.accepts(&tokens.access_token).await);
}

#[tokio::test]
async fn is_forbidden_to_strangers_and_to_nobody() {
    let realm = portal_realm().await;
    let tokens = client(&realm).tokens_for("anne").await;
    let call = ClientCall::new(&realm, "/oauth/revoke").with("token", &tokens.access_token);

    for stranger in [
        call.clone(),
        call.clone().basic("demo-service", "demo-service-secret"),
        call.basic("demo-client", "guessed"),
    ] {
        let answer = stranger.send().await.has_status(403).says("unauthorized_client");
        answer.describes_it_as(NOT_AUTHORIZED);
    }

    assert!(realm.accepts(&tokens.access_token).await);
}

#[tokio::test]
async fn an_unknown_token_is_no_trouble() {
    let realm = portal_realm().await;

    assert_eq!(client(&realm).revoke("unknown").await.is_ok().json(), json!({}));
}
