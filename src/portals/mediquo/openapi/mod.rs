//! `/openapi.json`, made from the route table, and Swagger UI that shows it.

pub mod schemas;

use std::sync::LazyLock;

use axum::response::Response;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::route_table::{Answer, Credentials, ROWS, Row};
use crate::{
    api::swagger_ui,
    portals::{
        openapi::{integer, json_content, operation_id, parameter_in_query, parameters_in_path, put, response, schema},
        swagger_ui::SwaggerUi,
    },
    web::paths,
};

/// The page. Keys are typed in there: nobody signs in.
pub static UI: SwaggerUi = SwaggerUi {
    path: paths::MEDIQUO_API_DOCS,
    page: swagger_ui::SwaggerUi {
        title: "mediQuo",
        start: include_str!("../../../../templates/portals/mediquo/api_docs.js"),
    },
};

/// `GET /mediquo/openapi.json`: the same in every realm, since its addresses are relative to its own.
pub async fn show() -> Response {
    static RENDERED: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());
    swagger_ui::document(RENDERED.clone())
}

fn document() -> Value {
    let mut paths = Map::new();
    for row in ROWS {
        let path = format!("{}{}", row.base.prefixes()[0], row.path);
        put(&mut paths, &path, &row.method, operation(row, &path));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "mediQuo",
            "version": "v1",
            "description": "The emulated mediQuo. Paths, methods, headers, members and successful answers are as documented; \
                the bodies of most errors are inferred. Everything below /v1 is served below /api/v1 too.",
        },
        "servers": [{"url": "../mediquo"}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "secretKey": {"type": "apiKey", "in": "header", "name": "X-Secret-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
            "headers": {
                "Limit": {"description": "Requests a minute.", "schema": integer()},
                "Remaining": {"description": "How many are left of them.", "schema": integer()},
            },
            "responses": responses(),
            "schemas": schemas::named(),
        },
    })
}

fn operation(row: &Row, path: &str) -> Value {
    let mut parameters = parameters_in_path(path);
    let query = row.query.iter();
    parameters.extend(query.map(|(name, schema, description)| parameter_in_query(name, schema(), description)));
    let mut operation = json!({
        "operationId": operation_id(row.operation),
        "summary": row.summary,
        "tags": [tag(row)],
        "security": security(row.credentials),
        "parameters": parameters,
    });
    if let Some(body) = row.body {
        operation["requestBody"] = json!({"required": true, "content": json_content(body())});
    }
    operation["responses"] = answers(row);
    operation
}

fn tag(row: &Row) -> &'static str {
    let first = row.path.split('/').nth(1).unwrap_or_default();
    match (row.base, first) {
        (super::route_table::Base::V2, _) => "API v2",
        (super::route_table::Base::Widget, _) => "The widget (the emulator's own)",
        (_, "patients") => "Patients",
        (_, "appointments") => "Appointments",
        (_, "prescriptions") => "Prescriptions",
        (_, "activation-codes") => "Activation codes",
        _ => "Professionals",
    }
}

fn security(credentials: Credentials) -> Value {
    let keys = || json!({"apiKey": [], "secretKey": []});
    match credentials {
        Credentials::Keys => json!([keys()]),
        Credentials::KeysOrBearer => json!([keys(), {"bearer": []}]),
        Credentials::ApiKey => json!([{"apiKey": []}]),
        Credentials::AccessToken => json!([{"bearer": []}]),
    }
}

fn answers(row: &Row) -> Value {
    let mut answers = Map::new();
    let (status, mut answer) = match row.answer {
        Answer::Json(schema) => (
            "200",
            json!({"description": row.summary, "content": json_content(schema())}),
        ),
        Answer::Pdf => {
            let content = json!({"application/pdf": {"schema": {"type": "string", "format": "binary"}}});
            ("200", json!({"description": row.summary, "content": content}))
        }
        Answer::Nothing => ("204", json!({"description": row.summary})),
    };
    answer["headers"] = rate_headers();
    answers.insert(status.to_owned(), answer);
    for (status, description) in row.refusals {
        let body = if *status == 422 { "Invalid" } else { "Message" };
        answers.insert(status.to_string(), refusal(description, body));
    }
    let mut shared = vec![
        ("400", "Unacceptable"),
        ("401", "Unauthorized"),
        ("405", "MethodNotAllowed"),
        ("429", "TooManyRequests"),
        ("500", "Failure"),
    ];
    if row.body.is_some() {
        shared.extend([("413", "TooLarge"), ("415", "UnsupportedMediaType"), ("422", "Invalid")]);
    }
    for (status, name) in shared {
        answers.entry(status).or_insert_with(|| response(name));
    }
    answers.into()
}

fn rate_headers() -> Value {
    json!({
        "x-ratelimit-limit": {"$ref": "#/components/headers/Limit"},
        "x-ratelimit-remaining": {"$ref": "#/components/headers/Remaining"},
    })
}

fn refusal(description: &str, body: &str) -> Value {
    json!({"description": description, "headers": rate_headers(), "content": json_content(schema(body))})
}

fn responses() -> Value {
    let too_many = {
        let mut refusal = refusal("Too many requests within a minute.", "Message");
        refusal["headers"]["retry-after"] = json!({"schema": integer()});
        refusal["headers"]["x-ratelimit-reset"] = json!({"schema": integer()});
        refusal
    };
    let wrong_method = {
        let mut refusal = refusal("Another method.", "Message");
        refusal["headers"]["allow"] = json!({"schema": {"type": "string"}});
        refusal
    };
    json!({
        "Unacceptable": refusal("The request cannot be understood, or the state of things does not allow it.", "Message"),
        "Unauthorized": refusal("A credential is missing or wrong.", "Message"),
        "MethodNotAllowed": wrong_method,
        "TooLarge": refusal("The body is too large.", "Message"),
        "UnsupportedMediaType": refusal("The body is not application/json.", "Message"),
        "Invalid": refusal("Fields are not as they must be.", "Invalid"),
        "TooManyRequests": too_many,
        "Failure": refusal("Something went wrong on the server's side.", "Message"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portals::openapi::broken_references;

    #[test]
    fn the_document_is_openapi_3_1_and_knows_every_row() {
        let document = document();

        assert_eq!(document["openapi"], "3.1.0");
        let operations = document["paths"].as_object().expect("paths").values();
        let operations: usize = operations.map(|path| path.as_object().expect("methods").len()).sum();
        assert_eq!(operations, ROWS.len());
        assert!(
            document
                .pointer("/paths/~1v1~1patients~1{code}/get/responses/404")
                .is_some()
        );
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let (broken, all) = broken_references(&document());

        assert!(all > 100, "{all}");
        assert_eq!(broken, [""; 0]);
    }

    #[test]
    fn every_row_says_what_can_always_happen() {
        for row in ROWS {
            let answers = answers(row);
            for status in ["400", "401", "405", "429", "500"] {
                assert!(answers.get(status).is_some(), "{row:?} {status}");
            }
            for status in ["413", "415", "422"] {
                assert!(row.body.is_none() || answers.get(status).is_some(), "{row:?} {status}");
            }
        }
    }

    #[test]
    fn nothing_is_fetched_from_elsewhere() {
        assert!(!UI.page.start.contains("//"));
    }
}
