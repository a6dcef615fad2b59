//! A realm with all that happened in its mediQuo, taken as a document and restored under another name.

use serde_json::json;

use super::{Customer, address, appointment, clinic};
use crate::support::{Answer, Emulator, Realm, receiver::Receiver};

fn document(name: &str) -> String {
    format!("{}/control/api/realms/{name}/snapshot", Emulator::shared().issuer)
}

async fn snapshot(realm: &Realm) -> String {
    realm.get(&document(&realm.name)).await.is_ok().text()
}

async fn restore_as(realm: &Realm, name: &str, snapshot: String) -> Answer {
    let request = realm
        .http
        .put(document(name))
        .header("content-type", "application/json");
    Answer::to(request.body(snapshot)).await
}

#[tokio::test]
async fn a_restored_realm_goes_on_where_the_first_one_was() {
    let (clinic, receiver) = (clinic().await, Receiver::start().await);
    let endpoint = json!({"url": receiver.url, "secret": "agreed-value"});
    clinic
        .realm
        .post_json("/control/api/mediquo/webhook-endpoints", &endpoint)
        .await
        .has_status(201);
    clinic
        .writes(json!([{"code": "s-1", "first_name": "Sna", "plan": "gold", "meta": {"z": 1}}]))
        .await;
    let message = json!({"text": "Welcome!", "type": "welcome", "patient_code": "s-1"});
    clinic.post("/v1/messages", &message).await.is_ok();
    clinic
        .post("/v1/activation-codes", &json!({"code": "S", "plan_name": "gold"}))
        .await
        .is_ok();
    let patient = clinic.patient("s-1").await;

    let taken = snapshot(&clinic.realm).await;
    let name = format!("{}-copy", clinic.realm.name);
    let made = restore_as(&clinic.realm, &name, taken.clone()).await.has_status(201);
    let copy = Customer::clinic(&Realm::at(&made.member("issuer"), &name, clinic.realm.http.clone()));

    assert_eq!(snapshot(&copy.realm).await, taken);
    assert_eq!(copy.patient("s-1").await, patient);
    let token = copy.token("s-1").await;
    let frame = format!("/mediquo/widget/frame?api_key=demo-api-key&token={token}");
    assert!(copy.realm.get(&frame).await.is_ok().text().contains("Welcome!"));
    let url = address(&copy.post("/v1/appointments", &appointment("a-1")).await.is_ok());
    assert!(url.starts_with(&copy.realm.issuer), "{url}");
    // The endpoint's secret was opened where it left and sealed where it came in.
    let told = receiver.has_received(1).await;
    assert_eq!(told[0].header("x-webhook-signature"), Some("agreed-value"));
    copy.get("/v1/activation-codes?code=S").await.is_ok();
}
