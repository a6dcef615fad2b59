//! Snapshots in which one value of a portal is not what it should be: whatever it is, it is refused with its place, or
//! the realm that comes of it works.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    mediquo::{Customer, appointment},
    mypatientportal::{booking::practice_seed, patient, text},
    vsee,
};
use crate::{
    control::{hostile_snapshots::restore_each, realm_operations::snapshot},
    support::{Answer, Realm, realm_with},
};

/// A realm in which something has happened in each portal, so that none of their tables is empty.
async fn lived_in() -> Realm {
    let mut seed = practice_seed();
    seed["mypatientportal"]["practices"][0]["blocked_patients"] = json!(["peter"]);
    seed["mypatientportal"]["insurances"] = json!([{"id": 136, "name": "Techniker Krankenkasse", "type": "public"}]);
    seed["mypatientportal"]["next_appointment_ids"] = json!(["a".repeat(28), "b".repeat(28)]);
    let realm = realm_with(json!({"seed": seed, "policy": "portal"})).await;
    let rotated = json!({"alg": "ES256"});
    realm.control(Method::POST, "keys/rotate", &rotated).await.is_ok();
    books_at_mypatientportal(&realm).await;
    uses_mediquo(&realm).await;
    visits_vsee(&realm).await;
    realm
}

async fn books_at_mypatientportal(realm: &Realm) {
    let anne = patient(realm, "anne").await;
    // Late enough for a reminder.
    let slots = anne.availabilities(1, 1).await;
    let slot = text(slots.last().expect("a free slot"), "id");
    anne.book(&slot).await.is_ok();
}

async fn uses_mediquo(realm: &Realm) {
    let clinic = Customer::clinic(realm);
    let endpoint = json!({"url": "http://127.0.0.1:9/hook", "secret": "agreed-value"});
    let endpoints = "/control/api/mediquo/webhook-endpoints";
    realm.post_json(endpoints, &endpoint).await.has_status(201);
    clinic.post("/v1/appointments", &appointment("a-1")).await.is_ok();
    let message = json!({"text": "Welcome!", "type": "welcome", "patient_code": "jane-1"});
    clinic.post("/v1/messages", &message).await.is_ok();
    let code = json!({"code": "S", "plan_name": "gold"});
    clinic.post("/v1/activation-codes", &code).await.is_ok();
    clinic.put("/v1/activation-codes/S/activate", &json!({})).await.is_ok();
    let redeeming = realm.http.post(realm.url("/mediquo/widget/activation-codes/redeem"));
    let redeeming = redeeming.header("x-api-key", clinic.api_key);
    let by_jane = json!({"code": "S", "first_name": "Jane", "last_name": "Doe"});
    Answer::to(redeeming.json(&by_jane)).await.is_ok();
    let credentials = json!({"username": "demo-clinic", "password": "demo-password"});
    clinic.post("/v2/authenticate", &credentials).await.is_ok();
    let token = clinic.token("jane-1").await;
    let leaving = realm.http.post(realm.url("/mediquo/widget/session/logout"));
    let leaving = leaving.header("x-api-key", clinic.api_key).bearer_auth(token);
    Answer::to(leaving).await.has_status(204);
}

async fn visits_vsee(realm: &Realm) {
    let endpoint = json!({"url": "http://127.0.0.1:9/hook", "version": "1.0"});
    let endpoints = "/control/api/vsee/webhook-endpoints";
    realm.post_json(endpoints, &endpoint).await.has_status(201);
    let john = vsee::patient(realm, "john").await;
    john.walks_in().await;
    john.post_files(
        "attachments",
        &[("remark", "blood count")],
        &[("a.txt", "text/plain", b"a")],
    )
    .await
    .is_ok();
    john.browser().await;
}

/// What the portals answer in a restored realm.
async fn portals_work(realm: &Realm, what: &str) {
    let clinic = Customer::clinic(realm);
    let pages = ["/api/portal/v1/practices", "/vsee/u/clinic", "/mediquo/demo"];
    for path in pages {
        let answer = realm.get(path).await;
        assert!(answer.status < 500, "{path} after {what}: {answer}");
    }
    for path in ["/v1/patients/jane-1", "/v1/appointments", "/v1/activation-codes?code=S"] {
        let answer = clinic.get(path).await;
        assert!(answer.status < 500, "{path} after {what}: {answer}");
    }
    for path in ["visits", "intakes", "attachments", "users"] {
        let answer = vsee::admin(realm).get(path).await;
        assert!(answer.status < 500, "{path} after {what}: {answer}");
    }
    let clock = realm.control(Method::PATCH, "clock", &json!({"advance": "P2D"})).await;
    assert!(clock.status < 500, "the clock after {what}: {clock}");
}

/// The tables of the portals, and those of the core that only they or a rotation fill.
fn tables(snapshot: &Value) -> Vec<&str> {
    let names = snapshot["tables"]
        .as_object()
        .expect("tables")
        .keys()
        .map(String::as_str);
    let of_portals = ["mypatientportal_", "mediquo_", "vsee_", "signing_keys", "agenda"];
    names
        .filter(|name| of_portals.iter().any(|begin| name.starts_with(begin)))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_of_a_portal_that_is_none_is_refused_with_its_place_or_does_no_harm() {
    let realm = lived_in().await;

    let taken = serde_json::from_str(&snapshot(&realm).await).expect("JSON");
    let (refused, taken_in) = restore_each(&realm, &tables(&taken), portals_work).await;

    assert!(
        refused > 1500 && taken_in > 100,
        "{refused} refused, {taken_in} taken in"
    );
}
