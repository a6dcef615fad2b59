//! Single sign-on: who may, what is said of a person, and how long a token lives.

use serde_json::{Value, json};

use super::{at, data, patient, refused, sign_on, text};
use crate::support::{Answer, Realm, fresh_realm, realm_with};

fn john() -> Value {
    json!({"first_name": "John", "last_name": "Smith", "type": 200, "code": "p-1"})
}

async fn sign_on_with(realm: &Realm, headers: &[(&str, &str)]) -> Answer {
    let mut request = realm.http.post(realm.url(&at("users/sso"))).json(&john());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::to(request).await
}

#[tokio::test]
async fn wrong_or_missing_keys_are_refused() {
    let realm = fresh_realm().await;
    let (account, key, secret) = (("X-AccountCode", "vclinic"), ("X-ApiKey", "k"), ("X-ApiSecret", "s"));

    sign_on_with(&realm, &[account, key, secret]).await.is_ok();
    sign_on_with(&realm, &[key, secret]).await.is_ok(); // the key says whose it is
    for wrong in [
        vec![],
        vec![account],
        vec![account, key],
        vec![account, secret],
        vec![account, ("X-ApiKey", "wrong"), secret],
        vec![account, key, ("X-ApiSecret", "wrong")],
        vec![("X-AccountCode", "other"), key, secret],
        vec![account, ("X-ApiKey", ""), secret],
        vec![account, ("X-ApiToken", super::ADMIN_TOKEN)],
    ] {
        refused(&sign_on_with(&realm, &wrong).await, 401);
    }
}

#[tokio::test]
async fn the_secret_may_be_optional_but_a_wrong_one_is_still_wrong() {
    let realm = realm_with(json!({"policy": {"vsee": {"sso_secret": "optional"}}})).await;
    let key = ("X-ApiKey", "k");

    sign_on_with(&realm, &[key]).await.is_ok();
    refused(&sign_on_with(&realm, &[key, ("X-ApiSecret", "wrong")]).await, 401);
}

#[tokio::test]
async fn where_it_is_not_enabled_it_is_forbidden() {
    let realm = realm_with(json!({"policy": {"vsee": {"sso_enabled": false}}})).await;

    refused(&sign_on(&realm, &john()).await, 403);
}

#[tokio::test]
async fn a_token_lives_a_day_by_the_realms_clock_and_older_ones_live_on_beside_it() {
    let realm = fresh_realm().await;
    let first = patient(&realm, "p-1").await;
    realm.advance("PT23H59M59S").await;
    let second = patient(&realm, "p-1").await;
    first.get("users/-").await.is_ok();

    realm.advance("PT1S").await;

    assert_eq!(refused(&first.get("users/-").await, 401), "The token has expired.");
    second.get("users/-").await.is_ok();
}

#[tokio::test]
async fn what_is_said_anew_is_taken_over_and_the_rest_stays() {
    let realm = fresh_realm().await;
    let mut person = john();
    person["email"] = json!("john@example.com");
    person["gender"] = json!("male");
    let before = data(sign_on(&realm, &person).await);
    let person = json!({
        "first_name": "Jon", "last_name": "Smith", "code": "p-1", "phone": "6505550100", "zip": 94025, "state": "CA",
    });

    let after = data(sign_on(&realm, &person).await);

    assert_eq!((&after["id"], &after["username"]), (&before["id"], &before["username"]));
    let jon = patient(&realm, "p-1").await;
    let profile = data(jon.get(&format!("users/{}", jon.id)).await);
    assert_eq!(
        (
            &profile["email"],
            &profile["gender"],
            &profile["phone"],
            &profile["zip"],
            &profile["state"]
        ),
        (
            &json!("john@example.com"),
            &json!(1),
            &json!("6505550100"),
            &json!("94025"),
            &json!("CA")
        )
    );
}

