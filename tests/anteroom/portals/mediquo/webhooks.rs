//! What a customer's server is told: by what happens, and on demand.

use serde_json::{Value, json};

use super::{Customer, address, clinic, clinic_with};
use crate::support::{
    Answer, Realm,
    receiver::{Received, Receiver},
};

const ENDPOINTS: &str = "/control/api/mediquo/webhook-endpoints";
const EVENTS: &str = "/control/api/mediquo/events";
const OUTBOX: &str = "/control/api/outbox/webhooks";

/// Lets the receiver hear of the clinic's events.
async fn subscribe(realm: &Realm, receiver: &Receiver, settings: Value) -> String {
    let mut endpoint = json!({"url": format!("{}/hook", receiver.url), "secret": "agreed-value"});
    let members = endpoint.as_object_mut().expect("an object");
    members.extend(settings.as_object().expect("an object").clone());
    let answer = realm.post_json(ENDPOINTS, &endpoint).await.has_status(201);
    assert!(!answer.text().contains("agreed-value"), "{answer}");
    answer.member("id")
}

async fn tell(realm: &Realm, event: Value) -> Answer {
    realm.post_json(EVENTS, &event).await.has_status(202)
}

fn body(received: &Received) -> Value {
    serde_json::from_str(&received.body).unwrap_or_else(|error| panic!("{error}: {}", received.body))
}

async fn sent_event(event: Value, settings: Value) -> (Customer, Value) {
    let (clinic, receiver) = (clinic().await, Receiver::start().await);
    subscribe(&clinic.realm, &receiver, settings).await;
    tell(&clinic.realm, event).await;
    let received = receiver.has_received(1).await;
    (clinic, body(&received[0]))
}

#[tokio::test]
async fn creating_moving_and_cancelling_an_appointment_sends_events() {
    let (clinic, receiver) = (clinic().await, Receiver::start().await);
    subscribe(&clinic.realm, &receiver, json!({})).await;

    let url = clinic.appointment("a-1").await;
    let created = receiver.has_received(1).await;
    clinic.realm.advance("PT1H").await;
    let moved = json!({"appointment": {"starts_at": "2025-06-04T08:00:00Z"}});
    let new_url = address(&clinic.put("/v1/appointments/a-1", &moved).await.is_ok());
    let rescheduled = receiver.has_received(2).await;
    clinic.delete("/v1/appointments/a-1").await.is_ok();
    let all = receiver.has_received(3).await;

    assert_eq!(all[0].header("x-webhook-signature"), Some("agreed-value"));
    assert_eq!(all[0].header("content-type"), Some("application/json"));
    assert_eq!(all[0].path, "/hook");
    let created = body(&created[0]);
    assert_eq!(created["type"], "patient_consultation_created");
    assert_eq!(created["occurred_on"], 1_748_844_000);
    let id = created["payload"]["consultation"]["id"].clone();
    assert_eq!(
        created["payload"],
        json!({
            "consultation": {
                "id": id, "type": "appointment", "channel": "video", "service_type": "scheduled",
                "consultation_url": url, "start_date": null, "end_date": null,
                "scheduled_start_date": "2025-06-03T10:00:00+00:00", "scheduled_end_date": "2025-06-03T10:15:00+00:00",
                "created_at": "2025-06-02T06:00:00+00:00",
                "speciality": {"id": 20, "name": "Medicina General"}, "derivation": null,
            },
            "patient": {"code": "jane-1"},
            "professional": {"id": "prof-hash", "name": "Dr. Test", "avatar": "https://image.example/1.png"},
        })
    );
    let rescheduled = body(&rescheduled[1]);
    assert_eq!(rescheduled["type"], "patient_consultation_rescheduled");
    let consultation = &rescheduled["payload"]["consultation"];
    assert_eq!(consultation["id"], id);
    assert_eq!(consultation["consultation_url"], new_url);
    assert_eq!(consultation["scheduled_start_date"], "2025-06-04T08:00:00+00:00");
    assert_eq!(
        consultation["previous_scheduled_start_date"],
        "2025-06-03T10:00:00+00:00"
    );
    assert_eq!(consultation["previous_scheduled_end_date"], "2025-06-03T10:15:00+00:00");
    let cancelled = body(&all[2]);
    assert_eq!(cancelled["type"], "patient_consultation_cancelled");
    assert_eq!(cancelled["occurred_on"], 1_748_847_600);
    assert_eq!(
        cancelled["payload"]["consultation"]["previous_scheduled_start_date"],
        json!(null)
    );
}

