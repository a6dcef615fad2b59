//! Time, capacity and connections.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Scene, at_home, called_back, cases, connect, plain_request, raw};
use crate::{
    portals::mypatientportal::patient,
    support::{Answer, Realm, Tokens, realm_with},
};

cases! {
    delayed_answer: delayed;
    slow_drip: drip;
    too_many_requests: too_many_requests;
    too_many_requests_silent: too_many_requests_silent;
    unavailable_then_fine: unavailable_then_fine;
    answered_with_status: any_status;
    dropped_before_commit: dropped_before_commit;
    dropped_after_commit: dropped_after_commit;
    dropped_after_code_redeemed: dropped_after_code_redeemed;
    dropped_after_refresh_rotated: dropped_after_refresh_rotated;
    truncated_answer: truncated;
    idle_connection_closed: idle_connection_closed;
}

#[tokio::test]
async fn every_fault_of_the_network_is_seen_once_and_the_next_answer_is_clean() {
    super::judge(CASES).await;
}

const METADATA: &str = "/.well-known/openid-configuration";
/// Far less than a fault waits, and enough for an answer that does not wait.
const PATIENCE: Duration = Duration::from_millis(400);

/// Whether the answer is not there when patience is over.
async fn keeps_waiting(request: reqwest::RequestBuilder) -> bool {
    match request.timeout(PATIENCE).send().await {
        Err(error) => error.is_timeout(),
        Ok(response) => response.bytes().await.is_err_and(|error| error.is_timeout()),
    }
}

async fn delayed(scene: Scene) {
    let client = scene.realm.demo_client();
    let tokens = client.tokens_for("anne").await;
    scene
        .arm(json!({"times": 1, "endpoint": "token", "parameters": {"seconds": 600}}))
        .await;
    let refreshing = client.refreshing(tokens.refresh_token());
    let request = scene.realm.http.post(scene.realm.url("/oauth/token"));
    let request = request
        .basic_auth("demo-client", Some("demo-secret"))
        .form(&refreshing.form);

    assert!(keeps_waiting(request).await);

    // What was asked for has been done: the token is spent, and within the grace its successor comes again.
    let next = Tokens::read(client.refresh(tokens.refresh_token()).await);
    Tokens::read(client.refresh(next.refresh_token()).await);
    scene.disarm().await;
    let id = scene.arm(json!({"parameters": {"seconds": 0.01}})).await;
    scene.realm.get(METADATA).await.is_ok();
    scene.has_triggered(&id, 1).await;
}

async fn drip(scene: Scene) {
    scene.once_with(json!({"seconds": 30})).await;
    assert!(keeps_waiting(scene.realm.http.get(scene.realm.url(METADATA))).await);
    let honest = scene.realm.get(METADATA).await.is_ok();

    scene.disarm().await;
    scene.once_with(json!({"seconds": 0})).await;
    assert_eq!(scene.realm.get(METADATA).await.is_ok().body, honest.body);
}

async fn too_many_requests(scene: Scene) {
    scene.once_with(json!({"retry_after": 7})).await;
    let answer = scene.realm.get(METADATA).await.has_status(429);
    answer.clone().has_header("retry-after", "7").is_json();

    scene
        .once_with(json!({"retry_after": 315_360_000, "form": "date"}))
        .await;
    let answer = scene.realm.get(METADATA).await.has_status(429);
    let date = answer.header("retry-after").expect("a date");
    let then = jiff::fmt::rfc2822::parse(date).expect("an HTTP date").timestamp();
    assert!(date.ends_with(" GMT") && then.as_second() > 2_000_000_000, "{date}");
    scene.realm.get(METADATA).await.is_ok();
}

async fn too_many_requests_silent(scene: Scene) {
    scene.once().await;
    scene
        .realm
        .get(METADATA)
        .await
        .has_status(429)
        .lacks_header("retry-after");
    scene.realm.get(METADATA).await.is_ok();
}

async fn unavailable_then_fine(scene: Scene) {
    let id = scene.arm(json!({})).await; // by its name it is over after the first
    let answer = scene.realm.get(METADATA).await.has_status(503);
    answer.has_header("retry-after", "5");
    scene.realm.get(METADATA).await.is_ok();
    scene.has_triggered(&id, 1).await;

    scene.arm(json!({"times": 2})).await;
    scene.realm.get(METADATA).await.has_status(503);
    scene.realm.get(METADATA).await.has_status(503);
    scene.realm.get(METADATA).await.is_ok();
}

