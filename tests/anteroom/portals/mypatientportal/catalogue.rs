//! Rows 1, 8 to 11 and 15 to 18: who, what, where, when.

use serde_json::{Value, json};

use super::{CATEGORY, Patient, TYPE, data, ids, patient, realm_with_practice, text};
use crate::support::{fresh_realm, portal_realm, realm_with};

#[tokio::test]
async fn the_profile_has_the_documented_members_in_their_order() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;

    let profile = anne.get("/user").await.is_ok().json()["data"].clone();

    let names: Vec<_> = profile
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        names,
        [
            "id",
            "full_name",
            "last_name",
            "first_name",
            "email",
            "insurance_number",
            "insurance_company_id",
            "gender",
            "born_on",
            "phone",
            "mobile",
            "street",
            "zip",
            "city",
            "country"
        ]
    );
    assert_eq!(profile["full_name"], "Rogers, Anne");
    assert_eq!(profile["insurance_company_id"], 136);
    assert_eq!(profile["born_on"], "1984-03-17");
    let id = text(&profile, "id");
    assert!(id.len() == 36 && id.split('-').count() == 5, "a UUID: {id}");
}

#[tokio::test]
async fn what_a_patient_did_not_say_is_null_and_a_name_alone_is_a_name() {
    let realm = fresh_realm().await;

    let ben = patient(&realm, "ben").await.get("/user").await.is_ok().json()["data"].clone();
    let putri = patient(&realm, "putri").await.get("/user").await.is_ok().json()["data"].clone();

    assert_eq!(ben["email"], Value::Null);
    assert_eq!((&putri["last_name"], &putri["born_on"]), (&Value::Null, &Value::Null));
    assert_eq!(
        (&putri["full_name"], &putri["first_name"]),
        (&json!("Putri"), &Value::Null)
    );
}

#[tokio::test]
async fn two_clients_know_a_patient_under_different_ids_where_subjects_are_pairwise() {
    let realm = portal_realm().await;
    let id = async |client: crate::support::ClientApp| {
        let tokens = client
            .asking_for("openid profile_read")
            .request()
            .with_pkce()
            .tokens_for("anne")
            .await;
        text(
            &Patient(realm.caller(&tokens.access_token))
                .get("/user")
                .await
                .is_ok()
                .json()["data"],
            "id",
        )
    };

    assert_ne!(id(realm.demo_client()).await, id(realm.demo_spa()).await);
}

#[tokio::test]
async fn insurances_have_a_number_a_name_and_a_kind() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;

    let insurances = data(anne.get("/insurances").await);

    assert_eq!(
        insurances[0],
        json!({"id": 136, "name": "Techniker Krankenkasse", "type": "public"})
    );
    let kinds: Vec<_> = insurances.iter().map(|one| text(one, "type")).collect();
    assert!(
        ["public", "private", "self_pay"]
            .iter()
            .all(|kind| kinds.iter().any(|one| one == kind))
    );
}

#[tokio::test]
async fn a_category_without_a_type_for_the_insurance_is_left_out_and_the_scope_says_so() {
    let realm = realm_with(json!({"seed": "walkthrough"})).await;
    let anne = patient(&realm, "anne").await;
    let listed = async |query: &str| {
        let answer = anne
            .get(&format!("/appointment_categories{query}"))
            .await
            .is_ok()
            .json();
        (ids(answer["data"].as_array().expect("a list")), answer["scope"].clone())
    };

    assert_eq!(listed("").await, (vec![53, 54], json!("limited")));
    assert_eq!(listed("?insurance_id=136").await, (vec![53], json!("limited")));
    assert_eq!(listed("?insurance_id=201").await, (vec![53, 54], json!("limited")));
}

#[tokio::test]
async fn a_category_reads_as_documented() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;

    let smith = json!({
        "id": 53, "name": "Smith, George", "description": "<p>Radiology</p>\n", "subtitle": "Radiologist", "photo_url": null,
    });

    assert_eq!(data(anne.get("/appointment_categories").await)[0], smith);
    assert_eq!(
        anne.get("/appointment_categories/53").await.is_ok().json(),
        json!({"data": smith})
    );
}

#[tokio::test]
async fn categories_can_be_asked_for_by_practice() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;

    assert_eq!(
        ids(&data(
            anne.get("/appointment_categories?practice_id=k4tq8zr2mh6wvc1x").await
        )),
        [71, 72]
    );
    let unknown = anne
        .get("/appointment_categories?practice_id=nosuchpractice00")
        .await
        .has_status(404);
    assert_eq!(unknown.json()["error"], "Practice not found");
}

