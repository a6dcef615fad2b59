//! What an authorization request may say, and where each refusal goes (RFC 6749 §4.1.2.1, OIDC Core §3.1.2).
//!
//! As long as client and redirect URI are not beyond doubt, a refusal is a page of ours. After that it travels back to
//! the client, with its `state` and our `iss`.

use serde_json::json;

use crate::support::client_app::{AuthorizationRequest, REDIRECT_URI};
use crate::support::{Callback, Realm, fresh_realm, realm_with};

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

mod before_the_way_back_is_known {
    use super::*;

    #[tokio::test]
    async fn a_request_without_client_is_refused_on_a_page() {
        let realm = fresh_realm().await;

        lands_on_a_page(realm.demo_client().request().without("client_id")).await;
        lands_on_a_page(realm.demo_client().request().with("client_id", "")).await;
    }

    #[tokio::test]
    async fn an_unknown_client_is_refused_on_a_page() {
        let realm = fresh_realm().await;

        for unknown in [
            "nobody",
            "Demo-Client",
            "demo-client ",
            " demo-client",
            "demo-client\0",
            "demo%2Dclient",
            "✗",
        ] {
            lands_on_a_page(realm.demo_client().request().with("client_id", unknown)).await;
        }
    }

    #[tokio::test]
    async fn an_over_long_client_id_is_refused_on_a_page() {
        let realm = fresh_realm().await;

        lands_on_a_page(realm.demo_client().request().with("client_id", &"x".repeat(256))).await;
        lands_on_a_page(realm.demo_client().request().with("client_id", &"x".repeat(5000))).await;
    }

    #[tokio::test]
    async fn two_client_ids_are_refused_on_a_page_even_when_they_agree() {
        let realm = fresh_realm().await;

        lands_on_a_page(realm.demo_client().request().adding("client_id", "demo-client")).await;
        lands_on_a_page(realm.demo_client().request().adding("client_id", "demo-spa")).await;
    }

    #[tokio::test]
    async fn two_redirect_uris_are_refused_on_a_page_even_when_they_agree() {
        let realm = fresh_realm().await;

        lands_on_a_page(realm.demo_client().request().adding("redirect_uri", REDIRECT_URI)).await;
        lands_on_a_page(
            realm
                .demo_client()
                .request()
                .adding("redirect_uri", "https://evil.example/"),
        )
        .await;
    }

    #[tokio::test]
    async fn a_request_without_redirect_uri_is_refused_on_a_page() {
        let realm = fresh_realm().await;

        lands_on_a_page(realm.demo_client().request().without("redirect_uri")).await;
        lands_on_a_page(realm.demo_client().request().with("redirect_uri", "")).await;
    }

    #[tokio::test]
    async fn a_client_without_redirect_uris_is_refused_on_a_page() {
        let realm = fresh_realm().await;

        lands_on_a_page(realm.demo_service().request()).await;
    }

    #[tokio::test]
    async fn a_refusal_page_shows_what_was_sent_as_text_only() {
        let realm = fresh_realm().await;
        let script = "<script>alert(1)</script>";

        for name in ["client_id", "redirect_uri"] {
            let page = realm
                .demo_client()
                .request()
                .with(name, script)
                .answer()
                .await
                .is_a_refusal_page();
            assert!(!page.text().contains(script), "{page}");
        }
    }

    #[tokio::test]
    async fn a_refusal_page_is_not_kept_and_not_framed() {
        let realm = fresh_realm().await;

        let page = realm
            .demo_client()
            .request()
            .with("client_id", "nobody")
            .answer()
            .await
            .is_a_refusal_page();

        page.is_not_stored();
        let policy = page.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("frame-ancestors 'none'"), "{page}");
        page.has_header("x-content-type-options", "nosniff");
    }

    #[tokio::test]
    async fn other_methods_are_not_allowed() {
        let realm = fresh_realm().await;
        let url = realm.demo_client().request().url();

        for method in [reqwest::Method::PUT, reqwest::Method::DELETE, reqwest::Method::PATCH] {
            let answer = crate::support::Answer::to(realm.http.request(method, &url))
                .await
                .has_status(405);
            assert!(
                answer.header("allow").is_some_and(|allow| allow.contains("GET")),
                "{answer}"
            );
        }
    }

    #[tokio::test]
    async fn bytes_that_are_no_text_are_refused_and_nothing_worse() {
        let realm = fresh_realm().await;
        let query = realm
            .demo_client()
            .request()
            .without("state")
            .without("client_id")
            .query();

        for broken in [
            "client_id=%ff%fe",
            "client_id=demo-client&state=%ff",
            "client_id=demo-client&%ff=1",
            "client_id=%",
        ] {
            let answer = realm.get(&format!("/oauth/authorize?{query}&{broken}")).await;
            assert!(answer.status < 500, "{answer}");
        }
    }

    #[tokio::test]
    async fn an_endless_query_does_no_harm() {
        let realm = fresh_realm().await;

        let answer = realm
            .demo_client()
            .request()
            .with("state", &"x".repeat(60_000))
            .answer()
            .await;

        assert!(answer.status < 500, "{answer}");
    }
}

