//! `anteroom client …`

use super::{rows, typed};
use crate::support::{ClientApp, fresh_realm};

#[tokio::test]
async fn a_client_is_added_and_its_secret_said_once() {
    let realm = fresh_realm().await;
    let words = [
        "client",
        "add",
        "mine",
        "--grant-type",
        "client_credentials",
        "--scope",
        "profile_read",
    ];

    let said = typed(&realm, &[&words[..], &["--json"]].concat()).await.json();

    let secret = said["client_secret"].as_str().expect("it was made up").to_owned();
    ClientApp::new(&realm, "mine", Some(&secret))
        .client_credentials("profile_read")
        .await
        .brings_tokens();
    let shown = typed(&realm, &["client", "show", "mine"]).await.does();
    assert!(shown.contains("mine") && !shown.contains(&secret), "{shown}");
    let table = typed(&realm, &["client", "list"]).await.does();
    assert!(rows(&table).iter().any(|row| row[0] == "mine"), "{table}");
}

#[tokio::test]
async fn a_new_secret_is_all_that_is_said_and_the_old_one_ends() {
    let realm = fresh_realm().await;

    let said = typed(&realm, &["client", "rotate-secret", "demo-service"]).await.does();

    let with = async |secret: &str| {
        ClientApp::new(&realm, "demo-service", Some(secret))
            .client_credentials("appointment_guest_lookup")
            .await
    };
    with(said.trim_end()).await.brings_tokens();
    with("demo-service-secret").await.is_refused_with("invalid_client");
    typed(&realm, &["client", "rotate-secret", "demo-spa"])
        .await
        .comes_to_nothing();
}

#[tokio::test]
async fn a_file_says_what_words_do_not() {
    let realm = fresh_realm().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("client.toml");
    std::fs::write(
        &file,
        "client_name = \"From a file\"\nredirect_uris = [\"https://a.test/cb\"]\n",
    )
    .unwrap();
    let words = ["client", "add", "filed", "--public", "--file", file.to_str().unwrap()];

    let said = typed(
        &realm,
        &[&words[..], &["--redirect-uri", "https://b.test/cb", "--json"]].concat(),
    )
    .await
    .json();

    assert_eq!(
        (&said["client_name"], &said["client_id"]),
        (&"From a file".into(), &"filed".into())
    );
    assert_eq!(
        said["redirect_uris"],
        serde_json::json!(["https://b.test/cb"]),
        "words win"
    );
    let changed = typed(
        &realm,
        &["client", "change", "filed", "--set", "client_name=Renamed", "--json"],
    )
    .await
    .json();
    assert_eq!(
        (&changed["client_name"], &changed["redirect_uris"]),
        (&"Renamed".into(), &said["redirect_uris"])
    );
}

#[tokio::test]
async fn a_client_is_deleted_with_what_it_was_granted() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().tokens_for("anne").await;

    typed(&realm, &["client", "delete", "demo-client"]).await.does();

    realm
        .caller(&tokens.access_token)
        .userinfo()
        .await
        .is_refused_as_bearer("invalid_token");
}

#[tokio::test]
async fn what_is_no_client_is_refused() {
    let realm = fresh_realm().await;

    for words in [
        &["client", "add", "demo-client"][..],
        &["client", "add", "x", "--redirect-uri", "https://a.test/#fragment"],
        &["client", "add", "x", "--grant-type", "password"],
        &["client", "add", "x", "--set", "clientname=X"],
        &["client", "add", "x", "--file", "gone.json"],
        &["client", "change", "nobody", "--set", "client_name=X"],
        &["client", "show", "nobody"],
        &["client", "delete", "nobody"],
    ] {
        typed(&realm, words).await.comes_to_nothing();
    }
    for words in [
        &["client", "add", "x", "--public", "--secret", "s"][..],
        &["client", "show"],
        &["client", "delete", ""],
        &["client", "change", "demo-client", "--set", "name"],
    ] {
        typed(&realm, words).await.is_misunderstood();
    }
}
