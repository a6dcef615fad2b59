//! Users with scripted behaviour: what goes wrong for a client depends on who signs in, without an armed fault.

use serde_json::{Value, json};

use crate::{
    races::at_once,
    support::{Answer, Arrival, Page, Realm, UserAgent, fresh_realm, jwt, realm_with},
};

async fn headless_realm() -> Realm {
    realm_with(json!({"policy": {"preset": "default", "auto_login": true}})).await
}

/// Signs in as one of them by the picker; what comes then.
async fn chosen(realm: &Realm, browser: &UserAgent, username: &str) -> Arrival {
    let page = realm.demo_client().request().open(browser).await.page();
    browser
        .submit(&page.form_with("persona").press("persona", username))
        .await
}

/// Signs in by name and password.
async fn typed(realm: &Realm, browser: &UserAgent, username: &str) -> Arrival {
    let page = realm.demo_client().request().open(browser).await.page();
    let form = page.form_with("password").fill("username", username);
    browser
        .submit(&form.fill("password", &format!("{username}-password")))
        .await
}

fn stays_out(page: &Page, words: &str) {
    assert!(page.is_sign_in() && page.answer.status == 403, "{}", page.answer);
    page.must_show(words);
}

async fn add(realm: &Realm, user: Value) -> Answer {
    realm.post_json("/control/api/users", &user).await
}

#[tokio::test]
async fn who_denies_consent_is_not_asked_and_the_client_is_told() {
    let realm = fresh_realm().await;

    let callback = chosen(&realm, &realm.user_agent(), "denies-consent").await.callback();

    callback.is_refused_with("access_denied");
    let headless = headless_realm().await;
    let request = headless.demo_client().request().with("login_hint", "denies-consent");
    let callback = request.open(&headless.user_agent()).await.callback();
    callback.is_refused_with("access_denied");
}

#[tokio::test]
async fn who_is_unavailable_signs_in_and_the_client_is_told() {
    let realm = fresh_realm().await;

    let callback = chosen(&realm, &realm.user_agent(), "temporarily-unavailable")
        .await
        .callback();

    callback.is_refused_with("temporarily_unavailable");
    let headless = headless_realm().await;
    let request = headless
        .demo_client()
        .request()
        .with("login_hint", "temporarily-unavailable");
    let callback = request.open(&headless.user_agent()).await.callback();
    callback.is_refused_with("temporarily_unavailable");
}

#[tokio::test]
async fn who_grants_less_grants_all_scopes_but_the_last() {
    for realm in [fresh_realm().await, headless_realm().await] {
        let client = realm.demo_client().asking_for("openid profile email");
        let request = client.request().with("login_hint", "grants-fewer-scopes");

        let tokens = request.tokens_for("grants-fewer-scopes").await;

        assert_eq!(tokens.answer.member("scope"), "openid profile");
        let claims = realm.caller(&tokens.access_token).userinfo().await.is_ok().json();
        assert_eq!(claims["name"], "Gregor Weniger");
        assert_eq!(claims["email"], Value::Null, "{claims}");
    }
}

#[tokio::test]
async fn a_locked_account_cannot_be_signed_in_with_whichever_way() {
    let realm = fresh_realm().await;

    let picked = chosen(&realm, &realm.user_agent(), "account-locked").await.page();
    let typed = typed(&realm, &realm.user_agent(), "account-locked").await.page();

    stays_out(&picked, "This account is locked");
    stays_out(&typed, "This account is locked");
    let headless = headless_realm().await;
    let request = headless.demo_client().request().with("login_hint", "account-locked");
    assert!(request.open(&headless.user_agent()).await.page().is_sign_in());
}

#[tokio::test]
async fn only_the_right_password_learns_that_an_account_is_locked() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = realm.demo_client().request().open(&browser).await.page();
    let form = page.form_with("password").fill("username", "account-locked");

    let page = browser.submit(&form.fill("password", "a guess")).await.page();

    assert_eq!(page.answer.status, 403);
    assert!(!page.shows("This account is locked"), "{}", page.answer);
}

#[tokio::test]
async fn an_expired_password_has_to_be_changed_first() {
    let realm = fresh_realm().await;

    let page = typed(&realm, &realm.user_agent(), "password-expired").await.page();

    stays_out(&page, "has expired");
}

#[tokio::test]
async fn a_slow_sign_in_takes_its_time_and_succeeds() {
    let realm = fresh_realm().await;
    let begun = anteroom::clock::monotonic();

    let page = chosen(&realm, &realm.user_agent(), "slow-sign-in").await.page();

    assert!(page.is_consent(), "{}", page.answer);
    let taken = anteroom::clock::monotonic().duration_since(begun);
    assert!(taken >= std::time::Duration::from_secs(3), "{taken:?}");
}

