//! Userinfo and the portal as a resource server.

use serde_json::{Value, json};

use super::{Scene, cases};
use crate::support::{Answer, Tokens, caller::Caller, jwt};

cases! {
    userinfo_wrong_subject: wrong_subject;
    userinfo_signed: signed;
    userinfo_aggregated_claims: aggregated;
    userinfo_distributed_claims: distributed;
    introspection_says_inactive: inactive;
    resource_scheme_other_case: scheme_other_case;
    resource_rejects_until_refreshed: rejects_until_refreshed;
    unauthorized_without_challenge: without_challenge;
    insufficient_scope: insufficient_scope;
    step_up_required: step_up;
}

#[tokio::test]
async fn every_effect_on_a_resource_is_seen_once_and_the_next_answer_is_clean() {
    super::judge(CASES).await;
}

const PRACTICES: &str = "/api/portal/v1/practices";

/// Anne's claims as they should be, and somebody who asks for them.
async fn anne(scene: &Scene) -> (Caller, Value) {
    let client = scene
        .realm
        .demo_client()
        .asking_for("openid profile email address phone");
    let tokens = client.tokens_for("anne").await;
    let caller = scene.realm.caller(&tokens.access_token);
    let honest = caller.userinfo().await.is_ok().json();
    (caller, honest)
}

async fn wrong_subject(scene: Scene) {
    let (caller, honest) = anne(&scene).await;
    scene.once().await;

    let altered = caller.userinfo().await.is_ok().json();

    let mut expected = honest.clone();
    expected["sub"] = json!(format!("{}invalid", honest["sub"].as_str().expect("text")));
    assert_eq!(altered, expected);
    assert_eq!(caller.userinfo().await.is_ok().json(), honest);
}

async fn signed(scene: Scene) {
    let (caller, mut honest) = anne(&scene).await;
    scene.once().await;

    let answer = caller.userinfo().await.is_ok();

    assert_eq!(answer.media_type(), "application/jwt");
    let claims = verified(&scene, &answer.text()).await;
    assert_eq!(caller.userinfo().await.is_ok().json(), honest);
    honest["iss"] = json!(scene.realm.issuer);
    honest["aud"] = json!("demo-client");
    assert_eq!(claims, honest);
}

/// The claims of a JWT that a published key has signed.
async fn verified(scene: &Scene, token: &str) -> Value {
    let keys = scene.realm.get("/oauth/discovery/keys").await.is_ok();
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_value(keys.json()).expect("a JWK set");
    let header = jsonwebtoken::decode_header(token).expect("a header");
    let key = keys.find(&header.kid.expect("a name")).expect("published");
    let key = jsonwebtoken::DecodingKey::from_jwk(key).expect("a usable key");
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    assert!(jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &key, header.alg).expect("it can be judged"));
    jwt::claims(token)
}

async fn aggregated(scene: Scene) {
    let (caller, honest) = anne(&scene).await;
    scene.once().await;

    let altered = caller.userinfo().await.is_ok().json();

    assert_eq!(altered["sub"], honest["sub"]);
    assert!(
        altered.get("address").is_none() && altered.get("phone_number").is_none(),
        "{altered}"
    );
    let source = altered["_claim_names"]["address"].as_str().expect("a source");
    let jwt = altered["_claim_sources"][source]["JWT"].as_str().expect("a JWT");
    assert!(jwt.ends_with('.'));
    assert_eq!(jwt::claims(jwt)["address"], honest["address"]);
    assert_eq!(caller.userinfo().await.is_ok().json(), honest);
}

async fn distributed(scene: Scene) {
    let (caller, honest) = anne(&scene).await;
    scene.arm(json!({})).await;

    let altered = caller.userinfo().await.is_ok().json();
    let source = altered["_claim_names"]["credit_score"].as_str().expect("a source");
    let source = &altered["_claim_sources"][source];
    let endpoint = source["endpoint"].as_str().expect("an endpoint");
    let token = source["access_token"].as_str().expect("a token");

    let answer = scene.realm.caller(token).get(endpoint).await.is_ok();
    assert_eq!(answer.media_type(), "application/jwt");
    assert_eq!(verified(&scene, &answer.text()).await["credit_score"], 650);
    caller.get(endpoint).await.has_status(401); // not with the token of userinfo
    scene.realm.get(endpoint).await.has_status(401);
    scene
        .realm
        .caller(token)
        .userinfo()
        .await
        .is_refused_as_bearer("invalid_token");

    scene.disarm().await;
    assert_eq!(caller.userinfo().await.is_ok().json(), honest);
    scene.realm.caller(token).get(endpoint).await.has_status(404);
}

