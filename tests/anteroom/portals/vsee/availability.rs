//! Availability: providers' hours in the room's zone, right across daylight-saving changes.

use serde_json::{Value, json};

use super::{Caller, DAY, MONDAY_NINE, QUARTER, admin, list, patient, refused};
use crate::support::{Realm, fresh_realm, realm_with};

async fn slots(caller: &Caller, query: &str) -> Vec<Value> {
    list(caller.get(&format!("availability?{query}")).await)
}

fn starts(slots: &[Value]) -> Vec<i64> {
    slots.iter().filter_map(|slot| slot["start"].as_i64()).collect()
}

#[tokio::test]
async fn slots_are_the_providers_hours_in_order() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let span = format!(
        "room_code=clinic&start={MONDAY_NINE}&end={}",
        MONDAY_NINE + 2 * DAY + 12 * 3600
    );

    let all = slots(&john, &span).await;
    let pat = slots(&john, &format!("{span}&provider_id=181883")).await;

    assert_eq!(pat.len(), 96, "three days of eight hours");
    assert_eq!(
        all.len() - pat.len(),
        12,
        "Robin works on Wednesday morning, and needs a day's notice for Monday"
    );
    let times = starts(&all);
    assert!(times.is_sorted());
    assert_eq!(times[0], MONDAY_NINE);
    assert!(all.iter().all(|slot| slot["duration"] == 15));
}

#[tokio::test]
async fn slots_are_of_the_provider_of_the_intake_unless_another_is_named() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let wish = json!({"room_code": "clinic", "provider_id": "85741"});
    let intake = super::text(&super::data(john.post("intakes", &wish).await), "id");
    let span = format!("intake_id={intake}&start={MONDAY_NINE}&end={}", MONDAY_NINE + 3 * DAY);

    let wished = slots(&john, &span).await;
    let named = slots(&john, &format!("{span}&provider_id=181883")).await;

    assert!(!wished.is_empty() && wished.iter().all(|slot| slot["provider_id"] == "85741"));
    assert!(!named.is_empty() && named.iter().all(|slot| slot["provider_id"] == "181883"));
}

#[tokio::test]
async fn the_length_is_the_consultations_else_what_is_asked_for() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let day = format!("room_code=clinic&start={MONDAY_NINE}&end={}", MONDAY_NINE + 8 * 3600);

    let half_an_hour = slots(
        &john,
        &format!("{day}&consultation_id=0c1f3f52-5a4f-4b5e-9a3e-2d1f6f6c7a30"),
    )
    .await;
    let an_hour = slots(&john, &format!("{day}&duration=60")).await;

    assert_eq!((half_an_hour.len(), &half_an_hour[0]["duration"]), (16, &json!(30)));
    assert_eq!((an_hour.len(), &an_hour[0]["end"]), (8, &json!(MONDAY_NINE + 3600)));
}

#[tokio::test]
async fn the_intake_names_room_and_provider_and_a_posted_form_is_answered_alike() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let intake = john.intake().await;
    let (start, end) = (MONDAY_NINE.to_string(), (MONDAY_NINE + 3600).to_string());

    let asked = slots(&john, &format!("intake_id={intake}&start={start}&end={end}")).await;
    let form = [
        ("intake_id", intake.as_str()),
        ("start", &start),
        ("end", &end),
        ("duration", "15"),
    ];
    let posted = list(john.form("availability", &form).await);

    assert_eq!(asked.len(), 4);
    assert_eq!(asked, posted);
}

#[tokio::test]
async fn what_is_booked_or_past_is_not_free_and_what_is_cancelled_is_again() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let span = format!("room_code=clinic&start={MONDAY_NINE}&end={}", MONDAY_NINE + 3600);
    let visit = super::data(john.books(MONDAY_NINE + QUARTER).await);
    assert_eq!(
        starts(&slots(&john, &span).await),
        [MONDAY_NINE, MONDAY_NINE + 2 * QUARTER, MONDAY_NINE + 3 * QUARTER]
    );

    let cancel = json!({"reason": "patient_cancel_appointment"});
    john.post(&format!("visits/{}/end", super::text(&visit, "id")), &cancel)
        .await
        .is_ok();
    assert_eq!(slots(&john, &span).await.len(), 4);
    let now = jiff::Timestamp::from_second(MONDAY_NINE + 60)
        .expect("a time")
        .to_string();
    realm.turn_clock(json!({"now": now})).await.is_ok();
    assert_eq!(slots(&patient(&realm, "p-1").await, &span).await.len(), 3);
}

