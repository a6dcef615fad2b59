//! What the token endpoint answers besides the ID token.

use serde_json::{Value, json};

use super::{Scene, at_home, called_back, cases, redeemed, shown};
use crate::support::{Answer, ClientApp, Tokens, UserAgent, fresh_realm};

cases! {
    token_expires_in_missing: |scene| alters(scene, json!({}), |answer| drop_member(answer, "expires_in"));
    token_scope_missing: |scene| alters(scene, json!({}), |answer| drop_member(answer, "scope"));
    token_type_other_case: |scene| alters(scene, json!({}), |answer| answer["token_type"] = json!("bEARER"));
    token_type_unknown: |scene| alters(scene, json!({}), |answer| answer["token_type"] = json!("mac"));
    access_token_missing: |scene| alters(scene, json!({}), |answer| drop_member(answer, "access_token"));
    numbers_as_strings: numbers_as_strings;
    expires_in_absurd: absurd_lifetimes;
    nulls_and_empties: |scene| alters(scene, json!({}), |answer| {
        answer["refresh_token"] = Value::Null;
        answer["scope"] = json!("");
        answer["error_description"] = Value::Null;
    });
    error_with_status_200: error_with_status_200;
    error_unknown_code: |scene| refuses(scene, json!({}), 400, "moon_phase_unsuitable");
    scope_narrowed: scope_narrowed;
    code_refused: |scene| refuses(scene, json!({}), 400, "invalid_grant");
    client_secret_rotated: secret_rotated;
    server_error_at_token: server_errors;
    redirect_at_token: redirected;
}

#[tokio::test]
async fn every_effect_on_the_token_response_is_seen_once_and_the_next_is_clean() {
    super::judge(CASES).await;
}

fn drop_member(answer: &mut Value, name: &str) {
    let gone = answer.as_object_mut().expect("an object").shift_remove(name);
    assert!(gone.is_some(), "an honest answer has {name}");
}

async fn at_the_token_endpoint(scene: &Scene) -> (ClientApp, UserAgent) {
    let client = scene.realm.demo_client();
    let browser = at_home(&client.request(), "anne").await;
    (client, browser)
}

/// What differs from one answer to the next by itself is not compared.
fn comparable(answer: &Answer) -> Value {
    let mut answer = answer.json();
    for name in ["access_token", "refresh_token", "id_token"] {
        if answer.get(name).is_some_and(Value::is_string) {
            answer[name] = json!("…");
        }
    }
    answer
}

/// Just this is altered in an otherwise honest answer.
async fn alters(scene: Scene, parameters: Value, change: fn(&mut Value)) {
    let (client, browser) = at_the_token_endpoint(&scene).await;
    let honest = redeemed(&client, &browser).await.brings_tokens();
    let id = scene.once_with(parameters).await;

    let altered = redeemed(&client, &browser).await.is_ok();
    let after = redeemed(&client, &browser).await.brings_tokens();

    let mut expected = comparable(&honest);
    change(&mut expected);
    assert_eq!(comparable(&altered), expected, "{}", scene.fault);
    altered.is_not_stored();
    assert_eq!(comparable(&after), comparable(&honest), "{}", scene.fault);
    scene.has_triggered(&id, 1).await;
    scene.disarm().await;
}

async fn numbers_as_strings(scene: Scene) {
    alters(scene.clone(), json!({}), |answer| answer["expires_in"] = json!("7200")).await;
    alters(scene, json!({"form": "fraction"}), |answer| {
        answer["expires_in"] = json!(7200.5)
    })
    .await;
}

async fn absurd_lifetimes(scene: Scene) {
    alters(scene.clone(), json!({}), |answer| answer["expires_in"] = json!(0)).await;
    alters(scene.clone(), json!({"form": "negative"}), |answer| {
        answer["expires_in"] = json!(-1)
    })
    .await;
    alters(scene.clone(), json!({"form": "huge"}), |answer| {
        answer["expires_in"] = json!(9_007_199_254_740_992_i64);
    })
    .await;
    alters(scene, json!({"form": "null"}), |answer| {
        answer["expires_in"] = Value::Null
    })
    .await;
}

