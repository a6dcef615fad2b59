//! Chance that repeats: the same seed and the same requests give the same ids, codes and tokens.

use serde_json::{Value, json};

use super::realm_operations::{fork, post, restore, snapshot};
use crate::{
    portals::mypatientportal::patient,
    support::{Emulator, Realm, emulator::START, fresh_realm, realm_with},
};

async fn seeded(seed: &str) -> Realm {
    realm_with(json!({"random_seed": seed})).await
}

/// What one sign-in, one refresh, one booking and one client alone were given.
async fn story(realm: &Realm) -> Vec<String> {
    let code = realm.demo_client().code_for("anne").await;
    let tokens = crate::support::Tokens::read(realm.demo_client().redeem(&code).await);
    let anne = patient(realm, "anne").await;
    let booked = anne.books(7).await;
    let own = realm
        .demo_service()
        .client_credentials("appointment_guest_lookup")
        .await
        .is_ok()
        .access_token();
    vec![
        code.code,
        tokens.access_token.clone(),
        tokens.refresh_token().to_owned(),
        booked,
        own,
    ]
}

#[tokio::test]
async fn the_same_seed_and_the_same_requests_give_the_same() {
    let (one, same, other) = (
        seeded("suite-17").await,
        seeded("suite-17").await,
        seeded("suite-18").await,
    );

    let (first, second, third) = (story(&one).await, story(&same).await, story(&other).await);

    assert_eq!(first, second);
    for (one, other) in first.iter().zip(&third) {
        assert_ne!(one, other);
    }
}

#[tokio::test]
async fn users_without_an_id_get_the_same_one() {
    let id = async |seed: &str| {
        let realm = realm_with(json!({"random_seed": seed, "seed": {"users": [{"username": "zoe"}]}})).await;
        let document: Value = serde_json::from_str(&snapshot(&realm).await).unwrap();
        document["tables"]["users"][0]["id"].as_str().unwrap().to_owned()
    };

    assert_eq!(id("a").await, id("a").await);
    assert_ne!(id("a").await, id("b").await);
}

#[tokio::test]
async fn without_a_seed_nothing_repeats() {
    let (one, other) = (story(&fresh_realm().await).await, story(&fresh_realm().await).await);

    for (one, other) in one.iter().zip(&other) {
        assert_ne!(one, other);
    }
}

#[tokio::test]
async fn a_seed_file_may_say_it() {
    let seed = json!({"based_on": "demo", "random_seed": "of the file"});
    let (one, other) = (
        realm_with(json!({"seed": seed})).await,
        realm_with(json!({"seed": seed})).await,
    );

    assert_eq!(story(&one).await, story(&other).await);
}

#[tokio::test]
async fn a_reset_begins_anew() {
    let realm = seeded("reset").await;
    let first = story(&realm).await;

    post(&realm, "reset", &json!({})).await.is_ok();

    assert_eq!(story(&realm).await, first);
}

#[tokio::test]
async fn a_restored_realm_goes_on_the_same_each_time_and_repeats_nothing() {
    let realm = seeded("restore").await;
    let before = story(&realm).await;
    let taken = snapshot(&realm).await;

    restore(&realm, &taken).await.is_ok();
    let first = story_of_peter(&realm).await;
    restore(&realm, &taken).await.is_ok();
    let second = story_of_peter(&realm).await;

    assert_eq!(first, second);
    assert!(first.iter().all(|value| !before.contains(value)));
}

/// Another journey, so that what is drawn has somewhere to go.
async fn story_of_peter(realm: &Realm) -> Vec<String> {
    let code = realm.demo_client().code_for("peter").await;
    let tokens = crate::support::Tokens::read(realm.demo_client().redeem(&code).await);
    vec![code.code, tokens.access_token]
}

#[tokio::test]
async fn copies_differ_from_the_original_and_from_one_another() {
    let realm = seeded("forks").await;
    let copies = [fork(&realm).await, fork(&realm).await];

    let mut seen = story_of_peter(&realm).await;
    for copy in &copies {
        seen.extend(story_of_peter(copy).await);
    }

    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

/// A process that takes the realm up later has a stream of its own: it never gives what was given before.
#[tokio::test]
async fn nothing_is_given_twice_after_a_restart_or_by_a_second_process() {
    let mut emulator = Emulator::start(&[]);
    let wishes = json!({"seed": "demo", "random_seed": "restart", "clock": {"now": START, "frozen": true}});
    let realm = emulator.realm(wishes).await;
    let (mut second, address) = emulator.beside();
    let beside = Realm::at(
        &realm.issuer.replace(&emulator.issuer, &address),
        &realm.name,
        realm.http.clone(),
    );
    let draw = async |realm: &Realm| {
        let mut tokens = Vec::new();
        for _ in 0..5 {
            tokens.push(
                realm
                    .demo_service()
                    .client_credentials("appointment_guest_lookup")
                    .await
                    .is_ok()
                    .access_token(),
            );
        }
        tokens
    };

    let mut seen = draw(&realm).await;
    seen.extend(draw(&beside).await);
    second.stop();
    emulator.kill();
    emulator.start_again();
    seen.extend(draw(&realm).await);
    realm.advance("PT1S").await; // a new snapshot of the realm goes on in the same stream
    seen.extend(draw(&realm).await);

    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((seen.len(), count), (20, 20));
}

/// Keys and what protects them are never a seed's: two realms of one seed do not open each other's sealed values.
#[tokio::test]
async fn keys_are_never_drawn_from_a_seed() {
    let secret = async |realm: Realm| {
        let document: Value = serde_json::from_str(&snapshot(&realm).await).unwrap();
        document["root_secret"].clone()
    };

    assert_ne!(secret(seeded("keys").await).await, secret(seeded("keys").await).await);
}
