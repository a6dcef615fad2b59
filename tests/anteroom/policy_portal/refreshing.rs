//! Refreshing.

use super::*;

#[tokio::test]
async fn kills_both_halves_of_the_old_pair_at_once() {
    let realm = portal_realm().await;
    let client = client(&realm);
    let first = client.tokens_for("anne").await;

    let second = Tokens::read(client.refresh(first.refresh_token()).await);

    realm
        .caller(&first.access_token)
        .userinfo()
        .await
        .is_refused_as_bearer("invalid_token");
    client
        .refresh(first.refresh_token())
        .await
        .is_refused_with("invalid_grant");
    assert!(realm.accepts(&second.access_token).await, "reuse is only refused");
    client.refresh(second.refresh_token()).await.brings_tokens();
}

#[tokio::test]
async fn is_possible_for_ever() {
    let realm = portal_realm().await;
    let client = client(&realm);
    let tokens = client.tokens_for("anne").await;
    realm.advance("PT50000H").await;

    client.refresh(tokens.refresh_token()).await.brings_tokens();
}

#[tokio::test]
async fn of_a_narrower_scope_is_allowed() {
    let realm = portal_realm().await;
    let client = client(&realm);
    let tokens = client.tokens_for("anne").await;

    let narrow = client
        .refreshing(tokens.refresh_token())
        .with("scope", "profile_read")
        .send()
        .await
        .brings_tokens();

    assert_eq!(narrow.json()["scope"], "profile_read");
}
