//! `POST /v1/patients/authenticate`: tokens for the widget.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{Customer, clinic, clinic_with, finds_wrong, says};
use crate::support::realm_with;

const PATH: &str = "/v1/patients/authenticate";

fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

#[tokio::test]
async fn a_patient_gets_an_hs256_token_for_a_day() {
    let clinic = clinic().await;

    let answer = clinic.post(PATH, &json!({"code": "jane-1"})).await.is_ok();

    assert_eq!(answer.json()["token_type"], "Bearer");
    assert_eq!(answer.json().as_object().map(|members| members.len()), Some(2));
    let token = answer.access_token();
    assert_eq!(part(&token, 0), json!({"typ": "JWT", "alg": "HS256"}));
    let claims = part(&token, 1);
    assert_eq!(
        (&claims["sub"], &claims["org"]),
        (&json!("jane-1"), &json!("demo-clinic"))
    );
    let lives = claims["exp"].as_i64().zip(claims["iat"].as_i64());
    assert_eq!(lives, Some((1_748_930_400, 1_748_844_000)));
    assert!(claims["jti"].is_string());
}

#[tokio::test]
async fn each_token_is_another() {
    let clinic = clinic().await;

    assert_ne!(clinic.token("jane-1").await, clinic.token("jane-1").await);
}

#[tokio::test]
async fn a_patient_nobody_knows_is_unauthorized_or_not_found_as_the_policy_says() {
    let clinic = clinic().await;
    says(clinic.post(PATH, &json!({"code": "nobody"})).await, 401, "Unauthorized");

    let other = clinic_with(json!({"unknown_patient_status": 404})).await;

    says(other.post(PATH, &json!({"code": "nobody"})).await, 404, "Not found");
}

#[tokio::test]
async fn a_patient_that_is_not_visible_yet_does_not_exist() {
    let clinic = Customer::clinic(&realm_with(json!({})).await);
    clinic.writes(json!([{"code": "new", "first_name": "New"}])).await;
    says(clinic.post(PATH, &json!({"code": "new"})).await, 401, "Unauthorized");

    clinic.realm.advance("PT1S").await;

    clinic.token("new").await;
}

#[tokio::test]
async fn without_a_code_or_for_somebody_elses_patient_there_is_no_token() {
    let clinic = clinic().await;

    for body in [json!({}), json!({"code": null}), json!({"code": " "})] {
        finds_wrong(clinic.post(PATH, &body).await, "code", "The code field is required.");
    }
    finds_wrong(
        clinic.post(PATH, &json!({"code": 7})).await,
        "code",
        "The code must be a string.",
    );
    says(clinic.post(PATH, &json!({"code": "other-1"})).await, 403, "Forbidden");
}
