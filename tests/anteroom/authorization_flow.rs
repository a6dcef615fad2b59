//! What lies between an authorization request and its answer: who must sign in, who must agree, and whose request it
//! is (OIDC Core §3.1.2.1 `prompt`, `max_age`, hints; design: requests in flight).

use serde_json::{Value, json};

use crate::support::client_app::{AuthorizationRequest, ClientApp};
use crate::support::jwt;
use crate::support::{Arrival, Page, Realm, UserAgent, fresh_realm, realm_with};

/// A browser in which Anne has signed in and agreed to what `demo-client` asks for, and the tokens of that.
async fn anne_is_here(realm: &Realm) -> (UserAgent, Value) {
    let browser = realm.user_agent();
    let id_token = id_token_of(realm.demo_client().request(), &browser).await;
    (browser, id_token)
}

/// Goes through whatever is asked and returns the claims of the ID token.
async fn id_token_of(request: AuthorizationRequest, browser: &UserAgent) -> Value {
    let callback = request.authorize(browser, "anne").await;
    redeem(&request, callback).await
}

/// Opens the request, which must be answered at once, and returns the claims of the ID token.
async fn at_once(request: AuthorizationRequest, browser: &UserAgent) -> Value {
    let callback = request.open(browser).await.callback();
    redeem(&request, callback).await
}

async fn redeem(request: &AuthorizationRequest, callback: crate::support::Callback) -> Value {
    let answer = request.client.redeem(&request.code_in(&callback)).await.brings_tokens();
    jwt::claims(&answer.id_token())
}

async fn sign_in(browser: &UserAgent, page: &Page, user: &str) -> Arrival {
    browser.submit(&page.form_with("persona").press("persona", user)).await
}

mod without_prompt {
    use super::*;

    #[tokio::test]
    async fn a_person_signs_in_once_and_agrees_once() {
        let realm = fresh_realm().await;
        let (browser, first) = anne_is_here(&realm).await;

        let second = at_once(realm.demo_client().request(), &browser).await;

        assert_eq!(
            (&second["sub"], &second["auth_time"], &second["sid"]),
            (&first["sub"], &first["auth_time"], &first["sid"])
        );
    }

    #[tokio::test]
    async fn another_client_asks_for_its_own_consent() {
        let realm = fresh_realm().await;
        let (browser, _) = anne_is_here(&realm).await;

        let page = realm.demo_spa().request().open(&browser).await.page();

        assert!(page.is_consent() && !page.is_sign_in(), "{}", page.answer);
    }

    #[tokio::test]
    async fn a_new_scope_is_asked_for_and_fewer_are_not() {
        let realm = fresh_realm().await;
        let (browser, _) = anne_is_here(&realm).await;

        at_once(realm.demo_client().asking_for("openid").request(), &browser).await;
        let page = realm
            .demo_client()
            .asking_for("openid profile email phone")
            .request()
            .open(&browser)
            .await
            .page();

        assert!(page.is_consent(), "{}", page.answer);
    }

    #[tokio::test]
    async fn a_no_is_told_to_the_client_and_not_remembered() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let page = realm.demo_client().request().open(&browser).await.page();
        let page = sign_in(&browser, &page, "anne").await.page();

        let callback = browser
            .submit(&page.form_with("decision").press("decision", "deny"))
            .await
            .callback();

        callback
            .is_refused_with("access_denied")
            .has("state", "af0ifjsldkj")
            .has("iss", &realm.issuer)
            .lacks("error_uri");
        assert!(realm.demo_client().request().open(&browser).await.page().is_consent());
    }

    #[tokio::test]
    async fn a_sign_in_lasts_eight_hours_of_the_realms_clock() {
        let realm = fresh_realm().await;
        let (browser, _) = anne_is_here(&realm).await;

        realm.advance("PT7H59M").await;
        at_once(realm.demo_client().request(), &browser).await;
        realm.advance("PT2M").await;

        assert!(realm.demo_client().request().open(&browser).await.page().is_sign_in());
    }
}

mod prompt_none {
    use super::*;

    #[tokio::test]
    async fn nobody_signed_in_means_login_required() {
        let realm = fresh_realm().await;

        let request = realm.demo_client().request().with("prompt", "none");
        let callback = request.open(&realm.user_agent()).await.callback();

        callback.is_refused_with("login_required").has("iss", &realm.issuer);
    }

