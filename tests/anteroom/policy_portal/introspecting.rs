//! Introspecting.

use super::*;

#[tokio::test]
async fn describes_a_clients_own_tokens_only() {
    let realm = portal_realm().await;
    let tokens = client(&realm).tokens_for("anne").await;

    let own = client(&realm).introspect(&tokens.access_token).await.is_ok().json();
    let foreign = realm
        .demo_service()
        .introspect(&tokens.access_token)
        .await
        .is_ok()
        .json();

    assert_eq!(
        (&own["active"], &own["client_id"], &own["token_type"]),
        (&json!(true), &json!("demo-client"), &json!("Bearer"))
    );
    assert_eq!(own["scope"], SCOPE);
    assert_eq!(own["exp"].as_i64().unwrap() - own["iat"].as_i64().unwrap(), 7200);
    assert_eq!(foreign, json!({ "active": false }));
}

#[tokio::test]
async fn is_an_invalid_request_of_nobody_and_an_invalid_client_of_a_liar() {
    let realm = portal_realm().await;
    let call = ClientCall::new(&realm, "/oauth/introspect").with("token", "x");

    call.clone().send().await.is_refused_with("invalid_request");
    call.basic("demo-client", "guessed")
        .send()
        .await
        .is_refused_with("invalid_client");
}
