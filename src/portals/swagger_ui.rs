//! Swagger UI at a portal's `/api-docs`, the same for every portal.

use axum::{Router, extract::Path, response::Redirect, routing::get};

use crate::{
    api::swagger_ui,
    app::{App, Realm},
};

/// The page of one portal.
#[derive(Debug)]
pub struct SwaggerUi {
    /// Where it stands in a realm; ends in `/api-docs`.
    pub path: &'static str,
    pub page: swagger_ui::SwaggerUi,
}

/// The page at its path, the same with a slash, and its files below it.
pub fn routes(ui: &'static SwaggerUi) -> Router<App> {
    Router::new()
        .route(ui.path, get(async |realm: Realm| ui.page.page(&realm.issuer)))
        // One page has one address.
        .route(
            &format!("{}/", ui.path),
            get(async || Redirect::permanent("../api-docs")),
        )
        .route(
            &format!("{}/{{file}}", ui.path),
            get(async |realm: Realm, Path(file): Path<String>| ui.page.file(&file, &realm.issuer)),
        )
}
