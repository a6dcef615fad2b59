//! `/api-docs`: Swagger UI, and the document it shows.
//!
//! All addresses are relative to the page's own; only the flows' addresses are the issuer's.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use bytes::Bytes;
use http::{HeaderValue, header};

use super::openapi;
use crate::{app::Realm, web::swagger_ui::SwaggerUi};

/// Signs in with the demo's public client, with PKCE.
const PAGE: SwaggerUi = SwaggerUi {
    title: "MyPatientPortal API",
    start: include_str!("../../../templates/portals/mypatientportal/api_docs.js"),
};

/// `GET /api-docs`.
pub async fn show(realm: Realm) -> Response {
    PAGE.page(&realm.issuer)
}

/// `GET /api-docs/`: one page has one address.
pub async fn show_without_slash() -> Redirect {
    Redirect::permanent("../api-docs")
}

/// `GET /api-docs/v1/swagger.json`.
pub async fn show_document(realm: Realm) -> Response {
    let rendered = realm.rendered.openapi.get_or_init(|| {
        let document = openapi::document(&realm.issuer).to_json();
        document
            .map(Bytes::from)
            .expect("the document is JSON, which a test writes it to see")
    });
    let mut response = rendered.clone().into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// `GET /api-docs/{file}`: what the page is made of.
pub async fn show_file(realm: Realm, Path(file): Path<String>) -> Response {
    PAGE.file(&file, &realm.issuer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_fetched_from_elsewhere() {
        assert!(!PAGE.start.contains("//"));
    }
}
