//! Row 5: booking.

use serde_json::{Value, json};

use super::{CATEGORY, Patient, TYPE, at, booked, data, patient, text};
use crate::support::{Answer, Realm, fresh_realm, portal_realm, realm_with};

pub const UNAVAILABLE: &str = "The event is unavailable.";

#[tokio::test]
async fn a_booked_appointment_reads_as_documented() {
    let realm = realm_with(json!({"seed": "walkthrough"})).await;
    let anne = patient(&realm, "anne").await;

    let path = "/availabilities?appointment_category_id=53&appointment_type_id=198&insurance_id=136";
    let slot = text(&data(anne.get(path).await)[0], "id");
    let id = booked(anne.book(&slot).await);

    assert_eq!(
        anne.appointment(&id).await,
        json!({
            "id": "xbCuVVTNU6rT6E5m8p6Y8h7opzfo",
            "name": "Sprechstunde",
            "practice_id": "9yrnjbqpcfwgsajr",
            "practice_name": "MVZ Berlin",
            "appointment_category_id": 53,
            "appointment_type_id": 198,
            "starts_at": "2025-06-03T09:00:00+02:00",
            "ends_at": "2025-06-03T09:20:00+02:00",
            "cancelled_at": null,
            "is_cancellable": true,
            "cancelable_until": "2025-06-02T09:00:00+02:00",
            "is_video_consultation": false,
            "cancellation_link": null,
            "access_video_consultation_link": null,
            "insurance_id": 136,
            "asap_list": false,
            "is_reschedulable": true,
        })
    );
}

#[tokio::test]
async fn a_booking_takes_the_slot_out_of_every_list_at_once() {
    let realm = fresh_realm().await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    let before = anne.availabilities(CATEGORY, TYPE).await;

    let id = anne.books(4).await;

    let starts = |slots: &[Value]| slots.iter().map(|slot| text(slot, "starts_at")).collect::<Vec<_>>();
    let mut expected = starts(&before);
    let taken = expected.remove(4);
    assert_eq!(starts(&peter.availabilities(CATEGORY, TYPE).await), expected);
    assert_eq!(anne.appointment(&id).await["starts_at"], taken);
}

#[tokio::test]
async fn a_long_appointment_takes_the_short_slots_it_covers_and_the_other_way_round() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let slots = anne.availabilities(CATEGORY, 200).await;
    let long = slots
        .iter()
        .find(|slot| slot["starts_at"] == "2025-06-03T09:40:00+02:00")
        .expect("on the grid of 40");
    let form = json!({"Neupatient": "Ja", "Vorerkrankungen": "keine"});

    booked(
        anne.post(
            "/booking",
            &json!({"availability_id": text(long, "id"), "structured_comment": form}),
        )
        .await,
    );

    let short = anne.availabilities(CATEGORY, TYPE).await;
    let day: Vec<_> = short
        .iter()
        .map(|slot| text(slot, "starts_at"))
        .filter(|at| at < &"2025-06-03T11".to_owned())
        .collect();
    assert_eq!(
        day,
        [
            "2025-06-03T09:00:00+02:00",
            "2025-06-03T09:20:00+02:00",
            "2025-06-03T10:20:00+02:00",
            "2025-06-03T10:40:00+02:00"
        ]
    );
}

#[tokio::test]
async fn the_same_slot_cannot_be_booked_twice_by_anybody() {
    let realm = portal_realm().await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    let slot = anne.slot(TYPE, 0).await;
    let same = peter.slot(TYPE, 0).await;
    booked(anne.book(&slot).await);

    for (caller, id) in [(&anne, &slot), (&peter, &slot), (&peter, &same)] {
        assert_eq!(
            caller.book(id).await.has_status(400).json(),
            json!({"error": UNAVAILABLE})
        );
    }
    assert_eq!(data(peter.get("/appointments").await), [Value::Null; 0]);
}

#[tokio::test]
async fn a_slot_that_came_too_near_meanwhile_is_unavailable() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let slot = anne.slot(TYPE, 0).await;

    realm.advance("PT1H1M").await; // 09:01, and the slot is tomorrow at 09:00

    let refused = anne.book(&slot).await.has_status(400).json();
    assert_eq!(refused["error"], UNAVAILABLE);
    assert!(text(&refused, "error_description").contains("too soon"), "{refused}");
}

#[tokio::test]
async fn an_availability_id_is_good_for_a_month_but_not_for_two_and_a_half() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let far = "/availabilities?appointment_category_id=54&appointment_type_id=201&from=2025-08-25&to=2025-08-30";
    let slot = text(&data(anne.get(far).await)[0], "id");

    realm.advance("PT720H").await;
    let anne = patient(&realm, "anne").await;
    let after_a_month = anne
        .post("/booking", &json!({"availability_id": slot, "insurance_id": 201}))
        .await;
    realm.advance("PT1000H").await;
    let anne = patient(&realm, "anne").await;
    let too_old = anne
        .post("/booking", &json!({"availability_id": slot, "insurance_id": 201}))
        .await;

    booked(after_a_month);
    assert!(text(&too_old.has_status(400).json(), "error_description").contains("too old"));
}

#[tokio::test]
async fn an_id_of_another_realm_is_unavailable() {
    let (here, elsewhere) = (fresh_realm().await, fresh_realm().await);
    let slot = patient(&elsewhere, "anne").await.slot(TYPE, 0).await;

    let anne = patient(&here, "anne").await;

    assert_eq!(anne.book(&slot).await.has_status(400).json()["error"], UNAVAILABLE);
    let patients_of_both = data(anne.get("/appointments").await);
    assert_eq!(patients_of_both, [Value::Null; 0]);
}

