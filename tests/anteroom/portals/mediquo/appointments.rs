//! `POST /v1/appointments`, `PUT|DELETE /v1/appointments/{code}`, and the address where the patient joins.

use serde_json::{Value, json};

use super::{Customer, address, appointment, clinic, clinic_with, finds_wrong, says};

#[tokio::test]
async fn an_appointment_has_an_address_that_shows_it() {
    let clinic = clinic().await;

    let answer = clinic.post("/v1/appointments", &appointment("a-1")).await.is_ok();

    let url = address(&answer);
    assert_eq!(
        answer.json(),
        json!({"data": {"appointment": {"code": "a-1", "url": url}}})
    );
    assert!(
        url.starts_with(&format!("{}/mediquo/join/", clinic.realm.issuer)),
        "{url}"
    );
    let page = clinic.realm.get(&url).await.is_ok().text();
    assert!(page.contains("Dr. Test") && page.contains("3 June 2025"), "{page}");
}

#[tokio::test]
async fn moving_an_appointment_renews_its_address_and_ends_the_old_one() {
    let clinic = clinic().await;
    let old = clinic.appointment("a-1").await;
    let body = json!({"appointment": {"starts_at": "2025-06-04T09:30:00+02:00"}});

    let answer = clinic.put("/v1/appointments/a-1", &body).await.is_ok();

    let new = address(&answer);
    assert_ne!(old, new);
    clinic.realm.get(&old).await.is_a_refusal_page().has_status(404);
    assert!(clinic.realm.get(&new).await.is_ok().text().contains("4 June 2025"));
}

#[tokio::test]
async fn cancelling_an_appointment_ends_its_address_for_good() {
    let clinic = clinic().await;
    let url = clinic.appointment("a-1").await;

    let answer = clinic.delete("/v1/appointments/a-1").await.is_ok();

    assert_eq!(answer.json(), json!({"message": "Success"}));
    clinic.realm.get(&url).await.has_status(404);
    let move_it = json!({"appointment": {"starts_at": "2025-06-04T10:00:00Z"}});
    says(
        clinic.put("/v1/appointments/a-1", &move_it).await,
        400,
        "The appointment is cancelled.",
    );
    says(
        clinic.delete("/v1/appointments/a-1").await,
        400,
        "The appointment is cancelled.",
    );
}

#[tokio::test]
async fn addresses_cannot_be_made_up() {
    let clinic = clinic().await;
    let url = clinic.appointment("a-1").await;
    let elsewhere = super::clinic().await;

    let other_realm = url.replace(&clinic.realm.issuer, &elsewhere.realm.issuer);
    for wrong in [
        url[..url.len() - 2].to_owned(),
        format!("{}x", &url[..url.len() - 1]),
        other_realm,
        format!("{}/mediquo/join/x", clinic.realm.issuer),
        format!("{}/mediquo/join/%00", clinic.realm.issuer),
        format!("{}/mediquo/join/%ff", clinic.realm.issuer),
    ] {
        clinic.realm.get(&wrong).await.has_status(404);
    }
}

#[tokio::test]
async fn a_code_is_used_once() {
    let clinic = clinic().await;
    clinic.appointment("a-1").await;

    let again = clinic.post("/v1/appointments", &appointment("a-1")).await;

    says(again, 400, "An appointment with this code already exists.");
}

#[tokio::test]
async fn what_an_appointment_needs_must_be_there() {
    for status in [400, 404] {
        let clinic = clinic_with(json!({"unknown_appointment_status": status})).await;
        for (member, name, what) in [("patient", "code", "patient"), ("professional", "hash", "professional")] {
            let mut body = appointment("a-1");
            body[member] = json!({name: "nobody"});
            let message = match status {
                404 => "Not found".to_owned(),
                _ => format!("The {what} does not exist."),
            };
            says(clinic.post("/v1/appointments", &body).await, status, &message);
        }
        let message = if status == 404 {
            "Not found"
        } else {
            "The appointment does not exist."
        };
        says(clinic.delete("/v1/appointments/a-1").await, status, message);
        let moved = json!({"appointment": {"starts_at": "2025-06-04T10:00:00Z"}});
        says(clinic.put("/v1/appointments/a-1", &moved).await, status, message);
    }
}

#[tokio::test]
async fn what_belongs_to_somebody_else_is_forbidden() {
    let clinic = clinic().await;
    clinic.appointment("a-1").await;
    let insurer = Customer::insurer(&clinic.realm);

    for (member, name, theirs) in [
        ("patient", "code", "other-1"),
        ("professional", "hash", "other-prof-hash"),
    ] {
        let mut body = appointment("a-2");
        body[member] = json!({name: theirs});
        says(clinic.post("/v1/appointments", &body).await, 403, "Forbidden");
    }
    says(insurer.delete("/v1/appointments/a-1").await, 403, "Forbidden");
    let moved = json!({"appointment": {"starts_at": "2025-06-04T10:00:00Z"}});
    says(insurer.put("/v1/appointments/a-1", &moved).await, 403, "Forbidden");
    says(
        clinic.delete("/v1/appointments/a-2").await,
        400,
        "The appointment does not exist.",
    );
}

#[tokio::test]
async fn invalid_fields_are_reported_one_by_one() {
    let clinic = clinic().await;
    let wrong = |place: &str, value: Value| {
        let mut body = appointment("a-1");
        *body.pointer_mut(place).expect("a place") = value;
        body
    };
    let with_duration = |duration: Value| {
        let mut body = appointment("a-1");
        body["appointment"]["duration"] = duration;
        body
    };
    let starts_at = "appointment.starts_at";
    for (body, field, message) in [
        (json!({}), "appointment", "The appointment field is required."),
        (
            wrong("/patient", json!("jane-1")),
            "patient",
            "The patient must be an array.",
        ),
        (
            wrong("/appointment/code", json!("")),
            "appointment.code",
            "The appointment.code field is required.",
        ),
        (
            wrong("/patient/code", json!(null)),
            "patient.code",
            "The patient.code field is required.",
        ),
        (
            wrong("/professional/hash", json!(1)),
            "professional.hash",
            "The professional.hash must be a string.",
        ),
        (
            wrong("/appointment/starts_at", json!("tomorrow")),
            starts_at,
            "The appointment.starts_at is not a valid date.",
        ),
        (
            wrong("/appointment/starts_at", json!("2025-06-03T10:00:00")),
            starts_at,
            "The appointment.starts_at is not a valid date.",
        ),
        (
            wrong("/appointment/starts_at", json!("2025-06-02T05:59:59Z")),
            starts_at,
            "The appointment.starts_at must be a date after or equal to now.",
        ),
        (
            with_duration(json!(0)),
            "appointment.duration",
            "The appointment.duration must be at least 1.",
        ),
        (
            with_duration(json!(86401)),
            "appointment.duration",
            "The appointment.duration may not be greater than 86400.",
        ),
        (
            with_duration(json!("long")),
            "appointment.duration",
            "The appointment.duration must be an integer.",
        ),
    ] {
        finds_wrong(clinic.post("/v1/appointments", &body).await, field, message);
    }
    says(
        clinic.delete("/v1/appointments/a-1").await,
        400,
        "The appointment does not exist.",
    );
}
