//! `PUT /v1/patients`, `GET /v1/patients/{code}`.

use serde_json::{Value, json};

use super::{Customer, clinic, clinic_with, finds_wrong, says};
use crate::support::realm_with;

fn jane() -> Value {
    json!({
        "code": "jane-2", "first_name": "Jane", "last_name": "Doe", "gender": "female", "birth_date": "2000-01-01",
        "meta": {"card_id": "1234"},
    })
}

#[tokio::test]
async fn a_patient_is_shown_with_every_documented_member_in_its_order() {
    let clinic = clinic().await;

    clinic.writes(json!([jane()])).await;

    let expected = json!({
        "code": "jane-2", "first_name": "Jane", "last_name": "Doe", "gender": "female", "birth_date": "2000-01-01",
        "tax_id": null, "email": null, "plan": null, "phone": null, "locale": "es",
        "created_at": "2025-06-02 06:00:00+0000", "updated_at": "2025-06-02 06:00:00+0000",
        "unsubscribed_at": "2025-06-02 06:00:00+0000", "meta": {"card_id": "1234"},
    });
    let shown = clinic.get("/v1/patients/jane-2").await.is_ok();
    assert_eq!(shown.text(), expected.to_string());
}

#[tokio::test]
async fn both_prefixes_serve_the_same() {
    let clinic = clinic().await;

    clinic
        .put("/api/v1/patients", &json!({"patients": [jane()]}))
        .await
        .is_ok();

    let one = clinic.get("/v1/patients/jane-2").await.is_ok().json();
    assert_eq!(clinic.get("/api/v1/patients/jane-2").await.is_ok().json(), one);
}

#[tokio::test]
async fn a_plan_subscribes_and_its_absence_unsubscribes() {
    let clinic = clinic().await;
    let write = async |plan: Value| {
        clinic
            .writes(json!([{"code": "p", "first_name": "P", "plan": plan}]))
            .await;
        clinic.realm.advance("PT1H").await;
        let shown = clinic.patient("p").await;
        (shown["plan"].clone(), shown["unsubscribed_at"].clone())
    };

    assert_eq!(write(json!("gold")).await, (json!("gold"), json!(null)));
    assert_eq!(
        write(json!(null)).await,
        (json!(null), json!("2025-06-02 07:00:00+0000"))
    );
    assert_eq!(
        write(json!(null)).await,
        (json!(null), json!("2025-06-02 07:00:00+0000"))
    );
    assert_eq!(write(json!("gold")).await, (json!("gold"), json!(null)));
    let shown = clinic.patient("p").await;
    assert_eq!(
        (&shown["created_at"], &shown["updated_at"]),
        (&json!("2025-06-02 06:00:00+0000"), &json!("2025-06-02 09:00:00+0000"))
    );
}

#[tokio::test]
async fn an_update_replaces_everything_or_merges_where_the_policy_says_so() {
    for (policy, tax_id) in [("replace", json!(null)), ("merge", json!("X1"))] {
        let clinic = clinic_with(json!({"patient_update": policy})).await;
        clinic
            .writes(json!([{"code": "p", "first_name": "P", "tax_id": "X1", "plan": "gold"}]))
            .await;

        clinic.writes(json!([{"code": "p", "first_name": "Q"}])).await;

        let shown = clinic.patient("p").await;
        assert_eq!(
            (&shown["first_name"], &shown["tax_id"]),
            (&json!("Q"), &tax_id),
            "{policy}"
        );
        assert_eq!(shown["plan"], json!(null), "{policy}");
    }
}

#[tokio::test]
async fn of_one_code_twice_the_last_wins_unless_the_policy_refuses() {
    let twice = json!({"patients": [{"code": "p", "first_name": "One"}, {"code": "p", "first_name": "Two"}]});
    let clinic = clinic().await;
    clinic.put("/v1/patients", &twice).await.is_ok();
    assert_eq!(clinic.patient("p").await["first_name"], "Two");

    let strict = clinic_with(json!({"repeated_patient_codes": "refused"})).await;

    let answer = strict.put("/v1/patients", &twice).await;
    finds_wrong(
        answer,
        "patients.1.code",
        "The patients.1.code field has a duplicate value.",
    );
    says(strict.get("/v1/patients/p").await, 404, "Not found");
}

