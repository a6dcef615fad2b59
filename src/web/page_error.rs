//! An error page for people: for requests whose redirect URI is not validated yet, and for the server's own pages.
//!
//! The page says in the user's language what happened and what to do, and lists the details of the refusal for
//! developers. A handler that returns with `?` does not know the language, so the error is rendered in English first
//! and [`in_language`] renders it again.

use std::{fmt::Display, mem};

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};

use crate::{
    model::Refusal,
    text::Language,
    web::{
        page::{Layout, Page},
        received::Place,
        refusal_log, unavailable,
    },
};

/// A refusal, or a failure of the server, that is shown as a page.
#[derive(Clone, Debug)]
pub struct PageError {
    pub status: StatusCode,
    pub refusal: Box<Refusal>,
    /// Where what failed can be begun anew.
    again: Option<Box<str>>,
}

impl PageError {
    pub fn new(status: StatusCode, refusal: Refusal) -> PageError {
        PageError {
            status,
            refusal: Box::new(refusal),
            again: None,
        }
    }

    /// The page offers to begin anew at this address.
    pub fn with_restart(self, address: String) -> PageError {
        PageError {
            again: Some(address.into()),
            ..self
        }
    }

    /// A request that cannot be answered, and why: 400.
    pub fn bad_request(refusal: Refusal) -> PageError {
        PageError::new(StatusCode::BAD_REQUEST, refusal)
    }

    /// Nothing lives at this address: 404.
    pub fn not_found() -> PageError {
        let refusal = Refusal::new("not_found", "no endpoint has this path").kind("page.unknown");
        PageError::new(StatusCode::NOT_FOUND, refusal)
    }

    /// Our own failure: the cause goes to the log, the person learns only that it was not their fault.
    pub fn failure(cause: impl Display) -> PageError {
        tracing::error!(%cause, "a page failed");
        let refusal = Refusal::new("server_error", "the server met an unexpected condition");
        PageError::new(StatusCode::INTERNAL_SERVER_ERROR, refusal)
    }

    /// Our own failure, which may be over in a moment: 503.
    pub fn unavailable(cause: impl Display) -> PageError {
        tracing::error!(%cause, "a page failed");
        let refusal = Refusal::new("temporarily_unavailable", "the server is temporarily unavailable");
        PageError::new(StatusCode::SERVICE_UNAVAILABLE, refusal)
    }

    /// The page for this error, in this place and language.
    pub fn page(&self, layout: Layout) -> Page {
        let words = words(self.status, self.refusal.code);
        let page = ErrorPage {
            layout,
            words,
            status: self.status,
            refusal: &self.refusal,
            again: self.again.as_deref(),
        };
        Page::new(&page).with_status(self.status)
    }

    /// Refuses when `wrong`: a rule in one line.
    pub fn when(self, wrong: bool) -> Result<(), PageError> {
        if wrong { Err(self) } else { Ok(()) }
    }

    fn answer(&self, layout: Layout) -> Response {
        let mut response = self.page(layout).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            unavailable::ask_again(response.headers_mut());
        }
        response
    }
}

/// In English and for no realm in particular; [`in_language`] renders it again.
impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let layout = Layout {
            place: Place::default(),
            language: Language::English,
        };
        let mut response = self.answer(layout);
        response.extensions_mut().insert(self);
        response
    }
}

/// Renders the [`PageError`] of a response again, in the layout of its request: the right language and the realm that
/// was asked.
pub fn in_language(mut response: Response, layout: impl FnOnce() -> Layout) -> Response {
    let Some(error) = response.extensions_mut().remove::<PageError>() else {
        return response;
    };
    refusal_log::log(&error.refusal, "page");
    let mut rendered = error.answer(layout());
    keep(response.headers(), rendered.headers_mut());
    // What others have left there stays, and the refusal is left for the journal.
    *rendered.extensions_mut() = mem::take(response.extensions_mut());
    rendered.extensions_mut().insert(*error.refusal);
    rendered
}

/// What was said besides the page itself stays said, such as `Allow`.
fn keep(old: &HeaderMap, new: &mut HeaderMap) {
    for (name, value) in old {
        if *name != header::CONTENT_LENGTH && !new.contains_key(name) {
            new.insert(name, value.clone());
        }
    }
}

