//! `GET /control`: what a realm's control API offers, as addresses.

use axum::Json;
use axum::routing::get;
use http::Method;
use serde_json::{Map, Value, json};

use super::api_docs;
use super::route_table::{Answer, Content, Reach, Row, rows};
use crate::app::Realm;
use crate::web::paths;

pub const ROWS: &[Row] = &[Row {
    method: Method::GET,
    path: paths::CONTROL,
    operation: "showControlRoom",
    tag: "Documentation",
    summary: "What there is",
    reach: Reach::Realm,
    query: &[],
    body: None,
    answer: Answer {
        status: 200,
        description: "The realm, and the address of each lever.",
        content: Content::Json(schema),
    },
    refusals: &[],
    serve: || get(show),
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
async fn show(realm: Realm) -> Json<Value> {
    let mut index = Map::new();
    index.insert("realm".to_owned(), realm.name.as_str().into());
    index.insert("issuer".to_owned(), realm.issuer.as_str().into());
    index.insert("api_docs".to_owned(), realm.url(api_docs::PAGE_PATH).into());
    for (lever, path) in levers(realm.name.is_default()) {
        index.insert(lever.to_owned(), realm.url(path).into());
    }
    Json(Value::Object(index))
}

/// What can be read without knowing more than its name: `("clock", "/control/api/clock")`.
fn levers(root: bool) -> impl Iterator<Item = (&'static str, &'static str)> {
    let served = rows().filter(move |row| row.method == Method::GET && (root || row.reach == Reach::Realm));
    served.filter_map(|row| {
        let lever = row.path.strip_prefix(paths::CONTROL_API)?.strip_prefix('/')?;
        (!lever.contains(['/', '{'])).then_some((lever, row.path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lever_has_its_address_and_those_of_the_server_are_at_the_root() {
        let names = |root| levers(root).map(|(name, _)| name).collect::<Vec<_>>();

        assert!(names(true).starts_with(&["realms", "clock"]), "{:?}", names(true));
        assert!(!names(false).contains(&"realms") && names(false).contains(&"outbox"));
    }
}
