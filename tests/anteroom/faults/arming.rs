//! Arming, listing and disarming over the control API; counts.

use serde_json::{Value, json};

use super::{arm, armed, catalogue, disarm_all, shown, try_to_arm};
use crate::support::{Answer, Emulator, Realm, fresh_realm};

/// 500 wherever it triggers: the shortest way to see whether it does.
fn broken(rest: Value) -> Value {
    let mut wish = json!({"fault": "answered_with_status"});
    wish.as_object_mut()
        .expect("an object")
        .extend(rest.as_object().expect("an object").clone());
    wish
}

async fn statuses(realm: &Realm, calls: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..calls {
        statuses.push(realm.get("/.well-known/openid-configuration").await.status);
    }
    statuses
}

#[tokio::test]
async fn a_fault_is_armed_listed_with_what_it_has_done_and_disarmed() {
    let realm = fresh_realm().await;

    let answer = try_to_arm(&realm, broken(json!({"times": 2}))).await.has_status(201);
    let id = answer.member("id");
    assert!(
        answer
            .header("location")
            .is_some_and(|location| location.ends_with(&id)),
        "{answer}"
    );
    assert_eq!(statuses(&realm, 1).await, [500]);

    let listed = shown(&realm, &id).await;
    assert_eq!(listed["fault"], "answered_with_status");
    assert_eq!(
        (&listed["times"], &listed["calls"], &listed["triggered"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(listed["used_up"], false);
    assert_eq!(listed["parameters"], json!({"status": 500}));

    let path = format!("/control/api/faults/{id}");
    Answer::to(realm.http.delete(realm.url(&path))).await.has_status(204);
    Answer::to(realm.http.delete(realm.url(&path))).await.has_status(404);
    assert_eq!(statuses(&realm, 1).await, [200]);
}

#[tokio::test]
async fn once_is_once_and_the_next_answer_is_clean() {
    let realm = fresh_realm().await;
    let id = arm(&realm, broken(json!({"times": 1}))).await;

    assert_eq!(statuses(&realm, 3).await, [500, 200, 200]);

    let listed = shown(&realm, &id).await;
    assert_eq!(
        (&listed["calls"], &listed["triggered"], &listed["used_up"]),
        (&json!(3), &json!(1), &json!(true))
    );
}

#[tokio::test]
async fn a_fault_triggers_at_the_nth_call_and_no_other() {
    let realm = fresh_realm().await;
    arm(&realm, broken(json!({"nth": 3}))).await;
    assert_eq!(statuses(&realm, 5).await, [200, 200, 500, 200, 200]);

    let realm = fresh_realm().await;
    arm(&realm, broken(json!({"nth": 2, "times": 2}))).await;
    assert_eq!(statuses(&realm, 5).await, [200, 500, 500, 200, 200]);
}

#[tokio::test]
async fn without_a_count_it_bites_until_it_is_disarmed() {
    let realm = fresh_realm().await;
    arm(&realm, broken(json!({}))).await;
    assert_eq!(statuses(&realm, 4).await, [500; 4]);

    disarm_all(&realm).await;

    assert_eq!(statuses(&realm, 2).await, [200; 2]);
    assert!(armed(&realm).await.is_empty());
}

#[tokio::test]
async fn a_share_of_all_bites_always_and_a_share_of_none_never() {
    let realm = fresh_realm().await;
    arm(&realm, broken(json!({"share": 0}))).await;
    assert_eq!(statuses(&realm, 5).await, [200; 5]);

    disarm_all(&realm).await;
    arm(&realm, broken(json!({"share": 100}))).await;
    assert_eq!(statuses(&realm, 5).await, [500; 5]);
}

#[tokio::test]
async fn a_share_of_half_bites_about_half() {
    let realm = fresh_realm().await;
    let id = arm(&realm, broken(json!({"share": 50}))).await;

    let calls = (0..200).map(|_| realm.get("/oauth/discovery/keys"));
    let answers = futures_util::future::join_all(calls).await;

    let triggered = answers.iter().filter(|answer| answer.status == 500).count();
    assert!((50..150).contains(&triggered), "{triggered}");
    assert_eq!(shown(&realm, &id).await["triggered"], triggered);
}

#[tokio::test]
async fn of_fifty_requests_at_once_it_triggers_at_exactly_one() {
    let realm = fresh_realm().await;
    let id = arm(&realm, broken(json!({"times": 1, "endpoint": "jwks"}))).await;

    let calls = (0..50).map(|_| realm.get("/oauth/discovery/keys"));
    let answers = futures_util::future::join_all(calls).await;

    let triggered = answers.iter().filter(|answer| answer.status == 500).count();
    assert_eq!(triggered, 1);
    let listed = shown(&realm, &id).await;
    assert_eq!((&listed["calls"], &listed["triggered"]), (&json!(50), &json!(1)));
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_and_nothing_is_armed() {
    let realm = fresh_realm().await;

    for wrong in [
        json!({}),
        json!({"fault": "no_such_fault"}),
        json!({"fault": "answered_with_status", "when": "always"}),
        json!({"fault": "answered_with_status", "times": 0}),
        json!({"fault": "answered_with_status", "times": -1}),
        json!({"fault": "answered_with_status", "nth": 0}),
        json!({"fault": "answered_with_status", "share": 100.5}),
        json!({"fault": "answered_with_status", "share": 10, "times": 1}),
        json!({"fault": "answered_with_status", "share": 10, "nth": 1}),
        json!({"fault": "answered_with_status", "endpoint": "everywhere"}),
        json!({"fault": "answered_with_status", "endpoint": "/control/api/clock"}),
        json!({"fault": "answered_with_status", "endpoint": "discovery", "user": "anne"}),
        json!({"fault": "answered_with_status", "endpoint": "jwks", "client_id": "demo-client"}),
        json!({"fault": "answered_with_status", "client_id": "no-such-client"}),
        json!({"fault": "answered_with_status", "user": "nobody-of-that-name"}),
        json!({"fault": "answered_with_status", "parameters": {"status": 200}}),
        json!({"fault": "answered_with_status", "parameters": {"code": 500}}),
        json!({"fault": "discovery_issuer_mismatch", "user": "anne"}),
        json!({"fault": "discovery_issuer_mismatch", "endpoint": "token"}),
        json!({"fault": "discovery_issuer_unguessable"}),
        json!({"fault": "id_token_expired", "endpoint": "userinfo"}),
        json!({"fault": "jwks_rotated_mid_flow", "times": 1}),
        json!({"fault": "jwks_rotated_mid_flow", "client_id": "demo-client"}),
    ] {
        let answer = try_to_arm(&realm, wrong.clone()).await;
        assert_eq!(answer.status, 400, "{wrong}: {answer}");
        assert_eq!(answer.media_type(), "application/problem+json", "{wrong}");
        assert!(armed(&realm).await.is_empty(), "{wrong}");
    }
}

#[tokio::test]
async fn a_realm_arms_so_many_faults_and_no_more() {
    let realm = fresh_realm().await;
    for _ in 0..200 {
        arm(&realm, broken(json!({"nth": 1_000_000}))).await;
    }

    try_to_arm(&realm, broken(json!({}))).await.has_status(409);

    assert_eq!(armed(&realm).await.len(), 200);
    assert_eq!(statuses(&realm, 1).await, [200]);
}

#[tokio::test]
async fn faults_are_forgotten_with_their_realm() {
    let emulator = Emulator::shared();
    let name = format!("faulty-{}", fresh_realm().await.name);
    let wishes = json!({"seed": "none", "name": name});
    let realm = emulator.realm(wishes.clone()).await;
    arm(&realm, broken(json!({}))).await;
    assert_eq!(statuses(&realm, 1).await, [500]);

    let root = emulator.default_realm();
    let path = format!("/control/api/realms/{name}");
    Answer::to(root.http.delete(root.url(&path))).await.has_status(204);
    let again = emulator.realm(wishes).await;

    assert!(armed(&again).await.is_empty());
    assert_eq!(statuses(&again, 1).await, [200]);
}

#[tokio::test]
async fn the_control_api_the_probes_and_the_assets_are_never_altered() {
    let realm = fresh_realm().await;
    arm(&realm, broken(json!({}))).await;
    arm(&realm, json!({"fault": "dropped_before_commit"})).await;

    realm.get("/control/api/clock").await.is_ok();
    realm.get("/control").await.is_ok();
    realm
        .get(&format!("{}/healthz", Emulator::shared().issuer))
        .await
        .is_ok();
    assert_eq!(armed(&realm).await.len(), 2);
}

#[tokio::test]
async fn the_catalogue_says_of_every_fault_what_it_does_and_what_a_good_client_does() {
    let realm = fresh_realm().await;

    for fault in catalogue(&realm).await {
        for member in ["fault", "family", "does", "good_client", "section"] {
            assert!(
                fault[member].as_str().is_some_and(|text| !text.is_empty()),
                "{member} of {fault}"
            );
        }
        assert!(
            fault["endpoints"].as_array().is_some_and(|list| !list.is_empty()),
            "{fault}"
        );
        for parameter in fault["parameters"].as_array().expect("a list") {
            assert!(
                parameter["schema"]["type"].is_string() && parameter["meaning"].is_string(),
                "{fault}"
            );
            assert!(
                parameter.get("default").is_some() || parameter["required"] == true,
                "{fault}"
            );
        }
    }
}

#[tokio::test]
async fn every_fault_of_the_catalogue_can_be_armed_as_it_is_listed() {
    let realm = fresh_realm().await;

    for fault in catalogue(&realm).await {
        let mut parameters = json!({});
        for parameter in fault["parameters"].as_array().expect("a list") {
            let name = parameter["name"].as_str().expect("a name");
            parameters[name] = parameter.get("default").cloned().unwrap_or(json!("http://localhost:1"));
        }
        let wish = json!({"fault": fault["fault"], "parameters": parameters});
        try_to_arm(&realm, wish).await.has_status(201);
    }
}

#[tokio::test]
async fn the_journal_says_of_an_exchange_which_faults_triggered() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let wire = arm(&realm, json!({"fault": "token_scope_missing", "times": 1})).await;
    let at_signing = arm(&realm, json!({"fault": "id_token_wrong_issuer", "times": 1})).await;

    client.tokens_for("anne").await;
    client.client_credentials("appointment_guest_lookup").await;

    let exchanges = realm.get("/control/api/exchanges").await.is_ok().json();
    let exchanges = exchanges["exchanges"].as_array().expect("a list");
    let marked: Vec<_> = exchanges
        .iter()
        .filter_map(|exchange| exchange["faults"].as_array())
        .collect();
    let marked: Vec<_> = marked.into_iter().filter(|faults| !faults.is_empty()).collect();
    let expected = json!([
        {"id": at_signing, "fault": "id_token_wrong_issuer"},
        {"id": wire, "fault": "token_scope_missing"},
    ]);
    assert_eq!(json!(marked), json!([expected]));
}