async fn error_with_status_200(scene: Scene) {
    let (client, browser) = at_the_token_endpoint(&scene).await;
    scene.once().await;

    let answer = redeemed(&client, &browser).await.is_ok();

    answer.says("invalid_grant");
    redeemed(&client, &browser).await.brings_tokens();
}

/// A refusal before anything was done: the same code is good afterwards.
async fn refuses(scene: Scene, parameters: Value, status: u16, error: &'static str) {
    let (client, browser) = at_the_token_endpoint(&scene).await;
    let request = client.request();
    let code = request.code_in(&called_back(&request, &browser).await);
    scene.once_with(parameters).await;

    let refused = client.redeem(&code).await.has_status(status).says(error);

    refused.has_header("access-control-allow-origin", "*");
    client.redeem(&code).await.brings_tokens();
    scene.disarm().await;
}

async fn secret_rotated(scene: Scene) {
    refuses(scene.clone(), json!({}), 401, "invalid_client").await;
    scene.once().await;
    let answer = scene
        .realm
        .demo_service()
        .client_credentials("appointment_guest_lookup")
        .await;
    assert_eq!(answer.has_status(401).challenge().scheme, "Basic");
}

async fn server_errors(scene: Scene) {
    for status in [500, 502, 504] {
        refuses(scene.clone(), json!({"status": status}), status, "server_error").await;
    }
}

async fn redirected(scene: Scene) {
    let (client, browser) = at_the_token_endpoint(&scene).await;
    for status in [301, 302, 307, 308] {
        let request = client.request();
        let code = request.code_in(&called_back(&request, &browser).await);
        let location = "https://elsewhere.example/token";
        scene.once_with(json!({"status": status, "location": location})).await;

        let answer = client.redeem(&code).await.has_status(status);

        answer.has_header("location", location);
        client.redeem(&code).await.brings_tokens();
    }
}

async fn scope_narrowed(scene: Scene) {
    let (client, browser) = at_the_token_endpoint(&scene).await;
    let id = scene.once().await;
    let narrowed = redeemed(&client, &browser).await.brings_tokens();
    assert_eq!(narrowed.member("scope"), "openid profile");
    // Not only said: the token opens no more than that.
    let claims = scene
        .realm
        .caller(&narrowed.access_token())
        .userinfo()
        .await
        .is_ok()
        .json();
    assert!(
        claims.get("email").is_none() && claims.get("name").is_some(),
        "{claims}"
    );
    assert_eq!(shown(&scene.realm, &id).await["triggered"], 1);

    let whole = redeemed(&client, &browser).await.brings_tokens();
    assert_eq!(whole.member("scope"), "openid profile email");
    scene.once_with(json!({"scope": "profile"})).await;
    let named = redeemed(&client, &browser).await.brings_tokens();
    assert_eq!(named.member("scope"), "openid email");
}

#[tokio::test]
async fn a_refused_request_uses_nothing_up() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let code = client.code_for("anne").await;
    let tokens = Tokens::read(client.redeem(&code).await);
    client.refresh(tokens.refresh_token()).await.is_ok();
    let narrowed = json!({"fault": "scope_narrowed", "times": 1});
    let odd = json!({"fault": "refresh_token_odd_characters", "times": 1});
    let ids = [super::arm(&realm, narrowed).await, super::arm(&realm, odd).await];

    client.redeem(&code).await.has_status(400); // used before; what it yielded is revoked
    client.refresh(tokens.refresh_token()).await.has_status(400);

    for id in &ids {
        assert_eq!(shown(&realm, id).await["triggered"], 0);
    }
    let code = client.code_for("anne").await;
    client.redeem(&code).await.is_ok();
    for id in &ids {
        assert_eq!(shown(&realm, id).await["triggered"], 1);
    }
}
