//! Rows 13 and 14: waiting for an earlier slot, and the letters that tell of one.

use serde_json::{Value, json};

use super::{CATEGORY, Patient, TYPE, booked, data, patient, realm_with_types, text};
use crate::support::{Realm, fresh_realm, portal_realm};

async fn messages(realm: &Realm) -> Vec<Value> {
    let outbox = realm.get("/control/api/outbox").await.is_ok().json();
    let messages = outbox["messages"].as_array().cloned().unwrap_or_default();
    let of_the_list = |message: &Value| text(message, "reason").starts_with("asap_list.");
    messages.into_iter().filter(of_the_list).collect()
}

async fn waits(patient: &Patient, id: &str, email: &str) {
    booked(
        patient
            .put(&format!("/appointments/{id}/asap_list"), &json!({"email": email}))
            .await,
    );
}

async fn cancels(patient: &Patient, id: &str) {
    booked(patient.post(&format!("/appointments/{id}/cancel"), &json!({})).await);
}

#[tokio::test]
async fn a_patient_on_the_list_is_notified_when_an_earlier_slot_becomes_free() {
    let realm = fresh_realm().await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    let early = peter.books(0).await;
    let late = anne.books(20).await;
    waits(&anne, &late, "waiting@example.com").await;

    cancels(&peter, &early).await;

    let messages = messages(&realm).await;
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0]["recipient"], "waiting@example.com");
    assert_eq!(messages[0]["reason"], "asap_list.earlier_slot");
    assert_eq!(messages[0]["subject"], "Ein früherer Termin ist frei: Sprechstunde");
    let body = text(&messages[0], "body");
    assert!(
        body.contains("3. Juni 2025") && body.contains("09:00") && body.contains("MVZ Berlin"),
        "{body}"
    );
    let found = anne
        .get(&format!("/appointments/{late}/earlier_availability"))
        .await
        .is_ok()
        .json();
    assert_eq!(found["data"]["availability"]["starts_at"], "2025-06-03T09:00:00+02:00");
}

#[tokio::test]
async fn an_appointment_that_moves_away_tells_those_who_wait_but_not_its_own_patient() {
    let realm = fresh_realm().await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    let moving = peter.books(0).await;
    waits(&peter, &moving, "peter@example.com").await;
    let late = anne.books(20).await;
    waits(&anne, &late, "anne@example.com").await;

    let slot = peter.slot(TYPE, 100).await;
    booked(
        peter
            .post(
                &format!("/appointments/{moving}/reschedule"),
                &json!({"availability_id": slot}),
            )
            .await,
    );

    let told: Vec<_> = messages(&realm)
        .await
        .iter()
        .map(|message| text(message, "recipient"))
        .collect();
    assert_eq!(told, ["anne@example.com"]);
}

#[tokio::test]
async fn every_waiting_patient_with_a_later_appointment_is_told_and_nobody_else() {
    let realm = fresh_realm().await;
    let users = ["anne", "layla", "maximiliana", "peter"];
    let mut patients = Vec::new();
    for user in users {
        patients.push(patient(&realm, user).await);
    }
    let [before, freed, after, later] = &patients[..] else {
        panic!("four")
    };
    let earlier = before.books(0).await; // sooner than what becomes free
    waits(before, &earlier, "before@example.com").await;
    let middle = freed.books(10).await;
    let (one, two) = (after.books(20).await, later.books(40).await);
    waits(after, &one, "one@example.com").await;
    waits(later, &two, "two@example.com").await;
    let silent = later.books(60).await; // does not wait
    let other_type = booked(after.book(&after.slot(202, 30).await).await);
    waits(after, &other_type, "other-type@example.com").await;
    let other_calendar = after.availabilities(71, 311).await.split_off(40);
    let other_calendar = booked(after.book(&text(&other_calendar[0], "id")).await);
    waits(after, &other_calendar, "other-calendar@example.com").await;
    let gave_up = before.books(70).await;
    waits(before, &gave_up, "gave-up@example.com").await;
    before
        .delete(&format!("/appointments/{gave_up}/asap_list"))
        .await
        .is_ok();
    let gone = before.books(80).await;
    waits(before, &gone, "gone@example.com").await;
    cancels(before, &gone).await;
    assert!(
        messages(&realm).await.is_empty(),
        "nobody waits for a slot later than their own"
    );

    cancels(freed, &middle).await;

    let told: Vec<_> = messages(&realm)
        .await
        .iter()
        .map(|message| text(message, "recipient"))
        .collect();
    assert_eq!(told, ["other-type@example.com", "one@example.com", "two@example.com"]);
    assert_eq!(later.appointment(&silent).await["asap_list"], false);
}

