//! `…/control/api/clients`: applications added, changed and deleted while the realm runs.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    races::at_once,
    support::{Arrival, ClientApp, Realm, client_app::REDIRECT_URI, fresh_realm, realm_with},
};

fn described() -> Value {
    json!({
        "client_id": "shop",
        "client_name": "The Shop",
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "redirect_uris": [REDIRECT_URI, "{issuer}/shop"],
        "scope": "openid profile email appointment_read",
    })
}

async fn shop(realm: &Realm) -> ClientApp {
    let added = realm.add("clients", described()).await;
    ClientApp::new(
        realm,
        "shop",
        Some(added["client_secret"].as_str().expect("shown once")),
    )
}

mod added {
    use super::*;

    #[tokio::test]
    async fn a_client_works_at_once_with_the_secret_that_is_shown_once() {
        let realm = fresh_realm().await;

        let shop = shop(&realm).await;

        assert!(shop.secret.as_ref().is_some_and(|secret| secret.len() >= 43));
        shop.tokens_for("anne").await;
        shop.client_credentials("appointment_read").await.brings_tokens();
        for seen in [realm.look_at("clients/shop").await, realm.look_at("clients").await] {
            assert!(
                !seen.to_string().contains(shop.secret.as_deref().expect("a secret")),
                "{seen}"
            );
            assert!(!seen.to_string().contains("sha256"), "{seen}");
        }
        let uris = &realm.look_at("clients/shop").await["redirect_uris"];
        assert_eq!(uris[1], format!("{}/shop", realm.issuer));
    }

    #[tokio::test]
    async fn a_chosen_secret_works_and_is_not_repeated() {
        let realm = fresh_realm().await;
        let mut client = described();
        client["client_secret"] = json!("a secret of mine");

        let added = realm.add("clients", client).await;

        assert_eq!(added.get("client_secret"), None);
        assert_eq!(added["has_secret"], true);
        let shop = ClientApp::new(&realm, "shop", Some("a secret of mine"));
        shop.client_credentials("appointment_read").await.brings_tokens();
    }

    #[tokio::test]
    async fn a_public_client_has_no_secret_and_one_without_an_id_gets_one() {
        let realm = fresh_realm().await;

        let added = realm
            .add(
                "clients",
                json!({"token_endpoint_auth_method": "none", "redirect_uris": [REDIRECT_URI]}),
            )
            .await;

        assert_eq!(added.get("client_secret"), None);
        assert_eq!(added["has_secret"], false);
        let spa = ClientApp::new(&realm, added["client_id"].as_str().expect("an id"), None);
        spa.asking_for("openid").tokens_for("anne").await;
    }

    #[tokio::test]
    async fn what_is_no_sound_client_is_refused_and_leaves_nothing() {
        let realm = fresh_realm().await;
        let with = |member: &str, value: Value| {
            let mut client = described();
            client[member] = value;
            client
        };

        realm
            .refuses(
                Method::POST,
                "clients",
                "clients",
                &[
                    (400, with("redirect_uris", json!(["http://localhost/#fragment"]))),
                    (400, with("redirect_uris", json!(["javascript:alert(1)"]))),
                    (400, with("grant_types", json!(["password"]))),
                    (400, with("scope", json!("open\"id"))),
                    (400, with("token_endpoint_auth_method", json!("private_key_jwt"))),
                    (400, with("client_secret", json!(""))),
                    (400, with("access_token_format", json!("xml"))),
                    (400, with("access_token_audience", json!(""))),
                    (400, with("colour", json!("red"))),
                    (400, with("client_id", json!("ümlaut"))),
                    (400, with("token_endpoint_auth_method", json!("none"))), // with client_credentials
                    (
                        400,
                        json!({"client_id": "x", "token_endpoint_auth_method": "none", "client_secret": "s"}),
                    ),
                    (409, with("client_id", json!("demo-client"))),
                ],
            )
            .await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_many_of_one_id_exactly_one_is_added() {
        let realm = fresh_realm().await;

        let answers = at_once((0..8).map(|_| {
            let realm = realm.clone();
            async move { realm.control(Method::POST, "clients", &described()).await }
        }))
        .await;

        let added: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(added.len(), 1, "{answers:?}");
        assert!(
            answers.iter().all(|answer| [201, 409].contains(&answer.status)),
            "{answers:?}"
        );
        let shop = ClientApp::new(&realm, "shop", Some(&added[0].member("client_secret")));
        shop.client_credentials("appointment_read").await.brings_tokens();
    }
}

mod changed {
    use super::*;

