//! What is recorded, and what is not.

use std::collections::HashSet;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{ask, exchanges, header, last, text};
use crate::support::{Answer, ClientApp, Emulator, fresh_realm, hang_up::hang_up};

#[tokio::test]
async fn the_control_api_probes_and_assets_are_not_recorded() {
    let realm = fresh_realm().await;
    let page = realm.get("/login").await.text();
    let stylesheet = page
        .split('"')
        .find(|part| part.starts_with("/assets/"))
        .expect("a stylesheet");
    for path in [
        "/control",
        "/control/api/clock",
        "/control/api/exchanges",
        "/control/nothing",
        "/api-docs/swagger-ui.css",
    ] {
        realm.get(path).await;
    }
    for path in ["/healthz", "/readyz", stylesheet] {
        realm.get(&format!("{}{path}", realm.host())).await.is_ok();
    }
    realm.get("/oauth/userinfo").await;

    let recorded: Vec<String> = exchanges(&realm, "")
        .await
        .iter()
        .map(|exchange| text(&exchange["request"], "path").to_owned())
        .collect();

    assert_eq!(recorded, ["/login", "/oauth/userinfo"]);
}

#[tokio::test]
async fn a_realm_sees_nothing_of_another() {
    let (realm, neighbour) = (fresh_realm().await, fresh_realm().await);
    realm.discovery().await;
    let id = text(&last(&realm, "").await, "id").to_owned();

    assert_eq!(exchanges(&neighbour, "").await, [] as [Value; 0]);
    neighbour
        .get(&format!("/control/api/exchanges/{id}"))
        .await
        .has_status(404);
    neighbour.get(&format!("/control/exchanges/{id}")).await.has_status(404);
    Answer::to(neighbour.http.delete(neighbour.url("/control/api/exchanges")))
        .await
        .has_status(204);
    assert_eq!(exchanges(&realm, "").await.len(), 1);
}

#[tokio::test]
async fn an_exchange_says_who_asked_what_when_and_what_came_back() {
    let realm = fresh_realm().await;

    realm
        .demo_service()
        .client_credentials("appointment_guest_lookup")
        .await
        .is_ok();

    let exchange = last(&realm, "").await;
    assert_eq!(exchange["sequence"], 1);
    assert_eq!(exchange["started_at"], "2025-06-02T06:00:00Z");
    assert!(
        exchange["milliseconds"].as_f64().is_some_and(|time| time > 0.0),
        "{exchange}"
    );
    assert_eq!(exchange["endpoint"], "token");
    assert_eq!(exchange["client_id"], "demo-service");
    assert_eq!(exchange["user"], Value::Null);
    assert_eq!(exchange["request"]["method"], "POST");
    assert_eq!(exchange["request"]["path"], "/oauth/token");
    assert_eq!(
        exchange["request"]["body"]["text"],
        "grant_type=client_credentials&scope=appointment_guest_lookup"
    );
    assert_eq!(
        header(&exchange["request"], "authorization"),
        Some("Basic demo-service:…")
    );
    assert_eq!(exchange["response"]["status"], 200);
    assert_eq!(header(&exchange["response"], "cache-control"), Some("no-store"));
    assert!(text(&exchange["response"]["body"], "text").contains(r#""token_type":"Bearer""#));
    assert!(exchange.get("refusal").is_none() && exchange.get("ending").is_none());
    let alone = realm
        .get(&format!("/control/api/exchanges/{}", text(&exchange, "id")))
        .await
        .is_ok();
    assert_eq!(alone.json(), exchange);
}

#[tokio::test]
async fn signed_tokens_are_shown_decoded_and_without_their_signature() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().tokens_for("anne").await;

    let exchange = last(&realm, "endpoint=token").await;

    let jwt = &exchange["jwts"][0];
    assert_eq!(jwt["found_in"], "id_token");
    assert_eq!(jwt["header"]["alg"], "RS256");
    assert_eq!(jwt["claims"]["iss"], realm.issuer);
    assert_eq!(jwt["claims"]["nonce"], "n-0S6_WzA2Mj");
    let signature = tokens.id_token().rsplit('.').next().expect("a signature");
    assert!(!exchange.to_string().contains(signature), "{exchange}");
}

#[tokio::test]
async fn an_id_token_that_is_sent_as_a_hint_is_decoded_too() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let tokens = client.tokens_for("anne").await;

    client.request().with("id_token_hint", tokens.id_token()).answer().await;

    let exchange = last(&realm, "endpoint=authorize").await;
    assert_eq!(exchange["jwts"][0]["found_in"], "id_token_hint");
    assert_eq!(exchange["jwts"][0]["claims"]["aud"], "demo-client");
}

