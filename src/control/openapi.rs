//! The OpenAPI 3.1 document of a realm's control API, made from the route table.

use serde_json::{Map, Value, json};

use super::route_table::{Content, Reach, Row, rows};
use crate::app::Realm;
use crate::model::RealmName;
use crate::portals::openapi::{
    self, described, json_content, object, parameter_in_query, parameters_in_path, schema, text,
};

/// The name of the one security scheme.
const SCHEME: &str = "controlToken";

const INTRODUCTION: &str = "\
Everything a tester may turn or look at in one realm, over JSON. What belongs to the whole server (making realms, for \
example) is at the root only, and is not in the documents of other realms.

Every no is `application/problem+json` (RFC 9457), whose `detail` says what is wrong with the request; a request that \
is refused has changed nothing. Bodies are JSON objects of at most 1 MiB \
(snapshots may be larger), and a member that is not known is refused. \
`GET` never changes anything.

Requests that a page of another origin sends are refused, and so are host names that are not this server's. Where \
others than this machine can reach the server, it asks for the token that it printed when it started.";

/// The document for this realm. `root` is the way from the document's address to where its paths begin, so that it can be
/// read under any name the server is reached by.
pub fn document(realm: &Realm, root: &str) -> Value {
    written(&realm.name, root)
}

fn written(realm: &RealmName, root: &str) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("Anteroom's control API: realm {realm}"),
            "version": env!("CARGO_PKG_VERSION"),
            "description": INTRODUCTION,
        },
        "servers": [{"url": root}],
        "security": [{}, {SCHEME: []}],
        "tags": tags(realm),
        "paths": paths(realm),
        "components": components(),
    })
}

/// The rows that are served in this realm.
fn rows_of(realm: &RealmName) -> impl Iterator<Item = &'static Row> {
    let root = realm.is_default();
    rows().filter(move |row| root || row.reach == Reach::Realm)
}

/// In the order of the table, each once.
fn tags(realm: &RealmName) -> Vec<Value> {
    let mut tags: Vec<&str> = Vec::new();
    for row in rows_of(realm) {
        if !tags.contains(&row.tag) {
            tags.push(row.tag);
        }
    }
    tags.into_iter().map(|tag| json!({"name": tag})).collect()
}

fn paths(realm: &RealmName) -> Map<String, Value> {
    let mut paths = Map::new();
    for row in rows_of(realm) {
        openapi::put(&mut paths, row.path, &row.method, operation(row));
    }
    paths
}

fn operation(row: &Row) -> Value {
    let in_query = row.query.iter().map(|parameter| {
        let kind = json!({"type": parameter.kind});
        parameter_in_query(parameter.name, kind, parameter.description)
    });
    let mut parameters = parameters_in_path(row.path);
    parameters.extend(in_query);
    let mut operation = json!({
        "operationId": row.operation,
        "tags": [row.tag],
        "summary": row.summary,
    });
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = row.body {
        operation["requestBody"] = json!({"content": json_content(body())});
    }
    operation["responses"] = responses(row);
    operation
}

fn responses(row: &Row) -> Value {
    let mut responses = Map::new();
    let mut answer = json!({"description": row.answer.description});
    match row.answer.content {
        Content::Nothing => {}
        Content::Json(schema) => answer["content"] = json_content(schema()),
        Content::Other(kind) => answer["content"] = json!({kind: {}}),
    }
    responses.insert(row.answer.status.to_string(), answer);
    for (status, description) in row.refusals {
        responses.insert(status.to_string(), problem(description));
    }
    for (status, name) in everywhere(row) {
        responses.entry(status).or_insert_with(|| openapi::response(name));
    }
    responses.into()
}

/// What can happen to every request of the row's kind, besides its own refusals.
fn everywhere(row: &Row) -> impl Iterator<Item = (&'static str, &'static str)> {
    let reads_something = row.body.is_some() || !row.query.is_empty();
    let malformed = reads_something.then_some(("400", "Malformed"));
    let of_bodies = [("413", "BodyTooLarge"), ("415", "OtherMediaType")];
    let of_bodies = of_bodies.into_iter().filter(|_| row.body.is_some());
    let of_the_door = [("401", "TokenWanted"), ("403", "NotFromHere"), ("500", "Failure")];
    malformed.into_iter().chain(of_the_door).chain(of_bodies)
}

fn problem(description: &str) -> Value {
    json!({"description": description, "content": {"application/problem+json": {"schema": schema("Problem")}}})
}

fn components() -> Value {
    let mut token_wanted = problem("Others can reach this server, and the request did not bring the token it printed.");
    token_wanted["headers"] = json!({"WWW-Authenticate": {"schema": text()}});
    json!({
        "schemas": {"Problem": problem_schema()},
        "responses": {
            "Malformed": problem("The query or the body cannot be read: the detail says where."),
            "TokenWanted": token_wanted,
            "NotFromHere": problem("A page of another origin sent it, or the host is not known as this server's."),
            "BodyTooLarge": problem("The body is larger than the server reads, which is 1 MiB if nobody changed it."),
            "OtherMediaType": problem("The body is not application/json."),
            "Failure": problem("The server failed; its log says why."),
        },
        "securitySchemes": {
            SCHEME: {
                "type": "http",
                "scheme": "bearer",
                "description": "Printed when the server starts; asked for where others than its own machine can reach it.",
            },
        },
    })
}

