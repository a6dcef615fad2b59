//! `anteroom exchange …`

use serde_json::Value;
use tokio::io::AsyncBufReadExt as _;

use super::{rows, typed};
use crate::support::{Realm, fresh_realm};

/// A refusal in the journal; its id.
async fn refused(realm: &Realm) -> String {
    realm
        .demo_service()
        .client_credentials("no_such_scope")
        .await
        .is_refused_with("invalid_scope");
    let all = realm
        .get("/control/api/exchanges?wait=30s&refused=true")
        .await
        .is_ok()
        .json();
    all["exchanges"][0]["id"].as_str().expect("an exchange").to_owned()
}

#[tokio::test]
async fn a_refusal_is_found_and_explained() {
    let realm = fresh_realm().await;
    let id = refused(&realm).await;

    let table = typed(
        &realm,
        &[
            "exchange",
            "list",
            "--endpoint",
            "token",
            "--refused",
            "true",
            "--status",
            "4xx",
        ],
    )
    .await
    .does();
    let table = rows(&table);
    assert_eq!(table.len(), 2, "{table:?}");
    assert!(
        table[1].contains(&id.as_str()) && table[1].contains(&"invalid_scope"),
        "{table:?}"
    );

    let told = typed(&realm, &["exchange", "show", &id]).await.does();
    for part in ["/oauth/token", "Refused:", "invalid_scope", "no_such_scope"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("demo-service-secret"), "{told}");
    let whole = typed(&realm, &["exchange", "show", &id, "--json"]).await.json();
    assert_eq!(whole, realm.get(&format!("/control/api/exchanges/{id}")).await.json());
}

#[tokio::test]
async fn a_request_is_had_as_a_command_for_curl() {
    let realm = fresh_realm().await;
    let id = refused(&realm).await;

    let command = typed(&realm, &["exchange", "curl", &id]).await.does();

    assert_eq!(
        command,
        realm.get(&format!("/control/api/exchanges/{id}/curl")).await.text()
    );
    assert!(
        command.contains("curl --silent") && !command.contains("demo-service-secret"),
        "{command}"
    );
}

#[tokio::test]
async fn a_flow_is_had_as_an_archive() {
    let realm = fresh_realm().await;
    realm.demo_client().tokens_for("anne").await;
    realm
        .get("/control/api/exchanges?wait=30s&endpoint=token")
        .await
        .is_ok();
    let table = typed(&realm, &["exchange", "flows", "--client", "demo-client"])
        .await
        .does();
    let flow = rows(&table)[1][0].to_owned();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("flow.har");

    let said = typed(&realm, &["exchange", "har", &flow, "--out", file.to_str().unwrap()])
        .await
        .does();

    assert_eq!(said, "");
    let archive: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(archive["log"]["version"], "1.2");
    let printed = typed(&realm, &["exchange", "har", &flow]).await.does();
    assert_eq!(
        serde_json::from_str::<Value>(&printed).unwrap()["log"]["version"],
        "1.2"
    );
}

#[tokio::test]
async fn a_wait_ends_with_the_exchange_or_with_patience() {
    let realm = fresh_realm().await;
    let wait = [
        "exchange",
        "wait",
        "--endpoint",
        "token",
        "--client",
        "demo-service",
        "--for",
        "60s",
    ];

    let service = realm.demo_service();
    let (said, _) = tokio::join!(
        typed(&realm, &wait),
        service.client_credentials("appointment_guest_lookup")
    );

    assert!(said.does().contains("/oauth/token"));
    let nothing = typed(&realm, &["exchange", "wait", "--endpoint", "revoke", "--for", "50ms"]).await;
    assert!(nothing.comes_to_nothing().contains("nothing came"));
}

#[tokio::test]
async fn exchanges_are_counted_and_cleared() {
    let realm = fresh_realm().await;
    refused(&realm).await;

    assert_eq!(
        typed(&realm, &["exchange", "count", "--refused", "true", "--expect", "1"])
            .await
            .does(),
        "1\n"
    );
    typed(&realm, &["exchange", "count", "--refused", "true", "--expect", "2"])
        .await
        .comes_to_nothing();

    typed(&realm, &["exchange", "clear"]).await.does();
    assert_eq!(
        typed(&realm, &["exchange", "list", "--refused", "true"]).await.does(),
        ""
    );
}

#[tokio::test]
async fn what_is_not_there_is_said_not_to_be_there() {
    let realm = fresh_realm().await;

    for words in [
        &["exchange", "show", "nothing"][..],
        &["exchange", "curl", "nothing"],
        &["exchange", "har", "999999"],
        &["exchange", "list", "--status", "teapot"],
        &["exchange", "list", "--limit", "0"],
    ] {
        typed(&realm, words).await.comes_to_nothing();
    }
    for words in [
        &["exchange", "show"][..],
        &["exchange", "show", ".."],
        &["exchange", "list", "--refused", "perhaps"],
        &["exchange", "list", "--flow", "first"],
        &["exchange", "count", "--expect", "many"],
        &["exchange", "wait", "--for", "long"],
    ] {
        typed(&realm, words).await.is_misunderstood();
    }
}

#[tokio::test]
async fn one_is_named_by_its_number_the_beginning_of_its_id_or_as_the_last() {
    let realm = fresh_realm().await;
    let id = refused(&realm).await;
    let exchange = realm.get("/control/api/exchanges/last").await.is_ok().json();
    let sequence = exchange["sequence"].to_string();
    assert_eq!(exchange["id"], id.as_str());

    for name in ["last", &sequence, &id, &id[..id.len() - 1], &id[..8]] {
        let shown = typed(&realm, &["exchange", "show", name]).await.does();
        assert!(shown.contains(&id), "{name}: {shown}");
    }
    realm.demo_client().tokens_for("anne").await;
    for name in ["0", "99999", &id[..4], &id[..8], "first", "zzzzzzzz"] {
        let path = format!("/control/api/exchanges/{name}");
        realm.get(&path).await.has_status(404);
    }
}

#[tokio::test]
async fn decoded_tokens_durations_and_faults_are_shown() {
    let realm = fresh_realm().await;
    let fault = serde_json::json!({"fault": "id_token_wrong_nonce"});
    realm.post_json("/control/api/faults", &fault).await.has_status(201);
    realm.demo_client().tokens_for("anne").await;

    let list = typed(&realm, &["exchange", "list", "--endpoint", "token"]).await.does();
    assert!(
        list.contains("TOOK MS") && list.contains("id_token_wrong_nonce"),
        "{list}"
    );
    let shown = typed(&realm, &["exchange", "show", "last"]).await.does();
    for words in ["Token in", "auth_time", "Fault:", "id_token_wrong_nonce", "at_hash"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains("auth_time  …"), "{shown}");
}

#[tokio::test]
async fn they_are_followed_as_they_come() {
    let realm = fresh_realm().await;
    let words = ["tail", "--server", &realm.issuer, "--refused", "true"];
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_anteroom"))
        .args(words)
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it runs");
    let mut lines = tokio::io::BufReader::new(child.stdout.take().expect("a pipe")).lines();

    for _ in 0..2 {
        realm.demo_service().client_credentials("no_such_scope").await;
        let line = lines.next_line().await.expect("readable").expect("a line");
        assert!(
            line.contains("/oauth/token") && line.contains("invalid_scope"),
            "{line}"
        );
    }
}
