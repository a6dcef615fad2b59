//! `grant_type=client_credentials` (RFC 6749 §4.4): a client on its own behalf.

use serde_json::json;

use crate::support::{ClientApp, client_app::ClientCall, fresh_realm, portal_realm, realm_with};

#[tokio::test]
async fn a_client_gets_a_token_of_its_own() {
    let realm = fresh_realm().await;

    let answer = realm
        .demo_service()
        .client_credentials("appointment_guest_write")
        .await
        .brings_tokens();

    let body = answer.json();
    assert_eq!(
        (&body["scope"], &body["expires_in"]),
        (&"appointment_guest_write".into(), &7200.into())
    );
    assert_eq!(body.get("refresh_token"), None, "RFC 6749 §4.4.3");
    assert_eq!(body.get("id_token"), None);
    assert!(realm.accepts(&answer.access_token()).await);
}

#[tokio::test]
async fn a_token_without_a_person_names_none() {
    let realm = fresh_realm().await;
    let token = realm
        .demo_service()
        .client_credentials("appointment_guest_write")
        .await
        .access_token();

    let answer = realm.demo_client().introspect(&token).await.is_ok();

    let body = answer.json();
    assert_eq!(
        (&body["active"], &body["client_id"]),
        (&true.into(), &"demo-service".into())
    );
    assert_eq!(body.get("username"), None);
    realm
        .caller(&token)
        .userinfo()
        .await
        .is_refused_as_bearer("invalid_token");
}

#[tokio::test]
async fn every_token_is_its_own() {
    let realm = fresh_realm().await;
    let service = realm.demo_service();

    let first = service
        .client_credentials("appointment_guest_write")
        .await
        .access_token();
    let second = service
        .client_credentials("appointment_guest_write")
        .await
        .access_token();

    assert_ne!(first, second);
    service.revoke(&first).await.is_ok();
    assert!(!realm.accepts(&first).await && realm.accepts(&second).await);
}

#[tokio::test]
async fn public_clients_are_not_authorized() {
    let realm = fresh_realm().await;

    let answer = realm.demo_spa().client_credentials("appointment_guest_write").await;

    answer.is_refused_with_one_of(&["unauthorized_client", "invalid_client"]);
}

#[tokio::test]
async fn unknown_scopes_are_invalid() {
    let realm = fresh_realm().await;

    for scope in [
        "nonsense",
        "appointment_guest_write nonsense",
        "APPOINTMENT_GUEST_WRITE",
        "a\"b",
        "a,b",
    ] {
        realm
            .demo_service()
            .client_credentials(scope)
            .await
            .is_refused_with("invalid_scope");
    }
}

#[tokio::test]
async fn nobody_signs_in_by_it() {
    let realm = fresh_realm().await;

    let answer = realm.demo_client().client_credentials("openid").await;

    assert_eq!(answer.json().get("id_token"), None);
    if answer.status == 200 {
        realm
            .caller(&answer.access_token())
            .userinfo()
            .await
            .is_refused_as_bearer("invalid_token");
    } else {
        answer.is_refused_with("invalid_scope");
    }
}

#[tokio::test]
async fn it_expires_by_the_realms_clock() {
    let realm = fresh_realm().await;
    let token = realm
        .demo_service()
        .client_credentials("appointment_guest_write")
        .await
        .access_token();

    realm.advance("PT1H59M59S").await;
    assert!(realm.accepts(&token).await);
    realm.advance("PT2S").await;

    assert!(!realm.accepts(&token).await);
}

#[tokio::test]
async fn a_default_holds_no_scope_that_the_realm_does_not_have() {
    let client = json!({
        "client_id": "odd",
        "client_secret": "odd-secret",
        "client_name": "Odd",
        "grant_types": ["client_credentials"],
        "scope": "nonsense appointment_guest_lookup openid",
    });
    let realm = realm_with(json!({ "seed": { "clients": [client] } })).await;

    let answer = ClientApp::new(&realm, "odd", Some("odd-secret"))
        .token_request("client_credentials")
        .send()
        .await
        .has_status(200);

    assert_eq!(answer.member("scope"), "appointment_guest_lookup");
}

#[tokio::test]
async fn without_a_scope_the_clients_default_is_granted_and_told() {
    let realm = fresh_realm().await;

    let answer = ClientCall::new(&realm, "/oauth/token")
        .with("grant_type", "client_credentials")
        .basic("demo-service", "demo-service-secret")
        .send()
        .await
        .brings_tokens();

    assert_eq!(answer.member("scope"), "appointment_guest_lookup");
}

#[tokio::test]
async fn without_a_scope_policy_portal_refuses_as_upstream() {
    let realm = portal_realm().await;

    ClientCall::new(&realm, "/oauth/token")
        .with("grant_type", "client_credentials")
        .basic("demo-service", "demo-service-secret")
        .send()
        .await
        .is_refused_with("invalid_scope");
}

#[tokio::test]
async fn a_default_beyond_the_allowed_scopes_is_refused_at_registration() {
    let realm = fresh_realm().await;
    let client = json!({"client_id": "c", "grant_types": ["client_credentials"], "client_secret": "s",
        "scope": "profile_read", "default_scope": "profile_read appointment_read"});

    let answer = realm.post_json("/control/api/clients", &client).await.has_status(400);

    assert!(answer.text().contains("appointment_read"), "{answer}");
}
