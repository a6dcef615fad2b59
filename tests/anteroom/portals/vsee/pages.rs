//! The portal's pages: who may see what, and what their buttons do.

use serde_json::json;

use super::{MONDAY_NINE, data, list, open, patient, provider, said, text};
use crate::support::{Arrival, UserAgent, fresh_realm};

#[tokio::test]
async fn without_a_session_every_page_that_asks_for_one_refuses() {
    let realm = fresh_realm().await;
    let visit = text(&patient(&realm, "p-1").await.walks_in().await, "id");

    for path in [
        "/u/clinic",
        &format!("/visits/start/{visit}"),
        "/providers/dashboard",
        "/u/nowhere",
    ] {
        let answer = realm.get(&format!("/vsee/vc/next{path}")).await.has_status(401);
        answer.is_a_refusal_page();
    }
}

#[tokio::test]
async fn a_token_that_is_missing_wrong_expired_or_an_admins_signs_nobody_in() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let token = john.token.clone().unwrap_or_default();
    for (token, status) in [("", 401), ("wrong", 401), (super::ADMIN_TOKEN, 403)] {
        let answer = realm.get(&format!("/vsee/auth?sso_token={token}&next=/u/clinic")).await;
        answer.has_status(status).lacks_header("set-cookie").is_a_refusal_page();
    }

    realm.advance("PT24H").await;

    let answer = realm.get(&format!("/vsee/auth?sso_token={token}")).await;
    answer.has_status(401).is_a_refusal_page();
}

#[tokio::test]
async fn a_token_can_be_made_good_for_one_entry() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let address = john.auth("/u/clinic", "&invalidate_token=1");
    let browser = realm.user_agent();
    assert_eq!(
        said(&open(&browser, &realm, &address).await, "data-page"),
        "waiting-room"
    );

    realm.get(&format!("/vsee{address}")).await.has_status(401);
    super::refused(&john.get("users/-").await, 401);
    // The session goes on without it.
    assert_eq!(open(&browser, &realm, "/u/clinic").await.answer.status, 200);
}

#[tokio::test]
async fn navigation_can_be_hidden_and_mail_stopped() {
    let realm = fresh_realm().await;
    let body = json!({"first_name": "John", "last_name": "Smith", "code": "p-1", "email": "john@example.com"});
    super::sign_on(&realm, &body).await.is_ok();
    let john = patient(&realm, "p-1").await;

    let usual = open(&realm.user_agent(), &realm, &john.auth("/u/clinic", "")).await;
    let hidden = open(
        &realm.user_agent(),
        &realm,
        &john.auth("/u/clinic", "&disable_navigation=1&disable_emails=1"),
    )
    .await;

    assert_eq!((usual.all("nav").count(), hidden.all("nav").count()), (1, 0));
    john.books(MONDAY_NINE).await.is_ok();
    let messages = realm.get("/control/api/outbox").await.is_ok().json()["messages"].clone();
    assert_eq!(messages, json!([]));
}

#[tokio::test]
async fn a_session_lives_by_the_realms_clock_and_belongs_to_its_realm() {
    let (realm, other) = (fresh_realm().await, fresh_realm().await);
    let browser = patient(&realm, "p-1").await.browser().await;
    assert_eq!(open(&browser, &realm, "/u/clinic").await.answer.status, 200);
    assert_eq!(open(&browser, &other, "/u/clinic").await.answer.status, 401);

    realm.advance("PT8H").await;

    assert_eq!(open(&browser, &realm, "/u/clinic").await.answer.status, 401);
}

#[tokio::test]
async fn its_cookie_is_not_that_of_the_sign_in_pages() {
    let realm = fresh_realm().await;
    let browser = patient(&realm, "p-1").await.browser().await;

    let Arrival::Page(account) = browser.open(&realm.url("/account")).await else {
        panic!("it led out of the house");
    };

    assert!(account.is_sign_in(), "{}", account.answer);
    assert!(!browser.cookies().is_empty());
}

#[tokio::test]
async fn a_visit_of_somebody_else_does_not_open() {
    let realm = fresh_realm().await;
    let (john, other) = (patient(&realm, "p-1").await, patient(&realm, "p-2").await);
    let visit = text(&john.walks_in().await, "id");

    let browser = other.browser().await;

    assert_eq!(
        open(&browser, &realm, &format!("/visits/start/{visit}"))
            .await
            .answer
            .status,
        403
    );
    for unknown in ["4711", "x", "0x1"] {
        assert_eq!(
            open(&browser, &realm, &format!("/visits/start/{unknown}"))
                .await
                .answer
                .status,
            404
        );
    }
    assert_eq!(open(&browser, &realm, "/u/nowhere").await.answer.status, 404);
    assert_eq!(open(&browser, &realm, "/providers/dashboard").await.answer.status, 403);
}

