//! For whom a fault is: neighbours notice nothing.

use serde_json::{Value, json};

use super::{arm, at_home, called_back, shown};
use crate::support::{Realm, fresh_realm, jwt};

async fn issuer_told(realm: &Realm, public: bool, user: &str) -> Value {
    let client = if public { realm.demo_spa() } else { realm.demo_client() };
    jwt::claims(client.tokens_for(user).await.id_token())["iss"].clone()
}

#[tokio::test]
async fn a_fault_of_one_client_and_user_touches_no_other_client_user_or_realm() {
    let (realm, neighbour) = (fresh_realm().await, fresh_realm().await);
    let wish = json!({"fault": "id_token_wrong_issuer", "client_id": "demo-client", "user": "anne"});
    let id = arm(&realm, wish).await;
    let (right, wrong) = (json!(realm.issuer), json!(format!("{}1", realm.issuer)));

    assert_eq!(issuer_told(&realm, true, "anne").await, right, "another client");
    assert_eq!(issuer_told(&realm, false, "ben").await, right, "another user");
    assert_eq!(
        issuer_told(&neighbour, false, "anne").await,
        json!(neighbour.issuer),
        "another realm"
    );
    assert_eq!(shown(&realm, &id).await["calls"], 0);
    assert_eq!(issuer_told(&realm, false, "anne").await, wrong);
}

#[tokio::test]
async fn the_wire_knows_whose_code_refresh_token_and_access_token_it_was_sent() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let (anne, ben) = (client.tokens_for("anne").await, client.tokens_for("ben").await);
    let (code_of_anne, code_of_ben) = (client.code_for("anne").await, client.code_for("ben").await);
    let sub = jwt::claims(anne.id_token())["sub"].as_str().expect("text").to_owned();
    arm(&realm, json!({"fault": "answered_with_status", "user": sub})).await;

    client.redeem(&code_of_ben).await.brings_tokens();
    client.redeem(&code_of_anne).await.has_status(500);
    client.refresh(ben.refresh_token()).await.brings_tokens();
    client.refresh(anne.refresh_token()).await.has_status(500);
    realm.caller(&ben.access_token).userinfo().await.is_ok();
    realm.caller(&anne.access_token).userinfo().await.has_status(500);
    realm
        .caller(&anne.access_token)
        .get("/api/portal/v1/user")
        .await
        .has_status(500);
    client.introspect(&ben.access_token).await.is_ok();
    client.introspect(&anne.access_token).await.has_status(500);
    client.revoke(ben.refresh_token()).await.is_ok();
    client.revoke(anne.refresh_token()).await.has_status(500);
    realm
        .demo_service()
        .client_credentials("appointment_guest_lookup")
        .await
        .brings_tokens();
}

#[tokio::test]
async fn the_wire_knows_which_client_asks_however_it_says_so() {
    let realm = fresh_realm().await;
    let service = realm.demo_service();
    let token = service
        .client_credentials("appointment_guest_lookup")
        .await
        .access_token();
    arm(
        &realm,
        json!({"fault": "answered_with_status", "client_id": "demo-service"}),
    )
    .await;
    let call = service
        .token_request("client_credentials")
        .with("scope", "appointment_guest_lookup");

    call.send().await.has_status(500);
    call.in_body("demo-service", "demo-service-secret")
        .send()
        .await
        .has_status(500);
    realm
        .caller(&token)
        .get("/api/portal/v1/practices")
        .await
        .has_status(500);
    realm
        .demo_client()
        .client_credentials("appointment_guest_lookup")
        .await
        .brings_tokens();
    realm.get("/.well-known/openid-configuration").await.is_ok();
}

#[tokio::test]
async fn at_the_browser_it_is_the_person_who_is_signed_in_there_and_the_client_they_come_from() {
    let realm = fresh_realm().await;
    let request = realm.demo_client().request();
    let (annes, bens) = (at_home(&request, "anne").await, at_home(&request, "ben").await);
    arm(
        &realm,
        json!({"fault": "access_denied", "user": "anne", "client_id": "demo-client"}),
    )
    .await;

    called_back(&request, &bens).await.code();
    called_back(&request, &annes).await.is_refused_with("access_denied");
    let other = realm.demo_spa().request();
    other.authorize(&annes, "anne").await.code();
}

#[tokio::test]
async fn a_person_is_met_at_the_very_first_sign_in() {
    let realm = fresh_realm().await;
    arm(&realm, json!({"fault": "access_denied", "user": "anne"})).await;

    realm.demo_client().authorize_as("ben").await.code();
    realm
        .demo_client()
        .authorize_as("anne")
        .await
        .is_refused_with("access_denied");
}

#[tokio::test]
async fn headless_sign_in_says_by_its_hint_who_is_meant() {
    let realm = crate::support::realm_with(json!({"policy": {"auto_login": true}})).await;
    arm(&realm, json!({"fault": "access_denied", "user": "anne"})).await;
    let request = realm.demo_client().request();

    let ben = request.clone().with("login_hint", "ben");
    called_back(&ben, &realm.user_agent()).await.code();
    let anne = request.with("login_hint", "anne");
    called_back(&anne, &realm.user_agent())
        .await
        .is_refused_with("access_denied");
}

#[tokio::test]
async fn a_pairwise_subject_names_a_user_to_the_client_that_knows_it() {
    let realm = crate::support::portal_realm().await;
    let client = realm.demo_client().asking_for("openid");
    let (anne, ben) = (client.tokens_for("anne").await, client.tokens_for("ben").await);
    let sub = jwt::claims(anne.id_token())["sub"].as_str().expect("text").to_owned();
    let wish = |client: &str| json!({"fault": "answered_with_status", "user": sub, "client_id": client});
    super::try_to_arm(&realm, wish("demo-spa")).await.has_status(400);
    arm(&realm, wish("demo-client")).await;

    realm.caller(&anne.access_token).userinfo().await.has_status(500);
    realm.caller(&ben.access_token).userinfo().await.is_ok();
}

#[tokio::test]
async fn a_fault_of_one_endpoint_touches_no_other() {
    let realm = fresh_realm().await;
    arm(&realm, json!({"fault": "answered_with_status", "endpoint": "jwks"})).await;

    realm.get("/.well-known/openid-configuration").await.is_ok();
    realm.get("/oauth/discovery/keys").await.has_status(500);
}

#[tokio::test]
async fn two_faults_can_bite_the_same_answer() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let browser = at_home(&client.request(), "anne").await;
    for fault in [
        "id_token_wrong_issuer",
        "id_token_missing_expiry",
        "token_scope_missing",
    ] {
        arm(&realm, json!({"fault": fault, "times": 1})).await;
    }

    let tokens = super::tokens(&client, &browser).await;

    let claims = jwt::claims(tokens.id_token());
    assert_eq!(claims["iss"], format!("{}1", realm.issuer));
    assert!(claims.get("exp").is_none() && tokens.answer.json().get("scope").is_none());
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_as_ever_while_a_fault_waits() {
    let realm = fresh_realm().await;
    arm(&realm, json!({"fault": "id_token_expired", "client_id": "demo-client"})).await;
    let post = |kind: &'static str, body: Vec<u8>| {
        let request = realm.http.post(realm.url("/oauth/token")).header("content-type", kind);
        crate::support::Answer::to(request.body(body))
    };

    post("application/x-www-form-urlencoded", b"grant_type=%ff".to_vec())
        .await
        .is_refused_with("invalid_request");
    post("application/json", b"{".to_vec()).await.has_status(400);
}
