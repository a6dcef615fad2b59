//! The clock of a realm: read, set, stopped, resumed.

use super::*;

async fn shown(realm: &Realm) -> Value {
    realm.get("/control/api/clock").await.is_ok().json()
}

#[tokio::test]
async fn does_not_advance_when_frozen() {
    let realm = fresh_realm().await;

    let (first, second) = (shown(&realm).await, shown(&realm).await);

    assert_eq!(first, second);
    assert_eq!(first["frozen"], true);
    assert_eq!(realm.now().await, START.parse::<Timestamp>().unwrap());
}

#[tokio::test]
async fn answers_a_change_with_its_current_time() {
    let realm = fresh_realm().await;

    let answer = realm.turn_clock(json!({ "advance": "PT2H" })).await.is_ok();

    let now: Timestamp = answer.member("now").parse().expect("an instant");
    assert_eq!(now, "2025-06-02T10:00:00+02:00".parse().unwrap());
    assert_eq!(realm.now().await, now);
}

#[tokio::test]
async fn may_be_set_forward() {
    let realm = fresh_realm().await;

    realm.turn_clock(json!({ "now": "2025-07-01T00:00:00Z" })).await.is_ok();

    assert_eq!(realm.now().await, "2025-07-01T00:00:00Z".parse().unwrap());
}

#[tokio::test]
async fn never_runs_backwards() {
    let realm = fresh_realm().await;

    is_a_problem(
        realm.turn_clock(json!({ "now": "2025-06-02T07:59:59+02:00" })).await,
        409,
    );
    let backwards = realm.turn_clock(json!({ "advance": "-PT1S" })).await;
    assert!(matches!(backwards.status, 400 | 409 | 422), "{backwards}");

    assert_eq!(realm.now().await, START.parse::<Timestamp>().unwrap());
}

#[tokio::test]
async fn goes_on_when_thawed_and_stops_when_frozen() {
    let realm = fresh_realm().await;

    assert_eq!(
        realm.turn_clock(json!({ "frozen": false })).await.is_ok().json()["frozen"],
        false
    );
    let before = realm.now().await;
    while realm.now().await == before {} // it moves: this ends
    realm.turn_clock(json!({ "frozen": true })).await.is_ok();

    assert_eq!(realm.now().await, realm.now().await);
    assert!(realm.now().await > before);
}

#[tokio::test]
async fn refuses_what_it_cannot_read() {
    let realm = fresh_realm().await;

    for turn in [
        json!({ "advance": "soon" }),
        json!({ "advance": 7 }),
        json!({ "advance": "PT" }),
        json!({ "advance": "PT99999999999999999999H" }),
        json!({ "now": "yesterday" }),
        json!({ "now": "2025-07-01T00:00:00" }),
        json!({ "now": "9999-12-31T23:59:59Z", "advance": "PT1H" }),
        json!({ "frozen": "yes" }),
        json!({ "advnce": "PT1H" }),
        json!([]),
    ] {
        let answer = realm.turn_clock(turn.clone()).await;
        assert!(matches!(answer.status, 400 | 422), "{turn}: {answer}");
        assert_eq!(answer.media_type(), "application/problem+json", "{answer}");
    }
    assert_eq!(realm.now().await, START.parse::<Timestamp>().unwrap());
}

#[tokio::test]
async fn refuses_a_body_that_is_no_json() {
    let realm = fresh_realm().await;

    for (content_type, body) in [
        ("application/json", "{"),
        ("application/json", ""),
        ("text/plain", "{\"advance\":\"PT1H\"}"),
    ] {
        let request = realm
            .http
            .patch(realm.url("/control/api/clock"))
            .header("content-type", content_type)
            .body(body);
        let answer = Answer::to(request).await;
        assert!((400..500).contains(&answer.status), "{answer}");
    }
    assert_eq!(realm.now().await, START.parse::<Timestamp>().unwrap());
}

#[tokio::test]
async fn is_not_turned_by_other_sites() {
    let realm = fresh_realm().await;
    let request = realm
        .http
        .patch(realm.url("/control/api/clock"))
        .header("origin", "https://evil.example");

    let answer = Answer::to(request.json(&json!({ "advance": "PT1H" }))).await;

    assert!((400..500).contains(&answer.status), "{answer}");
    assert_eq!(realm.now().await, START.parse::<Timestamp>().unwrap());
}