    #[tokio::test]
    async fn no_consent_means_consent_required() {
        let realm = fresh_realm().await;
        let (browser, _) = anne_is_here(&realm).await;

        let other_client = realm.demo_spa().request().with("prompt", "none");
        let more_scopes = realm
            .demo_client()
            .asking_for("openid phone")
            .request()
            .with("prompt", "none");

        other_client
            .open(&browser)
            .await
            .callback()
            .is_refused_with("consent_required");
        more_scopes
            .open(&browser)
            .await
            .callback()
            .is_refused_with("consent_required");
    }

    #[tokio::test]
    async fn signed_in_and_agreed_is_answered_at_once() {
        let realm = fresh_realm().await;
        let (browser, first) = anne_is_here(&realm).await;
        realm.advance("PT1H").await;

        let second = at_once(realm.demo_client().request().with("prompt", "none"), &browser).await;

        assert_eq!(
            (&second["sub"], &second["auth_time"]),
            (&first["sub"], &first["auth_time"])
        );
    }

    #[tokio::test]
    async fn a_sign_in_that_is_too_old_means_login_required() {
        let realm = fresh_realm().await;
        let (browser, _) = anne_is_here(&realm).await;
        realm.advance("PT2M").await;
        let silent = || realm.demo_client().request().with("prompt", "none");

        at_once(silent().with("max_age", "120"), &browser).await;
        silent()
            .with("max_age", "119")
            .open(&browser)
            .await
            .callback()
            .is_refused_with("login_required");
        silent()
            .with("max_age", "0")
            .open(&browser)
            .await
            .callback()
            .is_refused_with("login_required");
    }

    #[tokio::test]
    async fn it_stands_alone() {
        let realm = fresh_realm().await;
        let (browser, _) = anne_is_here(&realm).await;

        for prompt in ["none login", "login none", "none consent", "none none login"] {
            let request = realm.demo_client().request().with("prompt", prompt);
            request
                .open(&browser)
                .await
                .callback()
                .is_refused_with("invalid_request")
                .lacks("code");
        }
    }

    #[tokio::test]
    async fn a_hint_at_the_person_who_is_here_is_welcome() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let request = realm.demo_client().request();
        let callback = request.authorize(&browser, "anne").await;
        let tokens = realm
            .demo_client()
            .redeem(&request.code_in(&callback))
            .await
            .brings_tokens();

        let silent = realm
            .demo_client()
            .request()
            .with("prompt", "none")
            .with("id_token_hint", &tokens.id_token());

        at_once(silent, &browser).await;
    }
}

mod prompt_login {
    use super::*;

    #[tokio::test]
    async fn it_asks_again_although_somebody_is_signed_in() {
        let realm = fresh_realm().await;
        let (browser, first) = anne_is_here(&realm).await;
        realm.advance("PT1S").await;

        let request = realm.demo_client().request().with("prompt", "login");
        let page = request.open(&browser).await.page();
        assert!(page.is_sign_in());
        let callback = sign_in(&browser, &page, "anne").await.callback();
        let second = redeem(&request, callback).await;

        assert_eq!(second["sub"], first["sub"]);
        assert_eq!(
            second["auth_time"].as_i64(),
            first["auth_time"].as_i64().map(|time| time + 1)
        );
    }

    #[tokio::test]
    async fn one_sign_in_satisfies_it_even_while_the_clock_stands_still() {
        let realm = fresh_realm().await;
        let (browser, _) = anne_is_here(&realm).await;

        for (name, value) in [("prompt", "login"), ("max_age", "0"), ("prompt", "select_account")] {
            let page = realm
                .demo_client()
                .request()
                .with(name, value)
                .open(&browser)
                .await
                .page();
            assert!(page.is_sign_in(), "{name}={value}: {}", page.answer);
            sign_in(&browser, &page, "anne").await.callback().code();
        }
    }

    #[tokio::test]
    async fn leaving_the_page_and_returning_does_not_satisfy_it() {
        let realm = fresh_realm().await;
        let (browser, _) = anne_is_here(&realm).await;

        let page = realm
            .demo_client()
            .request()
            .with("prompt", "login")
            .open(&browser)
            .await
            .page();
        let request = page
            .url
            .query_pairs()
            .find(|(name, _)| name == "request")
            .expect("the stored request")
            .1
            .into_owned();
        let arrival = browser
            .open(&realm.url(&format!("/oauth/authorize/continue?request={request}")))
            .await;

        assert!(arrival.page().is_sign_in());
    }

