//! Errors that no handler has written: a panic, a timeout, a body that is too large, a method that is not known.
//!
//! Whatever makes them knows nothing of who asked. Here they get the form of their endpoint: OAuth's JSON, a portal's,
//! `application/problem+json`, or a page; and scripts may read them where they may read the endpoint's other answers.

use axum::{
    Json,
    body::{self, HttpBody as _},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;

use crate::{
    api::problem::Problem,
    model::Refusal,
    web::{
        endpoint::{Endpoint, ErrorForm},
        page_error::PageError,
    },
};

/// Gives an error without a form the form of its endpoint.
pub fn with_form(endpoint: &Endpoint, response: Response) -> Response {
    if !lacks_form(&response) || matches!(endpoint.error_form, ErrorForm::Plain) {
        return response;
    }
    let (old, _) = response.into_parts();
    let (code, sentence) = words(old.status);
    let mut response = formed(endpoint.error_form, old.status, Refusal::new(code, sentence), sentence);
    keep(&old.headers, response.headers_mut());
    let extensions = response.extensions_mut();
    extensions.extend(old.extensions);
    if old.status.is_client_error() && extensions.get::<Refusal>().is_none() {
        let (code, sentence) = words(old.status);
        extensions.insert(Refusal::new(code, sentence));
    }
    open_to_scripts(endpoint, &mut response);
    response
}

fn open_to_scripts(endpoint: &Endpoint, response: &mut Response) {
    if endpoint.cors {
        let headers = response.headers_mut();
        headers
            .entry(header::ACCESS_CONTROL_ALLOW_ORIGIN)
            .or_insert(HeaderValue::from_static("*"));
    }
}

/// The refusal of a path that begins with a realm that does not exist, in the form of its endpoint: its name is what
/// clients most often have wrong.
pub fn no_such_realm(endpoint: &Endpoint, name: &str) -> Response {
    let sentence = format!("there is no realm {name:?}");
    let refusal = Refusal::new("invalid_request", &sentence).kind("realm.unknown");
    let refusal = refusal.compare("the name of a realm", name);
    let mut response = formed(endpoint.error_form, StatusCode::NOT_FOUND, refusal.clone(), &sentence);
    open_to_scripts(endpoint, &mut response);
    response.extensions_mut().insert(refusal);
    response
}

/// Whether a response is an error without a form: nothing in it, or the plain sentence of an extractor.
fn lacks_form(response: &Response) -> bool {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return false;
    }
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let bare = kind.is_none() && response.body().size_hint().exact() == Some(0);
    let sentence = kind.is_some_and(|kind| kind.starts_with(b"text/plain"));
    bare || sentence
}

/// What was said besides the body stays said: `Allow`, CORS, `Connection`.
fn keep(old: &HeaderMap, new: &mut HeaderMap) {
    for (name, value) in old {
        if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) {
            new.append(name, value.clone());
        }
    }
}

fn formed(form: ErrorForm, status: StatusCode, refusal: Refusal, sentence: &str) -> Response {
    match form {
        ErrorForm::OAuth => (
            status,
            no_store(),
            Json(json!({"error": refusal.code, "error_description": refusal.description()})),
        )
            .into_response(),
        ErrorForm::Own(answer) => answer(status, sentence),
        ErrorForm::Problem => Problem::new(status, sentence).into_response(),
        ErrorForm::Page => PageError::new(status, refusal).into_response(),
        ErrorForm::Plain => (status, body::Body::from(sentence.to_owned())).into_response(),
    }
}

fn no_store() -> [(header::HeaderName, HeaderValue); 1] {
    [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))]
}

