//! Swagger UI, the same for every portal: a page, the files it is made of, and a portal's own script to start it.
//!
//! All addresses are relative to the page's own, so that it works in every realm and under every name the
//! server is reached by. Nothing is fetched from elsewhere. Swagger UI styles itself inline, so its
//! Content-Security-Policy is its own.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::Path,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use utoipa_swagger_ui::{Config, SwaggerFile, serve};

use crate::{
    app::{App, Realm},
    web::page_error::PageError,
};

/// The page of one portal.
#[derive(Debug)]
pub struct SwaggerUi {
    /// Where it stands in a realm; ends in `/api-docs`.
    pub path: &'static str,
    /// The portal's name.
    pub title: &'static str,
    /// Starts Swagger UI: names the document, and signs in where that is needed.
    pub start: &'static str,
}

#[derive(Template)]
#[template(path = "portals/api_docs.html")]
struct Index {
    title: &'static str,
}

/// The page at its path, the same with a slash, and its files below it.
pub fn routes(ui: &'static SwaggerUi) -> Router<App> {
    Router::new()
        .route(ui.path, get(async |realm: Realm| show(ui, &realm)))
        // One page has one address.
        .route(
            &format!("{}/", ui.path),
            get(async || Redirect::permanent("../api-docs")),
        )
        .route(
            &format!("{}/{{file}}", ui.path),
            get(async |realm: Realm, Path(file): Path<String>| show_file(ui, &realm, &file)),
        )
}

fn show(ui: &SwaggerUi, realm: &Realm) -> Response {
    match (Index { title: ui.title }).render() {
        Ok(page) => answer("text/html; charset=utf-8", page.into(), realm),
        Err(error) => PageError::failure(error).into_response(),
    }
}

fn show_file(ui: &SwaggerUi, realm: &Realm, file: &str) -> Response {
    match file {
        "start.js" => answer("text/javascript; charset=utf-8", ui.start.as_bytes().into(), realm),
        // Theirs, which show another document.
        "index.html" | "swagger-initializer.js" => PageError::not_found().into_response(),
        file => match serve(file, Arc::new(Config::default())) {
            Ok(Some(SwaggerFile {
                bytes, content_type, ..
            })) => answer(&content_type, bytes.into_owned().into(), realm),
            Ok(None) => PageError::not_found().into_response(),
            Err(error) => PageError::failure(error).into_response(),
        },
    }
}

fn answer(content_type: &str, bytes: Bytes, realm: &Realm) -> Response {
    let Ok(content_type) = HeaderValue::try_from(content_type) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if let Ok(policy) = HeaderValue::try_from(content_security_policy(&realm.issuer)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Tokens are fetched at the issuer, which may be reached under another name than the page.
fn content_security_policy(issuer: &str) -> String {
    let origin = url::Url::parse(issuer)
        .map(|issuer| issuer.origin().ascii_serialization())
        .unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         connect-src 'self' {origin}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
}

/// A document as it is served: JSON that was written once.
pub fn document(rendered: Bytes) -> Response {
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (headers, rendered).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_the_page_names_is_there_and_nothing_comes_from_elsewhere() {
        let index = Index { title: "Some" }.render().expect("it renders");
        let named: Vec<_> = index
            .split('"')
            .filter_map(|part| part.strip_prefix("api-docs/"))
            .collect();

        assert_eq!(named.len(), 5);
        for file in named
            .into_iter()
            .filter(|file| *file != "start.js")
            .chain(["oauth2-redirect.html", "oauth2-redirect.js"])
        {
            let found = serve(file, Arc::new(Config::default()));
            assert!(found.is_ok_and(|file| file.is_some()), "{file}");
        }
        assert!(!index.contains("//"));
    }
}
