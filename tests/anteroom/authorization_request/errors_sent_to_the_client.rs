//! Once the way back is known.

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
async fn unknown_response_types_are_unsupported() {
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
async fn a_state_sent_twice_is_refused_and_not_returned() {
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
async fn nul_is_refused_in_every_parameter() {
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
async fn unknown_parameters_are_ignored() {
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
async fn unsupported_hints_are_ignored() {
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
