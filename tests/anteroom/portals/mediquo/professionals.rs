//! `GET /v1/consultants`, `POST /v1/messages`.

use serde_json::{Value, json};

use super::{clinic, clinic_with, finds_wrong, says};

#[tokio::test]
async fn consultants_are_a_list_of_the_organizations_own() {
    let clinic = clinic().await;

    let listed = clinic.get("/v1/consultants").await.is_ok().json();

    let first = json!({
        "hash": "prof-hash", "speciality_id": "20", "name": "Dr. Test", "avatar": "https://image.example/1.png",
        "title": "General practitioner", "description": "Answers within minutes, on every day of the week.",
        "status": "online", "collegiate_number": "280812345",
    });
    assert_eq!(listed[0], first);
    assert_eq!(
        (&listed[1]["status"], &listed[1]["collegiate_number"]),
        (&json!("offline"), &json!(null))
    );
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn the_documentations_single_object_is_a_switch() {
    let clinic = clinic_with(json!({"consultants_shape": "object"})).await;

    let shown = clinic.get("/v1/consultants").await.is_ok().json();

    assert_eq!(shown["hash"], "prof-hash");
}

fn welcome() -> Value {
    json!({"text": "Welcome!", "type": "welcome", "patient_code": "jane-1", "sender_candidates": ["prof-hash"]})
}

#[tokio::test]
async fn a_welcome_message_is_confirmed_with_the_documented_spelling() {
    let clinic = clinic().await;
    for candidates in [json!(["prof-hash", "prof-away"]), json!([]), json!(null)] {
        let mut body = welcome();
        body["sender_candidates"] = candidates;
        let answer = clinic.post("/v1/messages", &body).await.is_ok();
        assert_eq!(answer.json(), json!({"message": "Welcome message sent succesfully"}));
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_is_refused() {
    let clinic = clinic().await;
    let with = |member: &str, value: Value| {
        let mut body = welcome();
        body[member] = value;
        body
    };
    let candidate = "sender_candidates.1";
    for (body, field, message) in [
        (with("text", json!("")), "text", "The text field is required."),
        (with("type", json!("goodbye")), "type", "The selected type is invalid."),
        (with("type", json!(null)), "type", "The type field is required."),
        (
            with("patient_code", json!("nobody")),
            "patient_code",
            "The selected patient_code is invalid.",
        ),
        (
            with("sender_candidates", json!("prof-hash")),
            "sender_candidates",
            "The sender_candidates must be an array.",
        ),
        (
            with("sender_candidates", json!(["prof-hash", 7])),
            candidate,
            "The sender_candidates.1 must be a string.",
        ),
        (
            with("sender_candidates", json!(["prof-hash", "nobody"])),
            candidate,
            "The selected sender_candidates.1 is invalid.",
        ),
    ] {
        finds_wrong(clinic.post("/v1/messages", &body).await, field, message);
    }
    for body in [
        with("patient_code", json!("other-1")),
        with("sender_candidates", json!(["other-prof-hash"])),
    ] {
        says(clinic.post("/v1/messages", &body).await, 403, "Forbidden");
    }
}
