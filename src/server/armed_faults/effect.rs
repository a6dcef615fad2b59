//! Behind the routes: documents and whole answers that are changed.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes, to_bytes},
    response::Response,
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::{FaultyRequest, claim_token, distributed_at, moved_keys};
use crate::{
    faults::{
        Armed, Effect,
        catalogue::Needs,
        effects::{Answer, set},
    },
    model::Members,
    web::endpoint,
};

impl FaultyRequest<'_> {
    /// Alters the answer as a whole.
    pub(super) async fn altered(&self, response: Response) -> Response {
        let (mut parts, body) = response.into_parts();
        let Ok(body) = to_bytes(body, usize::MAX).await else {
            return Response::from_parts(parts, Body::empty()); // a body that cannot be read to its end was logged where it failed
        };
        let mut answer = Answer {
            status: parts.status,
            headers: std::mem::take(&mut parts.headers),
            body,
        };
        for armed in self.armed() {
            if alters_answers(&armed.row.effect) && fits(armed.row.needs, &answer) {
                self.effect(armed, &mut answer);
            }
        }
        (parts.status, parts.headers) = (answer.status, answer.headers);
        if !answer.body.is_empty() || parts.headers.contains_key(header::CONTENT_LENGTH) {
            let length = HeaderValue::from(answer.body.len());
            parts.headers.insert(header::CONTENT_LENGTH, length);
        }
        Response::from_parts(parts, Body::from(answer.body))
    }

    fn effect(&self, armed: &Arc<Armed>, answer: &mut Answer) {
        let (realm, asked) = (&self.realm, &self.watch.asked);
        match armed.row.effect {
            Effect::Answer(effect) => {
                if let Some(call) = self.watch.trigger(armed) {
                    effect(&call, answer);
                }
            }
            Effect::Document(effect) => {
                if let (Some(mut document), Some(call)) = (document(answer), self.watch.trigger(armed)) {
                    effect(&call, &mut document);
                    write(answer, &document);
                }
            }
            Effect::KeysMoved if asked.endpoint.is(&endpoint::DISCOVERY) => self.rewrite(armed, answer, |metadata| {
                set(metadata, "jwks_uri", realm.url(&moved_keys(armed)));
            }),
            Effect::OneAuthMethod if asked.endpoint.is(&endpoint::DISCOVERY) => self.rewrite(armed, answer, |metadata| {
                let method = armed.parameters.text("method");
                set(metadata, "token_endpoint_auth_methods_supported", json!([method]));
            }),
            Effect::DistributedClaims => self.rewrite(armed, answer, |claims| {
                let source = json!({"endpoint": realm.url(&distributed_at(armed)), "access_token": *claim_token(armed, &self.watch)});
                set(claims, "_claim_names", json!({"credit_score": "src1"}));
                set(claims, "_claim_sources", json!({"src1": source}));
            }),
            Effect::SignedUserinfo => {
                let Some(mut claims) = document(answer) else { return };
                set(&mut claims, "iss", realm.issuer.as_str());
                set(&mut claims, "aud", self.watch.fault_target.client.clone());
                if self.watch.trigger(armed).is_some() {
                    self.sign(answer, &claims);
                }
            }
            _ => {}
        }
    }

    fn rewrite(&self, armed: &Arc<Armed>, answer: &mut Answer, change: impl FnOnce(&mut Members)) {
        if let (Some(mut document), Some(_)) = (document(answer), self.watch.trigger(armed)) {
            change(&mut document);
            write(answer, &document);
        }
    }

    pub(super) fn sign(&self, answer: &mut Answer, claims: &Members) {
        match self.realm.mint.sign_userinfo(claims) {
            Ok(jwt) => {
                answer.body = jwt.into();
                answer.set_type("application/jwt");
            }
            Err(error) => {
                tracing::error!(%error, "a fault could not sign");
                answer.status = StatusCode::INTERNAL_SERVER_ERROR;
                answer.body = Bytes::new();
            }
        }
    }
}

/// Whether a fault changes answers behind the routes.
pub fn alters_answers(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Answer(_)
            | Effect::Document(_)
            | Effect::KeysMoved
            | Effect::OneAuthMethod
            | Effect::DistributedClaims
            | Effect::SignedUserinfo
    )
}

fn fits(needs: Needs, answer: &Answer) -> bool {
    match needs {
        Needs::Nothing => true,
        Needs::Json => answer.status.is_success() && is_json(answer),
        Needs::Member(name) => document(answer).is_some_and(|document| document.contains_key(name)),
    }
}

fn is_json(answer: &Answer) -> bool {
    let kind = answer.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"application/json") || kind.starts_with(b"application/jrd+json"))
}

/// The object of a good answer in JSON.
fn document(answer: &Answer) -> Option<Members> {
    let good = answer.status == StatusCode::OK && is_json(answer);
    good.then(|| serde_json::from_slice(&answer.body).ok())?
}

fn write(answer: &mut Answer, document: &Members) {
    answer.body = Value::Object(document.clone()).to_string().into();
}
