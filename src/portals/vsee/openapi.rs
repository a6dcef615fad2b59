//! The OpenAPI 3.1 document of the API, made from the call table.

use serde_json::{Value, json};

use super::{
    access::{Access, security_schemes},
    call::{Handler, Row},
    calls, schemas,
};
use crate::api::{
    openapi::{Conventions, Document, json_content},
    operation::Body,
    schema::{schema, text},
};

const INTRODUCTION: &str = "\
An emulation of the VSee Clinic API v3. Operations answer as the vendor documents them. The summary of an operation says \
so where the documentation leaves it open and we inferred it.

Paths can end in `.json`. Bodies can be JSON, a form or multipart. Where a path takes the id of a user, `-` is the \
caller. An error is `{\"code\": <HTTP status>, \"message\": \"…\"}`.";

/// The document. The API's address is relative to the document's, so that it can be read under any name of the server.
pub fn document() -> Value {
    let document = Document {
        info: json!({"title": "VSee Clinic", "version": "v3", "description": INTRODUCTION}),
        servers: json!([
            {"url": "vc/next/api_v3", "description": "Channel next"},
            {"url": "vc/stable/api_v3", "description": "Channel stable"},
            {"url": "api_v3", "description": "As in production"},
        ]),
        security: None,
        components: json!({
            "schemas": schemas::components(),
            "responses": responses(),
            "securitySchemes": security_schemes(),
        }),
    };
    document.write(calls::all(), &Vsee)
}

/// What all calls have in common.
struct Vsee;

impl Conventions<Handler, Access> for Vsee {
    fn parameters(&self, _: &Row) -> Vec<Value> {
        vec![json!({
            "name": "X-AccountCode", "in": "header", "required": false, "schema": text(),
            "description": "The code of the clinic. Default: the clinic of the token or key, else the first one.",
        })]
    }

    fn security(&self, row: &Row) -> Option<Value> {
        Some(row.access.security())
    }

    fn refusal(&self, _: u16, description: &str) -> Value {
        refusal(description)
    }

    fn common_responses(&self, row: &Row) -> Vec<(u16, &'static str)> {
        let mut responses = vec![
            (400, "Malformed"),
            (401, "Unauthorized"),
            (404, "Unknown"),
            (405, "WrongMethod"),
            (500, "Failure"),
        ];
        if row.access == Access::Admin {
            responses.push((403, "AdminsOnly"));
        }
        if matches!(row.body, Body::Members { .. }) {
            responses.push((413, "TooLarge"));
        }
        responses
    }
}

fn refusal(description: &str) -> Value {
    json!({"description": description, "content": json_content(schema("Error"))})
}

fn responses() -> Value {
    let mut wrong_method = refusal("The method is not allowed at this path.");
    wrong_method["headers"] = json!({"Allow": {"schema": text()}});
    json!({
        "Malformed": refusal("The request is malformed."),
        "Unauthorized": refusal("The account, key or token is missing, unknown or expired."),
        "AdminsOnly": refusal("The caller is not an admin."),
        "Unknown": refusal("The path is unknown."),
        "WrongMethod": wrong_method,
        "TooLarge": refusal("The body is too large."),
        "Failure": refusal("An internal error."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{checks::broken_references, openapi::method};

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
        for row in calls::all() {
            let operation = &document["paths"][row.path][method(&row.method)];
            for (status, description) in row.refusals {
                assert_eq!(operation["responses"][status.to_string()]["description"], *description);
            }
        }
    }
}
