//! Consent.

use super::*;

#[tokio::test]
async fn is_skipped_while_a_live_token_of_the_client_has_the_scopes() {
    let realm = portal_realm().await;
    let browser = realm.user_agent();
    let client = client(&realm);
    let request = client.request();
    let callback = request.authorize(&browser, "anne").await;

    // Agreed, but there is no token yet.
    assert!(client.request().open(&browser).await.page().is_consent());

    let tokens = Tokens::read(client.redeem(&request.code_in(&callback)).await);
    client.request().open(&browser).await.callback().code();
    assert!(
        client
            .clone()
            .asking_for("basic")
            .request()
            .open(&browser)
            .await
            .page()
            .is_consent()
    );

    client.revoke(&tokens.access_token).await.is_ok();
    assert!(client.request().open(&browser).await.page().is_consent());
}
