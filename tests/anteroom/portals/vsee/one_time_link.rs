//! One-time appointment links: from when they start, how often, and what they open.

use serde_json::json;

use super::{Caller, MONDAY_NINE, data, open, patient, provider, said, text};
use crate::support::{Page, Realm, UserAgent, fresh_realm};

/// An appointment at nine on Monday, and the path of its link.
async fn appointment(realm: &Realm) -> (Caller, String, String) {
    let john = patient(realm, "p-1").await;
    let visit = data(john.books(MONDAY_NINE).await);
    let (id, token) = (text(&visit, "id"), text(&visit, "one_time_link_token"));
    (
        john,
        id.clone(),
        format!("/vc/next/members/appointment/{id}?token={token}"),
    )
}

async fn at(realm: &Realm, seconds: i64) {
    let now = jiff::Timestamp::from_second(seconds).expect("a time").to_string();
    realm.turn_clock(json!({ "now": now })).await.is_ok();
}

async fn start(browser: &UserAgent, page: &Page) -> Page {
    browser
        .submit(&page.form_with("decision").press("decision", "start"))
        .await
        .page()
}

#[tokio::test]
async fn it_starts_the_appointment_from_fifteen_minutes_before_its_time() {
    let realm = fresh_realm().await;
    let (_, id, link) = appointment(&realm).await;
    let browser = realm.user_agent();
    let opens = MONDAY_NINE - 15 * 60;
    at(&realm, opens - 1).await;
    let early = open(&browser, &realm, &link).await;
    assert_eq!(
        (said(&early, "data-link"), said(&early, "data-start-opens")),
        ("early".to_owned(), opens.to_string())
    );
    assert!(early.all("button").all(|button| button.attribute("disabled").is_some()));
    assert_eq!(start(&browser, &early).await.answer.status, 400);

    at(&realm, opens).await;
    let page = open(&browser, &realm, &link).await;
    assert_eq!(said(&page, "data-link"), "open");
    let video = start(&browser, &page).await;

    assert_eq!(
        (
            said(&video, "data-page"),
            said(&video, "data-visit-id"),
            said(&video, "data-visit-status")
        ),
        ("video".to_owned(), id, "20".to_owned())
    );
}

#[tokio::test]
async fn it_starts_once_and_whoever_started_goes_on() {
    let realm = fresh_realm().await;
    let (_, id, link) = appointment(&realm).await;
    at(&realm, MONDAY_NINE).await;
    let (first, second) = (realm.user_agent(), realm.user_agent());
    let pages = (open(&first, &realm, &link).await, open(&second, &realm, &link).await);
    assert_eq!(said(&start(&first, &pages.0).await, "data-page"), "video");

    assert_eq!(start(&second, &pages.1).await.answer.status, 400);
    assert_eq!(said(&open(&second, &realm, &link).await, "data-link"), "used");
    let path = format!("/vc/next/visits/start/{id}");
    assert_eq!(open(&second, &realm, &path).await.answer.status, 401);
    assert_eq!(open(&first, &realm, &path).await.answer.status, 200);
}

#[tokio::test]
async fn it_opens_its_visit_and_nothing_else() {
    let realm = fresh_realm().await;
    let (john, _, link) = appointment(&realm).await;
    let other_visit = text(&john.walks_in().await, "id");
    at(&realm, MONDAY_NINE).await;
    let browser = realm.user_agent();
    let page = open(&browser, &realm, &link).await;
    start(&browser, &page).await;

    for path in [
        format!("/visits/start/{other_visit}"),
        "/u/clinic".to_owned(),
        "/providers/dashboard".to_owned(),
    ] {
        assert_eq!(open(&browser, &realm, &path).await.answer.status, 403, "{path}");
    }
}

#[tokio::test]
async fn it_expires_with_the_visit() {
    let realm = fresh_realm().await;
    let (john, id, link) = appointment(&realm).await;
    let browser = realm.user_agent();
    let page = open(&browser, &realm, &link).await;
    let pat = provider(&realm, "pat").await;

    pat.post(&format!("visits/{id}/end"), &json!({"reason": "call_ended"}))
        .await
        .is_ok();

    assert_eq!(open(&browser, &realm, &link).await.answer.status, 410);
    assert_eq!(start(&browser, &page).await.answer.status, 410);
    assert_eq!(john.visit(&id).await["status"], "30");
}

#[tokio::test]
async fn another_token_another_visit_or_another_realm_is_refused() {
    let (realm, other) = (fresh_realm().await, fresh_realm().await);
    let (_, id, link) = appointment(&realm).await;
    let (_, _, link_of_other) = appointment(&other).await;
    let token = link.rsplit('=').next().unwrap_or_default();
    let token_of_other = link_of_other.rsplit('=').next().unwrap_or_default();
    let walk_in = text(&patient(&realm, "p-2").await.walks_in().await, "id");

    for (path, status) in [
        (format!("/members/appointment/{id}"), 401),
        (format!("/members/appointment/{id}?token="), 401),
        (format!("/members/appointment/{id}?token=f7gybzjd9o"), 401),
        (format!("/members/appointment/{id}?token={token}x"), 401),
        (format!("/members/appointment/{id}?token={token_of_other}"), 401),
        (format!("/members/appointment/{walk_in}?token={token}"), 401),
        (format!("/members/appointment/4711?token={token}"), 404),
        (format!("/members/appointment/x?token={token}"), 404),
    ] {
        realm
            .get(&format!("/vsee{path}"))
            .await
            .has_status(status)
            .is_a_refusal_page();
    }
}
