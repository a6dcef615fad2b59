//! `…/control/api/users`: people added, changed and deleted while the realm runs.

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

mod changed {
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
}

mod deleted {
    use super::*;

    #[tokio::test]
    async fn a_user_is_gone_with_sessions_tokens_and_consents() {
        let realm = fresh_realm().await;
        let (client, browser) = (realm.demo_client(), realm.user_agent());
        let request = client.request();
        let callback = request.authorize(&browser, "anne").await;
        let tokens = Tokens::read(client.redeem(&request.code_in(&callback)).await);

        realm.take_away("users/anne").await.has_status(204);

        realm.get("/control/api/users/anne").await.is_a_problem(404);
        assert!(!realm.accepts(&tokens.access_token).await);
        assert!(!realm.accepts(tokens.refresh_token()).await);
        realm
            .caller(&tokens.access_token)
            .userinfo()
            .await
            .is_refused_as_bearer("invalid_token");
        client
            .refresh(tokens.refresh_token())
            .await
            .is_refused_with("invalid_grant");
        assert!(account(&realm, &browser).await.is_sign_in());
        assert!(!signs_in(&realm, "anne", "anne-password").await);
        realm.take_away("users/anne").await.is_a_problem(404);
    }

    #[tokio::test]
    async fn a_code_that_was_issued_before_the_withdrawal_is_refused() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let code = client.code_for("anne").await;

        realm.take_away("users/anne").await.has_status(204);

        client.redeem(&code).await.is_refused_with("invalid_grant");
    }

    #[tokio::test]
    async fn the_name_and_the_id_are_free_and_nothing_of_before_comes_back() {
        let realm = fresh_realm().await;
        let tokens = realm.demo_client().tokens_for("anne").await;
        let id = realm.look_at("users/anne").await["id"].clone();

        realm.take_away("users/anne").await.has_status(204);
        realm
            .add(
                "users",
                json!({"username": "anne", "id": id, "persona": "Is somebody new"}),
            )
            .await;

        assert!(!realm.accepts(&tokens.access_token).await);
        assert!(!realm.accepts(tokens.refresh_token()).await);
        let browser = realm.user_agent();
        let page = realm.demo_client().request().open(&browser).await.page();
        let page = browser
            .submit(&page.form_with("persona").press("persona", "anne"))
            .await
            .page();
        assert!(page.is_consent(), "the consent of before is forgotten: {}", page.answer);
        assert_eq!(realm.look_at("users/anne").await["claims"], json!({}));
        assert!(names(&realm.look_at("users").await).contains(&"anne"));
    }

    #[tokio::test]
    async fn the_time_of_their_appointments_is_free_again() {
        let realm = fresh_realm().await;
        let (anne, ben) = (patient(&realm, "anne").await, patient(&realm, "ben").await);
        let first = async || ben.availabilities(CATEGORY, TYPE).await[0]["starts_at"].clone();
        let free = first().await;
        anne.books(0).await;
        assert_ne!(first().await, free);

        realm.take_away("users/anne").await.has_status(204);

        assert_eq!(first().await, free);
    }

    #[tokio::test]
    async fn a_person_at_the_consent_page_is_asked_to_sign_in_and_the_client_gets_nothing() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let page = realm.demo_client().request().open(&browser).await.page();
        let page = browser
            .submit(&page.form_with("persona").press("persona", "anne"))
            .await
            .page();
        assert!(page.is_consent());

        realm.take_away("users/anne").await.has_status(204);
        let arrival = browser
            .submit(&page.form_with("decision").press("decision", "allow"))
            .await;

        match arrival {
            Arrival::Page(page) => assert!(
                (400..500).contains(&page.answer.status) || page.is_sign_in(),
                "{}",
                page.answer
            ),
            Arrival::Callback(callback) => panic!("the client got an answer: {callback:?}"),
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn whoever_races_a_deletion_ends_with_nothing_and_nothing_fails() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        for _ in 0..3 {
            realm
                .control(
                    Method::POST,
                    "users",
                    &json!({"username": "racer", "persona": "Is about to be deleted"}),
                )
                .await;
            let minted = realm
                .add(
                    "tokens",
                    json!({"client_id": "demo-client", "user": "racer", "scope": "openid"}),
                )
                .await;
            let refresh_token = minted["refresh_token"].as_str().expect("a refresh token").to_owned();

            let mint = json!({"client_id": "demo-client", "user": "racer", "scope": "openid"});
            let answers = at_once((0..9).map(|number| {
                let (realm, client, refresh_token, mint) =
                    (realm.clone(), client.clone(), refresh_token.clone(), mint.clone());
                async move {
                    match number {
                        4 => realm.take_away("users/racer").await,
                        _ if number % 2 == 0 => client.refresh(&refresh_token).await,
                        _ => realm.control(Method::POST, "tokens", &mint).await,
                    }
                }
            }))
            .await;

            assert_eq!(answers[4].status, 204, "{}", answers[4]);
            for answer in answers.iter().filter(|answer| answer.status != 204) {
                assert!([200, 201, 400, 404].contains(&answer.status), "{answer}");
                if answer.status < 300 {
                    assert!(!realm.accepts(&answer.access_token()).await, "{answer}");
                }
            }
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_many_who_take_the_name_at_once_one_gets_it_whether_revived_or_new() {
        let realm = fresh_realm().await;
        for round in 0..5 {
            let name = format!("heir-{round}");
            let id = format!("id-{round}");
            realm
                .add("users", json!({"id": id, "username": format!("first-{round}")}))
                .await;
            realm.take_away(&format!("users/{id}")).await.has_status(204);

            let answers = at_once((0..6).map(|number| {
                let (realm, user) = (
                    realm.clone(),
                    match number % 2 {
                        0 => json!({"id": id, "username": name}),
                        _ => json!({"username": name}),
                    },
                );
                async move { realm.control(Method::POST, "users", &user).await }
            }))
            .await;

            let added = answers.iter().filter(|answer| answer.status == 201).count();
            assert_eq!(added, 1, "{answers:?}");
            let refused = answers.iter().filter(|answer| answer.status == 409).count();
            assert_eq!(refused, 5, "{answers:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_many_deletions_exactly_one_finds_the_user() {
        let realm = fresh_realm().await;

        let answers = at_once((0..8).map(|_| {
            let realm = realm.clone();
            async move { realm.take_away("users/anne").await }
        }))
        .await;

        let gone = answers.iter().filter(|answer| answer.status == 204).count();
        assert_eq!(gone, 1, "{answers:?}");
        assert!(
            answers.iter().all(|answer| [204, 404].contains(&answer.status)),
            "{answers:?}"
        );
    }
}