#[tokio::test]
async fn a_finished_consultation_of_version_1_has_the_documented_shape() {
    let (clinic, receiver) = (clinic().await, Receiver::start().await);
    clinic.appointment("a-1").await;
    subscribe(&clinic.realm, &receiver, json!({})).await;
    let said = json!({"reports": [{
        "id": "r-1", "type": "soap",
        "content": {"subjective": "..", "objective": "..", "assessment": "..", "plan": ".."},
    }]});

    tell(
        &clinic.realm,
        json!({"type": "patient_consultation_finished", "appointment": "a-1", "payload": said}),
    )
    .await;

    let told = body(&receiver.has_received(1).await[0]);
    let id = told["payload"]["consultation"]["id"].clone();
    let expected = json!({
        "type": "patient_consultation_finished", "occurred_on": 1_748_844_000,
        "payload": {
            "consultation": {
                "id": id, "type": "appointment", "start_date": "2025-06-03T10:00:00",
                "end_date": "2025-06-03T10:15:00", "speciality": {"id": 20, "name": "Medicina General"},
            },
            "reports": said["reports"],
            "patient": {
                "code": "jane-1",
                "allergies": [{"id": "a-1", "name": "Polen", "description": "In spring"}],
                "diseases": [{"id": "d-1", "name": "Asma", "description": "Since childhood"}],
                "medications": [
                    {"id": "m-1", "name": "Salbutamol", "description": "Inhaler", "posology": "1/8h"},
                ],
            },
            "professional": {"id": "prof-hash", "name": "Dr. Test", "avatar": "https://image.example/1.png"},
            "prescriptions": [],
        },
    });
    assert_eq!(told, expected);
}

#[tokio::test]
async fn version_2_adds_members_and_numbers_the_history() {
    let event = json!({"type": "patient_consultation_finished", "patient": "jane-1"});

    let (_, told) = sent_event(event, json!({"version": 2})).await;

    let consultation = &told["payload"]["consultation"];
    assert_eq!(
        (
            &consultation["type"],
            &consultation["channel"],
            &consultation["service_type"]
        ),
        (&json!("chat"), &json!("chat"), &json!(null))
    );
    assert_eq!(consultation["start_date"], "2025-06-02T06:00:00+00:00");
    assert_eq!(consultation["derivation"], json!(null));
    assert_eq!(told["payload"]["patient"]["allergies"][0]["id"], 1);
}

#[tokio::test]
async fn prescriptions_of_the_patient_are_sent() {
    let (_, told) = sent_event(
        json!({"type": "patient_consultation_finished", "patient": "john-1"}),
        json!({}),
    )
    .await;

    let expected = json!([{
        "id": "8da0198f-33fa-4dbf-8f50-bbefe6fe15c1", "active_substances": ["Paracetamol", "Loratadina"],
    }]);
    assert_eq!(told["payload"]["prescriptions"], expected);
}

#[tokio::test]
async fn a_report_is_sent_with_its_content_and_patient() {
    let (_, told) = sent_event(json!({"type": "patient_report_sent"}), json!({})).await;

    let payload = &told["payload"];
    assert_eq!(
        (&payload["type"], &payload["patient"]),
        (&json!("soap"), &json!({"code": "jane-1"}))
    );
    let parts: Vec<_> = payload["content"].as_object().expect("an object").keys().collect();
    assert_eq!(parts, ["subjective", "objective", "assessment", "plan"]);
}

#[tokio::test]
async fn the_message_event_has_the_name_the_policy_gives_it() {
    for (switches, name) in [
        (json!({}), "patient_message_received"),
        (json!({"message_event": "patient_message_sent"}), "patient_message_sent"),
    ] {
        let (clinic, receiver) = (clinic_with(switches).await, Receiver::start().await);
        subscribe(&clinic.realm, &receiver, json!({"events": ["patient_message_sent"]})).await;

        tell(&clinic.realm, json!({"type": "patient_message_received"})).await;

        let told = body(&receiver.has_received(1).await[0]);
        assert_eq!(told["type"], name);
        let professional = json!({"id": "prof-hash", "name": "Dr. Test", "avatar": "https://image.example/1.png"});
        assert_eq!(
            told["payload"],
            json!({"professional": professional, "patient": {"code": "jane-1"}})
        );
    }
}