#[tokio::test]
async fn meta_is_an_object_or_an_array_and_comes_back_unchanged() {
    let clinic = clinic().await;
    for meta in [json!({"z": 1, "a": [true, null]}), json!(["1234", 5]), json!([])] {
        clinic
            .writes(json!([{"code": "m", "first_name": "M", "meta": meta}]))
            .await;

        assert_eq!(clinic.patient("m").await["meta"], meta);
    }
}

#[tokio::test]
async fn a_hundred_patients_are_written_and_a_hundred_and_one_are_not() {
    let clinic = clinic().await;
    let patients = |count: usize, prefix: &str| {
        let one = |number| json!({"code": format!("{prefix}{number}"), "first_name": "P"});
        json!({"patients": (0..count).map(one).collect::<Vec<_>>()})
    };

    clinic.put("/v1/patients", &patients(100, "a")).await.is_ok();
    let answer = clinic.put("/v1/patients", &patients(101, "b")).await;

    finds_wrong(answer, "patients", "The patients may not have more than 100 items.");
    clinic.get("/v1/patients/a99").await.is_ok();
    says(clinic.get("/v1/patients/b0").await, 404, "Not found");
}

#[tokio::test]
async fn one_invalid_entry_means_that_nothing_changes() {
    let clinic = clinic().await;
    let before = clinic.patient("jane-1").await;
    let body = json!({"patients": [
        {"code": "jane-1", "first_name": "Changed"},
        {"code": "new", "first_name": "New"},
        {"first_name": "Nameless", "gender": "none", "birth_date": "01.01.1980", "locale": "fr"},
    ]});

    let answer = clinic.put("/v1/patients", &body).await.has_status(422);

    let expected = json!({"message": "The given data was invalid.", "errors": {
        "patients.2.code": ["The patients.2.code field is required."],
        "patients.2.gender": ["The selected patients.2.gender is invalid."],
        "patients.2.birth_date": ["The patients.2.birth_date does not match the format Y-m-d."],
        "patients.2.locale": ["The selected patients.2.locale is invalid."],
    }});
    assert_eq!(answer.json(), expected);
    assert_eq!(clinic.patient("jane-1").await, before);
    says(clinic.get("/v1/patients/new").await, 404, "Not found");
}

#[tokio::test]
async fn without_patients_the_request_is_unacceptable() {
    let clinic = clinic().await;
    for body in [json!({}), json!({"patients": null}), json!({"patient": []})] {
        let answer = clinic.put("/v1/patients", &body).await;
        says(answer, 400, "The patients field is required.");
    }
    finds_wrong(
        clinic.put("/v1/patients", &json!({"patients": {}})).await,
        "patients",
        "The patients must be an array.",
    );
    finds_wrong(
        clinic.put("/v1/patients", &json!({"patients": ["jane"]})).await,
        "patients.0",
        "The patients.0 must be an array.",
    );
}

#[tokio::test]
async fn what_is_written_can_be_read_after_the_delay_of_the_realms_clock() {
    let clinic = Customer::clinic(&realm_with(json!({})).await);
    clinic.writes(json!([jane()])).await;
    says(clinic.get("/v1/patients/jane-2").await, 404, "Not found");
    clinic
        .writes(json!([{"code": "jane-1", "first_name": "Changed"}]))
        .await;
    assert_eq!(clinic.patient("jane-1").await["first_name"], "Jane");

    clinic.realm.advance("PT0.299S").await;
    says(clinic.get("/v1/patients/jane-2").await, 404, "Not found");
    clinic.realm.advance("PT0.001S").await;

    assert_eq!(clinic.patient("jane-2").await["first_name"], "Jane");
    assert_eq!(clinic.patient("jane-1").await["first_name"], "Changed");
}

