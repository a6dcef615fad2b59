//! Forms that only our own pages can send.
//!
//! Two guards stand before our own pages, and none before the protocol's endpoints, which are cross-origin by nature.
//! The first holds `Sec-Fetch-Site` and `Origin` against the request's own host, so no hidden token is needed. The
//! second knows the hosts we answer to: a name that somebody else lets point to this machine (DNS rebinding) would
//! otherwise count as our own.
//!
//! A form whose `Origin` is exactly the issuer's comes from one of our pages whatever `Host` says, since no other site
//! can send that `Origin`: a reverse proxy may put its upstream's name there, or drop the port.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri, header};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use url::Url;

use crate::{model::Refusal, web::page_error::PageError};

/// Refuses posts to these routes that another origin sent, or that were sent to a host we do not know.
pub fn only_our_pages<S>(routes: Router<S>, known: KnownHosts) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let layer = CsrfLayer::new();
    let layer = match &known.issuer {
        Some(issuer) => layer.clone().add_trusted_origin(issuer).unwrap_or(layer),
        None => layer,
    };
    routes
        .layer(layer)
        .layer(middleware::from_fn_with_state(known, only_known_origins))
}

/// The host names our pages answer posts under, besides loopback.
#[derive(Clone, Debug)]
pub struct KnownHosts {
    names: Arc<[String]>,
    /// As browsers write it in `Origin`.
    issuer: Option<Arc<str>>,
}

impl KnownHosts {
    /// The issuer's host, and those that were allowed besides.
    pub fn new(issuer: &str, allowed: impl IntoIterator<Item = String>) -> Self {
        let issuer = Url::parse(issuer).ok();
        let own = issuer.as_ref().and_then(|issuer| issuer.host_str().map(str::to_owned));
        Self {
            names: own.into_iter().chain(allowed).collect(),
            issuer: issuer.map(|issuer| issuer.origin().ascii_serialization().into()),
        }
    }

    /// Whether a request says that a page of the issuer's origin sent it.
    fn sent_by_issuer(&self, headers: &HeaderMap) -> bool {
        let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
        origin.is_some() && origin == self.issuer.as_deref()
    }

    fn foreign_form(&self, origin: &str, host: &str) -> Refusal {
        let issuer = self.issuer.as_deref().unwrap_or_default();
        let description = format!(
            "the form was not sent by a page of {issuer} (Origin: {origin}, Host: {host}). Behind a reverse proxy, --issuer \
             has to be the address that browsers show, and the proxy has to pass their Origin on, or their Host with its \
             port (nginx: proxy_set_header Host $http_host)"
        );
        let expected = format!("Origin: {issuer}; or the same Origin as Host, which is {OUR_HOSTS}");
        let received = format!("Origin: {origin}; Host: {host}");
        Refusal::new("forged_form", description).compare(expected, received)
    }

    /// Whether a `Host` (with or without a port) is known: loopback, or named when the server was started.
    ///
    /// Listening on an unspecified address (0.0.0.0) makes every address ours: only names can be pointed at us by
    /// others.
    pub fn know(&self, host: &str) -> bool {
        let name = without_port(host).to_ascii_lowercase();
        let literal = name.trim_start_matches('[').trim_end_matches(']');
        let address: Option<IpAddr> = literal.parse().ok();
        let unspecified = |known: &String| {
            known
                .trim_matches(['[', ']'])
                .parse()
                .is_ok_and(|known: IpAddr| known.is_unspecified())
        };
        address.is_some_and(|address| address.is_loopback() || self.names.iter().any(unspecified))
            || name == "localhost"
            || name.ends_with(".localhost")
            || self.names.iter().any(|known| known.eq_ignore_ascii_case(&name))
    }
}

const OUR_HOSTS: &str = "the issuer's host, loopback, or a name given as --allowed-host";

/// Middleware: refuses everything but reading under an unknown host, and explains what the layer below refuses.
async fn only_known_origins(State(known): State<KnownHosts>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let host = effective_host(request.uri(), request.headers()).map(str::to_owned);
    let origin = request.headers().get(header::ORIGIN).cloned();
    let ours = known.sent_by_issuer(request.headers()) || host.as_deref().is_some_and(|host| known.know(host));
    if ours {
        let response = next.run(request).await;
        if response.extensions().get::<ProtectionError>().is_none() {
            return response;
        }
    }
    let origin = origin
        .as_ref()
        .map_or("none", |origin| origin.to_str().unwrap_or("unreadable"));
    forged(known.foreign_form(origin, host.as_deref().unwrap_or("none")))
}

