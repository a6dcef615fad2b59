//! The authorization response.

use serde_json::{Value, json};

use super::{Scene, at_home, called_back, cases};
use crate::support::{
    Callback, UserAgent,
    client_app::{AuthorizationRequest, REDIRECT_URI},
    fresh_realm,
};

cases! {
    authorization_state_changed: state_changed;
    authorization_state_missing: state_missing;
    authorization_issuer_changed: issuer_changed;
    authorization_issuer_missing: issuer_missing;
    mixed_up_issuer: mixed_up;
    authorization_login_required: login_required;
    access_denied: denied;
    temporarily_unavailable: unavailable;
    authorization_extra_parameter: extra_parameter;
    duplicate_parameters: duplicate_parameters;
    callback_unasked: unasked;
    callback_replayed: replayed;
    callback_late: late;
    authorization_answered_with_307: posted_on;
}

#[tokio::test]
async fn every_effect_on_the_authorization_response_is_seen_once_and_the_next_is_clean() {
    super::judge(CASES).await;
}

const STATE: &str = "af0ifjsldkj";

/// Three answers in the browser of somebody who is signed in: the fault triggers at the second.
struct Answers {
    request: AuthorizationRequest,
    browser: UserAgent,
    issuer: String,
    altered: Callback,
}

impl Answers {
    async fn of(scene: &Scene, parameters: Value) -> Self {
        let request = scene.realm.demo_client().request();
        let browser = at_home(&request, "anne").await;
        let issuer = scene.realm.issuer.clone();
        clean(called_back(&request, &browser).await, &issuer);
        let id = scene.once_with(parameters).await;
        let altered = called_back(&request, &browser).await;
        scene.has_triggered(&id, 1).await;
        let this = Self {
            request,
            browser,
            issuer,
            altered,
        };
        this.next_is_clean().await;
        this
    }

    async fn next_is_clean(&self) {
        clean(called_back(&self.request, &self.browser).await, &self.issuer);
    }

    /// The code that came is good.
    async fn code_is_good(&self) {
        let code = self.request.code_in(&self.altered);
        self.request.client.redeem(&code).await.brings_tokens();
    }
}

fn clean(callback: Callback, issuer: &str) {
    callback.code();
    let names: Vec<_> = callback.parameters.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "state", "iss"]);
    callback.has("state", STATE).has("iss", issuer);
}

async fn state_changed(scene: Scene) {
    let answers = Answers::of(&scene, json!({})).await;
    answers
        .altered
        .clone()
        .has("state", "af0ifjsldkj1")
        .has("iss", &answers.issuer);
    answers.code_is_good().await;
}

async fn state_missing(scene: Scene) {
    let answers = Answers::of(&scene, json!({})).await;
    answers.altered.clone().lacks("state").has("iss", &answers.issuer);
    answers.code_is_good().await;
}

async fn issuer_changed(scene: Scene) {
    let answers = Answers::of(&scene, json!({})).await;
    let wrong = format!("{}1", answers.issuer);
    answers.altered.clone().has("iss", &wrong).has("state", STATE);
    answers.code_is_good().await;
}

async fn issuer_missing(scene: Scene) {
    let answers = Answers::of(&scene, json!({})).await;
    answers.altered.clone().lacks("iss").has("state", STATE);
    answers.code_is_good().await;
}

async fn mixed_up(scene: Scene) {
    let answers = Answers::of(&scene, json!({"issuer": "https://other.example"})).await;
    answers
        .altered
        .clone()
        .has("iss", "https://other.example")
        .has("state", STATE);
}

async fn login_required(scene: Scene) {
    let answers = Answers::of(&scene, json!({})).await;
    answers
        .altered
        .clone()
        .is_refused_with("login_required")
        .has("state", STATE);
}

async fn denied(scene: Scene) {
    let answers = Answers::of(&scene, json!({})).await;
    answers
        .altered
        .clone()
        .is_refused_with("access_denied")
        .has("state", STATE);
}

async fn unavailable(scene: Scene) {
    for error in ["temporarily_unavailable", "server_error"] {
        let answers = Answers::of(&scene, json!({"error": error})).await;
        answers.altered.clone().is_refused_with(error).has("state", STATE);
        scene.disarm().await;
    }
}

async fn extra_parameter(scene: Scene) {
    let answers = Answers::of(&scene, json!({})).await;
    assert!(answers.altered.get("session_state").is_some());
    answers.altered.clone().has("state", STATE).has("iss", &answers.issuer);
    answers.code_is_good().await;
}

async fn duplicate_parameters(scene: Scene) {
    for parameter in ["code", "state"] {
        let answers = Answers::of(&scene, json!({"parameter": parameter})).await;
        let values: Vec<_> = answers
            .altered
            .parameters
            .iter()
            .filter(|(name, _)| name == parameter)
            .collect();
        assert_eq!(values.len(), 2, "{values:?}");
        assert_ne!(values[0].1, values[1].1);
        scene.disarm().await;
    }
}

