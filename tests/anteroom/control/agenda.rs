//! What happens by itself when a realm's clock comes to it, shown by the reminders of appointments.

use serde_json::{Value, json};

use crate::{
    portals::mypatientportal::{
        CATEGORY, Patient, TYPE, booked, guests, patient, realm_with_practice, realm_with_types, text,
    },
    support::{Emulator, Realm, fresh_realm},
};

async fn messages(realm: &Realm) -> Vec<Value> {
    let outbox = realm.get("/control/api/outbox").await.is_ok().json();
    outbox["messages"].as_array().cloned().unwrap_or_default()
}

async fn starts_at(patient: &Patient, appointment: &str) -> jiff::Timestamp {
    let appointment = patient.appointment(appointment).await;
    text(&appointment, "starts_at").parse().unwrap()
}

fn instant(message: &Value) -> jiff::Timestamp {
    text(message, "written_at").parse().unwrap()
}

fn day_before(instant: jiff::Timestamp) -> jiff::Timestamp {
    instant.checked_sub(jiff::SignedDuration::from_hours(24)).unwrap()
}

#[tokio::test]
async fn a_reminder_is_written_at_its_instant_however_far_the_clock_is_turned() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let id = anne.books(40).await;
    let starts_at = starts_at(&anne, &id).await;
    assert!(messages(&realm).await.is_empty());

    realm.advance("P60D").await;

    let messages = messages(&realm).await;
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(instant(&messages[0]), day_before(starts_at));
    assert_eq!(messages[0]["reason"], "appointment.reminder");
    assert_eq!(messages[0]["recipient"], "anne@example.com");
    let now = realm.now().await;
    let sixty_days = jiff::SignedDuration::from_hours(60 * 24);
    assert_eq!(
        now,
        crate::support::emulator::START.parse::<jiff::Timestamp>().unwrap() + sixty_days
    );
}

#[tokio::test]
async fn a_clock_that_stops_just_before_an_instant_has_not_come_to_it() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let id = anne.books(40).await;
    let due = day_before(starts_at(&anne, &id).await);
    let a_moment = jiff::SignedDuration::from_millis(1);

    realm
        .turn_clock(json!({"now": (due - a_moment).to_string()}))
        .await
        .is_ok();
    assert!(messages(&realm).await.is_empty());
    realm.turn_clock(json!({"now": due.to_string()})).await.is_ok();

    assert_eq!(messages(&realm).await.len(), 1);
    realm.advance("P90D").await;
    assert_eq!(messages(&realm).await.len(), 1, "once");
}

#[tokio::test]
async fn events_happen_in_the_order_they_are_due_and_not_in_that_they_were_caused() {
    let realm = fresh_realm().await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    for nth in [60, 20, 40] {
        anne.books(nth).await;
        peter.books(nth + 10).await;
    }

    realm.advance("P60D").await;

    let messages = messages(&realm).await;
    assert_eq!(messages.len(), 6, "{messages:?}");
    assert!(messages.is_sorted_by_key(instant), "{messages:?}");
}

#[tokio::test]
async fn a_cancelled_appointment_is_not_reminded_of() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let id = anne.books(40).await;
    booked(anne.post(&format!("/appointments/{id}/cancel"), &json!({})).await);

    realm.advance("P60D").await;

    assert!(messages(&realm).await.is_empty());
}

#[tokio::test]
async fn a_moved_appointment_is_reminded_of_at_its_new_time_only() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let id = anne.books(20).await;
    let before = starts_at(&anne, &id).await;
    let slot = anne.slot(TYPE, 90).await;
    booked(
        anne.post(
            &format!("/appointments/{id}/reschedule"),
            &json!({"availability_id": slot}),
        )
        .await,
    );
    let after = starts_at(&anne, &id).await;
    assert_ne!(before, after);

    realm.advance("P60D").await;

    let instants: Vec<_> = messages(&realm).await.iter().map(instant).collect();
    assert_eq!(instants, [day_before(after)]);
}

#[tokio::test]
async fn who_asked_for_no_emails_gets_no_reminder() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let slot = anne.slot(TYPE, 40).await;
    let body = json!({"availability_id": slot, "allow_email_notifications": false});
    booked(anne.post("/booking", &body).await);

    realm.advance("P60D").await;

    assert!(messages(&realm).await.is_empty());
}

#[tokio::test]
async fn a_guest_is_reminded_at_the_address_of_the_booking() {
    let realm = realm_with_types(json!([
        {"id": 1, "name": "Check-up", "length_minutes": 30, "patient_can_book_without_account": true,
         "attendant_user_required": false},
    ]))
    .await;
    let guest = guests(&realm, "appointment_guest_lookup appointment_guest_write").await;
    let slots = guest.availabilities(1, 1).await;
    let attendant = json!({"data": {"first_name": "Gus", "last_name": "Guest", "email": "gus@example.com"}});
    let body = json!({"availability_id": slots[100]["id"], "attendant": attendant});
    booked(guest.post("/booking", &body).await);

    realm.advance("P60D").await;

    let messages = messages(&realm).await;
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0]["recipient"], "gus@example.com");
    assert_eq!(
        messages[0]["subject"].as_str().unwrap().split(':').next(),
        Some("Erinnerung")
    );
}

