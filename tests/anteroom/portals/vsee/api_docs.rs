//! The OpenAPI document and the page that shows it.

use anteroom::portals::vsee::calls;
use http::Method;
use serde_json::{Value, json};

use super::{MONDAY_NINE, admin, data, patient, provider, text};
use crate::support::{Answer, Realm, fresh_realm};

async fn document(realm: &Realm) -> Value {
    realm.get("/vsee/openapi.json").await.is_ok().json()
}

#[tokio::test]
async fn the_page_and_the_document_are_served_by_us() {
    let realm = fresh_realm().await;

    let page = realm.get("/vsee/api-docs").await.is_ok();

    assert_eq!(page.media_type(), "text/html");
    for file in page.text().split('"').filter(|part| part.starts_with("api-docs/")) {
        realm.get(&format!("/vsee/{file}")).await.is_ok();
    }
    let document = document(&realm).await;
    assert_eq!(document["openapi"], "3.1.0");
    let server = document["servers"][0]["url"].as_str().expect("a server").to_owned();
    let from = url::Url::parse(&realm.url("/vsee/openapi.json")).expect("an address");
    assert_eq!(
        from.join(&server).expect("an address").as_str(),
        realm.url("/vsee/vc/next/api_v3")
    );
}

/// What is answered has every member the document calls required, and no refusal has a status it does not know.
#[tokio::test]
async fn every_answer_is_as_the_document_describes_it() {
    let realm = fresh_realm().await;
    let document = document(&realm).await;
    let (john, pat, admin) = (
        patient(&realm, "p-1").await,
        provider(&realm, "pat").await,
        admin(&realm),
    );
    let visit = text(&data(john.books(MONDAY_NINE).await), "id");
    let e_consult = text(&john.asks_an_e_consult().await, "id");
    let intake = john.intake().await;
    let file = data(
        john.post_files("attachments", &[], &[("a.txt", "text/plain", b"a")])
            .await,
    );

    for call in calls::all() {
        let thing = match call.path.split('/').nth(1) {
            Some("users") => "181883",
            Some("intakes") => &intake,
            Some("attachments") => file["id"].as_str().unwrap_or_default(),
            Some("visits") if call.path.ends_with("accept") => &e_consult,
            Some("visits") => &visit,
            Some("accounts") => "vclinic",
            _ => "",
        };
        let path = call
            .path
            .replace("{code}", if thing.is_empty() { "clinic" } else { thing });
        let path = path
            .replace("/providers/{id}", "/providers/181883")
            .replace("{id}", thing);
        let path = path.trim_start_matches('/');
        let caller = if call.path.ends_with("accept") { &pat } else { &admin };
        let answer = match call.method {
            Method::GET => caller.get(&format!("{path}?room_code=clinic")).await,
            Method::POST if path == "attachments" => {
                caller.post_files(path, &[], &[("a.txt", "text/plain", b"a")]).await
            }
            _ => {
                let intake = john.intake().await;
                let body = json!({
                    "first_name": "J", "last_name": "S", "code": format!("c{}", path.len()), "username": "mary",
                    "password": "mary-password", "room_code": "clinic", "intake_id": intake, "member_id": john.id,
                    "start": MONDAY_NINE + 3600, "reason": "call_ended", "domain": "vclinic.vsee.me", "name": "R",
                });
                let body = if path == "rooms" {
                    json!({"domain": "a.vsee.me", "name": "R"})
                } else {
                    body
                };
                let request = caller.posting(path).header("X-ApiKey", "k").header("X-ApiSecret", "s");
                Answer::to(request.json(&body)).await
            }
        };
        let answer = answer.is_ok();
        if call.path == "/attachments/{id}" {
            continue;
        }
        let operation = &document["paths"][call.path][call.method.as_str().to_ascii_lowercase()];
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        check(&document, schema, &answer.json(), call.path);
    }
}

/// A small judge: references, types, required members, items, constants.
fn check(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document
            .pointer(&reference[1..])
            .unwrap_or_else(|| panic!("{reference}"));
        return check(document, schema, value, at);
    }
    if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        if value.is_null() {
            assert!(choices.contains(&json!({"type": "null"})), "{at} is null");
            return;
        }
        return check(document, &choices[0], value, at);
    }
    let kinds: Vec<_> = match &schema["type"] {
        Value::Null => return,
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(kinds.contains(&kind), "{at}: {value} is none of {kinds:?}");
    if value.is_null() {
        return;
    }
    for name in schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        assert!(value.get(name).is_some(), "{at}: no {name} in {value}");
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        if let Some(schema) = schema["properties"].get(name) {
            check(document, schema, member, &format!("{at}.{name}"));
        }
    }
    for item in value.as_array().into_iter().flatten() {
        check(document, &schema["items"], item, at);
    }
}
