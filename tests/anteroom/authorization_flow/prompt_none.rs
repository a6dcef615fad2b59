//! Prompt none.

use super::*;

#[tokio::test]
async fn nobody_signed_in_means_login_required() {
    let realm = fresh_realm().await;

    let request = realm.demo_client().request().with("prompt", "none");
    let callback = request.open(&realm.user_agent()).await.callback();

    callback.is_refused_with("login_required").has("iss", &realm.issuer);
}

#[tokio::test]
async fn no_consent_means_consent_required() {
    let realm = fresh_realm().await;
    let (browser, _) = anne_is_here(&realm).await;

    let other_client = realm.demo_spa().request().with("prompt", "none");
    let more_scopes = realm
        .demo_client()
        .asking_for("openid phone")
        .request()
        .with("prompt", "none");

    other_client
        .open(&browser)
        .await
        .callback()
        .is_refused_with("consent_required");
    more_scopes
        .open(&browser)
        .await
        .callback()
        .is_refused_with("consent_required");
}

#[tokio::test]
async fn signed_in_and_agreed_is_answered_at_once() {
    let realm = fresh_realm().await;
    let (browser, first) = anne_is_here(&realm).await;
    realm.advance("PT1H").await;

    let second = at_once(realm.demo_client().request().with("prompt", "none"), &browser).await;

    assert_eq!(
        (&second["sub"], &second["auth_time"]),
        (&first["sub"], &first["auth_time"])
    );
}

#[tokio::test]
async fn a_sign_in_that_is_too_old_means_login_required() {
    let realm = fresh_realm().await;
    let (browser, _) = anne_is_here(&realm).await;
    realm.advance("PT2M").await;
    let silent = || realm.demo_client().request().with("prompt", "none");

    at_once(silent().with("max_age", "120"), &browser).await;
    silent()
        .with("max_age", "119")
        .open(&browser)
        .await
        .callback()
        .is_refused_with("login_required");
    silent()
        .with("max_age", "0")
        .open(&browser)
        .await
        .callback()
        .is_refused_with("login_required");
}

#[tokio::test]
async fn it_cannot_be_combined_with_other_values() {
    let realm = fresh_realm().await;
    let (browser, _) = anne_is_here(&realm).await;

    for prompt in ["none login", "login none", "none consent", "none none login"] {
        let request = realm.demo_client().request().with("prompt", prompt);
        request
            .open(&browser)
            .await
            .callback()
            .is_refused_with("invalid_request")
            .lacks("code");
    }
}

#[tokio::test]
async fn a_hint_that_names_the_signed_in_user_is_accepted() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let request = realm.demo_client().request();
    let callback = request.authorize(&browser, "anne").await;
    let tokens = realm
        .demo_client()
        .redeem(&request.code_in(&callback))
        .await
        .brings_tokens();

    let silent = realm
        .demo_client()
        .request()
        .with("prompt", "none")
        .with("id_token_hint", &tokens.id_token());

    at_once(silent, &browser).await;
}