/// Middleware: also reading, where a page mints something for whoever reads it, is refused under an unknown host.
pub async fn only_known_hosts_read(State(known): State<KnownHosts>, request: Request, next: Next) -> Response {
    let host = effective_host(request.uri(), request.headers());
    if host.is_some_and(|host| known.know(host)) {
        return next.run(request).await;
    }
    let refusal = Refusal::new(
        "unknown_host",
        "the page was requested from a host name that is not this server's",
    );
    forged(refusal.compare(OUR_HOSTS, host.unwrap_or_default()))
}

fn forged(refusal: Refusal) -> Response {
    PageError::new(StatusCode::FORBIDDEN, refusal.kind("form.forged")).into_response()
}

/// `:authority` of HTTP/2, or the `Host` header.
pub fn effective_host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    uri.authority().map(|authority| authority.as_str()).or(host)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, routing::get};
    use http::Method;
    use tower::ServiceExt;

    use super::*;

    async fn status(method: Method, headers: &[(&str, &str)]) -> StatusCode {
        let known = KnownHosts::new("http://anteroom.test:8080", ["other.test".to_owned()]);
        let router: Router = Router::new().route("/", get(async || "page").post(async || "done"));
        let router = only_our_pages(router, known);
        let mut request = Request::builder().method(method).uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("a request");
        let response = router.oneshot(request).await.expect("a router always answers");
        response.status()
    }

    #[tokio::test]
    async fn a_form_of_our_own_page_passes() {
        for headers in [
            &[("host", "localhost:8080"), ("sec-fetch-site", "same-origin")][..],
            &[("host", "localhost:8080"), ("origin", "http://localhost:8080")],
            &[("host", "anteroom.test"), ("sec-fetch-site", "none")],
            &[("host", "OTHER.test:9"), ("sec-fetch-site", "same-origin")],
            &[("host", "[::1]:8080"), ("origin", "http://[::1]:8080")],
        ] {
            assert_eq!(status(Method::POST, headers).await, StatusCode::OK, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn a_form_of_another_origin_is_refused() {
        for headers in [
            &[("host", "localhost:8080"), ("sec-fetch-site", "cross-site")][..],
            &[("host", "localhost:8080"), ("sec-fetch-site", "same-site")],
            &[("host", "localhost:8080"), ("origin", "http://127.0.0.1:8080")],
            &[("host", "localhost:8080"), ("origin", "http://localhost:9090")],
            &[("host", "localhost:8080"), ("origin", "null")],
        ] {
            assert_eq!(
                status(Method::POST, headers).await,
                StatusCode::FORBIDDEN,
                "{headers:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_form_under_a_name_somebody_pointed_at_us_is_refused() {
        for host in [
            "evil.example:8080",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "128.0.0.1",
            "",
        ] {
            let headers = [("host", host), ("sec-fetch-site", "same-origin")];

            assert_eq!(status(Method::POST, &headers).await, StatusCode::FORBIDDEN, "{host}");
        }
    }

    #[tokio::test]
    async fn a_form_of_the_issuers_origin_passes_whatever_a_proxy_says_as_host() {
        let issuer = ("origin", "http://anteroom.test:8080");
        for headers in [
            &[issuer, ("host", "10.0.0.5:3000")][..],
            &[issuer, ("host", "anteroom.test")],
            &[issuer, ("host", "upstream"), ("sec-fetch-site", "same-origin")],
        ] {
            assert_eq!(status(Method::POST, headers).await, StatusCode::OK, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn nothing_less_than_the_issuers_origin_counts_as_it() {
        for origin in [
            "http://anteroom.test",
            "http://anteroom.test:8081",
            "https://anteroom.test:8080",
            "http://ANTEROOM.test:8080",
            "http://anteroom.test:8080/",
            "http://anteroom.test:8080.evil.example",
            "http://x.anteroom.test:8080",
            "null",
            "",
        ] {
            let headers = [("origin", origin), ("host", "10.0.0.5:3000")];

            assert_eq!(status(Method::POST, &headers).await, StatusCode::FORBIDDEN, "{origin}");
        }
    }

    #[tokio::test]
    async fn reading_is_open_to_everyone() {
        let headers = [("host", "evil.example"), ("sec-fetch-site", "cross-site")];

        assert_eq!(status(Method::GET, &headers).await, StatusCode::OK);
    }
}
