//! Faults that triggered are marked on the exchanges they have changed.

use serde_json::{Value, json};

use super::events::Listener;
use super::{exchanges, last, text};
use crate::faults::arm;
use crate::support::fresh_realm;

#[tokio::test]
async fn an_exchange_says_which_fault_has_changed_it_and_the_next_one_is_clean() {
    let realm = fresh_realm().await;
    let mut listener = Listener::begin(&realm, "?only=fault", None).await;
    let id = arm(&realm, json!({"fault": "portal_too_many_requests", "times": 1})).await;
    let token = realm
        .demo_client()
        .asking_for("openid profile_read")
        .tokens_for("anne")
        .await;
    let anne = realm.caller(&token.access_token);

    anne.get("/api/portal/v1/user").await.has_status(429);
    anne.get("/api/portal/v1/user").await.is_ok();

    let changed = exchanges(&realm, "fault=portal_too_many_requests").await;
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0]["response"]["status"], 429);
    assert_eq!(
        changed[0]["faults"],
        json!([{"fault": "portal_too_many_requests", "id": id}])
    );
    assert_eq!(last(&realm, "endpoint=mypatientportal").await.get("faults"), None);
    let told = listener.is_told().await;
    assert_eq!(told.data["fault"], "portal_too_many_requests");
    assert_eq!(told.data["exchange"], changed[0]["id"]);
}

#[tokio::test]
async fn an_answer_that_a_fault_keeps_from_going_out_is_recorded_as_broken_off() {
    let realm = fresh_realm().await;
    arm(&realm, json!({"fault": "dropped_after_commit", "times": 1})).await;

    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "appointment_guest_lookup"),
    ];
    let request = realm
        .http
        .post(realm.url("/oauth/token"))
        .basic_auth("demo-service", Some("demo-service-secret"));
    request.form(&form).send().await.expect_err("nothing comes back");

    let exchange = exchanges(&realm, "fault=dropped_after_commit&wait=10").await.remove(0);
    assert!(
        text(&exchange, "ending").starts_with("the answer was interrupted"),
        "{exchange}"
    );
    assert_eq!(exchange["response"]["body"]["text"], Value::Null);
    assert_eq!(exchange["client_id"], "demo-service");
}
