//! The control room's levers, from outside.
//!
//! | file | looks at |
//! | --- | --- |
//! | `agenda.rs` | what happens by itself when time passes |
//! | `api_docs.rs` | the OpenAPI document and the page that shows it |
//! | `bad_commands.rs` | what is refused, and that a refusal changed nothing |
//! | `claims.rs`, `clients.rs`, `keys.rs`, `policy.rs`, `scopes.rs`, `tokens.rs`, `users.rs` | what is set up while the realm runs |
//! | `chance.rs` | chance that repeats |
//! | `door.rs` | foreign pages, foreign names, and the token |
//! | `failing_events.rs` | events whose handlers fail or never end |
//! | `forks.rs`, `resets.rs`, `snapshots.rs` | realms copied, put back, written down and restored |
//! | `isolation.rs` | two hundred realms at once |
//! | `left_out.rs` | a server without a control room |
//! | `time_travel.rs` | what depends on time, and the speed of clocks |
//!
//! `house.rs` gives a server to walk through, `levers.rs` what turns realms.

mod agenda;
mod api_docs;
mod bad_commands;
mod chance;
mod claims;
mod clients;
mod door;
mod failing_events;
mod forks;
mod house;
mod isolation;
mod keys;
mod left_out;
mod levers;
mod policy;
mod resets;
mod scopes;
mod snapshots;
mod time_travel;
mod tokens;
mod users;

use serde_json::{Value, json};

use crate::support::{Answer, Emulator, Realm, realm_with};

/// Where the shared server lists its realms.
fn realms() -> String {
    format!("{}/control/api/realms", Emulator::shared().issuer)
}

async fn post(realm: &Realm, lever: &str, body: &Value) -> Answer {
    let address = format!("{}/{}/{lever}", realms(), realm.name);
    Answer::to(realm.http.post(address).json(body)).await
}

/// A realm with the client `own`, which is called back at an address of the realm itself and nowhere else.
async fn with_own_address() -> Realm {
    realm_with(json!({"seed": {"based_on": "demo", "clients": [
        {"client_id": "own", "redirect_uris": ["{issuer}/cb"], "token_endpoint_auth_method": "none"},
    ]}}))
    .await
}

/// A copy of a realm under a name that is made up.
async fn fork(realm: &Realm) -> Realm {
    let made = post(realm, "fork", &json!({})).await.has_status(201);
    Realm::at(&made.member("issuer"), &made.member("name"), realm.http.clone())
}

async fn snapshot(realm: &Realm) -> String {
    let address = format!("{}/{}/snapshot", realms(), realm.name);
    let answer = Answer::to(realm.http.get(address)).await.is_ok();
    answer.is_json();
    answer.text()
}

async fn restore(realm: &Realm, snapshot: &str) -> Answer {
    restore_as(realm, &realm.name, snapshot.to_owned()).await
}

async fn restore_as(realm: &Realm, name: &str, snapshot: impl Into<reqwest::Body>) -> Answer {
    let request = realm.http.put(format!("{}/{name}/snapshot", realms()));
    Answer::to(request.header("content-type", "application/json").body(snapshot)).await
}

/// A refusal of the control room (RFC 9457) that says this.
#[track_caller]
fn is_a_problem(answer: Answer, status: u16, saying: &str) {
    let answer = answer.has_status(status);
    assert_eq!(answer.media_type(), "application/problem+json", "{answer}");
    let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
    assert!(detail.contains(saying), "{saying:?} in {answer}");
}
