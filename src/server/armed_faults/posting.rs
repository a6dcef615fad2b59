//! A form that was posted to a page of this server is posted on to the client: one redirect instead of two, and a 307.

use axum::{body::Body, response::Response};
use http::{HeaderValue, Method, Request, StatusCode, Uri, header};

use super::FaultyRequest;
use crate::{faults::Effect, web::paths};

impl FaultyRequest<'_> {
    pub(super) fn is_posted_on(&self) -> bool {
        self.armed().any(|armed| matches!(armed.row.effect, Effect::PostedOn))
    }

    /// Where a form leads on to the client, goes there with the form: one redirect instead of two, and a 307.
    ///
    /// Whether it leads to the client is known only there, and having been there cannot be undone. So the fault
    /// triggers first, and that is taken back where another page of this server comes next.
    pub(super) async fn post_on(&self, copy: Request<Body>, response: Response) -> Response {
        let Some(next) = self.continuation(&response) else {
            return response;
        };
        let Some((armed, _)) = self.first(|effect| matches!(effect, Effect::PostedOn)) else {
            return response;
        };
        let (mut parts, _) = copy.into_parts();
        (parts.method, parts.uri) = (Method::GET, next);
        for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
            parts.headers.remove(name);
        }
        // What the browser would have kept between the two: what is given now counts more than what it sent.
        let given: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().cloned().collect();
        let sent: Vec<_> = parts.headers.get_all(header::COOKIE).iter().cloned().collect();
        let pairs = given.iter().filter_map(pair_of).chain(sent);
        let pairs: Vec<_> = pairs.map(|pair| (header::COOKIE, pair)).collect();
        parts.headers.remove(header::COOKIE);
        for (name, pair) in pairs {
            parts.headers.append(name, pair);
        }
        let mut followed = self.routes.answer(Request::from_parts(parts, Body::empty())).await;
        let location = followed
            .headers()
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok());
        let to_the_client = location.is_some_and(|location| !location.starts_with('/'));
        if !to_the_client {
            self.watch.take_back(armed);
            if location.is_some() {
                return response; // another page is missing: the browser goes there by itself
            }
        } else {
            *followed.status_mut() = StatusCode::TEMPORARY_REDIRECT;
        }
        for cookie in given {
            followed.headers_mut().append(header::SET_COOKIE, cookie);
        }
        followed
    }

    fn continuation(&self, response: &Response) -> Option<Uri> {
        let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
        let within = location.strip_prefix(&self.realm.base)?;
        (response.status().is_redirection() && within.starts_with(paths::CONTINUE)).then(|| within.parse().ok())?
    }
}

/// `name=value` out of a `Set-Cookie`.
fn pair_of(cookie: &HeaderValue) -> Option<HeaderValue> {
    let pair = cookie.to_str().ok()?.split(';').next()?;
    HeaderValue::from_str(pair).ok()
}

/// The same request without its body, to go on with.
pub fn copy_of(request: &Request<Body>) -> Request<Body> {
    let mut copy = Request::new(Body::empty());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    *copy.extensions_mut() = request.extensions().clone();
    copy
}
