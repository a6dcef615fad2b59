//! Requests a minute, for each endpoint and client.

use serde_json::json;

use super::{Customer, clinic, clinic_with, says};
use crate::support::Answer;

fn counted(answer: &Answer) -> (Option<&str>, Option<&str>) {
    (
        answer.header("x-ratelimit-limit"),
        answer.header("x-ratelimit-remaining"),
    )
}

#[tokio::test]
async fn every_answer_says_what_is_left_of_six_hundred() {
    let clinic = clinic().await;

    let first = clinic.get("/v1/consultants").await.is_ok();
    let second = clinic.get("/v1/consultants").await.is_ok();
    let refused = Customer::insurer(&clinic.realm)
        .get("/v1/patients/jane-1")
        .await
        .has_status(403);
    let unauthorized = clinic.realm.get("/mediquo/v1/messages").await.has_status(405);

    for (nth, path) in ["/v1/nothing", "/api/v1/nothing/here", "/v2"].into_iter().enumerate() {
        let unknown = clinic.realm.get(&format!("/mediquo{path}")).await.has_status(404);
        assert_eq!(counted(&unknown), (Some("600"), Some((599 - nth).to_string().as_str())));
    }
    assert_eq!(counted(&first), (Some("600"), Some("599")));
    assert_eq!(counted(&second), (Some("600"), Some("598")));
    assert_eq!(counted(&refused), (Some("600"), Some("599")));
    assert_eq!(counted(&unauthorized), (Some("600"), Some("599")));
    first.lacks_header("x-ratelimit-reset").lacks_header("retry-after");
}

#[tokio::test]
async fn one_too_many_waits_for_the_next_minute_of_the_realms_clock() {
    let clinic = clinic_with(json!({"rate_limit": 2})).await;
    clinic.realm.advance("PT20S").await;
    for _ in 0..2 {
        clinic.get("/v1/consultants").await.is_ok();
    }

    let refused = clinic.get("/v1/consultants").await;

    assert_eq!(counted(&refused), (Some("2"), Some("0")));
    let refused = refused
        .has_header("retry-after", "40")
        .has_header("x-ratelimit-reset", "1748844060");
    says(refused, 429, "Too Many Attempts.");
    clinic.realm.advance("PT39S").await;
    clinic.get("/v1/consultants").await.has_status(429);
    clinic.realm.advance("PT1S").await;
    let again = clinic.get("/v1/consultants").await.is_ok();
    assert_eq!(counted(&again), (Some("2"), Some("1")));
}

#[tokio::test]
async fn endpoints_and_realms_are_counted_apart_and_both_prefixes_together() {
    let (clinic, other) = (
        clinic_with(json!({"rate_limit": 1})).await,
        clinic_with(json!({"rate_limit": 1})).await,
    );
    clinic.get("/v1/patients/jane-1").await.is_ok();

    clinic.get("/v1/patients/john-1").await.has_status(429);
    clinic.get("/api/v1/patients/john-1").await.has_status(429);
    clinic.get("/v1/consultants").await.is_ok();
    other.get("/v1/patients/jane-1").await.is_ok();
}

#[tokio::test]
async fn wrong_keys_count_too_and_nothing_is_done_for_one_too_many() {
    let clinic = clinic_with(json!({"rate_limit": 1})).await;
    clinic.realm.get("/mediquo/v1/consultants").await.has_status(401);
    clinic.get("/v1/consultants").await.has_status(429);
    clinic.delete("/v1/patients").await.has_status(405);

    let body = json!({"patients": [{"code": "late", "first_name": "Late"}]});
    clinic.put("/v1/patients", &body).await.has_status(429);

    says(clinic.get("/v1/patients/late").await, 404, "Not found");
}