    #[tokio::test]
    async fn somebody_else_may_sign_in_and_must_agree_for_themselves() {
        let realm = fresh_realm().await;
        let (browser, first) = anne_is_here(&realm).await;
        let other = other_persona(&realm).await;

        let request = realm.demo_client().request().with("prompt", "login");
        let page = request.open(&browser).await.page();
        let page = sign_in(&browser, &page, &other).await.page();
        assert!(page.is_consent());
        let callback = browser
            .submit(&page.form_with("decision").press("decision", "allow"))
            .await
            .callback();
        let second = redeem(&request, callback).await;

        assert_ne!(second["sub"], first["sub"]);
        assert_ne!(second["sid"], first["sid"]);
    }

    #[tokio::test]
    async fn with_consent_both_are_asked() {
        let realm = fresh_realm().await;
        let (browser, _) = anne_is_here(&realm).await;

        let page = realm
            .demo_client()
            .request()
            .with("prompt", "login consent")
            .open(&browser)
            .await
            .page();
        assert!(page.is_sign_in());

        assert!(sign_in(&browser, &page, "anne").await.page().is_consent());
    }
}

/// Anybody but Anne whom the picker offers.
pub async fn other_persona(realm: &Realm) -> String {
    let page = realm.demo_client().request().open(&realm.user_agent()).await.page();
    let buttons = page.form_with("persona").buttons;
    let other = buttons
        .into_iter()
        .find(|button| button.name == "persona" && button.value != "anne");
    other.expect("the demo seed offers several personas").value
}

#[tokio::test]
async fn prompt_consent_asks_again_although_it_was_answered() {
    let realm = fresh_realm().await;
    let (browser, _) = anne_is_here(&realm).await;

    let page = realm
        .demo_client()
        .request()
        .with("prompt", "consent")
        .open(&browser)
        .await
        .page();

    assert!(page.is_consent() && !page.is_sign_in(), "{}", page.answer);
    browser
        .submit(&page.form_with("decision").press("decision", "allow"))
        .await
        .callback()
        .code();
}

mod max_age {
    use super::*;

    #[tokio::test]
    async fn a_sign_in_that_is_too_old_is_asked_for_again() {
        let realm = fresh_realm().await;
        let (browser, first) = anne_is_here(&realm).await;
        realm.advance("PT2S").await;

        let request = realm.demo_client().request().with("max_age", "1");
        let page = request.open(&browser).await.page();
        assert!(page.is_sign_in());
        let callback = sign_in(&browser, &page, "anne").await.callback();
        let second = redeem(&request, callback).await;

        assert_eq!(
            second["auth_time"].as_i64(),
            first["auth_time"].as_i64().map(|time| time + 2)
        );
    }

    #[tokio::test]
    async fn a_sign_in_that_is_young_enough_is_kept() {
        let realm = fresh_realm().await;
        let (browser, first) = anne_is_here(&realm).await;
        realm.advance("PT2H").await;

        let second = at_once(realm.demo_client().request().with("max_age", "10000"), &browser).await;

        assert_eq!(second["auth_time"], first["auth_time"]);
    }
}

mod hints {
    use super::*;

    #[tokio::test]
    async fn login_hint_is_written_into_the_form_as_text() {
        let realm = fresh_realm().await;

        for hint in ["anne", "\"><script>alert(1)</script>", "Ärztin & Co."] {
            let page = realm
                .demo_client()
                .request()
                .with("login_hint", hint)
                .open(&realm.user_agent())
                .await
                .page();
            assert_eq!(page.form_with("username").field("username"), Some(hint));
            assert!(!page.answer.text().contains("<script>alert"), "{}", page.answer);
        }
    }

