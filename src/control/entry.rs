//! Who may enter the control API.
//!
//! It can do anything, so three things are looked at before any of it: that the request names a host of ours (a page of
//! somebody else whose name was pointed at this machine does not), that no page of a foreign origin sent it, and, where
//! others can reach the server, the token that was printed when it started. A link from elsewhere may be followed: it
//! leads to something to read, and `GET` changes nothing.

use std::sync::Arc;

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};

use crate::{
    api::problem::Problem,
    app::Realm,
    config::Issuer,
    model::Secret,
    web::{
        bearer,
        csrf::{KnownHosts, effective_host},
        parameters::read_form,
        paths,
    },
};

/// The rules of this server's door.
#[derive(Clone, Debug)]
pub struct Entry(Arc<Rules>);

#[derive(Debug)]
struct Rules {
    issuer: Issuer,
    hosts: KnownHosts,
    /// Asked for when others than this machine can reach us.
    token: Option<Secret>,
    cookie: String,
}

impl Entry {
    pub fn new(issuer: Issuer, hosts: KnownHosts, token: Option<Secret>) -> Self {
        let cookie = cookie_name(&issuer);
        Self(Arc::new(Rules {
            issuer,
            hosts,
            token,
            cookie,
        }))
    }
}

/// Differs between ports, since cookies do not.
fn cookie_name(issuer: &Issuer) -> String {
    let hash = digest(&SHA256, issuer.as_str().as_bytes());
    let short: String = hash.as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let prefix = if issuer.is_https() { "__Host-" } else { "" };
    format!("{prefix}anteroom-control-{short}")
}

/// Middleware around the whole control API.
pub async fn guard(State(entry): State<Entry>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match entry.0.admit(&parts) {
        // No identifier has it, and PostgreSQL takes it in no text.
        Ok(None) if parts.uri.path().contains("%00") => {
            Problem::not_found("the path contains U+0000, which is not allowed in identifiers").into_response()
        }
        Ok(None) => next.run(Request::from_parts(parts, body)).await,
        Ok(Some(welcome)) => welcome,
        Err(refusal) => *refusal,
    }
}

impl Rules {
    /// Whether the request may enter; a response where it brought the token to get a cookie.
    fn admit(&self, request: &Parts) -> Result<Option<Response>, Box<Response>> {
        let host = effective_host(&request.uri, &request.headers).unwrap_or_default();
        if !self.hosts.know(host) {
            return Err(refuse(format!(
                "the control API does not accept the host {host:?}: use the issuer's, or start with --allowed-host"
            )));
        }
        if let Some(origin) = request.headers.get(header::ORIGIN)
            && !self.is_ours(origin, host)
        {
            return Err(refuse(
                "the control API does not accept requests from pages of other sites",
            ));
        }
        if sent_by_another_site(&request.headers) && !follows_a_link(request) {
            return Err(refuse(
                "the control API does not accept requests from pages of other sites",
            ));
        }
        self.check_token(request)
    }

    fn is_ours(&self, origin: &HeaderValue, host: &str) -> bool {
        let Ok(origin) = origin.to_str() else { return false };
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        origin == self.issuer.as_str() || authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
    }

    fn check_token(&self, request: &Parts) -> Result<Option<Response>, Box<Response>> {
        let Some(token) = &self.token else { return Ok(None) };
        let is_it = |shown: &str| verify_slices_are_equal(shown.as_bytes(), token.reveal().as_bytes()).is_ok();
        if let Some(shown) = self.token_in_address(request) {
            return if is_it(&shown) {
                Ok(Some(self.welcome(request, token)))
            } else {
                Err(ask_for_token())
            };
        }
        let bearer = bearer::read(&request.headers).ok().flatten();
        let cookie = self.cookie_of(&request.headers);
        let admitted = bearer.is_some_and(|shown| is_it(shown.reveal())) || cookie.is_some_and(|shown| is_it(&shown));
        if admitted { Ok(None) } else { Err(ask_for_token()) }
    }

    /// `GET /control?token=…`, the one address that takes it.
    fn token_in_address(&self, request: &Parts) -> Option<String> {
        if request.method != Method::GET || request.uri.path() != paths::CONTROL {
            return None;
        }
        let query = read_form(request.uri.query()?.as_bytes()).ok()?;
        query
            .into_iter()
            .find(|(name, _)| name == "token")
            .map(|(_, token)| token)
    }

