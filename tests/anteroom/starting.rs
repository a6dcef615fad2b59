//! What the program refuses to start with, and which names it takes for its own.

use std::{fs, path::Path, thread};

use tempfile::TempDir;

use crate::support::{Emulator, http, keeper::Keeper};

const ANY_PORT: [&str; 4] = ["--listen", "127.0.0.1:0", "--database", "sqlite::memory:"];

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Starts with these options besides a free port and a private database.
fn start(options: &[&str], folder: &Path) -> Result<(Keeper, String), String> {
    Emulator::try_start(&[&ANY_PORT, options].concat(), folder)
}

/// What it says when it does not start with these options.
#[track_caller]
fn refusal(options: &[&str], folder: &Path) -> String {
    match start(options, folder) {
        Ok((_, issuer)) => panic!("{options:?} starts a server: {issuer}"),
        Err(said) => said,
    }
}

#[test]
fn what_is_no_issuer_is_refused() {
    let folder = folder();

    for issuer in [
        "nonsense",
        "localhost:8080",
        "ftp://localhost:8080",
        "http://localhost:8080/path",
        "http://localhost:8080?query",
        "http://localhost:8080#fragment",
        "http://anne@localhost:8080",
        "",
    ] {
        let said = refusal(&["--issuer", issuer], folder.path());
        assert!(said.to_lowercase().contains("issuer"), "{issuer:?}: {said}");
    }
}

#[test]
fn public_names_are_refused_because_the_keys_are_public_too() {
    let folder = folder();

    for issuer in [
        "https://id.example.com",
        "http://example.com",
        "https://8.8.8.8",
        "http://[2001:db8::1]:8080",
        "https://localhost.example.com",
    ] {
        let said = refusal(&["--issuer", issuer], folder.path());
        assert!(said.contains("key"), "{issuer}: {said}");
    }
}

#[test]
fn names_that_stay_at_home_are_accepted() {
    let folder = folder();

    for issuer in [
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
        "http://anteroom:8080",
        "http://portal.localhost",
        "http://portal.test",
        "http://192.168.1.5:8080",
        "http://10.0.0.1",
    ] {
        let (_keeper, said) =
            start(&["--issuer", issuer], folder.path()).unwrap_or_else(|said| panic!("{issuer}: {said}"));
        assert_eq!(said, issuer);
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = folder();
    fs::write(folder.path().join("broken.pem"), "no certificate").expect("writable");
    fs::write(folder.path().join("broken.toml"), "clients = 7").expect("writable");

    for (options, named) in [
        (&["--config", "missing.toml"][..], "missing.toml"),
        (&["--seed", "missing.toml"], "missing.toml"),
        (&["--seed", "broken.toml"], "broken.toml"),
        (
            &["--tls-cert", "missing.pem", "--tls-key", "missing.pem"],
            "missing.pem",
        ),
        (&["--tls-cert", "broken.pem", "--tls-key", "broken.pem"], "broken.pem"),
        (&["--tls-cert", "broken.pem"], "tls"),
        (&["--tls-key", "broken.pem"], "tls"),
        (&["--trusted-proxy", "nonsense"], "nonsense"),
    ] {
        let said = refusal(options, folder.path()).to_lowercase();
        assert!(said.contains(named), "{options:?}: {said}");
    }
}

#[test]
fn databases_that_are_none_are_refused() {
    let folder = folder();

    for database in ["mysql://localhost/x", "nonsense", "sqlite:/nowhere/at/all/anteroom.db"] {
        let options = ["--listen", "127.0.0.1:0", "--database", database];
        let started = Emulator::try_start(&options, folder.path());
        assert!(started.is_err(), "{database}: {started:?}");
    }
}

#[tokio::test]
async fn a_private_database_is_gone_in_the_end() {
    let folder = folder();
    let (mut keeper, issuer) = start(&[], folder.path()).expect("it starts");
    let form = [("grant_type", "client_credentials"), ("scope", "profile_read")];
    let request = http().build().unwrap().post(format!("{issuer}/oauth/token"));
    let answer = request
        .basic_auth("demo-service", Some("demo-service-secret"))
        .form(&form)
        .send()
        .await;
    assert_eq!(answer.expect("an answer").status(), 200);

    assert_eq!(keeper.stop(), Some(0));

    let left: Vec<_> = fs::read_dir(&keeper.folder)
        .expect("readable")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert_eq!(left, ["log"], "temporary files outlive the server");
}

/// Starts a server on an SQLite file in the folder.
fn start_on_file(folder: &Path) -> Result<(Keeper, String), String> {
    let database = format!("sqlite:{}", folder.join("anteroom.db").display());
    Emulator::try_start(&["--listen", "127.0.0.1:0", "--database", &database], folder)
}

#[test]
fn several_servers_start_at_the_same_time_on_one_empty_file() {
    for _ in 0..5 {
        let folder = folder();
        let started: Vec<_> = thread::scope(|scope| {
            let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| start_on_file(folder.path()))).collect();
            starts
                .into_iter()
                .map(|start| start.join().expect("no panic"))
                .collect()
        });

        for outcome in started {
            assert!(outcome.is_ok(), "{:?}", outcome.err());
        }
    }
}

#[test]
fn a_key_file_that_is_missing_beside_a_database_is_not_replaced_by_a_new_one() {
    let folder = folder();
    let key = folder.path().join("anteroom.db.key");
    let (mut keeper, _) = start_on_file(folder.path()).expect("it starts");
    keeper.stop();
    let kept = fs::read(&key).expect("the key file");
    fs::remove_file(&key).expect("it is there");

    let said = start_on_file(folder.path()).expect_err("it does not start");

    assert!(said.contains("anteroom.db.key") && said.contains("missing"), "{said}");
    assert!(!key.exists(), "no new key was made");
    fs::write(&key, kept).expect("it is put back");
    start_on_file(folder.path()).expect("with the key it starts again");
}

#[test]
fn a_seed_that_is_not_used_is_named_in_banner_and_log() {
    let folder = folder();
    drop(start_on_file(folder.path()).expect("it starts"));
    let database = format!("sqlite:{}", folder.path().join("anteroom.db").display());
    let (keeper, _) = Emulator::try_start(
        &[
            "--listen",
            "127.0.0.1:0",
            "--database",
            &database,
            "--seed",
            "walkthrough",
        ],
        folder.path(),
    )
    .expect("it starts");

    let log = fs::read_to_string(keeper.folder.join("log")).expect("the log");

    assert!(log.contains("the seed was not used"), "{log}");
}