async fn any_status(scene: Scene) {
    for (path, form) in [
        ("/oauth/userinfo", "application/json"),
        ("/api/portal/v1/practices", "application/json"),
        ("/login", "text/html"),
        ("/oauth/authorize", "text/html"),
    ] {
        scene.once_with(json!({"status": 418})).await;
        let answer = scene.realm.get(path).await.has_status(418);
        assert_eq!(answer.media_type(), form, "{path}");
        assert_ne!(scene.realm.get(path).await.status, 418, "{path}");
        scene.disarm().await;
    }
}

/// A refresh as it stands on the wire.
fn refresh_on_the_wire(realm: &Realm, form: &[(String, String)]) -> String {
    let form = form.iter().cloned();
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form.chain([
            ("client_id".to_owned(), "demo-client".to_owned()),
            ("client_secret".to_owned(), "demo-secret".to_owned()),
        ]))
        .finish();
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    plain_request(realm, "POST", "/oauth/token", &headers, &body)
}

async fn dropped_before_commit(scene: Scene) {
    let client = scene.realm.demo_client();
    let request = client.request();
    let browser = at_home(&request, "anne").await;
    let code = request.code_in(&called_back(&request, &browser).await);
    let id = scene.once().await;

    let heard = raw(
        &scene.realm,
        &refresh_on_the_wire(&scene.realm, &client.redemption(&code).form),
    )
    .await;

    assert_eq!(heard, b"", "not a byte: {:?}", String::from_utf8_lossy(&heard));
    scene.has_triggered(&id, 1).await;
    client.redeem(&code).await.brings_tokens(); // nothing had been done
}

async fn dropped_after_code_redeemed(scene: Scene) {
    let client = scene.realm.demo_client();
    let request = client.request();
    let browser = at_home(&request, "anne").await;
    let code = request.code_in(&called_back(&request, &browser).await);
    let tokens = Tokens::read(
        client
            .redeem(&request.code_in(&called_back(&request, &browser).await))
            .await,
    );
    let id = scene.once().await;
    Tokens::read(client.refresh(tokens.refresh_token()).await); // not what it waits for

    let heard = raw(
        &scene.realm,
        &refresh_on_the_wire(&scene.realm, &client.redemption(&code).form),
    )
    .await;

    assert_eq!(heard, b"", "not a byte: {:?}", String::from_utf8_lossy(&heard));
    scene.has_triggered(&id, 1).await;
    client.redeem(&code).await.is_refused_with("invalid_grant"); // the code is spent
    let next = request.code_in(&called_back(&request, &browser).await);
    client.redeem(&next).await.brings_tokens();
}

async fn dropped_after_refresh_rotated(scene: Scene) {
    let client = scene.realm.demo_client();
    let tokens = client.tokens_for("anne").await;
    let id = scene.once().await;

    let form = client.refreshing(tokens.refresh_token()).form;
    let heard = raw(&scene.realm, &refresh_on_the_wire(&scene.realm, &form)).await;

    assert_eq!(heard, b"", "not a byte: {:?}", String::from_utf8_lossy(&heard));
    scene.has_triggered(&id, 1).await;
    // It was rotated: within the grace the lost successor comes again, afterwards the token is a thief's.
    let next = Tokens::read(client.refresh(tokens.refresh_token()).await);
    scene.realm.advance("PT2M").await;
    client
        .refresh(tokens.refresh_token())
        .await
        .is_refused_with("invalid_grant");
    client
        .refresh(next.refresh_token())
        .await
        .is_refused_with("invalid_grant");
}

async fn dropped_after_commit(scene: Scene) {
    let realm = realm_with(json!({"seed": "walkthrough"})).await;
    let patient = patient(&realm, "anne").await;
    let slot = patient.slot(crate::portals::mypatientportal::TYPE, 0).await;
    let before = patient.get("/appointments").await.is_ok().json();
    let wish = json!({"fault": scene.fault, "times": 1, "endpoint": "POST /api/portal/v1/booking"});
    super::arm(&realm, wish).await;
    let request = patient.0.request(reqwest::Method::POST, "/api/portal/v1/booking");

    let answer = request.json(&json!({"availability_id": slot})).send().await;

    assert!(answer.is_err(), "the connection ends without an answer: {answer:?}");
    let after = patient.get("/appointments").await.is_ok().json();
    let count = |list: &Value| list["data"].as_array().expect("a list").len();
    assert_eq!(count(&after), count(&before) + 1, "the appointment stands");
    patient.book(&slot).await.has_status(400); // and the slot is gone
}