mod redirect_uris {
    use super::*;

    #[tokio::test]
    async fn the_registered_one_is_accepted() {
        let realm = fresh_realm().await;

        let callback = realm
            .demo_client()
            .called_back_at(REGISTERED)
            .authorize_as("anne")
            .await;

        assert_eq!(callback.address(), REGISTERED);
    }

    #[tokio::test]
    async fn whatever_differs_from_the_registered_one_is_refused_on_a_page() {
        let realm = fresh_realm().await;

        for similar in [
            "https://client.example.com/cb/",
            "https://client.example.com/cb/x7Fq",
            "https://client.example.com/cb?",
            "https://client.example.com/cb?next=1",
            "https://client.example.com/cb#",
            "https://client.example.com/cb#fragment",
            "https://client.example.com/CB",
            "https://CLIENT.example.com/cb",
            "HTTPS://client.example.com/cb",
            "http://client.example.com/cb",
            "https://client.example.com:443/cb",
            "https://client.example.com:8443/cb",
            "https://client.example.com./cb",
            "https://client.example.com/./cb",
            "https://client.example.com/x/../cb",
            "https://client.example.com//cb",
            "https://client.example.com/%63b",
            "https://client.example.com/cb%00",
            "https://client.example.com/cb\0",
            "https://client.example.com/cb%0d%0aSet-Cookie:%20a=b",
            "https://client.example.com/cb\r\nSet-Cookie: a=b",
            "https://client.example.com/cb ",
            " https://client.example.com/cb",
            "https://client.example.com/cb;x",
            "https://client.example.com/cb\\",
            "https:\\\\client.example.com\\cb",
            "https:client.example.com/cb",
            "https:/client.example.com/cb",
            "//client.example.com/cb",
            "/cb",
            "cb",
            "client.example.com/cb",
        ] {
            lands_on_a_page(realm.demo_client().called_back_at(similar).request()).await;
        }
    }

    #[tokio::test]
    async fn other_hosts_dressed_up_as_the_registered_one_are_refused_on_a_page() {
        let realm = fresh_realm().await;

        for foreign in [
            "https://evil.example/cb",
            "https://client.example.com.evil.example/cb",
            "https://client.example.com@evil.example/cb",
            "https://client.example.com:x@evil.example/cb",
            "https://user@client.example.com/cb",
            "https://user:password@client.example.com/cb",
            "https://evil.example/https://client.example.com/cb",
            "https://evil.example/?https://client.example.com/cb",
            "https://evil.example#@client.example.com/cb",
            "https://evil.example\\@client.example.com/cb",
            "https://evil.example%2f@client.example.com/cb",
            "https://client\u{3002}example.com/cb",
            "https://cli\u{435}nt.example.com/cb",
            "https://xclient.example.com/cb",
            "https://example.com/cb",
        ] {
            lands_on_a_page(realm.demo_client().called_back_at(foreign).request()).await;
        }
    }

