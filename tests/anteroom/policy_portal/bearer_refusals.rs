//! Bearer refusals.

use super::*;

/// Status, challenge and body to the letter.
#[track_caller]
fn says(answer: Answer, error: &str, description: &str) {
    let answer = answer.is_refused_as_bearer(error);
    let challenge = format!(
        "Bearer realm=\"Doorkeeper\", error=\"{error}\", error_description=\"{}\"",
        description.replace('"', "_")
    );
    assert_eq!(
        answer.json(),
        json!({ "error": error, "error_description": description })
    );
    answer.has_header("www-authenticate", &challenge);
}

#[tokio::test]
async fn tell_none_unknown_expired_and_revoked_apart() {
    let realm = portal_realm().await;
    let client = client(&realm);
    let (expired, revoked) = (client.tokens_for("anne").await, client.tokens_for("anne").await);
    client.revoke(&revoked.access_token).await.is_ok();
    let userinfo = async |token: &str| realm.caller(token).userinfo().await;

    says(
        realm.get("/oauth/userinfo").await,
        "invalid_token",
        "The access token is invalid",
    );
    says(
        userinfo("unknown").await,
        "invalid_token",
        "The access token is invalid",
    );
    says(
        userinfo(&revoked.access_token).await,
        "invalid_token",
        "The access token was revoked",
    );
    realm.advance("PT2H1S").await;
    says(
        userinfo(&expired.access_token).await,
        "invalid_token",
        "The access token expired",
    );
}

#[tokio::test]
async fn name_the_scopes_that_are_missing() {
    let realm = portal_realm().await;
    let token = client(&realm)
        .asking_for("profile_read")
        .tokens_for("anne")
        .await
        .access_token;

    let answer = realm.caller(&token).get("/api/portal/v1/appointments").await;

    says(
        answer,
        "insufficient_scope",
        "Access to this resource requires scope \"profile_read appointment_read\".",
    );
}

#[tokio::test]
async fn userinfo_wants_openid() {
    let realm = portal_realm().await;
    let token = client(&realm)
        .asking_for("profile_read")
        .tokens_for("anne")
        .await
        .access_token;

    realm
        .caller(&token)
        .userinfo()
        .await
        .is_refused_as_bearer("insufficient_scope");
}

#[tokio::test]
async fn a_token_without_a_person_is_invalid_there() {
    let realm = portal_realm().await;
    let token = client(&realm).client_credentials("openid").await;

    if token.status == 200 {
        realm
            .caller(&token.access_token())
            .userinfo()
            .await
            .is_refused_as_bearer("invalid_token");
    } else {
        token.is_refused_with("invalid_scope");
    }
}
