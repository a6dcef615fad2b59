//! Auto login.

use super::*;

async fn headless_realm() -> Realm {
    realm_with(json!({ "policy": { "preset": "default", "auto_login": true } })).await
}

#[tokio::test]
async fn with_a_hint_the_answer_comes_without_a_page() {
    let realm = headless_realm().await;

    let claims = at_once(
        realm.demo_client().request().with("login_hint", "anne"),
        &realm.user_agent(),
    )
    .await;

    assert!(claims["sub"].is_string());
}

#[tokio::test]
async fn it_answers_a_post_too() {
    let realm = headless_realm().await;
    let request = realm.demo_client().request().with("login_hint", "anne");
    let fields: Vec<_> = request
        .parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let browser = realm.user_agent();

    let arrival = browser
        .submit_from_elsewhere(&realm.url("/oauth/authorize"), &fields)
        .await;

    arrival.callback().code();
}

#[tokio::test]
async fn without_a_hint_or_with_an_unknown_one_people_are_asked() {
    let realm = headless_realm().await;

    let nobody_named = realm.demo_client().request().open(&realm.user_agent()).await.page();
    let stranger = realm
        .demo_client()
        .request()
        .with("login_hint", "nobody")
        .open(&realm.user_agent())
        .await
        .page();

    assert!(nobody_named.is_sign_in() && stranger.is_sign_in());
}

#[tokio::test]
async fn it_is_off_unless_switched_on() {
    let realm = fresh_realm().await;

    let page = realm
        .demo_client()
        .request()
        .with("login_hint", "anne")
        .open(&realm.user_agent())
        .await
        .page();

    assert!(page.is_sign_in());
}

#[tokio::test]
async fn it_does_not_make_an_invalid_request_valid() {
    let realm = headless_realm().await;
    let request = realm.demo_client().request().with("login_hint", "anne");

    request
        .clone()
        .with("redirect_uri", "https://evil.example/")
        .answer()
        .await
        .is_a_refusal_page();
    let callback = request
        .with("scope", "nonsense")
        .open(&realm.user_agent())
        .await
        .callback();
    callback.is_refused_with("invalid_scope").lacks("code");
}

#[tokio::test]
async fn the_hint_may_be_an_address_and_proves_no_password() {
    let realm = headless_realm().await;
    for hint in ["Anne@Example.com", "mailto:anne@example.com"] {
        let request = realm.demo_client().request().with("login_hint", hint);

        let claims = at_once(request, &realm.user_agent()).await;

        assert_eq!(claims.get("amr"), None);
    }
}