#[tokio::test]
async fn every_other_event_is_sent_on_demand() {
    let (clinic, receiver) = (clinic().await, Receiver::start().await);
    subscribe(&clinic.realm, &receiver, json!({})).await;
    let events = [
        "patient_consultation_no_show",
        "patient_immediate_video_call_assigned",
        "professional_block_created",
        "professional_block_updated",
        "professional_block_deleted",
        "patient_consultation_created",
        "patient_consultation_cancelled",
        "patient_consultation_rescheduled",
    ];
    for (number, event) in (1..).zip(events) {
        tell(&clinic.realm, json!({"type": event, "professional": "prof-away"})).await;

        let told = body(&receiver.has_received(number).await[number - 1]);
        let payload = &told["payload"];
        assert_eq!(told["type"], event);
        if event.starts_with("professional_block") {
            let professional = json!({
                "hash": "prof-away", "name": "Dr. Away", "speciality": {"id": 7, "name": "Dermatología"},
            });
            assert_eq!(payload["professional"], professional, "{told}");
            assert_eq!(payload["starts_at"], "2025-06-02T06:00:00+00:00");
            assert_eq!(payload["finishes_at"], "2025-06-02T07:00:00+00:00");
            assert!(payload["id"].is_string() && payload["name"].is_string(), "{told}");
        } else {
            assert_eq!(payload["patient"], json!({"code": "jane-1"}), "{told}");
            assert_eq!(payload["professional"]["id"], "prof-away", "{told}");
        }
        if event == "patient_immediate_video_call_assigned" {
            let members: Vec<_> = payload["consultation"].as_object().expect("an object").keys().collect();
            assert_eq!(members, ["id", "speciality", "url"]);
            let url = payload["consultation"]["url"].as_str().expect("an address");
            clinic.realm.get(url).await.is_ok();
        }
    }
}

#[tokio::test]
async fn a_body_may_be_signed_instead() {
    let (clinic, receiver) = (clinic().await, Receiver::start().await);
    subscribe(
        &clinic.realm,
        &receiver,
        json!({"signature": "hmac-sha256", "secret": "key"}),
    )
    .await;

    tell(&clinic.realm, json!({"type": "patient_report_sent"})).await;

    let received = receiver.has_received(1).await;
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"key");
    let tag = aws_lc_rs::hmac::sign(&key, received[0].body.as_bytes());
    let digits: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(received[0].header("x-webhook-signature"), Some(digits.as_str()));
}

#[tokio::test]
async fn a_webhook_that_fails_is_tried_three_times_and_can_be_replayed() {
    let (clinic, receiver) = (clinic().await, Receiver::start().await);
    subscribe(&clinic.realm, &receiver, json!({})).await;
    receiver.answers(&[500, 500, 500]);

    let answer = tell(&clinic.realm, json!({"type": "patient_report_sent"})).await;
    for tries in 1..=3 {
        receiver.has_received(tries).await;
        let failed = clinic.realm.get(&format!("{OUTBOX}?wait=30")).await.is_ok().json();
        assert_eq!(failed["webhooks"].as_array().map(Vec::len), Some(1), "{failed}");
        clinic.realm.advance("PT5M").await;
    }

    let gave_up = clinic
        .realm
        .get(&format!("{OUTBOX}?state=given_up&wait=30"))
        .await
        .is_ok()
        .json();
    assert_eq!(gave_up["webhooks"].as_array().map(Vec::len), Some(1), "{gave_up}");
    let webhook = answer.json()["webhooks"][0]["webhook"]
        .as_str()
        .expect("an id")
        .to_owned();
    clinic
        .realm
        .post_json(&format!("{OUTBOX}/{webhook}/deliver"), &json!({}))
        .await
        .has_status(202);
    let all = receiver.has_received(4).await;
    assert_eq!(all[0].body, all[3].body);
}