/// RFC 9457, as [`super::problem`] writes it.
fn problem_schema() -> Value {
    let problem = object(json!({
        "title": described(text(), "What the status means."),
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": described(text(), "What is wrong with this request, in a sentence."),
    }));
    described(problem, "A refusal or a failure (RFC 9457).")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn at_the_root() -> Value {
        written(&RealmName::default_realm(), "../..")
    }

    fn in_a_realm() -> Value {
        written(&"suite-17".parse().unwrap(), "../..")
    }

    fn operations(document: &Value) -> Vec<(&String, &String, &Value)> {
        let paths = document["paths"].as_object().unwrap().iter();
        let all = paths.flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().iter();
            methods.map(move |(method, operation)| (path, method, operation))
        });
        all.collect()
    }

    #[test]
    fn at_the_root_it_knows_every_row_and_in_a_realm_those_that_are_there() {
        assert_eq!(operations(&at_the_root()).len(), rows().count());

        let inside = in_a_realm();
        let own = rows().filter(|row| row.reach == Reach::Realm).count();
        assert_eq!(operations(&inside).len(), own);
        assert!(own < rows().count());
        assert!(inside["paths"].get("/control/api/realms").is_none());
        assert_eq!(inside["openapi"], "3.1.0");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let (broken, all) = openapi::broken_references(&at_the_root());

        assert!(broken.is_empty(), "{broken:?}");
        assert!(all > 20, "{all}");
    }

    #[test]
    fn every_parameter_of_a_path_is_declared_and_no_other() {
        for (path, method, operation) in operations(&at_the_root()) {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let declared: Vec<_> = parameters.iter().filter(|one| one["in"] == "path").collect();
            let names: Vec<_> = declared.iter().map(|one| one["name"].as_str().unwrap()).collect();

            assert_eq!(
                names,
                openapi::names_in_path(path).collect::<Vec<_>>(),
                "{method} {path}"
            );
            assert!(declared.iter().all(|one| one["required"] == true), "{method} {path}");
            let all: HashSet<_> = parameters
                .iter()
                .map(|one| (one["name"].as_str(), one["in"].as_str()))
                .collect();
            assert_eq!(all.len(), parameters.len(), "{method} {path}: a parameter twice");
        }
    }

    #[test]
    fn operations_are_named_once_and_as_programs_name_functions() {
        let document = at_the_root();
        let mut names = HashSet::new();

        for (path, method, operation) in operations(&document) {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name), "{name} twice");
            let first = name.chars().next().unwrap();
            assert!(
                first.is_ascii_lowercase() && name.chars().all(|letter| letter.is_ascii_alphanumeric()),
                "{method} {path}: {name}"
            );
            let summary = operation["summary"].as_str().unwrap();
            assert!(!summary.is_empty() && !summary.ends_with('.'), "{name}: {summary}");
        }
    }

    #[test]
    fn every_tag_is_declared_once() {
        let document = at_the_root();
        let declared: Vec<_> = document["tags"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tag| &tag["name"])
            .collect();
        let unique: HashSet<_> = declared.iter().map(|tag| tag.as_str().unwrap()).collect();

        assert_eq!(unique.len(), declared.len());
        for (path, method, operation) in operations(&document) {
            assert!(declared.contains(&&operation["tags"][0]), "{method} {path}");
        }
    }

    #[test]
    fn every_answer_has_a_description_and_every_refusal_is_a_problem() {
        let document = at_the_root();

        for (path, method, operation) in operations(&document) {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let response = match response["$ref"].as_str() {
                    Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
                    None => response,
                };
                let place = format!("{method} {path} {status}");
                assert!(
                    response["description"].as_str().is_some_and(|text| !text.is_empty()),
                    "{place}"
                );
                if status.starts_with(['4', '5']) {
                    assert!(response["content"]["application/problem+json"].is_object(), "{place}");
                }
            }
        }
    }

    /// JSON Schema names its types; a misspelt one would let everything pass.
    #[test]
    fn every_schema_is_one() {
        const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];
        fn check(schema: &Value, place: &str) {
            if let Some(truth) = schema.as_bool() {
                return assert!(truth || place.ends_with("additionalProperties"), "{place}");
            }
            let schema = schema
                .as_object()
                .unwrap_or_else(|| panic!("{place}: {schema} is no schema"));
            let types = match schema.get("type") {
                None => Vec::new(),
                Some(Value::Array(types)) => types.clone(),
                Some(one) => vec![one.clone()],
            };
            for one in types {
                assert!(
                    one.as_str().is_some_and(|one| TYPES.contains(&one)),
                    "{place}: type {one}"
                );
            }
            let properties = schema.get("properties").and_then(Value::as_object);
            for (name, property) in properties.into_iter().flatten() {
                check(property, &format!("{place}.{name}"));
            }
            for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
                let known = properties.is_none_or(|known| known.contains_key(name.as_str().unwrap()));
                assert!(known, "{place}: {name} is required and not described");
            }
            for below in ["items", "additionalProperties"] {
                if let Some(schema) = schema.get(below) {
                    check(schema, &format!("{place}.{below}"));
                }
            }
            for below in ["oneOf", "anyOf", "allOf"] {
                for schema in schema.get(below).and_then(Value::as_array).into_iter().flatten() {
                    check(schema, &format!("{place}.{below}"));
                }
            }
        }
        for row in rows() {
            if let Some(body) = row.body {
                let body = body();
                check(&body, &format!("{} body", row.operation));
                assert_eq!(body["type"], "object", "{}: bodies are objects", row.operation);
            }
            if let Content::Json(schema) = row.answer.content {
                check(&schema(), &format!("{} answer", row.operation));
            }
            for parameter in row.query {
                assert!(TYPES.contains(&parameter.kind), "{}: {parameter:?}", row.operation);
            }
        }
    }
}
