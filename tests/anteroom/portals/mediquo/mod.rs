//! mediQuo, from outside: as a customer's server, a patient's browser and a webhook's receiver see it.

mod activation_codes;
mod api_docs;
mod api_v2;
mod appointments;
mod authenticate;
mod bad_input;
mod credentials;
mod journal;
mod patients;
mod prescriptions;
mod professionals;
mod races;
mod rate_limit;
mod snapshots;
mod webhooks;
mod widget;
mod widget_in_a_browser;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Realm, realm_with};

/// A customer's server with its keys.
#[derive(Clone, Debug)]
pub struct Customer {
    pub realm: Realm,
    pub api_key: &'static str,
    secret_key: &'static str,
}

impl Customer {
    /// The organization of the demo that has everything.
    pub fn clinic(realm: &Realm) -> Self {
        Self {
            realm: realm.clone(),
            api_key: "demo-api-key",
            secret_key: "demo-secret-key",
        }
    }

    /// Somebody else.
    pub fn insurer(realm: &Realm) -> Self {
        Self {
            realm: realm.clone(),
            api_key: "other-api-key",
            secret_key: "other-secret-key",
        }
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self
            .realm
            .http
            .request(method, self.realm.url(&format!("/mediquo{path}")));
        request
            .header("X-API-Key", self.api_key)
            .header("X-Secret-Key", self.secret_key)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        Answer::to(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::to(self.request(Method::POST, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::DELETE, path)).await
    }

    /// Writes patients and sees it done.
    pub async fn writes(&self, patients: Value) {
        let answer = self.put("/v1/patients", &json!({ "patients": patients })).await.is_ok();
        assert_eq!(answer.json(), json!({"message": "Success"}));
    }

    pub async fn patient(&self, code: &str) -> Value {
        self.get(&format!("/v1/patients/{code}")).await.is_ok().json()
    }

    pub async fn token(&self, patient: &str) -> String {
        self.post("/v1/patients/authenticate", &json!({ "code": patient }))
            .await
            .is_ok()
            .access_token()
    }

    /// Makes an appointment a day from the start of every test's clock; its address.
    pub async fn appointment(&self, code: &str) -> String {
        let answer = self.post("/v1/appointments", &appointment(code)).await.is_ok();
        address(&answer)
    }
}

/// Where the answer says the patient joins.
pub fn address(answer: &Answer) -> String {
    let url = &answer.json()["data"]["appointment"]["url"];
    url.as_str().unwrap_or_else(|| panic!("no url: {answer}")).to_owned()
}

pub fn appointment(code: &str) -> Value {
    json!({
        "appointment": {"code": code, "starts_at": "2025-06-03T10:00:00Z"},
        "patient": {"code": "jane-1"},
        "professional": {"hash": "prof-hash"},
    })
}

/// A realm whose patients can be read at once, and the demo's first customer in it.
pub async fn clinic() -> Customer {
    clinic_with(json!({})).await
}

/// The same with some of mediQuo's switches set otherwise.
pub async fn clinic_with(switches: Value) -> Customer {
    let mut mediquo = json!({"patient_delay": 0});
    let members = mediquo.as_object_mut().expect("an object");
    members.extend(switches.as_object().expect("an object").clone());
    Customer::clinic(&realm_with(json!({"policy": {"mediquo": mediquo}})).await)
}

/// `{"message": …}` in mediQuo's form.
#[track_caller]
pub fn says(answer: Answer, status: u16, message: &str) {
    let answer = answer.has_status(status);
    answer.is_json();
    answer.is_not_stored();
    assert_eq!(answer.json()["message"], message, "{answer}");
}

/// 422, and what is wrong with that field.
#[track_caller]
pub fn finds_wrong(answer: Answer, field: &str, message: &str) {
    let answer = answer.has_status(422);
    let body = answer.json();
    assert_eq!(body["message"], "The given data was invalid.", "{answer}");
    assert_eq!(body["errors"][field], json!([message]), "{answer}");
}
