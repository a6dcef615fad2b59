//! Before the routes: what is answered without asking a handler.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri, header};
use serde_json::json;

use super::{FaultyRequest, claim_token, distributed_at, moved_keys, status};
use crate::{
    faults::{
        Armed, Effect,
        catalogue::When,
        effects::{Answer, Instead, set},
    },
    model::{Members, Refusal},
    portals::{self, portal::PortalFault},
    web::{bearer, endpoint, page_error::PageError, paths},
};

impl FaultyRequest<'_> {
    /// What is answered without asking anybody.
    pub(super) fn before_the_routes(&self, request: &mut Request<Body>) -> Option<Response> {
        if self
            .first(|effect| matches!(effect, Effect::Drop(When::BeforeCommit)))
            .is_some()
        {
            return Some(self.cut(Response::default()));
        }
        for armed in self.armed() {
            let instead = match armed.row.effect {
                Effect::Instead(instead) => self.watch.trigger(armed).map(|call| instead(&call)),
                Effect::OneAuthMethod if self.watch.asked.endpoint.is(&endpoint::TOKEN) => {
                    self.watch.trigger(armed).map(|_| other_method_refused())
                }
                Effect::KeysMoved if self.watch.asked.endpoint.is(&endpoint::JWKS) => self
                    .watch
                    .trigger(armed)
                    .and_then(|_| self.led_to_the_keys(armed, request)),
                Effect::DistributedClaims
                    if self.watch.asked.path == distributed_at(armed) && self.watch.trigger(armed).is_some() =>
                {
                    return Some(self.distributed_claims(armed, request));
                }
                _ => None,
            };
            if let Some(instead) = instead {
                return Some(self.in_error_form(&instead));
            }
        }
        None
    }

    /// At the new place the keys are shown, at the old one is nothing.
    fn led_to_the_keys(&self, armed: &Armed, request: &mut Request<Body>) -> Option<Instead> {
        if self.watch.asked.path == moved_keys(armed) {
            *request.uri_mut() = Uri::from_static(paths::JWKS);
            return None;
        }
        Some(Instead::new(404, "invalid_request", "no endpoint has this path"))
    }

    /// An answer in the error form of its address.
    fn in_error_form(&self, instead: &Instead) -> Response {
        let (asked, status) = (&self.watch.asked, status(instead.status));
        let mut response = match &instead.bare {
            Some((media_type, body)) => (status, [(header::CONTENT_TYPE, *media_type)], body.clone()).into_response(),
            None if asked.endpoint.portal => {
                let fault = PortalFault {
                    status,
                    slot_taken: instead.slot_taken,
                    sentence: instead.sentence,
                };
                portals::fault_response(&self.realm, &asked.path, &fault)
            }
            None if asked.endpoint.is_for_people() => {
                let error = PageError::new(status, Refusal::new(instead.code, instead.sentence));
                error.page(self.layout.clone()).into_response()
            }
            None => machine_error(status, instead, asked.at_resource()),
        };
        let headers = response.headers_mut();
        for (name, value) in &instead.headers {
            headers.remove(name);
            if let Ok(value) = HeaderValue::from_str(value)
                && !value.is_empty()
            {
                headers.insert(name, value);
            }
        }
        if asked.endpoint.cors {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            let exposed = HeaderValue::from_static("www-authenticate, retry-after");
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
        response
    }

    /// The claim that userinfo has sent the client to fetch, for the token that was given for it.
    fn distributed_claims(&self, armed: &Arc<Armed>, request: &Request<Body>) -> Response {
        let token = bearer::read(request.headers()).ok().flatten();
        if token.is_none_or(|token| token.reveal() != claim_token(armed, &self.watch).as_str()) {
            let refused = Instead::new(401, "invalid_token", "The access token is invalid");
            return self.in_error_form(&refused);
        }
        let mut answer = Answer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        let mut claims = Members::new();
        set(&mut claims, "iss", self.realm.issuer.as_str());
        set(&mut claims, "credit_score", 650);
        self.sign(&mut answer, &claims);
        (answer.status, answer.headers, answer.body).into_response()
    }
}

/// `{"error", "error_description"}` (RFC 6749 §5.2); a resource that does not know the caller challenges (RFC 6750 §3).
fn machine_error(status: StatusCode, instead: &Instead, at_resource: bool) -> Response {
    let body = json!({"error": instead.code, "error_description": instead.sentence});
    let mut response = (status, axum::Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    if at_resource && status == StatusCode::UNAUTHORIZED {
        let challenge = bearer::challenge("Anteroom", Some((instead.code, instead.sentence)), None);
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn other_method_refused() -> Instead {
    let challenge: (HeaderName, _) = (header::WWW_AUTHENTICATE, "Basic realm=\"Anteroom\", charset=\"UTF-8\"");
    Instead::new(
        401,
        "invalid_client",
        "this client authentication method is not the one in the metadata",
    )
    .with(challenge.0, challenge.1)
}