#[tokio::test]
async fn a_visit_is_started_and_ended_by_its_buttons() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let visit = text(&john.walks_in().await, "id");
    let browser = john.browser().await;
    let page = open(&browser, &realm, &format!("/visits/start/{visit}")).await;
    assert_eq!(said(&page, "data-visit-status"), "10");

    let started = browser
        .submit(&page.form_with("decision").press("decision", "start"))
        .await
        .page();
    assert_eq!(said(&started, "data-visit-status"), "20");
    let now = realm.now().await.as_second().to_string();
    assert_eq!(john.visit(&visit).await["actual_start"], json!(now));
    let ended = browser
        .submit(&started.form_with("decision").press("decision", "end"))
        .await
        .page();

    assert_eq!(said(&ended, "data-visit-status"), "30");
    assert!(!ended.has_form_with("decision"));
    assert_eq!(john.visit(&visit).await["completed_by"], json!(john.id));
    let again = browser
        .submit(&started.form_with("decision").press("decision", "end"))
        .await
        .page();
    assert_eq!(again.answer.status, 400);
}

#[tokio::test]
async fn a_patient_cancels_an_appointment_by_its_button() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let visit = text(&data(john.books(MONDAY_NINE).await), "id");
    let browser = john.browser().await;
    let page = open(&browser, &realm, &format!("/visits/start/{visit}")).await;

    let cancelled = browser
        .submit(&page.form_with("decision").press("decision", "cancel"))
        .await
        .page();

    assert_eq!(said(&cancelled, "data-visit-status"), "40");
    assert_eq!(john.visit(&visit).await["status"], "40");
}

#[tokio::test]
async fn a_provider_who_starts_a_waiting_visit_has_it() {
    let realm = fresh_realm().await;
    let (john, pat, robin) = (
        patient(&realm, "p-1").await,
        provider(&realm, "pat").await,
        provider(&realm, "robin").await,
    );
    let visit = text(&john.walks_in().await, "id");
    let browser = pat.browser().await;
    let dashboard = open(&browser, &realm, "/providers/dashboard").await;
    let entry = dashboard
        .all("li")
        .find(|tag| tag.attribute("data-visit-id") == Some(visit.as_str()));
    assert_eq!(entry.and_then(|tag| tag.attribute("data-visit-status")), Some("10"));

    let page = open(&browser, &realm, &format!("/visits/start/{visit}")).await;
    browser
        .submit(&page.form_with("decision").press("decision", "start"))
        .await
        .page();

    assert_eq!(john.visit(&visit).await["provider_id"], "181883");
    let late = open(&robin.browser().await, &realm, &format!("/visits/start/{visit}")).await;
    assert_eq!(late.answer.status, 403);
}

#[tokio::test]
async fn a_provider_has_a_visit_that_its_patient_began_alone() {
    let realm = fresh_realm().await;
    let (john, pat, robin) = (
        patient(&realm, "p-1").await,
        provider(&realm, "pat").await,
        provider(&realm, "robin").await,
    );
    let visit = text(&john.walks_in().await, "id");
    let path = format!("/visits/start/{visit}");
    let began = john.visit(&visit).await["actual_start"].clone();
    let starts = async |who: &UserAgent| {
        let page = open(who, &realm, &path).await;
        who.submit(&page.form_with("decision").press("decision", "start"))
            .await
            .page()
    };
    starts(&john.browser().await).await;
    let alone = john.visit(&visit).await;
    assert_eq!((&began, &alone["status"]), (&json!(null), &json!("20")));

    realm.advance("PT1M").await;
    starts(&pat.browser().await).await;

    let both = john.visit(&visit).await;
    assert_eq!(
        (&both["provider_id"], &both["actual_start"]),
        (&json!("181883"), &alone["actual_start"])
    );
    let late = open(&robin.browser().await, &realm, &path).await;
    assert_eq!(late.answer.status, 403);
}