#[tokio::test]
async fn a_slot_nobody_could_book_any_more_is_not_announced() {
    let realm = fresh_realm().await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    let early = booked(peter.book(&peter.slot(202, 0).await).await); // can be cancelled until it starts
    let late = booked(anne.book(&anne.slot(202, 60).await).await);
    waits(&anne, &late, "anne@example.com").await;

    realm.advance("PT2H").await; // less than the lead time of 24 hours is left
    let peter = patient(&realm, "peter").await;
    cancels(&peter, &early).await;

    assert!(messages(&realm).await.is_empty());
}

#[tokio::test]
async fn a_refused_cancellation_writes_no_message() {
    let realm = fresh_realm().await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    let early = peter.books(0).await;
    let late = anne.books(20).await;
    waits(&anne, &late, "anne@example.com").await;
    realm.advance("PT2H").await;

    patient(&realm, "peter")
        .await
        .post(&format!("/appointments/{early}/cancel"), &json!({}))
        .await
        .has_status(400);

    assert!(messages(&realm).await.is_empty());
}

#[tokio::test]
async fn a_practice_elsewhere_writes_in_its_own_language_and_time() {
    let realm = fresh_realm().await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    let slots = peter.availabilities(71, 311).await;
    let early = booked(peter.book(&text(&slots[2], "id")).await);
    let late = booked(anne.book(&text(&slots[20], "id")).await);
    waits(&anne, &late, "anne@example.com").await;

    cancels(&peter, &early).await;

    let message = messages(&realm).await.remove(0);
    assert_eq!(message["subject"], "An earlier appointment is free: Office visit");
    let at = text(&slots[2], "starts_at");
    assert!(
        text(&message, "body").contains(&at[11..16]),
        "{message} should say {at}"
    );
}

#[tokio::test]
async fn who_waits_from_the_start_is_written_to_at_the_address_of_the_profile() {
    let realm = fresh_realm().await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    let early = peter.books(0).await;
    let slot = anne.slot(TYPE, 20).await;
    booked(
        anne.post("/booking", &json!({"availability_id": slot, "asap_list_opt_in": true}))
            .await,
    );

    cancels(&peter, &early).await;

    assert_eq!(messages(&realm).await[0]["recipient"], "anne@example.com");
}

#[tokio::test]
async fn joining_again_replaces_the_address_and_leaving_twice_is_fine() {
    let realm = fresh_realm().await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    let early = peter.books(0).await;
    let late = anne.books(20).await;
    waits(&anne, &late, "old@example.com").await;
    waits(&anne, &late, "new@example.com").await;

    cancels(&peter, &early).await;
    let told: Vec<_> = messages(&realm)
        .await
        .iter()
        .map(|message| text(message, "recipient"))
        .collect();
    assert_eq!(told, ["new@example.com"]);

    for _ in 0..2 {
        let left = anne.delete(&format!("/appointments/{late}/asap_list")).await.is_ok();
        assert_eq!(left.json(), json!({"data": {"id": late}}));
    }
    assert_eq!(anne.appointment(&late).await["asap_list"], false);
}

#[tokio::test]
async fn waiting_needs_an_address_a_type_that_has_it_and_an_appointment_to_come() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let (id, cancelled) = (anne.books(0).await, anne.books(0).await);
    let video = booked(anne.book(&anne.slot(199, 9).await).await);
    cancels(&anne, &cancelled).await;
    let refusal = async |id: &str, body: Value| {
        let answer = anne
            .put(&format!("/appointments/{id}/asap_list"), &body)
            .await
            .has_status(400);
        text(&answer.json(), "error")
    };
    let fine = json!({"email": "anne@example.com"});

    assert_eq!(refusal(&id, json!({})).await, "email missing");
    assert_eq!(refusal(&id, json!({"email": ""})).await, "email missing");
    assert_eq!(refusal(&id, json!({"email": "anne"})).await, "Format error in email");
    assert_eq!(
        refusal(&id, json!({"email": ["anne@example.com"]})).await,
        "Format error in email"
    );
    assert_eq!(
        refusal(&id, json!({"email": "anne@example.com\r\nBcc: all@example.com"})).await,
        "Format error in email"
    );
    assert_eq!(
        refusal(&video, fine.clone()).await,
        "ASAP notifications are not enabled for this appointment type."
    );
    assert_eq!(
        refusal(&cancelled, fine.clone()).await,
        "Appointment cannot be rescheduled."
    );
    assert_eq!(anne.appointment(&id).await["asap_list"], false);
}