/// The messages of an error page.
struct Words {
    title: &'static str,
    meaning: &'static str,
    next: &'static str,
}

/// What to say to a person: by the refusal's code where we have words for it, else by the status.
fn words(status: StatusCode, code: &str) -> Words {
    let (title, meaning, next) = match (code, status.as_u16()) {
        ("invalid_client" | "unauthorized_client", _) => (
            "error-unknown-client-title",
            "error-unknown-client-meaning",
            "error-next-tell-developers",
        ),
        ("invalid_redirect_uri", _) => (
            "error-redirect-uri-title",
            "error-redirect-uri-meaning",
            "error-next-tell-developers",
        ),
        ("request_expired", _) => (
            "error-request-gone-title",
            "error-request-gone-meaning",
            "error-next-start-again",
        ),
        ("request_answered", _) => (
            "error-request-answered-title",
            "error-request-answered-meaning",
            "error-next-start-again",
        ),
        ("request_of_another_session", _) => (
            "error-request-foreign-title",
            "error-request-foreign-meaning",
            "error-next-start-again",
        ),
        ("forged_form", _) => (
            "error-forged-form-title",
            "error-forged-form-meaning",
            "error-next-form-again",
        ),
        (_, 404) => (
            "error-not-found-title",
            "error-not-found-meaning",
            "error-next-check-address",
        ),
        (_, 405) => ("error-method-title", "error-method-meaning", "error-next-check-address"),
        (_, 401) => (
            "error-unauthorized-title",
            "error-unauthorized-meaning",
            "error-next-start-again",
        ),
        (_, 403) => (
            "error-forbidden-title",
            "error-forbidden-meaning",
            "error-next-tell-developers",
        ),
        (_, 429 | 503) => ("error-too-many-title", "error-too-many-meaning", "error-next-wait"),
        (_, 500..) => ("error-failure-title", "error-failure-meaning", "error-next-later"),
        _ => (
            "error-invalid-request-title",
            "error-invalid-request-meaning",
            "error-next-tell-developers",
        ),
    };
    Words { title, meaning, next }
}

#[derive(Template)]
#[template(path = "web/error.html")]
struct ErrorPage<'a> {
    layout: Layout,
    words: Words,
    status: StatusCode,
    refusal: &'a Refusal,
    again: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    fn refused() -> PageError {
        let refusal = Refusal::new("invalid_redirect_uri", "redirect_uri is not registered")
            .see("RFC 6749 §3.1.2.3")
            .compare("https://client.example.com/cb", "https://evil.example/<script>");
        PageError::bad_request(refusal)
    }

    async fn html(response: Response) -> String {
        let body = response.into_body().collect().await.expect("the body is in memory");
        String::from_utf8(body.to_bytes().to_vec()).expect("pages are UTF-8")
    }

    #[tokio::test]
    async fn a_refusal_tells_developers_everything_and_escapes_it() {
        let html = html(refused().into_response()).await;

        for told in [
            "Redirect URI not registered",
            "invalid_redirect_uri",
            "redirect_uri is not registered",
            "RFC 6749 §3.1.2.3",
            "https://client.example.com/cb",
        ] {
            assert!(html.contains(told), "{told}");
        }
        assert!(!html.contains("<script>"));
    }

    #[tokio::test]
    async fn it_is_rendered_again_in_the_language_of_the_request_and_for_its_realm() {
        let layout = || Layout {
            place: Place {
                host: "anteroom.test".to_owned(),
                ..Place::default()
            },
            language: Language::German,
        };

        let response = in_language(refused().into_response(), layout);

        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let html = html(response).await;
        assert!(html.contains("anteroom.test") && html.contains("Redirect-URI nicht registriert"));
    }

    #[tokio::test]
    async fn the_first_rendering_counts_since_it_knows_the_realm() {
        let layout = |host: &str| Layout {
            place: Place {
                host: host.to_owned(),
                ..Place::default()
            },
            language: Language::English,
        };

        let response = in_language(refused().into_response(), || layout("anteroom.test"));
        let response = in_language(response, || layout("elsewhere.test"));

        assert!(html(response).await.contains("anteroom.test"));
    }

    #[tokio::test]
    async fn a_failure_keeps_its_cause_to_itself() {
        let response = PageError::failure("password=hunter2 at table users").into_response();

        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!html(response).await.contains("hunter2"));
    }
}
