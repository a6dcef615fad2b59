//! `/openapi.json`, made from the table of calls, and Swagger UI that shows it.

use std::sync::LazyLock;

use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    access::{Access, Credentials},
    call::{Handler, Operation},
    calls::CALLS,
    schemas,
};
use crate::{
    api::{
        openapi::{Conventions, Document, json_content},
        schema::{integer, schema, text},
        swagger_ui,
    },
    portals::swagger_ui::SwaggerUi,
    web::paths,
};

/// The page. The keys are typed in there: nobody signs in.
pub static UI: SwaggerUi = SwaggerUi {
    path: paths::MEDIQUO_API_DOCS,
    page: swagger_ui::SwaggerUi {
        title: "mediQuo",
        start: include_str!("../../../templates/portals/mediquo/api_docs.js"),
    },
};

/// `GET /mediquo/openapi.json`: the same in every realm, since its addresses are relative to its own.
pub async fn show() -> Response {
    static RENDERED: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());
    swagger_ui::document(RENDERED.clone())
}

fn document() -> Value {
    let document = Document {
        info: json!({
            "title": "mediQuo",
            "version": "v1",
            "description": "The emulated mediQuo. Paths, methods, headers, members and successful answers are as \
                documented; the bodies of most errors are inferred. Every path below /v1 is also served below /api/v1.",
        }),
        servers: json!([{"url": "../mediquo"}]),
        security: None,
        components: json!({
            "securitySchemes": {
                "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "secretKey": {"type": "apiKey", "in": "header", "name": "X-Secret-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
            "headers": {
                "Limit": {"description": "How many requests a minute are allowed.", "schema": integer()},
                "Remaining": {"description": "How many of them are left.", "schema": integer()},
            },
            "responses": responses(),
            "schemas": schemas::named(),
        }),
    };
    document.write(CALLS, &Mediquo)
}

/// What all operations have in common.
struct Mediquo;

impl Conventions<Handler, Access> for Mediquo {
    fn security(&self, operation: &Operation) -> Option<Value> {
        let keys = || json!({"apiKey": [], "secretKey": []});
        Some(match operation.access.credentials {
            Credentials::Keys => json!([keys()]),
            Credentials::KeysOrBearer => json!([keys(), {"bearer": []}]),
            Credentials::ApiKey => json!([{"apiKey": []}]),
            Credentials::AccessToken => json!([{"bearer": []}]),
        })
    }

    fn refusal(&self, status: u16, description: &str) -> Value {
        refusal(description, if status == 422 { "Invalid" } else { "Message" })
    }

    fn common_responses(&self, operation: &Operation) -> Vec<(u16, &'static str)> {
        let mut responses = vec![
            (400, "Unacceptable"),
            (401, "Unauthorized"),
            (405, "MethodNotAllowed"),
            (429, "TooManyRequests"),
            (500, "Failure"),
        ];
        if operation.body.is_read() {
            responses.extend([(413, "TooLarge"), (415, "UnsupportedMediaType"), (422, "Invalid")]);
        }
        responses
    }

    fn answer_headers(&self) -> Option<Value> {
        Some(rate_headers())
    }
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
    let mut too_many = refusal("More requests within a minute than are allowed.", "Message");
    too_many["headers"]["retry-after"] = json!({"description": "Seconds until the next minute.", "schema": integer()});
    too_many["headers"]["x-ratelimit-reset"] =
        json!({"description": "When it begins, in Unix seconds.", "schema": integer()});
    let mut wrong_method = refusal("The path does not have this method.", "Message");
    wrong_method["headers"]["allow"] = json!({"schema": text()});
    json!({
        "Unacceptable": refusal("The request cannot be read, or does not fit the current state.", "Message"),
        "Unauthorized": refusal("A credential is missing or wrong.", "Message"),
        "MethodNotAllowed": wrong_method,
        "TooLarge": refusal("The body is too large.", "Message"),
        "UnsupportedMediaType": refusal("The body is not application/json.", "Message"),
        "Invalid": refusal("One or more fields are invalid.", "Invalid"),
        "TooManyRequests": too_many,
        "Failure": refusal("The server failed.", "Message"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::checks::broken_references;

    #[test]
    fn the_document_is_openapi_3_1_and_has_every_call() {
        let document = document();

        assert_eq!(document["openapi"], "3.1.0");
        let operations = document["paths"].as_object().expect("paths").values();
        let operations: usize = operations.map(|path| path.as_object().expect("methods").len()).sum();
        assert_eq!(operations, CALLS.len());
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
    fn nothing_is_fetched_from_elsewhere() {
        assert!(!UI.page.start.contains("//"));
    }
}
