//! The OpenAPI 3.1 document of the API, made from the call table.

mod schemas;

use serde_json::{Map, Value, json};

use super::{
    access::{Access, security_schemes},
    call::Handler,
    calls,
    operation::{Answer, Evidence, Kind, Operation, Parameter},
};
use crate::portals::openapi::{described, json_content, parameters_in_path, put, response, schema};

const INTRODUCTION: &str = "\
An emulation of the VSee Clinic API v3. The description of each operation says whether the vendor documents it or we \
inferred it from the rest of the documentation.

Paths can end in `.json`. Bodies can be JSON, a form or multipart. Where a path takes the id of a user, `-` is the \
caller. An error is `{\"code\": <HTTP status>, \"message\": \"…\"}`.";

/// The document. The API's address is relative to the document's, so that it can be read under any name the server is
/// reached by.
pub fn document() -> Value {
    let mut paths = Map::new();
    for call in calls::all() {
        put(&mut paths, call.path, &call.verb.method(), operation(call));
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "VSee Clinic", "version": "v3", "description": INTRODUCTION},
        "servers": [
            {"url": "vc/next/api_v3", "description": "Channel next"},
            {"url": "vc/stable/api_v3", "description": "Channel stable"},
            {"url": "api_v3", "description": "As in production"},
        ],
        "paths": paths,
        "components": {
            "schemas": schemas::all(),
            "responses": responses_in_common(),
            "securitySchemes": security_schemes(),
        },
    })
}

fn operation(call: &Operation<Handler>) -> Value {
    let mut parameters = parameters_in_path(call.path);
    parameters.push(json!({
        "name": "X-AccountCode", "in": "header", "required": false, "schema": {"type": "string"},
        "description": "The code of the clinic. Default: the clinic of the token or key, else the first one.",
    }));
    parameters.extend(call.query.iter().map(|parameter| {
        json!({
            "name": parameter.name, "in": "query", "required": parameter.required,
            "description": parameter.description, "schema": in_text(parameter.kind),
        })
    }));
    let evidence = match call.evidence {
        Evidence::Documented => "Documented.",
        Evidence::Inferred => "Inferred.",
    };
    let mut operation = json!({
        "operationId": call.id,
        "summary": call.summary,
        "description": evidence,
        "tags": [call.tag],
        "parameters": parameters,
        "security": call.access.security(),
        "responses": responses(call),
    });
    if !call.body.is_empty() || call.files {
        operation["requestBody"] = request_body(call);
    }
    operation
}

/// A value in the query, which is always text.
fn in_text(kind: Kind) -> Value {
    match kind {
        Kind::Number => json!({"type": "integer", "minimum": 0}),
        Kind::Seconds => json!({"type": "integer", "minimum": 0, "maximum": 253_370_764_800_i64}),
        Kind::Boolean => json!({"type": "string", "enum": ["1", "0", "true", "false"]}),
        Kind::Text | Kind::Date | Kind::Ids | Kind::Any => json!({"type": "string"}),
    }
}

/// A value in a body: all forms that are accepted.
fn in_body(kind: Kind) -> Value {
    match kind {
        Kind::Text => json!({"type": ["string", "number", "null"]}),
        Kind::Number => {
            json!({"oneOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]*$"}]})
        }
        Kind::Seconds => json!({"oneOf": [
            {"type": "integer", "minimum": 0, "maximum": 253_370_764_800_i64},
            {"type": "string", "pattern": "^[0-9]{0,11}$"},
        ]}),
        Kind::Date => json!({"type": "string", "format": "date"}),
        Kind::Boolean => json!({"enum": [true, false, 1, 0, "1", "0", "true", "false"]}),
        Kind::Ids => json!({"oneOf": [
            {"type": "string"},
            {"type": "array", "items": {"type": "string"}},
            {"type": "array", "items": {
                "type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"],
            }},
        ]}),
        Kind::Any => json!({}),
    }
}

fn request_body(call: &Operation<Handler>) -> Value {
    let mut properties = Map::new();
    for Parameter {
        name,
        kind,
        description,
        ..
    } in call.body
    {
        properties.insert((*name).to_owned(), described(in_body(*kind), description));
    }
    let required: Vec<_> = call
        .body
        .iter()
        .filter(|one| one.required)
        .map(|one| one.name)
        .collect();
    let schema = json!({
        "type": "object", "properties": properties, "required": required, "additionalProperties": true,
    });
    let mut content = Map::new();
    if call.id != "uploadAttachment" {
        for kind in ["application/json", "application/x-www-form-urlencoded"] {
            content.insert(kind.to_owned(), json!({"schema": schema}));
        }
    }
    let mut with_files = schema;
    if call.files {
        with_files["properties"]["file"] = json!({
            "type": "string", "contentMediaType": "application/octet-stream",
            "description": "A PDF, PNG, JPEG, GIF or plain text file of up to 512 KiB. The field can have any name.",
        });
    }
    content.insert("multipart/form-data".to_owned(), json!({"schema": with_files}));
    json!({"content": content, "required": call.body.iter().any(|one| one.required)})
}

fn responses(call: &Operation<Handler>) -> Value {
    let content = match call.answer {
        Answer::File => json!({"*/*": {"schema": {}}}),
        answer => json_content(schema(&schemas::name(answer))),
    };
    let mut responses = Map::new();
    responses.insert(
        "200".to_owned(),
        json!({"description": call.summary, "content": content}),
    );
    for (status, description) in call.refusals {
        responses.insert(status.to_string(), refusal(description));
    }
    let mut also = vec![
        ("400", "Malformed"),
        ("401", "Unauthorized"),
        ("404", "Unknown"),
        ("405", "WrongMethod"),
        ("500", "Failure"),
    ];
    if call.access == Access::Admin {
        also.push(("403", "AdminsOnly"));
    }
    if !call.body.is_empty() || call.files {
        also.push(("413", "TooLarge"));
    }
    if call.id == "logIn" {
        also.push(("429", "TooMany"));
    }
    for (status, name) in also {
        responses.entry(status).or_insert_with(|| response(name));
    }
    Value::Object(responses)
}

fn refusal(description: &str) -> Value {
    json!({"description": description, "content": json_content(schema("Error"))})
}

fn responses_in_common() -> Value {
    json!({
        "Malformed": refusal("The request is malformed."),
        "Unauthorized": refusal("The account, key or token is missing, unknown or expired."),
        "AdminsOnly": refusal("The caller is not an admin."),
        "Unknown": refusal("The path is unknown."),
        "WrongMethod": {
            "description": "The method is not allowed at this path.",
            "headers": {"Allow": {"schema": {"type": "string"}}},
            "content": json_content(schema("Error")),
        },
        "TooLarge": refusal("The body is too large."),
        "TooMany": refusal("Too many sign-in attempts."),
        "Failure": refusal("An internal error."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portals::openapi::broken_references;

    #[test]
    fn the_document_has_every_call_and_no_broken_reference() {
        let document = document();

        let operations = document["paths"].as_object().expect("paths").values();
        let operations: usize = operations.map(|path| path.as_object().expect("methods").len()).sum();
        assert_eq!(operations, calls::all().count());
        let (broken, all) = broken_references(&document);
        assert!(all > 100, "{all}");
        assert_eq!(broken, [""; 0]);
    }

    #[test]
    fn every_refusal_of_a_call_is_in_its_operation() {
        let document = document();
        for call in calls::all() {
            let operation = &document["paths"][call.path][call.verb.name().to_ascii_lowercase()];
            for (status, description) in call.refusals {
                assert_eq!(operation["responses"][status.to_string()]["description"], *description);
            }
        }
    }
}