    #[tokio::test]
    async fn by_a_merge_patch_that_counts_at_once() {
        let realm = fresh_realm().await;
        let shop = shop(&realm).await;
        shop.client_credentials("appointment_read").await.brings_tokens();

        let changed = realm
            .change(
                "clients/shop",
                json!({"client_name": "Another Name", "scope": "openid", "redirect_uris": ["https://other.example.com/cb"]}),
            )
            .await;

        assert_eq!(changed["client_name"], "Another Name");
        assert_eq!(
            changed["grant_types"],
            described()["grant_types"],
            "what is not said stays"
        );
        shop.client_credentials("appointment_read")
            .await
            .is_refused_with("invalid_scope");
        shop.request().answer().await.is_a_refusal_page();
        let elsewhere = shop.called_back_at("https://other.example.com/cb").asking_for("openid");
        let page = elsewhere.request().open(&realm.user_agent()).await.page();
        page.must_show("Another Name");
    }

    #[tokio::test]
    async fn a_client_that_becomes_confidential_gets_a_secret_and_one_that_becomes_public_loses_it() {
        let realm = fresh_realm().await;

        let changed = realm
            .change(
                "clients/demo-spa",
                json!({"token_endpoint_auth_method": "client_secret_post"}),
            )
            .await;
        assert!(changed["client_secret"].is_string(), "{changed}");

        let changed = realm
            .change("clients/demo-spa", json!({"token_endpoint_auth_method": "none"}))
            .await;
        assert_eq!(changed["has_secret"], false);
        realm.demo_spa().tokens_for("anne").await;
    }

    #[tokio::test]
    async fn the_secret_stays_where_only_other_things_change() {
        let realm = fresh_realm().await;
        let shop = shop(&realm).await;

        let changed = realm
            .change("clients/shop", json!({"logo_uri": "https://example.com/logo.png"}))
            .await;
        assert_eq!(changed.get("client_secret"), None);
        shop.client_credentials("appointment_read").await.brings_tokens();

        let changed = realm.change("clients/shop", json!({"logo_uri": null})).await;
        assert_eq!(changed.get("logo_uri"), None);
        realm
            .change("clients/demo-client", json!({"client_name": "Renamed"}))
            .await;
        realm
            .demo_client()
            .client_credentials("appointment_read")
            .await
            .brings_tokens();
    }

    #[tokio::test]
    async fn what_would_be_no_sound_client_is_refused_and_changes_nothing() {
        let realm = fresh_realm().await;

        realm
            .refuses(
                Method::PATCH,
                "clients/demo-client",
                "clients",
                &[
                    (400, json!({"client_id": "other"})),
                    (400, json!({"client_secret": "other"})),
                    (400, json!({"redirect_uris": ["nowhere"]})),
                    (400, json!({"client_name": "Changed", "redirect_uris": ["http://x/#f"]})),
                    (400, json!({"token_endpoint_auth_method": "none"})), // it may use client_credentials
                    (400, json!({"grant_types": "authorization_code"})),
                    (400, json!({"unknown": 1})),
                ],
            )
            .await;
        realm
            .control(Method::PATCH, "clients/nobody", &json!({"client_name": "x"}))
            .await
            .is_a_problem(404);
    }
}

mod secret {
    use super::*;

    #[tokio::test]
    async fn a_new_one_ends_the_old_one_at_once() {
        let realm = fresh_realm().await;
        let shop = shop(&realm).await;

        let rotated = realm
            .control(Method::POST, "clients/shop/secret", &json!({}))
            .await
            .is_ok();

        shop.client_credentials("appointment_read")
            .await
            .is_refused_with("invalid_client");
        let shop = ClientApp::new(&realm, "shop", Some(&rotated.member("client_secret")));
        shop.client_credentials("appointment_read").await.brings_tokens();
    }

    #[tokio::test]
    async fn a_chosen_one_takes_the_place_of_a_seeds() {
        let realm = fresh_realm().await;
        realm
            .demo_client()
            .client_credentials("appointment_read")
            .await
            .brings_tokens();

        let rotated = realm
            .control(
                Method::POST,
                "clients/demo-client/secret",
                &json!({"client_secret": "chosen"}),
            )
            .await
            .is_ok();

        assert_eq!(rotated.json().get("client_secret"), None);
        realm
            .demo_client()
            .client_credentials("appointment_read")
            .await
            .is_refused_with("invalid_client");
        let client = ClientApp::new(&realm, "demo-client", Some("chosen"));
        client.client_credentials("appointment_read").await.brings_tokens();
    }

