//! `GET /oauth/discovery/keys`: the keys clients verify signatures with (RFC 7517 §5). Rendered once.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::app::Realm;

pub async fn show(realm: Realm) -> Response {
    let document = match realm.mint.bent_jwk_set() {
        Some(bent) => Bytes::from(bent.to_string()),
        None => published(&realm).clone(),
    };
    // Clients fetch the keys again when they see an unknown kid, so caching does no harm.
    (
        [
            (CONTENT_TYPE, "application/json"),
            (CACHE_CONTROL, "public, max-age=60"),
        ],
        document,
    )
        .into_response()
}

fn published(realm: &Realm) -> &Bytes {
    realm.rendered.jwks.get_or_init(|| {
        let document = serde_json::to_vec(&realm.keys.jwk_set()).expect("public keys are texts");
        document.into()
    })
}