    #[tokio::test]
    async fn schemes_that_are_no_address_are_refused_on_a_page() {
        let realm = fresh_realm().await;

        for scheme in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)//https://client.example.com/cb",
            "data:text/html,hello",
            "vbscript:x",
            "file:///etc/passwd",
            "about:blank",
            "blob:https://client.example.com/cb",
            "urn:ietf:wg:oauth:2.0:oob",
            "com.example.app:/cb",
        ] {
            lands_on_a_page(realm.demo_client().called_back_at(scheme).request()).await;
        }
    }

    #[tokio::test]
    async fn any_loopback_address_is_accepted_where_the_client_allows_it() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();

        for loopback in [
            "http://127.0.0.1/cb",
            "http://127.0.0.1:5000/cb",
            "http://127.0.0.1:65535/other/path",
            "http://[::1]/cb",
            "http://[::1]:5000/cb",
            "http://localhost:5000/cb",
            "https://localhost:5000/cb",
            "http://localhost:5000/cb?tenant=1",
        ] {
            let request = realm.demo_client().called_back_at(loopback).request();
            let callback = request.with("prompt", "none").open(&browser).await.callback();
            callback.is_refused_with("login_required"); // it reached the client, then: that is the point
        }
    }

    #[tokio::test]
    async fn what_only_looks_like_a_loopback_address_is_refused_on_a_page() {
        let realm = fresh_realm().await;

        for foreign in [
            "http://localhost.evil.example/cb",
            "http://localhost@evil.example/cb",
            "http://127.0.0.1@evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1:5000@evil.example/cb",
            "http://evil.example/127.0.0.1",
            "http://evil.example?@127.0.0.1/cb",
            "http://evil.example#@127.0.0.1/cb",
            "http://evil.example\\@127.0.0.1/cb",
            "http://user@127.0.0.1/cb",
            "http://user:password@localhost/cb",
            "http://:@localhost/cb",
            "http://127.0.0.1/cb#fragment",
            "http://127.0.0.1/cb#",
            "http://0.0.0.0/cb",
            "http://10.0.0.1/cb",
            "http://192.168.0.1/cb",
            "http://[::]/cb",
            "http://[::2]/cb",
            "ftp://127.0.0.1/cb",
            "ws://127.0.0.1/cb",
            "http://127.0.0.1/c b",
            "http://127.0.0.1/cb\n",
            "http:\\\\127.0.0.1\\cb",
        ] {
            lands_on_a_page(realm.demo_client().called_back_at(foreign).request()).await;
        }
    }

    #[tokio::test]
    async fn a_query_of_its_own_survives_the_answer() {
        let realm = fresh_realm().await;
        let client = realm
            .demo_client()
            .called_back_at("http://127.0.0.1:5000/cb?tenant=a%20b&x=%2B&y=1+2");

        let callback = client
            .authorize_as("anne")
            .await
            .has("tenant", "a b")
            .has("x", "+")
            .has("state", "af0ifjsldkj");
        assert!(
            callback
                .url
                .as_str()
                .starts_with("http://127.0.0.1:5000/cb?tenant=a%20b&x=%2B&y=1+2&"),
            "{callback:?}"
        );
        let refusal = refused(client.request().with("prompt", "none")).await;
        refusal.is_refused_with("login_required").has("tenant", "a b");
    }
}

mod once_the_way_back_is_known {
    use super::*;

    #[tokio::test]
    async fn every_refusal_brings_the_state_back_as_it_came() {
        let realm = fresh_realm().await;
        let letters = "Az09-._~ +/&=?#%25\"'<>äß€🦊".to_owned();

        for state in [letters, "x".repeat(2000), "-._~".repeat(32)] {
            let request = realm
                .demo_client()
                .request()
                .with("response_type", "token")
                .with("state", &state);
            refused(request)
                .await
                .is_refused_with("unsupported_response_type")
                .has("state", &state);
        }
    }

    #[tokio::test]
    async fn a_request_without_state_is_answered_without_state() {
        let realm = fresh_realm().await;

        for request in [
            realm.demo_client().request().without("state"),
            realm.demo_client().request().with("state", ""),
        ] {
            refused(request.with("prompt", "none"))
                .await
                .is_refused_with("login_required")
                .lacks("state");
        }
    }

    #[tokio::test]
    async fn response_type_must_be_there() {
        let realm = fresh_realm().await;

        refused(realm.demo_client().request().without("response_type"))
            .await
            .is_refused_with("invalid_request");
        refused(realm.demo_client().request().with("response_type", ""))
            .await
            .is_refused_with("invalid_request");
    }

    #[tokio::test]
    async fn response_types_we_do_not_speak_are_unsupported() {
        let realm = fresh_realm().await;

        for response_type in [
            "token",
            "id_token",
            "code id_token",
            "code token",
            "none",
            "CODE",
            "codes",
            "code code",
        ] {
            let request = realm.demo_client().request().with("response_type", response_type);
            let browser = realm.user_agent();
            let callback = request.open(&browser).await.callback();
            callback.lacks("code").is_refused_with("unsupported_response_type");
        }
    }

