//! Authentication that fails (RFC 6749 §5.2): the status, the challenge, and nothing of the secret.

use super::*;

fn challenged_as_basic(answer: &Answer) {
    let challenge = answer.challenge();
    assert!(challenge.scheme.eq_ignore_ascii_case("basic"), "{answer}");
    assert!(challenge.get("realm").is_some(), "{answer}");
}

#[tokio::test]
async fn by_header_is_answered_with_a_basic_challenge() {
    let realm = fresh_realm().await;

    for (id, secret) in [
        ("nobody", "demo-service-secret"),
        ("demo-service", "guessed"),
        ("demo-service", "demo-service-secre"),
        ("demo-service", "demo-service-secret "),
        ("demo-service", "Demo-service-secret"),
        ("demo-service", "demo-secret"),
        ("demo-service", ""),
        ("Demo-Service", "demo-service-secret"),
        ("", "demo-service-secret"),
        ("", ""),
    ] {
        let answer = request(&realm)
            .basic(id, secret)
            .send()
            .await
            .is_refused_with("invalid_client");
        challenged_as_basic(&answer);
    }
}

#[tokio::test]
async fn by_form_is_an_invalid_client() {
    let realm = fresh_realm().await;

    for (id, secret) in [
        ("nobody", "x"),
        ("demo-service", "guessed"),
        ("demo-service", "demo-secret"),
        ("demo-service", ""),
    ] {
        request(&realm)
            .in_body(id, secret)
            .send()
            .await
            .is_refused_with("invalid_client");
    }
}

/// RFC 9110 §15.5.2: a 401 without a challenge is none.
#[tokio::test]
async fn is_always_challenged() {
    let realm = fresh_realm().await;

    for call in [
        request(&realm),
        request(&realm).in_body("demo-service", "guessed"),
        request(&realm).with("client_id", "nobody"),
        request(&realm).authorized("Bearer x"),
    ] {
        let answer = call.send().await.is_refused_with("invalid_client");
        assert!(answer.header("www-authenticate").is_some(), "{answer}");
    }
}

#[tokio::test]
async fn never_repeats_the_secret_that_was_tried() {
    let realm = fresh_realm().await;

    let unknown = request(&realm)
        .basic("nobody", "guessed")
        .send()
        .await
        .is_refused_with("invalid_client");
    let wrong = request(&realm)
        .basic("demo-service", "guessed")
        .send()
        .await
        .is_refused_with("invalid_client");

    assert!(!wrong.text().contains("guessed") && !unknown.text().contains("guessed"));
}

#[tokio::test]
async fn because_nobody_tried_is_an_invalid_client() {
    let realm = fresh_realm().await;

    request(&realm).send().await.is_refused_with("invalid_client");
    request(&realm)
        .with("client_id", "")
        .send()
        .await
        .is_refused_with("invalid_client");
    request(&realm)
        .with("client_id", "demo-service")
        .send()
        .await
        .is_refused_with("invalid_client");
    request(&realm)
        .with("client_secret", "demo-service-secret")
        .send()
        .await
        .is_refused_with_one_of(&["invalid_client", "invalid_request"]);
}

#[tokio::test]
async fn because_the_header_is_no_basic_is_an_invalid_client() {
    let realm = fresh_realm().await;

    for authorization in [
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic ZGVtby1zZXJ2aWNl", // no colon in it
        "Basic /////w==",         // bytes that are no text
        "Basic ZGVtbwA6eA==",     // NUL
        "Digest username=\"demo-service\"",
        "Bearer demo-service-secret",
        "demo-service:demo-service-secret",
    ] {
        let answer = request(&realm).authorized(authorization).send().await;
        answer.is_refused_with_one_of(&["invalid_client", "invalid_request"]);
    }
}

#[tokio::test]
async fn because_the_secret_stands_in_the_address_is_an_invalid_client() {
    let realm = fresh_realm().await;
    let path = "/oauth/token?client_id=demo-service&client_secret=demo-service-secret";
    let call = ClientCall::new(&realm, path)
        .with("grant_type", "client_credentials")
        .with("scope", SCOPE);

    call.send()
        .await
        .is_refused_with_one_of(&["invalid_client", "invalid_request"]);
}

#[tokio::test]
async fn because_a_public_client_has_no_secret_to_show() {
    let realm = fresh_realm().await;
    let client = realm.demo_spa();
    let code = client.code_for("anne").await;

    let guess = client.redemption(&code).with("client_secret", "guessed");
    guess.send().await.is_refused_with("invalid_client");
    let guess = client
        .redemption(&code)
        .without("client_id")
        .basic("demo-spa", "guessed");
    guess.send().await.is_refused_with("invalid_client");

    client
        .redemption(&code)
        .with("client_secret", "")
        .send()
        .await
        .brings_tokens();
}

#[tokio::test]
async fn comes_before_everything_else() {
    let realm = fresh_realm().await;
    let guess = |grant_type| {
        ClientCall::new(&realm, "/oauth/token")
            .with("grant_type", grant_type)
            .basic("demo-client", "guessed")
    };

    guess("authorization_code")
        .with("code", "x")
        .send()
        .await
        .is_refused_with("invalid_client");
    guess("refresh_token")
        .with("refresh_token", "x")
        .send()
        .await
        .is_refused_with("invalid_client");
}
