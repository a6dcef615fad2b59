//! `GET /oauth/discovery/keys`: the keys clients verify signatures with (RFC 7517 §5). Rendered once.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::app::Realm;

pub async fn show(realm: Realm) -> Response {
    let document = realm.rendered.jwks.get_or_init(|| {
        let document = serde_json::to_vec(&realm.keys.jwk_set()).expect("public keys are texts");
        document.into()
    });
    // A client that sees an unknown kid asks again, so keeping the answer a while does no harm.
    (
        [
            (CONTENT_TYPE, "application/json"),
            (CACHE_CONTROL, "public, max-age=60"),
        ],
        document.clone(),
    )
        .into_response()
}
