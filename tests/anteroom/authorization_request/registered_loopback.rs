//! Registered loopback.

use super::*;

/// A native application (RFC 8252 §7.3) that is registered with a loopback address and no more.
async fn native_client() -> (Realm, crate::support::ClientApp) {
    let native = json!({
        "client_id": "native", "client_name": "Native", "token_endpoint_auth_method": "none",
        "redirect_uris": ["http://127.0.0.1/callback", "http://[::1]/callback", "com.example.app:/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
    });
    let realm = realm_with(json!({ "seed": { "clients": [native] } })).await;
    let client = crate::support::ClientApp::new(&realm, "native", None);
    (realm, client)
}

#[tokio::test]
async fn its_port_is_free() {
    let (realm, client) = native_client().await;

    for uri in [
        "http://127.0.0.1/callback",
        "http://127.0.0.1:49152/callback",
        "http://[::1]:1234/callback",
        "com.example.app:/callback",
    ] {
        let request = client.clone().called_back_at(uri).request().with("prompt", "none");
        refused(request).await.is_refused_with("login_required");
    }
    drop(realm);
}

#[tokio::test]
async fn nothing_but_its_port_is_free() {
    let (_realm, client) = native_client().await;

    for uri in [
        "http://127.0.0.1:49152/callback/",
        "http://127.0.0.1:49152/Callback",
        "http://127.0.0.1:49152/callback?x=1",
        "http://127.0.0.1:49152/",
        "http://127.0.0.1:49152/x/../callback",
        "http://127.0.0.1:49152/%63allback",
        "http://127.0.0.1:49152//callback",
        "http://127.0.0.2:49152/callback",
        "http://localhost:49152/callback",
        "https://127.0.0.1:49152/callback",
        "http://user@127.0.0.1:49152/callback",
        "http://127.0.0.1:49152@evil.example/callback",
        "http://127.0.0.1:49152#/callback",
        "http://127.0.0.1:x/callback",
        "http://127.0.0.1:99999/callback",
        "http://127.0.0.1:/callback#x",
        "com.example.app:/callback2",
        "com.example.app://callback",
        "com.example.app2:/callback",
        "COM.EXAMPLE.APP:/callback",
    ] {
        lands_on_a_page(client.clone().called_back_at(uri).request()).await;
    }
}