/// A clinic with one provider who is open on Sundays, in a zone of one's own, at a time of one's own.
async fn sunday_clinic(zone: &str, now: &str) -> Realm {
    let provider = json!({
        "id": 2, "code": "pat", "first_name": "P", "last_name": "D", "username": "p",
        "openings": [{"days": ["sunday"], "opens": "01:00", "closes": "04:00"}],
    });
    let admin = json!({
        "id": 1, "code": "a", "first_name": "A", "last_name": "A", "username": "a", "token": super::ADMIN_TOKEN,
    });
    let room = json!({
        "id": 1, "code": "clinic", "slug": "clinic", "name": "R", "providers": [2],
        "settings": {"default_timezone": zone},
    });
    let account = json!({
        "code": "vclinic", "id": 1, "domain": "v.vsee.me", "name": "V", "portal_title": "V", "api_key": "k",
        "api_secret": "s", "admins": [admin], "providers": [provider], "rooms": [room],
    });
    let seed = json!({"based_on": "demo", "vsee": {"accounts": [account]}});
    realm_with(json!({"seed": seed, "clock": {"now": now, "frozen": true}})).await
}

#[tokio::test]
async fn where_clocks_go_forward_the_missing_hour_is_not_offered() {
    // Sunday, 9 March 2025: two o'clock becomes three in Los Angeles.
    let realm = sunday_clinic("America/Los_Angeles", "2025-03-08T00:00:00Z").await;

    let free = slots(&admin(&realm), "room_code=clinic&duration=60").await;

    let one: jiff::Timestamp = "2025-03-09T01:00:00-08:00".parse().expect("a time");
    let three: jiff::Timestamp = "2025-03-09T03:00:00-07:00".parse().expect("a time");
    assert_eq!(starts(&free), [one.as_second(), three.as_second()]);
    assert_eq!(three.as_second() - one.as_second(), 3600);
}

#[tokio::test]
async fn where_clocks_go_back_the_repeated_hour_is_offered_once() {
    // Sunday, 26 October 2025: three o'clock becomes two in Berlin.
    let realm = sunday_clinic("Europe/Berlin", "2025-10-25T00:00:00Z").await;

    let free = slots(&admin(&realm), "room_code=clinic&duration=60").await;

    let times = [
        "2025-10-26T01:00:00+02:00",
        "2025-10-26T02:00:00+02:00",
        "2025-10-26T03:00:00+01:00",
    ];
    let times = times.map(|time| time.parse::<jiff::Timestamp>().expect("a time").as_second());
    assert_eq!(starts(&free), times);
    let visit = json!({"room_code": "clinic", "start": times[2]});
    let john = patient(&realm, "p-1").await;
    let mut body = visit;
    body["intake_id"] = json!(john.intake().await);
    body["end"] = json!(times[2] + 3600);
    john.post("visits", &body).await.is_ok();
}

#[tokio::test]
async fn questions_that_make_no_sense_are_refused() {
    let realm = fresh_realm().await;
    let (john, other) = (patient(&realm, "p-1").await, patient(&realm, "p-2").await);
    let intake = other.intake().await;
    for (query, status) in [
        (String::new(), 400),
        ("room_code=nowhere".to_owned(), 404),
        ("room_code=clinic&start=tomorrow".to_owned(), 400),
        ("room_code=clinic&start=2025-06-02".to_owned(), 400),
        ("room_code=clinic&start=99999999999999".to_owned(), 400),
        (
            format!("room_code=clinic&start={MONDAY_NINE}&end={}", MONDAY_NINE - 1),
            400,
        ),
        ("room_code=clinic&duration=0".to_owned(), 400),
        ("room_code=clinic&duration=1441".to_owned(), 400),
        ("room_code=clinic&consultation_id=none".to_owned(), 400),
        ("room_code=clinic&provider_id=4711".to_owned(), 400),
        (format!("room_code=clinic&member_id={}", other.id), 403),
        (format!("intake_id={intake}"), 403),
        ("intake_id=none".to_owned(), 404),
        ("room_code=clinic&room_code=clinic".to_owned(), 400),
    ] {
        refused(&john.get(&format!("availability?{query}")).await, status);
    }
    refused(&super::public(&realm).get("availability?room_code=clinic").await, 401);
}
