//! `/control/api-docs`: what the control API can be asked, as Swagger UI for people and as OpenAPI 3.1 for programs.

use std::sync::{Arc, OnceLock};

use axum::{
    Extension,
    extract::Path,
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

use super::openapi;
use crate::{
    api::{
        operation::{Answer, Body, Content},
        problem::Problem,
        swagger_ui::{self, SwaggerUi},
    },
    app::{
        Realm,
        control_operation::{ControlOperation, ControlOperations, Reach},
    },
};

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: PAGE_PATH,
        id: "showApiDocs",
        tag: TAG,
        summary: "This document as a page; with Accept: application/json, the document itself",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("Swagger UI, which sends requests too."),
            content: Content::Bytes("text/html"),
        },
        refusals: &[],
        handler: || get(show),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api-docs/openapi.json",
        id: "showOpenApi",
        tag: TAG,
        summary: "This document",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("OpenAPI 3.1."),
            content: Content::Json(document_schema),
        },
        refusals: &[],
        handler: || get(show_document),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api-docs/{file}",
        id: "showApiDocsFile",
        tag: TAG,
        summary: "A file of the page",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("A script, a style sheet or an image."),
            content: Content::Bytes("*/*"),
        },
        refusals: &[(404, "The page has no such file.")],
        handler: || get(show_file),
    },
];

pub const PAGE_PATH: &str = "/control/api-docs";
const TAG: &str = "Documentation";

const PAGE: SwaggerUi = SwaggerUi {
    title: "Anteroom control API",
    start: include_str!("../../templates/control/api_docs.js"),
};

/// The document as it is served, written once for each place where it can be read.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    beside_the_page: Written,
    below_the_page: Written,
}

#[derive(Clone, Debug, Default)]
struct Written {
    default_realm: Arc<OnceLock<Bytes>>,
    other_realms: Arc<OnceLock<Bytes>>,
}

impl Written {
    fn answer(&self, table: &ControlOperations, realm: &Realm, root: &str) -> Response {
        let is_default = realm.name.is_default();
        let place = if is_default {
            &self.default_realm
        } else {
            &self.other_realms
        };
        let document = place.get_or_init(|| openapi::document(table, is_default, root).to_string().into());
        swagger_ui::document(document.clone())
    }
}

fn document_schema() -> Value {
    json!({"type": "object", "required": ["openapi", "info", "paths"]})
}

/// `GET /control/api-docs`: the page for browsers, the document for whoever asks for JSON.
async fn show(
    realm: Realm,
    Extension(table): Extension<ControlOperations>,
    Extension(documents): Extension<Documents>,
    headers: HeaderMap,
) -> Response {
    let mut response = if wants_json(&headers) {
        // Relative to this address, which has one segment less than the document's own.
        documents.beside_the_page.answer(&table, &realm, "..")
    } else {
        PAGE.page(&realm.issuer)
    };
    let vary = HeaderValue::from_static("Accept");
    response.headers_mut().insert(header::VARY, vary);
    response
}

/// `GET /control/api-docs/openapi.json`
async fn show_document(
    realm: Realm,
    Extension(table): Extension<ControlOperations>,
    Extension(documents): Extension<Documents>,
) -> Response {
    documents.below_the_page.answer(&table, &realm, "../..")
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