#[tokio::test]
async fn validation_does_not_wait_for_the_delay() {
    let clinic = Customer::clinic(&realm_with(json!({})).await);

    let answer = clinic.put("/v1/patients", &json!({"patients": [{"code": "x"}]})).await;

    finds_wrong(
        answer,
        "patients.0.first_name",
        "The patients.0.first_name field is required.",
    );
}

#[tokio::test]
async fn a_test_can_have_the_queue_processed_without_turning_the_clock() {
    let clinic = Customer::clinic(&realm_with(json!({})).await);
    let queue = "/control/api/mediquo/patient-queue";
    clinic
        .writes(json!([jane(), {"code": "joe-1", "first_name": "Joe"}]))
        .await;
    let waiting = clinic.realm.get(queue).await.is_ok().json();
    assert_eq!(waiting, json!({"pending": 2, "next_at": "2025-06-02T06:00:00.3Z"}));

    let processed = clinic.realm.post_json(&format!("{queue}/process"), &json!({})).await;

    assert_eq!(processed.is_ok().json(), json!({"processed": 2}));
    clinic.patient("joe-1").await;
    let waiting = clinic.realm.get(&format!("{queue}?wait=30")).await.is_ok().json();
    assert_eq!(waiting, json!({"pending": 0, "next_at": null}));
}

#[tokio::test]
async fn waiting_for_the_queue_ends_when_it_is_empty() {
    let clinic = Customer::clinic(&realm_with(json!({"clock": {"frozen": false}})).await);
    clinic.writes(json!([jane()])).await;

    let waited = clinic.realm.get("/control/api/mediquo/patient-queue?wait=30").await;

    assert_eq!(waited.is_ok().json()["pending"], 0);
    clinic.patient("jane-2").await;
    for wrong in ["wait=soon", "wait=-1", "hurry=1"] {
        let answer = clinic
            .realm
            .get(&format!("/control/api/mediquo/patient-queue?{wrong}"))
            .await;
        answer.has_status(400);
    }
}

#[tokio::test]
async fn there_is_no_list_unless_the_policy_has_one() {
    let clinic = clinic().await;
    let answer = clinic.get("/v1/patients").await.has_header("allow", "PUT");
    says(
        answer,
        405,
        "The GET method is not supported for this route. Supported methods: PUT.",
    );

    let listing = clinic_with(json!({"patient_list": true})).await;

    let listed = listing.get("/v1/patients").await.is_ok().json();
    let codes: Vec<_> = listed
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["code"])
        .collect();
    assert_eq!(codes, ["jane-1", "john-1"]);
}

#[tokio::test]
async fn a_patient_of_somebody_else_is_forbidden_and_one_of_nobody_not_found() {
    let clinic = clinic().await;

    says(clinic.get("/v1/patients/other-1").await, 403, "Forbidden");
    says(clinic.get("/v1/patients/nobody").await, 404, "Not found");
    says(
        Customer::insurer(&clinic.realm).get("/v1/patients/jane-1").await,
        403,
        "Forbidden",
    );
}

#[tokio::test]
async fn two_organizations_may_use_the_same_code() {
    let clinic = clinic().await;
    let insurer = Customer::insurer(&clinic.realm);

    insurer
        .writes(json!([{"code": "jane-1", "first_name": "Another Jane"}]))
        .await;

    assert_eq!(insurer.patient("jane-1").await["first_name"], "Another Jane");
    assert_eq!(clinic.patient("jane-1").await["first_name"], "Jane");
}

#[tokio::test]
async fn codes_may_hold_anything_an_address_can_be_escaped_to() {
    let clinic = clinic().await;
    clinic.writes(json!([{"code": "a/b c ü", "first_name": "P"}])).await;

    assert_eq!(clinic.patient("a%2Fb%20c%20%C3%BC").await["code"], "a/b c ü");
}
