//! What is known of API v2.

use serde_json::{Value, json};

use super::{Customer, clinic, finds_wrong, says};
use crate::support::Answer;

fn credentials() -> Value {
    json!({"username": "demo-clinic", "password": "demo-password"})
}

async fn with_bearer(clinic: &Customer, token: &str, body: &Value) -> Answer {
    let url = clinic.realm.url("/mediquo/v2/patients/bulk");
    Answer::to(clinic.realm.http.post(url).bearer_auth(token).json(body)).await
}

async fn with_api_key_alone(clinic: &Customer, body: &Value) -> Answer {
    let url = clinic.realm.url("/mediquo/v2/patients/authenticate");
    let request = clinic.realm.http.post(url).header("x-api-key", clinic.api_key);
    Answer::to(request.json(body)).await
}

#[tokio::test]
async fn an_organization_gets_a_bearer_token_for_ten_minutes() {
    let clinic = clinic().await;
    let patients = json!({"patients": [{"code": "p", "first_name": "P", "phone_prefix": "+34", "phone": "600"}]});

    let first = clinic.post("/v2/authenticate", &credentials()).await.is_ok();
    let second = clinic.post("/v2/authenticate", &credentials()).await.is_ok();

    assert_eq!(first.json()["token_type"], "Bearer");
    let (one, two) = (first.access_token(), second.access_token());
    assert!(one.starts_with("1|") && two.starts_with("2|"), "{one} {two}");
    clinic.realm.advance("PT9M59S").await;
    let answer = with_bearer(&clinic, &two, &patients).await;
    assert_eq!(answer.is_ok().json(), json!({"message": "Success"}));
    assert_eq!(clinic.patient("p").await["phone"], "600");
    clinic.realm.advance("PT1S").await;
    says(with_bearer(&clinic, &two, &patients).await, 401, "Unauthorized");
    says(with_bearer(&clinic, "2|nonsense", &patients).await, 401, "Unauthorized");
}

#[tokio::test]
async fn too_many_wrong_passwords_are_refused_with_the_time_to_wait_and_the_right_one_passes() {
    let clinic = clinic().await;
    let wrong = json!({"username": "demo-clinic", "password": "guess"});

    for _ in 0..10 {
        says(clinic.post("/v2/authenticate", &wrong).await, 401, "Unauthorized");
    }
    let throttled = clinic.post("/v2/authenticate", &wrong).await;

    let wait: u64 = throttled
        .header("retry-after")
        .unwrap_or_default()
        .parse()
        .expect("seconds");
    assert!((1..=60).contains(&wait));
    says(throttled, 429, "Too Many Attempts.");
    clinic.post("/v2/authenticate", &credentials()).await.is_ok();
}

#[tokio::test]
async fn wrong_credentials_and_organizations_without_v2_are_unauthorized() {
    let clinic = clinic().await;
    let body = |username: &str, password: &str| json!({"username": username, "password": password});

    for wrong in [body("demo-clinic", "guess"), body("other-insurer", "demo-password")] {
        says(clinic.post("/v2/authenticate", &wrong).await, 401, "Unauthorized");
    }
    let insurer = Customer::insurer(&clinic.realm);
    let answer = insurer
        .post("/v2/authenticate", &body("other-insurer", "demo-password"))
        .await;
    says(answer, 401, "Unauthorized");
    let answer = clinic
        .post("/v2/authenticate", &json!({"username": "demo-clinic"}))
        .await;
    finds_wrong(answer, "password", "The password field is required.");
}

#[tokio::test]
async fn a_patient_is_authenticated_with_the_public_key_and_a_lower_case_token_type() {
    let clinic = clinic().await;

    let answer = with_api_key_alone(&clinic, &json!({"code": "jane-1"})).await.is_ok();

    assert_eq!(answer.json()["token_type"], "bearer");
    assert_eq!(answer.access_token().split('.').count(), 3);
    for unknown in ["nobody", "other-1"] {
        says(
            with_api_key_alone(&clinic, &json!({ "code": unknown })).await,
            401,
            "Unauthorized",
        );
    }
    finds_wrong(
        with_api_key_alone(&clinic, &json!({})).await,
        "code",
        "The code field is required.",
    );
    let url = clinic.realm.url("/mediquo/v2/patients/authenticate");
    let keyless = Answer::to(clinic.realm.http.post(url).json(&json!({"code": "jane-1"}))).await;
    says(keyless, 401, "Unauthorized");
}

#[tokio::test]
async fn patients_are_written_with_the_keys_too_and_refused_as_in_version_1() {
    let clinic = clinic().await;
    let many: Vec<_> = (0..101)
        .map(|one| json!({"code": one.to_string(), "first_name": "P"}))
        .collect();

    clinic
        .post(
            "/v2/patients/bulk",
            &json!({"patients": [{"code": "p", "first_name": "P"}]}),
        )
        .await
        .is_ok();

    says(
        clinic.post("/v2/patients/bulk", &json!({})).await,
        400,
        "The patients field is required.",
    );
    finds_wrong(
        clinic.post("/v2/patients/bulk", &json!({ "patients": many })).await,
        "patients",
        "The patients may not have more than 100 items.",
    );
    finds_wrong(
        clinic
            .post("/v2/patients/bulk", &json!({"patients": [{"code": "p"}]}))
            .await,
        "patients.0.first_name",
        "The patients.0.first_name field is required.",
    );
}
