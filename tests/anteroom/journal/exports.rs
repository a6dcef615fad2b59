//! One exchange as a command, a flow as an archive.

use std::process::Command;

use serde_json::Value;

use super::{last, text};
use crate::support::{fresh_realm, skipped};

#[tokio::test]
async fn the_command_runs_and_asks_the_same_once_its_secrets_are_set() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let code = client.code_for("anne").await;
    client
        .redemption(&code)
        .with("redirect_uri", "http://127.0.0.1:1/it's $(other)")
        .send()
        .await
        .has_status(400);
    let id = text(&last(&realm, "endpoint=token").await, "id").to_owned();
    let command = realm.get(&format!("/control/api/exchanges/{id}/curl")).await.is_ok();
    assert_eq!(command.media_type(), "text/plain");
    if Command::new("curl").arg("--version").output().is_err() {
        return skipped("the export as a command: no curl");
    }
    let run = |variables: &[(&str, &str)]| {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &command.text()])
            .env("no_proxy", "*")
            .envs(variables.iter().copied());
        shell.output().expect("a shell")
    };

    let without = run(&[]);
    let with = run(&[("CLIENT_SECRET", "demo-secret"), ("CODE", &code.code)]);

    assert!(!without.status.success() && String::from_utf8_lossy(&without.stderr).contains("CLIENT_SECRET"));
    let answer = String::from_utf8_lossy(&with.stdout).into_owned();
    assert!(
        answer.contains("redirect_uri differs from the one"),
        "{command}\n{answer}"
    );
    let again = last(&realm, "endpoint=token").await;
    assert_eq!(again["refusal"]["received"], "http://127.0.0.1:1/it's $(other)");
    assert_eq!(again["sequence"].as_u64(), Some(9));
}

#[tokio::test]
async fn what_is_not_there_cannot_be_exported() {
    let realm = fresh_realm().await;
    for id in ["x", "0196f5a4-3c00-7000-8000-000000000001", "%ff"] {
        realm.get(&format!("/control/api/exchanges/{id}")).await.has_status(404);
        realm
            .get(&format!("/control/api/exchanges/{id}/curl"))
            .await
            .has_status(404);
    }
}

/// The members HAR 1.2 asks for, with their types.
fn check_archive(archive: &Value) {
    let log = &archive["log"];
    assert_eq!(log["version"], "1.2");
    assert!(log["creator"]["name"].is_string() && log["creator"]["version"].is_string());
    for entry in log["entries"].as_array().expect("entries") {
        text(entry, "startedDateTime")
            .parse::<jiff::Timestamp>()
            .expect("an instant");
        assert!(entry["time"].is_number() && entry["cache"].is_object(), "{entry}");
        for timing in ["send", "wait", "receive"] {
            assert!(entry["timings"][timing].is_number(), "{entry}");
        }
        let (request, response) = (&entry["request"], &entry["response"]);
        url::Url::parse(text(request, "url")).expect("a URL");
        assert!(text(request, "url").is_ascii());
        for (message, lists) in [
            (request, &["cookies", "headers", "queryString"][..]),
            (response, &["cookies", "headers"]),
        ] {
            assert!(message["httpVersion"].is_string(), "{message}");
            assert!(
                message["headersSize"].is_i64() && message["bodySize"].is_i64(),
                "{message}"
            );
            for list in lists {
                for pair in message[list].as_array().unwrap_or_else(|| panic!("{list}: {message}")) {
                    assert!(pair["name"].is_string() && pair["value"].is_string(), "{pair}");
                }
            }
        }
        if let Some(posted) = request.get("postData") {
            assert!(posted["mimeType"].is_string() && posted["text"].is_string(), "{posted}");
        }
        assert!(
            response["status"].is_i64() && response["statusText"].is_string(),
            "{response}"
        );
        assert!(response["redirectURL"].is_string(), "{response}");
        assert!(
            response["content"]["size"].is_i64() && response["content"]["mimeType"].is_string(),
            "{response}"
        );
    }
}

#[tokio::test]
async fn a_flow_is_a_valid_archive() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let code = client.code_for("anne").await;
    client
        .redemption(&code)
        .with("redirect_uri", "http://x.example")
        .send()
        .await
        .has_status(400);
    client.redeem(&code).await.is_ok();
    let flow = text(&last(&realm, "").await, "flow").to_owned();

    let archive = realm
        .get(&format!("/control/api/exchanges/flows/{flow}/har"))
        .await
        .is_ok()
        .json();

    check_archive(&archive);
    let entries = archive["log"]["entries"].as_array().expect("entries");
    assert_eq!(entries.len(), 9);
    assert_eq!(entries[7]["_refusal"]["kind"], "code.redirect_uri");
    assert_eq!(entries[0]["request"]["queryString"][1]["value"], "demo-client");
    assert!(text(&entries[6]["response"], "redirectURL").starts_with("http://127.0.0.1:49152/callback?code="));
}
