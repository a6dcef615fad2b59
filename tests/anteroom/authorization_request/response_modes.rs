//! Response modes.

use super::*;

#[tokio::test]
async fn query_is_what_a_code_comes_back_in_unless_asked_otherwise() {
    let realm = fresh_realm().await;

    for request in [
        realm.demo_client().request(),
        realm.demo_client().request().with("response_mode", "query"),
    ] {
        let (callback, _) = request.authorize_as("anne").await;
        assert_eq!((callback.mode, callback.status), ("query", 303));
        callback
            .clone()
            .has("state", "af0ifjsldkj")
            .has("iss", &realm.issuer)
            .code();
    }
}

#[tokio::test]
async fn fragment_keeps_the_query_clean() {
    let realm = fresh_realm().await;
    let request = realm.demo_client().request().with("response_mode", "fragment");

    let (callback, _) = request.authorize_as("anne").await;

    assert_eq!((callback.mode, callback.url.query()), ("fragment", None));
    callback
        .clone()
        .has("state", "af0ifjsldkj")
        .has("iss", &realm.issuer)
        .code();
}

#[tokio::test]
async fn form_post_is_a_page_that_posts_and_is_not_kept() {
    let realm = fresh_realm().await;
    let request = realm.demo_client().request().with("response_mode", "form_post");

    let (callback, browser) = request.authorize_as("anne").await;

    assert_eq!((callback.mode, callback.url.as_str()), ("form_post", REDIRECT_URI));
    callback
        .clone()
        .has("state", "af0ifjsldkj")
        .has("iss", &realm.issuer)
        .code();
    let again = realm.demo_client().request().with("response_mode", "form_post").url();
    let page = browser.ask(browser.http().get(again)).await.is_ok();
    page.is_not_stored();
    let policy = page.header("content-security-policy").unwrap_or_default();
    assert!(!policy.contains("'unsafe-inline'"), "{page}");
}

#[tokio::test]
async fn a_posted_state_is_text_and_no_markup() {
    let realm = fresh_realm().await;
    let state = "\"><script>alert(1)</script>&amp;'";
    let request = realm
        .demo_client()
        .request()
        .with("response_mode", "form_post")
        .with("state", state);

    let (callback, _) = request.authorize_as("anne").await;

    callback.has("state", state);
}

#[tokio::test]
async fn a_refusal_comes_back_the_way_the_code_would_have() {
    let realm = fresh_realm().await;

    for mode in ["query", "fragment", "form_post"] {
        let request = realm
            .demo_client()
            .request()
            .with("response_mode", mode)
            .with("prompt", "none");
        let callback = refused(request)
            .await
            .is_refused_with("login_required")
            .has("state", "af0ifjsldkj");
        assert_eq!(callback.mode, mode);
    }
}
