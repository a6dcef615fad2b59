//! `/consent`: what is asked, in words, and what becomes of the answer.

use serde_json::{Value, json};

use crate::{
    authorization_flow::other_persona,
    support::{ClientApp, Page, Realm, UserAgent, fresh_realm, realm_with},
};

/// Signs Anne in for this client's request and stays on the consent page.
async fn consent_page(client: &ClientApp, browser: &UserAgent) -> Page {
    let page = client.request().open(browser).await.page();
    if !page.is_sign_in() {
        return page;
    }
    browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await
        .page()
}

async fn allow(page: &Page, browser: &UserAgent) {
    let form = page.form_with("decision").press("decision", "allow");
    browser.submit(&form).await.callback().code();
}

/// Whether the client's request is answered without any page.
async fn is_answered_at_once(client: &ClientApp, browser: &UserAgent) -> bool {
    let callback = client.request().with("prompt", "none").open(browser).await.callback();
    callback.get("code").is_some()
}

#[tokio::test]
async fn the_page_says_who_asks_whom_for_what_and_where_the_answer_goes() {
    let realm = fresh_realm().await;
    let client = realm.demo_client().asking_for("openid profile email appointment_write");

    let page = consent_page(&client, &realm.user_agent()).await;

    for words in [
        "Demo Client asks for access",
        "You are signed in as Anne Rogers",
        "Recognise you when you come back",
        "See your e-mail address",
        "Book, move and cancel appointments for you",
        "Your answer goes to 127.0.0.1:49152",
    ] {
        page.must_show(words);
    }
    let buttons = page.form_with("decision").buttons;
    let values: Vec<_> = buttons.iter().map(|button| button.value.as_str()).collect();
    assert_eq!(values, ["allow", "deny"]);
}

#[tokio::test]
async fn every_scope_a_realm_supports_is_said_in_every_language() {
    let realm = fresh_realm().await;
    let supported = realm.discovery().await["scopes_supported"].clone();
    let scopes: Vec<_> = supported
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|scope| scope.as_str())
        .collect();
    let client = realm.demo_client().asking_for(&scopes.join(" "));

    for language in ["en", "de", "es"] {
        let browser = realm.user_agent().speaking(language);
        let page = consent_page(&client, &browser).await;

        assert_eq!(page.language(), Some(language));
        for scope in &scopes {
            let code = page.all("code").filter(|code| code.text == *scope);
            assert_eq!(code.count(), 1, "{scope}: {}", page.answer);
        }
        for untold in ["Use “", "„", "«"] {
            assert!(!page.shows(untold), "a scope without words of its own: {}", page.answer);
        }
    }
}

#[tokio::test]
async fn what_is_new_is_marked_and_what_was_allowed_before_is_not() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let first = consent_page(&realm.demo_client().asking_for("openid profile"), &browser).await;
    assert_eq!(
        first.all("strong").count(),
        0,
        "at first everything is new: {}",
        first.answer
    );
    allow(&first, &browser).await;

    let second = consent_page(&realm.demo_client().asking_for("openid profile phone"), &browser).await;

    let marked: Vec<_> = second.all("strong").map(|mark| mark.text.as_str()).collect();
    assert_eq!(marked, ["new"], "{}", second.answer);
    let lines: Vec<_> = second.all("li").filter(|line| line.text.contains("new")).collect();
    assert!(lines.len() == 1 && lines[0].text.contains("phone"), "{lines:?}");
}

#[tokio::test]
async fn consents_add_up() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    for scope in ["openid profile", "openid email"] {
        let page = consent_page(&realm.demo_client().asking_for(scope), &browser).await;
        allow(&page, &browser).await;
    }

    assert!(is_answered_at_once(&realm.demo_client().asking_for("openid profile email"), &browser).await);
    assert!(!is_answered_at_once(&realm.demo_client().asking_for("openid phone"), &browser).await);
}

#[tokio::test]
async fn a_no_leaves_what_was_allowed_before_as_it_was() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = consent_page(&realm.demo_client().asking_for("openid profile"), &browser).await;
    allow(&page, &browser).await;

    let page = consent_page(&realm.demo_client().asking_for("openid phone"), &browser).await;
    let no = page.form_with("decision").press("decision", "deny");
    browser.submit(&no).await.callback().is_refused_with("access_denied");

    assert!(is_answered_at_once(&realm.demo_client().asking_for("openid profile"), &browser).await);
    assert!(!is_answered_at_once(&realm.demo_client().asking_for("openid phone"), &browser).await);
}

#[tokio::test]
async fn somebody_else_can_take_over_and_answers_for_themselves() {
    let realm = fresh_realm().await;
    let other = other_persona(&realm).await;
    let browser = realm.user_agent();
    let page = consent_page(&realm.demo_client(), &browser).await;

    let switch = page.links().into_iter().find(|link| link.path().ends_with("/login"));
    let sign_in = browser.open(switch.expect("a way to switch").as_str()).await.page();
    let taken_over = browser
        .submit(&sign_in.form_with("persona").press("persona", &other))
        .await
        .page();

    assert!(taken_over.is_consent(), "{}", taken_over.answer);
    assert!(!taken_over.shows("Anne Rogers"), "{}", taken_over.answer);
    allow(&taken_over, &browser).await;
}