    #[tokio::test]
    async fn an_unknown_response_mode_is_an_invalid_request() {
        let realm = fresh_realm().await;

        for mode in ["web_message", "QUERY", "query fragment", "x"] {
            let request = realm.demo_client().request().with("response_mode", mode);
            refused(request).await.is_refused_with("invalid_request");
        }
    }

    #[tokio::test]
    async fn unknown_scopes_are_invalid() {
        let realm = fresh_realm().await;

        for scope in [
            "nonsense",
            "openid nonsense",
            "OPENID",
            "openid,profile",
            "openid \"quoted\"",
            "openid\tprofile",
            "openid\0",
        ] {
            let callback = realm
                .demo_client()
                .asking_for(scope)
                .request()
                .open(&realm.user_agent())
                .await;
            let callback = callback.callback().lacks("code");
            let error = callback.get("error");
            let right = error == Some("invalid_scope") || (scope.contains('\0') && error == Some("invalid_request"));
            assert!(right, "{scope:?}: {callback:?}");
        }
    }

    #[tokio::test]
    async fn a_scope_must_be_asked_for() {
        let realm = fresh_realm().await;

        refused(realm.demo_client().request().without("scope"))
            .await
            .is_refused_with("invalid_scope");
        refused(realm.demo_client().asking_for("").request())
            .await
            .is_refused_with("invalid_scope");
    }

    #[tokio::test]
    async fn no_parameter_may_come_twice() {
        let realm = fresh_realm().await;

        for (name, value) in [
            ("response_type", "code"),
            ("scope", "openid"),
            ("nonce", "n"),
            ("prompt", "login"),
            ("max_age", "10"),
            ("response_mode", "query"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
            ("login_hint", "anne"),
            ("ui_locales", "de"),
        ] {
            let request = realm
                .demo_client()
                .request()
                .without(name)
                .adding(name, value)
                .adding(name, value);
            refused(request).await.is_refused_with("invalid_request");
        }
    }

    #[tokio::test]
    async fn a_state_that_comes_twice_is_refused_and_neither_is_believed() {
        let realm = fresh_realm().await;

        let request = realm
            .demo_client()
            .request()
            .with("state", "one")
            .adding("state", "two");
        let arrival = request.open(&realm.user_agent()).await;

        arrival
            .callback()
            .is_refused_with("invalid_request")
            .lacks("code")
            .lacks("state");
    }

    #[tokio::test]
    async fn nul_is_refused_wherever_it_stands() {
        let realm = fresh_realm().await;

        for name in [
            "state",
            "nonce",
            "login_hint",
            "ui_locales",
            "prompt",
            "max_age",
            "code_challenge",
            "extra",
        ] {
            let answer = realm.demo_client().request().with(name, "a\0b").answer().await;
            let location = answer.header("location").unwrap_or_default().to_owned();
            let refused = answer.status == 400 || (answer.status < 400 && location.contains("error=invalid_request"));
            let ignored = name == "extra" && answer.status < 400;
            assert!(refused || ignored, "{name}: {answer}");
        }
    }

    #[tokio::test]
    async fn empty_parameters_are_as_good_as_absent() {
        let realm = fresh_realm().await;
        let mut request = realm.demo_client().request();
        for name in [
            "prompt",
            "max_age",
            "response_mode",
            "nonce",
            "login_hint",
            "ui_locales",
            "code_challenge",
            "request",
        ] {
            request = request.with(name, "");
        }

        let callback = request.authorize_as("anne").await.0;

        assert_eq!(callback.mode, "query");
        callback.code();
    }

    #[tokio::test]
    async fn parameters_nobody_knows_are_ignored() {
        let realm = fresh_realm().await;
        let request = realm
            .demo_client()
            .request()
            .with("extra", "foobar")
            .with("resource_hint", "x")
            .with("a[b]", "c");

        request.authorize_as("anne").await.0.code();
    }

    #[tokio::test]
    async fn the_order_of_parameters_does_not_matter() {
        let realm = fresh_realm().await;
        let mut request = realm.demo_spa().asking_for("email openid").request();
        request.parameters.reverse();

        request.authorize_as("anne").await.0.has("iss", &realm.issuer).code();
    }

    #[tokio::test]
    async fn features_of_oidc_core_that_are_off_are_named() {
        let realm = fresh_realm().await;
        let request_object = "eyJhbGciOiJub25lIn0.eyJjbGllbnRfaWQiOiJkZW1vLWNsaWVudCJ9.";

        for (name, value, error) in [
            ("request", request_object, "request_not_supported"),
            (
                "request_uri",
                "https://client.example.com/request.jwt#x",
                "request_uri_not_supported",
            ),
            ("registration", "{}", "registration_not_supported"),
        ] {
            refused(realm.demo_client().request().with(name, value))
                .await
                .is_refused_with(error);
        }
    }

    #[tokio::test]
    async fn hints_that_mean_nothing_here_do_no_harm() {
        let realm = fresh_realm().await;
        let request = realm
            .demo_client()
            .request()
            .with("display", "popup")
            .with("claims_locales", "se")
            .with("acr_values", "1 2")
            .with("ui_locales", "se")
            .with("login_hint", "buffy@example.com");

        request.authorize_as("anne").await.0.code();
    }

    #[tokio::test]
    async fn max_age_must_be_a_number_of_seconds() {
        let realm = fresh_realm().await;

        for max_age in ["-1", "soon", "1.5", "1e3", "99999999999999999999999999", "0x10", " 10"] {
            let callback = refused(realm.demo_client().request().with("max_age", max_age)).await;
            callback.is_refused_with("invalid_request");
        }
    }

    #[tokio::test]
    async fn a_client_without_the_grant_type_is_not_authorized() {
        let narrow = json!({
            "client_id": "narrow", "client_secret": "narrow-secret", "client_name": "Narrow",
            "redirect_uris": [REGISTERED], "grant_types": ["client_credentials"], "scope": "openid profile",
        });
        let realm = realm_with(json!({ "seed": { "clients": [narrow] } })).await;
        let client = crate::support::ClientApp::new(&realm, "narrow", Some("narrow-secret")).called_back_at(REGISTERED);

        refused(client.request()).await.is_refused_with("unauthorized_client");
    }

    #[tokio::test]
    async fn scopes_beyond_the_registered_ones_are_invalid() {
        let narrow = json!({
            "client_id": "narrow", "client_secret": "narrow-secret", "client_name": "Narrow",
            "redirect_uris": [REGISTERED], "grant_types": ["authorization_code"], "scope": "openid profile",
        });
        let realm = realm_with(json!({ "seed": { "clients": [narrow] } })).await;
        let client = crate::support::ClientApp::new(&realm, "narrow", Some("narrow-secret")).called_back_at(REGISTERED);

        refused(client.clone().asking_for("openid email").request())
            .await
            .is_refused_with("invalid_scope");
        let sound = client.asking_for("openid profile").request().with("prompt", "none");
        refused(sound).await.is_refused_with("login_required");
    }
}

mod registered_loopback {
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
}

mod response_modes {
    use super::*;