async fn unasked(scene: Scene) {
    let answers = Answers::of(&scene, json!({})).await;
    assert_ne!(answers.altered.get("state"), Some(STATE));
    let code = answers.request.code_in(&answers.altered);
    let client = &answers.request.client;
    client.redeem(&code).await.is_refused_with("invalid_grant");
}

async fn replayed(scene: Scene) {
    let request = scene.realm.demo_client().request();
    let browser = at_home(&request, "anne").await;
    let id = scene.once().await;

    let first = called_back(&request, &browser).await;
    let second = called_back(&request.clone().with("state", "another"), &browser).await;
    let third = called_back(&request, &browser).await;

    assert_eq!(first.parameters, second.parameters);
    assert_ne!(first.code(), third.code());
    scene.has_triggered(&id, 1).await;
}

async fn late(scene: Scene) {
    let request = scene.realm.demo_client().request();
    let browser = at_home(&request, "anne").await;
    let elsewhere = format!("{REDIRECT_URI}?tenant=7");
    for (mode, method) in [("query", "get"), ("form_post", "post")] {
        let request = request
            .clone()
            .with("response_mode", mode)
            .with("redirect_uri", &elsewhere);
        scene.once().await;

        let answer = browser.ask(browser.http().get(request.url())).await.is_ok();

        let page = answer.text();
        assert!(page.contains(&format!("<form method=\"{method}\"")), "{page}");
        assert!(
            page.contains("name=\"code\"") && page.contains("name=\"state\""),
            "{page}"
        );
        assert_eq!(page.contains("name=\"tenant\""), mode == "query", "{page}");
        assert!(!page.contains("<script"), "nobody is hurried on: {page}");
        called_back(&request, &browser).await.code();
        scene.disarm().await;
    }
}

async fn posted_on(scene: Scene) {
    let client = scene.realm.demo_client();
    let id = scene.once().await;
    let browser = scene.realm.user_agent();
    let page = client.request().open(&browser).await.page();
    // Consent is still missing after the sign-in, so that form is not posted on.
    let page = browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await
        .page();
    scene.has_triggered(&id, 0).await;

    let callback = browser
        .submit(&page.form_with("decision").press("decision", "allow"))
        .await
        .callback();

    assert_eq!(callback.status, 307);
    let request = client.request();
    client.redeem(&request.code_in(&callback)).await.brings_tokens();
    scene.has_triggered(&id, 1).await;

    // The next sign-in leads to the client by itself, with an ordinary redirect again.
    let request = client.request().with("prompt", "login");
    let page = request.open(&browser).await.page();
    let callback = browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await
        .callback();
    assert_eq!(callback.status, 303);
    clean(callback, &scene.realm.issuer);
}

#[tokio::test]
async fn a_sign_in_that_leads_straight_to_the_client_can_be_posted_on_too() {
    let realm = fresh_realm().await;
    let request = realm.demo_client().request();
    let browser = at_home(&request, "anne").await;
    super::arm(&realm, json!({"fault": "authorization_answered_with_307"})).await;

    let page = request.clone().with("prompt", "login").open(&browser).await.page();
    let callback = browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await
        .callback();

    assert_eq!(callback.status, 307);
    clean(callback, &realm.issuer);
    called_back(&request, &browser).await.code(); // the session came along
}

#[tokio::test]
async fn the_answer_is_altered_in_every_response_mode() {
    let realm = fresh_realm().await;
    let request = realm.demo_client().request();
    let browser = at_home(&request, "anne").await;
    super::arm(&realm, json!({"fault": "authorization_state_changed"})).await;

    for mode in ["query", "fragment", "form_post"] {
        let callback = called_back(&request.clone().with("response_mode", mode), &browser).await;
        assert_eq!(callback.mode, mode);
        callback.has("state", "af0ifjsldkj1");
    }
}

#[tokio::test]
async fn an_error_has_no_code_to_alter_and_does_not_count() {
    let realm = fresh_realm().await;
    let id = super::arm(&realm, json!({"fault": "access_denied"})).await;

    let request = realm.demo_client().request().with("prompt", "none");
    let callback = request.open(&realm.user_agent()).await.callback();

    callback.is_refused_with("login_required");
    assert_eq!(super::shown(&realm, &id).await["calls"], 0);
}

#[tokio::test]
async fn what_was_sent_to_one_client_is_not_replayed_to_another() {
    let realm = fresh_realm().await;
    let request = realm.demo_client().request();
    let browser = at_home(&request, "anne").await;
    let other = realm.demo_spa().request();
    let browser_of_other = at_home(&other, "anne").await;
    super::arm(&realm, json!({"fault": "callback_replayed"})).await;

    let first = called_back(&request, &browser).await;
    let of_other = called_back(&other, &browser_of_other).await;
    let again = called_back(&request, &browser).await;
    let of_other_again = called_back(&other, &browser_of_other).await;

    assert_ne!(first.code(), of_other.code());
    assert_eq!(first.code(), again.code());
    assert_eq!(of_other.code(), of_other_again.code());
}
