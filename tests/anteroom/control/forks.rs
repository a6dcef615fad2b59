//! Copies of a realm that go their own ways.

use serde_json::json;

use super::realm_operations::{fork, is_a_problem, post, realms, restore_as, snapshot, with_own_address};
use crate::{
    portals::{
        mediquo,
        mypatientportal::{data, patient},
    },
    support::{Answer, Emulator, Realm, fresh_realm, jwt, realm_with, receiver::Receiver},
};

#[tokio::test]
async fn a_copy_has_everything_under_its_own_issuer() {
    let realm = fresh_realm().await;
    let tokens = realm
        .demo_client()
        .asking_for(crate::portals::mypatientportal::SCOPES)
        .tokens_for("anne")
        .await;
    patient(&realm, "anne").await.books(3).await;

    let copy = fork(&realm).await;

    assert_ne!(copy.issuer, realm.issuer);
    assert_eq!(copy.discovery().await["issuer"], copy.issuer);
    assert_eq!(snapshot(&copy).await, snapshot(&realm).await);
    // What a tester holds of the original is good at the copy.
    let appointments = copy
        .caller(&tokens.access_token)
        .get("/api/portal/v1/appointments")
        .await;
    assert_eq!(data(appointments).len(), 1);
    let refreshed = copy.demo_client().refresh(tokens.refresh_token()).await.is_ok();
    assert_eq!(jwt::claims(&refreshed.id_token())["iss"], copy.issuer);
}

#[tokio::test]
async fn what_is_done_in_one_is_not_done_in_the_other() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().tokens_for("anne").await;
    let copy = fork(&realm).await;

    copy.demo_client().revoke(&tokens.access_token).await.is_ok();
    copy.advance("P1D").await;
    patient(&copy, "ben").await.books(3).await;

    assert!(realm.accepts(&tokens.access_token).await);
    assert!(!copy.accepts(&tokens.access_token).await);
    assert_ne!(copy.now().await, realm.now().await);
    assert!(data(patient(&realm, "ben").await.get("/appointments").await).is_empty());
    let made_after = copy.demo_client().tokens_for("anne").await;
    assert!(!realm.accepts(&made_after.access_token).await);
}

#[tokio::test]
async fn a_code_may_be_redeemed_once_in_each() {
    let realm = fresh_realm().await;
    let code = realm.demo_client().code_for("anne").await;
    let copy = fork(&realm).await;

    realm.demo_client().redeem(&code).await.brings_tokens();
    copy.demo_client().redeem(&code).await.brings_tokens();
    copy.demo_client().redeem(&code).await.is_refused_with("invalid_grant");
}

/// They know the same patients, and have one root secret.
#[tokio::test]
async fn what_one_has_signed_after_the_fork_is_not_good_in_the_other() {
    let clinic = mediquo::clinic().await;
    let copy = fork(&clinic.realm).await;
    let name = format!("{}-restored", copy.name);
    let made = restore_as(&copy, &name, snapshot(&copy).await).await.has_status(201);
    let restored = Realm::at(&made.member("issuer"), &name, copy.http.clone());
    let frame = |token: &str| format!("/mediquo/widget/frame?api_key=demo-api-key&token={token}");

    let token = clinic.token("jane-1").await;

    clinic.realm.get(&frame(&token)).await.is_ok();
    for other in [&copy, &restored] {
        other.get(&frame(&token)).await.is_a_refusal_page().has_status(401);
        let own = mediquo::Customer::clinic(other).token("jane-1").await;
        other.get(&frame(&own)).await.is_ok();
        clinic.realm.get(&frame(&own)).await.is_a_refusal_page().has_status(401);
    }
}

