//! Prompt login.

use super::*;

#[tokio::test]
async fn it_asks_again_although_a_user_is_signed_in() {
    let realm = fresh_realm().await;
    let (browser, first) = anne_is_here(&realm).await;
    realm.advance("PT1S").await;

    let request = realm.demo_client().request().with("prompt", "login");
    let page = request.open(&browser).await.page();
    assert!(page.is_sign_in());
    let callback = sign_in(&browser, &page, "anne").await.callback();
    let second = redeem(&request, callback).await;

    assert_eq!(second["sub"], first["sub"]);
    assert_eq!(
        second["auth_time"].as_i64(),
        first["auth_time"].as_i64().map(|time| time + 1)
    );
}

#[tokio::test]
async fn one_sign_in_satisfies_it_even_while_the_clock_is_frozen() {
    let realm = fresh_realm().await;
    let (browser, _) = anne_is_here(&realm).await;

    for (name, value) in [("prompt", "login"), ("max_age", "0"), ("prompt", "select_account")] {
        let page = realm
            .demo_client()
            .request()
            .with(name, value)
            .open(&browser)
            .await
            .page();
        assert!(page.is_sign_in(), "{name}={value}: {}", page.answer);
        sign_in(&browser, &page, "anne").await.callback().code();
    }
}

#[tokio::test]
async fn leaving_the_page_and_returning_does_not_satisfy_it() {
    let realm = fresh_realm().await;
    let (browser, _) = anne_is_here(&realm).await;

    let page = realm
        .demo_client()
        .request()
        .with("prompt", "login")
        .open(&browser)
        .await
        .page();
    let request = page
        .url
        .query_pairs()
        .find(|(name, _)| name == "request")
        .expect("the stored request")
        .1
        .into_owned();
    let arrival = browser
        .open(&realm.url(&format!("/oauth/authorize/continue?request={request}")))
        .await;

    assert!(arrival.page().is_sign_in());
}

#[tokio::test]
async fn another_user_may_sign_in_and_must_give_their_own_consent() {
    let realm = fresh_realm().await;
    let (browser, first) = anne_is_here(&realm).await;
    let other = other_persona(&realm).await;

    let request = realm.demo_client().request().with("prompt", "login");
    let page = request.open(&browser).await.page();
    let page = sign_in(&browser, &page, &other).await.page();
    assert!(page.is_consent());
    let callback = browser
        .submit(&page.form_with("decision").press("decision", "allow"))
        .await
        .callback();
    let second = redeem(&request, callback).await;

    assert_ne!(second["sub"], first["sub"]);
    assert_ne!(second["sid"], first["sid"]);
}

#[tokio::test]
async fn with_consent_both_are_asked() {
    let realm = fresh_realm().await;
    let (browser, _) = anne_is_here(&realm).await;

    let page = realm
        .demo_client()
        .request()
        .with("prompt", "login consent")
        .open(&browser)
        .await
        .page();
    assert!(page.is_sign_in());

    assert!(sign_in(&browser, &page, "anne").await.page().is_consent());
}
