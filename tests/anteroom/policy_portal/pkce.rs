//! Pkce.

use super::*;

#[tokio::test]
async fn is_ignored_in_every_way() {
    let realm = portal_realm().await;
    let client = client(&realm);

    let challenged = client.request().with_pkce().code_for("anne").await;
    client
        .redemption(&challenged)
        .with("code_verifier", "wrong")
        .send()
        .await
        .brings_tokens();
    let challenged = client.request().with_pkce().code_for("anne").await;
    client
        .redemption(&challenged)
        .without("code_verifier")
        .send()
        .await
        .brings_tokens();
    let unchallenged = client.code_for("anne").await;
    client
        .redemption(&unchallenged)
        .with("code_verifier", "unasked")
        .send()
        .await
        .brings_tokens();
}

#[tokio::test]
async fn is_not_required_of_public_clients() {
    let realm = portal_realm().await;
    let public = realm.demo_spa().asking_for(SCOPE);

    let code = public
        .request()
        .without("code_challenge")
        .without("code_challenge_method")
        .code_for("anne")
        .await;

    public
        .redemption(&code)
        .without("code_verifier")
        .send()
        .await
        .brings_tokens();
}
