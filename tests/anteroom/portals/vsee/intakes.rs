//! Intakes: three ways to send them, what is kept, whose they are.

use serde_json::{Value, json};

use super::{admin, data, patient, provider, refused, text};
use crate::support::fresh_realm;

#[tokio::test]
async fn whatever_is_said_besides_is_kept_and_echoed_as_it_came() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let custom = json!({"a": [1, null, {"b": "ä\u{1f48a}"}]});
    let body = json!({
        "room_code": "clinic", "type": 2, "reason_for_visit": "followup", "location": "CA", "phone": "6505550100",
        "provider_id": 181_883, "custom_pain": 7, "custom_more": custom, "custom_empty": "",
        "id": "mine", "created": 1, "visit_id": "9",
    });

    let created = data(john.post("intakes", &body).await);

    assert_eq!(
        (
            &created["custom_pain"],
            &created["custom_more"],
            &created["custom_empty"]
        ),
        (&json!(7), &custom, &json!(""))
    );
    let id = text(&created, "id");
    assert!(uuid::Uuid::parse_str(&id).is_ok(), "{id}");
    let intake = data(john.get(&format!("intakes/{id}.json")).await);
    assert_eq!((&intake["id"], &intake["custom_more"]), (&json!(id), &custom));
    assert_eq!(
        (
            &intake["type"],
            &intake["reason_for_visit"],
            &intake["location"],
            &intake["provider_id"]
        ),
        (&json!("2"), &json!("followup"), &json!("CA"), &json!("181883"))
    );
    assert_eq!(
        (&intake["created"], &intake["attachments"]),
        (&intake["modified"], &json!([]))
    );
    assert!(intake["created"].is_i64());
}

#[tokio::test]
async fn a_form_and_multipart_say_the_same_as_json() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let fields = [
        ("room_code", "clinic"),
        ("reasonforvisit", "cough"),
        ("provider", "181883"),
        ("custom_a", "b"),
    ];

    let by_form = data(john.form("intakes", &fields).await);
    let by_multipart = data(john.post_files("intakes", &fields, &[]).await);

    for created in [by_form, by_multipart] {
        let intake = data(john.get(&format!("intakes/{}", text(&created, "id"))).await);
        assert_eq!(
            (
                &intake["reason_for_visit"],
                &intake["provider_id"],
                &intake["custom_a"],
                &intake["type"]
            ),
            (&json!("cough"), &json!("181883"), &json!("b"), &json!("1"))
        );
    }
}

#[tokio::test]
async fn what_is_not_said_anew_stays() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let body = json!({"room_code": "clinic", "reason_for_visit": "cough", "custom_a": 1, "custom_b": 2});
    let id = text(&data(john.post("intakes", &body).await), "id");
    realm.advance("PT1M").await;
    let consultation = json!({"id": "1f6b0c7e-9b7d-4c52-8d0e-6f0a3b1c2d4e", "duration": 15});
    let change = json!({"location": "NY", "custom_b": 3, "consultation": consultation});

    let changed = data(john.post(&format!("intakes/{id}"), &change).await);

    assert_eq!((&changed["id"], &changed["custom_b"]), (&json!(id), &json!(3)));
    let intake = data(john.get(&format!("intakes/{id}")).await);
    assert_eq!(
        (
            &intake["reason_for_visit"],
            &intake["location"],
            &intake["custom_a"],
            &intake["consultation"]
        ),
        (&json!("cough"), &json!("NY"), &json!(1), &consultation)
    );
    assert_eq!(
        intake["modified"].as_i64(),
        intake["created"].as_i64().map(|created| created + 60)
    );
}

#[tokio::test]
async fn an_admin_fills_in_for_a_patient_named_by_id_or_code() {
    let realm = fresh_realm().await;
    let (john, admin) = (patient(&realm, "p-1").await, admin(&realm));
    let code = text(&data(john.get("users/-").await), "code");

    for member in [
        json!(john.id),
        json!("p-1"),
        json!(code),
        json!(john.id.parse::<i64>().expect("a number")),
    ] {
        let body = json!({"room_code": "clinic", "member_id": member});
        let id = text(&data(admin.post("intakes", &body).await), "id");
        john.get(&format!("intakes/{id}")).await.is_ok();
    }
    refused(&admin.post("intakes", &json!({"room_code": "clinic"})).await, 400);
    refused(
        &admin
            .post("intakes", &json!({"room_code": "clinic", "member_id": "nobody"}))
            .await,
        404,
    );
    refused(
        &admin
            .post("intakes", &json!({"room_code": "clinic", "member_id": "181883"}))
            .await,
        404,
    );
}

#[tokio::test]
async fn an_intake_of_somebody_else_is_forbidden_and_an_unknown_one_is_not_there() {
    let realm = fresh_realm().await;
    let (john, other) = (patient(&realm, "p-1").await, patient(&realm, "p-2").await);
    let (pat, stranger) = (provider(&realm, "pat").await, provider(&realm, "stranger").await);
    let id = john.intake().await;
    let path = format!("intakes/{id}");

    refused(&other.get(&path).await, 403);
    refused(&other.post(&path, &json!({"reason_for_visit": "mine"})).await, 403);
    refused(&other.post("visits/add_walkin", &json!({"intake_id": id})).await, 403);
    refused(
        &other
            .post("intakes", &json!({"room_code": "clinic", "member_id": john.id}))
            .await,
        403,
    );
    pat.get(&path).await.is_ok();
    refused(&pat.post(&path, &json!({"reason_for_visit": "mine"})).await, 403);
    refused(
        &pat.post("intakes", &json!({"room_code": "clinic", "member_id": john.id}))
            .await,
        403,
    );
    refused(&stranger.get(&path).await, 403);
    for unknown in ["61165a8e-d8cc-47da-bd8e-597d64457b1f", "x", "%27"] {
        assert_eq!(
            refused(&john.get(&format!("intakes/{unknown}")).await, 404),
            super::NOT_FOUND
        );
    }
    assert_eq!(data(john.get(&path).await)["reason_for_visit"], "followup");
}

#[tokio::test]
async fn a_refused_intake_leaves_nothing_behind() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let sound = json!({"room_code": "clinic", "reason_for_visit": "cough"});
    let wrong: Vec<(&str, Value, u16)> = vec![
        ("room_code", json!(null), 400),
        ("room_code", json!("nowhere"), 404),
        ("type", json!(3), 400),
        ("type", json!("walk-in"), 400),
        ("reason_for_visit", json!("x".repeat(10_001)), 400),
        ("reason_for_visit", json!({"text": "x"}), 400),
        ("provider_id", json!("4711"), 400),
        ("provider_id", json!("pat"), 400),
        ("location", json!("California"), 400),
        ("phone", json!("none"), 400),
        ("attachments", json!(["61165a8e-d8cc-47da-bd8e-597d64457b1f"]), 400),
        ("attachments", json!({"id": 1}), 400),
        ("custom_a", json!("\u{0}"), 400),
    ];
    for (member, value, status) in wrong {
        let mut body = sound.clone();
        body[member] = value;
        refused(&john.post("intakes", &body).await, status);
    }
    let page = super::open(&john.browser().await, &realm, "/u/clinic").await;
    assert!(!page.shows("cough"), "{}", page.answer);
}
