//! What an authorization request may say, and where each refusal goes (RFC 6749 §4.1.2.1, OIDC Core §3.1.2).
//!
//! Until client and redirect URI are validated, an error is shown as a page. After that it is sent to the client, with
//! its `state` and the server's `iss`.

mod by_post;
mod errors_sent_to_the_client;
mod errors_shown_as_a_page;
mod parameter_lengths;
mod redirect_uris;
mod registered_loopback;
mod response_modes;

use serde_json::json;

use crate::support::{
    Callback, Realm,
    client_app::{AuthorizationRequest, REDIRECT_URI},
    fresh_realm, realm_with,
};

/// Where `demo-client` is registered besides any loopback address.
const REGISTERED: &str = "https://client.example.com/cb";

/// Sends the request with a browser that nobody has signed in with; it must come straight back.
async fn refused(request: AuthorizationRequest) -> Callback {
    let realm = request.client.realm.clone();
    let callback = request.open(&realm.user_agent()).await.callback();
    callback.lacks("code").has("iss", &realm.issuer)
}

async fn lands_on_a_page(request: AuthorizationRequest) {
    request.answer().await.is_a_refusal_page();
}
