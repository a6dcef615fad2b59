//! `anteroom fault …`

use super::{rows, typed};
use crate::support::{Realm, fresh_realm};

async fn armed(realm: &Realm) -> Vec<serde_json::Value> {
    let all = realm.get("/control/api/faults").await.is_ok().json();
    all["faults"].as_array().cloned().expect("a list")
}

#[tokio::test]
async fn a_fault_is_armed_bites_and_is_disarmed() {
    let realm = fresh_realm().await;
    let words = [
        "fault",
        "arm",
        "answered_with_status",
        "--endpoint",
        "token",
        "--times",
        "1",
        "--set",
        "status=503",
    ];

    let id = typed(&realm, &words).await.does();

    let id = id.trim_end();
    let service = realm.demo_service();
    service
        .client_credentials("appointment_guest_lookup")
        .await
        .has_status(503);
    service
        .client_credentials("appointment_guest_lookup")
        .await
        .brings_tokens();
    let table = typed(&realm, &["fault", "list"]).await.does();
    let table = rows(&table);
    assert_eq!(table[1][..2], [id, "answered_with_status"], "{table:?}");
    assert_eq!(table[1].last(), Some(&"1"), "triggered: {table:?}");

    typed(&realm, &["fault", "disarm", id]).await.does();
    assert!(armed(&realm).await.is_empty());
    assert_eq!(typed(&realm, &["fault", "list"]).await.does(), "");
}

#[tokio::test]
async fn everything_is_disarmed_at_once() {
    let realm = fresh_realm().await;
    for fault in ["id_token_expired", "too_many_requests"] {
        typed(&realm, &["fault", "arm", fault]).await.does();
    }
    assert_eq!(armed(&realm).await.len(), 2);

    typed(&realm, &["fault", "disarm", "--all"]).await.does();

    assert!(armed(&realm).await.is_empty());
}

#[tokio::test]
async fn arguments_are_sent_as_they_are_given() {
    let realm = fresh_realm().await;
    let words = [
        "fault",
        "arm",
        "delayed_answer",
        "--client",
        "demo-client",
        "--user",
        "anne",
        "--share",
        "20",
    ];
    let more = ["--endpoint", "userinfo", "--set", "seconds=0.5", "--json"];

    let said = typed(&realm, &[&words[..], &more].concat()).await.json();

    assert_eq!(said, armed(&realm).await[0]);
    assert_eq!(
        (&said["client_id"], &said["share"]),
        (&"demo-client".into(), &20.0.into()),
        "{said}"
    );
    assert_eq!(said["parameters"]["seconds"], 0.5, "{said}");
}

#[tokio::test]
async fn the_catalogue_explains_each_fault() {
    let realm = fresh_realm().await;

    let table = typed(&realm, &["fault", "catalogue"]).await.does();
    let whole = realm.get("/control/api/faults/catalogue").await.is_ok().json();
    assert_eq!(
        rows(&table).len() - 1,
        whole["faults"].as_array().expect("a list").len()
    );

    let one = typed(&realm, &["fault", "catalogue", "delayed_answer"]).await.does();
    for told in ["does  ", "a good client  ", "seconds  "] {
        assert!(one.contains(told), "{told}: {one}");
    }
    let said = typed(&realm, &["fault", "catalogue", "bad_weather"])
        .await
        .comes_to_nothing();
    assert!(said.contains("bad_weather"), "{said}");
}

#[tokio::test]
async fn an_invalid_request_arms_no_fault() {
    let realm = fresh_realm().await;

    for words in [
        &["fault", "arm", "bad_weather"][..],
        &["fault", "arm", "id_token_expired", "--times", "0"],
        &["fault", "arm", "id_token_expired", "--share", "101"],
        &["fault", "arm", "id_token_expired", "--client", "nobody"],
        &["fault", "arm", "id_token_expired", "--user", "nobody"],
        &["fault", "arm", "id_token_expired", "--endpoint", "kitchen"],
        &["fault", "arm", "delayed_answer", "--set", "sceonds=3"],
        &["fault", "arm", "delayed_answer", "--set", "seconds=soon"],
        &["fault", "disarm", "nothing"],
    ] {
        typed(&realm, words).await.comes_to_nothing();
    }
    for words in [
        &["fault", "arm"][..],
        &["fault", "arm", "id_token_expired", "--times", "often"],
        &["fault", "arm", "id_token_expired", "--set", "seconds"],
        &["fault", "disarm"],
        &["fault", "disarm", "x", "--all"],
        &["fault", "disarm", ".."],
    ] {
        typed(&realm, words).await.is_misunderstood();
    }
    assert!(armed(&realm).await.is_empty());
}
