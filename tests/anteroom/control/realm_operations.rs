//! Operations on realms: copies, snapshots, resets, and refusals of the control API.

use serde_json::{Value, json};

use crate::support::{Answer, Emulator, Realm, realm_with};

/// Where the shared server lists its realms.
pub fn realms() -> String {
    format!("{}/control/api/realms", Emulator::shared().issuer)
}

pub async fn post(realm: &Realm, operation: &str, body: &Value) -> Answer {
    let address = format!("{}/{}/{operation}", realms(), realm.name);
    Answer::to(realm.http.post(address).json(body)).await
}

/// A realm with the client `own`, which is called back at an address of the realm itself and nowhere else.
pub async fn with_own_address() -> Realm {
    realm_with(json!({"seed": {"based_on": "demo", "clients": [
        {"client_id": "own", "redirect_uris": ["{issuer}/cb"], "token_endpoint_auth_method": "none"},
    ]}}))
    .await
}

/// A copy of a realm under a name that is made up.
pub async fn fork(realm: &Realm) -> Realm {
    let made = post(realm, "fork", &json!({})).await.has_status(201);
    Realm::at(&made.member("issuer"), &made.member("name"), realm.http.clone())
}

pub async fn snapshot(realm: &Realm) -> String {
    let address = format!("{}/{}/snapshot", realms(), realm.name);
    let answer = Answer::to(realm.http.get(address)).await.is_ok();
    answer.is_json();
    answer.text()
}

pub async fn restore(realm: &Realm, snapshot: &str) -> Answer {
    restore_as(realm, &realm.name, snapshot.to_owned()).await
}

pub async fn restore_as(realm: &Realm, name: &str, snapshot: impl Into<reqwest::Body>) -> Answer {
    let request = realm.http.put(format!("{}/{name}/snapshot", realms()));
    Answer::to(request.header("content-type", "application/json").body(snapshot)).await
}

/// A refusal of the control API (RFC 9457) that says this.
#[track_caller]
pub fn is_a_problem(answer: Answer, status: u16, saying: &str) {
    let answer = answer.has_status(status);
    assert_eq!(answer.media_type(), "application/problem+json", "{answer}");
    let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
    assert!(detail.contains(saying), "{saying:?} in {answer}");
}
