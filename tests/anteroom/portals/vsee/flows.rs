//! The flows of our specification's §11, from outside.

use serde_json::{Value, json};

use super::{
    Caller, DAY, MONDAY_NINE, QUARTER, admin, data, list, open, patient, provider, public, refused, said, sign_on, text,
};
use crate::support::{Answer, Page, Realm, fresh_realm};

/// One request, redirects unfollowed.
async fn ask(realm: &Realm, path: &str) -> Answer {
    realm.get(&format!("/vsee{path}")).await
}

fn location(realm: &Realm, answer: &Answer) -> String {
    let location = answer.header("location").unwrap_or_default();
    let base = url::Url::parse(&realm.issuer).expect("an issuer").path().to_owned();
    let base = base.trim_end_matches('/');
    location
        .strip_prefix(&format!("{base}/vsee"))
        .unwrap_or(location)
        .to_owned()
}

#[tokio::test]
async fn the_same_code_is_the_same_person() {
    let realm = fresh_realm().await;

    let (one, again, other) = (
        patient(&realm, "p-1").await,
        patient(&realm, "p-1").await,
        patient(&realm, "p-2").await,
    );

    assert_eq!(one.id, again.id);
    assert_ne!(one.token, again.token);
    assert_ne!(one.id, other.id);
}

#[tokio::test]
async fn flow_1_the_dashboard() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;

    let answer = ask(&realm, &john.auth("/u/clinic", "")).await.has_status(302);

    assert_eq!(location(&realm, &answer), "/vc/next/u/clinic");
    let cookie = answer.header("set-cookie").expect("a cookie").to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    assert!(!cookie.to_lowercase().contains("max-age") && !cookie.to_lowercase().contains("expires"));
    let page = open(&realm.user_agent(), &realm, &john.auth("/u/clinic", "")).await;
    assert_eq!(said(&page, "data-room-code"), "clinic");
}

#[tokio::test]
async fn flow_2_the_video_visit() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let visit = text(&john.walks_in().await, "id");

    let page = open(
        &realm.user_agent(),
        &realm,
        &john.auth(&format!("/visits/start/{visit}"), ""),
    )
    .await;

    assert_eq!(said(&page, "data-visit-id"), visit);
    assert_eq!(page.url.path().rsplit('/').next(), Some(visit.as_str()));
    page.must_show("John Smith");
}

/// What flow 3 has in hand before it books.
async fn ready_to_book(realm: &Realm) -> (Caller, Value, String) {
    let john = patient(realm, "p-1").await;
    let room = data(public(realm).get("rooms/clinic").await);
    let consultation = room["payment"]["consultations"][0].clone();
    (john.clone(), consultation, john.intake().await)
}

#[tokio::test]
async fn flow_3_the_appointment() {
    let realm = fresh_realm().await;
    let (john, consultation, intake) = ready_to_book(&realm).await;
    let (start, end) = (MONDAY_NINE, MONDAY_NINE + 7 * DAY);
    let query = format!(
        "availability?member_id={}&start={start}&end={end}&duration=15&consultation_id={}&intake_id={intake}",
        john.id,
        text(&consultation, "id"),
    );
    let slots = list(john.get(&query).await);
    let slot = &slots[0];
    assert_eq!(
        slot,
        &json!({
            "start": MONDAY_NINE, "end": MONDAY_NINE + QUARTER, "duration": 15, "provider_id": "181883",
            "room_code": "clinic",
        })
    );

    let body = json!({
        "intake_id": intake, "room_code": "clinic", "member_id": john.id, "provider_id": slot["provider_id"],
        "start": slot["start"], "end": slot["end"], "consultation_id": consultation["id"],
    });
    let visit = data(john.post("visits", &body).await);

    assert_eq!(
        (&visit["type"], &visit["start"], &visit["provider_id"]),
        (&json!("2"), &json!(MONDAY_NINE.to_string()), &json!("181883"))
    );
    let token = text(&visit, "one_time_link_token");
    let path = format!("/members/appointment/{}?token=", text(&visit, "id"));
    ask(&realm, &format!("{path}{token}")).await.is_ok();
    ask(&realm, &format!("/vc/next{path}{token}")).await.is_ok();
    ask(&realm, &format!("{path}f7gybzjd9o")).await.has_status(401);
    assert!(
        list(john.get(&query).await)
            .iter()
            .all(|free| free["start"] != slot["start"])
    );
}

#[tokio::test]
async fn flow_3a_the_admin_overrides_the_schedule() {
    let realm = fresh_realm().await;
    let (john, _, intake) = ready_to_book(&realm).await;
    let midnight = MONDAY_NINE - 9 * 3600;
    let body = json!({
        "intake_id": intake, "room_code": "clinic", "member_id": john.id,
        "start": midnight, "end": midnight + QUARTER,
    });

    let refusal = john.post("visits", &body).await;
    assert!(refused(&refusal, 400).starts_with("The time slot is not available"));
    let visit = data(admin(&realm).post("visits", &body).await);

    assert_eq!((&visit["type"], &visit["member_id"]), (&json!("2"), &json!(john.id)));
}