#[tokio::test]
async fn the_types_of_the_walkthrough_read_as_documented() {
    let realm = realm_with(json!({"seed": "walkthrough"})).await;
    let anne = patient(&realm, "anne").await;

    let answer = anne
        .get("/appointment_types?appointment_category_id=53")
        .await
        .is_ok()
        .json();

    assert_eq!(
        (&answer["scope"], &answer["appointment_category_id"]),
        (&json!("all"), &json!(53))
    );
    assert_eq!(
        answer["data"][0],
        json!({
            "id": 198, "name": "Sprechstunde", "description": null, "comment_form": null, "attendant_user_required": true,
            "is_video_consultation": false, "patient_can_book_without_account": true, "asap_notifications_enabled": true,
        })
    );
    assert_eq!(ids(answer["data"].as_array().expect("a list")), [198, 199, 200, 202]);
    assert_eq!(answer["data"][1]["is_video_consultation"], true);
    assert_eq!(
        answer["data"][2]["comment_form"],
        json!([
            {"name": "Neupatient", "required": true, "type": "combo", "config": {"values": "Ja\nNein"}},
            {"name": "Vorerkrankungen", "required": true, "type": "textfield", "config": null},
        ])
    );
    let one = anne.get("/appointment_types/200").await.is_ok().json();
    assert_eq!(one["data"], answer["data"][2]);
}

#[tokio::test]
async fn types_are_narrowed_by_insurance_and_by_age() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let types = async |query: &str| ids(&data(anne.get(&format!("/appointment_types?{query}")).await));

    assert_eq!(types("appointment_category_id=54&insurance_id=136").await, [0; 0]);
    assert_eq!(types("appointment_category_id=54&insurance_id=301").await, [201]);
    assert_eq!(
        types("appointment_category_id=55&born_on=1990-06-03").await,
        [204],
        "34 today"
    );
    assert_eq!(
        types("appointment_category_id=55&born_on=1990-06-02").await,
        [204, 205],
        "35 today"
    );
    assert_eq!(
        types("appointment_category_id=71&born_on=2007-06-02").await,
        [311],
        "18 today"
    );
    assert_eq!(
        types("appointment_category_id=71&born_on=2007-06-03").await,
        [311, 312],
        "17 today"
    );
}

#[tokio::test]
async fn what_is_not_in_the_catalogue_is_not_found_in_the_documented_words() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;

    for path in [
        "/appointment_types?appointment_category_id=999",
        "/appointment_categories/999",
        "/appointment_categories/abc",
        "/appointment_categories/-53",
        "/appointment_types/999",
        "/appointment_types/198?appointment_category_id=54",
        "/appointment_types/99999999999999999999",
        "/availabilities?appointment_category_id=53&appointment_type_id=201",
        "/availabilities?appointment_category_id=999&appointment_type_id=198",
    ] {
        let answer = anne.get(path).await.has_status(404);
        assert_eq!(
            answer.json(),
            json!({"error": "Event type or category not found."}),
            "{path}"
        );
    }
    for path in ["/practices/nosuchpractice00", "/practices/%00", "/practices/..%2f"] {
        let answer = anne.get(path).await.has_status(404);
        assert_eq!(answer.json(), json!({"error": "Practice not found"}), "{path}");
    }
}

#[tokio::test]
async fn an_insurance_that_is_not_accepted_is_refused_in_the_documented_words() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let refused = json!({"error": "Forbidden with current insurance settings"});

    for path in [
        "/availabilities?appointment_category_id=54&appointment_type_id=201&insurance_id=136",
        "/availabilities?appointment_category_id=53&appointment_type_id=198&insurance_id=999",
        "/appointment_categories?insurance_id=999",
        "/appointment_types?appointment_category_id=53&insurance_id=999",
    ] {
        assert_eq!(anne.get(path).await.has_status(403).json(), refused, "{path}");
    }
}

#[tokio::test]
async fn practices_are_listed_and_shown_with_what_they_ask_of_patients() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;

    let practices = data(anne.get("/practices").await);

    assert_eq!(practices[0], json!({"id": "9yrnjbqpcfwgsajr", "name": "MVZ Berlin"}));
    assert_eq!(
        anne.get("/practices/9yrnjbqpcfwgsajr").await.is_ok().json()["data"],
        json!({
            "id": "9yrnjbqpcfwgsajr", "name": "MVZ Berlin",
            "required_patient_fields": ["first_name", "last_name", "mobile", "email"], "photo_url": null,
        })
    );
}

#[tokio::test]
async fn the_free_slots_of_the_walkthrough_are_the_practices_hours() {
    let realm = realm_with(json!({"seed": "walkthrough"})).await;
    let anne = patient(&realm, "anne").await;

    let slots = anne.availabilities(CATEGORY, TYPE).await;

    let day: Vec<_> = slots
        .iter()
        .map(|slot| text(slot, "starts_at"))
        .filter(|at| at.starts_with("2025-06-04"))
        .collect();
    assert_eq!(
        day.len(),
        18,
        "three hours before noon and three after, in slots of 20 minutes"
    );
    assert_eq!(day[0], "2025-06-04T09:00:00+02:00");
    assert_eq!(day[8], "2025-06-04T11:40:00+02:00");
    assert_eq!(day[9], "2025-06-04T14:00:00+02:00");
    assert_eq!(slots[0]["starts_at"], "2025-06-03T09:00:00+02:00");
    assert_eq!(slots[0]["ends_at"], "2025-06-03T09:20:00+02:00");
    assert_eq!(slots.len(), 20 * 18, "twenty weekdays");
}

