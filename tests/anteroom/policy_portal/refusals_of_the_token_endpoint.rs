//! Refusals of the token endpoint.

use super::*;

#[tokio::test]
async fn of_a_client_that_fails() {
    let realm = portal_realm().await;
    let call = || client(&realm).token_request("authorization_code").with("code", "x");

    for failing in [
        call().anonymous(),
        call().basic("demo-client", "guessed"),
        call().in_body("demo-client", "guessed"),
        call().basic("nobody", "demo-secret"),
    ] {
        refused(failing.send().await, "invalid_client", CLIENT_FAILED);
    }
}

#[tokio::test]
async fn of_two_authentications_at_once() {
    let realm = portal_realm().await;
    let call = ClientCall::new(&realm, "/oauth/token")
        .with("grant_type", "client_credentials")
        .with("scope", "profile_read");

    let answer = call
        .in_body("demo-client", "demo-secret")
        .basic("demo-client", "demo-secret")
        .send()
        .await;

    answer.is_refused_with("invalid_request");
}

#[tokio::test]
async fn of_a_missing_parameter() {
    let realm = portal_realm().await;
    let client = client(&realm);
    let code = client.code_for("anne").await;

    for (call, missing) in [
        (client.redemption(&code).without("grant_type"), "grant_type"),
        (client.redemption(&code).without("code"), "code"),
        (client.redemption(&code).with("code", ""), "code"),
        (client.redemption(&code).without("redirect_uri"), "redirect_uri"),
        (client.token_request("refresh_token"), "refresh_token"),
    ] {
        refused(
            call.send().await,
            "invalid_request",
            &format!("Missing required parameter: {missing}."),
        );
    }
}

#[tokio::test]
async fn of_a_grant_that_does_not_hold() {
    let realm = portal_realm().await;
    let client = client(&realm);
    let code = client.code_for("anne").await;
    let public = realm.demo_spa().asking_for(SCOPE).code_for("anne").await;

    for call in [
        client.redemption(&code).with("code", "unknown"),
        client
            .redemption(&code)
            .with("redirect_uri", "https://client.example.com/cb"),
        client.redemption(&public),
        client.refreshing("unknown"),
    ] {
        refused(call.send().await, "invalid_grant", GRANT_FAILED);
    }
    client.redeem(&code).await.brings_tokens();
    refused(client.redeem(&code).await, "invalid_grant", GRANT_FAILED);
}

#[tokio::test]
async fn of_a_grant_type_nobody_knows() {
    let realm = portal_realm().await;

    let answer = client(&realm).token_request("password").send().await;

    refused(
        answer,
        "unsupported_grant_type",
        "The authorization grant type is not supported by the authorization server.",
    );
}

#[tokio::test]
async fn of_a_scope_that_is_none_or_beyond_the_grant() {
    let realm = portal_realm().await;
    let tokens = client(&realm).asking_for("profile_read").tokens_for("anne").await;

    refused(
        client(&realm).client_credentials("nonsense").await,
        "invalid_scope",
        SCOPE_FAILED,
    );
    let wider = client(&realm).refreshing(tokens.refresh_token()).with("scope", SCOPE);
    refused(wider.send().await, "invalid_scope", SCOPE_FAILED);
}

#[tokio::test]
async fn of_a_client_that_may_not_use_the_grant_type() {
    let realm = portal_realm().await;

    let answer = realm
        .demo_service()
        .token_request("refresh_token")
        .with("refresh_token", "x")
        .send()
        .await;

    refused(
        answer,
        "unauthorized_client",
        "The client is not authorized to perform this request using this method.",
    );
}
