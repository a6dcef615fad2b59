//! A server to walk through: every row of the control API's table, and what can be seen of a realm.
//!
//! The tests that use it name no lever, so that one that is added is looked at without being named here.

use std::collections::BTreeMap;

use anteroom::{
    api::operation::Content,
    app::control_operation::{ControlOperation, Reach},
    control::operations::operations,
    portals,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Emulator, Realm, emulator::START};

/// A server of one's own with a realm in it, so that nobody else changes what is compared.
pub struct TestServer {
    pub server: Emulator,
    pub realm: Realm,
}

impl TestServer {
    pub async fn open(options: &[&str]) -> Self {
        let server = Emulator::start(options);
        let realm = json!({"name": "lived-in", "clock": {"now": START, "frozen": true}});
        let realm = server.realm(realm).await;
        server.default_realm().turn_clock(json!({"frozen": true})).await.is_ok();
        Self { server, realm }
    }

    /// The row's address, with things in its path that are there where this test knows any.
    pub fn address(&self, row: &ControlOperation) -> String {
        let realm = match row.access {
            Reach::Server => &self.server.issuer,
            Reach::Realm => &self.realm.issuer,
        };
        format!("{realm}{}", filled(row.path))
    }

    pub fn request(&self, row: &ControlOperation) -> reqwest::RequestBuilder {
        self.realm.http.request(row.method.clone(), self.address(row))
    }

    /// All that can be read without knowing an identifier.
    pub async fn look_around(&self) -> Sight {
        let mut seen = Sight::new();
        for row in operations(portals::ALL).into_iter().filter(|row| can_be_compared(row)) {
            let answer = Answer::to(self.request(row)).await.has_status(row.answer.status);
            seen.insert(row.id, answer.json());
        }
        seen
    }

    /// Nothing is another than it was.
    pub async fn is_still(&self, before: &Sight, after_what: &str) {
        let now = self.look_around().await;
        for (operation, was) in before {
            assert_eq!(&now[operation], was, "{operation}, after {after_what}");
        }
    }
}

/// What was seen, by operation.
pub type Sight = BTreeMap<&'static str, Value>;

/// What is read as JSON, at an address without placeholders, and speaks neither of the requests themselves nor of
/// nothing.
fn can_be_compared(row: &ControlOperation) -> bool {
    let json = matches!(row.answer.content, Content::Json(_));
    let moves = ["Journal", "Documentation"].contains(&row.tag);
    row.method == Method::GET && json && !row.path.contains('{') && !moves
}

/// `/control/api/users/{username}` → `/control/api/users/anne`.
pub fn filled(path: &str) -> String {
    let mut filled = path.to_owned();
    for (name, thing) in [
        ("{realm}", "lived-in"),
        ("{username}", "anne"),
        ("{user}", "anne"),
        ("{client_id}", "demo-client"),
        ("{client}", "demo-client"),
        ("{file}", "start.js"),
    ] {
        filled = filled.replace(name, thing);
    }
    let parts: Vec<_> = filled.split(['{', '}']).collect();
    parts
        .iter()
        .enumerate()
        .map(|(place, part)| if place % 2 == 0 { part } else { "nothing" })
        .collect()
}

/// A refusal of the control API, as RFC 9457 has it; its detail.
#[track_caller]
pub fn detail(answer: &Answer) -> String {
    assert!((400..500).contains(&answer.status), "no refusal: {answer}");
    assert_eq!(answer.media_type(), "application/problem+json", "{answer}");
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status, "{answer}");
    assert!(problem["title"].is_string(), "{answer}");
    let detail = problem["detail"].as_str().unwrap_or_default().to_owned();
    assert!(!detail.is_empty(), "without a detail: {answer}");
    detail
}