#[tokio::test]
async fn slots_respect_lead_time_and_horizon_as_the_clock_goes_on() {
    let realm = realm_with(json!({"seed": "walkthrough"})).await;
    let anne = patient(&realm, "anne").await;
    let first = async || text(&anne.availabilities(CATEGORY, TYPE).await[0], "starts_at");
    let last = async || {
        let all = "/availabilities?appointment_category_id=53&appointment_type_id=198&from=2025-06-01&to=2026-06-01";
        text(data(anne.get(all).await).last().expect("slots"), "starts_at")
    };

    assert_eq!(
        first().await,
        "2025-06-03T09:00:00+02:00",
        "the day after, not sooner than 24 hours ahead"
    );
    assert_eq!(last().await, "2025-08-01T16:40:00+02:00", "sixty days ahead");
    realm.advance("PT1H1M").await;
    assert_eq!(
        first().await,
        "2025-06-03T09:20:00+02:00",
        "24 hours before 09:00 are over"
    );
}

#[tokio::test]
async fn without_days_the_next_thirty_are_meant() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;

    let slots = data(
        anne.get("/availabilities?appointment_category_id=53&appointment_type_id=198")
            .await,
    );

    assert!(text(&slots[0], "starts_at").starts_with("2025-06-03"));
    assert!(text(slots.last().expect("slots"), "starts_at").starts_with("2025-07-02"));
}

#[tokio::test]
async fn a_practice_elsewhere_offers_its_own_hours_in_its_own_zone() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;

    let slots = data(
        anne.get("/availabilities?appointment_category_id=71&appointment_type_id=311&from=2025-06-04&to=2025-06-04")
            .await,
    );

    assert_eq!(text(&slots[0], "starts_at"), "2025-06-04T08:00:00-04:00");
    assert_eq!(
        text(slots.last().expect("slots"), "ends_at"),
        "2025-06-04T16:00:00-04:00"
    );
}

#[tokio::test]
async fn a_day_on_which_nobody_works_is_an_empty_list() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;

    for days in [
        "from=2025-06-07&to=2025-06-08",
        "from=2024-01-01&to=2024-01-31",
        "from=9999-12-31&to=9999-12-31",
    ] {
        let path = format!("/availabilities?appointment_category_id=53&appointment_type_id=198&{days}");
        assert_eq!(data(anne.get(&path).await), [Value::Null; 0], "{days}");
    }
}

#[tokio::test]
async fn slots_for_children_end_on_the_day_they_come_of_age() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;

    let slots = data(
        anne.get("/availabilities?appointment_category_id=71&appointment_type_id=312&born_on=2007-06-10&from=2025-06-01&to=2025-06-30")
            .await,
    );

    assert!(
        text(slots.last().expect("slots"), "starts_at").starts_with("2025-06-09"),
        "18 on the tenth"
    );
}

#[tokio::test]
async fn every_listing_gives_a_slot_another_id() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;

    assert_ne!(anne.slot(TYPE, 0).await, anne.slot(TYPE, 0).await);
}

#[tokio::test]
async fn a_list_of_free_slots_ends_however_many_there_are_and_goes_on_where_it_ended() {
    let day_and_night = json!({
        "days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
        "opens": "00:00", "closes": "00:00",
    });
    let realm = realm_with_practice(json!({
        "id": "always", "name": "Always open", "zone": "Europe/Berlin",
        "calendars": [{"id": "always", "openings": [day_and_night], "horizon_days": 60}],
        "categories": [{"id": 1, "calendar": "always", "name": "C", "types": [{"id": 1, "name": "T", "length_minutes": 1}]}],
    }))
    .await;
    let anne = patient(&realm, "anne").await;
    let path = "/availabilities?appointment_category_id=1&appointment_type_id=1&to=9999-12-31";

    let slots = data(anne.get(path).await);
    let last = text(&slots[slots.len() - 1], "starts_at");
    let rest = data(anne.get(&format!("{path}&from={}", &last[..10])).await);

    assert_eq!(slots.len(), 5000);
    assert_eq!(slots[0]["starts_at"], "2025-06-02T08:00:00+02:00");
    assert!(rest.iter().any(|slot| slot["starts_at"] == last.as_str()), "{last}");
    assert!(rest.iter().any(|slot| text(slot, "starts_at") > last), "{last}");
}