async fn truncated(scene: Scene) {
    scene.once().await;

    let heard = raw(&scene.realm, &plain_request(&scene.realm, "GET", METADATA, &[], "")).await;

    let heard = String::from_utf8(heard).expect("text");
    let (head, body) = heard.split_once("\r\n\r\n").expect("a head");
    let honest = scene.realm.get(METADATA).await.is_ok();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let promised = format!("content-length: {}", honest.body.len());
    assert!(head.to_lowercase().contains(&promised), "{head}");
    assert_eq!(body.len(), honest.body.len() / 2);
    assert!(honest.text().starts_with(body));
}

async fn idle_connection_closed(scene: Scene) {
    scene.once().await;
    let mut stream = connect(&scene.realm).await;
    let request = plain_request(&scene.realm, "GET", METADATA, &[], "");
    stream.write_all(request.as_bytes()).await.expect("it is written");

    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).await.expect("closed in good order");

    let heard = String::from_utf8(heard).expect("text");
    let (head, body) = heard.split_once("\r\n\r\n").expect("a head");
    assert!(
        !head.to_lowercase().contains("connection: close"),
        "nobody said so: {head}"
    );
    let honest = scene.realm.get(METADATA).await.is_ok();
    assert_eq!(body, honest.text(), "the answer is whole");
}

#[tokio::test]
async fn a_client_sees_a_truncated_answer_as_a_failure() {
    let realm = crate::support::fresh_realm().await;
    super::arm(&realm, json!({"fault": "truncated_answer", "times": 1})).await;

    let response = realm.http.get(realm.url(METADATA)).send().await.expect("a head");

    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err());
    realm.get(METADATA).await.is_ok();
}

#[tokio::test]
async fn a_connection_that_was_cut_takes_no_other_with_it() {
    let realm = crate::support::fresh_realm().await;
    super::arm(&realm, json!({"fault": "dropped_before_commit", "times": 5})).await;

    let calls = (0..25).map(|_| realm.http.get(realm.url("/oauth/discovery/keys")).send());
    let answers = futures_util::future::join_all(calls).await;

    let lost = answers.iter().filter(|answer| answer.is_err()).count();
    assert_eq!(lost, 5);
    assert!(answers.into_iter().flatten().all(|answer| answer.status() == 200));
}

#[tokio::test]
async fn over_tls_a_cut_connection_ends_without_an_answer_too() {
    let emulator = crate::tls::start();
    let realm = emulator.default_realm();
    let wish = json!({"fault": "dropped_after_commit", "times": 1, "endpoint": "token"});
    let id = super::arm(&realm, wish).await;

    let call = realm.demo_service().token_request("client_credentials");
    let call = call.with("scope", "appointment_guest_lookup");
    let request = realm.http.post(realm.url("/oauth/token"));
    let request = request
        .basic_auth("demo-service", Some("demo-service-secret"))
        .form(&call.form);
    let answer = request.send().await;
    assert!(answer.is_err(), "{answer:?}");
    assert_eq!(super::shown(&realm, &id).await["triggered"], 1);

    realm
        .demo_service()
        .client_credentials("appointment_guest_lookup")
        .await
        .brings_tokens();
}

#[tokio::test]
async fn a_browser_that_asks_before_it_asks_is_let_through() {
    let realm = crate::support::fresh_realm().await;
    super::arm(&realm, json!({"fault": "answered_with_status"})).await;
    let request = realm.http.request(reqwest::Method::OPTIONS, realm.url("/oauth/token"));
    let request = request
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST");

    let answer = Answer::to(request).await.is_ok();

    answer.has_header("access-control-allow-origin", "*");
    let refused = realm
        .demo_service()
        .client_credentials("appointment_guest_lookup")
        .await
        .has_status(500);
    refused.has_header("access-control-allow-origin", "*");
}
