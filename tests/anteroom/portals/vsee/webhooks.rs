//! Webhooks of both versions: what they say, to whom, and that they arrive.

use serde_json::{Value, json};

use super::{MONDAY_NINE, QUARTER, data, patient, provider, text};
use crate::support::{Answer, Realm, fresh_realm, receiver::Receiver};

const ENDPOINTS: &str = "/control/api/vsee/webhook-endpoints";

async fn endpoint(realm: &Realm, body: Value) -> Value {
    realm.post_json(ENDPOINTS, &body).await.has_status(201).json()
}

fn bodies(received: &[crate::support::receiver::Received]) -> Vec<Value> {
    let bodies = received
        .iter()
        .map(|one| serde_json::from_str(&one.body).expect("JSON"));
    bodies.collect()
}

#[tokio::test]
async fn both_versions_tell_of_a_visit_from_beginning_to_end() {
    let realm = fresh_realm().await;
    let (one, two) = (Receiver::start().await, Receiver::start().await);
    endpoint(&realm, json!({"url": format!("{}/hook", one.url), "version": "1.0"})).await;
    endpoint(
        &realm,
        json!({"url": format!("{}/hook", two.url), "version": "2.0", "account": "vclinic"}),
    )
    .await;
    let john = patient(&realm, "p-1").await;
    let created = realm.now().await.as_second();

    let visit = text(&data(john.books(MONDAY_NINE).await), "id");
    john.post(
        &format!("visits/{visit}/end"),
        &json!({"reason": "patient_cancel_appointment"}),
    )
    .await
    .is_ok();

    let first = bodies(&one.has_received(2).await);
    let (start, end) = (MONDAY_NINE, MONDAY_NINE + QUARTER);
    let mut by_type: Vec<_> = first.iter().map(|body| text(body, "type")).collect();
    by_type.sort_unstable();
    assert_eq!(by_type, ["visit.created", "visit.ended"]);
    let ended = first
        .iter()
        .find(|body| body["type"] == "visit.ended")
        .expect("it came");
    let mut envelope = ended.clone();
    assert!(uuid::Uuid::parse_str(envelope["id"].take().as_str().unwrap_or_default()).is_ok());
    assert_eq!(
        envelope,
        json!({
            "version": "1.0", "id": null, "type": "visit.ended", "created": created, "account_code": "vclinic",
            "data": {
                "id": visit, "member_id": john.id, "provider_id": "181883", "start": start.to_string(),
                "end": end.to_string(), "actual_start": null, "actual_end": created.to_string(), "status": "40",
                "completed_by": john.id,
            },
        })
    );
    let second = bodies(&two.has_received(2).await);
    let ended = second
        .iter()
        .find(|body| body["type"] == "visit.ended")
        .expect("it came");
    assert_eq!(
        (&ended["version"], &ended["clinic_code"]),
        (&json!("2.0"), &json!("vclinic"))
    );
    assert!(ended.get("account_code").is_none());
    assert_eq!(
        ended["data"],
        json!({
            "id": visit, "member_id": john.id, "provider_id": "181883", "start": start, "end": end,
            "actual_start": null, "actual_end": created, "status": "cancelled", "status_updated_by": john.id,
        })
    );
}

