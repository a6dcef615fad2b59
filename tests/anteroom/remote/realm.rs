//! `anteroom realm …`

use serde_json::json;

use super::{rows, typed, typed_with};
use crate::support::{Emulator, Realm, fresh_realm, realm_with};

async fn at_the_root(words: &[&str]) -> super::Typed {
    typed(&Emulator::shared().default_realm(), words).await
}

fn found(issuer: &str) -> Realm {
    let issuer = issuer.trim_end();
    let (_, name) = issuer.rsplit_once('/').expect("an issuer");
    Realm::at(issuer, name, crate::support::http().build().expect("a client"))
}

#[tokio::test]
async fn a_realm_is_made_and_its_issuer_is_all_that_is_said() {
    let issuer = at_the_root(&["realm", "create"]).await.does();

    assert_eq!(issuer.lines().count(), 1, "{issuer}");
    let realm = found(&issuer);
    assert_eq!(realm.discovery().await["issuer"], realm.issuer.as_str());
    // Such an issuer is a server for the other commands.
    let shown = typed_with(&[], &["clock", "freeze", "--server", &realm.issuer])
        .await
        .does();
    assert!(shown.contains("frozen  true"), "{shown}");
    assert_eq!(realm.get("/control/api/clock").await.json()["frozen"], true);
}

#[tokio::test]
async fn a_realm_is_created_as_requested() {
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed.toml");
    std::fs::write(
        &seed,
        "based_on = \"demo\"\n[[users]]\nusername = \"zoe\"\npassword = \"zoe-password\"\n",
    )
    .unwrap();
    let name = fresh_realm().await.name + "-2";
    let words = [
        "realm",
        "create",
        &name,
        "--policy",
        "portal",
        "--switch",
        "auto_login=true",
        "--ttl",
        "PT1H",
    ];
    let clock = [
        "--now",
        "2030-01-01T09:00:00+01:00",
        "--frozen",
        "--seed",
        seed.to_str().unwrap(),
    ];

    let realm = found(&at_the_root(&[&words[..], &clock].concat()).await.does());

    assert_eq!(realm.name, name);
    assert_eq!(realm.now().await, "2030-01-01T08:00:00Z".parse().unwrap());
    let shown = at_the_root(&["realm", "show", &name, "--json"]).await.json();
    assert!(shown["expires_at"].is_string(), "{shown}");
    let zoe = realm
        .demo_client()
        .asking_for("openid")
        .request()
        .with("login_hint", "zoe")
        .answer()
        .await;
    assert!(
        zoe.header("location")
            .is_some_and(|location| location.contains("code=")),
        "{zoe}"
    );
}

#[tokio::test]
async fn realms_are_listed_shown_and_deleted() {
    let before = fresh_realm().await; // the shared server has more realms than one answer lists
    let realm = fresh_realm().await;

    let table = at_the_root(&["realm", "list", "--after", &before.name]).await.does();
    let row = rows(&table)
        .into_iter()
        .find(|row| row[0] == realm.name)
        .expect("it is listed");
    assert_eq!(row[1], realm.issuer, "{table}");
    let shown = at_the_root(&["realm", "show", &realm.name]).await.does();
    assert!(shown.contains(&format!("issuer   {}\n", realm.issuer)), "{shown}");

    let said = at_the_root(&["realm", "delete", &realm.name]).await.does();
    assert_eq!(said, format!("{} is deleted\n", realm.name));
    realm.get("/login").await.has_status(404);
    let said = at_the_root(&["realm", "delete", &realm.name]).await.comes_to_nothing();
    assert!(said.contains(&realm.name), "{said}");
}

/// Realms belong to the server, whichever of its realms it was named by.
#[tokio::test]
async fn the_server_may_be_named_by_any_of_its_issuers() {
    let realm = fresh_realm().await;

    let shown = typed(&realm, &["realm", "show", &realm.name]).await.does();

    assert!(shown.contains(&realm.issuer), "{shown}");
}

