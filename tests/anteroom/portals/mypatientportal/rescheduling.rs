//! Rows 6 and 12: moving an appointment.

use serde_json::{Value, json};

use super::{CATEGORY, Patient, TYPE, booked, data, patient, realm_with_types, text};
use crate::support::{Answer, fresh_realm, portal_realm};

const UNAVAILABLE: &str = "The event is unavailable.";

async fn reschedule(patient: &Patient, id: &str, availability: &str) -> Answer {
    patient
        .post(
            &format!("/appointments/{id}/reschedule"),
            &json!({"availability_id": availability}),
        )
        .await
}

#[tokio::test]
async fn the_id_stays_the_time_moves_and_the_old_slot_is_free_at_once() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let before = anne.availabilities(CATEGORY, TYPE).await;
    let id = anne.books(0).await;

    assert_eq!(booked(reschedule(&anne, &id, &text(&before[5], "id")).await), id);

    let appointment = anne.appointment(&id).await;
    assert_eq!(appointment["starts_at"], before[5]["starts_at"]);
    assert_eq!(appointment["ends_at"], before[5]["ends_at"]);
    assert_eq!(
        appointment["cancelable_until"], "2025-06-02T10:40:00+02:00",
        "24 hours before the new time"
    );
    let after = anne.availabilities(CATEGORY, TYPE).await;
    assert_eq!(after[0]["starts_at"], before[0]["starts_at"]);
    assert!(after.iter().all(|slot| slot["starts_at"] != before[5]["starts_at"]));
    assert_eq!(after.len(), before.len() - 1);
}

#[tokio::test]
async fn the_slots_to_move_to_are_all_but_the_appointments_own() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let all = anne.availabilities(CATEGORY, TYPE).await;
    let id = anne.books(2).await;

    let path = format!("/appointments/{id}/availabilities?from=2025-06-03&to=2025-06-30");
    let others = data(anne.get(&path).await);

    let starts = |slots: &[Value]| slots.iter().map(|slot| text(slot, "starts_at")).collect::<Vec<_>>();
    let mut expected = starts(&all);
    expected.remove(2);
    assert_eq!(starts(&others), expected);
}

#[tokio::test]
async fn an_appointment_can_move_to_a_slot_that_only_it_overlaps() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let id = anne.books(0).await;
    let same = anne.get(&format!("/appointments/{id}")).await.is_ok().json()["data"]["starts_at"].clone();
    let fresh = patient(&realm, "peter").await;

    // Its own slot is no longer listed; the id it was booked with still names it.
    let slot = fresh.slot(TYPE, 0).await;
    booked(reschedule(&anne, &id, &slot).await);
    let back = data(anne.get(&format!("/appointments/{id}/availabilities")).await);
    let first = back
        .iter()
        .find(|slot| slot["starts_at"] == same)
        .expect("its old slot is free again");
    booked(reschedule(&anne, &id, &text(first, "id")).await);
    booked(reschedule(&anne, &id, &text(first, "id")).await);

    assert_eq!(anne.appointment(&id).await["starts_at"], same);
}

#[tokio::test]
async fn a_slot_that_is_taken_leaves_the_appointment_where_it_is() {
    let realm = portal_realm().await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    let wanted = anne.slot(TYPE, 1).await;
    let id = anne.books(0).await;
    peter.books(0).await; // what was the second slot
    let before = anne.appointment(&id).await;

    let refused = reschedule(&anne, &id, &wanted).await.has_status(400);

    assert_eq!(refused.json(), json!({"error": UNAVAILABLE}));
    assert_eq!(anne.appointment(&id).await, before);
}

#[tokio::test]
async fn an_appointment_keeps_its_type() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let id = anne.books(0).await;

    let refused = reschedule(&anne, &id, &anne.slot(199, 4).await).await.has_status(400);

    assert_eq!(
        refused.json(),
        json!({"error": "The availability belongs to another appointment type."})
    );
}

#[tokio::test]
async fn without_a_slot_or_with_a_broken_one_nothing_moves() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let id = anne.books(0).await;
    let path = format!("/appointments/{id}/reschedule");
    let before = anne.appointment(&id).await;

    let missing = anne.post(&path, &json!({})).await.has_status(400).json();
    let number = anne
        .post(&path, &json!({"availability_id": 7}))
        .await
        .has_status(400)
        .json();
    let broken = anne
        .post(&path, &json!({"availability_id": "A--B--C"}))
        .await
        .has_status(400)
        .json();

    assert_eq!(missing, json!({"error": "availability_id missing"}));
    assert_eq!(number, json!({"error": "Format error in availability_id"}));
    assert_eq!(broken, json!({"error": UNAVAILABLE}));
    assert_eq!(anne.appointment(&id).await, before);
}

#[tokio::test]
async fn what_is_cancelled_or_past_stays() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let (cancelled, past) = (anne.books(40).await, anne.books(0).await);
    anne.post(&format!("/appointments/{cancelled}/cancel"), &json!({}))
        .await
        .is_ok();
    realm.advance("PT25H").await;
    let anne = patient(&realm, "anne").await;
    let slot = anne.slot(TYPE, 60).await;

    for id in [&cancelled, &past] {
        let refused = json!({"error": "Appointment cannot be rescheduled."});
        assert_eq!(reschedule(&anne, id, &slot).await.has_status(400).json(), refused);
        let listed = anne
            .get(&format!("/appointments/{id}/availabilities"))
            .await
            .has_status(400);
        assert_eq!(listed.json(), refused);
        assert_eq!(anne.appointment(id).await["is_reschedulable"], false);
    }
}

#[tokio::test]
async fn moving_is_not_bound_to_the_notice_period() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let id = anne.books(0).await;
    realm.advance("PT20H").await;
    let anne = patient(&realm, "anne").await;

    let appointment = anne.appointment(&id).await;
    let moved = reschedule(&anne, &id, &anne.slot(TYPE, 20).await).await;

    assert_eq!(
        (&appointment["is_cancellable"], &appointment["is_reschedulable"]),
        (&json!(false), &json!(true))
    );
    booked(moved);
}

#[tokio::test]
async fn the_age_on_the_new_day_counts_when_an_appointment_moves() {
    let children = json!([{"id": 1, "name": "Children", "length_minutes": 60, "age_to": 17}]);
    let realm = realm_with_types(children).await;
    let lea = patient(&realm, "lea").await;
    let slots = lea.availabilities(1, 1).await;
    let starting = |day: &str| {
        let first = slots.iter().find(|slot| text(slot, "starts_at").starts_with(day));
        text(first.expect("open every day"), "id")
    };
    let id = booked(lea.book(&starting("2025-06-10")).await);

    let listed = data(lea.get(&format!("/appointments/{id}/availabilities")).await);
    let too_late = reschedule(&lea, &id, &starting("2025-06-12")).await.has_status(400);
    let in_time = reschedule(&lea, &id, &starting("2025-06-11")).await;

    assert!(!listed.is_empty());
    assert!(
        listed
            .iter()
            .all(|slot| text(slot, "starts_at").as_str() < "2025-06-12"),
        "{listed:?}"
    );
    assert_eq!(
        too_late.json()["error"],
        "The appointment type is not open to patients of this age."
    );
    booked(in_time);
}