#[tokio::test]
async fn a_changed_id_is_unavailable_and_never_a_404() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let slot = anne.slot(TYPE, 0).await;
    let other = anne.slot(TYPE, 1).await;
    let (head, tail) = (
        slot.split("--").next().expect("parts"),
        other.split_once("--").expect("parts").1,
    );
    let flipped = match slot.strip_prefix('A') {
        Some(rest) => format!("B{rest}"),
        None => slot.replacen(|_| true, "A", 1),
    };

    for id in [
        flipped,
        format!("{head}--{tail}"),
        slot.replace("--", "-"),
        format!("{slot}="),
        "x".repeat(5000),
        "0".to_owned(),
    ] {
        let refused = anne.book(&id).await.has_status(400);
        assert_eq!(refused.json(), json!({"error": UNAVAILABLE}), "{id}");
    }
    assert_eq!(data(anne.get("/appointments").await), [Value::Null; 0]);
}

/// A slot whose id contains a `+`.
async fn slot_with_a_plus(anne: &Patient) -> String {
    let slots = anne.availabilities(CATEGORY, TYPE).await;
    slots
        .iter()
        .map(|slot| text(slot, "id"))
        .find(|id| id.contains('+'))
        .expect("among hundreds, one has a +")
}

#[tokio::test]
async fn blanks_where_plus_was_are_explained_under_either_policy() {
    for realm in [fresh_realm().await, portal_realm().await] {
        let anne = patient(&realm, "anne").await;
        let slot = slot_with_a_plus(&anne).await;

        // What a form makes of an id that nobody percent-encoded.
        let raw = anne
            .post_raw(
                "/booking",
                "application/x-www-form-urlencoded",
                format!("availability_id={slot}"),
            )
            .await;
        let error = text(&raw.has_status(400).json(), "error");
        assert!(
            error.starts_with("Format error in availability_id: ") && error.contains("%2B"),
            "{error}"
        );

        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("availability_id", &slot)
            .finish();
        booked(
            anne.post_raw("/booking", "application/x-www-form-urlencoded", form)
                .await,
        );
    }
}

#[tokio::test]
async fn a_lenient_policy_takes_blanks_for_plus() {
    let realm = realm_with(json!({"policy": {"preset": "portal", "lenient_availability_ids": true}})).await;
    let anne = patient(&realm, "anne").await;
    let slot = slot_with_a_plus(&anne).await;

    booked(anne.book(&slot.replace('+', " ")).await);
}

#[tokio::test]
async fn an_id_encoded_once_too_often_is_unavailable_with_its_reason() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let slot = anne.slot(TYPE, 0).await.replace('=', "%3D");

    let refused = anne.book(&slot).await.has_status(400).json();

    assert_eq!(refused["error"], UNAVAILABLE);
    assert!(
        text(&refused, "error_description").contains("percent-encoded"),
        "{refused}"
    );
}

/// The demo's people with a practice of one's own: always open, half-hour slots.
pub fn practice_seed() -> Value {
    let days = json!([
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday"
    ]);
    json!({
        "based_on": "demo",
        "mypatientportal": {
            "practices": [{
                "id": "abcdefgh12345678", "name": "P", "zone": "Europe/Berlin", "language": "en",
                "calendars": [{"id": "c", "openings": [{"days": days, "opens": "00:00", "closes": "00:00"}]}],
                "categories": [{
                    "id": 1, "calendar": "c", "name": "C",
                    "types": [{"id": 1, "name": "T", "length_minutes": 30, "asap_notifications_enabled": true}],
                }],
            }],
        },
    })
}

#[tokio::test]
async fn a_faulty_seed_says_what_is_wrong_with_it() {
    let mut seed = practice_seed();
    seed["mypatientportal"]["practices"][0]["zone"] = json!("Europe/Bielefeld");

    let refused = crate::support::Emulator::shared()
        .try_realm(json!({"seed": seed}))
        .await;

    assert_eq!(refused.status, 400, "{refused}");
    assert!(refused.text().contains("Europe/Bielefeld"), "{refused}");
}

#[tokio::test]
async fn answers_are_json_for_scripts_of_any_origin() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let origin = ("origin", "https://app.example.com");

    let asked = Answer::to(
        anne.0
            .request(reqwest::Method::GET, &at("/user"))
            .header(origin.0, origin.1),
    )
    .await
    .is_ok();
    let refused = Answer::to(realm.http.get(realm.url(&at("/user"))).header(origin.0, origin.1))
        .await
        .has_status(401);
    let preflight = realm
        .http
        .request(reqwest::Method::OPTIONS, realm.url(&at("/appointments/x/asap_list")))
        .header(origin.0, origin.1)
        .header("access-control-request-method", "PUT")
        .header("access-control-request-headers", "authorization,content-type");
    let preflight = Answer::to(preflight).await.is_ok();

    for answer in [&asked, &refused] {
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/json; charset=utf-8"),
            "{answer}"
        );
    }
    for answer in [&asked, &refused, &preflight] {
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{answer}");
    }
    assert_eq!(
        refused.header("access-control-expose-headers"),
        Some("www-authenticate")
    );
    assert!(
        preflight
            .header("access-control-allow-methods")
            .is_some_and(|methods| methods.contains("PUT"))
    );
}

#[tokio::test]
async fn the_portal_works_the_same_in_the_realm_at_the_root() {
    let emulator = crate::support::Emulator::start(&["--seed", "walkthrough"]);
    let root: Realm = emulator.default_realm();
    let anne = patient(&root, "anne").await;

    assert_eq!(anne.books(0).await, "xbCuVVTNU6rT6E5m8p6Y8h7opzfo");
}
