//! Row 5: who may book what: comment forms, insurances, ages, addresses, blocked patients.

use serde_json::{Value, json};

use super::{
    Patient, TYPE, booked,
    booking::{UNAVAILABLE, practice_seed},
    data, patient, text,
};
use crate::support::{fresh_realm, portal_realm, realm_with};

#[tokio::test]
async fn an_unanswered_comment_form_is_refused_as_it_was_recorded() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let slot = anne.slot(200, 0).await;
    let book = async |comment: Value| {
        anne.post(
            "/booking",
            &json!({"availability_id": slot, "structured_comment": comment}),
        )
        .await
    };

    assert_eq!(
        book(json!({"Neupatient": "Ja"})).await.has_status(422).json(),
        json!({
            "reason": "structured_comment_invalid", "overridable": false,
            "invalid_fields": [{"Vorerkrankungen": "muss ausgefüllt werden"}],
        })
    );
    let both = anne.book(&slot).await.has_status(422).json();
    assert_eq!(both["invalid_fields"].as_array().map(Vec::len), Some(2));
    let wrong = book(json!({"Neupatient": "Jein", "Vorerkrankungen": "-"}))
        .await
        .has_status(422)
        .json();
    assert_eq!(
        wrong["invalid_fields"],
        json!([{"Neupatient": "ist kein gültiger Wert"}])
    );
    assert_eq!(data(anne.get("/appointments").await), [Value::Null; 0]);
    booked(book(json!({"Neupatient": "Nein", "Vorerkrankungen": "keine"})).await);
}

#[tokio::test]
async fn a_practice_elsewhere_complains_in_its_own_language() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let path = "/availabilities?appointment_category_id=81&appointment_type_id=412";
    let slot = text(&data(anne.get(path).await)[0], "id");

    let refused = anne
        .post("/booking", &json!({"availability_id": slot, "insurance_id": 203}))
        .await
        .has_status(422)
        .json();

    assert_eq!(
        refused["invalid_fields"],
        json!([{"Motivo de la consulta": "no puede estar en blanco"}])
    );
}

#[tokio::test]
async fn the_form_can_be_answered_in_a_form() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let slot = anne.slot(200, 0).await;
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("availability_id", &slot);
    form.append_pair("structured_comment[Neupatient]", "Ja");
    form.append_pair("structured_comment[Vorerkrankungen]", "keine");
    form.append_pair("structured_comment[Allergien][]", "Latex");
    form.append_pair("structured_comment[Allergien][]", "Pflaster");
    form.append_pair("asap_list_opt_in", "true");

    let id = booked(
        anne.post_raw("/booking", "application/x-www-form-urlencoded", form.finish())
            .await,
    );

    assert_eq!(anne.appointment(&id).await["asap_list"], true);
}

#[tokio::test]
async fn the_insurance_decides_before_the_comment_form_and_the_slot_before_both() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let path = "/availabilities?appointment_category_id=54&appointment_type_id=201";
    let slot = text(&data(anne.get(path).await)[0], "id");
    let book = async |insurance: Value| {
        anne.post("/booking", &json!({"availability_id": slot, "insurance_id": insurance}))
            .await
    };
    let refused = json!({"error": "Forbidden with current insurance settings"});

    assert_eq!(book(json!(136)).await.has_status(403).json(), refused);
    assert_eq!(
        book(json!(null)).await.has_status(403).json(),
        refused,
        "no insurance at all"
    );
    assert_eq!(book(json!(999)).await.has_status(403).json(), refused);
    let id = booked(book(json!(201)).await);
    assert_eq!(anne.appointment(&id).await["insurance_id"], 201);
    assert_eq!(
        book(json!(136)).await.has_status(400).json()["error"],
        UNAVAILABLE,
        "taken comes first"
    );
}

#[tokio::test]
async fn who_is_too_young_or_too_old_cannot_book() {
    let realm = fresh_realm().await;
    let (anne, mia) = (patient(&realm, "anne").await, patient(&realm, "mia").await);
    let slot_of = async |caller: &Patient, category, appointment_type| {
        text(&caller.availabilities(category, appointment_type).await[0], "id")
    };

    let check_up = slot_of(&mia, 55, 205).await;
    let too_young = mia.book(&check_up).await.has_status(400).json();
    let well_child = slot_of(&anne, 71, 312).await;
    let too_old = anne.book(&well_child).await.has_status(400).json();

    assert!(
        text(&too_young, "error_description").contains("35 or older"),
        "{too_young}"
    );
    assert!(
        text(&too_old, "error_description").contains("17 or younger"),
        "{too_old}"
    );
    booked(mia.book(&well_child).await);
    booked(anne.book(&check_up).await);
}

#[tokio::test]
async fn a_type_without_the_asap_list_sends_no_messages() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let slot = anne.slot(199, 0).await;

    let refused = anne
        .post("/booking", &json!({"availability_id": slot, "asap_list_opt_in": true}))
        .await
        .has_status(400);

    assert_eq!(
        refused.json(),
        json!({"error": "ASAP notifications are not enabled for this appointment type."})
    );
    booked(anne.book(&slot).await);
}

#[tokio::test]
async fn who_waits_without_an_address_is_asked_for_one() {
    let realm = fresh_realm().await;
    let ben = patient(&realm, "ben").await; // has no e-mail address
    let slot = ben.slot(TYPE, 0).await;
    let wait = async |email: Value| {
        ben.post(
            "/booking",
            &json!({"availability_id": slot, "asap_list_opt_in": true, "email": email}),
        )
        .await
    };

    assert_eq!(wait(json!(null)).await.has_status(400).json()["error"], "email missing");
    assert_eq!(
        wait(json!("ben at home")).await.has_status(400).json()["error"],
        "Format error in email"
    );
    booked(wait(json!("ben@example.com")).await);
}

#[tokio::test]
async fn patient_data_is_insisted_on_only_when_asked_to() {
    let realm = fresh_realm().await;
    let ben = patient(&realm, "ben").await; // MVZ Berlin requires a mobile number and an e-mail address
    let slot = ben.slot(TYPE, 0).await;

    let refused = ben
        .post(
            "/booking",
            &json!({"availability_id": slot, "validate_patient_data": true}),
        )
        .await;

    assert_eq!(refused.has_status(400).json()["error"], "mobile missing");
    booked(
        ben.post(
            "/booking",
            &json!({"availability_id": slot, "validate_patient_data": false}),
        )
        .await,
    );
}

#[tokio::test]
async fn a_blocked_patient_is_refused_as_it_was_recorded() {
    let mut seed = practice_seed();
    seed["mypatientportal"]["practices"][0]["blocked_patients"] = json!(["Anne"]);
    let realm = realm_with(json!({"seed": seed, "policy": "portal"})).await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    let slot = text(&anne.availabilities(1, 1).await[0], "id");

    let refused = anne.book(&slot).await.has_status(400).json();

    assert_eq!(refused, json!({"reason": "attendant_blocked", "overridable": false}));
    booked(peter.book(&slot).await);
}
