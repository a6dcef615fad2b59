//! Which exchanges belong together.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{exchanges, last, text};
use crate::support::{fresh_realm, portal_realm};

const SCOPE: &str = "openid profile_read appointment_read offline_access";

fn endpoints(flow: &Value) -> Vec<String> {
    let steps = flow["steps"].as_array().expect("a list");
    steps.iter().map(|step| text(step, "endpoint").to_owned()).collect()
}

#[tokio::test]
async fn a_flow_goes_from_the_authorization_request_to_the_last_use_of_its_tokens() {
    let realm = fresh_realm().await;
    let client = realm.demo_client().asking_for(SCOPE);
    let tokens = client.tokens_for("anne").await;
    realm.caller(&tokens.access_token).userinfo().await.is_ok();
    realm
        .caller(&tokens.access_token)
        .get("/api/portal/v1/user")
        .await
        .is_ok();
    let refreshed = client.refresh(tokens.refresh_token()).await.is_ok();
    client.introspect(&refreshed.access_token()).await.is_ok();
    client.revoke(&refreshed.refresh_token()).await.is_ok();
    realm.discovery().await;

    let flows = realm.get("/control/api/exchanges/flows").await.is_ok().json()["flows"].clone();

    assert_eq!(flows.as_array().map(Vec::len), Some(1), "{flows}");
    let flow = &flows[0];
    assert_eq!(
        endpoints(flow),
        [
            "authorize",
            "login",
            "login",
            "continue",
            "consent",
            "consent",
            "continue",
            "token",
            "userinfo",
            "mypatientportal",
            "token",
            "introspect",
            "revoke"
        ]
    );
    assert_eq!(flow["client_id"], "demo-client");
    assert_eq!(flow["user"], "anne");
    assert!(flow["grant_id"].is_string() && flow["refused"] == 0, "{flow}");
    let number = text(flow, "flow");
    let whole = realm
        .get(&format!("/control/api/exchanges/flows/{number}"))
        .await
        .is_ok()
        .json();
    assert_eq!(whole["exchanges"].as_array().map(Vec::len), Some(13));
    let first = &exchanges(&realm, &format!("flow={number}")).await[0];
    assert_eq!(first["user"], "anne", "known since the sign-in: {first}");
    assert_eq!(exchanges(&realm, "user=anne").await.len(), 13);
    assert_eq!(last(&realm, "endpoint=discovery").await["flow"], Value::Null);
}

#[tokio::test]
async fn two_people_at_the_same_client_have_two_flows() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();

    let (anne, ben) = tokio::join!(client.tokens_for("anne"), client.tokens_for("ben"));
    realm.caller(&ben.access_token).userinfo().await.is_ok();
    realm.caller(&anne.access_token).userinfo().await.is_ok();

    let flows: HashSet<_> = exchanges(&realm, "")
        .await
        .iter()
        .map(|one| text(one, "flow").to_owned())
        .collect();
    assert_eq!(flows.len(), 2);
    let [of_ben, of_anne] = &exchanges(&realm, "endpoint=userinfo").await[..] else {
        panic!("two exchanges")
    };
    assert_eq!((&of_ben["user"], &of_anne["user"]), (&json!("ben"), &json!("anne")));
    for (exchange, user) in [(of_ben, "ben"), (of_anne, "anne")] {
        let whole = exchanges(&realm, &format!("flow={}", text(exchange, "flow"))).await;
        assert!(whole.iter().all(|one| one["user"] == user), "{user}");
    }
}

#[tokio::test]
async fn neither_the_same_browser_nor_the_same_state_makes_one_flow_of_two() {
    let realm = fresh_realm().await;
    let request = realm.demo_client().request();
    let (_, browser) = request.authorize_as("anne").await;

    request.open(&browser).await.callback().code();

    let authorize = exchanges(&realm, "endpoint=authorize").await;
    assert_eq!(authorize.len(), 2);
    assert_ne!(authorize[0]["flow"], authorize[1]["flow"]);
    assert_eq!(authorize[1]["user"], "anne");
}

#[tokio::test]
async fn an_answer_by_form_post_or_fragment_leads_on_to_its_token_request() {
    for mode in ["form_post", "fragment"] {
        let realm = portal_realm().await;
        let client = realm.demo_client().asking_for("openid profile_read");
        let request = client.request().with("response_mode", mode);

        request.tokens_for("anne").await;

        let token = last(&realm, "endpoint=token").await;
        let authorize = last(&realm, "endpoint=authorize").await;
        assert_eq!(token["flow"], authorize["flow"], "{mode}");
    }
}

#[tokio::test]
async fn a_refused_step_belongs_to_its_flow_too() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let code = client.code_for("anne").await;

    client
        .redemption(&code)
        .with("redirect_uri", "http://127.0.0.1:1/other")
        .send()
        .await
        .is_refused_with("invalid_grant");

    let refused = last(&realm, "refused=true").await;
    assert_eq!(
        (&refused["user"], &refused["client_id"]),
        (&json!("anne"), &json!("demo-client"))
    );
    let flow = realm
        .get(&format!("/control/api/exchanges/flows/{}", text(&refused, "flow")))
        .await
        .is_ok()
        .json();
    assert_eq!(flow["refused"], 1);
    assert_eq!(flow["steps"][7]["refused"], "invalid_grant");
}

#[tokio::test]
async fn a_flow_that_is_not_there_is_not_found() {
    let realm = fresh_realm().await;
    realm.discovery().await;

    for flow in ["1", "0", "-1", "first", "99999999999999999999999", "%ff"] {
        realm
            .get(&format!("/control/api/exchanges/flows/{flow}"))
            .await
            .has_status(404);
        realm
            .get(&format!("/control/api/exchanges/flows/{flow}/har"))
            .await
            .has_status(404);
    }
}
