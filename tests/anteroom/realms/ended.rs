//! Realms deleted: everything of them is gone, and their name is free.

use super::*;

async fn end(realm: &Realm) -> Answer {
    let root = Emulator::shared().default_realm();
    Answer::to(
        root.http
            .delete(root.url(&format!("/control/api/realms/{}", realm.name))),
    )
    .await
}

#[tokio::test]
async fn everything_of_it_is_gone_at_once() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().tokens_for("anne").await;

    let answer = end(&realm).await;

    assert!((200..300).contains(&answer.status), "{answer}");
    for path in [
        "/.well-known/openid-configuration",
        "/oauth/discovery/keys",
        "/oauth/authorize",
        "/oauth/userinfo",
        "/login",
        "/control/api/clock",
    ] {
        realm.get(path).await.has_status(404);
    }
    realm
        .demo_client()
        .refresh(tokens.refresh_token())
        .await
        .has_status(404);
    realm.caller(&tokens.access_token).userinfo().await.has_status(404);
    realm
        .get(&format!(
            "{}/.well-known/oauth-authorization-server/realms/{}",
            realm.host(),
            realm.name
        ))
        .await
        .has_status(404);
}

#[tokio::test]
async fn its_name_is_free_again_and_nothing_is_left_over() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().tokens_for("anne").await;
    end(&realm).await;

    let again = realm_with(json!({ "name": realm.name })).await;

    assert_eq!(again.issuer, realm.issuer);
    assert!(!again.accepts(&tokens.access_token).await);
    again
        .caller(&tokens.access_token)
        .userinfo()
        .await
        .is_refused_as_bearer("invalid_token");
    again
        .demo_client()
        .refresh(tokens.refresh_token())
        .await
        .is_refused_with("invalid_grant");
}

#[tokio::test]
async fn twice_is_not_found() {
    let realm = fresh_realm().await;
    end(&realm).await;

    is_a_problem(end(&realm).await, 404);
}

#[tokio::test]
async fn the_default_realm_cannot_be_deleted() {
    let root = Emulator::shared().default_realm();

    let answer = Answer::to(root.http.delete(root.url("/control/api/realms/default"))).await;

    assert!((400..500).contains(&answer.status), "{answer}");
    root.get("/.well-known/openid-configuration").await.is_ok();
}
