//! What is kept of a request has its bounds.

use super::*;

#[tokio::test]
async fn a_state_too_long_to_send_back_is_refused_on_a_page() {
    let realm = fresh_realm().await;

    let at_most = realm.demo_client().request().with("state", &"s".repeat(4096));
    let beyond = realm.demo_client().request().with("state", &"s".repeat(4097));

    at_most.answer().await.has_status(303);
    beyond.answer().await.is_a_refusal_page();
}

#[tokio::test]
async fn a_nonce_or_hint_that_is_too_long_is_an_error_sent_to_the_client() {
    let realm = fresh_realm().await;

    for parameter in ["nonce", "login_hint", "ui_locales", "scope"] {
        let request = realm.demo_client().request().with(parameter, &"x".repeat(4097));
        let callback = request.open(&realm.user_agent()).await.callback();
        callback.is_refused_with("invalid_request");
    }
}