#[tokio::test]
async fn redirect_uris_of_the_realm_become_the_copys() {
    let realm = with_own_address().await;
    let copy = fork(&realm).await;
    let second = fork(&copy).await;

    for one in [&realm, &copy, &second] {
        for other in [&realm, &copy, &second] {
            let uri = format!("{}/cb", other.issuer);
            let client = crate::support::ClientApp::new(one, "own", None).called_back_at(&uri);
            let answer = client.request().answer().await;
            if one.name == other.name {
                assert_eq!(answer.status, 303, "{answer}");
            } else {
                answer.is_a_refusal_page();
            }
        }
    }
}

#[tokio::test]
async fn the_realm_at_the_root_can_be_copied_and_other_realms_addresses_stay() {
    let emulator = Emulator::start(&[]);
    let other = format!("{}/realms/other/cb", emulator.issuer);
    let seed = json!({"based_on": "demo", "clients": [
        {"client_id": "both", "redirect_uris": ["{issuer}/cb", other], "token_endpoint_auth_method": "none"},
    ]});
    let source = emulator.realm(json!({"seed": seed})).await;
    let realms = format!("{}/control/api/realms", emulator.issuer);
    let document = Answer::to(source.http.get(format!("{realms}/{}/snapshot", source.name)))
        .await
        .is_ok();
    let put = source.http.put(format!("{realms}/default/snapshot"));
    Answer::to(put.header("content-type", "application/json").body(document.text()))
        .await
        .is_ok();

    let made = Answer::to(
        source
            .http
            .post(format!("{realms}/default/fork"))
            .json(&json!({"name": "copy"})),
    )
    .await;
    made.has_status(201);

    let copy = Realm::at(&format!("{}/realms/copy", emulator.issuer), "copy", source.http.clone());
    for (uri, good) in [
        (format!("{}/cb", copy.issuer), true),
        (other, true),
        (format!("{}/cb", emulator.issuer), false),
        (format!("{}/realms/other/realms/copy/cb", emulator.issuer), false),
    ] {
        let client = crate::support::ClientApp::new(&copy, "both", None).called_back_at(&uri);
        let answer = client.request().answer().await;
        assert_eq!(answer.status == 303, good, "{uri}: {answer}");
    }
}

#[tokio::test]
async fn a_copy_may_have_a_name_and_an_end_and_no_name_that_is_taken() {
    let realm = fresh_realm().await;
    let name = format!("{}-named", realm.name);
    post(&realm, "fork", &json!({"name": name, "ttl": "PT1H"}))
        .await
        .has_status(201);

    let shown = Answer::to(realm.http.get(format!("{}/{name}", realms()))).await.is_ok();
    assert!(shown.json()["expires_at"].is_string());
    is_a_problem(post(&realm, "fork", &json!({"name": name})).await, 409, &name);
    is_a_problem(
        post(&realm, "fork", &json!({"name": "default"})).await,
        409,
        "default realm",
    );
    is_a_problem(post(&realm, "fork", &json!({"name": "No"})).await, 400, "name");
    is_a_problem(post(&realm, "fork", &json!({"seed": "demo"})).await, 400, "seed");
    is_a_problem(post(&realm, "fork", &json!({"ttl": "PT0S"})).await, 400, "ttl");
    let nowhere = Realm::at("", "nowhere-at-all", realm.http.clone());
    is_a_problem(post(&nowhere, "fork", &json!({})).await, 404, "nowhere-at-all");
}

#[tokio::test]
async fn an_audience_that_is_the_issuer_becomes_the_copys() {
    let realm = realm_with(json!({"seed": {"based_on": "demo", "clients": [{
        "client_id": "api", "client_secret": "api-secret", "grant_types": ["authorization_code"],
        "any_loopback_redirect": true, "access_token_format": "jwt", "access_token_audience": "{issuer}",
    }]}}))
    .await;
    let client = crate::support::ClientApp::new(&realm, "api", Some("api-secret"));
    client.tokens_for("anne").await;

    let copy = fork(&realm).await;

    let taken = snapshot(&copy).await;
    assert!(taken.contains("\"audience\":[\"{issuer}\"]"), "{taken}");
    assert_eq!(taken, snapshot(&realm).await);
}

