//! `…/control/api/scopes`: scopes set up while the realm runs.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Page, Realm, fresh_realm, portal_realm, realm_with};

fn insurance() -> Value {
    json!({
        "name": "insurance",
        "descriptions": {"en": "See who insures you", "de": "Sehen, wer Sie versichert"},
        "claims": ["insurance_number", "insurance_company_id"],
    })
}

async fn consent_page(realm: &Realm, scope: &str, languages: &str) -> Page {
    let browser = realm.user_agent().speaking(languages);
    let request = realm.demo_client().asking_for(scope).request();
    let page = request.open(&browser).await.page();
    browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await
        .page()
}

#[tokio::test]
async fn a_scope_can_be_asked_for_and_opens_its_claims() {
    let realm = fresh_realm().await;
    let client = realm.demo_client().asking_for("openid insurance");
    client
        .request()
        .open(&realm.user_agent())
        .await
        .callback()
        .is_refused_with("invalid_scope");

    realm.add("scopes", insurance()).await;

    let tokens = client.tokens_for("anne").await;
    let userinfo = realm.caller(&tokens.access_token).userinfo().await.is_ok().json();
    let names: Vec<_> = userinfo.as_object().expect("an object").keys().collect();
    assert_eq!(names, ["sub", "insurance_number", "insurance_company_id"]);
}

#[tokio::test]
async fn the_consent_page_says_it_in_the_persons_language() {
    let realm = fresh_realm().await;
    realm.add("scopes", insurance()).await;

    let scope = "openid insurance";
    consent_page(&realm, scope, "en").await.must_show("See who insures you");
    consent_page(&realm, scope, "de")
        .await
        .must_show("Sehen, wer Sie versichert");
    consent_page(&realm, scope, "es").await.must_show("See who insures you");
}

#[tokio::test]
async fn words_on_the_page_are_words_and_no_markup() {
    let realm = fresh_realm().await;
    let mut scope = insurance();
    scope["descriptions"] = json!({"en": "<script>alert(1)</script>"});
    realm.add("scopes", scope).await;

    let page = consent_page(&realm, "openid insurance", "en").await;

    page.must_show("<script>alert(1)</script>");
    assert!(!page.answer.text().contains("<script>alert"), "{}", page.answer);
}

#[tokio::test]
async fn discovery_and_the_list_follow() {
    for realm in [fresh_realm().await, portal_realm().await] {
        let before = realm.discovery().await;

        realm
            .add("scopes", json!({"name": "insurance", "claims": ["insurance_plan"]}))
            .await;

        let after = realm.discovery().await;
        let has = |document: &Value, member: &str, value: &str| {
            document[member].as_array().expect("a list").contains(&json!(value))
        };
        assert!(!has(&before, "scopes_supported", "insurance") && has(&after, "scopes_supported", "insurance"));
        assert!(
            !has(&before, "claims_supported", "insurance_plan") && has(&after, "claims_supported", "insurance_plan")
        );
        let list = realm.look_at("scopes").await;
        let names: Vec<_> = list["scopes"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|scope| &scope["name"])
            .collect();
        assert_eq!(json!(names), after["scopes_supported"]);

        realm.take_away("scopes/insurance").await.has_status(204);
        assert_eq!(realm.discovery().await, before);
    }
}

#[tokio::test]
async fn one_that_bears_a_built_in_name_stands_in_its_place_until_it_is_deleted() {
    let realm = fresh_realm().await;
    let client = realm.demo_client().asking_for("openid email");
    let told = async || {
        let tokens = client.tokens_for("anne").await;
        realm.caller(&tokens.access_token).userinfo().await.is_ok().json()
    };
    assert_eq!(told().await["email_verified"], true);

    realm
        .control(
            Method::PUT,
            "scopes/email",
            &json!({"claims": ["email"], "descriptions": {"en": "Know where to write"}}),
        )
        .await
        .is_ok();

    assert_eq!(told().await.get("email_verified"), None);
    consent_page(&realm, "openid email phone", "en")
        .await
        .must_show("Know where to write");
    realm.take_away("scopes/email").await.has_status(204);
    assert_eq!(told().await["email_verified"], true);
}

#[tokio::test]
async fn a_token_keeps_a_scope_that_was_taken_back_but_nobody_gets_it_anew() {
    let realm = fresh_realm().await;
    realm.add("scopes", insurance()).await;
    let client = realm.demo_client().asking_for("openid insurance");
    let tokens = client.tokens_for("anne").await;

    realm.take_away("scopes/insurance").await.has_status(204);

    let introspected = client.introspect(&tokens.access_token).await.is_ok().json();
    assert_eq!(introspected["scope"], "openid insurance");
    let userinfo = realm.caller(&tokens.access_token).userinfo().await.is_ok().json();
    assert_eq!(userinfo.get("insurance_number"), None);
    client
        .request()
        .open(&realm.user_agent())
        .await
        .callback()
        .is_refused_with("invalid_scope");
}

#[tokio::test]
async fn what_is_no_sound_scope_is_refused_and_leaves_nothing() {
    let realm = fresh_realm().await;
    realm.add("scopes", insurance()).await;
    let long = "x".repeat(301);

    realm
        .refuses(
            Method::POST,
            "scopes",
            "scopes",
            &[
                (400, json!({})),
                (400, json!({"name": ""})),
                (400, json!({"name": "two words"})),
                (400, json!({"name": "quote\""})),
                (400, json!({"name": "ümlaut"})),
                (400, json!({"name": "x", "descriptions": {"en": ""}})),
                (400, json!({"name": "x", "descriptions": {"en": long}})),
                (400, json!({"name": "x", "descriptions": {"fr": "En français"}})),
                (400, json!({"name": "x", "claims": ["sub"]})),
                (400, json!({"name": "x", "claims": ["a", "a"]})),
                (400, json!({"name": "x", "claims": [""]})),
                (400, json!({"name": "x", "claims": "a"})),
                (400, json!({"name": "x", "other": 1})),
                (409, insurance()),
            ],
        )
        .await;
    realm
        .refuses(
            Method::PUT,
            "scopes/insurance",
            "scopes",
            &[(400, json!({"name": "insurance"})), (400, json!({"claims": ["iss"]}))],
        )
        .await;
    let detail = realm.take_away("scopes/email").await.is_a_problem(404)["detail"].to_string();
    assert!(detail.contains("scopes_supported"), "{detail}");
    realm.take_away("scopes/nothing").await.is_a_problem(404);
}

#[tokio::test]
async fn a_seed_brings_scopes_along_and_another_realm_has_none_of_them() {
    let seed = json!({"based_on": "demo", "scopes": [insurance()]});

    let realm = realm_with(json!({"seed": seed})).await;

    let tokens = realm
        .demo_client()
        .asking_for("openid insurance")
        .tokens_for("anne")
        .await;
    let userinfo = realm.caller(&tokens.access_token).userinfo().await.is_ok().json();
    assert_eq!(userinfo["insurance_company_id"], 136);
    let neighbour = fresh_realm().await.discovery().await;
    assert!(
        !neighbour["scopes_supported"]
            .as_array()
            .expect("a list")
            .contains(&json!("insurance"))
    );
}

#[tokio::test]
async fn a_seed_with_an_unsound_or_doubled_scope_makes_no_realm() {
    for scopes in [
        json!([{"name": "a b"}]),
        json!([insurance(), insurance()]),
        json!({"name": "x"}),
    ] {
        let wishes = json!({"seed": {"based_on": "demo", "scopes": scopes}});
        crate::support::Emulator::shared()
            .try_realm(wishes)
            .await
            .is_a_problem(400);
    }
}
