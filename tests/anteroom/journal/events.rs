//! `GET /control/events`: what happens, as it happens.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, Emulator, Realm, fresh_realm};

/// How long an event may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody who listens.
pub struct Listener {
    response: reqwest::Response,
    unread: String,
}

/// One event.
#[derive(Debug)]
pub struct Event {
    pub id: String,
    pub kind: String,
    pub data: Value,
}

impl Listener {
    pub async fn begin(realm: &Realm, query: &str, last_event_id: Option<&str>) -> Self {
        let mut request = realm.http.get(realm.url(&format!("/control/events{query}")));
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut listener = Self {
            response,
            unread: String::new(),
        };
        let first = listener.next().await.expect("a first event");
        assert_eq!(first.kind, "listening");
        listener
    }

    /// The next event; `None` where the stream has ended.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.unread.split_once("\n\n") {
                let event = event.to_owned();
                self.unread = rest.to_owned();
                if event.starts_with(':') {
                    continue; // a comment that keeps the connection alive
                }
                return Some(parse(&event));
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk())
                .await
                .expect("something within patience");
            let chunk = chunk.ok().flatten()?;
            self.unread
                .push_str(std::str::from_utf8(&chunk).expect("events are text"));
        }
    }

    pub async fn is_told(&mut self) -> Event {
        self.next().await.expect("the stream goes on")
    }
}

fn parse(event: &str) -> Event {
    let field = |name: &str| {
        let line = event.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {event}"))
            .trim_start()
            .to_owned()
    };
    Event {
        id: field("id:"),
        kind: field("event:"),
        data: serde_json::from_str(&field("data:")).expect("JSON"),
    }
}

async fn write_message(realm: &Realm, recipient: &str) {
    let message = json!({"recipient": recipient, "subject": "Hello", "body": "Hello"});
    realm.post_json("/control/api/outbox", &message).await.has_status(201);
}

#[tokio::test]
async fn events_of_exchanges_messages_and_the_clock_are_sent_in_order() {
    let realm = fresh_realm().await;
    let mut listener = Listener::begin(&realm, "", None).await;

    realm.get("/oauth/userinfo").await.has_status(401);
    let exchange = listener.is_told().await;
    write_message(&realm, "anne@example.com").await;
    let message = listener.is_told().await;
    realm.advance("PT1H").await;
    let clock = listener.is_told().await;

    assert_eq!(exchange.kind, "exchange");
    assert_eq!(exchange.data["endpoint"], "userinfo");
    assert_eq!(
        (&exchange.data["status"], &exchange.data["refused"]),
        (&json!(401), &json!("invalid_token"))
    );
    assert_eq!(
        (message.kind.as_str(), &message.data["recipient"]),
        ("message", &json!("anne@example.com"))
    );
    assert_eq!(
        (clock.kind.as_str(), &clock.data["now"]),
        ("clock", &json!("2025-06-02T07:00:00Z"))
    );
}

#[tokio::test]
async fn a_client_that_reconnects_continues_after_its_last_event() {
    let realm = fresh_realm().await;
    let mut listener = Listener::begin(&realm, "", None).await;
    realm.discovery().await;
    let seen = listener.is_told().await;
    drop(listener);
    realm.get("/oauth/userinfo").await.has_status(401);
    write_message(&realm, "ben@example.com").await;

    let mut again = Listener::begin(&realm, "", Some(&seen.id)).await;

    let (exchange, message) = (again.is_told().await, again.is_told().await);
    assert_eq!(exchange.data["endpoint"], "userinfo");
    assert_eq!(message.data["recipient"], "ben@example.com");
    assert_ne!(message.id, seen.id);
}

#[tokio::test]
async fn events_can_be_filtered_by_kind() {
    let realm = fresh_realm().await;
    let mut listener = Listener::begin(&realm, "?only=message", None).await;

    realm.discovery().await;
    realm.advance("PT1H").await;
    write_message(&realm, "anne@example.com").await;

    assert_eq!(listener.is_told().await.kind, "message");
}

#[tokio::test]
async fn events_are_not_sent_to_other_realms() {
    let (realm, neighbour) = (fresh_realm().await, fresh_realm().await);
    let mut listener = Listener::begin(&neighbour, "", None).await;

    realm.discovery().await;
    realm.advance("PT1H").await;
    write_message(&realm, "anne@example.com").await;
    neighbour.get("/oauth/userinfo").await.has_status(401);

    assert_eq!(listener.is_told().await.data["endpoint"], "userinfo");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let realm = fresh_realm().await;
    for query in ["?only=messages", "?only=", "?kind=message"] {
        realm.get(&format!("/control/events{query}")).await.has_status(400);
    }
    for id in ["x", "1", "1-", "-1"] {
        let request = realm.http.get(realm.url("/control/events")).header("last-event-id", id);
        Answer::to(request).await.has_status(400);
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_realm() {
    let realm = fresh_realm().await;
    let mut listener = Listener::begin(&realm, "", None).await;

    let control = format!("{}/control/api/realms/{}", realm.host(), realm.name);
    Answer::to(realm.http.delete(&control)).await.has_status(204);

    assert!(listener.next().await.is_none());
}

#[tokio::test]
async fn a_stream_outlives_the_time_a_request_may_take_and_ends_with_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = folder.path().join("anteroom.toml");
    std::fs::write(&settings, "[limits]\nrequest_timeout = \"500ms\"\n").expect("it is written");
    let mut emulator = Emulator::start(&["--config", settings.to_str().expect("a path is text")]);
    let realm = emulator.default_realm();
    let mut listener = Listener::begin(&realm, "", None).await;

    // A request that waits is given up in time; the stream is no such request.
    realm.get("/control/api/exchanges?wait=30").await.has_status(503);
    realm.discovery().await;
    assert_eq!(listener.is_told().await.kind, "exchange");
    assert_eq!(emulator.stop(), Some(0));

    assert!(listener.next().await.is_none());
}
