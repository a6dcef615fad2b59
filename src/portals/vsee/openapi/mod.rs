//! The OpenAPI 3.1 document of the API, made from the route table.

mod schemas;

use serde_json::{Map, Value, json};

use super::route_table::{Access, Answer, Evidence, Kind, Operation, Parameter, ROWS, Row};
use crate::portals::openapi::{described, json_content, operation_id, parameters_in_path, put, response, schema};

const INTRODUCTION: &str = "\
The emulated VSee Clinic API v3. Each call says how we know of it: documented calls answer as documented, inferred ones \
as best we could tell.

Paths may end in `.json`. Bodies may be JSON, a form or multipart. Where a path asks for the id of a user, `-` is the \
caller. An error is `{\"code\": <the status>, \"message\": \"…\"}`.";

/// The document. The API's address is relative to the document's, so that it can be read under any name the server is
/// reached by.
pub fn document() -> Value {
    let mut paths = Map::new();
    for row in ROWS {
        put(&mut paths, row.path, &row.verb.method(), operation(row));
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

fn operation(row: &Row) -> Value {
    let mut parameters = parameters_in_path(row.path);
    parameters.push(json!({
        "name": "X-AccountCode", "in": "header", "required": false, "schema": {"type": "string"},
        "description": "The clinic; without it the token's, the key's, or the first.",
    }));
    parameters.extend(row.query.iter().map(|parameter| {
        json!({
            "name": parameter.name, "in": "query", "required": parameter.required,
            "description": parameter.description, "schema": in_text(parameter.kind),
        })
    }));
    let evidence = match row.evidence {
        Evidence::Documented => "Documented.",
        Evidence::Inferred => "Inferred.",
    };
    let mut operation = json!({
        "operationId": operation_id(row.operation),
        "summary": row.summary,
        "description": evidence,
        "tags": [tag(row.operation)],
        "parameters": parameters,
        "security": security(row.access),
        "responses": responses(row),
    });
    if !row.body.is_empty() || row.files {
        operation["requestBody"] = request_body(row);
    }
    operation
}

fn tag(operation: Operation) -> &'static str {
    match operation {
        Operation::SignOn | Operation::LogIn | Operation::ListUsers | Operation::ShowUser | Operation::AssignRoom => {
            "Users"
        }
        Operation::CreateIntake
        | Operation::UpdateIntake
        | Operation::ShowIntake
        | Operation::UploadAttachment
        | Operation::DownloadAttachment => "Intakes",
        Operation::AddWalkIn
        | Operation::AddEConsult
        | Operation::AddEConsultAlias
        | Operation::CreateVisit
        | Operation::ListVisits
        | Operation::ShowVisit
        | Operation::EndVisit
        | Operation::AcceptVisit
        | Operation::ListAvailability
        | Operation::ListAvailabilityByPost => "Visits",
        Operation::ListRooms
        | Operation::CreateRoom
        | Operation::ShowRoom
        | Operation::ListProvidersOfRoom
        | Operation::ShowProviderOfRoom => "Rooms",
        Operation::ListAccounts | Operation::ShowAccount => "Accounts",
    }
}

fn security(access: Access) -> Value {
    match access {
        Access::Public => json!([]),
        Access::Key => json!([{"apiKey": [], "apiSecret": []}]),
        Access::Token => json!([{"apiToken": []}]),
        Access::Admin => json!([{"adminToken": []}]),
    }
}

fn security_schemes() -> Value {
    let header = |name: &str, description: &str| json!({"type": "apiKey", "in": "header", "name": name, "description": description});
    json!({
        "apiKey": header("X-ApiKey", "The clinic's key."),
        "apiSecret": header("X-ApiSecret", "The clinic's secret; the policy can make it optional."),
        "apiToken": header("X-ApiToken", "`data.token.token` of `/users/sso` or `/users/login`."),
        "adminToken": header("X-ApiToken", "An admin token, made by hand in the clinic's API app."),
    })
}

/// A value in an address: always text.
fn in_text(kind: Kind) -> Value {
    match kind {
        Kind::Number => json!({"type": "integer", "minimum": 0}),
        Kind::Seconds => json!({"type": "integer", "minimum": 0, "maximum": 253_370_764_800_i64}),
        Kind::Boolean => json!({"type": "string", "enum": ["1", "0", "true", "false"]}),
        Kind::Text | Kind::Date | Kind::Ids | Kind::Any => json!({"type": "string"}),
    }
}

/// A value in a body, as leniently as it is read.
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

fn request_body(row: &Row) -> Value {
    let mut properties = Map::new();
    for Parameter {
        name,
        kind,
        description,
        ..
    } in row.body
    {
        properties.insert((*name).to_owned(), described(in_body(*kind), description));
    }
    let required: Vec<_> = row.body.iter().filter(|one| one.required).map(|one| one.name).collect();
    let said = json!({
        "type": "object", "properties": properties, "required": required, "additionalProperties": true,
    });
    let mut content = Map::new();
    if row.operation != Operation::UploadAttachment {
        for kind in ["application/json", "application/x-www-form-urlencoded"] {
            content.insert(kind.to_owned(), json!({"schema": said}));
        }
    }
    let mut with_files = said;
    if row.files {
        with_files["properties"]["file"] = json!({
            "type": "string", "contentMediaType": "application/octet-stream",
            "description": "PDF, PNG, JPEG, GIF or plain text, up to 512 KiB; any field name will do.",
        });
    }
    content.insert("multipart/form-data".to_owned(), json!({"schema": with_files}));
    json!({"content": content, "required": row.body.iter().any(|one| one.required)})
}

fn responses(row: &Row) -> Value {
    let content = match row.answer {
        Answer::File => json!({"*/*": {"schema": {}}}),
        answer => json_content(schema(&schemas::name(answer))),
    };
    let mut responses = Map::new();
    responses.insert(
        "200".to_owned(),
        json!({"description": row.summary, "content": content}),
    );
    for (status, description) in row.refusals {
        responses.insert(status.to_string(), refusal(description));
    }
    let mut also = vec![
        ("400", "Malformed"),
        ("401", "Unauthorized"),
        ("404", "Unknown"),
        ("405", "WrongMethod"),
        ("500", "Failure"),
    ];
    if row.access == Access::Admin {
        also.push(("403", "AdminsOnly"));
    }
    if !row.body.is_empty() || row.files {
        also.push(("413", "TooLarge"));
    }
    if row.operation == Operation::LogIn {
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
        "AdminsOnly": refusal("The token is not an admin's."),
        "Unknown": refusal("There is nothing at this path."),
        "WrongMethod": {
            "description": "Another method.",
            "headers": {"Allow": {"schema": {"type": "string"}}},
            "content": json_content(schema("Error")),
        },
        "TooLarge": refusal("The body is too large."),
        "TooMany": refusal("Too many passwords were tried."),
        "Failure": refusal("Something went wrong on the server's side."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portals::openapi::broken_references;

    #[test]
    fn the_document_knows_every_row_and_every_reference_leads_somewhere() {
        let document = document();

        let operations = document["paths"].as_object().expect("paths").values();
        let operations: usize = operations.map(|path| path.as_object().expect("methods").len()).sum();
        assert_eq!(operations, ROWS.len());
        let (broken, all) = broken_references(&document);
        assert!(all > 100, "{all}");
        assert_eq!(broken, [""; 0]);
    }

    #[test]
    fn every_refusal_of_a_row_is_in_its_operation() {
        let document = document();
        for row in ROWS {
            let operation = &document["paths"][row.path][row.verb.name().to_ascii_lowercase()];
            for (status, description) in row.refusals {
                assert_eq!(operation["responses"][status.to_string()]["description"], *description);
            }
        }
    }
}
