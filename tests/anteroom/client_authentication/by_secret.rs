//! Authentication by secret, in the header or in the body (RFC 6749 §2.3.1).

use super::*;

#[tokio::test]
async fn header_and_form_are_both_accepted() {
    let realm = fresh_realm().await;

    request(&realm)
        .basic("demo-service", "demo-service-secret")
        .send()
        .await
        .brings_tokens();
    request(&realm)
        .in_body("demo-service", "demo-service-secret")
        .send()
        .await
        .brings_tokens();
}

#[tokio::test]
async fn the_name_of_the_scheme_may_be_written_in_any_case() {
    let realm = fresh_realm().await;
    let credentials = "ZGVtby1zZXJ2aWNlOmRlbW8tc2VydmljZS1zZWNyZXQ=";

    for scheme in ["Basic", "basic", "BASIC"] {
        request(&realm)
            .authorized(&format!("{scheme} {credentials}"))
            .send()
            .await
            .brings_tokens();
    }
}

#[tokio::test]
async fn in_the_header_both_parts_are_form_encoded() {
    let realm = fresh_realm().await;

    request(&realm)
        .basic_with("demo%2Dservice:demo%2dservice%2Dsecret")
        .send()
        .await
        .brings_tokens();
    request(&realm)
        .basic_with("demo%2Dservice%:demo-service-secret")
        .send()
        .await
        .has_status(401);
    request(&realm)
        .basic_with("demo+service:demo-service-secret")
        .send()
        .await
        .is_refused_with("invalid_client");
    request(&realm)
        .basic_with("demo%2Dservice%3Ademo%2Dservice%2Dsecret")
        .send()
        .await
        .has_status(401);
}

#[tokio::test]
async fn in_the_header_odd_characters_survive_when_encoded() {
    let (id, secret) = ("odd:client+%/?", "s%C3%A9 cret:+&=%/");
    let odd = json!({ "client_id": id, "client_secret": secret, "client_name": "Odd", "grant_types": ["client_credentials"] });
    let realm = realm_with(json!({ "seed": { "clients": [odd] } })).await;
    let client = ClientApp::new(&realm, id, Some(secret));

    client.client_credentials(SCOPE).await.brings_tokens();
    request(&realm).in_body(id, secret).send().await.brings_tokens();
    request(&realm)
        .basic_with(&format!("{id}:{secret}"))
        .send()
        .await
        .has_status(401);
}

#[tokio::test]
async fn both_at_once_are_an_invalid_request_even_when_they_agree() {
    let realm = fresh_realm().await;
    let twice = request(&realm).in_body("demo-service", "demo-service-secret");

    let agreeing = twice.clone().basic("demo-service", "demo-service-secret");
    let differing = twice.basic("demo-client", "demo-secret");

    agreeing.send().await.is_refused_with("invalid_request");
    differing.send().await.is_refused_with("invalid_request");
}

#[tokio::test]
async fn an_empty_secret_beside_the_header_is_as_good_as_none() {
    let realm = fresh_realm().await;
    let call = request(&realm)
        .basic("demo-service", "demo-service-secret")
        .with("client_secret", "");

    call.send().await.brings_tokens();
}

#[tokio::test]
async fn the_id_may_be_repeated_in_the_form_if_it_is_the_same() {
    let realm = fresh_realm().await;
    let call = request(&realm).basic("demo-service", "demo-service-secret");

    call.clone()
        .with("client_id", "demo-service")
        .send()
        .await
        .brings_tokens();
    let other = call.with("client_id", "demo-client").send().await;

    other.is_refused_with_one_of(&["invalid_request", "invalid_client"]);
}
