//! The OpenAPI 3.1 document of a realm's control API, made from the table.

use serde_json::{Value, json};

use crate::{
    api::{
        openapi::{Conventions, Document},
        operation::Operation,
        problem,
        schema::{described, object, schema, text},
    },
    app::control_operation::{ControlOperations, Reach},
};

/// The name of the one security scheme.
const SCHEME: &str = "controlToken";

const INTRODUCTION: &str = "\
Everything a tester can change or look at in one realm. Operations about the whole server, such as creating realms, exist \
in the default realm only, and are not in the documents of other realms.

All errors are `application/problem+json` (RFC 9457); `detail` says what is wrong with the request. A request that is \
refused has changed nothing. Bodies are JSON objects of at most 1 MiB (snapshots may be larger); unknown members are \
refused. `GET` never changes anything.

Requests from pages of another origin are refused, and so are requests to host names that are not this server's. If other \
machines can reach the server, it asks for the token that it printed when it started.";

/// The document of the default realm, or of any other: these are all the same. `root` is the way from the document's
/// address to where its paths begin, so that it can be read under any name of the server.
pub fn document(table: &ControlOperations, in_default_realm: bool, root: &str) -> Value {
    let document = Document {
        info: json!({
            "title": "Anteroom control API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": INTRODUCTION,
        }),
        servers: json!([{"url": root}]),
        security: Some(json!([{}, {SCHEME: []}])),
        components: components(),
    };
    document.write(table.in_realm(in_default_realm), &InCommon)
}

/// What can happen to every request, besides an operation's own refusals.
struct InCommon;

impl<H> Conventions<H, Reach> for InCommon {
    fn refusal(&self, _: u16, description: &str) -> Value {
        problem(description)
    }

    fn common_responses(&self, operation: &Operation<H, Reach>) -> Vec<(u16, &'static str)> {
        let mut common = Vec::new();
        let has_body = operation.body.is_read();
        if has_body || !operation.query.is_empty() {
            common.push((400, "Malformed"));
        }
        common.extend([(401, "Unauthorized"), (403, "Forbidden"), (500, "Failure")]);
        if has_body {
            common.extend([(413, "BodyTooLarge"), (415, "UnsupportedMediaType")]);
        }
        common
    }
}

fn problem(description: &str) -> Value {
    json!({"description": description, "content": {problem::MEDIA_TYPE: {"schema": schema("Problem")}}})
}

fn components() -> Value {
    let mut unauthorized = problem("Other machines can reach this server, and the request has no control token.");
    unauthorized["headers"] = json!({"WWW-Authenticate": {"schema": text()}});
    json!({
        "schemas": {"Problem": problem_schema()},
        "responses": {
            "Malformed": problem("The query or the body cannot be read; the detail says where."),
            "Unauthorized": unauthorized,
            "Forbidden": problem("The request comes from a page of another origin, or names an unknown host."),
            "BodyTooLarge": problem("The body is larger than the server's limit, 1 MiB unless it is configured otherwise."),
            "UnsupportedMediaType": problem("The body is not application/json."),
            "Failure": problem("The server failed; its log says why."),
        },
        "securitySchemes": {
            SCHEME: {
                "type": "http",
                "scheme": "bearer",
                "description": "Printed when the server starts. Required if other machines can reach the server.",
            },
        },
    })
}

/// RFC 9457, as [`problem`] writes it.
fn problem_schema() -> Value {
    let problem = object(json!({
        "title": described(text(), "What the status means."),
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": described(text(), "What is wrong with this request."),
    }));
    described(problem, "An error (RFC 9457).")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{
        api::{
            checks::broken_references,
            openapi::names_in_path,
            operation::{Body, Content},
        },
        control::operations,
        portals,
    };

    fn table() -> ControlOperations {
        ControlOperations(operations::operations(portals::ALL).into())
    }

    fn at_the_root() -> Value {
        document(&table(), true, "../..")
    }

    fn in_a_realm() -> Value {
        document(&table(), false, "../..")
    }

    fn operations_of(document: &Value) -> Vec<(&String, &String, &Value)> {
        let paths = document["paths"].as_object().unwrap().iter();
        let all = paths.flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().iter();
            methods.map(move |(method, operation)| (path, method, operation))
        });
        all.collect()
    }

    #[test]
    fn at_the_root_it_knows_every_row_and_in_a_realm_those_that_are_there() {
        assert_eq!(
            operations_of(&at_the_root()).len(),
            operations::operations(portals::ALL).len()
        );

        let inside = in_a_realm();
        let own = operations::operations(portals::ALL)
            .into_iter()
            .filter(|row| row.access == Reach::Realm)
            .count();
        assert_eq!(operations_of(&inside).len(), own);
        assert!(own < operations::operations(portals::ALL).len());
        assert!(inside["paths"].get("/control/api/realms").is_none());
        assert_eq!(inside["openapi"], "3.1.0");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let (broken, all) = broken_references(&at_the_root());

        assert!(broken.is_empty(), "{broken:?}");
        assert!(all > 20, "{all}");
    }

    #[test]
    fn every_parameter_of_a_path_is_declared_and_no_other() {
        for (path, method, operation) in operations_of(&at_the_root()) {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let declared: Vec<_> = parameters.iter().filter(|one| one["in"] == "path").collect();
            let names: Vec<_> = declared.iter().map(|one| one["name"].as_str().unwrap()).collect();

            assert_eq!(names, names_in_path(path).collect::<Vec<_>>(), "{method} {path}");
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

        for (path, method, operation) in operations_of(&document) {
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
        for (path, method, operation) in operations_of(&document) {
            assert!(declared.contains(&&operation["tags"][0]), "{method} {path}");
        }
    }

    #[test]
    fn every_answer_has_a_description_and_every_refusal_is_a_problem() {
        let document = at_the_root();

        for (path, method, operation) in operations_of(&document) {
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
        for row in operations::operations(portals::ALL) {
            if let Body::Json { schema, .. } = row.body {
                let body = schema();
                check(&body, &format!("{} body", row.id));
                assert_eq!(body["type"], "object", "{}: bodies are objects", row.id);
            }
            if let Content::Json(schema) = row.answer.content {
                check(&schema(), &format!("{} answer", row.id));
            }
            for parameter in row.query {
                check(&(parameter.schema)(), &format!("{} {}", row.id, parameter.name));
            }
        }
    }
}
