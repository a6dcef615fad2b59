//! Without prompt.

use super::*;

#[tokio::test]
async fn a_person_signs_in_once_and_agrees_once() {
    let realm = fresh_realm().await;
    let (browser, first) = anne_is_here(&realm).await;

    let second = at_once(realm.demo_client().request(), &browser).await;

    assert_eq!(
        (&second["sub"], &second["auth_time"], &second["sid"]),
        (&first["sub"], &first["auth_time"], &first["sid"])
    );
}

#[tokio::test]
async fn another_client_asks_for_its_own_consent() {
    let realm = fresh_realm().await;
    let (browser, _) = anne_is_here(&realm).await;

    let page = realm.demo_spa().request().open(&browser).await.page();

    assert!(page.is_consent() && !page.is_sign_in(), "{}", page.answer);
}

#[tokio::test]
async fn a_new_scope_is_asked_for_and_fewer_are_not() {
    let realm = fresh_realm().await;
    let (browser, _) = anne_is_here(&realm).await;

    at_once(realm.demo_client().asking_for("openid").request(), &browser).await;
    let page = realm
        .demo_client()
        .asking_for("openid profile email phone")
        .request()
        .open(&browser)
        .await
        .page();

    assert!(page.is_consent(), "{}", page.answer);
}

#[tokio::test]
async fn a_denial_is_sent_to_the_client_and_not_remembered() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = realm.demo_client().request().open(&browser).await.page();
    let page = sign_in(&browser, &page, "anne").await.page();

    let callback = browser
        .submit(&page.form_with("decision").press("decision", "deny"))
        .await
        .callback();

    callback
        .is_refused_with("access_denied")
        .has("state", "af0ifjsldkj")
        .has("iss", &realm.issuer)
        .lacks("error_uri");
    assert!(realm.demo_client().request().open(&browser).await.page().is_consent());
}

#[tokio::test]
async fn a_sign_in_lasts_eight_hours_of_the_realms_clock() {
    let realm = fresh_realm().await;
    let (browser, _) = anne_is_here(&realm).await;

    realm.advance("PT7H59M").await;
    at_once(realm.demo_client().request(), &browser).await;
    realm.advance("PT2M").await;

    assert!(realm.demo_client().request().open(&browser).await.page().is_sign_in());
}
