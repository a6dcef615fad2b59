//! From an intake to a visit: what patients may, what admins may, what stops them.

use serde_json::{Value, json};

use super::{DAY, MONDAY_NINE, QUARTER, admin, data, list, patient, refused, text};
use crate::support::{Answer, fresh_realm, realm_with};

/// Neither the refusal nor anything before it has made a visit.
async fn has_no_visits(caller: &super::Caller) {
    assert!(list(caller.get("visits").await).is_empty());
}

#[tokio::test]
async fn an_intake_becomes_one_visit_of_whatever_kind() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let intake = john.intake().await;
    let body = json!({"intake_id": intake, "room_code": "clinic"});
    let visit = data(john.post("visits/add_walkin", &body).await);
    assert_eq!((&visit["type"], &visit["provider_id"]), (&json!("1"), &Value::Null));

    for path in ["visits/add_walkin", "visits/add_econsult", "add_econsult"] {
        let message = refused(&john.post(path, &body).await, 400);
        assert_eq!(message, "The intake was already used.");
    }
    let appointment = json!({"intake_id": intake, "start": MONDAY_NINE});
    refused(&john.post("visits", &appointment).await, 400);
    refused(&admin(&realm).post("visits", &appointment).await, 400);
    assert_eq!(list(john.get("visits").await).len(), 1);
}

#[tokio::test]
async fn a_patient_needs_a_free_slot_of_a_provider() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    for (what, start, end, provider) in [
        (
            "past",
            MONDAY_NINE - 7 * DAY,
            MONDAY_NINE - 7 * DAY + QUARTER,
            json!("181883"),
        ),
        ("before opening", MONDAY_NINE - QUARTER, MONDAY_NINE, json!("181883")),
        (
            "off the grid",
            MONDAY_NINE + 60,
            MONDAY_NINE + 60 + QUARTER,
            json!("181883"),
        ),
        (
            "on Saturday",
            MONDAY_NINE + 5 * DAY,
            MONDAY_NINE + 5 * DAY + QUARTER,
            json!("181883"),
        ),
        (
            "beyond the horizon",
            MONDAY_NINE + 63 * DAY,
            MONDAY_NINE + 63 * DAY + QUARTER,
            json!("181883"),
        ),
        (
            "without Robin's notice",
            MONDAY_NINE,
            MONDAY_NINE + QUARTER,
            json!("85741"),
        ),
        (
            "as long as the day",
            MONDAY_NINE,
            MONDAY_NINE + 24 * 3600,
            json!("181883"),
        ),
    ] {
        let body = json!({
            "intake_id": john.intake().await, "start": start, "end": end, "provider_id": provider,
        });
        let message = refused(&john.post("visits", &body).await, 400);
        assert!(
            message.starts_with("The time slot is not available"),
            "{what}: {message}"
        );
    }
    has_no_visits(&john).await;
}

#[tokio::test]
async fn a_taken_slot_is_gone_for_patients_and_not_for_admins() {
    let realm = fresh_realm().await;
    let (john, other) = (patient(&realm, "p-1").await, patient(&realm, "p-2").await);
    john.books(MONDAY_NINE).await.is_ok();

    refused(&other.books(MONDAY_NINE).await, 400);
    let half = json!({
        "intake_id": other.intake().await, "start": MONDAY_NINE, "end": MONDAY_NINE + 2 * QUARTER,
        "provider_id": "181883",
    });
    refused(&other.post("visits", &half).await, 400);
    has_no_visits(&other).await;
    let body = json!({
        "intake_id": other.intake().await, "start": MONDAY_NINE, "provider_id": "181883", "member_id": "p-2",
    });
    let twice = data(admin(&realm).post("visits", &body).await);
    assert_eq!(
        (&twice["start"], &twice["member_id"]),
        (&json!(MONDAY_NINE.to_string()), &json!(other.id))
    );
}

#[tokio::test]
async fn without_a_provider_whoever_is_free_has_it() {
    let realm = fresh_realm().await;
    let wednesday = MONDAY_NINE + 2 * DAY;
    let mut providers = Vec::new();
    for code in ["p-1", "p-2", "p-3"] {
        let one = patient(&realm, code).await;
        let body = json!({"intake_id": one.intake().await, "room_code": "clinic", "start": wednesday});
        let answer = one.post("visits", &body).await;
        providers.push(if answer.status == 200 {
            text(&data(answer), "provider_id")
        } else {
            refused(&answer, 400)
        });
    }

    assert_eq!(providers[..2], ["85741", "181883"]);
    assert!(providers[2].contains("already booked"), "{}", providers[2]);
}

#[tokio::test]
async fn the_consultation_says_how_long_and_how_much() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let consultation = "0c1f3f52-5a4f-4b5e-9a3e-2d1f6f6c7a30";
    let body = json!({
        "intake_id": john.intake().await, "start": MONDAY_NINE, "consultation_id": consultation,
        "provider_id": "181883",
    });

    let visit = data(john.post("visits", &body).await);

    assert_eq!(
        visit["payment"],
        json!({"duration": 30, "amount": "40.00", "description": "30-min Consultation"})
    );
    assert_eq!(visit["end"], json!((MONDAY_NINE + 2 * QUARTER).to_string()));
}

