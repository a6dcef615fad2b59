//! Metadata, WebFinger, and what becomes of the keys.

use serde_json::{Value, json};

use super::{Scene, at_home, called_back, cases, redeemed, tokens};
use crate::support::{ClientApp, Realm, Tokens, UserAgent, jwt};

cases! {
    discovery_issuer_mismatch: issuer_mismatch;
    discovery_jwks_uri_moved: keys_moved;
    discovery_issuer_unguessable: issuer_unguessable;
    discovery_unknown_members: unknown_members;
    redirect_at_discovery: redirected;
    token_auth_method_restricted: one_method;
    jwks_unavailable: keys_unavailable;
    jwks_unfamiliar_keys: unfamiliar_keys;
    jwks_single_key_without_kid: single_key_without_kid;
    jwks_many_keys_without_kid: many_keys_without_kid;
    jwks_rotated_between_logins: rotated_between_logins;
    jwks_rotated_mid_flow: rotated_mid_flow;
    jwks_rotated_before_signing: rotated_before_signing;
    jwks_old_key_withdrawn: old_key_withdrawn;
}

#[tokio::test]
async fn every_effect_on_metadata_and_keys_is_seen_and_gone_when_it_is_over() {
    super::judge(CASES).await;
}

const METADATA: &str = "/.well-known/openid-configuration";
const KEYS: &str = "/oauth/discovery/keys";

/// Only these members of the metadata are altered, once.
async fn alters(scene: &Scene, parameters: Value, change: impl Fn(&mut Value)) {
    let honest = scene.realm.discovery().await;
    let id = scene.once_with(parameters).await;

    let altered = scene.realm.discovery().await;
    let after = scene.realm.discovery().await;

    let mut expected = honest.clone();
    change(&mut expected);
    assert_eq!(altered, expected, "{}", scene.fault);
    assert_ne!(altered, honest);
    assert_eq!(after, honest, "{}", scene.fault);
    scene.has_triggered(&id, 1).await;
}

async fn issuer_mismatch(scene: Scene) {
    let wrong = format!("{}INVALID", scene.realm.issuer);
    alters(&scene, json!({}), |metadata| metadata["issuer"] = json!(wrong)).await;
}

async fn unknown_members(scene: Scene) {
    alters(&scene, json!({}), |metadata| {
        metadata["x_anteroom"] = json!({"nested": [true, null]})
    })
    .await;
}

async fn keys_moved(scene: Scene) {
    let realm = &scene.realm;
    let honest = realm.get(KEYS).await.is_ok().json();
    scene.arm(json!({})).await;

    let moved = realm.discovery().await["jwks_uri"].as_str().expect("text").to_owned();

    assert!(
        moved.starts_with(&realm.url(KEYS)) && moved != realm.url(KEYS),
        "{moved}"
    );
    assert_eq!(realm.get(&moved).await.is_ok().json(), honest);
    realm.get(KEYS).await.has_status(404);
    realm.get(&format!("{KEYS}/guessed")).await.has_status(404);
    let tokens = realm.demo_client().tokens_for("anne").await;
    jwt::verified(realm, "demo-client", tokens.id_token()).await; // who reads the metadata finds them

    scene.disarm().await;
    assert_eq!(realm.discovery().await["jwks_uri"], realm.url(KEYS));
    realm.get(KEYS).await.is_ok();
    realm.get(&moved).await.has_status(404);
}

async fn issuer_unguessable(scene: Scene) {
    let other = crate::support::fresh_realm().await;
    scene.once_with(json!({"issuer": other.issuer})).await;
    let path = format!("/.well-known/webfinger?resource={}/anne", scene.realm.issuer);

    let altered = scene.realm.get(&path).await.is_ok().json();
    let after = scene.realm.get(&path).await.is_ok().json();

    assert_eq!(altered["links"][0]["href"], other.issuer);
    assert_eq!(altered["subject"], after["subject"]);
    assert_eq!(after["links"][0]["href"], scene.realm.issuer);
    assert_eq!(other.discovery().await["issuer"], other.issuer);
}