#[tokio::test]
async fn an_endpoint_hears_only_what_it_asked_for_and_nothing_once_it_is_gone() {
    let realm = fresh_realm().await;
    let receiver = Receiver::start().await;
    let wish = json!({"url": receiver.url, "version": "1.0", "events": ["visit.updated"]});
    let wanted = endpoint(&realm, wish).await;
    let (john, pat) = (patient(&realm, "p-1").await, provider(&realm, "pat").await);
    let visit = text(&john.asks_an_e_consult().await, "id");

    pat.post(&format!("visits/{visit}/accept"), &json!({})).await.is_ok();

    let heard = bodies(&receiver.has_received(1).await);
    assert_eq!(
        (
            &heard[0]["type"],
            &heard[0]["data"]["provider_id"],
            &heard[0]["data"]["status"]
        ),
        (&json!("visit.updated"), &json!("181883"), &json!("10"))
    );
    let address = realm.url(&format!("{ENDPOINTS}/{}", text(&wanted, "id")));
    Answer::to(realm.http.delete(&address)).await.has_status(204);
    Answer::to(realm.http.delete(&address)).await.has_status(404);
    john.walks_in().await;
    let written = realm.get("/control/api/outbox/webhooks").await.is_ok().json();
    assert_eq!(written["webhooks"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn what_is_refused_tells_nobody() {
    let realm = fresh_realm().await;
    endpoint(&realm, json!({"url": "http://127.0.0.1:9/hook", "version": "2.0"})).await;
    let john = patient(&realm, "p-1").await;

    super::refused(&john.books(MONDAY_NINE + 60).await, 400);

    let written = realm.get("/control/api/outbox/webhooks").await.is_ok().json();
    assert_eq!(written["webhooks"], json!([]));
}

#[tokio::test]
async fn a_failed_delivery_is_tried_again_by_the_realms_clock() {
    let realm = fresh_realm().await;
    let receiver = Receiver::start().await;
    receiver.answers(&[500]);
    endpoint(&realm, json!({"url": receiver.url, "version": "1.0"})).await;
    patient(&realm, "p-1").await.walks_in().await;
    receiver.has_received(1).await;
    // Until the failure is written down, its pause has not begun.
    realm
        .get("/control/api/outbox/webhooks?state=waiting&wait=30")
        .await
        .is_ok();

    realm.advance("PT1M").await;

    let received = receiver.has_received(2).await;
    assert_eq!(received[0].body, received[1].body);
}

#[tokio::test]
async fn notes_and_invoices_are_told_on_demand() {
    let realm = fresh_realm().await;
    let (one, two) = (Receiver::start().await, Receiver::start().await);
    endpoint(
        &realm,
        json!({"url": one.url, "version": "1.0", "events": ["visit.note.signed_and_sent"]}),
    )
    .await;
    endpoint(&realm, json!({"url": two.url, "version": "2.0"})).await;
    let visit = text(&patient(&realm, "p-1").await.walks_in().await, "id");
    two.has_received(1).await;

    let fire = json!({"visit_id": visit, "type": "visit.note.signed_and_sent", "note_status": "draft"});
    let told = realm
        .post_json("/control/api/vsee/webhook-events", &fire)
        .await
        .is_ok()
        .json();

    assert_eq!(told, json!({"told": 2}));
    let first = bodies(&one.has_received(1).await);
    assert!(first[0]["data"].get("note").is_none());
    let second = bodies(&two.has_received(2).await);
    let note = second
        .iter()
        .find(|body| body["type"] == "visit.note.signed_and_sent")
        .expect("it came");
    assert_eq!(note["data"]["note"]["status"], "draft");
    for (wrong, status) in [
        (json!({"visit_id": visit, "type": "visit.begun"}), 400),
        (
            json!({"visit_id": visit, "type": "visit.invoice.processed", "note_status": "torn"}),
            400,
        ),
        (json!({"visit_id": "4711", "type": "visit.invoice.processed"}), 404),
        (json!({"visit_id": visit}), 400),
    ] {
        realm
            .post_json("/control/api/vsee/webhook-events", &wrong)
            .await
            .has_status(status);
    }
}

#[tokio::test]
async fn endpoints_are_listed_and_bad_ones_are_not_taken() {
    let realm = fresh_realm().await;
    for (wrong, status) in [
        (json!({"url": "ftp://example.com", "version": "1.0"}), 400),
        (json!({"url": "nowhere", "version": "1.0"}), 400),
        (json!({"url": "https://example.com", "version": "3.0"}), 400),
        (
            json!({"url": "https://example.com", "version": "1.0", "events": ["visit.begun"]}),
            400,
        ),
        (
            json!({"url": "https://example.com", "version": "1.0", "account": "other"}),
            404,
        ),
        (
            json!({"url": "https://example.com", "version": "1.0", "secret": "s"}),
            400,
        ),
    ] {
        realm.post_json(ENDPOINTS, &wrong).await.has_status(status);
    }
    let added = endpoint(&realm, json!({"url": "https://example.com/hook", "version": "2.0"})).await;

    let listed = realm.get(ENDPOINTS).await.is_ok().json();

    assert_eq!(listed, json!({"webhook_endpoints": [added]}));
}