#[tokio::test]
async fn a_practice_reminds_when_its_seed_says_and_in_its_language() {
    let practice = |minutes: i64, language: &str| {
        json!({
            "id": "ownpractice", "name": "Own", "zone": "Europe/Berlin", "language": language,
            "reminder_minutes": minutes,
            "calendars": [{"id": "own", "openings": [{"days": ["wednesday"], "opens": "09:00", "closes": "17:00"}]}],
            "categories": [{"id": CATEGORY, "calendar": "own", "name": "Own", "types": [
                {"id": TYPE, "name": "Check-up", "length_minutes": 30},
            ]}],
        })
    };
    for (minutes, language, subject) in [
        (120, "en", Some("Reminder: Check-up on 11 June 2025, 09:00 CEST")),
        (90, "de", Some("Erinnerung: Check-up am 11. Juni 2025, 09:00 CEST")),
        (
            1,
            "es",
            Some("Recordatorio: Check-up el 11 de junio de 2025, 09:00 CEST"),
        ),
        (0, "en", None),
    ] {
        let realm = realm_with_practice(practice(minutes, language)).await;
        let anne = patient(&realm, "anne").await;
        let id = anne.books(16).await; // a week on, nine o'clock
        let starts_at = starts_at(&anne, &id).await;

        realm.advance("P60D").await;

        let messages = messages(&realm).await;
        let subjects: Vec<_> = messages.iter().map(|message| text(message, "subject")).collect();
        assert_eq!(subjects, Vec::from_iter(subject), "{language}");
        if let Some(message) = messages.first() {
            assert_eq!(starts_at.duration_since(instant(message)).as_mins(), minutes);
            assert!(text(message, "body").contains("Own"), "{message}");
        }
    }
}

#[tokio::test]
async fn an_appointment_booked_too_late_to_be_reminded_of_is_not() {
    let realm = realm_with_types(json!([{"id": 1, "name": "Now", "length_minutes": 30}])).await;
    let anne = patient(&realm, "anne").await;
    let slots = anne.availabilities(1, 1).await; // tomorrow at nine is 25 hours on
    realm.advance("PT90M").await;
    booked(anne.book(&text(&slots[0], "id")).await);

    realm.advance("P60D").await;

    assert!(messages(&realm).await.is_empty());
}

#[tokio::test]
async fn a_running_clock_comes_to_its_events_without_being_turned() {
    let realm = fresh_realm().await;
    let neighbour = fresh_realm().await;
    let (anne, other) = (patient(&realm, "anne").await, patient(&neighbour, "anne").await);
    let id = anne.books(40).await;
    other.books(40).await;
    let due = day_before(starts_at(&anne, &id).await);

    // An hour before, at an hour a second: a day remains in which a busy machine may be late.
    let before = due.checked_sub(jiff::SignedDuration::from_hours(1)).unwrap();
    realm
        .turn_clock(json!({"now": before.to_string(), "rate": 3600}))
        .await
        .is_ok();

    let waited = realm.get("/control/api/outbox?wait=30s").await.is_ok().json();
    let messages_here = waited["messages"].as_array().unwrap();
    assert_eq!(messages_here.len(), 1, "{waited}");
    assert!(instant(&messages_here[0]) >= due);
    assert!(messages(&neighbour).await.is_empty());
    assert_eq!(neighbour.now().await, crate::support::emulator::START.parse().unwrap());
}

/// Two processes watch the same clock, and somebody turns it at both at once.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_happens_once_however_many_let_it_happen() {
    let emulator = Emulator::start(&[]);
    let (_second, address) = emulator.beside();
    let realm = emulator
        .realm(json!({"seed": "demo", "clock": {"now": crate::support::emulator::START, "frozen": true}}))
        .await;
    let anne = patient(&realm, "anne").await;
    for nth in (0..60).step_by(3) {
        anne.books(nth + 40).await;
    }
    let beside = Realm::at(
        &realm.issuer.replace(&emulator.issuer, &address),
        &realm.name,
        realm.http.clone(),
    );
    realm.turn_clock(json!({"rate": 3600})).await.is_ok();

    let turns = (0..6).map(|nth| {
        let realm = if nth % 2 == 0 { realm.clone() } else { beside.clone() };
        tokio::spawn(async move { realm.turn_clock(json!({"advance": "P10D"})).await.is_ok() })
    });
    for turn in turns.collect::<Vec<_>>() {
        turn.await.unwrap();
    }

    let messages = messages(&realm).await;
    assert_eq!(messages.len(), 20, "{messages:?}");
}

/// No turn is lost when two are made at the same time, with or without events on the way.
#[tokio::test(flavor = "multi_thread")]
async fn turns_at_the_same_time_add_up() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    for nth in 40..44 {
        anne.books(nth).await;
    }
    let begun = realm.now().await;

    let turns = (0..8).map(|_| {
        let realm = realm.clone();
        tokio::spawn(async move { realm.advance("P2D").await })
    });
    for turn in turns.collect::<Vec<_>>() {
        turn.await.unwrap();
    }

    let passed = realm.now().await.duration_since(begun);
    assert_eq!(passed, jiff::SignedDuration::from_hours(16 * 24));
    assert_eq!(messages(&realm).await.len(), 4);
}

#[tokio::test]
async fn what_stands_on_the_agenda_outlives_the_server() {
    let mut emulator = Emulator::start(&[]);
    let realm = emulator
        .realm(json!({"seed": "demo", "clock": {"now": crate::support::emulator::START, "frozen": true}}))
        .await;
    let anne = patient(&realm, "anne").await;
    let due = day_before(starts_at(&anne, &anne.books(40).await).await);
    emulator.kill();
    emulator.start_again();

    realm.advance("P60D").await;

    let instants: Vec<_> = messages(&realm).await.iter().map(instant).collect();
    assert_eq!(instants, [due]);
}