async fn redirected(scene: Scene) {
    scene.arm(json!({})).await;
    let answer = scene.realm.get(METADATA).await.has_status(301);

    let location = answer.header("location").expect("a location").to_owned();
    let (here, there) = (&scene.realm.issuer, url::Url::parse(&location).expect("an address"));
    assert_ne!(there.origin(), url::Url::parse(here).expect("an issuer").origin());
    // The same document, under another name of this host.
    let port = there.port().expect("a port");
    let reached = format!(
        "http://127.0.0.1:{port}{}?{}",
        there.path(),
        there.query().unwrap_or_default()
    );
    let document = scene.realm.get(&reached).await.is_ok().json();
    assert_eq!(document["issuer"], json!(here));

    scene.disarm().await;
    scene
        .once_with(json!({"location": "https://elsewhere.example/x"}))
        .await;
    let answer = scene.realm.get(METADATA).await.has_status(301);
    answer.has_header("location", "https://elsewhere.example/x");
    scene.realm.get(METADATA).await.is_ok();
}

async fn one_method(scene: Scene) {
    let realm = &scene.realm;
    let client = realm.demo_service();
    let ask = |call: crate::support::client_app::ClientCall| call.with("scope", "appointment_guest_lookup");
    let basic = || ask(client.token_request("client_credentials"));
    let post = || basic().in_body("demo-service", "demo-service-secret");
    for (method, good, bad) in [
        ("client_secret_post", post(), basic()),
        ("client_secret_basic", basic(), post()),
    ] {
        scene.arm(json!({"parameters": {"method": method}})).await;

        let metadata = realm.discovery().await;
        assert_eq!(metadata["token_endpoint_auth_methods_supported"], json!([method]));
        good.send().await.brings_tokens();
        bad.send().await.is_refused_with("invalid_client");

        scene.disarm().await;
        bad.send().await.brings_tokens();
    }
    assert!(
        realm.discovery().await["token_endpoint_auth_methods_supported"]
            .as_array()
            .expect("a list")
            .len()
            > 1
    );
}

async fn keys_unavailable(scene: Scene) {
    scene.once().await;

    scene
        .realm
        .get(KEYS)
        .await
        .has_status(503)
        .says("temporarily_unavailable");
    scene.realm.get(KEYS).await.is_ok();
}

async fn unfamiliar_keys(scene: Scene) {
    let honest = keys(&scene.realm).await;
    scene.once().await;

    let altered = keys(&scene.realm).await;
    let after = keys(&scene.realm).await;

    assert!(
        honest.iter().all(|key| altered.contains(key)),
        "the right ones are there"
    );
    let crv: Vec<_> = altered.iter().filter_map(|key| key["crv"].as_str()).collect();
    assert!(crv.contains(&"secp256k1") && crv.contains(&"Ed25519"), "{crv:?}");
    assert!(altered.iter().any(|key| key["use"] == "enc") && altered.iter().any(|key| key["kty"] == "lattice"));
    assert_eq!(after, honest);
}

async fn keys(realm: &Realm) -> Vec<Value> {
    let answer = realm.get(KEYS).await.is_ok();
    answer.json()["keys"].as_array().expect("a list").clone()
}

fn names(keys: &[Value]) -> Vec<&str> {
    keys.iter().filter_map(|key| key["kid"].as_str()).collect()
}

fn kid(tokens: &Tokens) -> Option<String> {
    jwt::parts(tokens.id_token()).0["kid"].as_str().map(str::to_owned)
}

/// How many of these keys, nameless as they are, have signed the token.
fn signers(tokens: &Tokens, keys: &[Value]) -> usize {
    let (signed, signature) = tokens.id_token().rsplit_once('.').expect("three parts");
    let verifies = |key: &&Value| {
        let key = serde_json::from_value((*key).clone()).expect("a JWK");
        let key = jsonwebtoken::DecodingKey::from_jwk(&key).expect("a usable key");
        jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &key, jsonwebtoken::Algorithm::RS256)
            .expect("it can be judged")
    };
    keys.iter().filter(|key| key["kty"] == "RSA").filter(verifies).count()
}

async fn at_the_door(scene: &Scene) -> (ClientApp, UserAgent) {
    let client = scene.realm.demo_client();
    let browser = at_home(&client.request(), "anne").await;
    (client, browser)
}

async fn single_key_without_kid(scene: Scene) {
    let (client, browser) = at_the_door(&scene).await;
    scene.arm(json!({})).await;

    let shown = keys(&scene.realm).await;
    let token = tokens(&client, &browser).await;

    assert!(names(&shown).is_empty() && kid(&token).is_none());
    let types: std::collections::BTreeSet<_> = shown.iter().filter_map(|key| key["kty"].as_str()).collect();
    assert_eq!(types.len(), shown.len(), "one per type");
    assert_eq!(signers(&token, &shown), 1);
    honest_again(&scene, &client, &browser).await;
}

