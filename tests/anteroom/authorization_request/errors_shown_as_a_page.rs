//! Before the way back is known.

use super::*;

#[tokio::test]
async fn a_request_without_client_is_refused_on_a_page() {
    let realm = fresh_realm().await;

    lands_on_a_page(realm.demo_client().request().without("client_id")).await;
    lands_on_a_page(realm.demo_client().request().with("client_id", "")).await;
}

#[tokio::test]
async fn an_unknown_client_is_refused_on_a_page() {
    let realm = fresh_realm().await;

    for unknown in [
        "nobody",
        "Demo-Client",
        "demo-client ",
        " demo-client",
        "demo-client\0",
        "demo%2Dclient",
        "✗",
    ] {
        lands_on_a_page(realm.demo_client().request().with("client_id", unknown)).await;
    }
}

#[tokio::test]
async fn an_over_long_client_id_is_refused_on_a_page() {
    let realm = fresh_realm().await;

    lands_on_a_page(realm.demo_client().request().with("client_id", &"x".repeat(256))).await;
    lands_on_a_page(realm.demo_client().request().with("client_id", &"x".repeat(5000))).await;
}

#[tokio::test]
async fn two_client_ids_are_refused_on_a_page_even_when_they_agree() {
    let realm = fresh_realm().await;

    lands_on_a_page(realm.demo_client().request().adding("client_id", "demo-client")).await;
    lands_on_a_page(realm.demo_client().request().adding("client_id", "demo-spa")).await;
}

#[tokio::test]
async fn two_redirect_uris_are_refused_on_a_page_even_when_they_agree() {
    let realm = fresh_realm().await;

    lands_on_a_page(realm.demo_client().request().adding("redirect_uri", REDIRECT_URI)).await;
    lands_on_a_page(
        realm
            .demo_client()
            .request()
            .adding("redirect_uri", "https://evil.example/"),
    )
    .await;
}

#[tokio::test]
async fn a_request_without_redirect_uri_is_refused_on_a_page() {
    let realm = fresh_realm().await;

    lands_on_a_page(realm.demo_client().request().without("redirect_uri")).await;
    lands_on_a_page(realm.demo_client().request().with("redirect_uri", "")).await;
}

#[tokio::test]
async fn a_client_without_redirect_uris_is_refused_on_a_page() {
    let realm = fresh_realm().await;

    lands_on_a_page(realm.demo_service().request()).await;
}

#[tokio::test]
async fn a_refusal_page_shows_what_was_sent_as_text_only() {
    let realm = fresh_realm().await;
    let script = "<script>alert(1)</script>";

    for name in ["client_id", "redirect_uri"] {
        let page = realm
            .demo_client()
            .request()
            .with(name, script)
            .answer()
            .await
            .is_a_refusal_page();
        assert!(!page.text().contains(script), "{page}");
    }
}

#[tokio::test]
async fn a_refusal_page_is_not_kept_and_not_framed() {
    let realm = fresh_realm().await;

    let page = realm
        .demo_client()
        .request()
        .with("client_id", "nobody")
        .answer()
        .await
        .is_a_refusal_page();

    page.is_not_stored();
    let policy = page.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("frame-ancestors 'none'"), "{page}");
    page.has_header("x-content-type-options", "nosniff");
}

#[tokio::test]
async fn other_methods_are_not_allowed() {
    let realm = fresh_realm().await;
    let url = realm.demo_client().request().url();

    for method in [reqwest::Method::PUT, reqwest::Method::DELETE, reqwest::Method::PATCH] {
        let answer = crate::support::Answer::to(realm.http.request(method, &url))
            .await
            .has_status(405);
        assert!(
            answer.header("allow").is_some_and(|allow| allow.contains("GET")),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused_and_nothing_worse() {
    let realm = fresh_realm().await;
    let query = realm
        .demo_client()
        .request()
        .without("state")
        .without("client_id")
        .query();

    for broken in [
        "client_id=%ff%fe",
        "client_id=demo-client&state=%ff",
        "client_id=demo-client&%ff=1",
        "client_id=%",
    ] {
        let answer = realm.get(&format!("/oauth/authorize?{query}&{broken}")).await;
        assert!(answer.status < 500, "{answer}");
    }
}

#[tokio::test]
async fn an_endless_query_does_no_harm() {
    let realm = fresh_realm().await;

    let answer = realm
        .demo_client()
        .request()
        .with("state", &"x".repeat(60_000))
        .answer()
        .await;

    assert!(answer.status < 500, "{answer}");
}