    #[tokio::test]
    async fn a_public_or_unknown_client_has_none_to_renew() {
        let realm = fresh_realm().await;

        for (path, status, body) in [
            ("clients/demo-spa/secret", 409, json!({})),
            ("clients/nobody/secret", 404, json!({})),
            ("clients/demo-client/secret", 400, json!({"client_secret": ""})),
            ("clients/demo-client/secret", 400, json!({"keep": true})),
        ] {
            realm.control(Method::POST, path, &body).await.is_a_problem(status);
        }
        realm
            .demo_client()
            .client_credentials("appointment_read")
            .await
            .brings_tokens();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_two_that_are_made_at_once_one_works() {
        let realm = fresh_realm().await;
        let answers = at_once((0..6).map(|_| {
            let realm = realm.clone();
            async move {
                realm
                    .control(Method::POST, "clients/demo-client/secret", &json!({}))
                    .await
            }
        }))
        .await;

        let mut working = 0;
        for answer in answers {
            let client = ClientApp::new(&realm, "demo-client", Some(&answer.is_ok().member("client_secret")));
            working += usize::from(client.client_credentials("appointment_read").await.status == 200);
        }

        assert_eq!(working, 1);
    }
}

mod deleted {
    use super::*;

    #[tokio::test]
    async fn a_client_is_gone_with_its_grants_and_its_own_tokens() {
        let realm = realm_with(json!({})).await;
        let shop = shop(&realm).await;
        let tokens = shop.tokens_for("anne").await;
        let own = shop.client_credentials("appointment_read").await.access_token();
        assert!(realm.accepts(&own).await);

        realm.take_away("clients/shop").await.has_status(204);

        shop.client_credentials("appointment_read")
            .await
            .is_refused_with("invalid_client");
        for token in [&tokens.access_token, &own, tokens.refresh_token()] {
            assert!(!realm.accepts(token).await);
        }
        realm
            .caller(&tokens.access_token)
            .userinfo()
            .await
            .is_refused_as_bearer("invalid_token");
        shop.request().answer().await.is_a_refusal_page();
        realm.get("/control/api/clients/shop").await.is_a_problem(404);
        realm.take_away("clients/shop").await.is_a_problem(404);
    }

    #[tokio::test]
    async fn its_id_is_free_and_nothing_of_before_comes_back() {
        let realm = fresh_realm().await;
        let before = shop(&realm).await;
        let tokens = before.tokens_for("anne").await;
        let own = before.client_credentials("appointment_read").await.access_token();

        realm.take_away("clients/shop").await.has_status(204);
        let after = shop(&realm).await;

        before
            .client_credentials("appointment_read")
            .await
            .is_refused_with("invalid_client");
        after.client_credentials("appointment_read").await.brings_tokens();
        for token in [&tokens.access_token, &own, tokens.refresh_token()] {
            assert!(!realm.accepts(token).await);
        }
        after
            .refresh(tokens.refresh_token())
            .await
            .is_refused_with("invalid_grant");
    }

    #[tokio::test]
    async fn a_person_on_the_way_is_told_that_nobody_waits_for_them() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let page = shop(&realm).await.request().open(&browser).await.page();

        realm.take_away("clients/shop").await.has_status(204);
        let arrival = browser
            .submit(&page.form_with("persona").press("persona", "anne"))
            .await;

        match arrival {
            Arrival::Page(page) => assert!((400..500).contains(&page.answer.status), "{}", page.answer),
            Arrival::Callback(callback) => panic!("somebody got an answer: {callback:?}"),
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_code_redeemed_at_the_same_moment_yields_nothing_that_lasts_and_nothing_fails() {
        let realm = fresh_realm().await;
        for _ in 0..3 {
            let shop = shop(&realm).await;
            let code = shop.code_for("anne").await;

            let answers = at_once((0..7).map(|number| {
                let (realm, shop, code) = (realm.clone(), shop.clone(), code.clone());
                async move {
                    match number {
                        3 => realm.take_away("clients/shop").await,
                        0 => shop.redeem(&code).await,
                        _ if number % 2 == 0 => shop.request().answer().await,
                        _ => shop.client_credentials("appointment_read").await,
                    }
                }
            }))
            .await;

            assert_eq!(answers[3].status, 204, "{}", answers[3]);
            for answer in &answers {
                assert!(answer.status < 500, "{answer}");
                if answer.status == 200 && answer.media_type() == "application/json" {
                    assert!(!realm.accepts(&answer.access_token()).await, "{answer}");
                }
            }
        }
    }
}

#[tokio::test]
async fn they_are_listed_in_pages_in_the_order_they_were_added() {
    let realm = fresh_realm().await;

    let first = realm.look_at("clients?limit=2").await;
    let rest = realm
        .look_at(&format!("clients?after={}", first["next"].as_str().expect("more")))
        .await;

    let ids = |list: &Value| -> Vec<String> {
        let clients = list["clients"].as_array().expect("a list");
        clients
            .iter()
            .map(|client| client["client_id"].as_str().expect("text").to_owned())
            .collect()
    };
    assert_eq!(ids(&first), ["demo-client", "demo-spa"]);
    assert_eq!(ids(&rest), ["demo-service"]);
    realm.get("/control/api/clients?after=nobody").await.is_a_problem(404);
    realm.get("/control/api/clients?q=demo").await.is_a_problem(400);
}
