//! `/vsee/api-docs`: Swagger UI, and the document it shows. All addresses in it are relative to the document's.

use std::sync::LazyLock;

use axum::response::Response;
use bytes::Bytes;

use super::openapi;
use crate::{api::swagger_ui, portals::swagger_ui::SwaggerUi};

pub static UI: SwaggerUi = SwaggerUi {
    path: "/vsee/api-docs",
    page: swagger_ui::SwaggerUi {
        title: "VSee Clinic",
        start: include_str!("../../../templates/portals/vsee/api_docs.js"),
    },
};

/// The same in every realm.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| openapi::document().to_string().into());

/// `GET /vsee/openapi.json`.
pub async fn show_document() -> Response {
    swagger_ui::document(DOCUMENT.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::paths;

    #[test]
    fn the_page_stands_in_the_portal_and_fetches_nothing_from_elsewhere() {
        assert_eq!(UI.path, format!("{}/api-docs", paths::VSEE));
        assert!(!UI.page.start.contains("//"));
    }
}
