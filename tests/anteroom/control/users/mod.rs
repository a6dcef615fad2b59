//! `…/control/api/users`: people added, changed and deleted while the realm runs.

mod changed;
mod deleted;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    portals::mypatientportal::{CATEGORY, TYPE, patient},
    races::at_once,
    support::{Arrival, Realm, Tokens, UserAgent, fresh_realm, realm_with},
};

async fn zoe(realm: &Realm) -> Value {
    let zoe = json!({
        "username": "Zoe",
        "password": "zoe-password",
        "persona": "Was added while the realm ran",
        "claims": {"name": "Zoe Adams", "email": "zoe@example.com", "address": {"locality": "Berlin", "country": "DE"}},
    });
    realm.add("users", zoe).await
}

/// Whether name and password lead on from the sign-in page.
async fn signs_in(realm: &Realm, username: &str, password: &str) -> bool {
    let browser = realm.user_agent();
    let page = realm.demo_client().request().open(&browser).await.page();
    let form = page
        .form_with("username")
        .fill("username", username)
        .fill("password", password);
    match browser.submit(&form).await {
        Arrival::Page(page) => page.is_consent(),
        Arrival::Callback(_) => true,
    }
}

async fn account(realm: &Realm, browser: &UserAgent) -> crate::support::Page {
    browser.open(&realm.url("/account")).await.page()
}

fn names(list: &Value) -> Vec<&str> {
    let users = list["users"].as_array().expect("a list of users");
    users
        .iter()
        .map(|user| user["username"].as_str().expect("text"))
        .collect()
}

mod added {
    use super::*;

    #[tokio::test]
    async fn a_user_signs_in_by_picker_and_by_password() {
        let realm = fresh_realm().await;

        let zoe = zoe(&realm).await;

        let tokens = realm.demo_client().tokens_for("Zoe").await;
        let userinfo = realm.caller(&tokens.access_token).userinfo().await.is_ok().json();
        assert_eq!(userinfo["sub"], zoe["id"]);
        assert_eq!(userinfo["email"], "zoe@example.com");
        assert!(signs_in(&realm, "zoe", "zoe-password").await);
        assert!(!signs_in(&realm, "zoe", "anne-password").await);
    }

    #[tokio::test]
    async fn nobody_is_told_the_password_or_its_hash() {
        let realm = fresh_realm().await;

        let added = zoe(&realm).await;

        for seen in [added, realm.look_at("users/zoe").await, realm.look_at("users").await] {
            let seen = seen.to_string();
            assert!(!seen.contains("argon2") && !seen.contains("zoe-password"), "{seen}");
            assert!(seen.contains("has_password"), "{seen}");
        }
    }

    #[tokio::test]
    async fn a_user_without_password_and_persona_can_only_be_spoken_for() {
        let realm = fresh_realm().await;

        realm.add("users", json!({"username": "quiet"})).await;

        let user = realm.look_at("users/quiet").await;
        assert_eq!(user["has_password"], false);
        assert_eq!(user.get("persona"), None);
        assert!(!signs_in(&realm, "quiet", "quiet-password").await);
        let page = realm.demo_client().request().open(&realm.user_agent()).await.page();
        assert!(
            !page
                .form_with("persona")
                .buttons
                .iter()
                .any(|button| button.value == "quiet")
        );
    }

    #[tokio::test]
    async fn what_is_no_sound_user_is_refused_and_leaves_nothing() {
        let realm = fresh_realm().await;

        realm
            .refuses(
                Method::POST,
                "users",
                "users",
                &[
                    (400, json!({})),
                    (400, json!({"username": ""})),
                    (400, json!({"username": "x".repeat(256)})),
                    (400, json!({"username": "x", "colour": "red"})),
                    (400, json!({"username": "x", "password": ""})),
                    (
                        400,
                        json!({"username": "x", "password": "p", "password_hash": "$argon2id$"}),
                    ),
                    (400, json!({"username": "x", "password_hash": "not a hash"})),
                    (400, json!({"username": "x", "claims": {"sub": "other"}})),
                    (400, json!({"username": "x", "claims": ["name"]})),
                    (400, json!({"username": "x", "id": "with space"})),
                    (400, json!({"username": "x\u{0}"})),
                    (409, json!({"username": "anne"})),
                    (409, json!({"username": " ANNE "})),
                    (
                        409,
                        json!({"username": "x", "id": "dac9fffa-d1bb-39a8-9ce6-2e11e0cb66d7"}),
                    ),
                ],
            )
            .await;
    }
}

mod listed {
    use super::*;

    #[tokio::test]
    async fn in_pages_and_by_a_part_of_the_name() {
        let realm = realm_with(json!({"seed": "none"})).await;
        for name in ["Ada", "bea", "CAL_1", "cal%2", "dan"] {
            realm.add("users", json!({"username": name})).await;
        }

        let first = realm.look_at("users?limit=2").await;
        let second = realm
            .look_at(&format!(
                "users?limit=2&after={}",
                first["next"].as_str().expect("more is to come")
            ))
            .await;
        let third = realm
            .look_at(&format!(
                "users?limit=2&after={}",
                second["next"].as_str().expect("more is to come")
            ))
            .await;

        assert_eq!(names(&first), ["Ada", "bea"]);
        assert_eq!(names(&second), ["CAL_1", "cal%2"]);
        assert_eq!(names(&third), ["dan"]);
        assert_eq!(third.get("next"), None);
        assert_eq!(names(&realm.look_at("users?q=AL").await), ["CAL_1", "cal%2"]);
        assert_eq!(
            names(&realm.look_at("users?q=%25").await),
            ["cal%2"],
            "% stands for itself"
        );
        assert_eq!(
            names(&realm.look_at("users?q=_").await),
            ["CAL_1"],
            "_ stands for itself"
        );
    }

    #[tokio::test]
    async fn strange_questions_are_refused() {
        let realm = fresh_realm().await;

        for (query, status) in [
            ("limit=0", 400),
            ("limit=many", 400),
            ("sort=name", 400),
            ("after=nobody", 404),
        ] {
            realm
                .get(&format!("/control/api/users?{query}"))
                .await
                .is_a_problem(status);
        }
        realm.get("/control/api/users/nobody").await.is_a_problem(404);
    }
}
