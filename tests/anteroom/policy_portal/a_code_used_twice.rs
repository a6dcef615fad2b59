//! A code used twice.

use super::*;

#[tokio::test]
async fn revokes_the_token_it_yielded() {
    let realm = portal_realm().await;
    let client = client(&realm);
    let code = client.code_for("anne").await;
    let tokens = Tokens::read(client.redeem(&code).await);

    client.redeem(&code).await.is_refused_with("invalid_grant");

    assert!(!realm.accepts(&tokens.access_token).await);
}