#[tokio::test]
async fn an_invalid_request_creates_no_realm() {
    let realm = fresh_realm().await;
    let name = format!("{}-3", realm.name);
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.toml");
    std::fs::write(&broken, "[[users]]\nusername = ").unwrap();
    let unknown = folder.path().join("unknown.toml");
    std::fs::write(&unknown, "[[usrs]]\nusername = \"zoe\"\n").unwrap();

    for (more, reason) in [
        (&["--policy", "strict"][..], "strict"),
        (&["--switch", "auto_logn=true"], "auto_logn"),
        (&["--now", "yesterday"], "year"),
        (&["--ttl", "-PT1H"], "ttl"),
        (&["--seed", "no-such-file.toml"], "no-such-file.toml"),
        (&["--seed", broken.to_str().unwrap()], "broken.toml"),
        (&["--seed", unknown.to_str().unwrap()], "usrs"),
    ] {
        let words = [&["realm", "create", &name], more].concat();
        let typed = at_the_root(&words).await;
        let said = if reason == "broken.toml" {
            typed.fails()
        } else {
            typed.comes_to_nothing()
        };
        assert!(said.contains(reason), "{more:?}: {said}");
    }
    for more in [&["--switch", "auto_login"][..], &["--policy"], &["--frozen=perhaps"]] {
        at_the_root(&[&["realm", "create", &name], more].concat())
            .await
            .is_misunderstood();
    }
    at_the_root(&["realm", "create", "Not A Name"]).await.is_misunderstood();
    at_the_root(&["realm", "create", &realm.name]).await.comes_to_nothing();
    at_the_root(&["realm", "show", &name]).await.comes_to_nothing();
}

#[tokio::test]
async fn the_realm_at_the_root_stays() {
    at_the_root(&["realm", "delete", "default"]).await.comes_to_nothing();

    Emulator::shared().default_realm().discovery().await;
}

#[tokio::test]
async fn a_copy_is_a_realm_of_its_own() {
    let realm = realm_with(json!({"policy": "portal"})).await;
    realm.advance("PT3H").await;
    let name = format!("{}-copy", realm.name);

    let copy = found(&at_the_root(&["realm", "fork", &realm.name, &name]).await.does());

    assert_eq!((copy.now().await, &copy.name), (realm.now().await, &name));
    at_the_root(&["realm", "fork", &realm.name, &name])
        .await
        .comes_to_nothing();
    at_the_root(&["realm", "fork", "not-there"]).await.comes_to_nothing();
}

#[tokio::test]
async fn a_realm_is_taken_back_to_how_it_began() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().tokens_for("anne").await;
    realm.advance("PT3H").await;

    at_the_root(&["realm", "reset", &realm.name]).await.does();

    assert!(!realm.accepts(&tokens.access_token).await);
    assert_eq!(realm.now().await, crate::support::emulator::START.parse().unwrap());
    at_the_root(&["realm", "reset", "not-there"]).await.comes_to_nothing();
}

#[tokio::test]
async fn a_snapshot_is_kept_and_restored() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().tokens_for("anne").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("before.json");
    let file = file.to_str().unwrap();

    at_the_root(&["realm", "snapshot", &realm.name, "--out", file])
        .await
        .does();
    let printed = at_the_root(&["realm", "snapshot", &realm.name]).await.does();
    assert_eq!(std::fs::read_to_string(file).unwrap(), printed, "the same each time");

    realm.advance("P1D").await;
    assert!(!realm.accepts(&tokens.access_token).await);
    at_the_root(&["realm", "restore", &realm.name, file]).await.does();
    assert!(realm.accepts(&tokens.access_token).await);
    assert_eq!(at_the_root(&["realm", "snapshot", &realm.name]).await.does(), printed);
}

#[tokio::test]
async fn what_is_no_snapshot_restores_nothing() {
    let realm = fresh_realm().await;
    let before = at_the_root(&["realm", "snapshot", &realm.name]).await.does();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.json");

    for broken in ["{", "{}", "[]", "{\"no_such_member\": 1}"] {
        std::fs::write(&file, broken).unwrap();
        at_the_root(&["realm", "restore", &realm.name, file.to_str().unwrap()])
            .await
            .comes_to_nothing();
    }
    at_the_root(&["realm", "restore", &realm.name, "gone.json"])
        .await
        .comes_to_nothing();
    at_the_root(&["realm", "restore", &realm.name]).await.is_misunderstood();

    assert_eq!(at_the_root(&["realm", "snapshot", &realm.name]).await.does(), before);
}