    #[tokio::test]
    async fn the_language_is_the_first_one_asked_for_that_we_speak() {
        let realm = fresh_realm().await;

        for (ui_locales, accepted, language) in [
            (Some("de"), None, "de"),
            (Some("es-AR"), None, "es"),
            (Some("xx fr de en"), Some("es"), "de"),
            (None, Some("de-AT,de;q=0.9,en;q=0.8"), "de"),
            (None, Some("fr, es;q=0.5, de;q=0.4"), "es"),
            (Some("xx"), Some("es"), "es"),
            (Some("xx yy"), Some("zz"), "en"),
            (None, None, "en"),
        ] {
            let mut request = realm.demo_client().request();
            let mut browser = realm.user_agent();
            if let Some(ui_locales) = ui_locales {
                request = request.with("ui_locales", ui_locales);
            }
            if let Some(accepted) = accepted {
                browser = browser.speaking(accepted);
            }
            let page = request.open(&browser).await.page();
            assert_eq!(
                page.language(),
                Some(language),
                "ui_locales {ui_locales:?}, Accept-Language {accepted:?}"
            );
        }
    }

    #[tokio::test]
    async fn the_language_stays_through_sign_in_and_consent() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent().speaking("en");
        let page = realm
            .demo_client()
            .request()
            .with("ui_locales", "de")
            .open(&browser)
            .await
            .page();

        let page = sign_in(&browser, &page, "anne").await.page();

        assert!(page.is_consent());
        assert_eq!(page.language(), Some("de"));
    }
}

mod auto_login {
    use super::*;

    async fn headless_realm() -> Realm {
        realm_with(json!({ "policy": { "preset": "default", "auto_login": true } })).await
    }

    #[tokio::test]
    async fn with_a_hint_the_answer_comes_without_a_page() {
        let realm = headless_realm().await;

        let claims = at_once(
            realm.demo_client().request().with("login_hint", "anne"),
            &realm.user_agent(),
        )
        .await;

        assert!(claims["sub"].is_string());
    }

    #[tokio::test]
    async fn it_answers_a_post_too() {
        let realm = headless_realm().await;
        let request = realm.demo_client().request().with("login_hint", "anne");
        let fields: Vec<_> = request
            .parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let browser = realm.user_agent();

        let arrival = browser
            .submit_from_elsewhere(&realm.url("/oauth/authorize"), &fields)
            .await;

        arrival.callback().code();
    }

    #[tokio::test]
    async fn without_a_hint_or_with_an_unknown_one_people_are_asked() {
        let realm = headless_realm().await;

        let nobody_named = realm.demo_client().request().open(&realm.user_agent()).await.page();
        let stranger = realm
            .demo_client()
            .request()
            .with("login_hint", "nobody")
            .open(&realm.user_agent())
            .await
            .page();

        assert!(nobody_named.is_sign_in() && stranger.is_sign_in());
    }

    #[tokio::test]
    async fn it_is_off_unless_switched_on() {
        let realm = fresh_realm().await;

        let page = realm
            .demo_client()
            .request()
            .with("login_hint", "anne")
            .open(&realm.user_agent())
            .await
            .page();

        assert!(page.is_sign_in());
    }

    #[tokio::test]
    async fn it_does_not_open_the_door_for_a_bad_request() {
        let realm = headless_realm().await;
        let request = realm.demo_client().request().with("login_hint", "anne");

        request
            .clone()
            .with("redirect_uri", "https://evil.example/")
            .answer()
            .await
            .is_a_refusal_page();
        let callback = request
            .with("scope", "nonsense")
            .open(&realm.user_agent())
            .await
            .callback();
        callback.is_refused_with("invalid_scope").lacks("code");
    }
}

mod a_request_in_flight {
    use super::*;

    /// The address at which the stored request becomes an answer.
    fn way_on(realm: &Realm, page: &Page) -> String {
        let request = page
            .url
            .query_pairs()
            .find(|(name, _)| name == "request")
            .expect("pages name their request")
            .1
            .into_owned();
        assert!(request.len() >= 43, "256 bits: {request}");
        realm.url(&format!("/oauth/authorize/continue?request={request}"))
    }

    async fn at_the_consent_page(client: &ClientApp, browser: &UserAgent) -> Page {
        let page = client.request().open(browser).await.page();
        sign_in(browser, &page, "anne").await.page()
    }

    #[tokio::test]
    async fn gives_one_code_and_then_a_page() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let page = at_the_consent_page(&realm.demo_client(), &browser).await;
        let agreed = page.form_with("decision").press("decision", "allow");
        browser.submit(&agreed).await.callback().code();

        let continued = browser.open(&way_on(&realm, &page)).await.page();
        let agreed_again = browser.submit(&agreed).await.page();