#[tokio::test]
async fn an_earlier_slot_is_shown_to_those_who_wait_only() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let id = anne.books(20).await;
    let path = format!("/appointments/{id}/earlier_availability");

    let refused = anne.get(&path).await.has_status(400);
    waits(&anne, &id, "anne@example.com").await;
    let found = anne.get(&path).await.is_ok().json()["data"].clone();

    assert_eq!(refused.json(), json!({"error": "Appointment is not on the ASAP list."}));
    assert_eq!(found["appointment"], anne.appointment(&id).await);
    assert_eq!(
        found["availability"]["starts_at"],
        anne.availabilities(CATEGORY, TYPE).await[0]["starts_at"]
    );
}

#[tokio::test]
async fn without_an_earlier_slot_there_is_null() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let id = anne.books(0).await;
    waits(&anne, &id, "anne@example.com").await;

    let found = anne
        .get(&format!("/appointments/{id}/earlier_availability"))
        .await
        .is_ok()
        .json();

    assert_eq!(found["data"]["availability"], Value::Null);
    assert_eq!(found["data"]["appointment"]["id"], id);
    assert_eq!(data(anne.get("/appointments").await).len(), 1);
}

#[tokio::test]
async fn time_freed_by_another_type_is_announced_too() {
    let realm = fresh_realm().await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    // Forty minutes from nine o'clock on the doctor's calendar: room for twenty.
    let form = json!({"Neupatient": "Ja", "Vorerkrankungen": "keine"});
    let long = peter.slot(200, 16).await; // two days ahead, so that it can still be cancelled
    let long = booked(
        peter
            .post(
                "/booking",
                &json!({"availability_id": long, "structured_comment": form}),
            )
            .await,
    );
    let late = anne.books(100).await;
    waits(&anne, &late, "anne@example.com").await;
    let starts_at = text(&peter.appointment(&long).await, "starts_at");

    cancels(&peter, &long).await;

    let messages = messages(&realm).await;
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0]["subject"], "Ein früherer Termin ist frei: Sprechstunde");
    assert!(
        text(&messages[0], "body").contains(&starts_at[11..16]),
        "{messages:?} should say {starts_at}"
    );
}

#[tokio::test]
async fn time_that_is_too_short_for_the_type_somebody_waits_with_is_not_announced() {
    let realm = fresh_realm().await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    let (one, _) = (peter.books(0).await, peter.books(0).await); // nine to twenty past nine, and the twenty minutes after
    let form = json!({"Neupatient": "Ja", "Vorerkrankungen": "keine"});
    let late = anne.slot(200, 20).await;
    let late = booked(
        anne.post(
            "/booking",
            &json!({"availability_id": late, "structured_comment": form}),
        )
        .await,
    );
    waits(&anne, &late, "anne@example.com").await;

    cancels(&peter, &one).await;

    assert!(messages(&realm).await.is_empty());
}

#[tokio::test]
async fn nobody_is_offered_an_earlier_slot_for_which_they_are_still_too_young() {
    let adults = json!([
        {"id": 1, "name": "Adults", "length_minutes": 60, "age_from": 18, "asap_notifications_enabled": true},
    ]);
    let realm = realm_with_types(adults).await;
    let (lea, peter) = (patient(&realm, "lea").await, patient(&realm, "peter").await);
    let slots = peter.availabilities(1, 1).await;
    let starting = |day: &str| {
        let first = slots.iter().find(|slot| text(slot, "starts_at").starts_with(day));
        text(first.expect("open every day"), "id")
    };
    let early = booked(peter.book(&starting("2025-06-10")).await);
    let birthday = booked(lea.book(&starting("2025-06-12")).await);
    waits(&lea, &birthday, "lea@example.com").await;

    cancels(&peter, &early).await;

    assert!(messages(&realm).await.is_empty());
    let path = format!("/appointments/{birthday}/earlier_availability");
    assert_eq!(lea.get(&path).await.is_ok().json()["data"]["availability"], Value::Null);
}