#[tokio::test]
async fn who_signed_in_long_ago_says_so_in_auth_time() {
    for realm in [fresh_realm().await, headless_realm().await] {
        let now = realm.now().await.as_second();
        let request = realm.demo_client().request().with("login_hint", "signed-in-long-ago");

        let tokens = request.tokens_for("signed-in-long-ago").await;

        let claims = jwt::claims(tokens.id_token());
        assert_eq!(claims["auth_time"], now - 3600);
        assert_eq!(claims["iat"], now);
    }
}

#[tokio::test]
async fn who_signed_in_long_ago_is_not_asked_for_ever_by_max_age() {
    let realm = fresh_realm().await;
    let request = realm.demo_client().request().with("max_age", "60");
    let (first, browser) = request.authorize_as("signed-in-long-ago").await;
    first.code();

    let again = request.open(&browser).await.page();

    assert!(again.is_sign_in(), "the next request asks again");
}

#[tokio::test]
async fn a_session_that_ends_soon_is_over_after_a_minute() {
    let realm = fresh_realm().await;
    let request = realm.demo_client().request();
    let (_, browser) = request.authorize_as("session-ends-soon").await;
    let silent = request.clone().with("prompt", "none");
    silent.open(&browser).await.callback().code();

    realm.advance("PT59S").await;
    silent.open(&browser).await.callback().code();
    realm.advance("PT1S").await;

    silent.open(&browser).await.callback().is_refused_with("login_required");
}

#[tokio::test]
async fn a_token_that_is_good_once_is_good_once() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let tokens = client.tokens_for("token-revoked-after-first-use").await;
    assert!(
        realm.accepts(&tokens.access_token).await,
        "asking about it is not using it"
    );
    let caller = realm.caller(&tokens.access_token);

    caller.userinfo().await.is_ok();

    caller.userinfo().await.is_refused_as_bearer("invalid_token");
    let refreshed = client.refresh(tokens.refresh_token()).await.brings_tokens();
    let caller = realm.caller(&refreshed.access_token());
    caller.userinfo().await.is_ok();
    caller.userinfo().await.is_refused_as_bearer("invalid_token");
}

#[tokio::test]
async fn a_token_that_is_good_once_is_so_at_the_portal() {
    let realm = fresh_realm().await;
    let client = realm.demo_client().asking_for("openid profile_read");
    let tokens = client.tokens_for("token-revoked-after-first-use").await;
    let caller = realm.caller(&tokens.access_token);

    caller.get("/api/portal/v1/user").await.is_ok();

    caller.get("/api/portal/v1/user").await.has_status(401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_requests_at_once_exactly_one_has_a_token_that_is_good_once() {
    let realm = fresh_realm().await;
    let client = realm.demo_client().asking_for("openid profile_read");
    for path in ["/oauth/userinfo", "/api/portal/v1/user"] {
        let tokens = client.tokens_for("token-revoked-after-first-use").await;
        let caller = realm.caller(&tokens.access_token);

        let answers = at_once((0..20).map(|_| {
            let caller = caller.clone();
            async move { caller.get(path).await }
        }))
        .await;

        let served = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(served, 1, "{path}: {answers:?}");
        let refused = answers.iter().filter(|answer| answer.status == 401).count();
        assert_eq!(refused, 19, "{path}: {answers:?}");
        assert!(
            !realm.accepts(&tokens.access_token).await,
            "it was the request that ended it"
        );
        client.refresh(tokens.refresh_token()).await.brings_tokens();
    }
}

#[tokio::test]
async fn what_a_behaviour_has_planned_does_not_happen_once_the_user_has_another_or_none() {
    for now in [Value::Null, json!("slow_sign_in")] {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let of_locked = client.tokens_for("account-locked-in-an-hour").await;
        let of_revoked = client.tokens_for("consent-revoked-tomorrow").await;
        for user in ["account-locked-in-an-hour", "consent-revoked-tomorrow"] {
            realm.change(&format!("users/{user}"), json!({"behaviour": now})).await;
        }

        realm.advance("PT1H").await;
        assert!(realm.accepts(&of_locked.access_token).await);
        realm.advance("P1D").await;

        client.refresh(of_locked.refresh_token()).await.brings_tokens();
        client.refresh(of_revoked.refresh_token()).await.brings_tokens();
        let user = realm.look_at("users/account-locked-in-an-hour").await;
        assert_eq!(user["behaviour"], now, "nobody locked it: {user}");
    }
}

/// Who plans and who makes happen lock the same rows, in the same order: no request fails for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_are_given_while_what_the_ones_before_planned_happens() {
    let realm = headless_realm().await;
    let request = realm
        .demo_client()
        .request()
        .with("login_hint", "consent-revoked-tomorrow");
    request.open(&realm.user_agent()).await.callback().code();

    at_once((0..24).map(|number| {
        let (realm, request) = (realm.clone(), request.clone());
        async move {
            if number % 4 == 0 {
                realm.advance("P1D").await;
            } else {
                request.open(&realm.user_agent()).await.callback().code();
            }
        }
    }))
    .await;
}

#[tokio::test]
async fn a_consent_revoked_tomorrow_takes_everything_with_it_then() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let request = client.request();
    let (callback, browser) = request.authorize_as("consent-revoked-tomorrow").await;
    let tokens = client.redeem(&request.code_in(&callback)).await.brings_tokens();
    realm.advance("PT23H59M").await;
    let tokens = client.refresh(&tokens.refresh_token()).await.brings_tokens();

    realm.advance("PT1M").await;

    assert!(!realm.accepts(&tokens.access_token()).await);
    client
        .refresh(&tokens.refresh_token())
        .await
        .is_refused_with("invalid_grant");
    let page = request.open(&browser).await.page();
    assert!(page.is_sign_in() || page.is_consent(), "{}", page.answer);
    let others = client.tokens_for("anne").await;
    realm.advance("P1D").await;
    client.refresh(others.refresh_token()).await.brings_tokens();
}

