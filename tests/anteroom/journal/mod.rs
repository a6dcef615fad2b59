//! The journal: what was asked, answered and refused, seen as a tester sees it.

mod bounds;
mod error_uri;
mod events;
mod explanations;
mod exports;
mod faults;
mod flows;
mod page;
mod recording;
mod secrets;
mod waiting;

use serde_json::Value;

use crate::support::{Answer, Realm};

/// The answer to a question about a realm's exchanges.
pub async fn ask(realm: &Realm, query: &str) -> Answer {
    realm.get(&format!("/control/api/exchanges?{query}")).await
}

/// The exchanges that fit, newest last.
pub async fn exchanges(realm: &Realm, query: &str) -> Vec<Value> {
    let answer = ask(realm, query).await.is_ok();
    answer.json()["exchanges"].as_array().expect("a list").clone()
}

/// The last exchange that fits.
#[track_caller]
pub fn last(realm: &Realm, query: &str) -> impl Future<Output = Value> {
    let caller = std::panic::Location::caller();
    async move {
        let all = exchanges(realm, query).await;
        all.last()
            .unwrap_or_else(|| panic!("{caller}: no exchange fits {query}"))
            .clone()
    }
}

pub fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no text {name:?} in {value}"))
}

/// What stands in a header of a recorded message.
pub fn header<'v>(message: &'v Value, name: &str) -> Option<&'v str> {
    let headers = message["headers"].as_array().expect("a list");
    let found = headers.iter().find(|header| header["name"] == name)?;
    found["value"].as_str()
}