async fn many_keys_without_kid(scene: Scene) {
    let (client, browser) = at_the_door(&scene).await;
    scene.arm(json!({})).await;

    let shown = keys(&scene.realm).await;
    let token = tokens(&client, &browser).await;

    assert!(names(&shown).is_empty() && kid(&token).is_none());
    assert_eq!(shown.iter().filter(|key| key["kty"] == "RSA").count(), 3);
    assert_eq!(shown.iter().filter(|key| key["kty"] == "EC").count(), 3);
    assert_eq!(signers(&token, &shown), 1);
    assert_eq!(keys(&scene.realm).await, shown, "the same ones every time");
    honest_again(&scene, &client, &browser).await;
}

/// When it is disarmed, the issuer's own keys are back.
async fn honest_again(scene: &Scene, client: &ClientApp, browser: &UserAgent) {
    scene.disarm().await;
    let token = tokens(client, browser).await;
    jwt::verified(&scene.realm, "demo-client", token.id_token()).await;
}

async fn rotated_between_logins(scene: Scene) {
    let (client, browser) = at_the_door(&scene).await;
    let old = keys(&scene.realm).await;
    scene.arm(json!({})).await;

    let first = tokens(&client, &browser).await;
    assert_eq!(keys(&scene.realm).await, old, "the first login knows the old keys");
    let second = tokens(&client, &browser).await;

    let new = keys(&scene.realm).await;
    assert!(
        names(&new).iter().all(|name| !names(&old).contains(name)),
        "all are replaced"
    );
    assert!(names(&old).contains(&kid(&first).expect("a name").as_str()));
    jwt::verified(&scene.realm, "demo-client", second.id_token()).await;
    let third = tokens(&client, &browser).await;
    assert_eq!(kid(&third), kid(&second), "they stay");
    hinted(&client, &browser, &third).await;
    honest_again(&scene, &client, &browser).await;
}

/// Whom the issuer has signed a token for it knows again, whichever key it was.
async fn hinted(client: &ClientApp, browser: &UserAgent, tokens: &Tokens) {
    let request = client
        .request()
        .with("prompt", "none")
        .with("id_token_hint", tokens.id_token());
    called_back(&request, browser).await.code();
}

async fn rotated_mid_flow(scene: Scene) {
    let (client, browser) = at_the_door(&scene).await;
    let old = keys(&scene.realm).await;
    scene.arm(json!({})).await;
    assert_eq!(keys(&scene.realm).await, old);

    let request = client.request();
    let code = request.code_in(&called_back(&request, &browser).await);
    let token = Tokens::read(client.redeem(&code).await);

    let new = keys(&scene.realm).await;
    assert!(names(&new).iter().all(|name| !names(&old).contains(name)));
    jwt::verified(&scene.realm, "demo-client", token.id_token()).await;
    honest_again(&scene, &client, &browser).await;
}

async fn rotated_before_signing(scene: Scene) {
    let (client, browser) = at_the_door(&scene).await;
    let old = keys(&scene.realm).await;
    let id = scene.arm(json!({})).await;
    assert_eq!(keys(&scene.realm).await, old, "nothing was signed yet");

    let first = tokens(&client, &browser).await;
    jwt::verified(&scene.realm, "demo-client", first.id_token()).await;
    let second = tokens(&client, &browser).await;
    jwt::verified(&scene.realm, "demo-client", second.id_token()).await;

    assert_ne!(kid(&first), kid(&second));
    let (now, gone) = (keys(&scene.realm).await, kid(&first).expect("a name"));
    assert!(!names(&now).contains(&gone.as_str()), "the key before is gone");
    assert!(super::shown(&scene.realm, &id).await["triggered"].as_u64() >= Some(2));
    honest_again(&scene, &client, &browser).await;
}

async fn old_key_withdrawn(scene: Scene) {
    let (client, browser) = at_the_door(&scene).await;
    let before = tokens(&client, &browser).await;
    scene.arm(json!({})).await;

    let now = keys(&scene.realm).await;

    assert!(!now.is_empty() && !names(&now).contains(&kid(&before).expect("a name").as_str()));
    let after = redeemed(&client, &browser).await.brings_tokens();
    jwt::verified(&scene.realm, "demo-client", &after.id_token()).await;
    assert_eq!(
        names(&keys(&scene.realm).await),
        names(&now),
        "the same ones every time"
    );
    honest_again(&scene, &client, &browser).await;
}