        assert!(continued.answer.status < 500 && agreed_again.answer.status < 500);
    }

    #[tokio::test]
    async fn is_not_answered_before_anybody_agreed() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let page = at_the_consent_page(&realm.demo_client(), &browser).await;

        assert!(browser.open(&way_on(&realm, &page)).await.page().is_consent());
    }

    #[tokio::test]
    async fn is_not_answered_before_anybody_signed_in() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let page = realm.demo_client().request().open(&browser).await.page();

        assert!(browser.open(&way_on(&realm, &page)).await.page().is_sign_in());
    }

    #[tokio::test]
    async fn belongs_to_the_browser_that_signed_in() {
        let realm = fresh_realm().await;
        let victim = realm.user_agent();
        let page = at_the_consent_page(&realm.demo_client(), &victim).await;
        let stranger = realm.user_agent();
        let neighbour = anne_is_here(&realm).await.0; // even Anne herself, elsewhere

        for thief in [&stranger, &neighbour] {
            let consent = thief.open(page.url.as_str()).await.page();
            assert!(!consent.is_consent(), "{}", consent.answer);
            let continued = thief.open(&way_on(&realm, &page)).await.page();
            assert!(!continued.is_consent(), "{}", continued.answer);
            let agreed = thief
                .submit(&page.form_with("decision").press("decision", "allow"))
                .await
                .page();
            assert!((400..500).contains(&agreed.answer.status), "{}", agreed.answer);
        }
        browser_can_still_agree(&victim, &page).await;
    }

    async fn browser_can_still_agree(browser: &UserAgent, page: &Page) {
        browser
            .submit(&page.form_with("decision").press("decision", "allow"))
            .await
            .callback()
            .code();
    }

    #[tokio::test]
    async fn is_gone_after_ten_minutes_of_the_realms_clock() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let page = at_the_consent_page(&realm.demo_client(), &browser).await;

        realm.advance("PT9M59S").await;
        assert!(browser.open(page.url.as_str()).await.page().is_consent());
        realm.advance("PT2S").await;

        let late = browser
            .submit(&page.form_with("decision").press("decision", "allow"))
            .await
            .page();
        assert!((400..500).contains(&late.answer.status), "{}", late.answer);
    }

    #[tokio::test]
    async fn that_never_was_is_a_page_and_nothing_worse() {
        let realm = fresh_realm().await;

        for request in ["", "x", "%00", "%ff", &"x".repeat(43), &"x".repeat(3000)] {
            for path in ["/oauth/authorize/continue", "/consent", "/login"] {
                let arrival = realm
                    .user_agent()
                    .open(&realm.url(&format!("{path}?request={request}")))
                    .await;
                let page = arrival.page();
                assert!(page.answer.status < 500, "{}", page.answer);
                assert!(!page.is_consent(), "{}", page.answer);
            }
        }
    }

    #[tokio::test]
    async fn in_one_tab_does_not_disturb_the_other() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let (one, two) = (
            realm.demo_client().request().with("state", "one"),
            realm.demo_spa().request().with("state", "two"),
        );
        let first = one.open(&browser).await.page();
        let second = two.open(&browser).await.page();

        let second = sign_in(&browser, &second, "anne").await.page();
        let first = sign_in(&browser, &first, "anne").await.page();
        let first = browser
            .submit(&first.form_with("decision").press("decision", "allow"))
            .await
            .callback()
            .has("state", "one");
        // Signing in again renewed the session; the other tab must not be lost by it.
        let second = browser.open(second.url.as_str()).await.page();
        let second = browser
            .submit(&second.form_with("decision").press("decision", "allow"))
            .await
            .callback()
            .has("state", "two");

        one.client.redeem(&one.code_in(&first)).await.brings_tokens();
        two.client.redeem(&two.code_in(&second)).await.brings_tokens();
    }

    #[tokio::test]
    async fn is_refused_to_forms_of_other_sites() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let page = at_the_consent_page(&realm.demo_client(), &browser).await;
        let forged = browser
            .forge(&page.form_with("decision").press("decision", "allow"))
            .await;

        forged.has_status(403);
        browser_can_still_agree(&browser, &page).await;
    }

    #[tokio::test]
    async fn does_not_let_other_sites_sign_people_in() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let page = realm.demo_client().request().open(&browser).await.page();
        let forged = browser.forge(&page.form_with("persona").press("persona", "anne")).await;

        forged.has_status(403);
        assert!(realm.demo_client().request().open(&browser).await.page().is_sign_in());
    }
}
