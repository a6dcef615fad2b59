//! `resource` (RFC 8707): for which resources a client wants its access tokens.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{ClientApp, Realm, fresh_realm, jwt, portal_realm};

const API: &str = "https://api.example.com/v1";
const OTHER: &str = "https://other.example.com";

/// A realm whose demo client may name two resources.
async fn realm_with_resources(format: &str) -> (Realm, ClientApp) {
    let realm = fresh_realm().await;
    let change = json!({"resources": [API, OTHER], "access_token_format": format});
    realm
        .control(Method::PATCH, "clients/demo-client", &change)
        .await
        .is_ok();
    let client = realm.demo_client().asking_for("profile_read");
    (realm, client)
}

/// What introspection says, and for a JWT the token itself, which is the same.
async fn audience(client: &ClientApp, token: &str) -> Value {
    let introspected = client.introspect(token).await.is_ok().json();
    if token.matches('.').count() == 2 {
        assert_eq!(jwt::claims(token)["aud"], introspected["aud"]);
    }
    introspected["aud"].clone()
}

#[tokio::test]
async fn it_is_the_audience_in_both_formats_and_at_introspection() {
    for format in ["opaque", "jwt"] {
        let (realm, client) = realm_with_resources(format).await;
        let request = client.request().with("resource", API);

        let tokens = request.tokens_for("anne").await;

        assert_eq!(audience(&client, &tokens.access_token).await, API, "{format}");
        let user = realm.caller(&tokens.access_token).get("/api/portal/v1/user").await;
        assert_eq!(user.status, 401, "{format}: it is for another resource: {user}");
        let refreshed = client.refresh(tokens.refresh_token()).await.brings_tokens();
        assert_eq!(audience(&client, &refreshed.access_token()).await, API, "{format}");
    }
}

#[tokio::test]
async fn it_may_be_repeated_and_narrowed_but_not_widened() {
    let (_, client) = realm_with_resources("jwt").await;
    let both = || client.request().adding("resource", API).adding("resource", OTHER);
    let tokens = both().tokens_for("anne").await;
    assert_eq!(audience(&client, &tokens.access_token).await, json!([API, OTHER]));

    let code = both().code_for("anne").await;
    let narrowed = client
        .redemption(&code)
        .with("resource", OTHER)
        .send()
        .await
        .brings_tokens();
    assert_eq!(audience(&client, &narrowed.access_token()).await, OTHER);

    let code = client.request().with("resource", API).code_for("anne").await;
    let widened = client.redemption(&code).with("resource", OTHER).send().await;
    widened.is_refused_with("invalid_target");
    client.redeem(&code).await.brings_tokens(); // and the code was not spent
}

#[tokio::test]
async fn with_openid_the_issuer_is_in_it_so_that_userinfo_takes_the_token() {
    for format in ["opaque", "jwt"] {
        let (realm, client) = realm_with_resources(format).await;
        let client = client.asking_for("openid profile_read");

        let tokens = client.request().with("resource", API).tokens_for("anne").await;

        assert_eq!(
            audience(&client, &tokens.access_token).await,
            json!([API, realm.issuer])
        );
        realm.caller(&tokens.access_token).userinfo().await.is_ok();
    }
}

#[tokio::test]
async fn the_issuer_and_what_lies_below_it_need_no_listing() {
    let realm = fresh_realm().await;
    let client = realm.demo_client().asking_for("profile_read");

    for resource in [realm.issuer.clone(), format!("{}/api/portal", realm.issuer)] {
        let tokens = client.request().with("resource", &resource).tokens_for("anne").await;
        assert_eq!(audience(&client, &tokens.access_token).await, resource);
        realm
            .caller(&tokens.access_token)
            .get("/api/portal/v1/user")
            .await
            .is_ok();
    }
}

#[tokio::test]
async fn anything_else_is_an_invalid_target_that_says_what_to_do() {
    let (realm, client) = realm_with_resources("opaque").await;
    for resource in [
        "https://api.example.com",
        "https://api.example.com/v1/",
        "https://api.example.com/v1#x",
        "api",
        &format!("{}.evil.example", realm.issuer),
    ] {
        let request = client.request().with("resource", resource);
        let refused = request.open(&realm.user_agent()).await.callback();
        assert_eq!(refused.get("error"), Some("invalid_target"), "{resource}");
    }
    let service = realm.demo_service().token_request("client_credentials");
    service
        .with("scope", "appointment_guest_lookup")
        .with("resource", API)
        .send()
        .await
        .is_refused_with("invalid_target");
    let exchanges = realm.get("/control/api/exchanges?limit=1").await.is_ok();
    assert!(
        exchanges.text().contains("client change"),
        "the advice names the command: {exchanges}"
    );
}

#[tokio::test]
async fn a_service_names_its_resource_too() {
    let realm = fresh_realm().await;
    let change = json!({"resources": [API]});
    realm
        .control(Method::PATCH, "clients/demo-service", &change)
        .await
        .is_ok();
    let service = realm.demo_service();

    let answer = service
        .token_request("client_credentials")
        .with("resource", API)
        .send()
        .await
        .brings_tokens();

    assert_eq!(audience(&service, &answer.access_token()).await, API);
}

#[tokio::test]
async fn policy_portal_ignores_it_as_upstream() {
    let realm = portal_realm().await;
    let client = realm.demo_client().asking_for("openid profile_read");
    let request = client.request().adding("resource", API).adding("resource", "nonsense");

    let tokens = request.tokens_for("anne").await;

    realm.caller(&tokens.access_token).userinfo().await.is_ok();
    assert_eq!(audience(&client, &tokens.access_token).await, "demo-client");
}

#[tokio::test]
async fn no_other_parameter_may_be_repeated() {
    let (realm, client) = realm_with_resources("opaque").await;

    let request = client.request().adding("nonce", "a").adding("nonce", "b");
    let refused = request.open(&realm.user_agent()).await.callback();

    assert_eq!(refused.get("error"), Some("invalid_request"));
}
