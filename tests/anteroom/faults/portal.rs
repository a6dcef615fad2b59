//! MyPatientPortal, in its own error form.

use serde_json::{Value, json};

use super::{Scene, cases};
use crate::{
    portals::mypatientportal::{CATEGORY, Patient, TYPE, booked, patient},
    support::{Answer, Realm, realm_with},
};

cases! {
    portal_slot_taken: slot_taken;
    portal_unauthorized: |scene| refuses(scene, json!({}), 401, |answer| {
        let answer = answer.is_refused_as_bearer("invalid_token");
        assert_eq!(answer.json()["error"], "invalid_token");
    });
    portal_forbidden: |scene| refuses(scene, json!({}), 403, |answer| {
        let answer = answer.is_refused_as_bearer("insufficient_scope");
        assert_eq!(answer.json()["error"], "insufficient_scope");
    });
    portal_not_found: |scene| refuses(scene, json!({}), 404, |answer| says(&answer, "Resource not found."));
    portal_conflict: |scene| refuses(scene, json!({}), 409, |answer| says(&answer, "The state has changed meanwhile."));
    portal_unprocessable: |scene| refuses(scene, json!({}), 422, |answer| {
        let body = answer.json();
        assert_eq!((&body["reason"], &body["overridable"]), (&json!("structured_comment_invalid"), &json!(false)));
        assert!(body["invalid_fields"].as_array().is_some_and(|fields| !fields.is_empty()));
    });
    portal_too_many_requests: |scene| refuses(scene, json!({"retry_after": 9}), 429, |answer| {
        says(&answer, "Too many requests.");
        answer.has_header("retry-after", "9");
    });
    portal_server_error: |scene| refuses(scene, json!({}), 500, |answer| says(&answer, "Internal server error"));
    portal_slow: slow;
    portal_empty_list: empty_list;
}

#[tokio::test]
async fn every_fault_of_a_portal_is_seen_once_and_the_next_answer_is_clean() {
    super::judge(CASES).await;
}

fn says(answer: &Answer, text: &str) {
    assert_eq!(answer.json()["error"], text, "{answer}");
}

/// Anne at the practice of the walkthrough, in a realm of its own.
async fn anne(scene: &Scene) -> (Scene, Patient) {
    let realm: Realm = realm_with(json!({"seed": "walkthrough"})).await;
    let anne = patient(&realm, "anne").await;
    let scene = Scene {
        realm,
        fault: scene.fault,
    };
    (scene, anne)
}

async fn refuses(scene: Scene, parameters: Value, status: u16, judge: fn(Answer)) {
    let (scene, anne) = anne(&scene).await;
    let id = scene.once_with(parameters).await;

    let answer = anne.get("/practices").await.has_status(status);

    assert_eq!(answer.media_type(), "application/json", "{answer}");
    answer.is_not_stored();
    answer.clone().has_header("access-control-allow-origin", "*");
    judge(answer);
    anne.get("/practices").await.is_ok();
    scene.has_triggered(&id, 1).await;
}

async fn slot_taken(scene: Scene) {
    let (scene, anne) = anne(&scene).await;
    let slot = anne.slot(TYPE, 0).await;
    let id = scene.once().await;
    anne.get("/appointments").await.is_ok(); // not what it waits for

    let refused = anne.book(&slot).await.has_status(400);

    says(&refused, "The event is unavailable."); // as in a race that was lost
    scene.has_triggered(&id, 1).await;
    let appointment = booked(anne.book(&slot).await); // nobody had it
    scene.disarm().await;

    scene.once().await;
    let other = anne.slot(TYPE, 1).await;
    let path = format!("/appointments/{appointment}/reschedule");
    let refused = anne
        .post(&path, &json!({"availability_id": other}))
        .await
        .has_status(400);
    says(&refused, "The event is unavailable.");
    anne.post(&path, &json!({"availability_id": other})).await.is_ok();
}

async fn slow(scene: Scene) {
    let (scene, anne) = anne(&scene).await;
    scene.once_with(json!({"seconds": 600})).await;
    let request = anne.0.request(reqwest::Method::GET, "/api/portal/v1/practices");

    let answer = request.timeout(std::time::Duration::from_millis(400)).send().await;

    assert!(answer.is_err_and(|error| error.is_timeout()));
    anne.get("/practices").await.is_ok();
}

