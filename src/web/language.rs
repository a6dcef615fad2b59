//! Which language to answer a request in.
//!
//! The request's own `ui_locales` (OIDC Core §3.1.2.1) comes first, then the browser's `Accept-Language`. A page that
//! belongs to a stored authorization request asks [`Language::negotiate`] itself, with the `ui_locales` of that row.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::{HeaderValue, header, request::Parts};

use crate::text::Language;

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(of_request(parts, None))
    }
}

/// The language for this request, where `ui_locales` is that of a stored authorization request.
pub fn of_request(parts: &Parts, ui_locales: Option<&str>) -> Language {
    negotiate(
        parts.uri.query(),
        ui_locales,
        parts.headers.get(header::ACCEPT_LANGUAGE),
    )
}

/// The language for a request with this query and `Accept-Language`.
pub fn negotiate(query: Option<&str>, ui_locales: Option<&str>, accepted: Option<&HeaderValue>) -> Language {
    let in_query = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "ui_locales")
        .map(|(_, value)| value);
    let requested = in_query.as_deref().or(ui_locales);
    Language::negotiate(requested, accepted.and_then(|value| value.to_str().ok()))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn request(uri: &str) -> Parts {
        let request = Request::get(uri).header("accept-language", "de");
        request.body(()).expect("a request").into_parts().0
    }

    #[test]
    fn ui_locales_in_the_query_come_before_the_stored_ones_and_the_browser() {
        let parts = request("/login?ui_locales=fr%20es&request=1");

        assert_eq!(of_request(&parts, Some("en")), Language::Spanish);
    }

    #[test]
    fn without_ui_locales_the_browser_decides() {
        let parts = request("/login?request=1");

        assert_eq!(of_request(&parts, None), Language::German);
        assert_eq!(of_request(&parts, Some("en")), Language::English);
    }
}
