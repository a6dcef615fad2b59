//! The body of a token request (RFC 6749 §3.2): its media type, its members, its bounds.

use super::*;

fn sound(realm: &Realm) -> ClientCall {
    request(realm).basic("demo-service", "demo-service-secret")
}

#[tokio::test]
async fn may_name_its_characters() {
    let realm = fresh_realm().await;

    for content_type in [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=UTF-8",
        "application/x-www-form-urlencoded;charset=utf-8",
        "Application/X-WWW-Form-Urlencoded",
    ] {
        sound(&realm).send_as(Some(content_type)).await.brings_tokens();
    }
}

#[tokio::test]
async fn is_the_only_thing_understood() {
    let realm = fresh_realm().await;

    sound(&realm).send_as_json().await.is_refused_with("invalid_request");
    for content_type in [
        None,
        Some("text/plain"),
        Some("multipart/form-data"),
        Some("application/json"),
        Some(""),
    ] {
        sound(&realm)
            .send_as(content_type)
            .await
            .is_refused_with("invalid_request");
    }
}

#[tokio::test]
async fn has_nothing_twice() {
    let realm = fresh_realm().await;

    for (name, value) in [
        ("grant_type", "client_credentials"),
        ("scope", SCOPE),
        ("grant_type", "refresh_token"),
    ] {
        sound(&realm)
            .adding(name, value)
            .send()
            .await
            .is_refused_with("invalid_request");
    }
    let secret = request(&realm).in_body("demo-service", "demo-service-secret");
    for (name, value) in [
        ("client_id", "demo-service"),
        ("client_secret", "demo-service-secret"),
        ("client_id", "demo-client"),
    ] {
        secret
            .clone()
            .adding(name, value)
            .send()
            .await
            .is_refused_with("invalid_request");
    }
}

#[tokio::test]
async fn has_no_code_twice_and_does_not_spend_it() {
    let realm = fresh_realm().await;
    let client = realm.demo_spa();
    let code = client.code_for("anne").await;

    for name in ["code", "redirect_uri", "code_verifier", "client_id"] {
        client
            .redemption(&code)
            .adding(name, "x")
            .send()
            .await
            .is_refused_with("invalid_request");
    }

    client.redeem(&code).await.brings_tokens();
}

#[tokio::test]
async fn may_have_what_nobody_knows() {
    let realm = fresh_realm().await;

    sound(&realm)
        .with("extra", "foobar")
        .with("", "nameless")
        .send()
        .await
        .brings_tokens();
}

#[tokio::test]
async fn is_not_read_from_the_address() {
    let realm = fresh_realm().await;
    let call = ClientCall::new(
        &realm,
        "/oauth/token?grant_type=client_credentials&scope=appointment_guest_write",
    );

    call.basic("demo-service", "demo-service-secret")
        .send()
        .await
        .is_refused_with("invalid_request");
}

#[tokio::test]
async fn must_name_a_grant_type_we_know() {
    let realm = fresh_realm().await;

    sound(&realm)
        .without("grant_type")
        .send()
        .await
        .is_refused_with("invalid_request");
    sound(&realm)
        .with("grant_type", "")
        .send()
        .await
        .is_refused_with("invalid_request");
    for unknown in [
        "password",
        "implicit",
        "CLIENT_CREDENTIALS",
        "client_credentials ",
        "urn:x",
        "code",
        "é",
    ] {
        sound(&realm)
            .with("grant_type", unknown)
            .send()
            .await
            .is_refused_with("unsupported_grant_type");
    }
}

#[tokio::test]
async fn may_not_hold_nul() {
    let realm = fresh_realm().await;

    sound(&realm)
        .with("scope", "a\0b")
        .send()
        .await
        .is_refused_with_one_of(&["invalid_request", "invalid_scope"]);
    sound(&realm)
        .with("grant_type", "a\0b")
        .send()
        .await
        .is_refused_with_one_of(&["invalid_request", "unsupported_grant_type"]);
    request(&realm)
        .in_body("demo\0", "x")
        .send()
        .await
        .is_refused_with_one_of(&["invalid_request", "invalid_client"]);
    request(&realm)
        .in_body("demo-service", "x\0")
        .send()
        .await
        .is_refused_with_one_of(&["invalid_request", "invalid_client"]);
}

#[tokio::test]
async fn may_be_garbage_and_no_harm_is_done() {
    let realm = fresh_realm().await;

    for body in [
        "%",
        "%ff%fe=%ff",
        "grant_type=%ff",
        "====",
        "&&&&",
        "grant_type",
        "\u{0}\u{1}",
    ] {
        let request = realm.http.post(realm.url("/oauth/token")).body(body);
        let answer = Answer::to(request.header("content-type", "application/x-www-form-urlencoded")).await;
        answer.is_refused_with_one_of(&["invalid_request", "invalid_client", "unsupported_grant_type"]);
    }
}

#[tokio::test]
async fn has_its_bounds() {
    let realm = fresh_realm().await;

    let endless = realm.http.post(realm.url("/oauth/token")).body("x".repeat(10_000_000));
    let endless = endless
        .header("content-type", "application/x-www-form-urlencoded")
        .send()
        .await;
    // A server that has heard enough may hang up before everything is said.
    assert!(endless.is_err() || endless.is_ok_and(|answer| answer.status().is_client_error()));
    let long_id = request(&realm).in_body(&"x".repeat(10_000), "x").send().await;
    long_id.is_refused_with_one_of(&["invalid_request", "invalid_client"]);
    let long_secret = request(&realm)
        .in_body("demo-service", &"x".repeat(10_000))
        .send()
        .await;
    long_secret.is_refused_with_one_of(&["invalid_request", "invalid_client"]);
}

#[tokio::test]
async fn must_be_posted() {
    let realm = fresh_realm().await;

    for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
        for method in [reqwest::Method::GET, reqwest::Method::PUT, reqwest::Method::DELETE] {
            let answer = Answer::to(realm.http.request(method, realm.url(path)))
                .await
                .has_status(405);
            assert!(
                answer.header("allow").is_some_and(|allow| allow.contains("POST")),
                "{answer}"
            );
        }
    }
}