    fn cookie_of(&self, headers: &HeaderMap) -> Option<String> {
        let headers = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok());
        let mut cookies = headers
            .flat_map(|header| Cookie::split_parse(header.to_owned()))
            .flatten();
        cookies
            .find(|cookie| cookie.name() == self.cookie)
            .map(|cookie| cookie.value().to_owned())
    }

    /// The way in without the token in the address bar, and the cookie to walk it with.
    fn welcome(&self, request: &Parts, token: &Secret) -> Response {
        let base = request
            .extensions
            .get::<Realm>()
            .map(|realm| realm.path(paths::CONTROL));
        let cookie = Cookie::build((self.cookie.clone(), token.reveal().to_owned()))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.issuer.is_https())
            .build();
        let mut response = Redirect::to(base.as_deref().unwrap_or(paths::CONTROL)).into_response();
        if let Ok(cookie) = HeaderValue::from_str(&cookie.to_string()) {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }
}

/// What browsers say of every request (Fetch Metadata), even of those that carry no `Origin`: an image, a script, a
/// frame.
fn sent_by_another_site(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    site.is_some_and(|site| !matches!(site, b"same-origin" | b"none"))
}

/// Whether somebody goes there with the whole window, as `error_uri` invites them to.
fn follows_a_link(request: &Parts) -> bool {
    let says = |name: &str, value: &str| request.headers.get(name).is_some_and(|said| said == value);
    request.method == Method::GET && says("sec-fetch-mode", "navigate") && says("sec-fetch-dest", "document")
}

fn refuse(detail: impl Into<String>) -> Box<Response> {
    Box::new(Problem::new(StatusCode::FORBIDDEN, detail).into_response())
}

