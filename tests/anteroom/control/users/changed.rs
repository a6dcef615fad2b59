//! Users changed: what the next answer says, and what is refused.

use super::*;

#[tokio::test]
async fn claims_are_merged_and_the_next_answer_has_them() {
    let realm = fresh_realm().await;
    zoe(&realm).await;
    let tokens = realm
        .demo_client()
        .asking_for("openid email address")
        .tokens_for("Zoe")
        .await;

    let user = realm
        .change(
            "users/zoe",
            json!({"claims": {"email": null, "address": {"locality": "Bonn"}, "level": 3}}),
        )
        .await;

    assert_eq!(user["claims"]["address"], json!({"locality": "Bonn", "country": "DE"}));
    assert_eq!(user["claims"]["level"], 3);
    let userinfo = realm.caller(&tokens.access_token).userinfo().await.is_ok().json();
    assert_eq!(userinfo.get("email"), None);
    assert_eq!(userinfo["address"]["locality"], "Bonn");
}

#[tokio::test]
async fn a_new_password_takes_the_place_of_the_old_one() {
    let realm = fresh_realm().await;
    zoe(&realm).await;

    realm.change("users/zoe", json!({"password": "another"})).await;
    assert!(signs_in(&realm, "zoe", "another").await);
    assert!(!signs_in(&realm, "zoe", "zoe-password").await);

    let user = realm.change("users/zoe", json!({"password": null})).await;
    assert_eq!(user["has_password"], false);
    assert!(!signs_in(&realm, "zoe", "another").await);
}

#[tokio::test]
async fn the_picker_offers_a_user_or_no_more() {
    let realm = fresh_realm().await;
    let offered = async |name: &str| {
        let page = realm.demo_client().request().open(&realm.user_agent()).await.page();
        page.form_with("persona")
            .buttons
            .iter()
            .any(|button| button.value == name)
    };
    assert!(offered("ben").await);

    realm.change("users/ben", json!({"persona": null})).await;
    assert!(!offered("ben").await);

    realm
        .change("users/ben", json!({"persona": "Is back again for another test"}))
        .await;
    assert!(offered("ben").await);
}

#[tokio::test]
async fn what_is_no_sound_change_is_refused_and_changes_nothing() {
    let realm = fresh_realm().await;

    realm
        .refuses(
            Method::PATCH,
            "users/anne",
            "users",
            &[
                (400, json!({})),
                (400, json!({"username": "anna"})),
                (400, json!({"id": "another"})),
                (
                    400,
                    json!({"claims": {"name": "Changed", "iss": "http://evil.example"}}),
                ),
                (400, json!({"claims": null})),
                (400, json!({"claims": {"name": "Changed"}, "password": ""})),
                (400, json!({"password": null, "password_hash": "$argon2id$"})),
                (400, json!({"password": 7})),
            ],
        )
        .await;
    realm
        .control(Method::PATCH, "users/nobody", &json!({"persona": "x"}))
        .await
        .is_a_problem(404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_changes_that_come_at_once_none_is_lost() {
    let realm = fresh_realm().await;

    let answers = at_once((0..20).map(|number| {
        let realm = realm.clone();
        async move {
            let patch = json!({"claims": {format!("n{number}"): number}});
            realm.control(Method::PATCH, "users/anne", &patch).await
        }
    }))
    .await;

    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    let user = realm.look_at("users/anne").await;
    for number in 0..20 {
        assert_eq!(user["claims"][format!("n{number}")], number);
    }
}
