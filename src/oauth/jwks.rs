//! `GET /oauth/discovery/keys`: the keys clients verify signatures with (RFC 7517 §5). Rendered once.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};

use crate::app::Realm;

/// A client that sees an unknown `kid` asks again, so keeping the answer a while does no harm.
const HEADERS: [(HeaderName, HeaderValue); 2] = [
    (CONTENT_TYPE, HeaderValue::from_static("application/json")),
    (CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")),
];

pub async fn show(realm: Realm) -> Response {
    let document = match realm.mint.altered_jwk_set() {
        Some(altered) => Bytes::from(altered.to_string()),
        None => published(&realm).clone(),
    };
    (HEADERS, document).into_response()
}

fn published(realm: &Realm) -> &Bytes {
    realm.rendered.jwks.get_or_init(|| {
        let document = serde_json::to_vec(&realm.keys.jwk_set()).expect("public keys are texts");
        document.into()
    })
}
