//! `/api-docs`: Swagger UI, and the document it shows.
//!
//! All addresses are relative to the page's own, so that it works in every realm and under every name the
//! server is reached by; only the flows' addresses are the issuer's. Nothing is fetched from elsewhere.
//! Swagger UI styles itself inline, so its Content-Security-Policy is its own.

use std::sync::Arc;

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use utoipa_swagger_ui::{Config, SwaggerFile, serve};

use super::openapi;
use crate::{app::Realm, web::page_error::PageError};

/// The page. Its files lie below it, seen from a path without a slash at its end.
const INDEX: &str = include_str!("../../../templates/portals/mypatientportal/api_docs.html");

/// Starts Swagger UI and signs in with the demo's public client, with PKCE.
const START: &str = include_str!("../../../templates/portals/mypatientportal/api_docs.js");

/// `GET /api-docs`.
pub async fn show(realm: Realm) -> Response {
    answer("text/html; charset=utf-8", INDEX.as_bytes().into(), &realm)
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
    match file.as_str() {
        "start.js" => answer("text/javascript; charset=utf-8", START.as_bytes().into(), &realm),
        // Theirs, which show another document.
        "index.html" | "swagger-initializer.js" => PageError::not_found().into_response(),
        file => match serve(file, Arc::new(Config::new(["v1/swagger.json"]))) {
            Ok(Some(SwaggerFile {
                bytes, content_type, ..
            })) => answer(&content_type, bytes.into_owned().into(), &realm),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_the_page_names_is_there() {
        let named: Vec<_> = INDEX
            .split('"')
            .filter_map(|part| part.strip_prefix("api-docs/"))
            .collect();

        assert_eq!(named.len(), 5);
        for file in named
            .into_iter()
            .filter(|file| *file != "start.js")
            .chain(["oauth2-redirect.html", "oauth2-redirect.js"])
        {
            let found = serve(file, Arc::new(Config::new(["v1/swagger.json"])));
            assert!(found.is_ok_and(|file| file.is_some()), "{file}");
        }
    }

    #[test]
    fn nothing_is_fetched_from_elsewhere() {
        assert!(!INDEX.contains("//"));
        assert!(!START.contains("//"));
    }
}
