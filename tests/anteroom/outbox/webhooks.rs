//! Webhooks: written with their cause, sent after it, tried again by the realm's clock.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, Emulator, Realm, fresh_realm, realm_with, receiver::Receiver};

const WEBHOOKS: &str = "/control/api/outbox/webhooks";

/// A webhook with a body of its own and the wishes of a test.
fn to(url: &str, wishes: Value) -> Value {
    let mut draft = json!({"event": "made", "url": url, "body": "{\"hello\":\"wörld\"}"});
    let members = draft.as_object_mut().unwrap();
    members.extend(wishes.as_object().unwrap().clone());
    draft
}

async fn posted(realm: &Realm, draft: Value) -> String {
    realm.post_json(WEBHOOKS, &draft).await.has_status(201).member("id")
}

async fn look_at(realm: &Realm, id: &str) -> Value {
    realm.get(&format!("{WEBHOOKS}/{id}")).await.is_ok().json()
}

/// Waits until the only webhook of the realm stands so.
async fn stands(realm: &Realm, state: &str) -> Value {
    let webhooks = realm
        .get(&format!("{WEBHOOKS}?state={state}&wait=30"))
        .await
        .is_ok()
        .json();
    let all = webhooks["webhooks"].as_array().unwrap();
    assert_eq!(all.len(), 1, "{state}: {webhooks}");
    all[0]["delivery"].clone()
}

async fn again(realm: &Realm, id: &str) -> Answer {
    realm.post_json(&format!("{WEBHOOKS}/{id}/deliver"), &json!({})).await
}

fn statuses(delivery: &Value) -> Vec<Option<u64>> {
    let attempts = delivery["attempts"].as_array().unwrap();
    attempts.iter().map(|attempt| attempt["status"].as_u64()).collect()
}

#[tokio::test]
async fn a_webhook_arrives_once_exactly_as_it_was_written() {
    let (realm, receiver) = (fresh_realm().await, Receiver::start().await);
    let draft = to(
        &format!("{}/hook?x=1", receiver.url),
        json!({"headers": [{"name": "x-event", "value": "made"}]}),
    );

    let id = posted(&realm, draft).await;

    let delivery = stands(&realm, "delivered").await;
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].path, "/hook?x=1");
    assert_eq!(received[0].body, "{\"hello\":\"wörld\"}");
    assert_eq!(received[0].header("content-type"), Some("application/json"));
    assert_eq!(received[0].header("x-event"), Some("made"));
    assert_eq!(statuses(&delivery), [Some(200)]);
    assert_eq!(look_at(&realm, &id).await["body"], "{\"hello\":\"wörld\"}");
}

#[tokio::test]
async fn a_fixed_signature_is_sent_and_never_shown() {
    let (realm, receiver) = (fresh_realm().await, Receiver::start().await);
    let signature = json!({"header": "x-webhook-signature", "fixed": "agreed-value"});

    let id = posted(&realm, to(&receiver.url, json!({"signature": signature}))).await;

    let received = receiver.has_received(1).await;
    assert_eq!(received[0].header("x-webhook-signature"), Some("agreed-value"));
    let shown = look_at(&realm, &id).await;
    assert_eq!(shown["headers"], json!([{"name": "x-webhook-signature", "value": "…"}]));
    let list = realm.get(WEBHOOKS).await.is_ok().text();
    assert!(!list.contains("agreed-value"), "{list}");
}

