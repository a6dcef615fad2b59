//! `anteroom outbox …`

use serde_json::{Value, json};

use super::{rows, typed};
use crate::support::{Realm, fresh_realm};

/// Writes a letter by hand; its id.
async fn write(realm: &Realm, recipient: &str) -> String {
    let message =
        json!({"recipient": recipient, "subject": "Hello", "body": "First line\nSecond line", "html": "<p>Hi</p>"});
    realm
        .post_json("/control/api/outbox", &message)
        .await
        .has_status(201)
        .member("id")
}

async fn messages(realm: &Realm) -> Vec<Value> {
    let all = realm.get("/control/api/outbox").await.is_ok().json();
    all["messages"].as_array().cloned().expect("a list")
}

#[tokio::test]
async fn messages_are_listed_and_read() {
    let realm = fresh_realm().await;
    let id = write(&realm, "anne@example.com").await;
    write(&realm, "ben@example.com").await;

    let table = typed(&realm, &["outbox", "list", "--recipient", "anne@example.com"])
        .await
        .does();
    let rows = rows(&table);
    assert_eq!(rows[0][..4], ["ID", "WRITTEN", "RECIPIENT", "SUBJECT"], "{table}");
    assert_eq!(
        (rows.len(), rows[1][0], rows[1][2]),
        (2, id.as_str(), "anne@example.com"),
        "{table}"
    );

    let message = typed(&realm, &["outbox", "show", &id]).await.does();
    assert!(
        message.contains("anne@example.com") && message.ends_with("\n\nFirst line\nSecond line\n"),
        "{message}"
    );
    assert_eq!(
        typed(&realm, &["outbox", "show", &id, "--html"]).await.does(),
        "<p>Hi</p>"
    );
    let whole = typed(&realm, &["outbox", "list", "--json"]).await.json();
    assert_eq!(whole["messages"], Value::Array(messages(&realm).await));
}

#[tokio::test]
async fn a_wait_ends_with_the_message_or_with_patience() {
    let realm = fresh_realm().await;

    let (said, _) = tokio::join!(
        typed(
            &realm,
            &["outbox", "wait", "--recipient", "anne@example.com", "--for", "60s"]
        ),
        async {
            write(&realm, "ben@example.com").await;
            write(&realm, "anne@example.com").await
        }
    );

    assert!(said.does().contains("anne@example.com"));
    let said = typed(&realm, &["outbox", "wait", "--recipient", "nobody", "--for", "50ms"]).await;
    assert!(said.comes_to_nothing().contains("nothing came within 50ms"));
}

#[tokio::test]
async fn everything_is_cleared_at_once() {
    let realm = fresh_realm().await;
    write(&realm, "anne@example.com").await;

    typed(&realm, &["outbox", "clear"]).await.does();

    assert!(messages(&realm).await.is_empty());
    assert_eq!(typed(&realm, &["outbox", "list"]).await.does(), "");
}

#[tokio::test]
async fn webhooks_are_a_list_of_their_own() {
    let realm = fresh_realm().await;
    // Nobody listens at port 1, and nothing is tried again.
    let webhook = json!({"event": "thing.made", "url": "http://127.0.0.1:1/hook", "body": "{}"});
    let webhook = realm
        .post_json("/control/api/outbox/webhooks", &webhook)
        .await
        .has_status(201);
    let id = webhook.member("id");

    let said = typed(
        &realm,
        &[
            "outbox",
            "wait",
            "--webhook",
            "--event",
            "thing.made",
            "--state",
            "given_up",
        ],
    )
    .await
    .does();
    assert!(said.contains(&id) && said.contains("http://127.0.0.1:1/hook"), "{said}");
    assert_eq!(typed(&realm, &["outbox", "list"]).await.does(), "");
    let shown = typed(&realm, &["outbox", "show", &id, "--webhook", "--json"])
        .await
        .json();
    assert_eq!(shown["id"], id.as_str());
    assert!(
        typed(&realm, &["outbox", "deliver", &id, "--webhook"])
            .await
            .does()
            .contains("is due")
    );

    typed(&realm, &["outbox", "clear", "--webhook"]).await.does();
    assert_eq!(typed(&realm, &["outbox", "list", "--webhook"]).await.does(), "");
}

#[tokio::test]
async fn a_message_does_not_steer_the_terminal() {
    let realm = fresh_realm().await;
    let message = json!({"recipient": "anne@example.com", "subject": "\u{1b}]0;mine\u{7}", "body": "\u{1b}[2Jgone\r"});
    let answer = realm.post_json("/control/api/outbox", &message).await;
    if answer.status != 201 {
        return; // refused even earlier
    }
    let id = answer.member("id");

    for words in [&["outbox", "list"][..], &["outbox", "show", &id]] {
        let said = typed(&realm, words).await.does();
        assert!(!said.contains(['\u{1b}', '\u{7}', '\r']), "{said:?}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_not_to_be_there() {
    let realm = fresh_realm().await;

    for words in [
        &["outbox", "show", "nothing"][..],
        &["outbox", "show", "nothing", "--webhook"],
        &["outbox", "deliver", "nothing"],
        &["outbox", "list", "--after", "nothing"],
        &["outbox", "list", "--state", "lost"],
        &["outbox", "show", "../clock"],
    ] {
        typed(&realm, words).await.comes_to_nothing();
    }
    for words in [
        &["outbox", "show"][..],
        &["outbox", "show", ".."],
        &["outbox", "show", ""],
        &["outbox", "wait", "--for", "long"],
        &["outbox", "list", "--limit", "all"],
        &["outbox", "list", "--event", "x"],
        &["outbox", "list", "--webhook", "--recipient", "x"],
    ] {
        typed(&realm, words).await.is_misunderstood();
    }
}
