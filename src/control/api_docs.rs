//! `/control/api-docs`: what the control API can be asked, as Swagger UI for people and as OpenAPI 3.1 for programs.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

use super::openapi;
use super::problem::Problem;
use super::route_table::{Answer, Content, Reach, Row};
use crate::api::swagger_ui::SwaggerUi;
use crate::app::Realm;

pub const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: PAGE_PATH,
        operation: "showApiDocs",
        tag: TAG,
        summary: "This document as a page; asked for application/json, as it is",
        reach: Reach::Realm,
        query: &[],
        body: None,
        answer: Answer {
            status: 200,
            description: "Swagger UI, which sends requests too.",
            content: Content::Other("text/html"),
        },
        refusals: &[],
        serve: || get(show),
    },
    Row {
        method: Method::GET,
        path: "/control/api-docs/openapi.json",
        operation: "showOpenApi",
        tag: TAG,
        summary: "This document",
        reach: Reach::Realm,
        query: &[],
        body: None,
        answer: Answer {
            status: 200,
            description: "OpenAPI 3.1.",
            content: Content::Json(document_schema),
        },
        refusals: &[],
        serve: || get(show_document),
    },
    Row {
        method: Method::GET,
        path: "/control/api-docs/{file}",
        operation: "showApiDocsFile",
        tag: TAG,
        summary: "What the page is made of",
        reach: Reach::Realm,
        query: &[],
        body: None,
        answer: Answer {
            status: 200,
            description: "A script, a style sheet or an image.",
            content: Content::Other("*/*"),
        },
        refusals: &[(404, "The page has no such file.")],
        serve: || get(show_file),
    },
];

pub const PAGE_PATH: &str = "/control/api-docs";
const TAG: &str = "Documentation";

const PAGE: SwaggerUi = SwaggerUi {
    title: "Anteroom's control",
    start: include_str!("../../templates/control/api_docs.js"),
};

fn document_schema() -> Value {
    json!({"type": "object", "required": ["openapi", "info", "paths"]})
}

/// `GET /control/api-docs`: the page for browsers, the document for whoever asks for JSON.
async fn show(realm: Realm, headers: HeaderMap) -> Response {
    let mut response = if wants_json(&headers) {
        // Relative to this address, which has one segment less than the document's own.
        Json(openapi::document(&realm, "..")).into_response()
    } else {
        PAGE.page(&realm.issuer)
    };
    let vary = HeaderValue::from_static("Accept");
    response.headers_mut().insert(header::VARY, vary);
    response
}

/// `GET /control/api-docs/openapi.json`
async fn show_document(realm: Realm) -> Json<Value> {
    Json(openapi::document(&realm, "../.."))
}

/// `GET /control/api-docs/{file}`
async fn show_file(realm: Realm, Path(file): Path<String>) -> Response {
    let found = PAGE.file(&file, &realm.issuer);
    if found.status() == StatusCode::NOT_FOUND {
        return Problem::not_found(format!("the page has no file {file:?}")).into_response();
    }
    found
}

/// Browsers ask for HTML, whatever else they take.
fn wants_json(headers: &HeaderMap) -> bool {
    let accepts = |kind: &str| {
        let mut lines = headers.get_all(header::ACCEPT).iter();
        lines.any(|line| line.to_str().is_ok_and(|line| line.to_ascii_lowercase().contains(kind)))
    };
    accepts("application/json") && !accepts("text/html")
}
