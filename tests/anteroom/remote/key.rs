//! `anteroom key …`

use super::{rows, typed};
use crate::support::{Realm, fresh_realm, jwt, tls::certificates};

async fn published(realm: &Realm) -> Vec<String> {
    let keys = realm.get("/oauth/discovery/keys").await.is_ok().json();
    let keys = keys["keys"].as_array().expect("keys").iter();
    keys.map(|key| key["kid"].as_str().expect("a kid").to_owned()).collect()
}

#[tokio::test]
async fn a_new_key_signs_and_the_old_ones_are_still_published() {
    let realm = fresh_realm().await;
    let before = published(&realm).await;

    typed(&realm, &["key", "rotate", "--kid", "fresh"]).await.does();

    let after = published(&realm).await;
    assert!(
        after.contains(&"fresh".to_owned()) && before.iter().all(|kid| after.contains(kid)),
        "{after:?}"
    );
    let tokens = realm.demo_client().tokens_for("anne").await;
    jwt::verified(&realm, "demo-client", tokens.id_token()).await;
    let table = typed(&realm, &["key", "list"]).await.does();
    let fresh = rows(&table)
        .into_iter()
        .find(|row| row[0] == "fresh")
        .expect("it is listed");
    assert_eq!(fresh[1..], ["RS256", "true", "true", "true"], "{table}");
}

#[tokio::test]
async fn a_key_of_ones_own_is_published_and_withdrawn() {
    let realm = fresh_realm().await;
    let certificates = certificates();
    let key = certificates.file("key.pem"); // any key will do

    typed(&realm, &["key", "import", &key, "--kid", "mine", "--unused"])
        .await
        .does();
    typed(&realm, &["key", "add", "--alg", "RS256", "--kid", "idle"])
        .await
        .does();

    let kids = published(&realm).await;
    assert!(
        kids.contains(&"mine".to_owned()) && kids.contains(&"idle".to_owned()),
        "{kids:?}"
    );
    typed(&realm, &["key", "withdraw", "mine"]).await.does();
    assert!(!published(&realm).await.contains(&"mine".to_owned()));
    typed(&realm, &["key", "withdraw", "mine"]).await.comes_to_nothing();
}

#[tokio::test]
async fn what_is_no_key_is_refused() {
    let realm = fresh_realm().await;
    let before = published(&realm).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("no.pem");
    std::fs::write(&file, "no key").unwrap();

    for words in [
        &["key", "import", file.to_str().unwrap()][..],
        &["key", "import", "gone.pem"],
        &["key", "rotate", "--alg", "HS256"],
        &["key", "withdraw", "nothing"],
    ] {
        typed(&realm, words).await.comes_to_nothing();
    }
    for words in [
        &["key", "import"][..],
        &["key", "withdraw", ".."],
        &["key", "rotate", "now"],
    ] {
        typed(&realm, words).await.is_misunderstood();
    }
    assert_eq!(published(&realm).await, before);
}
