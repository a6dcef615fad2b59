//! Max age.

use super::*;

#[tokio::test]
async fn a_sign_in_that_is_too_old_is_asked_for_again() {
    let realm = fresh_realm().await;
    let (browser, first) = anne_is_here(&realm).await;
    realm.advance("PT2S").await;

    let request = realm.demo_client().request().with("max_age", "1");
    let page = request.open(&browser).await.page();
    assert!(page.is_sign_in());
    let callback = sign_in(&browser, &page, "anne").await.callback();
    let second = redeem(&request, callback).await;

    assert_eq!(
        second["auth_time"].as_i64(),
        first["auth_time"].as_i64().map(|time| time + 2)
    );
}

#[tokio::test]
async fn a_sign_in_that_is_young_enough_is_kept() {
    let realm = fresh_realm().await;
    let (browser, first) = anne_is_here(&realm).await;
    realm.advance("PT2H").await;

    let second = at_once(realm.demo_client().request().with("max_age", "10000"), &browser).await;

    assert_eq!(second["auth_time"], first["auth_time"]);
}
