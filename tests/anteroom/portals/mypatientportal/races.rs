//! Many at once: of all who want a time, exactly one gets it, on either database.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{CATEGORY, Patient, TYPE, at, booked, data, patient, text};
use crate::support::{Answer, Emulator, Realm, emulator::START, fresh_realm};

const MANY: usize = 50;

async fn at_once(attempts: Vec<(Patient, String, Value)>) -> Vec<Answer> {
    let send =
        |(caller, path, body): (Patient, String, Value)| tokio::spawn(async move { caller.post(&path, &body).await });
    let answers = join_all(attempts.into_iter().map(send)).await;
    answers
        .into_iter()
        .map(|answer| answer.expect("no attempt panics"))
        .collect()
}

fn booking(caller: &Patient, availability: &str) -> (Patient, String, Value) {
    let form = json!({"Neupatient": "Ja", "Vorerkrankungen": "keine"});
    let body = json!({"availability_id": availability, "structured_comment": form});
    (caller.clone(), "/booking".to_owned(), body)
}

fn winners(answers: &[Answer]) -> Vec<&Answer> {
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(
            (answer.status, &answer.json()["error"]),
            (400, &json!("The event is unavailable.")),
            "{answer}"
        );
    }
    answers.iter().filter(|answer| answer.status == 200).collect()
}

async fn patients(realm: &Realm) -> Vec<Patient> {
    let mut patients = Vec::new();
    for user in ["anne", "layla", "maximiliana", "deniz", "peter"] {
        patients.push(patient(realm, user).await);
    }
    patients
}

/// No two appointments of the calendar overlap.
async fn must_not_overlap(patients: &[Patient]) -> usize {
    let mut all = Vec::new();
    for patient in patients {
        all.extend(data(patient.get("/appointments?include_cancelled=false").await));
    }
    let instant = |one: &Value, member: &str| text(one, member).parse::<jiff::Timestamp>().expect("an instant");
    let mut times: Vec<_> = all
        .iter()
        .map(|one| (instant(one, "starts_at"), instant(one, "ends_at")))
        .collect();
    times.sort_unstable();
    for pair in times.windows(2) {
        assert!(pair[0].1 <= pair[1].0, "{pair:?}");
    }
    times.len()
}