#[tokio::test]
async fn flow_3b_scheduling_by_hand() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let intake = john.intake().await;
    let browser = john.browser().await;
    let address = format!("/vc/next/u/clinic?intake_id={intake}&action=appointment");

    let page = open(&browser, &realm, &address).await;
    page.must_show("followup");
    let scheduling = page
        .all("section")
        .find(|tag| tag.attribute("id") == Some("schedule-appointment"));
    assert_eq!(
        scheduling.and_then(|tag| tag.attribute("data-intake-id")),
        Some(intake.as_str())
    );
    let form = page.form_with("time").press("time", &format!("{MONDAY_NINE}-181883"));
    let after = browser.submit(&form).await.page();

    let visits = list(john.get("visits").await);
    assert_eq!(
        (visits.len(), &visits[0]["start"]),
        (1, &json!(MONDAY_NINE.to_string()))
    );
    let shown = after.all("li").find(|tag| tag.attribute("data-visit-id").is_some());
    assert_eq!(
        shown.and_then(|tag| tag.attribute("data-visit-id")),
        visits[0]["id"].as_str()
    );
}

#[tokio::test]
async fn later_times_are_shown_as_far_ahead_as_the_provider_gives_appointments() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    // Robin has few times for half an hour.
    let wish = json!({
        "room_code": "clinic", "provider_id": "85741",
        "consultation": {"id": "0c1f3f52-5a4f-4b5e-9a3e-2d1f6f6c7a30"},
    });
    let intake = text(&data(john.post("intakes", &wish).await), "id");
    let browser = john.browser().await;
    let address = format!("/vc/next/u/clinic?intake_id={intake}&action=appointment");
    let times = |page: &Page| {
        page.all("button")
            .filter(|tag| tag.attribute("name") == Some("time"))
            .count()
    };
    let later = |page: &Page| {
        let link = page.all("a").find(|tag| tag.attribute("rel") == Some("next"))?;
        let (_, from) = link.attribute("href")?.rsplit_once("from=")?;
        from.split('#').next()?.parse::<i64>().ok()
    };

    let first = open(&browser, &realm, &address).await;
    let from = later(&first).expect("a link to later times");
    let second = open(&browser, &realm, &format!("{address}&from={from}")).await;
    let last = open(&browser, &realm, &format!("{address}&from={}", MONDAY_NINE + 800 * DAY)).await;

    assert!((1..48).contains(&times(&first)) && (1..48).contains(&times(&second)));
    assert!(later(&second).is_some_and(|next| next > from));
    assert_eq!((times(&last), later(&last)), (0, None));
}

#[tokio::test]
async fn flow_4_the_e_consult() {
    let realm = fresh_realm().await;
    let (john, pat) = (patient(&realm, "p-1").await, provider(&realm, "pat").await);

    let visit = john.asks_an_e_consult().await;

    assert_eq!(
        (&visit["type"], &visit["provider_id"], &visit["provider"]),
        (&json!("3"), &Value::Null, &Value::Null)
    );
    let accepted = data(
        pat.post(&format!("visits/{}/accept", text(&visit, "id")), &json!({}))
            .await,
    );
    assert_eq!(accepted["provider_id"], "181883");
    // The other documented path does the same.
    let intake = john.intake().await;
    let alias = data(
        john.post("add_econsult", &json!({"intake_id": intake, "room_code": "clinic"}))
            .await,
    );
    assert_eq!(alias["type"], "3");
}

#[tokio::test]
async fn flow_5_the_guest() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let code = text(&john.walks_in().await, "code");

    let page = open(&realm.user_agent(), &realm, &format!("/vc/next/visits/join/{code}")).await;

    assert_eq!(page.answer.status, 200);
    assert_eq!(said(&page, "data-page"), "join");
    assert!(!page.shows("Smith"), "a guest learns nothing about the patient");
    let unknown = "0".repeat(32);
    ask(&realm, &format!("/vc/next/visits/join/{unknown}"))
        .await
        .has_status(404);
}

#[tokio::test]
async fn flow_6_the_provider() {
    let realm = fresh_realm().await;
    let admin = admin(&realm);
    let body = json!({"first_name": "Robin", "last_name": "Nurse", "type": 400, "code": "new-provider"});
    let robin = data(sign_on(&realm, &body).await);
    let room = json!({"domain": "vclinic.vsee.me", "name": "New room", "code": "newroom", "slug": "newroom"});
    let room_code = text(&data(admin.post("rooms", &room).await), "code");

    let assigned = admin
        .post(
            &format!("users/{}/rooms", text(&robin, "id")),
            &json!({"room_code": room_code}),
        )
        .await;
    assigned.is_ok();
    let robin = Caller {
        token: Some(text(&robin["token"], "token")),
        id: text(&robin, "id"),
        realm: realm.clone(),
    };
    let page = open(&realm.user_agent(), &realm, &robin.auth("/providers/dashboard", "")).await;

    assert_eq!(said(&page, "data-provider-id"), robin.id);
    page.must_show("New room");
    assert_eq!(
        data(public(&realm).get("rooms/newroom").await)["users"],
        json!(robin.id)
    );
    refused(&admin.post("rooms", &room).await, 400);
}
