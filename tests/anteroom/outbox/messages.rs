//! Messages as the control API shows them. How they travel is in `mail.rs`.

use serde_json::{Value, json};

use crate::support::{Realm, fresh_realm};

const OUTBOX: &str = "/control/api/outbox";

async fn written(realm: &Realm, wishes: Value) -> String {
    let mut draft = json!({"recipient": "anne@example.com", "subject": "Grüße", "body": "Guten Tag"});
    let members = draft.as_object_mut().unwrap();
    members.extend(wishes.as_object().unwrap().clone());
    realm.post_json(OUTBOX, &draft).await.has_status(201).member("id")
}

async fn subjects(realm: &Realm, query: &str) -> Vec<String> {
    let outbox = realm.get(&format!("{OUTBOX}?{query}")).await.is_ok().json();
    let messages = outbox["messages"].as_array().unwrap().clone();
    messages
        .iter()
        .map(|message| message["subject"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_message_is_read_as_json_as_text_and_as_a_document() {
    let realm = fresh_realm().await;
    let id = written(&realm, json!({"html": "<p>Guten <b>Tag</b></p>"})).await;

    let message = realm.get(&format!("{OUTBOX}/{id}")).await.is_ok().json();
    let text = realm.get(&format!("{OUTBOX}/{id}/text")).await.is_ok();
    let html = realm.get(&format!("{OUTBOX}/{id}/html")).await.is_ok();

    assert_eq!(message["subject"], "Grüße");
    assert_eq!(message["delivery"], json!({"state": "kept", "attempts": []}));
    assert_eq!(message["written_at"], "2025-06-02T06:00:00Z");
    assert_eq!(text.text(), "Guten Tag");
    assert_eq!(html.text(), "<p>Guten <b>Tag</b></p>");
    text.has_header("content-type", "text/plain; charset=utf-8");
    html.has_header("content-type", "text/html; charset=utf-8");
}

#[tokio::test]
async fn a_messages_document_runs_loads_and_sends_nothing() {
    let realm = fresh_realm().await;
    let id = written(&realm, json!({"html": "<script>alert(1)</script>"})).await;

    let html = realm.get(&format!("{OUTBOX}/{id}/html")).await.is_ok();

    let policy = html.header("content-security-policy").unwrap();
    for rule in ["default-src 'none'", "form-action 'none'", "sandbox"] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(
        !policy.contains("allow-scripts") && !policy.contains("allow-same-origin"),
        "{policy}"
    );
    html.has_header("x-content-type-options", "nosniff");
}

#[tokio::test]
async fn a_message_of_text_only_has_no_document() {
    let realm = fresh_realm().await;
    let id = written(&realm, json!({})).await;

    realm.get(&format!("{OUTBOX}/{id}/html")).await.has_status(404);
    realm.get(&format!("{OUTBOX}/{id}/text")).await.is_ok();
}

#[tokio::test]
async fn messages_are_found_by_recipient_reason_channel_and_state() {
    let realm = fresh_realm().await;
    written(&realm, json!({"subject": "one"})).await;
    written(&realm, json!({"subject": "two", "recipient": "ben@example.com"})).await;

    assert_eq!(subjects(&realm, "recipient=ben%40example.com").await, ["two"]);
    assert_eq!(subjects(&realm, "reason=control_api.by_hand").await, ["one", "two"]);
    assert!(subjects(&realm, "reason=asap_list.earlier_slot").await.is_empty());
    assert_eq!(subjects(&realm, "channel=email&state=kept").await, ["one", "two"]);
    assert!(subjects(&realm, "channel=sms").await.is_empty());
    assert!(subjects(&realm, "state=delivered").await.is_empty());
    for wrong in ["channel=pigeon", "state=lost", "limit=0", "to=anne", "wait=soon"] {
        realm.get(&format!("{OUTBOX}?{wrong}")).await.has_status(400);
    }
}

#[tokio::test]
async fn pages_follow_one_another_without_a_gap() {
    let realm = fresh_realm().await;
    for number in 1..=5 {
        written(&realm, json!({"subject": number.to_string()})).await;
    }

    let mut seen = Vec::new();
    let mut query = "limit=2".to_owned();
    loop {
        let page = realm.get(&format!("{OUTBOX}?{query}")).await.is_ok().json();
        let messages = page["messages"].as_array().unwrap();
        seen.extend(
            messages
                .iter()
                .map(|message| message["subject"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => query = format!("limit=2&after={next}"),
            None => break,
        }
    }

    assert_eq!(seen, ["1", "2", "3", "4", "5"]);
}

#[tokio::test]
async fn reading_on_misses_nothing_while_messages_are_written_from_all_sides() {
    const MESSAGES: usize = 60;
    let realm = fresh_realm().await;
    let first = written(&realm, json!({"subject": "first"})).await;
    let writers = (0..MESSAGES).map(|number| {
        let realm = realm.clone();
        tokio::spawn(async move { written(&realm, json!({"subject": number.to_string()})).await })
    });
    let writers: Vec<_> = writers.collect();

    let mut seen = Vec::new();
    let mut last = first;
    while seen.len() < MESSAGES {
        let page = realm
            .get(&format!("{OUTBOX}?after={last}&wait=30"))
            .await
            .is_ok()
            .json();
        for message in page["messages"].as_array().unwrap() {
            last = message["id"].as_str().unwrap().to_owned();
            seen.push(last.clone());
        }
    }

    let mut ids = Vec::new();
    for writer in writers {
        ids.push(writer.await.unwrap());
    }
    ids.sort();
    seen.sort();
    assert_eq!(seen, ids);
}

#[tokio::test]
async fn a_cleared_outbox_is_empty_and_no_other_realms_is() {
    let (realm, other) = (fresh_realm().await, fresh_realm().await);
    let id = written(&realm, json!({})).await;
    written(&other, json!({"subject": "stays"})).await;

    realm.delete(OUTBOX).await.has_status(204);

    assert!(subjects(&realm, "").await.is_empty());
    assert_eq!(subjects(&other, "").await, ["stays"]);
    realm.get(&format!("{OUTBOX}/{id}")).await.has_status(404);
    written(&realm, json!({"subject": "new"})).await;
    assert_eq!(subjects(&realm, "").await, ["new"]);
}

#[tokio::test]
async fn where_no_mail_server_is_configured_a_message_cannot_be_delivered() {
    let realm = fresh_realm().await;
    let id = written(&realm, json!({})).await;

    let answer = realm.post_json(&format!("{OUTBOX}/{id}/deliver"), &json!({})).await;

    let answer = answer.has_status(409);
    assert!(answer.text().contains("--smtp"), "{answer}");
}

#[tokio::test]
async fn a_message_of_another_realm_or_of_nobody_is_not_there() {
    let (realm, other) = (fresh_realm().await, fresh_realm().await);
    let id = written(&other, json!({})).await;

    for id in ["nothing", &id, "%00", "%ff"] {
        for form in ["", "/text", "/html"] {
            realm.get(&format!("{OUTBOX}/{id}{form}")).await.has_status(404);
        }
        realm
            .post_json(&format!("{OUTBOX}/{id}/deliver"), &json!({}))
            .await
            .has_status(404);
    }
    realm.get(&format!("{OUTBOX}?after={id}")).await.has_status(404);
}

#[tokio::test]
async fn a_draft_that_is_no_message_is_refused() {
    let realm = fresh_realm().await;
    for draft in [
        json!({}),
        json!({"recipient": "anne", "subject": "a", "body": "b"}),
        json!({"recipient": "anne@example.com", "subject": "a"}),
        json!({"recipient": "anne@example.com", "subject": "a", "body": "b", "reason": "mine"}),
        json!({"recipient": "anne@example.com", "subject": 1, "body": "b"}),
        json!({"recipient": "anne@example.com", "subject": "a\u{0}", "body": "b"}),
    ] {
        realm.post_json(OUTBOX, &draft).await.has_status(400);
    }
    assert!(subjects(&realm, "").await.is_empty());
}