/// A code of RFC 6749 §5.2 and §4.1.2.1, and a sentence for whoever asked.
fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::NOT_FOUND => ("invalid_request", "no endpoint has this path"),
        StatusCode::METHOD_NOT_ALLOWED => (
            "invalid_request",
            "this address does not support the method; the Allow header lists those it supports",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => ("invalid_request", "the body is too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("invalid_request", "the media type of the body is not supported"),
        StatusCode::SERVICE_UNAVAILABLE => (
            "temporarily_unavailable",
            "the server cannot answer now; ask again in a moment",
        ),
        status if status.is_server_error() => (
            "server_error",
            "the server met an unexpected condition; its log says which",
        ),
        _ => ("invalid_request", "the request is malformed"),
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        body::Bytes,
        extract::{DefaultBodyLimit, Request},
        routing::{any, post},
    };
    use http_body_util::BodyExt as _;
    use serde_json::Value;
    use tower::ServiceExt as _;

    use super::{super::realm_prefix, *};
    use crate::{
        portals,
        text::Language,
        web::{page::Layout, page_error::in_language, received::Place},
    };

    fn formed_at(path: &str, response: Response) -> Response {
        let endpoints = portals::endpoint_table(portals::ALL);
        with_form(endpoints.find(realm_prefix::split(path).path(path)), response)
    }

    async fn ask(path: &str, inner: Router) -> Response {
        let request = Request::post(path).body(body::Body::from("0123456789")).unwrap();
        formed_at(path, inner.oneshot(request).await.unwrap())
    }

    fn answering(answer: impl IntoResponse + Clone + Send + Sync + 'static) -> Router {
        Router::new().fallback(move || async move { answer.clone() })
    }

    async fn json(response: Response) -> Value {
        serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
    }

    #[tokio::test]
    async fn every_path_has_its_own_error_format() {
        for (path, kind) in [
            ("/oauth/token", "application/json"),
            ("/realms/x/oauth/userinfo", "application/json"),
            ("/.well-known/openid-configuration", "application/json"),
            ("/.well-known/openid-configuration/realms/x", "application/json"),
            ("/api/portal/v1/booking", "application/json"),
            ("/realms/x/control/api/clock", "application/problem+json"),
            ("/control", "application/problem+json"),
            ("/realms/x/vsee/vc/next/api_v3/users/sso", "application/json"),
            ("/vsee/api_v3/rooms", "application/json"),
            ("/vsee/visits/start/1", "text/html; charset=utf-8"),
            ("/oauth/authorize", "text/html; charset=utf-8"),
            ("/oauth/authorize/continue", "text/html; charset=utf-8"),
            ("/login", "text/html; charset=utf-8"),
            ("/controller", "text/html; charset=utf-8"),
        ] {
            let response = ask(path, answering(StatusCode::INTERNAL_SERVER_ERROR)).await;
            assert_eq!(response.status(), 500);
            assert_eq!(response.headers()["content-type"], kind, "{path}");
        }
    }

    #[tokio::test]
    async fn a_failure_keeps_its_cause_to_itself() {
        let response = ask(
            "/oauth/token",
            answering((StatusCode::INTERNAL_SERVER_ERROR, "panicked at secret.rs")),
        )
        .await;

        let body = json(response).await;
        assert_eq!(body["error"], "server_error");
        assert!(!body.to_string().contains("secret"), "{body}");
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_is_refused_in_words() {
        let inner = Router::new()
            .route("/oauth/token", post(|_: Bytes| async {}))
            .layer(DefaultBodyLimit::max(5));

        let response = ask("/oauth/token", inner).await;

        assert_eq!(response.status(), 413);
        assert_eq!(
            json(response).await,
            json!({"error": "invalid_request", "error_description": "the body is too large"})
        );
    }

    #[tokio::test]
    async fn an_unknown_method_keeps_the_list_of_known_ones() {
        let inner = Router::new().route("/oauth/discovery/keys", axum::routing::get(|| async {}));

        let response = ask("/oauth/discovery/keys", inner).await;

        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()["allow"], "GET,HEAD");
        assert_eq!(response.headers()["content-type"], "application/json");
    }

    #[tokio::test]
    async fn a_page_said_again_in_another_language_keeps_the_list_too() {
        let inner = Router::new().route("/login", axum::routing::get(|| async {}));
        let layout = || Layout {
            place: Place::default(),
            language: Language::German,
        };

        let response = in_language(ask("/login", inner).await, layout);

        assert_eq!(response.headers()["allow"], "GET,HEAD");
        let page = response.into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&page).contains("lang=\"de\""));
    }

    #[tokio::test]
    async fn what_is_open_to_scripts_stays_open_when_it_fails_and_the_rest_stays_shut() {
        for (path, open) in [
            ("/oauth/token", true),
            ("/realms/x/oauth/token", true),
            ("/api/portal/v1/user", true),
            ("/oauth/introspect", false),
            ("/oauth/authorize", false),
            ("/control/api/clock", false),
        ] {
            let response = ask(path, answering(StatusCode::SERVICE_UNAVAILABLE)).await;
            assert_eq!(
                response.headers().contains_key("access-control-allow-origin"),
                open,
                "{path}"
            );
        }
    }

    #[tokio::test]
    async fn answers_with_a_form_of_their_own_pass_untouched() {
        let own = (StatusCode::BAD_REQUEST, [("content-type", "application/json")], "{}");
        let response = ask("/login", answering(own)).await;
        assert_eq!(json(response).await, json!({}));

        let fine = ask("/login", answering("ok")).await;
        assert_eq!(fine.headers()["content-type"], "text/plain; charset=utf-8");

        let probe = ask("/readyz", answering((StatusCode::SERVICE_UNAVAILABLE, "no database"))).await;
        assert_eq!(probe.into_body().collect().await.unwrap().to_bytes(), "no database");
    }

    #[tokio::test]
    async fn a_streamed_answer_without_a_type_is_not_touched() {
        let inner = Router::new().fallback(any(|| async {
            let stream = body::Body::from_stream(futures_util::stream::iter([Ok::<_, std::io::Error>("x")]));
            (StatusCode::BAD_GATEWAY, stream)
        }));

        let response = ask("/login", inner).await;

        assert!(!response.headers().contains_key("content-type"));
    }
}
