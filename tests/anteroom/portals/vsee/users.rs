//! Users: passwords, profiles, lists.

use serde_json::json;

use super::{admin, data, list, patient, provider, public, refused, text};
use crate::support::fresh_realm;

#[tokio::test]
async fn a_member_signs_in_with_a_password_and_gets_a_token_that_works() {
    let realm = fresh_realm().await;
    let body = json!({"username": "mary", "password": "mary-password", "user_type": "member"});

    let mary = data(public(&realm).post("users/login.json", &body).await);

    assert_eq!((&mary["id"], &mary["first_name"]), (&json!("10001"), &json!("Mary")));
    let mut caller = public(&realm);
    caller.token = Some(text(&mary["token"], "token"));
    assert_eq!(data(caller.get("users/-").await)["full_name"], "Mary Jones");
}

#[tokio::test]
async fn a_wrong_password_name_or_kind_is_one_refusal() {
    let realm = fresh_realm().await;
    let mut messages = std::collections::HashSet::new();
    for (username, password, kind) in [
        ("mary", "wrong", "member"),
        ("nobody", "mary-password", "member"),
        ("mary", "mary-password", "provider"),
        ("user85741", "", "provider"),
    ] {
        let body = json!({"username": username, "password": password, "user_type": kind});
        let answer = public(&realm).post("users/login", &body).await;
        if password.is_empty() {
            refused(&answer, 400);
        } else {
            messages.insert(refused(&answer, 401));
        }
    }
    assert_eq!(messages.len(), 1);
}

#[tokio::test]
async fn too_many_wrong_passwords_are_refused_with_the_time_to_wait() {
    let realm = fresh_realm().await;
    let wrong = json!({"username": "mary", "password": "guess", "user_type": "member"});
    for _ in 0..10 {
        refused(&public(&realm).post("users/login", &wrong).await, 401);
    }

    let throttled = public(&realm).post("users/login", &wrong).await;

    refused(&throttled, 429);
    let wait: u64 = throttled
        .header("retry-after")
        .unwrap_or_default()
        .parse()
        .expect("seconds");
    assert!((1..=60).contains(&wait));
}

#[tokio::test]
async fn ones_own_profile_has_a_short_name_and_a_foreign_one_is_forbidden() {
    let realm = fresh_realm().await;
    let (john, other) = (patient(&realm, "p-1").await, patient(&realm, "p-2").await);

    let profile = data(john.get("users/-").await);

    assert_eq!(profile, data(john.get(&format!("users/{}", john.id)).await));
    assert_eq!(
        (&profile["full_name"], &profile["status"], &profile["type"]),
        (&json!("John Smith"), &json!(20), &json!("200"))
    );
    refused(&john.get(&format!("users/{}", other.id)).await, 403);
    admin(&realm).get(&format!("users/{}", john.id)).await.is_ok();
    for unknown in ["999999", "john", "0x10", "99999999999999999999"] {
        assert_eq!(
            refused(&john.get(&format!("users/{unknown}")).await, 404),
            super::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn the_list_is_the_admins_and_can_be_narrowed() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let admin = admin(&realm);

    let providers = admin.get("users?type=400").await.is_ok().json();
    assert_eq!(providers["total_count"], 2);
    let found = list(admin.get("users?q=SMI&fields=username,dob").await);
    assert_eq!((found.len(), &found[0]["id"]), (1, &json!(john.id)));
    assert!(found[0].get("username").is_some() && found[0].get("phone").is_none());
    assert!(
        list(admin.get("users?q=%25%25%25").await).is_empty(),
        "what is searched for is no pattern"
    );
    let first = list(admin.get("users?limit=1").await);
    let second = list(admin.get("users?limit=1&offset=1").await);
    assert_ne!(first[0]["id"], second[0]["id"]);
    refused(&admin.get("users?q=ab").await, 400);
    refused(&admin.get("users?limit=0").await, 400);
    refused(&admin.get("users?limit=501").await, 400);
    refused(&john.get("users").await, 403);
    refused(&public(&realm).get("users").await, 401);
}

#[tokio::test]
async fn only_admins_assign_rooms_and_only_to_providers() {
    let realm = fresh_realm().await;
    let (john, pat, admin) = (
        patient(&realm, "p-1").await,
        provider(&realm, "pat").await,
        admin(&realm),
    );
    let room = json!({"room_code": "b4vjj"});
    let path = |id: &str| format!("users/{id}/rooms");

    refused(&pat.post(&path("-"), &room).await, 403);
    refused(&john.post(&path("181883"), &room).await, 403);
    refused(&admin.post(&path(&john.id), &room).await, 400);
    refused(&admin.post(&path("181883"), &json!({})).await, 400);
    refused(
        &admin.post(&path("181883"), &json!({"room_code": "nowhere"})).await,
        404,
    );
    refused(&admin.post(&path("4711"), &room).await, 404);
    for _ in 0..2 {
        admin.post(&path("181883"), &room).await.is_ok();
    }
    let providers = list(public(&realm).get("rooms/b4vjj/providers").await);
    assert_eq!(
        providers.iter().map(|one| text(one, "id")).collect::<Vec<_>>(),
        ["85741", "181883"]
    );
}
