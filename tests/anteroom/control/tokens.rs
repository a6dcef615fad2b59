//! `POST …/control/api/tokens`: tokens without a browser, as good as any.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    portals::mypatientportal::at,
    support::{Realm, fresh_realm, jwt, portal_realm},
};

fn for_anne() -> Value {
    json!({"client_id": "demo-client", "user": "anne", "scope": "openid email profile_read"})
}

fn with(member: &str, value: Value) -> Value {
    let mut wish = for_anne();
    wish[member] = value;
    wish
}

fn text<'a>(minted: &'a Value, member: &str) -> &'a str {
    minted[member]
        .as_str()
        .unwrap_or_else(|| panic!("no {member}: {minted}"))
}

async fn mint(realm: &Realm, wish: Value) -> Value {
    realm.add("tokens", wish).await
}

#[tokio::test]
async fn they_open_userinfo_and_the_portal_and_introspection_knows_them() {
    for realm in [fresh_realm().await, portal_realm().await] {
        let minted = mint(
            &realm,
            json!({"client_id": "demo-client", "user": "anne", "scope": "openid profile_read"}),
        )
        .await;

        let access_token = text(&minted, "access_token");
        assert_eq!(
            (&minted["token_type"], &minted["expires_in"]),
            (&json!("Bearer"), &json!(7200))
        );
        realm.caller(access_token).userinfo().await.is_ok();
        realm.caller(access_token).get(&at("/user")).await.is_ok();
        let introspected = realm.demo_client().introspect(access_token).await.is_ok().json();
        assert_eq!(introspected["active"], true);
        assert_eq!(introspected["username"], "anne");
        assert_eq!(introspected["scope"], "openid profile_read");
        let claims = jwt::verified(&realm, "demo-client", text(&minted, "id_token")).await;
        assert_eq!(claims["at_hash"], jwt::at_hash(access_token));
        assert_eq!(claims["sub"], introspected["sub"]);
    }
}

#[tokio::test]
async fn a_refresh_token_goes_on_as_any_does() {
    let realm = fresh_realm().await;
    let minted = mint(&realm, for_anne()).await;

    let answer = realm
        .demo_client()
        .refresh(text(&minted, "refresh_token"))
        .await
        .brings_tokens();

    assert!(realm.accepts(&answer.access_token()).await);
    let scope = answer.json()["scope"].clone();
    assert_eq!(scope, "openid email profile_read");
}

#[tokio::test]
async fn revocation_and_withdrawing_the_consent_end_them() {
    let realm = fresh_realm().await;
    let (revoked, withdrawn) = (mint(&realm, for_anne()).await, mint(&realm, for_anne()).await);

    realm
        .demo_client()
        .revoke(text(&revoked, "refresh_token"))
        .await
        .is_ok();
    assert!(!realm.accepts(text(&revoked, "access_token")).await);
    assert!(realm.accepts(text(&withdrawn, "access_token")).await);

    let browser = realm.user_agent();
    let page = browser.open(&realm.url("/account")).await.page();
    let page = browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await
        .page();
    page.must_show("Demo Client");
    browser
        .submit(&page.form_with("withdraw").press("withdraw", "demo-client"))
        .await;
    assert!(!realm.accepts(text(&withdrawn, "access_token")).await);
}

#[tokio::test]
async fn a_client_gets_one_for_itself() {
    let realm = fresh_realm().await;

    let minted = mint(
        &realm,
        json!({"client_id": "demo-service", "scope": "appointment_guest_lookup"}),
    )
    .await;

    assert!(
        minted.get("refresh_token").is_none() && minted.get("id_token").is_none(),
        "{minted}"
    );
    let introspected = realm
        .demo_client()
        .introspect(text(&minted, "access_token"))
        .await
        .json();
    assert_eq!(introspected["sub"], "demo-service");
    realm
        .caller(text(&minted, "access_token"))
        .userinfo()
        .await
        .is_refused_as_bearer("invalid_token");
}

#[tokio::test]
async fn the_requested_values_are_in_the_id_token() {
    let realm = fresh_realm().await;
    let wish = json!({
        "client_id": "demo-client", "user": "anne", "scope": "openid",
        "nonce": "n-1", "acr": "urn:example:gold", "amr": ["otp", "pwd"], "auth_time": "2025-06-02T05:00:00Z",
        "lifetime": "PT10M", "claims": {"tier": "gold", "nested": {"a": [1]}},
    });

    let minted = mint(&realm, wish).await;

    let claims = jwt::verified(&realm, "demo-client", text(&minted, "id_token")).await;
    assert_eq!(claims["nonce"], "n-1");
    assert_eq!(claims["acr"], "urn:example:gold");
    assert_eq!(claims["amr"], json!(["otp", "pwd"]));
    assert_eq!(claims["auth_time"], 1_748_840_400);
    assert_eq!(
        claims["exp"]
            .as_i64()
            .zip(claims["iat"].as_i64())
            .map(|(exp, iat)| exp - iat),
        Some(600)
    );
    assert_eq!(
        (&claims["tier"], &claims["nested"]),
        (&json!("gold"), &json!({"a": [1]}))
    );
    assert_eq!(minted["expires_in"], 600);
    realm.advance("PT9M59S").await;
    assert!(realm.accepts(text(&minted, "access_token")).await);
    realm.advance("PT1S").await;
    assert!(!realm.accepts(text(&minted, "access_token")).await);
}