#[tokio::test]
async fn an_answer_that_is_neither_yes_nor_no_is_refused_and_the_request_waits_on() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = consent_page(&realm.demo_client(), &browser).await;

    for answer in ["", "maybe", "ALLOW", "allow\0", "allow allow"] {
        let mut form = page.form_with("decision");
        form.fields = vec![("decision".to_owned(), answer.to_owned())];
        browser
            .submit(&form)
            .await
            .page()
            .answer
            .has_status(400)
            .is_a_refusal_page();
    }

    allow(&page, &browser).await;
}

#[tokio::test]
async fn without_a_request_there_is_nothing_to_answer() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    allow(&consent_page(&realm.demo_client(), &browser).await, &browser).await;

    for query in [
        "",
        "?request=",
        "?request=unknown",
        "?request=%00",
        "?request=%ff",
        "?request=%",
    ] {
        let page = browser.open(&realm.url(&format!("/consent{query}"))).await.page();
        page.answer.is_a_refusal_page();
    }
}

#[tokio::test]
async fn the_request_of_one_realm_is_unknown_in_another() {
    let (realm, other) = (fresh_realm().await, fresh_realm().await);
    let browser = realm.user_agent();
    let page = consent_page(&realm.demo_client(), &browser).await;
    let query = page.url.query().expect("pages name their request");

    for path in ["/consent", "/login", "/oauth/authorize/continue"] {
        let page = browser.open(&other.url(&format!("{path}?{query}"))).await.page();
        page.answer.has_status(404).is_a_refusal_page();
    }
}

#[tokio::test]
async fn the_form_may_lead_on_to_wherever_the_client_redirects() {
    let realm = fresh_realm().await;

    let page = consent_page(&realm.demo_client(), &realm.user_agent()).await;

    let policy = page.answer.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(!policy.contains("form-action"), "{policy}");
}

/// A realm's pages lead to pages of that realm.
#[tokio::test]
async fn no_link_leaves_the_realm() {
    let realm: Realm = fresh_realm().await;

    let page = consent_page(&realm.demo_client(), &realm.user_agent()).await;

    let links = page.links();
    assert!(links.len() >= 2, "{}", page.answer);
    for link in links {
        assert!(link.as_str().starts_with(&realm.issuer), "{link}");
    }
}

mod a_clients_own_words {
    use super::*;

    /// A realm whose one client presents itself like this.
    async fn client_with(mut presented: Value) -> ClientApp {
        let own = json!({
            "client_id": "own", "client_name": "Own", "token_endpoint_auth_method": "none",
            "any_loopback_redirect": true, "grant_types": ["authorization_code"],
        });
        let members = presented.as_object_mut().expect("an object");
        for (name, value) in own.as_object().expect("an object") {
            members.entry(name.clone()).or_insert_with(|| value.clone());
        }
        let realm = realm_with(json!({ "seed": { "based_on": "demo", "clients": [presented] } })).await;
        ClientApp::new(&realm, "own", None)
    }

    #[tokio::test]
    async fn lead_to_its_policy_and_terms_and_show_its_logo() {
        let client = client_with(json!({
            "policy_uri": "https://own.example/privacy",
            "tos_uri": "https://own.example/terms",
            "logo_uri": "https://cdn.own.example:8443/logo.png",
        }))
        .await;

        let page = consent_page(&client, &client.realm.user_agent()).await;

        let links: Vec<_> = page.links().into_iter().map(String::from).collect();
        assert!(links.contains(&"https://own.example/privacy".to_owned()), "{links:?}");
        assert!(links.contains(&"https://own.example/terms".to_owned()), "{links:?}");
        let logo = page.all("img").filter_map(|image| image.attribute("src")).next();
        assert_eq!(logo, Some("https://cdn.own.example:8443/logo.png"));
        let policy = page.answer.header("content-security-policy").unwrap_or_default();
        assert!(
            policy.contains("img-src 'self' https://cdn.own.example:8443;"),
            "{policy}"
        );
    }

    #[tokio::test]
    async fn are_no_markup_and_no_scripts() {
        let client = client_with(json!({
            "client_name": "</h1><script>alert(1)</script>",
            "policy_uri": "javascript:alert(2)",
            "tos_uri": "data:text/html,<script>alert(3)</script>",
            "logo_uri": "javascript:alert(4)",
        }))
        .await;
        let browser = client.realm.user_agent();

        let sign_in = client.request().open(&browser).await.page();
        let consent = browser
            .submit(&sign_in.form_with("persona").press("persona", "anne"))
            .await
            .page();
        allow(&consent, &browser).await;
        let account = browser.open(&client.realm.url("/account")).await.page();

        for page in [sign_in, consent, account] {
            page.must_show("</h1><script>alert(1)</script>");
            page.brings_only_our_script();
            assert_eq!(page.all("img").count(), 0, "{}", page.answer);
            for link in page.links() {
                assert!(matches!(link.scheme(), "http" | "https"), "{link}");
            }
        }
    }
}
