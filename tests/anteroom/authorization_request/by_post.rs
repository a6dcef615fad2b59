//! By post.

use super::*;

#[tokio::test]
async fn it_is_stored_and_answered_with_a_redirect_to_get() {
    let realm = fresh_realm().await;
    let request = realm.demo_client().request();
    let fields: Vec<_> = request
        .parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();

    let answer = realm.post("/oauth/authorize", &fields).await.has_status(303);

    let location = answer.header("location").unwrap_or_default();
    assert!(
        location.starts_with('/') || location.starts_with(&realm.issuer),
        "{answer}"
    );
    assert!(
        !location.contains("af0ifjsldkj"),
        "what was posted stays out of addresses: {answer}"
    );
}

#[tokio::test]
async fn it_leads_through_the_same_pages() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let request = client.request();
    let fields: Vec<_> = request
        .parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let browser = realm.user_agent();

    let page = browser
        .submit_from_elsewhere(&realm.url("/oauth/authorize"), &fields)
        .await
        .page();
    let page = browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await
        .page();
    let callback = browser
        .submit(&page.form_with("decision").press("decision", "allow"))
        .await
        .callback();

    client.redeem(&request.code_in(&callback)).await.brings_tokens();
}

#[tokio::test]
async fn its_refusals_are_the_same() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let post = async |request: AuthorizationRequest| {
        let fields: Vec<_> = request
            .parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        browser
            .submit_from_elsewhere(&realm.url("/oauth/authorize"), &fields)
            .await
    };

    post(realm.demo_client().request().with("client_id", "nobody"))
        .await
        .page()
        .answer
        .is_a_refusal_page();
    post(
        realm
            .demo_client()
            .request()
            .with("redirect_uri", "https://evil.example/"),
    )
    .await
    .page()
    .answer
    .is_a_refusal_page();
    post(realm.demo_client().request().with("response_type", "token"))
        .await
        .callback()
        .is_refused_with("unsupported_response_type");
    post(realm.demo_client().request().with("prompt", "none"))
        .await
        .callback()
        .is_refused_with("login_required");
    post(realm.demo_client().request().adding("nonce", "n"))
        .await
        .callback()
        .is_refused_with("invalid_request");
}

#[tokio::test]
async fn other_content_types_are_refused() {
    let realm = fresh_realm().await;

    let answer = realm
        .post_json("/oauth/authorize", &json!({ "client_id": "demo-client" }))
        .await;

    assert!((400..500).contains(&answer.status), "{answer}");
}
