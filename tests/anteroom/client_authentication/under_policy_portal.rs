//! What the emulated portal accepts, and where this server is stricter unless told otherwise.

use super::*;

/// A client whose id and secret differ in the two encodings.
async fn realm_of(policy: &str) -> Realm {
    let odd = json!({ "client_id": "a_b-c", "client_secret": "x-y_z+1", "client_name": "Odd",
        "grant_types": ["client_credentials"] });
    realm_with(json!({ "policy": policy, "seed": { "clients": [odd] } })).await
}

fn asked(realm: &Realm) -> ClientCall {
    request(realm)
}

fn explains(answer: &Answer, words: &str) {
    assert!(answer.text().contains(words), "{answer}");
}

#[tokio::test]
async fn the_header_is_taken_as_it_is_and_not_decoded() {
    let realm = realm_of("portal").await;

    asked(&realm).basic_with("a_b-c:x-y_z+1").send().await.brings_tokens();
    asked(&realm)
        .basic_with("a%5Fb%2Dc:x%2Dy%5Fz%2B1")
        .send()
        .await
        .has_status(401);
}

#[tokio::test]
async fn the_wrong_encoding_is_named() {
    let strict = realm_of("default").await;
    let answer = asked(&strict).basic_with("a_b-c:x-y_z+1").send().await;
    explains(
        &answer.is_refused_with("invalid_client"),
        "plain, and they are read form-encoded",
    );

    let texts = json!({"preset": "portal", "error_texts": "explained"});
    let client = json!({ "client_id": "a_b-c", "client_secret": "x-y_z+1", "client_name": "Odd",
        "grant_types": ["client_credentials"] });
    let portal = realm_with(json!({ "policy": texts, "seed": { "clients": [client] } })).await;
    let answer = asked(&portal).basic_with("a%5Fb%2Dc:x%2Dy%5Fz%2B1").send().await;
    explains(&answer.has_status(401), "form-encoded, and they are read plain");
    let answer = asked(&portal).basic_with("a%5Fb%2Dc:guessed").send().await;
    assert!(
        !answer.text().contains("form-encoded"),
        "nothing is said of a wrong secret: {answer}"
    );
}

#[tokio::test]
async fn a_bearer_token_beside_the_client_is_ignored() {
    let realm = realm_with(json!({ "policy": "portal" })).await;
    let service = request(&realm).in_body("demo-service", "demo-service-secret");

    service
        .clone()
        .authorized("Bearer of-the-user")
        .send()
        .await
        .brings_tokens();
    let public = realm.demo_spa().asking_for("openid");
    let code = public.code_for("anne").await;
    public
        .redemption(&code)
        .authorized("bearer of-the-user")
        .send()
        .await
        .brings_tokens();
    ClientCall::new(&realm, "/oauth/revoke")
        .with("token", "unknown")
        .in_body("demo-service", "demo-service-secret")
        .authorized("Bearer of-the-user")
        .send()
        .await
        .is_ok();
    request(&realm)
        .authorized("Bearer of-the-user")
        .send()
        .await
        .has_status(401);
}

#[tokio::test]
async fn a_public_client_may_send_an_empty_secret_in_the_header() {
    let realm = realm_with(json!({ "policy": "portal" })).await;
    let public = realm.demo_spa().asking_for("openid");
    let code = public.code_for("anne").await;

    let guess = public
        .redemption(&code)
        .without("client_id")
        .basic("demo-spa", "guessed");
    guess.send().await.has_status(401);
    let empty = public.redemption(&code).without("client_id").basic("demo-spa", "");
    empty.send().await.brings_tokens();
    request(&realm).basic("demo-service", "").send().await.has_status(401);
}

#[tokio::test]
async fn elsewhere_a_stray_bearer_token_is_refused_by_name() {
    let realm = fresh_realm().await;

    for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
        let answer = ClientCall::new(&realm, path)
            .with("grant_type", "client_credentials")
            .with("token", "unknown")
            .in_body("demo-service", "demo-service-secret")
            .authorized("Bearer of-the-user")
            .send()
            .await
            .has_status(401)
            .is_refused_with("invalid_client");
        explains(&answer, "Authorization: Bearer");
    }
}
