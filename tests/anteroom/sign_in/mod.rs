//! `/login`: the persona picker, name and password, the session they begin and its cookie.

mod by_password;
mod guessing;
mod the_page;
mod the_session;

use reqwest::header::SET_COOKIE;
use serde_json::json;
use url::Url;

use crate::{
    authorization_flow::other_persona,
    support::{Answer, Emulator, Page, Realm, UserAgent, fresh_realm, jwt, realm_with},
};

async fn sign_in_page(realm: &Realm, browser: &UserAgent) -> Page {
    realm.demo_client().request().open(browser).await.page()
}

/// Posts these fields to the sign-in page and leaves the redirect unfollowed.
async fn attempt(browser: &UserAgent, address: &str, fields: &[(&str, &str)]) -> Answer {
    let origin = Url::parse(address).expect("an address").origin().ascii_serialization();
    let request = browser.http().post(address).form(fields).header("origin", origin);
    browser.ask(request.header("sec-fetch-site", "same-origin")).await
}

async fn wrong_password(browser: &UserAgent, realm: &Realm, username: &str) -> Answer {
    let fields = [("username", username), ("password", "not-the-password")];
    attempt(browser, &realm.url("/login"), &fields).await
}

mod who_may_be_picked {
    use super::*;

    /// A realm with a person who can be picked but has no password, and one who has a password but is not offered.
    async fn realm_of_two() -> Realm {
        let picked = json!({ "username": "picked", "persona": "Can be picked", "claims": { "name": "Petra Picked" } });
        let hidden = json!({ "username": "hidden", "password": "hidden-password" });
        realm_with(json!({ "seed": { "users": [picked, hidden] } })).await
    }

    #[tokio::test]
    async fn is_only_who_is_offered() {
        let realm = realm_of_two().await;
        let browser = realm.user_agent();
        let page = browser.open(&realm.url("/login")).await.page();
        let buttons = page.form_with("persona").buttons;
        assert_eq!(
            buttons.iter().map(|button| button.value.as_str()).collect::<Vec<_>>(),
            ["picked"]
        );

        let picked = attempt(&browser, &realm.url("/login"), &[("persona", "hidden")]).await;

        picked.has_status(403).lacks_header("set-cookie");
    }

    #[tokio::test]
    async fn who_has_no_password_cannot_sign_in_with_one() {
        let realm = realm_of_two().await;

        for password in ["picked-password", "picked", "null", " "] {
            let fields = [("username", "picked"), ("password", password)];
            let answer = attempt(&realm.user_agent(), &realm.url("/login"), &fields).await;
            answer.has_status(403).lacks_header("set-cookie");
        }
    }

    #[tokio::test]
    async fn nobody_is_picked_where_nobody_is_offered() {
        let hidden = json!({ "username": "hidden", "password": "hidden-password" });
        let realm = realm_with(json!({ "seed": { "users": [hidden] } })).await;
        let browser = realm.user_agent();

        let page = browser.open(&realm.url("/login")).await.page();
        let form = page
            .form_with("password")
            .fill("username", "hidden")
            .fill("password", "hidden-password");
        let account = browser.submit(&form).await.page();

        assert!(!page.has_form_with("persona"), "{}", page.answer);
        account.must_show("hidden");
    }

    #[tokio::test]
    async fn a_name_is_text_and_nothing_else() {
        let evil = "<script>alert(1)</script>";
        let user =
            json!({ "username": evil, "persona": evil, "claims": { "name": evil, "email": evil, "zoneinfo": evil } });
        let realm = realm_with(json!({ "seed": { "users": [user] } })).await;
        let browser = realm.user_agent();

        let page = browser.open(&realm.url("/login")).await.page();
        let account = browser
            .submit(&page.form_with("persona").press("persona", evil))
            .await
            .page();
        let logout = browser.open(&realm.url("/logout")).await.page();

        for page in [page, account, logout] {
            page.must_show(evil);
            page.brings_only_our_script();
        }
    }
}

mod cancelling {
    use super::*;

    #[tokio::test]
    async fn goes_back_to_the_client_with_a_no_and_signs_nobody_in() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let page = sign_in_page(&realm, &browser).await;

        let callback = browser
            .submit(&page.form_with("decision").press("decision", "deny"))
            .await
            .callback();

        callback
            .is_refused_with("access_denied")
            .has("state", "af0ifjsldkj")
            .lacks("code");
        assert_eq!(browser.cookies(), "");
    }

    #[tokio::test]
    async fn a_second_time_is_answered_with_a_page() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let no = sign_in_page(&realm, &browser)
            .await
            .form_with("decision")
            .press("decision", "deny");
        browser.submit(&no).await.callback();

        let again = browser.submit(&no).await.page();

        again.answer.has_status(409).is_a_refusal_page();
    }

    #[tokio::test]
    async fn is_not_for_strangers_once_somebody_has_signed_in() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let page = sign_in_page(&realm, &browser).await;
        let consent = browser
            .submit(&page.form_with("persona").press("persona", "anne"))
            .await
            .page();

        let stranger = realm.user_agent();
        let refused = stranger
            .submit(&page.form_with("decision").press("decision", "deny"))
            .await
            .page();

        refused.answer.has_status(403);
        browser
            .submit(&consent.form_with("decision").press("decision", "allow"))
            .await
            .callback()
            .code();
    }
}

/// `amr` says what happened (RFC 8176).
#[tokio::test]
async fn only_a_password_is_told_as_one() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let request = client.request();
    let callback = request.authorize_by_password(&realm.user_agent(), "anne").await;
    let by_password = client.redeem(&request.code_in(&callback)).await.brings_tokens();
    let by_persona = client.tokens_for("ben").await;

    assert_eq!(jwt::claims(&by_password.id_token())["amr"], json!(["pwd"]));
    assert_eq!(jwt::claims(by_persona.id_token()).get("amr"), None);
}

/// RFC 8265: neither case nor the composition of characters makes another user or another password.
#[tokio::test]
async fn composed_and_decomposed_names_are_one_user() {
    let user = |name: &str| json!({"username": name, "password": "gr\u{fc}n"});
    let client = json!({"client_id": "c", "redirect_uris": ["http://127.0.0.1:49152/callback"]});
    let seed = |names: &[&str]| {
        let users: Vec<_> = names.iter().map(|name| user(name)).collect();
        json!({"seed": {"users": users, "clients": [client]}})
    };
    let realm = realm_with(seed(&["j\u{fc}rgen"])).await;
    let client = crate::support::ClientApp::new(&realm, "c", None).asking_for("openid");
    let browser = realm.user_agent();
    let page = client.request().open(&browser).await.page();
    let form = page
        .form_with("password")
        .fill("username", "JU\u{308}RGEN")
        .fill("password", "gru\u{308}n");

    assert!(browser.submit(&form).await.page().is_consent());

    let twice = Emulator::shared()
        .try_realm(seed(&["j\u{fc}rgen", "Ju\u{308}rgen"]))
        .await;
    assert_eq!(twice.status, 400, "{twice}");
    assert!(
        twice.text().contains("j\u{fc}rgen") && twice.text().contains("Ju\u{308}rgen"),
        "{twice}"
    );
}