#[tokio::test]
async fn an_account_locked_in_an_hour_is_locked_for_good() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let request = client.request();
    let (callback, browser) = request.authorize_as("account-locked-in-an-hour").await;
    let tokens = client.redeem(&request.code_in(&callback)).await.brings_tokens();
    realm.advance("PT59M59S").await;
    assert!(realm.accepts(&tokens.access_token()).await);

    realm.advance("PT1S").await;

    assert!(!realm.accepts(&tokens.access_token()).await);
    client
        .refresh(&tokens.refresh_token())
        .await
        .is_refused_with("invalid_grant");
    let silent = request.with("prompt", "none").open(&browser).await.callback();
    silent.is_refused_with("login_required");
    let page = chosen(&realm, &realm.user_agent(), "account-locked-in-an-hour")
        .await
        .page();
    stays_out(&page, "This account is locked");
}

#[tokio::test]
async fn the_picker_tells_of_each_what_happens_and_how_to_name_them() {
    let realm = fresh_realm().await;
    let catalogue = realm.get("/control/api/behaviours").await.is_ok().json();
    let behaviours = catalogue["behaviours"].as_array().unwrap();

    let page = realm.demo_client().request().open(&realm.user_agent()).await.page();

    assert!(behaviours.len() >= 11, "{catalogue}");
    for behaviour in behaviours {
        let username = behaviour["behaviour"].as_str().unwrap().replace('_', "-");
        page.must_show(behaviour["summary"].as_str().unwrap());
        page.must_show(&username);
        assert!(behaviour["advice"].as_str().unwrap().len() > 40, "{behaviour}");
    }
}

#[tokio::test]
async fn who_is_named_by_the_client_is_found_at_first_sight() {
    let realm = fresh_realm().await;
    let opened = async |hint: &str| {
        let request = realm.demo_client().request().with("login_hint", hint);
        let page = request.open(&realm.user_agent()).await.page();
        let details = page
            .all("details")
            .next()
            .map(|details| details.attribute("open").is_some());
        details.expect("people to whom something happens are offered")
    };

    assert!(opened("denies-consent").await);
    assert!(!opened("anne").await);
}

#[tokio::test]
async fn any_user_can_be_given_a_behaviour_and_be_freed_of_it() {
    let realm = fresh_realm().await;
    let users = "/control/api/users";
    let user = json!({"username": "max", "persona": "Is here", "behaviour": "denies_consent"});
    let added = add(&realm, user).await.has_status(201);
    assert_eq!(added.member("behaviour"), "denies_consent");
    let callback = chosen(&realm, &realm.user_agent(), "max").await.callback();
    callback.is_refused_with("access_denied");

    let patch = json!({"behaviour": null});
    let change = realm.http.patch(realm.url(&format!("{users}/max"))).json(&patch);
    let freed = Answer::to(change).await.is_ok().json();

    assert_eq!(freed["behaviour"], Value::Null);
    let page = chosen(&realm, &realm.user_agent(), "max").await.page();
    assert!(page.is_consent(), "{}", page.answer);
}

#[tokio::test]
async fn a_behaviour_that_nobody_knows_is_refused() {
    let realm = fresh_realm().await;
    for behaviour in [json!("denies"), json!(""), json!(1), json!(["denies_consent"])] {
        let user = json!({"username": "max", "behaviour": behaviour});
        add(&realm, user).await.has_status(400);
    }
    let seed = json!({"users": [{"username": "max", "behaviour": "denies"}]});
    let wishes = json!({"seed": seed});
    crate::support::Emulator::shared()
        .try_realm(wishes)
        .await
        .has_status(400);
}
