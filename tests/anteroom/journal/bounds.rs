//! The ring: 500 exchanges and 2 MiB of a realm, 16 KiB of a body.

use serde_json::json;

use super::{ask, exchanges, last, text};
use crate::support::fresh_realm;

#[tokio::test]
async fn the_five_hundred_and_first_exchange_drops_the_first() {
    let realm = fresh_realm().await;
    for _ in 0..500 {
        realm.get("/nothing").await.has_status(404);
    }
    let full = ask(&realm, "").await.json();

    realm.get("/nothing").await.has_status(404);

    let after = ask(&realm, "").await.json();
    assert_eq!((&full["dropped"], &after["dropped"]), (&json!(0), &json!(1)));
    let sequences = |answer: &serde_json::Value| {
        let all = answer["exchanges"].as_array().expect("a list");
        let ends = (
            all.first().map(|one| one["sequence"].clone()),
            all.last().map(|one| one["sequence"].clone()),
        );
        (all.len(), ends)
    };
    assert_eq!(sequences(&full), (500, (Some(json!(1)), Some(json!(500)))));
    assert_eq!(sequences(&after), (500, (Some(json!(2)), Some(json!(501)))));
    let id = text(&full["exchanges"][0], "id").to_owned();
    realm.get(&format!("/control/api/exchanges/{id}")).await.has_status(404);
    realm
        .get(&format!("/control/api/exchanges/{id}/curl"))
        .await
        .has_status(404);
}

#[tokio::test]
async fn of_a_long_body_the_first_sixteen_kibibytes_are_kept_and_that_is_said() {
    let realm = fresh_realm().await;
    let long = "a".repeat(20_000);

    realm
        .post("/oauth/token", &[("padding", &long), ("grant_type", "x")])
        .await
        .has_status(400);

    let body = &last(&realm, "").await["request"]["body"];
    assert_eq!(body["bytes"], 20_000 + "padding=&grant_type=x".len());
    assert_eq!(text(body, "text").len(), 16 * 1024);
    assert_eq!(body["truncated"], true);
}

#[tokio::test]
async fn two_mebibytes_are_kept_of_a_realm() {
    let realm = fresh_realm().await;
    let long = "a".repeat(20_000);
    for _ in 0..140 {
        realm.post("/oauth/token", &[("padding", &long)]).await.has_status(400);
    }

    let all = exchanges(&realm, "").await;

    let kept: usize = all.iter().map(|one| text(&one["request"]["body"], "text").len()).sum();
    assert!(kept <= 2 * 1024 * 1024, "{kept}");
    assert!((90..140).contains(&all.len()), "{}", all.len());
    assert_eq!(all.last().expect("some are left")["sequence"], 140);
}

#[tokio::test]
async fn a_body_of_a_type_the_journal_cannot_read_is_counted_and_not_kept() {
    let realm = fresh_realm().await;
    let request = realm.http.post(realm.url("/oauth/token"));
    let request = request
        .header("content-type", "application/octet-stream")
        .body("secret bytes");
    crate::support::Answer::to(request).await.has_status(400);

    let body = &last(&realm, "").await["request"]["body"];

    assert_eq!(body["bytes"], 12);
    assert!(body.get("text").is_none() && body["left_out"].is_string(), "{body}");
}
