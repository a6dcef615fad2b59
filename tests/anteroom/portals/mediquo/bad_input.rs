//! Requests no customer's server would send: each gets mediQuo's own error, and nothing is half-written.

use reqwest::Method;
use serde_json::json;

use super::{Customer, clinic, says};
use crate::support::Answer;

async fn raw(clinic: &Customer, method: Method, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = clinic.request(method, path).header("content-type", kind);
    Answer::to(request.body(body)).await
}

const JSON: &str = "application/json";

#[tokio::test]
async fn bodies_that_are_no_json_objects_are_unacceptable() {
    let clinic = clinic().await;
    for body in [
        "{",
        "[]",
        "null",
        "\"patients\"",
        "{\"patients\":[],\"patients\":[]}",
        "{\"patients\":[{\"code\":\"a\",\"code\":\"b\"}]}",
        "{\"code\":\"\\ud800\"}",
        "{\"patients\":[{\"code\":\"a\\u0000\",\"first_name\":\"b\"}]}",
        "{\"a\\u0000\":1}",
    ] {
        let answer = raw(&clinic, Method::PUT, "/v1/patients", JSON, body)
            .await
            .has_status(400);
        assert!(answer.json()["message"].is_string(), "{answer}");
    }
    let invalid_utf8 = raw(&clinic, Method::PUT, "/v1/patients", JSON, &b"{\"a\":\"\xff\"}"[..]).await;
    invalid_utf8.has_status(400).is_json();
}

#[tokio::test]
async fn other_media_types_are_not_supported() {
    let clinic = clinic().await;
    for kind in [
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data",
        "",
        "json",
    ] {
        let answer = raw(&clinic, Method::POST, "/v1/patients/authenticate", kind, "code=jane-1").await;
        says(answer, 415, "The body is expected as application/json.");
    }
    let charset = "Application/JSON; charset=utf-8";
    let answer = raw(
        &clinic,
        Method::POST,
        "/v1/patients/authenticate",
        charset,
        "{\"code\":\"jane-1\"}",
    )
    .await;
    answer.is_ok();
}

#[tokio::test]
async fn bodies_that_are_too_large_are_refused_in_the_same_form() {
    let clinic = clinic().await;
    for size in [513 * 1024, 1100 * 1024] {
        let body = format!("{{\"code\":\"{}\"}}", "a".repeat(size));
        let answer = raw(&clinic, Method::POST, "/v1/patients/authenticate", JSON, body).await;
        let answer = answer.has_status(413);
        assert!(answer.json()["message"].is_string(), "{answer}");
    }
}

#[tokio::test]
async fn a_wrong_method_is_answered_with_the_allowed_ones() {
    let clinic = clinic().await;
    for (method, path, allowed) in [
        ("POST", "/v1/patients", "PUT"),
        ("DELETE", "/v1/patients/jane-1", "GET"),
        ("GET", "/v1/patients/authenticate", "POST"),
        ("GET", "/v1/appointments/a-1", "PUT, DELETE"),
        ("PATCH", "/v1/activation-codes", "POST, GET"),
        ("OPTIONS", "/v1/consultants", "GET"),
        ("GET", "/v2/authenticate", "POST"),
    ] {
        let answer = Answer::to(clinic.request(method.parse().expect("a method"), path)).await;
        let message = format!("The {method} method is not supported for this route. Supported methods: {allowed}.");
        says(answer.has_header("allow", allowed), 405, &message);
    }
}

#[tokio::test]
async fn what_is_nowhere_is_not_found_in_the_same_form() {
    let clinic = clinic().await;
    for path in [
        "/v1",
        "/v1/",
        "/v1/patient",
        "/api/v1/nothing/at/all",
        "/v2/consultants",
        "/v1/%00",
    ] {
        says(clinic.get(path).await, 404, "Not found");
    }
}

#[tokio::test]
async fn queries_and_paths_that_are_damaged_are_unacceptable() {
    let clinic = clinic().await;
    for path in [
        "/v1/activation-codes?code=%zz",
        "/v1/activation-codes?code=%ff",
        "/v1/activation-codes?code=%00",
        "/v1/activation-codes?code=a&code=b",
        "/v1/patients/%00",
        "/v1/patients/%ff",
    ] {
        clinic.get(path).await.has_status(400).is_json();
    }
}

#[tokio::test]
async fn texts_that_no_index_would_hold_are_refused() {
    let clinic = clinic().await;
    let long = "ü".repeat(256);
    for body in [
        json!({"patients": [{"code": long, "first_name": "P"}]}),
        json!({"patients": [{"code": "p", "first_name": long}]}),
        json!({"patients": [{"code": "p", "first_name": "P", "plan": long}]}),
    ] {
        clinic.put("/v1/patients", &body).await.has_status(422).is_json();
    }
    says(clinic.get("/v1/patients/p").await, 404, "Not found");
    let fits = "ü".repeat(255);
    clinic.writes(json!([{"code": fits, "first_name": fits}])).await;
    assert_eq!(clinic.patient(&fits).await["code"], fits);
}

#[tokio::test]
async fn deep_and_odd_values_do_no_harm() {
    let clinic = clinic().await;
    let deep = format!("{{\"patients\":{}{}}}", "[".repeat(200), "]".repeat(200));
    raw(&clinic, Method::PUT, "/v1/patients", JSON, deep)
        .await
        .has_status(400)
        .is_json();
    for value in [json!(1e300), json!(-1), json!(true), json!([]), json!({"a": 1})] {
        let body = json!({"patients": [{"code": value, "first_name": value}]});
        clinic.put("/v1/patients", &body).await.has_status(422).is_json();
        let body = json!({"appointment": value, "patient": value, "professional": value});
        clinic.post("/v1/appointments", &body).await.has_status(422).is_json();
    }
}
