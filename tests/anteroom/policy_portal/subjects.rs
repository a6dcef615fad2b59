//! Subjects.

use super::*;

#[tokio::test]
async fn differ_from_client_to_client_and_are_the_same_everywhere_else() {
    let realm = portal_realm().await;
    let first = client(&realm).tokens_for("anne").await;
    let again = client(&realm).tokens_for("anne").await;
    let other = realm.demo_spa().asking_for(SCOPE).tokens_for("anne").await;
    let sub = |tokens: &Tokens| jwt::claims(tokens.id_token())["sub"].clone();

    assert_eq!(sub(&first), sub(&again));
    assert_ne!(sub(&first), sub(&other));
    assert_eq!(
        realm.caller(&first.access_token).userinfo().await.is_ok().json()["sub"],
        sub(&first)
    );
    if let Some(introspected) = client(&realm)
        .introspect(&first.access_token)
        .await
        .is_ok()
        .json()
        .get("sub")
    {
        assert_eq!(*introspected, sub(&first));
    }
}