#[tokio::test]
async fn an_hmac_is_over_the_body_that_is_sent() {
    let (realm, receiver) = (fresh_realm().await, Receiver::start().await);
    let signature = json!({"header": "x-signature", "hmac_sha256": "Jefe"});
    let draft = to(
        &receiver.url,
        json!({"signature": signature, "body": "what do ya want for nothing?"}),
    );

    posted(&realm, draft).await;

    // RFC 4231 §4.3
    let received = receiver.has_received(1).await;
    assert_eq!(
        received[0].header("x-signature"),
        Some("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    );
}

#[tokio::test]
async fn any_2xx_is_a_success() {
    let (realm, receiver) = (fresh_realm().await, Receiver::start().await);
    receiver.answers(&[204]);

    posted(&realm, to(&receiver.url, json!({"pauses": ["PT1S"]}))).await;

    assert_eq!(statuses(&stands(&realm, "delivered").await), [Some(204)]);
}

#[tokio::test]
async fn what_fails_is_tried_again_when_the_realms_clock_has_gone_on_and_not_before() {
    let (realm, receiver) = (fresh_realm().await, Receiver::start().await);
    receiver.answers_with([(500, "down for a while".to_owned()), (503, String::new())]);
    posted(&realm, to(&receiver.url, json!({"pauses": ["PT10S", "PT1M", "PT5M"]}))).await;

    let first = stands(&realm, "waiting").await;
    assert_eq!(first["next_attempt_at"], "2025-06-02T06:00:10Z");
    assert_eq!(
        first["attempts"][0]["error"],
        "answered 500 Internal Server Error: down for a while"
    );
    realm.advance("PT9S").await;
    assert_eq!(receiver.received().len(), 1);

    realm.advance("PT1S").await;
    receiver.has_received(2).await;
    let second = stands(&realm, "waiting").await;
    assert_eq!(second["next_attempt_at"], "2025-06-02T06:01:10Z");

    realm.advance("PT1M").await;
    let third = stands(&realm, "delivered").await;
    assert_eq!(statuses(&third), [Some(500), Some(503), Some(200)]);
}

#[tokio::test]
async fn a_clock_that_leaps_makes_the_same_tries_as_one_that_walks() {
    let (realm, receiver) = (fresh_realm().await, Receiver::start().await);
    receiver.answers(&[500, 500, 500, 500]);
    posted(&realm, to(&receiver.url, json!({"pauses": ["PT10S", "PT1M"]}))).await;
    stands(&realm, "waiting").await;

    realm.advance("P1D").await;

    let delivery = stands(&realm, "given_up").await;
    assert_eq!(statuses(&delivery), [Some(500), Some(500), Some(500)]);
    assert_eq!(receiver.received().len(), 3);
}

#[tokio::test]
async fn without_pauses_there_is_one_try() {
    let (realm, receiver) = (fresh_realm().await, Receiver::start().await);
    receiver.answers(&[404]);

    posted(&realm, to(&receiver.url, json!({}))).await;

    let delivery = stands(&realm, "given_up").await;
    assert_eq!(statuses(&delivery), [Some(404)]);
    assert_eq!(delivery["next_attempt_at"], Value::Null);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (realm, receiver, elsewhere) = (fresh_realm().await, Receiver::start().await, Receiver::start().await);
    receiver.redirects_to(&elsewhere.url);

    posted(&realm, to(&receiver.url, json!({}))).await;

    assert_eq!(statuses(&stands(&realm, "given_up").await), [Some(307)]);
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn nobody_at_the_address_is_an_error_that_says_so_and_is_tried_again() {
    let realm = fresh_realm().await;
    let nobody = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };

    posted(&realm, to(&nobody, json!({"pauses": ["PT1H"]}))).await;

    let delivery = stands(&realm, "waiting").await;
    let error = delivery["attempts"][0]["error"].as_str().unwrap();
    assert!(error.to_lowercase().contains("refused"), "{error}");
    assert_eq!(delivery["attempts"][0]["status"], Value::Null);
}

#[tokio::test]
async fn a_strangers_address_must_not_lead_to_this_machine() {
    let (realm, receiver) = (fresh_realm().await, Receiver::start().await);
    let by_name = receiver.url.replace("127.0.0.1", "localhost");
    for url in [&receiver.url, &by_name] {
        let draft = to(url, json!({"url_source": "stranger", "pauses": ["PT1S"]}));
        posted(&realm, draft).await;

        let delivery = stands(&realm, "given_up").await;
        let error = delivery["attempts"][0]["error"].as_str().unwrap();
        assert!(error.contains("--allow-private-fetch"), "{error}");
        assert_eq!(delivery["attempts"].as_array().unwrap().len(), 1, "{delivery}");
        realm.delete(WEBHOOKS).await.has_status(204);
    }
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn allow_private_fetch_lets_strangers_addresses_lead_here() {
    let server = Emulator::start(&["--allow-private-fetch"]);
    let (realm, receiver) = (server.default_realm(), Receiver::start().await);

    posted(&realm, to(&receiver.url, json!({"url_source": "stranger"}))).await;

    stands(&realm, "delivered").await;
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn a_webhook_is_delivered_again_when_somebody_asks() {
    let (realm, receiver) = (fresh_realm().await, Receiver::start().await);
    let id = posted(&realm, to(&receiver.url, json!({}))).await;
    stands(&realm, "delivered").await;

    again(&realm, &id).await.has_status(202);

    let received = receiver.has_received(2).await;
    assert_eq!(received[0].body, received[1].body);
    assert_eq!(statuses(&stands(&realm, "delivered").await), [Some(200), Some(200)]);
}

#[tokio::test]
async fn what_was_given_up_has_all_its_tries_before_it_once_it_is_asked_for_again() {
    let (realm, receiver) = (fresh_realm().await, Receiver::start().await);
    receiver.answers(&[500, 500, 500]);
    let id = posted(&realm, to(&receiver.url, json!({"pauses": ["PT1S"]}))).await;
    stands(&realm, "waiting").await;
    realm.advance("PT1S").await;
    stands(&realm, "given_up").await;

    again(&realm, &id).await.has_status(202);

    assert_eq!(
        statuses(&stands(&realm, "waiting").await),
        [Some(500), Some(500), Some(500)]
    );
    realm.advance("PT1S").await;
    stands(&realm, "delivered").await;
}

#[tokio::test]
async fn asking_again_while_it_is_being_sent_sends_nothing_twice() {
    let (realm, receiver) = (fresh_realm().await, Receiver::start().await);
    receiver.holds_back();
    let id = posted(&realm, to(&receiver.url, json!({}))).await;
    receiver.has_received(1).await;

    let asked = futures_util::future::join_all((0..8).map(|_| again(&realm, &id))).await;

    for answer in asked {
        answer.has_status(409);
    }
    receiver.release();
    assert_eq!(statuses(&stands(&realm, "delivered").await), [Some(200)]);
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn asking_again_from_all_sides_at_once_sends_no_two_at_the_same_time() {
    let (realm, receiver) = (fresh_realm().await, Receiver::start().await);
    let id = posted(&realm, to(&receiver.url, json!({}))).await;
    stands(&realm, "delivered").await;
    receiver.holds_back();

    let asked = futures_util::future::join_all((0..8).map(|_| again(&realm, &id))).await;

    let taken = asked.iter().filter(|answer| answer.status == 202).count();
    assert!(taken >= 1, "{asked:?}");
    receiver.has_received(2).await;
    again(&realm, &id).await.has_status(409);
    assert_eq!(receiver.received().len(), 2, "one at a time");
    receiver.release();
    stands(&realm, "delivered").await;
}

#[tokio::test]
async fn what_goes_to_one_address_arrives_in_the_order_it_was_written() {
    let (realm, receiver) = (fresh_realm().await, Receiver::start().await);
    for number in 0..20 {
        posted(&realm, to(&receiver.url, json!({"body": number.to_string()}))).await;
    }

    let received = receiver.has_received(20).await;

    let bodies: Vec<_> = received.iter().map(|one| one.body.clone()).collect();
    let written: Vec<_> = (0..20).map(|number| number.to_string()).collect();
    assert_eq!(bodies, written);
}

/// Many webhooks of one realm whose receivers take the request and never answer.
async fn many_that_hang(realm: &Realm, hanging: &Receiver) {
    hanging.holds_back();
    for number in 0..60 {
        posted(realm, to(&format!("{}/{number}", hanging.url), json!({}))).await;
    }
    hanging.has_received(8).await;
}

#[tokio::test]
async fn a_realm_whose_receivers_hang_does_not_delay_the_webhooks_of_another_realm() {
    let server = Emulator::start(&[]);
    let (attacker, neighbour) = (server.realm(json!({})).await, server.realm(json!({})).await);
    let (hanging, receiver) = (Receiver::start().await, Receiver::start().await);
    many_that_hang(&attacker, &hanging).await;

    posted(&neighbour, to(&receiver.url, json!({}))).await;

    let arrives = tokio::time::timeout(Duration::from_secs(5), receiver.has_received(1)).await;
    assert!(arrives.is_ok(), "without it, an attempt lasts ten seconds");
    hanging.release();
}

#[tokio::test]
async fn the_hanging_receivers_of_a_deleted_realm_are_given_up_at_once() {
    let server = Emulator::start(&[]);
    let (attacker, hanging) = (server.realm(json!({})).await, Receiver::start().await);
    many_that_hang(&attacker, &hanging).await;

    let path = format!("/control/api/realms/{}", attacker.name);
    server.default_realm().delete(&path).await.has_status(204);

    let given_up = tokio::time::timeout(Duration::from_secs(5), hanging.was_given_up(8)).await;
    assert!(given_up.is_ok(), "without it, an attempt lasts ten seconds");
}

#[tokio::test]
async fn an_address_that_hangs_holds_up_no_other_and_a_failure_not_what_comes_after_it() {
    let (realm, hanging, failing) = (fresh_realm().await, Receiver::start().await, Receiver::start().await);
    hanging.holds_back();
    failing.answers(&[500]);
    posted(&realm, to(&hanging.url, json!({}))).await;
    hanging.has_received(1).await;

    posted(&realm, to(&failing.url, json!({"body": "one", "pauses": ["PT1H"]}))).await;
    posted(&realm, to(&failing.url, json!({"body": "two"}))).await;

    let received = failing.has_received(2).await;
    assert_eq!(received[1].body, "two");
    hanging.release();
}

#[tokio::test]
async fn one_page_leads_to_the_next() {
    let realm = fresh_realm().await;
    let receiver = Receiver::start().await;
    for event in ["one", "two", "three", "one"] {
        posted(&realm, to(&receiver.url, json!({"event": event}))).await;
    }
    let events = |answer: Answer| {
        let page = answer.is_ok().json();
        let all = page["webhooks"].as_array().unwrap().clone();
        let names: Vec<_> = all
            .iter()
            .map(|one| one["event"].as_str().unwrap().to_owned())
            .collect();
        (names, page["next"].as_str().map(str::to_owned))
    };

    let (first, next) = events(realm.get(&format!("{WEBHOOKS}?limit=3")).await);
    let (second, end) = events(realm.get(&format!("{WEBHOOKS}?limit=3&after={}", next.unwrap())).await);
    let (ones, _) = events(realm.get(&format!("{WEBHOOKS}?event=one")).await);
    let (elsewhere, _) = events(realm.get(&format!("{WEBHOOKS}?url=http://example.com/")).await);

    assert_eq!(first, ["one", "two", "three"]);
    assert_eq!((second, end), (vec!["one".to_owned()], None));
    assert_eq!(ones, ["one", "one"]);
    assert!(elsewhere.is_empty());
}

#[tokio::test]
async fn what_could_never_be_sent_is_refused_before_it_is_written() {
    let realm = fresh_realm().await;
    for wishes in [
        json!({"url": "ftp://example.com/"}),
        json!({"url": "http://anne:secret@example.com/"}),
        json!({"url": "/hook"}),
        json!({"headers": [{"name": "x event", "value": "made"}]}),
        json!({"headers": [{"name": "x-event", "value": "two\nlines"}]}),
        json!({"headers": [{"name": "x-event", "value": "a", "shown": true}]}),
        json!({"signature": {"header": "x-signature"}}),
        json!({"signature": {"header": "x-signature", "fixed": "a", "hmac_sha256": "b"}}),
        json!({"url_source": "friend"}),
        json!({"pauses": ["-PT1S"]}),
        json!({"pauses": vec!["PT1S"; 21]}),
        json!({"retries": 3}),
        json!({"body": {"hello": "world"}}),
    ] {
        realm
            .post_json(WEBHOOKS, &to("http://127.0.0.1:9/", wishes))
            .await
            .has_status(400);
    }
    let webhooks = realm.get(WEBHOOKS).await.is_ok().json();
    assert_eq!(webhooks["webhooks"], json!([]));
}

#[tokio::test]
async fn a_webhook_nobody_wrote_is_not_there() {
    let (realm, other) = (fresh_realm().await, fresh_realm().await);
    let receiver = Receiver::start().await;
    let id = posted(&other, to(&receiver.url, json!({}))).await;

    for id in ["nothing", &id, "%00", "%ff"] {
        realm.get(&format!("{WEBHOOKS}/{id}")).await.has_status(404);
        again(&realm, id).await.has_status(404);
    }
    realm.get(&format!("{WEBHOOKS}?after={id}")).await.has_status(404);
}

#[tokio::test]
async fn a_cleared_webhook_is_not_tried_again() {
    let (realm, receiver) = (fresh_realm().await, Receiver::start().await);
    receiver.answers(&[500]);
    posted(&realm, to(&receiver.url, json!({"pauses": ["PT1S"]}))).await;
    stands(&realm, "waiting").await;

    realm.delete(WEBHOOKS).await.has_status(204);
    realm.advance("PT1H").await;

    let seen = posted(&realm, to(&receiver.url, json!({"body": "later"}))).await;
    let received = receiver.has_received(2).await;
    assert_eq!(received[1].body, "later");
    let webhooks = realm.get(WEBHOOKS).await.is_ok().json();
    assert_eq!(webhooks["webhooks"].as_array().map(Vec::len), Some(1));
    assert_eq!(webhooks["webhooks"][0]["id"], seen.as_str());
}

#[tokio::test]
async fn a_server_that_starts_again_delivers_what_was_left() {
    let mut server = Emulator::start(&[]);
    let (realm, receiver) = (server.default_realm(), Receiver::start().await);
    receiver.answers(&[500]);
    let frozen = json!({"frozen": true});
    realm.turn_clock(frozen).await.is_ok();
    posted(&realm, to(&receiver.url, json!({"pauses": ["PT1H"]}))).await;
    stands(&realm, "waiting").await;

    assert_eq!(server.stop(), Some(0));
    server.start_again();

    let realm = server.default_realm();
    realm.advance("PT1H").await;
    stands(&realm, "delivered").await;
    assert_eq!(receiver.received().len(), 2);
}

#[tokio::test]
async fn two_processes_deliver_each_webhook_once() {
    let server = Emulator::start(&[]);
    let (_second, address) = server.beside();
    let receiver = Receiver::start().await;
    let first = server.default_realm();
    let second = Realm::at(&address, "default", first.http.clone());

    let drafts = (0..40).map(|number| {
        let through = if number % 2 == 0 { &first } else { &second };
        let url = format!("{}/{}", receiver.url, number % 5);
        async move { posted(through, to(&url, json!({"body": number.to_string()}))).await }
    });
    futures_util::future::join_all(drafts).await;

    receiver.has_received(40).await;
    loop {
        let rest = first.get(&format!("{WEBHOOKS}?state=due")).await.is_ok().json();
        if rest["webhooks"].as_array().is_some_and(Vec::is_empty) {
            break;
        }
    }
    let mut bodies: Vec<u32> = receiver
        .received()
        .iter()
        .map(|one| one.body.parse().unwrap())
        .collect();
    bodies.sort_unstable();
    assert_eq!(bodies, (0..40).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_realm_with_a_running_clock_tries_again_by_itself() {
    let realm = realm_with(json!({"clock": {"now": crate::support::emulator::START}})).await;
    let receiver = Receiver::start().await;
    receiver.answers(&[500]);

    posted(&realm, to(&receiver.url, json!({"pauses": ["PT0.1S"]}))).await;

    assert_eq!(statuses(&stands(&realm, "delivered").await), [Some(500), Some(200)]);
}