/// One waits for its second try, and one is just being sent, when the copies are made.
#[tokio::test]
async fn what_is_still_to_be_sent_is_sent_by_the_original_only() {
    const WEBHOOKS: &str = "/control/api/outbox/webhooks";
    let (realm, receiver) = (fresh_realm().await, Receiver::start().await);
    let slow = Receiver::start().await;
    receiver.answers(&[500]);
    slow.holds_back();
    for url in [&receiver.url, &slow.url] {
        let draft = json!({"event": "made", "url": url, "body": "{}", "pauses": ["PT10S"]});
        realm.post_json(WEBHOOKS, &draft).await.has_status(201);
    }
    let states = async |realm: &Realm, query: &str| {
        let list = realm.get(&format!("{WEBHOOKS}{query}")).await.is_ok().json();
        let all = list["webhooks"].as_array().unwrap().clone();
        let states = all
            .iter()
            .map(|one| one["delivery"]["state"].as_str().unwrap().to_owned());
        (states.collect::<Vec<_>>(), all)
    };
    assert_eq!(states(&realm, "?state=waiting&wait=30").await.0, ["waiting"]);
    slow.has_received(1).await;

    let copy = fork(&realm).await;
    let taken = snapshot(&realm).await;
    let name = format!("{}-restored", realm.name);
    let made = restore_as(&realm, &name, taken.clone()).await.has_status(201);
    let restored = Realm::at(&made.member("issuer"), &name, realm.http.clone());

    assert!(
        !taken.contains("outbox.retry") && !taken.contains("leased_until"),
        "{taken}"
    );
    slow.release();
    realm.advance("P1D").await;
    let delivered = async || states(&realm, "?state=delivered&wait=30").await.0.len();
    while delivered().await < 2 {}
    let mut id = String::new();
    for other in [&copy, &restored] {
        assert_eq!(snapshot(other).await, taken);
        other.advance("P1D").await;
        let (states, all) = states(other, "").await;
        assert_eq!(states, ["given_up", "given_up"]);
        id = all[0]["id"].as_str().unwrap().to_owned();
    }
    assert_eq!((receiver.received().len(), slow.received().len()), (2, 1));
    // Whoever wants it sent all the same, says so.
    let again = copy.post_json(&format!("{WEBHOOKS}/{id}/deliver"), &json!({})).await;
    assert!(again.status < 300, "{again}");
}

/// The appointment and its reminder, the token and its grant: a copy never has the one without the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_while_things_happen_is_of_one_moment() {
    let realm = realm_with(json!({})).await;
    let busy = {
        let realm = realm.clone();
        tokio::spawn(async move {
            let anne = patient(&realm, "anne").await;
            for nth in 0..15 {
                anne.books(nth * 2 + 30).await;
            }
        })
    };
    let mut copies = Vec::new();
    while !busy.is_finished() {
        copies.push(fork(&realm).await);
    }
    busy.await.unwrap();

    for copy in &copies {
        let document: serde_json::Value = serde_json::from_str(&snapshot(copy).await).unwrap();
        let ids = |table: &str, column: &str| {
            let rows = document["tables"][table].as_array().unwrap();
            let mut ids: Vec<_> = rows
                .iter()
                .map(|row| row[column].as_str().unwrap().to_owned())
                .collect();
            ids.sort();
            ids
        };
        assert_eq!(ids("mypatientportal_appointments", "id"), ids("agenda", "subject"));
    }
    assert!(!copies.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_copies_with_one_name_made_at_once_one_stands() {
    let realm = fresh_realm().await;
    let name = format!("{}-race", realm.name);

    let tries = (0..8).map(|_| {
        let (realm, name) = (realm.clone(), name.clone());
        tokio::spawn(async move { post(&realm, "fork", &json!({"name": name})).await.status })
    });
    let mut statuses = Vec::new();
    for one in tries.collect::<Vec<_>>() {
        statuses.push(one.await.unwrap());
    }

    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
}