async fn empty_list(scene: Scene) {
    let (scene, anne) = anne(&scene).await;
    scene.once().await;
    assert!(anne.availabilities(CATEGORY, TYPE).await.is_empty());
    assert!(!anne.availabilities(CATEGORY, TYPE).await.is_empty());
}

#[tokio::test]
async fn a_fault_can_be_narrowed_to_one_row_of_the_portal() {
    let realm = realm_with(json!({"seed": "walkthrough"})).await;
    let anne = patient(&realm, "anne").await;
    let one = anne.books(0).await;
    let other = anne.books(2).await;
    let row = "POST /api/portal/v1/appointments/{id}/cancel";
    super::arm(
        &realm,
        json!({"fault": "portal_server_error", "endpoint": row, "nth": 2}),
    )
    .await;

    anne.get(&format!("/appointments/{one}")).await.is_ok();
    anne.post(&format!("/appointments/{one}/cancel"), &json!({}))
        .await
        .is_ok();
    anne.post(&format!("/appointments/{other}/cancel"), &json!({}))
        .await
        .has_status(500);

    assert!(
        anne.appointment(&other).await["cancelled_at"].is_null(),
        "nothing was done"
    );
    anne.post(&format!("/appointments/{other}/cancel"), &json!({}))
        .await
        .is_ok();
}

#[tokio::test]
async fn mediquo_says_it_in_its_own_form() {
    let realm = crate::support::fresh_realm().await;
    for (fault, status, message) in [
        ("portal_unauthorized", 401, "Unauthorized"),
        ("portal_forbidden", 403, "Forbidden"),
        ("portal_not_found", 404, "Not found"),
        ("portal_conflict", 409, "The state has changed meanwhile."),
        ("portal_unprocessable", 422, "The given data was invalid."),
        ("portal_too_many_requests", 429, "Too Many Attempts."),
        ("portal_server_error", 500, "Internal server error"),
    ] {
        super::arm(&realm, json!({"fault": fault, "times": 1, "endpoint": "mediquo"})).await;
        realm.get("/oauth/discovery/keys").await.is_ok();

        let answer = realm.get("/mediquo/v1/patients").await.has_status(status);

        assert_eq!(answer.json()["message"], message, "{fault}");
        let after = realm.get("/mediquo/v1/patients").await;
        assert!(
            after.status != status || status == 401 || status == 404,
            "{fault}: {after}"
        );
    }
}

#[tokio::test]
async fn vsee_says_it_in_its_own_form() {
    let realm = crate::support::fresh_realm().await;
    let path = "/vsee/api_v3/visits";
    for (fault, status) in [
        ("portal_unauthorized", 401),
        ("portal_forbidden", 403),
        ("portal_not_found", 404),
        ("portal_conflict", 409),
        ("portal_unprocessable", 422),
        ("portal_too_many_requests", 429),
        ("portal_server_error", 500),
    ] {
        let id = super::arm(&realm, json!({"fault": fault, "times": 1, "endpoint": "vsee"})).await;

        let answer = realm.get(path).await.has_status(status).json();

        assert_eq!(answer["code"], status, "{fault}");
        assert!(
            answer["message"].as_str().is_some_and(|text| !text.is_empty()),
            "{fault}: {answer}"
        );
        assert_eq!(super::shown(&realm, &id).await["triggered"], 1, "{fault}");
    }
    super::arm(&realm, json!({"fault": "portal_slot_taken", "times": 1})).await;
    let taken = realm.post(path, &[]).await.has_status(400).json();
    assert_eq!(
        taken["message"],
        "The time slot is not available: another user has booked it."
    );
}

#[tokio::test]
async fn under_the_portals_policy_the_documented_words_stand_alone() {
    let realm = realm_with(json!({"seed": "walkthrough", "policy": "portal"})).await;
    let anne = patient(&realm, "anne").await;
    super::arm(&realm, json!({"fault": "portal_slot_taken"})).await;

    let answer = anne.post("/booking", &json!({})).await.has_status(400);

    assert_eq!(answer.json(), json!({"error": "The event is unavailable."}));
}
