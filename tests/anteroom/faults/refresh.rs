//! Refresh tokens, and what dies before its time.

use serde_json::json;

use super::{Scene, at_home, cases, redeemed};
use crate::support::{Tokens, portal_realm};

cases! {
    refresh_not_rotated: not_rotated;
    refresh_token_odd_characters: odd_characters;
    refresh_token_expired: expired;
    consent_revoked_mid_session: revoked;
    access_token_expires_early: expires_early;
}

#[tokio::test]
async fn every_effect_on_refreshing_is_seen_and_the_next_answer_is_clean() {
    super::judge(CASES).await;
}

async fn not_rotated(scene: Scene) {
    let client = scene.realm.demo_client();
    let tokens = client.tokens_for("anne").await;
    scene.arm(json!({"times": 2})).await;

    for _ in 0..2 {
        let answer = client.refresh(tokens.refresh_token()).await.brings_tokens();
        assert!(answer.json().get("refresh_token").is_none(), "{answer}");
        assert!(scene.realm.accepts(&answer.access_token()).await);
        scene.realm.advance("PT10M").await; // longer than any grace
    }

    let rotated = Tokens::read(client.refresh(tokens.refresh_token()).await);
    assert_ne!(rotated.refresh_token(), tokens.refresh_token());
}

async fn odd_characters(scene: Scene) {
    let client = scene.realm.demo_client();
    let browser = at_home(&client.request(), "anne").await;
    scene.arm(json!({"times": 2})).await;

    let first = redeemed(&client, &browser).await.is_ok().refresh_token();
    assert!(first.ends_with(" %&+="), "{first}");
    let second = client.refresh(&first).await.is_ok().refresh_token();
    assert!(second.ends_with(" %&+=") && second != first, "{second}");
    // A lost answer: within the grace the same successor comes again, odd as it is.
    assert_eq!(client.refresh(&first).await.is_ok().refresh_token(), second);

    let third = Tokens::read(client.refresh(&second).await);
    assert_ne!(third.refresh_token(), second);
}

async fn expired(scene: Scene) {
    let client = scene.realm.demo_client();
    let tokens = client.tokens_for("anne").await;
    scene.once().await;

    client
        .refresh(tokens.refresh_token())
        .await
        .is_refused_with("invalid_grant");

    assert!(scene.realm.accepts(&tokens.access_token).await);
    Tokens::read(client.refresh(tokens.refresh_token()).await);
}

async fn revoked(scene: Scene) {
    let client = scene.realm.demo_client();
    let tokens = client.tokens_for("anne").await;
    let caller = scene.realm.caller(&tokens.access_token);
    scene.arm(json!({"user": "anne"})).await;

    caller.userinfo().await.is_refused_as_bearer("invalid_token");
    client
        .refresh(tokens.refresh_token())
        .await
        .is_refused_with("invalid_grant");
    let again = client.tokens_for("anne").await; // a new login is possible, and helps as little
    scene.realm.caller(&again.access_token).userinfo().await.has_status(401);
    let ben = client.tokens_for("ben").await;
    scene.realm.caller(&ben.access_token).userinfo().await.is_ok();

    scene.disarm().await;
    caller.userinfo().await.is_ok();
    Tokens::read(client.refresh(tokens.refresh_token()).await);
}

async fn expires_early(scene: Scene) {
    let client = scene.realm.demo_client();
    let browser = at_home(&client.request(), "anne").await;
    scene.once_with(json!({"seconds": 30})).await;

    let short = redeemed(&client, &browser).await.brings_tokens();
    let long = redeemed(&client, &browser).await.brings_tokens();

    assert_eq!(short.json()["expires_in"], long.json()["expires_in"]);
    assert!(scene.realm.accepts(&short.access_token()).await);
    scene.realm.advance("PT30S").await;
    assert!(!scene.realm.accepts(&short.access_token()).await);
    assert!(scene.realm.accepts(&long.access_token()).await);
}

#[tokio::test]
async fn a_refresh_token_that_is_not_rotated_stays_good_where_pairs_are_replaced_at_once() {
    let realm = portal_realm().await;
    let client = realm.demo_client().asking_for("openid");
    let tokens = client.tokens_for("anne").await;
    super::arm(&realm, json!({"fault": "refresh_not_rotated", "times": 1})).await;

    client.refresh(tokens.refresh_token()).await.brings_tokens();
    client.refresh(tokens.refresh_token()).await.brings_tokens();

    client.refresh(tokens.refresh_token()).await.has_status(400);
}

#[tokio::test]
async fn a_spent_refresh_token_is_not_left_as_it_is() {
    let realm = crate::support::fresh_realm().await;
    let client = realm.demo_client();
    let tokens = client.tokens_for("anne").await;
    let next = Tokens::read(client.refresh(tokens.refresh_token()).await);
    Tokens::read(client.refresh(next.refresh_token()).await);
    super::arm(&realm, json!({"fault": "refresh_not_rotated"})).await;

    client
        .refresh(tokens.refresh_token())
        .await
        .is_refused_with("invalid_grant");
}