    #[tokio::test]
    async fn query_is_what_a_code_comes_back_in_unless_asked_otherwise() {
        let realm = fresh_realm().await;

        for request in [
            realm.demo_client().request(),
            realm.demo_client().request().with("response_mode", "query"),
        ] {
            let (callback, _) = request.authorize_as("anne").await;
            assert_eq!((callback.mode, callback.status), ("query", 303));
            callback
                .clone()
                .has("state", "af0ifjsldkj")
                .has("iss", &realm.issuer)
                .code();
        }
    }

    #[tokio::test]
    async fn fragment_keeps_the_query_clean() {
        let realm = fresh_realm().await;
        let request = realm.demo_client().request().with("response_mode", "fragment");

        let (callback, _) = request.authorize_as("anne").await;

        assert_eq!((callback.mode, callback.url.query()), ("fragment", None));
        callback
            .clone()
            .has("state", "af0ifjsldkj")
            .has("iss", &realm.issuer)
            .code();
    }

    #[tokio::test]
    async fn form_post_is_a_page_that_posts_and_is_not_kept() {
        let realm = fresh_realm().await;
        let request = realm.demo_client().request().with("response_mode", "form_post");

        let (callback, browser) = request.authorize_as("anne").await;

        assert_eq!((callback.mode, callback.url.as_str()), ("form_post", REDIRECT_URI));
        callback
            .clone()
            .has("state", "af0ifjsldkj")
            .has("iss", &realm.issuer)
            .code();
        let again = realm.demo_client().request().with("response_mode", "form_post").url();
        let page = browser.ask(browser.http().get(again)).await.is_ok();
        page.is_not_stored();
        let policy = page.header("content-security-policy").unwrap_or_default();
        assert!(!policy.contains("'unsafe-inline'"), "{page}");
    }

