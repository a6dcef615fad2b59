//! `anteroom user …`

use super::{rows, typed};
use crate::support::fresh_realm;

#[tokio::test]
async fn somebody_is_added_signs_in_and_is_deleted() {
    let realm = fresh_realm().await;
    let words = [
        "user",
        "add",
        "zoe",
        "--password",
        "zoe-password",
        "--persona",
        "Is new here",
        "--claim",
        "name=Zoe Adams",
        "--claim",
        "email_verified=true",
    ];

    typed(&realm, &words).await.does();

    let tokens = realm.demo_client().tokens_for("zoe").await;
    let userinfo = realm.caller(&tokens.access_token).userinfo().await.is_ok().json();
    assert_eq!(userinfo["name"], "Zoe Adams");
    let table = typed(&realm, &["user", "list", "--search", "ZO"]).await.does();
    assert_eq!(rows(&table)[1][0], "zoe", "{table}");

    typed(&realm, &["user", "delete", "zoe"]).await.does();
    assert!(!realm.accepts(&tokens.access_token).await);
    typed(&realm, &["user", "show", "zoe"]).await.comes_to_nothing();
}

#[tokio::test]
async fn claims_are_changed_and_taken_away() {
    let realm = fresh_realm().await;

    typed(
        &realm,
        &[
            "user",
            "change",
            "anne",
            "--claim",
            "name=Anne Other",
            "--claim",
            "email=null",
        ],
    )
    .await
    .does();

    let shown = typed(&realm, &["user", "show", "anne"]).await.does();
    assert!(shown.contains("Anne Other") && !shown.contains("anne@"), "{shown}");
    let claims = &typed(&realm, &["user", "show", "anne", "--json"]).await.json()["claims"];
    assert_eq!((&claims["name"], claims.get("email")), (&"Anne Other".into(), None));
}

#[tokio::test]
async fn a_long_list_is_turned_page_by_page() {
    let realm = fresh_realm().await;

    let first = typed(&realm, &["user", "list", "--limit", "2"]).await.does();

    let (_, after) = first.trim_end().rsplit_once("--after ").expect("there are more");
    let second = typed(&realm, &["user", "list", "--limit", "2", "--after", after])
        .await
        .does();
    assert_ne!(rows(&first)[1], rows(&second)[1]);
}

#[tokio::test]
async fn what_is_no_user_is_refused() {
    let realm = fresh_realm().await;

    for words in [
        &["user", "add", "anne"][..],
        &["user", "add", "ANNE"],
        &["user", "add", ""],
        &["user", "add", "zoe", "--claim", "sub=other"],
        &["user", "change", "anne"],
        &["user", "change", "nobody", "--persona", "x"],
        &["user", "delete", "nobody"],
        &["user", "list", "--limit", "0"],
    ] {
        typed(&realm, words).await.comes_to_nothing();
    }
    for words in [
        &["user"][..],
        &["user", "add"],
        &["user", "add", "zoe", "--claim", "name"],
        &["user", "show", ".."],
    ] {
        typed(&realm, words).await.is_misunderstood();
    }
}