#[tokio::test]
async fn a_guest_needs_no_code_and_is_somebody_new_each_time() {
    let realm = fresh_realm().await;
    let guest = json!({"first_name": "Gus", "last_name": "Guest", "type": "600"});

    let (one, other) = (data(sign_on(&realm, &guest).await), data(sign_on(&realm, &guest).await));

    assert_ne!(one["id"], other["id"]);
    assert_eq!(text(&one, "code").len(), 32);
    assert!(one.get("dob").is_none());
}

#[tokio::test]
async fn a_member_and_a_provider_of_one_code_are_two() {
    let realm = fresh_realm().await;
    let mut provider = john();
    provider["type"] = json!(400);

    let (member, provider) = (
        data(sign_on(&realm, &john()).await),
        data(sign_on(&realm, &provider).await),
    );

    assert_eq!(member["code"], provider["code"]);
    assert_ne!(member["id"], provider["id"]);
}

#[tokio::test]
async fn fields_vsee_adds_the_vsee_id_and_a_token() {
    let realm = fresh_realm().await;
    let request = realm
        .http
        .post(realm.url(&at("users/sso.json?fields=vsee")))
        .json(&john());

    let user = data(Answer::to(request.header("X-ApiKey", "k").header("X-ApiSecret", "s")).await);

    assert_eq!(user["vsee"]["id"], user["vseeid"]);
    assert_eq!(text(&user["vsee"], "token").len(), 32);
    assert!(data(sign_on(&realm, &john()).await).get("vsee").is_none());
}

#[tokio::test]
async fn every_mount_and_every_way_to_send_a_body_will_do() {
    let realm = fresh_realm().await;
    let form = [
        ("first_name", "John"),
        ("last_name", "Smith"),
        ("type", "200"),
        ("code", "p-1"),
    ];
    let mut ids = std::collections::HashSet::new();

    for mount in ["/api_v3", "/vc/next/api_v3", "/vc/stable/api_v3"] {
        for path in ["/users/sso", "/users/sso.json"] {
            let request = realm.http.post(realm.url(&format!("/vsee{mount}{path}")));
            let request = request.header("X-ApiKey", "k").header("X-ApiSecret", "s");
            let json = request.try_clone().expect("no stream").json(&john());
            ids.insert(text(&data(Answer::to(json).await), "id"));
            ids.insert(text(&data(Answer::to(request.form(&form)).await), "id"));
        }
    }

    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn what_makes_no_person_is_refused_and_nobody_is_made() {
    let realm = fresh_realm().await;
    for (member, wrong) in [
        ("first_name", json!(null)),
        ("first_name", json!("")),
        ("last_name", json!("  ")),
        ("last_name", json!("x".repeat(256))),
        ("code", json!(null)),
        ("code", json!("x".repeat(129))),
        ("code", json!(["p-1"])),
        ("type", json!(100)),
        ("type", json!(201)),
        ("type", json!("member")),
        ("dob", json!("01/01/1990")),
        ("dob", json!("1990-02-30")),
        ("gender", json!("m")),
        ("email", json!("nobody")),
        ("state", json!("California")),
        ("phone", json!("call me")),
        ("disable_emails", json!("perhaps")),
    ] {
        let mut person = john();
        person[member] = wrong.clone();
        let answer = sign_on(&realm, &person).await;
        let message = refused(&answer, 400);
        assert!(message.contains(member), "{member} {wrong}: {message}");
    }
    let users = super::admin(&realm).get("users?q=smith").await.is_ok().json();
    assert_eq!(users["total_count"], 0);
    sign_on(
        &realm,
        &json!({"first_name": "J", "last_name": "S", "code": "x".repeat(128)}),
    )
    .await
    .is_ok();
}

#[tokio::test]
async fn a_token_opens_nothing_in_another_realm_or_account() {
    let (realm, other) = (fresh_realm().await, fresh_realm().await);
    let john = patient(&realm, "p-1").await;

    let mut elsewhere = john.clone();
    elsewhere.realm = other;
    refused(&elsewhere.get("users/-").await, 401);
    let request = realm.http.get(realm.url(&at("users/-")));
    let request = request.header("X-ApiToken", john.token.as_deref().unwrap_or_default());
    refused(&Answer::to(request.header("X-AccountCode", "other")).await, 401);
}
