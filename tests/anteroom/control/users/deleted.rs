//! Users deleted: what goes with them, and who comes too late.

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