async fn change_room(settings: Value) -> crate::support::Realm {
    let provider = json!({
        "id": 181_883, "code": "pat", "first_name": "P", "last_name": "D", "username": "p",
        "openings": [{"days": ["monday"], "opens": "09:00", "closes": "17:00"}],
    });
    let admin = json!({
        "id": 1, "code": "a", "first_name": "A", "last_name": "A", "username": "a", "token": super::ADMIN_TOKEN,
    });
    let room = json!({
        "id": 1, "code": "clinic", "slug": "clinic", "name": "R", "providers": [181_883], "settings": settings,
    });
    let account = json!({
        "code": "vclinic", "id": 1, "domain": "v.vsee.me", "name": "V", "portal_title": "V", "api_key": "k",
        "api_secret": "s", "admins": [admin], "providers": [provider], "rooms": [room],
    });
    realm_with(json!({"seed": {"based_on": "demo", "vsee": {"accounts": [account]}}})).await
}

#[tokio::test]
async fn a_disabled_login_stops_patients_and_not_admins() {
    let closed = "We are closed.";
    for (settings, walk_in, appointment) in [
        (json!({"walkin_enabled": false}), 400, 200),
        (json!({"appointment_enabled": false}), 200, 400),
        (json!({"is_closed": true, "close_msg": closed}), 400, 400),
    ] {
        let realm = change_room(settings.clone()).await;
        let john = patient(&realm, "p-1").await;
        let body = json!({"intake_id": john.intake().await});
        let answers: [Answer; 2] = [
            john.post("visits/add_walkin", &body).await,
            john.books(MONDAY_NINE).await,
        ];
        assert_eq!(
            [answers[0].status, answers[1].status],
            [walk_in, appointment],
            "{settings}"
        );
        if settings.get("close_msg").is_some() {
            assert_eq!(refused(&answers[0], 400), closed);
        }
        let body = json!({"intake_id": john.intake().await, "start": MONDAY_NINE + 3600});
        admin(&realm).post("visits", &body).await.is_ok();
        john.post("visits/add_econsult", &json!({"intake_id": john.intake().await}))
            .await
            .is_ok();
    }
}

#[tokio::test]
async fn one_time_links_can_be_switched_off() {
    let realm = realm_with(json!({"policy": {"vsee": {"one_time_links": false}}})).await;
    let john = patient(&realm, "p-1").await;

    let visit = data(john.books(MONDAY_NINE).await);

    assert!(visit.get("one_time_link_token").is_none());
    let page = format!("/vsee/members/appointment/{}?token=abcdefghij", text(&visit, "id"));
    realm.get(&page).await.has_status(401);
}

#[tokio::test]
async fn what_makes_no_visit_is_refused() {
    let realm = fresh_realm().await;
    let (john, other) = (patient(&realm, "p-1").await, patient(&realm, "p-2").await);
    let intake = john.intake().await;
    for (member, wrong, status) in [
        ("intake_id", json!(null), 400),
        ("intake_id", json!("61165a8e-d8cc-47da-bd8e-597d64457b1f"), 404),
        ("room_code", json!("nowhere"), 404),
        ("member_id", json!(other.id), 400),
        ("member_id", json!("nobody"), 404),
        ("provider_id", json!("4711"), 400),
        ("provider_id", json!("pat"), 400),
        ("start", json!(null), 400),
        ("start", json!("2025-06-02T09:00:00"), 400),
        ("start", json!(-5), 400),
        ("end", json!(MONDAY_NINE), 400),
        ("end", json!(MONDAY_NINE + 90), 400),
        ("end", json!(MONDAY_NINE + 25 * 3600), 400),
        ("consultation_id", json!("none"), 400),
    ] {
        let mut body = json!({"intake_id": intake, "start": MONDAY_NINE});
        body[member] = wrong;
        refused(&john.post("visits", &body).await, status);
    }
    // Pat does not work in that room.
    let body = json!({"intake_id": intake, "room_code": "b4vjj", "provider_id": "181883"});
    refused(&john.post("visits/add_walkin", &body).await, 400);
    has_no_visits(&john).await;
}

#[tokio::test]
async fn the_patient_gets_a_message_with_the_link_unless_they_want_none() {
    let realm = fresh_realm().await;
    for (code, disable_emails) in [("p-1", 0), ("p-2", 1)] {
        let body = json!({
            "first_name": "John", "last_name": "Smith", "code": code, "email": format!("{code}@example.com"),
            "disable_emails": disable_emails,
        });
        super::sign_on(&realm, &body).await.is_ok();
    }

    let visit = data(patient(&realm, "p-1").await.books(MONDAY_NINE).await);
    patient(&realm, "p-2").await.books(MONDAY_NINE + QUARTER).await.is_ok();

    let messages = realm.get("/control/api/outbox").await.is_ok().json()["messages"].clone();
    let messages = messages.as_array().expect("a list");
    assert_eq!(
        (messages.len(), &messages[0]["recipient"]),
        (1, &json!("p-1@example.com"))
    );
    let body = text(&messages[0], "body");
    let link = realm.url(&format!(
        "/vsee/members/appointment/{}?token={}",
        text(&visit, "id"),
        text(&visit, "one_time_link_token")
    ));
    assert!(body.contains(&link), "{body}");
    assert!(body.contains("2 June 2025, 09:00 PDT"), "{body}");
}