#[tokio::test]
async fn expired_ones_were_good_a_minute_ago_and_can_be_refreshed() {
    let realm = fresh_realm().await;

    let minted = mint(&realm, with("expired", json!(true))).await;

    let now = realm.now().await.as_second();
    let claims = jwt::verified(&realm, "demo-client", text(&minted, "id_token")).await;
    assert_eq!(claims["exp"], now - 60);
    assert_eq!(minted["expires_in"], 0);
    assert!(!realm.accepts(text(&minted, "access_token")).await);
    let refused = realm.caller(text(&minted, "access_token")).userinfo().await;
    refused
        .is_refused_as_bearer("invalid_token")
        .describes_it_as("The access token expired");
    realm
        .demo_client()
        .refresh(text(&minted, "refresh_token"))
        .await
        .brings_tokens();
}

#[tokio::test]
async fn each_part_can_be_left_out() {
    let realm = fresh_realm().await;

    let minted = mint(&realm, with("refresh_token", json!(false))).await;
    assert!(minted.get("refresh_token").is_none() && minted.get("id_token").is_some());

    let minted = mint(&realm, with("id_token", json!(false))).await;
    assert!(minted.get("refresh_token").is_some() && minted.get("id_token").is_none());

    let minted = mint(&realm, with("scope", json!("email"))).await;
    assert!(minted.get("id_token").is_none(), "no openid, no ID token");
}

#[tokio::test]
async fn a_user_is_named_by_id_too_and_a_consent_is_remembered() {
    let realm = fresh_realm().await;
    let id = realm.look_at("users/ben").await["id"].clone();

    mint(
        &realm,
        json!({"client_id": "demo-client", "user": id, "scope": "openid profile email"}),
    )
    .await;

    let browser = realm.user_agent();
    let page = realm.demo_client().request().open(&browser).await.page();
    browser
        .submit(&page.form_with("persona").press("persona", "ben"))
        .await
        .callback()
        .code();
}

#[tokio::test]
async fn the_answer_is_kept_by_nobody() {
    let realm = fresh_realm().await;

    let answer = realm.control(Method::POST, "tokens", &for_anne()).await.has_status(201);

    answer.is_not_stored();
}

#[tokio::test]
async fn what_nobody_could_have_is_refused_and_nothing_is_written() {
    let realm = fresh_realm().await;
    realm
        .change(
            "clients/demo-spa",
            json!({"scope": "openid", "grant_types": ["authorization_code"]}),
        )
        .await;
    let itself = |member: &str, value: Value| {
        let mut wish = json!({"client_id": "demo-service", "scope": "appointment_read"});
        wish[member] = value;
        wish
    };

    for (status, wish) in [
        (404, with("client_id", json!("nobody"))),
        (404, with("user", json!("nobody"))),
        (400, json!({"client_id": "demo-client"})),
        (400, with("scope", json!("openid nothing"))),
        (400, with("scope", json!("open\"id"))),
        (
            400,
            json!({"client_id": "demo-spa", "user": "anne", "scope": "openid email"}),
        ),
        (
            400,
            json!({"client_id": "demo-spa", "user": "anne", "scope": "openid", "refresh_token": true}),
        ),
        (400, with("lifetime", json!("PT0S"))),
        (400, with("lifetime", json!("-PT10M"))),
        (400, with("lifetime", json!("P9999Y"))),
        (400, with("claims", json!({"iss": "http://evil.example"}))),
        (400, with("claims", json!({"exp": 1}))),
        (400, with("unknown", json!(1))),
        (
            400,
            json!({"client_id": "demo-client", "user": "anne", "scope": "email", "id_token": true}),
        ),
        (
            400,
            json!({"client_id": "demo-client", "user": "anne", "scope": "email", "nonce": "n"}),
        ),
        (
            400,
            json!({"client_id": "demo-client", "user": "anne", "scope": "openid", "acr": "a", "claims": {"acr": "b"}}),
        ),
        (400, itself("scope", json!("openid"))),
        (400, itself("nonce", json!("n"))),
        (400, itself("acr", json!("a"))),
        (400, itself("refresh_token", json!(true))),
        (400, json!({"client_id": "demo-spa", "scope": "appointment_read"})),
    ] {
        realm.control(Method::POST, "tokens", &wish).await.is_a_problem(status);
    }

    let browser = realm.user_agent();
    let page = browser.open(&realm.url("/account")).await.page();
    let page = browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await
        .page();
    assert!(
        !page.has_form_with("withdraw"),
        "no consent was written: {}",
        page.answer
    );
}