async fn inactive(scene: Scene) {
    let client = scene.realm.demo_client();
    let tokens = client.tokens_for("anne").await;
    scene.once().await;

    let altered = client.introspect(&tokens.access_token).await.is_ok().json();

    assert_eq!(altered, json!({"active": false}));
    assert!(scene.realm.accepts(&tokens.access_token).await);
}

async fn scheme_other_case(scene: Scene) {
    let (caller, _) = anne(&scene).await;
    scene.once().await;

    let challenge = caller.userinfo().await.has_status(401).challenge();

    assert_eq!(challenge.scheme, "bEARER");
    assert_eq!(challenge.get("error"), Some("invalid_token"));
    caller.userinfo().await.is_ok();
}

async fn rejects_until_refreshed(scene: Scene) {
    let client = scene.realm.demo_client();
    let first = client.tokens_for("anne").await;
    scene.arm(json!({"parameters": {"refreshes": 2}})).await;
    let opens = async |tokens: &Tokens| scene.realm.caller(&tokens.access_token).userinfo().await;

    opens(&first).await.is_refused_as_bearer("invalid_token");
    let second = Tokens::read(client.refresh(first.refresh_token()).await);
    opens(&second).await.is_refused_as_bearer("invalid_token");
    client.refresh("no such token").await.is_refused_with("invalid_grant"); // does not count
    opens(&second).await.is_refused_as_bearer("invalid_token");
    let third = Tokens::read(client.refresh(second.refresh_token()).await);

    opens(&third).await.is_ok();
}

async fn without_challenge(scene: Scene) {
    let (caller, _) = anne(&scene).await;
    for path in ["/oauth/userinfo", PRACTICES] {
        scene.once().await;
        caller.get(path).await.has_status(401).lacks_header("www-authenticate");
        scene.disarm().await;
    }
    scene.once_with(json!({"challenges": "several"})).await;
    let answer = caller.userinfo().await.has_status(401);
    let value = answer.header("www-authenticate").expect("a list of challenges");
    assert!(
        value.starts_with("Negotiate, Basic ") && value.contains(", Bearer "),
        "{value}"
    );
    caller.userinfo().await.is_ok();
}

async fn insufficient_scope(scene: Scene) {
    let (caller, _) = anne(&scene).await;
    scene.once_with(json!({"scope": "payments"})).await;

    let answer: Answer = caller.userinfo().await.is_refused_as_bearer("insufficient_scope");

    assert_eq!(answer.challenge().get("scope"), Some("payments"));
    answer.says("insufficient_scope");
    caller.userinfo().await.is_ok();
}

async fn step_up(scene: Scene) {
    let (caller, _) = anne(&scene).await;
    scene.once_with(json!({"acr_values": "gold", "max_age": 60})).await;

    let challenge = caller.userinfo().await.has_status(401).challenge();

    assert_eq!(challenge.get("error"), Some("insufficient_user_authentication"));
    assert_eq!(
        (challenge.get("acr_values"), challenge.get("max_age")),
        (Some("gold"), Some("60"))
    );
    caller.userinfo().await.is_ok();
}

#[tokio::test]
async fn the_text_of_a_parameter_cannot_leave_its_place_in_a_challenge() {
    let realm = crate::support::fresh_realm().await;
    let parameters = json!({"scope": "a\", error=\"none"});
    super::arm(&realm, json!({"fault": "insufficient_scope", "parameters": parameters})).await;

    let challenge = realm.get("/oauth/userinfo").await.has_status(403).challenge();

    assert_eq!(challenge.get("error"), Some("insufficient_scope"));
    let broken = json!({"fault": "insufficient_scope", "parameters": {"scope": "a\r\nx: y"}});
    super::try_to_arm(&realm, broken).await.has_status(400);
}