fn ask_for_token() -> Box<Response> {
    let detail = "this server can be reached from other machines, so its control API needs the token that it printed when it started: \
                  as `Authorization: Bearer`, or once as /control?token=…";
    let mut response = Problem::new(StatusCode::UNAUTHORIZED, detail).into_response();
    let challenge = HeaderValue::from_static("Bearer realm=\"control API\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    Box::new(response)
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware, routing::get};
    use tower::ServiceExt as _;

    use super::*;

    const TOKEN: &str = "k2BmZ0m4Zt6c2oB0O2V7mC1x5uH8sQ3yJ9wR4eT6aD0";

    fn entry(issuer: &str, token: Option<&str>) -> Entry {
        let hosts = KnownHosts::new(issuer, ["anteroom.test", "192.168.1.7"].map(str::to_owned));
        Entry::new(issuer.parse().unwrap(), hosts, token.map(Secret::new))
    }

    async fn ask(entry: &Entry, path: &str, headers: &[(&str, &str)]) -> Response {
        let room = get(|| async { "inside" });
        let room = Router::new()
            .route("/control", room.clone())
            .route("/control/api/clock", room.post(|| async { "done" }));
        let room = room.layer(middleware::from_fn_with_state(entry.clone(), guard));
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        room.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn status(entry: &Entry, headers: &[(&str, &str)]) -> u16 {
        ask(entry, "/control/api/clock", headers).await.status().as_u16()
    }

    #[tokio::test]
    async fn our_own_hosts_may_enter_under_any_port() {
        let entry = entry("http://localhost:8080", None);

        for host in [
            "localhost:8080",
            "localhost",
            "127.0.0.1:1",
            "[::1]:8080",
            "x.localhost",
            "anteroom.test:80",
            "192.168.1.7:8080",
        ] {
            assert_eq!(status(&entry, &[("host", host)]).await, 200, "{host}");
        }
    }

    #[tokio::test]
    async fn a_name_that_was_only_pointed_at_us_may_not() {
        let entry = entry("http://localhost:8080", None);

        for host in [
            "evil.example",
            "localhost.evil.example:8080",
            "192.168.1.8",
            "anteroom.test.evil.example",
            "",
            "127.0.0.1.evil.example",
        ] {
            assert_eq!(status(&entry, &[("host", host)]).await, 403, "{host}");
        }
        assert_eq!(status(&entry, &[]).await, 403, "no host at all");
    }

    #[tokio::test]
    async fn listening_everywhere_makes_every_address_ours_but_no_name() {
        let hosts = KnownHosts::new("http://localhost:8080", ["0.0.0.0".to_owned()]);
        let entry = Entry::new("http://localhost:8080".parse().unwrap(), hosts, None);

        assert_eq!(status(&entry, &[("host", "10.1.2.3:8080")]).await, 200);
        assert_eq!(status(&entry, &[("host", "evil.example")]).await, 403);
    }

    #[tokio::test]
    async fn a_foreign_origin_may_not_enter() {
        let entry = entry("https://anteroom.test", None);
        let host = ("host", "localhost:8080");

        for ours in ["http://localhost:8080", "https://anteroom.test"] {
            assert_eq!(status(&entry, &[host, ("origin", ours)]).await, 200, "{ours}");
        }
        for foreign in [
            "http://localhost:3000",
            "http://evil.example",
            "null",
            "",
            "http://localhost:8080.evil.example",
        ] {
            assert_eq!(status(&entry, &[host, ("origin", foreign)]).await, 403, "{foreign}");
        }
    }

    #[tokio::test]
    async fn what_a_browser_sends_for_another_site_may_not_enter_even_without_an_origin() {
        let entry = entry("http://localhost:8080", None);
        let host = ("host", "localhost:8080");

        for site in ["same-origin", "none"] {
            assert_eq!(status(&entry, &[host, ("sec-fetch-site", site)]).await, 200, "{site}");
        }
        for site in ["cross-site", "same-site", "", "unheard-of"] {
            assert_eq!(status(&entry, &[host, ("sec-fetch-site", site)]).await, 403, "{site}");
            let image = [("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")];
            let image: Vec<_> = [host, ("sec-fetch-site", site)].into_iter().chain(image).collect();
            assert_eq!(status(&entry, &image).await, 403, "{site}");
        }
    }

    #[tokio::test]
    async fn a_link_from_elsewhere_may_be_followed_but_not_framed_or_posted() {
        let entry = entry("http://localhost:8080", None);
        let link = |method: Method, dest: &'static str| {
            let request = Request::builder().method(method).uri("/control/api/clock");
            let request = request
                .header("host", "localhost:8080")
                .header("sec-fetch-site", "cross-site")
                .header("sec-fetch-mode", "navigate")
                .header("sec-fetch-dest", dest);
            request.body(()).unwrap().into_parts().0
        };

        assert!(entry.0.admit(&link(Method::GET, "document")).is_ok());
        for (method, dest) in [
            (Method::POST, "document"),
            (Method::DELETE, "document"),
            (Method::GET, "iframe"),
            (Method::GET, "empty"),
        ] {
            assert!(entry.0.admit(&link(method.clone(), dest)).is_err(), "{method} {dest}");
        }
    }

    #[tokio::test]
    async fn where_a_token_is_asked_for_nothing_is_open_without_it() {
        let entry = entry("http://localhost:8080", Some(TOKEN));
        let host = ("host", "localhost:8080");

        for wrong in [
            vec![],
            vec![("authorization", "Bearer nonsense")],
            vec![("authorization", "Basic k2BmZ0m4Zt6c2oB0O2V7mC1x5uH8sQ3yJ9wR4eT6aD0")],
            vec![("cookie", "anteroom-control-00000000=x")],
        ] {
            let headers: Vec<_> = [host].into_iter().chain(wrong).collect();
            let answer = ask(&entry, "/control/api/clock", &headers).await;
            assert_eq!(answer.status(), 401, "{headers:?}");
            assert_eq!(answer.headers()["www-authenticate"], "Bearer realm=\"control API\"");
        }
        let bearer = format!("Bearer {TOKEN}");
        assert_eq!(status(&entry, &[host, ("authorization", &bearer)]).await, 200);
    }

    #[tokio::test]
    async fn the_token_in_the_address_is_traded_for_a_cookie_that_opens_the_door() {
        let entry = entry("http://localhost:8080", Some(TOKEN));
        let host = ("host", "localhost:8080");

        let answer = ask(&entry, &format!("/control?token={TOKEN}"), &[host]).await;

        assert_eq!(answer.status(), 303);
        assert_eq!(answer.headers()["location"], "/control");
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(
            cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax") && cookie.contains("; Path=/"),
            "{cookie}"
        );
        assert!(!cookie.contains("Max-Age") && !cookie.contains("Secure"), "{cookie}");
        let pair = cookie.split(';').next().unwrap();
        assert_eq!(status(&entry, &[host, ("cookie", pair)]).await, 200);
    }

    #[tokio::test]
    async fn a_wrong_token_or_another_address_gets_no_cookie() {
        let entry = entry("http://localhost:8080", Some(TOKEN));
        let host = ("host", "localhost:8080");

        for path in [
            "/control?token=nonsense",
            "/control?token=",
            &format!("/control/api/clock?token={TOKEN}"),
        ] {
            let answer = ask(&entry, path, &[host]).await;
            assert_eq!(answer.status(), 401, "{path}");
            assert!(!answer.headers().contains_key("set-cookie"), "{path}");
        }
    }

    #[tokio::test]
    async fn over_https_the_cookie_is_bound_to_the_host() {
        let entry = entry("https://anteroom.test", Some(TOKEN));

        let answer = ask(&entry, &format!("/control?token={TOKEN}"), &[("host", "anteroom.test")]).await;

        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        assert!(
            cookie.starts_with("__Host-anteroom-control-") && cookie.contains("; Secure"),
            "{cookie}"
        );
    }

    #[test]
    fn servers_on_two_ports_do_not_share_a_cookie() {
        let name = |issuer: &str| cookie_name(&issuer.parse().unwrap());

        assert_ne!(name("http://localhost:8080"), name("http://localhost:8081"));
    }
}
