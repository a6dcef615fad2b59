//! `GET /control`: the addresses of a realm's control API.

use axum::{Extension, Json, routing::get};
use http::Method;
use serde_json::{Map, Value, json};

use super::api_docs;
use crate::{
    api::operation::{Answer, Body},
    app::{
        Realm,
        control_operation::{ControlOperation, ControlOperations, Reach},
    },
    web::paths,
};

pub const OPERATIONS: &[ControlOperation] = &[ControlOperation {
    method: Method::GET,
    path: paths::CONTROL,
    id: "showControlApi",
    tag: "Documentation",
    summary: "The addresses of the control API",
    access: Reach::Realm,
    query: &[],
    body: Body::Nothing,
    answer: Answer::json(schema).described("The realm, and one address for each topic."),
    refusals: &[],
    handler: || get(show),
}];

fn schema() -> Value {
    let uri = || json!({"type": "string", "format": "uri"});
    json!({
        "type": "object",
        "required": ["realm", "issuer", "api_docs"],
        "properties": {"realm": {"type": "string"}, "issuer": uri(), "api_docs": uri()},
        "additionalProperties": uri(),
    })
}

/// `GET /control`
async fn show(realm: Realm, Extension(table): Extension<ControlOperations>) -> Json<Value> {
    let mut index = Map::new();
    index.insert("realm".to_owned(), realm.name.as_str().into());
    index.insert("issuer".to_owned(), realm.issuer.as_str().into());
    index.insert("api_docs".to_owned(), realm.url(api_docs::PAGE_PATH).into());
    for (topic, path) in topics(&table, realm.name.is_default()) {
        index.insert(topic.to_owned(), realm.url(path).into());
    }
    Json(Value::Object(index))
}

/// What can be read without an identifier: `("clock", "/control/api/clock")`.
fn topics(table: &ControlOperations, is_default: bool) -> impl Iterator<Item = (&'static str, &'static str)> + use<'_> {
    let readable = table
        .in_realm(is_default)
        .filter(|operation| operation.method == Method::GET);
    readable.filter_map(|operation| {
        let topic = operation.path.strip_prefix(paths::CONTROL_API)?.strip_prefix('/')?;
        (!topic.contains(['/', '{'])).then_some((topic, operation.path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{control::operations::operations, portals};

    #[test]
    fn every_topic_has_its_address_and_those_of_the_server_are_in_the_default_realm() {
        let table = ControlOperations(operations(portals::ALL).into());
        let names = |is_default| topics(&table, is_default).map(|(name, _)| name).collect::<Vec<_>>();

        assert!(names(true).starts_with(&["realms", "clock"]), "{:?}", names(true));
        assert!(!names(false).contains(&"realms") && names(false).contains(&"outbox"));
    }
}