#[tokio::test]
async fn filters_narrow_and_unknown_ones_are_refused() {
    let realm = fresh_realm().await;
    realm
        .demo_service()
        .client_credentials("appointment_guest_lookup")
        .await
        .is_ok();
    realm.demo_client().client_credentials("nonsense").await.has_status(400);
    realm.get("/oauth/userinfo").await.has_status(401);
    realm.get("/login").await.is_ok();
    let count = async |query: &str| exchanges(&realm, query).await.len();

    assert_eq!(count("endpoint=token").await, 2);
    assert_eq!(count("endpoint=%2Foauth%2Ftoken").await, 2);
    assert_eq!(count("endpoint=%2Foauth").await, 3);
    assert_eq!(count("endpoint=%2Foau").await, 0);
    assert_eq!(count("client_id=demo-client").await, 1);
    assert_eq!(count("refused=true").await, 2);
    assert_eq!(count("refused=false").await, 2);
    assert_eq!(count("status=4xx").await, 2);
    assert_eq!(count("status=401").await, 1);
    assert_eq!(count("method=get").await, 2);
    assert_eq!(count("user=anne").await, 0);
    assert_eq!(count("fault=unknown").await, 0);
    assert_eq!(count("refused=true&endpoint=token&client_id=demo-service").await, 0);
    assert_eq!(count("after=2").await, 2);
    let page = exchanges(&realm, "after=1&limit=2").await;
    assert_eq!((&page[0]["sequence"], &page[1]["sequence"]), (&json!(2), &json!(3)));
    assert_eq!(exchanges(&realm, "limit=1").await[0]["sequence"], 4);
    for wrong in [
        "client=x",
        "status=teapot",
        "refused=maybe",
        "limit=0",
        "wait=later",
        "after=-1",
        "expect=1",
    ] {
        ask(&realm, wrong).await.has_status(400);
    }
}

#[tokio::test]
async fn counting_says_whether_it_is_as_many_as_expected() {
    let realm = fresh_realm().await;
    realm.discovery().await;
    realm.discovery().await;
    let count = async |query: &str| realm.get(&format!("/control/api/exchanges/count?{query}")).await;

    assert_eq!(
        count("endpoint=discovery").await.is_ok().json(),
        json!({"count": 2, "dropped": 0})
    );
    count("endpoint=discovery&expect=2").await.is_ok();
    count("endpoint=token&expect=0").await.is_ok();
    let problem = count("endpoint=discovery&expect=3").await.has_status(409);
    assert_eq!(problem.json()["detail"], "3 exchanges were expected, but there are 2");
    count("expect=many").await.has_status(400);
    count("wait=1").await.has_status(400);
}

#[tokio::test]
async fn a_hundred_requests_at_once_are_all_recorded_and_each_once() {
    let realm = fresh_realm().await;
    let ask = async |number: u32| {
        let path = format!("/oauth/token?number={number}");
        realm.post(&path, &[("grant_type", "nothing")]).await.has_status(400)
    };

    join_all((0..100).map(ask)).await;

    let all = exchanges(&realm, "").await;
    let of = |name: &str| {
        all.iter()
            .map(|exchange| exchange[name].to_string())
            .collect::<HashSet<_>>()
    };
    let queries: HashSet<_> = all
        .iter()
        .map(|exchange| exchange["request"]["query"].to_string())
        .collect();
    assert_eq!(all.len(), 100);
    assert_eq!((of("sequence").len(), of("id").len(), queries.len()), (100, 100, 100));
    let in_order: Vec<u64> = all
        .iter()
        .filter_map(|exchange| exchange["sequence"].as_u64())
        .collect();
    assert_eq!(in_order, (1..=100).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_client_that_disconnects_is_recorded_as_gone() {
    let realm = fresh_realm().await;
    let form = [("username", "nobody"), ("password", "wrong")].map(|(name, value)| (name.to_owned(), value.to_owned()));

    // The password is hashed meanwhile. On a busy machine the connection may be gone before its body was read.
    let mut recorded = Vec::new();
    for _ in 0..30 {
        hang_up(&realm, "/login", &form, None).await;
        recorded = exchanges(&realm, "endpoint=login&wait=1").await;
        recorded.retain(|exchange| !exchange["request"]["body"].is_null());
        if !recorded.is_empty() {
            break;
        }
    }

    let exchange = &recorded[0];
    assert_eq!(exchange["response"], Value::Null, "{exchange}");
    assert_eq!(exchange["ending"], "the client closed the connection before the answer");
    assert_eq!(exchange["request"]["body"]["text"], "username=nobody&password=…");
}

#[tokio::test]
async fn what_nobody_dressed_is_recorded_as_it_went_out() {
    let realm = fresh_realm().await;

    realm.post("/oauth/authorize/continue", &[]).await.has_status(405);

    let wrong_method = last(&realm, "").await;
    assert_eq!(wrong_method["response"]["status"], 405);
    assert_eq!(wrong_method["refusal"]["code"], "invalid_request");
    assert!(text(&wrong_method["response"]["body"], "text").contains("</html>"));
}

#[tokio::test]
async fn with_the_switch_off_nothing_is_recorded_and_no_error_points_there() {
    let emulator = Emulator::start(&["--journal=false"]);
    let realm = emulator.realm(json!({})).await;
    let refused = ClientApp::new(&realm, "nobody", None)
        .client_credentials("openid")
        .await;

    assert_eq!(exchanges(&realm, "").await, [] as [Value; 0]);
    assert!(refused.json().get("error_uri").is_none(), "{refused}");
}

#[tokio::test]
async fn a_deleted_realm_takes_its_journal_along() {
    let realm = fresh_realm().await;
    realm.discovery().await;
    let control = format!("{}/control/api/realms/{}", realm.host(), realm.name);
    Answer::to(realm.http.delete(&control)).await.has_status(204);

    let again = Emulator::shared().realm(json!({"name": realm.name})).await;

    assert_eq!(exchanges(&again, "").await, [] as [Value; 0]);
}
