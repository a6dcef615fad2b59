//! The MyPatientPortal resource API, from outside.

mod api_docs;
mod appointments;
mod asap_list;
mod bad_input;
pub mod booking;
mod booking_conditions;
mod cancellation;
mod catalogue;
mod guests;
mod races;
mod rescheduling;
mod scopes;
mod video_consultation;
mod walkthrough;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Realm, caller::Caller, realm_with};

/// All a patient's application needs.
pub const SCOPES: &str = "openid profile_read appointment_read appointment_write";
/// The type of the main walkthrough, and its category.
pub const TYPE: i64 = 198;
pub const CATEGORY: i64 = 53;

/// Somebody who calls the portal with a token.
#[derive(Debug, Clone)]
pub struct Patient(pub Caller);

/// `user`, signed in at `demo-client`, with everything a patient may do.
pub async fn patient(realm: &Realm, user: &str) -> Patient {
    patient_with(realm, user, SCOPES).await
}

pub async fn patient_with(realm: &Realm, user: &str, scopes: &str) -> Patient {
    let tokens = realm.demo_client().asking_for(scopes).tokens_for(user).await;
    Patient(realm.caller(&tokens.access_token))
}

/// `demo-service` on its own, for guests.
pub async fn guests(realm: &Realm, scopes: &str) -> Patient {
    let token = realm
        .demo_service()
        .client_credentials(scopes)
        .await
        .is_ok()
        .access_token();
    Patient(realm.caller(&token))
}

/// A path of the portal.
pub fn at(path: &str) -> String {
    format!("/api/portal/v1{path}")
}

impl Patient {
    pub async fn get(&self, path: &str) -> Answer {
        self.0.get(&at(path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.0.post(&at(path), body).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.0.put(&at(path), body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.0.delete(&at(path)).await
    }

    /// A request whose body is not JSON, or not well made.
    pub async fn post_raw(&self, path: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self
            .0
            .request(Method::POST, &at(path))
            .header("content-type", content_type);
        Answer::to(request.body(body)).await
    }

    /// The free slots of a type, by default for the walkthrough's days.
    pub async fn availabilities(&self, category: i64, appointment_type: i64) -> Vec<Value> {
        let path = format!(
            "/availabilities?appointment_category_id={category}&appointment_type_id={appointment_type}\
             &from=2025-06-03&to=2025-06-30"
        );
        data(self.get(&path).await)
    }

    /// The id of the nth free slot.
    pub async fn slot(&self, appointment_type: i64, nth: usize) -> String {
        let slots = self.availabilities(CATEGORY, appointment_type).await;
        text(&slots[nth], "id")
    }

    /// Books the nth free slot of the walkthrough's type; the appointment's id.
    pub async fn books(&self, nth: usize) -> String {
        let slot = self.slot(TYPE, nth).await;
        booked(self.book(&slot).await)
    }

    pub async fn book(&self, availability: &str) -> Answer {
        self.post("/booking", &json!({"availability_id": availability})).await
    }

    pub async fn appointment(&self, id: &str) -> Value {
        self.get(&format!("/appointments/{id}")).await.is_ok().json()["data"].clone()
    }
}

/// The list in an answer.
pub fn data(answer: Answer) -> Vec<Value> {
    let answer = answer.is_ok();
    answer.json()["data"]
        .as_array()
        .unwrap_or_else(|| panic!("no list: {answer}"))
        .clone()
}

/// The id a writing row answers with.
pub fn booked(answer: Answer) -> String {
    text(&answer.is_ok().json()["data"], "id")
}

pub fn text(value: &Value, member: &str) -> String {
    value[member]
        .as_str()
        .unwrap_or_else(|| panic!("{member} of {value}"))
        .to_owned()
}

/// The numbers of the things in a list.
pub fn ids(list: &[Value]) -> Vec<i64> {
    list.iter().filter_map(|one| one["id"].as_i64()).collect()
}

/// The demo's clients and people, and one practice of a test's own: a calendar that is open every day from nine to
/// five, with these types in category 1. Lea comes of age on 12 June 2025.
pub async fn realm_with_types(types: Value) -> Realm {
    let hours = json!({
        "days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
        "opens": "09:00", "closes": "17:00",
    });
    realm_with_practice(json!({
        "id": "ownpractice", "name": "Own", "zone": "Europe/Berlin",
        "calendars": [{"id": "own", "openings": [hours], "horizon_days": 60}],
        "categories": [{"id": 1, "calendar": "own", "name": "Own", "types": types}],
    }))
    .await
}

pub async fn realm_with_practice(practice: Value) -> Realm {
    let lea = json!({
        "username": "lea", "password": "lea-password", "persona": "Comes of age in ten days",
        "claims": {"given_name": "Lea", "email": "lea@example.com", "birthdate": "2007-06-12"},
    });
    let seed = json!({"based_on": "demo", "users": [lea], "mypatientportal": {"practices": [practice]}});
    realm_with(json!({ "seed": seed })).await
}
