//! A realm put back to what it was made from.

use serde_json::json;

use super::realm_operations::{fork, is_a_problem, post, realms, restore, snapshot};
use crate::{
    portals::mypatientportal::{data, patient},
    support::{Answer, Emulator, emulator::START, fresh_realm, jwt, realm_with},
};

#[tokio::test]
async fn everything_that_happened_is_gone_and_name_and_issuer_stay() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().tokens_for("anne").await;
    patient(&realm, "anne").await.books(3).await;
    realm.turn_clock(json!({"advance": "P30D", "rate": 60})).await.is_ok();

    let answer = post(&realm, "reset", &json!({})).await.is_ok();

    assert_eq!(
        (answer.member("name"), answer.member("issuer")),
        (realm.name.clone(), realm.issuer.clone())
    );
    assert_eq!(realm.now().await, START.parse().unwrap());
    assert!(!realm.accepts(&tokens.access_token).await);
    realm
        .demo_client()
        .refresh(tokens.refresh_token())
        .await
        .is_refused_with("invalid_grant");
    assert!(data(patient(&realm, "anne").await.get("/appointments").await).is_empty());
    assert!(realm.get("/control/api/outbox").await.text().contains("[]"));
}

#[tokio::test]
async fn a_realm_just_made_is_what_a_reset_makes_of_it() {
    let seed = json!({
        "based_on": "walkthrough",
        "clients": [{"client_id": "own", "client_secret": "own-secret", "redirect_uris": ["{issuer}/cb"]}],
        "users": [{"username": "zoe", "password": "zoe-password", "id": "zoe"}],
    });
    let realm = realm_with(json!({"seed": seed, "policy": {"pkce": "enforced"}, "random_seed": "again"})).await;
    let made = snapshot(&realm).await;
    realm.demo_client().asking_for("openid").tokens_for("anne").await;
    realm.advance("P1D").await;

    post(&realm, "reset", &json!({})).await.is_ok();

    assert_eq!(snapshot(&realm).await, made);
}

#[tokio::test]
async fn pairwise_subjects_stay_and_the_end_too() {
    let realm = realm_with(json!({"policy": "portal", "ttl": "PT1H"})).await;
    let sub = async || {
        jwt::claims(
            realm
                .demo_client()
                .asking_for("openid")
                .tokens_for("anne")
                .await
                .id_token(),
        )["sub"]
            .clone()
    };
    let shown = async || {
        Answer::to(realm.http.get(format!("{}/{}", realms(), realm.name)))
            .await
            .is_ok()
            .json()
    };
    let (sub_before, before) = (sub().await, shown().await);

    post(&realm, "reset", &json!({})).await.is_ok();

    assert_eq!(sub().await, sub_before);
    let after = shown().await;
    assert_eq!(after["expires_at"], before["expires_at"]);
    assert_eq!(after["created_at"], before["created_at"]);
}

#[tokio::test]
async fn a_copy_goes_back_to_what_the_original_was_made_from_and_so_does_a_snapshot() {
    let realm = realm_with(json!({"seed": "walkthrough", "random_seed": "x"})).await;
    let made = snapshot(&realm).await;
    realm.demo_client().asking_for("openid").tokens_for("anne").await;
    let (copy, taken) = (fork(&realm).await, snapshot(&realm).await);
    let other = fresh_realm().await;
    restore(&other, &taken).await.is_ok();

    for one in [&copy, &other] {
        post(one, "reset", &json!({})).await.is_ok();
        let (now, then) = (snapshot(one).await, made.clone());
        // The root secret is each realm's own or copied; nothing else differs.
        assert_eq!(now, then);
    }
}

#[tokio::test]
async fn the_realm_at_the_root_goes_back_to_the_servers_seed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seed.toml");
    std::fs::write(
        &file,
        "policy = \"portal\"\n[clock]\nnow = \"2025-06-02T06:00:00Z\"\nfrozen = true\n\
         [[clients]]\nclient_id = \"own\"\nclient_secret = \"own-secret\"\ngrant_types = [\"client_credentials\"]\n",
    )
    .unwrap();
    let emulator = Emulator::start(&["--seed", file.to_str().unwrap()]);
    std::fs::remove_file(&file).unwrap();
    let root = emulator.default_realm();
    let own = crate::support::ClientApp::new(&root, "own", Some("own-secret"));
    let token = own
        .client_credentials("appointment_guest_lookup")
        .await
        .is_ok()
        .access_token();
    root.advance("P1D").await;

    let address = format!("{}/control/api/realms/default/reset", emulator.issuer);
    Answer::to(root.http.post(address).json(&json!({}))).await.is_ok();

    assert_eq!(root.now().await, "2025-06-02T06:00:00Z".parse().unwrap());
    root.caller(&token)
        .get("/api/portal/v1/insurances")
        .await
        .has_status(401);
    own.client_credentials("appointment_guest_lookup").await.is_ok();
}

#[tokio::test]
async fn a_reset_wants_nothing_and_a_realm() {
    let realm = fresh_realm().await;

    is_a_problem(post(&realm, "reset", &json!({"seed": "demo"})).await, 400, "seed");
    let nowhere = crate::support::Realm::at("", "nowhere-at-all", realm.http.clone());
    is_a_problem(post(&nowhere, "reset", &json!({})).await, 404, "nowhere-at-all");
}

#[tokio::test(flavor = "multi_thread")]
async fn resets_at_once_each_leave_a_whole_realm() {
    let realm = fresh_realm().await;
    let tries = (0..8).map(|_| {
        let realm = realm.clone();
        tokio::spawn(async move { post(&realm, "reset", &json!({})).await.is_ok() })
    });
    for one in tries.collect::<Vec<_>>() {
        one.await.unwrap();
    }

    realm.demo_client().tokens_for("anne").await;
}
