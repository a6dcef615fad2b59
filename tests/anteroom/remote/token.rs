//! `anteroom token mint`

use super::typed;
use crate::support::{fresh_realm, jwt};

const FOR_ANNE: [&str; 8] = [
    "token",
    "mint",
    "--user",
    "anne",
    "--client",
    "demo-client",
    "--scope",
    "openid profile",
];

#[tokio::test]
async fn the_access_token_is_all_that_is_said_and_it_opens() {
    let realm = fresh_realm().await;

    let said = typed(&realm, &FOR_ANNE).await.does();

    assert_eq!(said.lines().count(), 1, "{said}");
    let userinfo = realm.caller(said.trim_end()).userinfo().await.is_ok().json();
    assert_eq!(userinfo["name"], "Anne Rogers");
}

#[tokio::test]
async fn a_client_can_have_one_for_itself() {
    let realm = fresh_realm().await;
    let words = [
        "token",
        "mint",
        "--client",
        "demo-service",
        "--scope",
        "appointment_guest_lookup",
        "--lifetime",
        "PT10S",
    ];

    let token = typed(&realm, &words).await.does();

    assert!(realm.accepts(token.trim_end()).await);
    realm.advance("PT11S").await;
    assert!(!realm.accepts(token.trim_end()).await);
}

#[tokio::test]
async fn another_token_or_all_of_them_can_be_printed() {
    let realm = fresh_realm().await;
    let more = ["--nonce", "n1", "--print", "id_token"];

    let id_token = typed(&realm, &[&FOR_ANNE[..], &more].concat()).await.does();
    assert_eq!(
        jwt::verified(&realm, "demo-client", id_token.trim_end()).await["nonce"],
        "n1"
    );

    let all = typed(&realm, &[&FOR_ANNE[..], &["--json"]].concat()).await.json();
    assert!(
        realm
            .accepts(all["refresh_token"].as_str().expect("a refresh token"))
            .await
    );

    let words = [
        "token",
        "mint",
        "--client",
        "demo-service",
        "--scope",
        "appointment_guest_lookup",
        "--print",
        "id_token",
    ];
    let said = typed(&realm, &words).await.comes_to_nothing();
    assert!(said.contains("id_token"), "{said}");
}

#[tokio::test]
async fn one_that_has_expired_can_be_had() {
    let realm = fresh_realm().await;

    let token = typed(&realm, &[&FOR_ANNE[..], &["--expired"]].concat()).await.does();

    realm
        .caller(token.trim_end())
        .userinfo()
        .await
        .is_refused_as_bearer("invalid_token");
}

#[tokio::test]
async fn what_cannot_be_minted_is_refused() {
    let realm = fresh_realm().await;
    let mint = async |more: &[&str]| typed(&realm, &[&["token", "mint"], more].concat()).await;

    for (more, reason) in [
        (
            &["--user", "nobody", "--client", "demo-client", "--scope", "openid"][..],
            "nobody",
        ),
        (&["--user", "anne", "--client", "nobody", "--scope", "openid"], "nobody"),
        (
            &["--user", "anne", "--client", "demo-client", "--scope", "no_such_scope"],
            "no_such_scope",
        ),
        (&["--client", "demo-spa", "--scope", "profile_read"], "demo-spa"),
    ] {
        let said = mint(more).await.comes_to_nothing();
        assert!(said.contains(reason), "{more:?}: {said}");
    }
    for more in [
        &["--user", "anne", "--client", "demo-client"][..],
        &["--user", "anne", "--scope", "openid"],
        &["--client", "demo-client", "--scope", "openid", "--print", "everything"],
        &["--client", "demo-client", "--scope", "openid", "--claim", "plain"],
    ] {
        mint(more).await.is_misunderstood();
    }
}