#[tokio::test]
async fn the_dashboard_offers_e_consults_until_they_are_accepted() {
    let realm = fresh_realm().await;
    let (john, pat) = (patient(&realm, "p-1").await, provider(&realm, "pat").await);
    let visit = text(&john.asks_an_e_consult().await, "id");
    let browser = pat.browser().await;

    let page = open(&browser, &realm, "/vc/stable/providers/dashboard").await;
    let after = browser
        .submit(&page.form_with("accept").press("accept", &visit))
        .await
        .page();

    assert!(after.url.path().ends_with("/vc/stable/providers/dashboard"));
    assert!(!after.has_form_with("accept"));
    assert_eq!(john.visit(&visit).await["provider_id"], "181883");
    let again = browser
        .submit(&page.form_with("accept").press("accept", &visit))
        .await
        .page();
    assert_eq!(again.answer.status, 400);
}

#[tokio::test]
async fn a_form_that_was_filled_in_becomes_a_walk_in_by_its_button() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let intake = john.intake().await;
    let browser = john.browser().await;
    let page = open(&browser, &realm, "/vc/next/u/clinic").await;

    let form = page.form_with("visit").press("visit", "walk-in");
    assert_eq!(form.field("intake_id"), Some(intake.as_str()));
    let video = browser.submit(&form).await.page();

    assert_eq!(said(&video, "data-page"), "video");
    let visits = list(john.get("visits").await);
    assert_eq!(
        (visits.len(), visits[0]["id"].as_str()),
        (1, Some(said(&video, "data-visit-id").as_str()))
    );
    assert!(!open(&browser, &realm, "/vc/next/u/clinic").await.has_form_with("visit"));
}

#[tokio::test]
async fn a_slot_that_is_taken_meanwhile_is_refused_on_the_page_too() {
    let realm = fresh_realm().await;
    let (john, other) = (patient(&realm, "p-1").await, patient(&realm, "p-2").await);
    let intake = john.intake().await;
    let browser = john.browser().await;
    let page = open(
        &browser,
        &realm,
        &format!("/u/clinic?intake_id={intake}&action=appointment"),
    )
    .await;
    other.books(MONDAY_NINE).await.is_ok();

    let form = page.form_with("time").press("time", &format!("{MONDAY_NINE}-181883"));
    let answer = browser.submit(&form).await.page();

    assert_eq!(answer.answer.status, 400);
    answer.must_show("it is already booked");
    assert!(list(john.get("visits").await).is_empty());
}

#[tokio::test]
async fn scheduling_somebody_elses_form_is_forbidden() {
    let realm = fresh_realm().await;
    let (john, other) = (patient(&realm, "p-1").await, patient(&realm, "p-2").await);
    let intake = john.intake().await;
    let browser = other.browser().await;

    let page = open(
        &browser,
        &realm,
        &format!("/u/clinic?intake_id={intake}&action=appointment"),
    )
    .await;

    assert_eq!(page.answer.status, 403);
}

#[tokio::test]
async fn forms_of_other_sites_are_refused_and_change_nothing() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let visit = text(&john.walks_in().await, "id");
    let browser = john.browser().await;
    let page = open(&browser, &realm, &format!("/visits/start/{visit}")).await;

    let forged = browser
        .forge(&page.form_with("decision").press("decision", "end"))
        .await;

    forged.has_status(403).is_a_refusal_page();
    assert_eq!(john.visit(&visit).await["status"], "10");
    let nonsense = browser.http().post(realm.url(&format!("/vsee/visits/start/{visit}")));
    let nonsense = crate::support::Answer::to(nonsense.form(&[("decision", "dance")])).await;
    nonsense.has_status(400).is_a_refusal_page();
}

#[tokio::test]
async fn what_patients_write_is_shown_as_text() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let reason = "<script>alert(1)</script><img src=x>";
    let intake = data(
        john.post("intakes", &json!({"room_code": "clinic", "reason_for_visit": reason}))
            .await,
    );
    let browser = john.browser().await;

    let address = format!("/u/clinic?intake_id={}&action=appointment", text(&intake, "id"));
    let page = open(&browser, &realm, &address).await;

    page.must_show(reason);
    assert!(page.all("script").next().is_none() && page.all("img").next().is_none());
    let policy = page
        .answer
        .header("content-security-policy")
        .unwrap_or_default()
        .to_owned();
    assert!(policy.contains("script-src 'none'"), "{policy}");
}

#[tokio::test]
async fn pages_speak_the_persons_language() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let browser = john.browser().await.speaking("de");

    let page = open(&browser, &realm, "/u/clinic").await;

    assert_eq!(page.language(), Some("de"));
    page.must_show("Ihre Besuche");
}

#[tokio::test]
async fn methods_nobody_knows_get_a_page() {
    let realm = fresh_realm().await;

    let answer = realm.post("/vsee/visits/join/x", &[]).await;

    answer.has_status(405).is_a_refusal_page();
}
