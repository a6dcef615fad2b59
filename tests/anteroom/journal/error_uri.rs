//! `error_uri` (RFC 6749 §4.1.2.1, §5.2): an error leads to the exchange that explains it.

use serde_json::Value;

use super::last;
use crate::support::{Answer, Realm, fresh_realm, portal_realm, realm_with};

/// What stands at the address an error points to.
async fn explained(realm: &Realm, error_uri: &str) -> Value {
    let prefix = format!("{}/control/exchanges/", realm.issuer);
    assert!(error_uri.starts_with(&prefix), "{error_uri}");
    let request = realm.http.get(error_uri).header("accept", "application/json");
    Answer::to(request).await.is_ok().json()
}

#[tokio::test]
async fn the_errors_of_machine_endpoints_lead_to_their_own_exchange() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();

    let unknown = client
        .token_request("authorization_code")
        .with("code", "x")
        .with("redirect_uri", "y")
        .send()
        .await;
    let unauthenticated = client
        .call("/oauth/revoke")
        .basic("demo-client", "wrong")
        .with("token", "x")
        .send()
        .await;
    let no_token = realm.get("/oauth/userinfo").await;

    for (answer, endpoint, kind) in [
        (unknown, "token", "code.unknown"),
        (unauthenticated, "revoke", "client.wrong_secret"),
        (no_token, "userinfo", "token.missing"),
    ] {
        let exchange = explained(&realm, &answer.member("error_uri")).await;
        assert_eq!(exchange["endpoint"], endpoint);
        assert_eq!(exchange["refusal"]["kind"], kind);
        assert_eq!(exchange["response"]["status"], answer.status);
    }
}

#[tokio::test]
async fn an_error_at_the_redirect_uri_leads_there_too() {
    let realm = fresh_realm().await;
    for mode in ["query", "fragment", "form_post"] {
        let request = realm
            .demo_client()
            .request()
            .with("scope", "nonsense")
            .with("response_mode", mode);

        let callback = request
            .open(&realm.user_agent())
            .await
            .callback()
            .is_refused_with("invalid_scope");

        let exchange = explained(&realm, callback.get("error_uri").expect("an error_uri")).await;
        assert_eq!(exchange["refusal"]["kind"], "scope.unknown", "{mode}");
        assert_eq!(exchange["refusal"]["code"], "invalid_scope");
    }
}

#[tokio::test]
async fn a_persons_no_is_not_explained() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = realm.demo_client().request().open(&browser).await.page();
    let page = browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await
        .page();

    let callback = browser
        .submit(&page.form_with("decision").press("decision", "deny"))
        .await
        .callback();

    callback.is_refused_with("access_denied").lacks("error_uri");
    assert_eq!(last(&realm, "refused=true").await["refusal"]["kind"], "user.denied");
}

#[tokio::test]
async fn the_portals_policy_has_none_unless_it_is_switched_on() {
    let silent = portal_realm().await;
    let speaking = realm_with(serde_json::json!({"policy": {"preset": "portal", "error_uri": true}})).await;
    let refused = async |realm: &Realm| realm.demo_client().client_credentials("nonsense").await.has_status(400);

    assert!(refused(&silent).await.json().get("error_uri").is_none());
    let error_uri = refused(&speaking).await.member("error_uri");
    explained(&speaking, &error_uri).await;
    assert_eq!(last(&silent, "refused=true").await["refusal"]["kind"], "scope.unknown");
}