    #[tokio::test]
    async fn a_posted_state_is_text_and_no_markup() {
        let realm = fresh_realm().await;
        let state = "\"><script>alert(1)</script>&amp;'";
        let request = realm
            .demo_client()
            .request()
            .with("response_mode", "form_post")
            .with("state", state);

        let (callback, _) = request.authorize_as("anne").await;

        callback.has("state", state);
    }

    #[tokio::test]
    async fn a_refusal_comes_back_the_way_the_code_would_have() {
        let realm = fresh_realm().await;

        for mode in ["query", "fragment", "form_post"] {
            let request = realm
                .demo_client()
                .request()
                .with("response_mode", mode)
                .with("prompt", "none");
            let callback = refused(request)
                .await
                .is_refused_with("login_required")
                .has("state", "af0ifjsldkj");
            assert_eq!(callback.mode, mode);
        }
    }
}

mod by_post {
    use super::*;

    #[tokio::test]
    async fn it_is_stored_and_answered_with_a_redirect_to_get() {
        let realm = fresh_realm().await;
        let request = realm.demo_client().request();
        let fields: Vec<_> = request
            .parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();

        let answer = realm.post("/oauth/authorize", &fields).await.has_status(303);

        let location = answer.header("location").unwrap_or_default();
        assert!(
            location.starts_with('/') || location.starts_with(&realm.issuer),
            "{answer}"
        );
        assert!(
            !location.contains("af0ifjsldkj"),
            "what was posted stays out of addresses: {answer}"
        );
    }

    #[tokio::test]
    async fn it_leads_through_the_same_pages() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let request = client.request();
        let fields: Vec<_> = request
            .parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let browser = realm.user_agent();

        let page = browser
            .submit_from_elsewhere(&realm.url("/oauth/authorize"), &fields)
            .await
            .page();
        let page = browser
            .submit(&page.form_with("persona").press("persona", "anne"))
            .await
            .page();
        let callback = browser
            .submit(&page.form_with("decision").press("decision", "allow"))
            .await
            .callback();

        client.redeem(&request.code_in(&callback)).await.brings_tokens();
    }

    #[tokio::test]
    async fn its_refusals_are_the_same() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let post = async |request: AuthorizationRequest| {
            let fields: Vec<_> = request
                .parameters
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            browser
                .submit_from_elsewhere(&realm.url("/oauth/authorize"), &fields)
                .await
        };

        post(realm.demo_client().request().with("client_id", "nobody"))
            .await
            .page()
            .answer
            .is_a_refusal_page();
        post(
            realm
                .demo_client()
                .request()
                .with("redirect_uri", "https://evil.example/"),
        )
        .await
        .page()
        .answer
        .is_a_refusal_page();
        post(realm.demo_client().request().with("response_type", "token"))
            .await
            .callback()
            .is_refused_with("unsupported_response_type");
        post(realm.demo_client().request().with("prompt", "none"))
            .await
            .callback()
            .is_refused_with("login_required");
        post(realm.demo_client().request().adding("nonce", "n"))
            .await
            .callback()
            .is_refused_with("invalid_request");
    }

    #[tokio::test]
    async fn other_content_types_are_refused() {
        let realm = fresh_realm().await;

        let answer = realm
            .post_json("/oauth/authorize", &json!({ "client_id": "demo-client" }))
            .await;

        assert!((400..500).contains(&answer.status), "{answer}");
    }
}

mod what_is_kept_of_a_request_has_its_bounds {
    use super::*;

    #[tokio::test]
    async fn a_state_too_long_to_send_back_is_refused_on_a_page() {
        let realm = fresh_realm().await;

        let at_most = realm.demo_client().request().with("state", &"s".repeat(4096));
        let beyond = realm.demo_client().request().with("state", &"s".repeat(4097));

        at_most.answer().await.has_status(303);
        beyond.answer().await.is_a_refusal_page();
    }

    #[tokio::test]
    async fn a_nonce_or_hint_beyond_them_is_told_to_the_client() {
        let realm = fresh_realm().await;

        for parameter in ["nonce", "login_hint", "ui_locales", "scope"] {
            let request = realm.demo_client().request().with(parameter, &"x".repeat(4097));
            let callback = request.open(&realm.user_agent()).await.callback();
            callback.is_refused_with("invalid_request");
        }
    }
}
