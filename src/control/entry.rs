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
mod tests;
