//! Swagger UI: a page that shows an OpenAPI document, and the files it is made of.
//!
//! All addresses are relative to the page's own, so that it works in every realm and under every name the server is
//! reached by. Nothing is fetched from elsewhere. Swagger UI styles itself inline, so its Content-Security-Policy is
//! its own.

use std::{borrow::Cow, sync::Arc};

use askama::Template;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use utoipa_swagger_ui::{Config, SwaggerFile, serve};

use crate::web::page_error::PageError;

/// One such page.
#[derive(Debug)]
pub struct SwaggerUi {
    /// What the API belongs to: `MyPatientPortal`.
    pub title: &'static str,
    /// The script that starts it: names the document, and signs in where that is needed.
    pub start: &'static str,
}

/// Its files lie below `api-docs/`, seen from an address that ends in `api-docs` without a slash.
#[derive(Template)]
#[template(path = "api/swagger_ui.html")]
struct Index {
    title: &'static str,
}

impl SwaggerUi {
    /// The page. It may talk to its own origin, and to `issuer`, which may be reached under another name.
    pub fn page(&self, issuer: &str) -> Response {
        match (Index { title: self.title }).render() {
            Ok(page) => answer("text/html; charset=utf-8", page.into(), issuer),
            Err(error) => PageError::failure(error).into_response(),
        }
    }

    /// One of the files the page is made of.
    pub fn file(&self, file: &str, issuer: &str) -> Response {
        match file {
            "start.js" => answer(
                "text/javascript; charset=utf-8",
                Bytes::from_static(self.start.as_bytes()),
                issuer,
            ),
            // Theirs, which show another document.
            "index.html" | "swagger-initializer.js" => PageError::not_found().into_response(),
            file => match serve(file, Arc::new(Config::default())) {
                Ok(Some(SwaggerFile {
                    bytes, content_type, ..
                })) => answer(&content_type, shared(bytes), issuer),
                Ok(None) => PageError::not_found().into_response(),
                Err(error) => PageError::failure(error).into_response(),
            },
        }
    }
}

/// What is part of the program is served from there, without a copy.
fn shared(bytes: Cow<'static, [u8]>) -> Bytes {
    match bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    }
}

fn answer(content_type: &str, bytes: Bytes, issuer: &str) -> Response {
    let Ok(content_type) = HeaderValue::try_from(content_type) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if let Ok(policy) = HeaderValue::try_from(content_security_policy(issuer)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A document as it is served: JSON that was written once.
pub fn document(rendered: Bytes) -> Response {
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (headers, rendered).into_response()
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
