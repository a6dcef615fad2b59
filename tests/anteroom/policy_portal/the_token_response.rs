//! The token response.

use super::*;

#[tokio::test]
async fn has_the_documented_members_in_the_documented_order() {
    let realm = portal_realm().await;
    let plain = client(&realm)
        .asking_for("profile_read appointment_read appointment_write")
        .tokens_for("anne")
        .await;
    let openid = client(&realm).tokens_for("anne").await;

    let members = |tokens: &Tokens| {
        tokens
            .answer
            .json()
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let documented = [
        "access_token",
        "token_type",
        "expires_in",
        "refresh_token",
        "scope",
        "created_at",
    ];
    assert_eq!(members(&plain), documented);
    assert_eq!(members(&openid)[..6], documented);
    assert_eq!(
        plain.answer.json()["scope"],
        "profile_read appointment_read appointment_write"
    );
    assert_eq!((plain.access_token.len(), plain.refresh_token().len()), (43, 43));
    assert!(!plain.access_token.contains('.'), "opaque");
}

#[tokio::test]
async fn may_be_asked_for_in_json() {
    let realm = portal_realm().await;
    let client = client(&realm);
    let code = client.code_for("anne").await;

    let call = client.redemption(&code).in_body("demo-client", "demo-secret");
    let tokens = Tokens::read(call.send_as_json().await);

    client
        .refreshing(tokens.refresh_token())
        .send_as_json()
        .await
        .brings_tokens();
}

#[tokio::test]
async fn is_refused_to_json_that_is_none() {
    let realm = portal_realm().await;

    for body in [
        "",
        "{",
        "[]",
        "\"x\"",
        "{\"grant_type\": 7}",
        "{\"grant_type\": [\"refresh_token\"]}",
        "null",
    ] {
        let request = realm
            .http
            .post(realm.url("/oauth/token"))
            .header("content-type", "application/json")
            .body(body);
        let answer = Answer::to(request.basic_auth("demo-client", Some("demo-secret"))).await;
        answer.is_refused_with_one_of(&["invalid_request", "unsupported_grant_type"]);
    }
}

#[tokio::test]
async fn counts_by_the_portals_lifetimes() {
    let realm = portal_realm().await;
    let client = client(&realm);
    let (early, late) = (client.code_for("anne").await, client.code_for("anne").await);
    realm.advance("PT9M59S").await;

    let tokens = Tokens::read(client.redeem(&early).await);
    realm.advance("PT2S").await;

    client.redeem(&late).await.is_refused_with("invalid_grant");
    let claims = jwt::claims(tokens.id_token());
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
    assert_eq!(tokens.answer.json()["expires_in"], 7200);
}