/// Rounds of a race: one alone can end well by luck.
const ROUNDS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_bookings_of_one_slot_exactly_one_wins() {
    let realm = fresh_realm().await;
    let patients = patients(&realm).await;
    for round in 1..=ROUNDS {
        let slot = patients[0].slot(TYPE, 0).await;

        let answers = at_once((0..MANY).map(|nth| booking(&patients[nth % 5], &slot)).collect()).await;

        assert_eq!(winners(&answers).len(), 1, "{answers:?}");
        assert_eq!(must_not_overlap(&patients).await, round);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_bookings_of_overlapping_slots_of_different_length_exactly_one_wins() {
    let realm = fresh_realm().await;
    let patients = patients(&realm).await;
    for round in 1..=ROUNDS {
        // 20, 20, 40 and 10 minutes from the same instant: nine o'clock of another day each time.
        let nine = format!("2025-06-{:02}T09:00:00+02:00", [3, 4, 5, 6, 10][round - 1]);
        let mut slots = Vec::new();
        for appointment_type in [198, 199, 200, 202] {
            let listed = patients[0].availabilities(CATEGORY, appointment_type).await;
            let at_nine = listed
                .iter()
                .find(|slot| slot["starts_at"] == nine)
                .expect("free at nine");
            slots.push(text(at_nine, "id"));
        }

        let answers = at_once(
            (0..MANY)
                .map(|nth| booking(&patients[nth % 5], &slots[nth % 4]))
                .collect(),
        )
        .await;

        assert_eq!(winners(&answers).len(), 1, "{answers:?}");
        assert_eq!(must_not_overlap(&patients).await, round);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_that_books_moves_and_cancels_leaves_no_overlap() {
    let realm = fresh_realm().await;
    let patients = patients(&realm).await;
    let mut held = Vec::new();
    for patient in &patients {
        held.push(patient.books(0).await);
    }
    let mut slots = Vec::new();
    for appointment_type in [198, 200, 202] {
        let listed = patients[0].availabilities(CATEGORY, appointment_type).await;
        slots.extend(listed.iter().take(8).map(|slot| (appointment_type, text(slot, "id"))));
    }

    let mut attempts = Vec::new();
    for (nth, (appointment_type, slot)) in slots.iter().cycle().take(60).enumerate() {
        let caller = &patients[nth % 5];
        attempts.push(match nth % 3 {
            0 if *appointment_type == TYPE => {
                let path = format!("/appointments/{}/reschedule", held[nth % 5]);
                (caller.clone(), path, json!({"availability_id": slot}))
            }
            1 if nth % 4 == 1 => (
                caller.clone(),
                format!("/appointments/{}/cancel", held[nth % 5]),
                json!({}),
            ),
            _ => booking(caller, slot),
        });
    }
    let answers = at_once(attempts).await;

    assert!(
        answers.iter().all(|answer| [200, 400].contains(&answer.status)),
        "{answers:?}"
    );
    assert!(must_not_overlap(&patients).await > 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_move_to_one_slot_exactly_one_arrives() {
    let realm = fresh_realm().await;
    let patients = patients(&realm).await;
    let wanted = patients[0].slot(TYPE, 30).await;
    let mut attempts = Vec::new();
    for patient in &patients {
        for _ in 0..5 {
            let id = patient.books(0).await;
            attempts.push((
                patient.clone(),
                format!("/appointments/{id}/reschedule"),
                json!({"availability_id": wanted}),
            ));
        }
    }

    let answers = at_once(attempts).await;

    assert_eq!(winners(&answers).len(), 1, "{answers:?}");
    assert_eq!(must_not_overlap(&patients).await, 25);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_want_to_change_places_block_neither_each_other_nor_the_server() {
    let realm = fresh_realm().await;
    let patients = patients(&realm).await;
    let (anne, peter) = (&patients[0], &patients[4]);
    let slots = anne.availabilities(CATEGORY, TYPE).await;
    let (one, two) = (anne.books(0).await, peter.books(0).await);
    let to = |nth: usize| json!({"availability_id": text(&slots[nth], "id")});

    for _ in 0..5 {
        let answers = at_once(vec![
            (anne.clone(), format!("/appointments/{one}/reschedule"), to(1)),
            (peter.clone(), format!("/appointments/{two}/reschedule"), to(0)),
        ])
        .await;
        assert_eq!(winners(&answers).len(), 0, "each sits where the other wants to go");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_appointment_is_cancelled_once_and_is_not_moved_afterwards() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let id = anne.books(0).await;
    let slot = anne.slot(TYPE, 10).await;
    let path = |deed| format!("/appointments/{id}/{deed}");

    let attempts = (0..20).map(|nth| match nth % 2 {
        0 => (anne.clone(), path("cancel"), json!({})),
        _ => (anne.clone(), path("reschedule"), json!({"availability_id": slot})),
    });
    let answers = at_once(attempts.collect()).await;

    let cancelled = answers.iter().step_by(2).filter(|answer| answer.status == 200).count();
    assert_eq!(cancelled, 1, "{answers:?}");
    assert!(anne.appointment(&id).await["cancelled_at"].is_string());
    assert_eq!(
        anne.availabilities(CATEGORY, TYPE).await.len(),
        360,
        "no slot stays taken"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_waiting_patient_gets_one_message_however_many_cancel() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let late = anne.books(20).await;
    booked(
        anne.put(
            &format!("/appointments/{late}/asap_list"),
            &json!({"email": "anne@example.com"}),
        )
        .await,
    );
    let peter = patient(&realm, "peter").await;
    let early = peter.books(0).await;

    at_once(
        (0..10)
            .map(|_| (peter.clone(), format!("/appointments/{early}/cancel"), json!({})))
            .collect(),
    )
    .await;

    let outbox = realm.get("/control/api/outbox").await.is_ok().json();
    assert_eq!(outbox["messages"].as_array().map(Vec::len), Some(1), "{outbox}");
}

/// The same caller with connections of its own: those from before are dead, and nobody noticed yet.
fn after_a_kill(emulator: &mut Emulator, realm: &Realm, caller: &Patient) -> Patient {
    emulator.kill();
    emulator.start_again();
    let http = crate::support::http().build().expect("a client can be built");
    Patient(caller.0.in_realm(&Realm::at(&realm.issuer, &realm.name, http)))
}

#[tokio::test]
async fn a_kill_after_an_acknowledged_booking_loses_nothing() {
    let mut emulator = Emulator::start(&[]);
    let realm = emulator
        .realm(json!({"seed": "demo", "clock": {"now": START, "frozen": true}}))
        .await;
    let anne = patient(&realm, "anne").await;
    let slot = anne.slot(TYPE, 3).await;
    let early = anne.books(0).await;
    let id = booked(
        anne.post("/booking", &json!({"availability_id": slot, "asap_list_opt_in": true}))
            .await,
    );
    let before = anne.appointment(&id).await;
    booked(anne.post(&format!("/appointments/{early}/cancel"), &json!({})).await);

    let anne = after_a_kill(&mut emulator, &realm, &anne);

    assert_eq!(anne.appointment(&id).await, before);
    assert!(anne.appointment(&early).await["cancelled_at"].is_string());
    anne.book(&slot).await.has_status(400);
    let outbox = anne.0.get("/control/api/outbox").await.is_ok().json();
    assert_eq!(
        outbox["messages"].as_array().map(Vec::len),
        Some(1),
        "the message was part of the deed: {outbox}"
    );
    let unused = anne.slot(TYPE, 0).await;
    let anne = after_a_kill(&mut emulator, &realm, &anne);
    booked(anne.book(&unused).await);
}

#[tokio::test]
async fn a_hang_up_while_booking_leaves_a_whole_booking_or_none() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let slots = anne.availabilities(CATEGORY, TYPE).await;

    for slot in slots.iter().take(20) {
        let form = [("availability_id".to_owned(), text(slot, "id"))];
        anne.0.ask_and_hang_up(&at("/booking"), &form).await;
    }

    let held = settled(async || data(anne.get("/appointments").await).len()).await;
    let free = anne.availabilities(CATEGORY, TYPE).await;
    assert!(
        held > 0,
        "what was written whole arrives, at least once in twenty times"
    );
    assert_eq!(held + free.len(), slots.len(), "what is not free is in the list");
    for slot in free.iter().take(3) {
        booked(anne.book(&text(slot, "id")).await);
    }
}

#[tokio::test]
async fn a_hang_up_while_cancelling_or_moving_frees_the_slot_and_writes_the_message_or_does_neither() {
    let realm = fresh_realm().await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    let mut early = Vec::new();
    for _ in 0..20 {
        early.push(peter.books(0).await);
    }
    let late = anne.books(100).await;
    booked(
        anne.put(
            &format!("/appointments/{late}/asap_list"),
            &json!({"email": "anne@example.com"}),
        )
        .await,
    );
    let later = peter.availabilities(CATEGORY, TYPE).await.split_off(150);
    let before = data(peter.get("/appointments").await);

    for (nth, id) in early.iter().enumerate() {
        if nth % 2 == 0 {
            peter
                .0
                .ask_and_hang_up(&at(&format!("/appointments/{id}/cancel")), &[])
                .await;
        } else {
            let form = [("availability_id".to_owned(), text(&later[nth], "id"))];
            peter
                .0
                .ask_and_hang_up(&at(&format!("/appointments/{id}/reschedule")), &form)
                .await;
        }
    }

    let messages = settled(async || {
        let outbox = realm.get("/control/api/outbox").await.is_ok().json();
        outbox["messages"].as_array().map_or(0, Vec::len)
    })
    .await;
    let after = data(peter.get("/appointments").await);
    let left = before.iter().filter(|appointment| !after.contains(appointment)).count();
    assert!(
        left > 0,
        "what was written whole arrives, at least once in twenty times"
    );
    assert_eq!(messages, left, "as many messages as slots that became free");
}

/// A number, once it has stayed the same for a while.
async fn settled(count: impl AsyncFn() -> usize) -> usize {
    let mut last = count().await;
    let mut same = 0;
    while same < 5 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let now = count().await;
        same = if now == last { same + 1 } else { 0 };
        last = now;
    }
    last
}
