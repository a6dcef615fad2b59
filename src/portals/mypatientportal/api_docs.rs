//! `/api-docs`: Swagger UI, and the document it shows. Only the flows' addresses in it are the issuer's.

use axum::response::Response;
use bytes::Bytes;

use super::openapi;
use crate::{api::swagger_ui, app::Realm, portals::swagger_ui::SwaggerUi, web::paths};

/// Signs in with the demo's public client, with PKCE.
pub static UI: SwaggerUi = SwaggerUi {
    path: paths::API_DOCS,
    page: swagger_ui::SwaggerUi {
        title: "MyPatientPortal",
        start: include_str!("../../../templates/portals/mypatientportal/api_docs.js"),
    },
};

/// `GET /api-docs/v1/swagger.json`.
pub async fn show_document(realm: Realm) -> Response {
    let rendered = realm
        .rendered
        .openapi
        .get_or_init(|| Bytes::from(openapi::document(&realm.issuer).to_string()));
    swagger_ui::document(rendered.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_fetched_from_elsewhere() {
        assert!(!UI.page.start.contains("//"));
    }
}
