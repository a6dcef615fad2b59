//! `GET /oauth/token/info`: what a bearer may know of its own token.

use serde_json::json;

use crate::support::{Answer, Realm, fresh_realm, jwt, portal_realm};

async fn ask(realm: &Realm, token: &str) -> Answer {
    Answer::to(realm.http.get(realm.url("/oauth/token/info")).bearer_auth(token)).await
}

#[tokio::test]
async fn it_names_the_user_as_the_client_knows_them() {
    for realm in [fresh_realm().await, portal_realm().await] {
        let client = realm.demo_client().asking_for("openid profile_read");
        let tokens = client.tokens_for("anne").await;
        realm.advance("PT100S").await;

        let info = ask(&realm, &tokens.access_token).await.is_ok().json();

        assert_eq!(info["resource_owner_id"], jwt::claims(tokens.id_token())["sub"]);
        assert_eq!(info["scope"], json!(["openid", "profile_read"]));
        assert_eq!(info["application"], json!({"uid": "demo-client"}));
        assert_eq!(info["expires_in"], 7100);
        assert!(info["created_at"].is_i64(), "{info}");
    }
}

#[tokio::test]
async fn a_token_without_a_user_has_no_owner() {
    let realm = fresh_realm().await;
    let tokens = realm
        .demo_service()
        .client_credentials("appointment_guest_lookup")
        .await;

    let info = ask(&realm, &tokens.access_token()).await.is_ok().json();

    assert_eq!(info["resource_owner_id"], json!(null));
    assert_eq!(info["application"], json!({"uid": "demo-service"}));
}

#[tokio::test]
async fn what_is_no_live_token_is_refused_with_a_challenge() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().tokens_for("anne").await;
    let unnamed = realm.get("/oauth/token/info").await.has_status(401);
    assert!(unnamed.header("www-authenticate").is_some(), "{unnamed}");

    ask(&realm, "unknown")
        .await
        .has_status(401)
        .has_header("content-type", "application/json");
    ask(&realm, tokens.refresh_token()).await.has_status(401);
    realm.advance("PT3H").await;
    ask(&realm, &tokens.access_token).await.has_status(401);
    realm.post("/oauth/token/info", &[]).await.has_status(405);
}