#[tokio::test]
async fn an_endpoint_hears_of_what_it_wants_and_of_its_own_organization_only() {
    let (clinic, receiver) = (clinic().await, Receiver::start().await);
    subscribe(
        &clinic.realm,
        &receiver,
        json!({"events": ["patient_consultation_cancelled"]}),
    )
    .await;
    subscribe(&clinic.realm, &receiver, json!({"organization": "other-insurer"})).await;

    let unheard = tell(&clinic.realm, json!({"type": "patient_report_sent"})).await;
    clinic.appointment("a-1").await;
    clinic.delete("/v1/appointments/a-1").await.is_ok();
    receiver.has_received(1).await;

    assert_eq!(unheard.json()["webhooks"], json!([]));
    let written = clinic.realm.get(OUTBOX).await.is_ok().json();
    assert_eq!(written["webhooks"].as_array().map(Vec::len), Some(1), "{written}");
    assert_eq!(written["webhooks"][0]["event"], "patient_consultation_cancelled");
}

#[tokio::test]
async fn endpoints_are_listed_without_their_secrets_and_removed() {
    let (clinic, receiver) = (clinic().await, Receiver::start().await);
    let id = subscribe(&clinic.realm, &receiver, json!({"version": 2})).await;

    let listed = clinic.realm.get(ENDPOINTS).await.is_ok().json();

    let expected = json!({"webhook_endpoints": [{
        "id": id, "organization": "demo-clinic", "url": format!("{}/hook", receiver.url), "events": null,
        "signature": "fixed", "version": 2,
    }]});
    assert_eq!(listed, expected);
    let remove = async || {
        let url = clinic.realm.url(&format!("{ENDPOINTS}/{id}"));
        Answer::to(clinic.realm.http.delete(url)).await
    };
    remove().await.has_status(204);
    remove().await.has_status(404);
    let told = tell(&clinic.realm, json!({"type": "patient_report_sent"})).await;
    assert_eq!(told.json()["webhooks"], json!([]));
}

#[tokio::test]
async fn a_seed_may_bring_endpoints() {
    let receiver = Receiver::start().await;
    let seed = json!({"based_on": "demo", "mediquo": {"organizations": [{
        "id": "mine", "name": "Mine", "api_key": "a", "secret_key": "s",
        "webhook_endpoints": [{"url": receiver.url, "secret": "from-the-seed", "events": ["professional_block_deleted"]}],
    }]}});
    let realm = crate::support::realm_with(json!({ "seed": seed })).await;

    tell(&realm, json!({"type": "professional_block_deleted"})).await;

    let received = receiver.has_received(1).await;
    assert_eq!(received[0].header("x-webhook-signature"), Some("from-the-seed"));
}

#[tokio::test]
async fn endpoints_and_events_that_cannot_be_are_refused() {
    let realm = clinic().await.realm;
    let sound = || json!({"url": "http://127.0.0.1:9/hook", "secret": "s"});
    for (member, wrong, status) in [
        ("url", json!("ftp://127.0.0.1/"), 400),
        ("url", json!("nowhere"), 400),
        ("secret", json!(""), 400),
        ("secret", json!("a\nb"), 400),
        ("events", json!(["patient_was_born"]), 400),
        ("signature", json!("md5"), 400),
        ("version", json!(3), 400),
        ("organization", json!(1), 400),
        ("organization", json!("nobody"), 404),
        ("colour", json!("red"), 400),
    ] {
        let mut endpoint = sound();
        endpoint[member] = wrong;
        realm.post_json(ENDPOINTS, &endpoint).await.has_status(status);
    }
    for (event, status) in [
        (json!({}), 400),
        (json!({"type": "patient_was_born"}), 400),
        (json!({"type": "patient_report_sent", "payload": []}), 400),
        (json!({"type": "patient_report_sent", "colour": "red"}), 400),
        (json!({"type": "patient_report_sent", "patient": "nobody"}), 404),
        (
            json!({"type": "patient_report_sent", "professional": "other-prof-hash"}),
            404,
        ),
        (json!({"type": "patient_report_sent", "appointment": "nothing"}), 404),
        (json!({"type": "patient_report_sent", "organization": "nobody"}), 404),
    ] {
        realm.post_json(EVENTS, &event).await.has_status(status);
    }
    let listed = realm.get(ENDPOINTS).await.is_ok().json();
    assert_eq!(listed, json!({"webhook_endpoints": []}));
}
