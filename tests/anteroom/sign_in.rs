//! `/login`: the persona picker, name and password, the session they begin and its cookie.

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

mod the_page {
    use super::*;

    #[tokio::test]
    async fn says_who_asks_where_it_leads_and_how_to_get_out() {
        let realm = fresh_realm().await;

        let page = sign_in_page(&realm, &realm.user_agent()).await;

        page.must_show("Demo Client");
        page.must_show("127.0.0.1:49152");
        page.must_show(&realm.name);
        let way_out = page.form_with("decision").buttons;
        assert!(way_out.iter().any(|button| button.value == "deny"), "{}", page.answer);
    }

    #[tokio::test]
    async fn offers_every_persona_with_a_reason_to_try_it() {
        let realm = fresh_realm().await;

        let picker = sign_in_page(&realm, &realm.user_agent()).await.form_with("persona");

        assert!(picker.buttons.len() >= 6, "{:?}", picker.buttons);
        for button in &picker.buttons {
            assert_eq!(button.name, "persona");
            assert!(
                button.text.split_whitespace().count() > 3,
                "name and reason: {button:?}"
            );
        }
    }

    #[tokio::test]
    async fn labels_its_fields_and_marks_its_parts() {
        let realm = fresh_realm().await;

        let page = sign_in_page(&realm, &realm.user_agent()).await;

        for id in ["username", "password"] {
            let label = page.all("label").find(|label| label.attribute("for") == Some(id));
            assert!(
                label.is_some_and(|label| !label.text.is_empty()),
                "{id}: {}",
                page.answer
            );
        }
        for landmark in ["header", "main", "footer", "h1"] {
            assert_eq!(page.all(landmark).count(), 1, "{landmark}: {}", page.answer);
        }
    }

    #[tokio::test]
    async fn brings_nothing_inline_and_allows_nothing_inline() {
        let realm = fresh_realm().await;

        let page = sign_in_page(&realm, &realm.user_agent()).await;

        let policy = page.answer.header("content-security-policy").unwrap_or_default();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(!policy.contains("form-action"), "the client may redirect on: {policy}");
        assert_eq!(page.all("style").count(), 0, "{}", page.answer);
        page.brings_only_our_script();
        let inline = |name: &str| name == "style" || name.starts_with("on");
        assert!(
            page.tags
                .iter()
                .all(|tag| !tag.attributes.iter().any(|(name, _)| inline(name)))
        );
        page.answer
            .clone()
            .has_header("referrer-policy", "same-origin")
            .is_not_stored();
    }

    #[tokio::test]
    async fn takes_its_stylesheet_from_ourselves() {
        let realm = fresh_realm().await;
        let page = sign_in_page(&realm, &realm.user_agent()).await;

        let links: Vec<_> = page.all("link").filter_map(|link| link.attribute("href")).collect();

        assert!(links.len() >= 2, "{links:?}");
        for link in links {
            assert!(link.starts_with("/assets/"), "{link}");
            let asset = realm.http.get(format!("{}{link}", realm.host()));
            let asset = Answer::to(asset).await.is_ok();
            assert!(
                asset
                    .header("cache-control")
                    .is_some_and(|keep| keep.contains("immutable")),
                "{asset}"
            );
        }
    }

    #[tokio::test]
    async fn without_a_request_leads_to_the_account() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let page = browser.open(&realm.url("/login")).await.page();

        let account = browser
            .submit(&page.form_with("persona").press("persona", "anne"))
            .await
            .page();

        assert!(
            !page.has_form_with("decision"),
            "there is nobody to go back to: {}",
            page.answer
        );
        assert_eq!(account.url.as_str(), realm.url("/account"));
    }

    #[tokio::test]
    async fn is_read_with_get_and_answered_with_post_only() {
        let realm = fresh_realm().await;

        for path in ["/login", "/consent", "/account", "/logout"] {
            let answer = Answer::to(realm.http.put(realm.url(path)).header("sec-fetch-site", "same-origin")).await;
            answer.has_status(405).is_a_refusal_page();
        }
    }
}

mod by_password {
    use super::*;

    #[tokio::test]
    async fn the_right_password_signs_in_whatever_the_case_of_the_name() {
        let realm = fresh_realm().await;

        for username in ["anne", "Anne", " ANNE "] {
            let browser = realm.user_agent();
            let form = sign_in_page(&realm, &browser).await.form_with("password");
            let form = form.fill("username", username).fill("password", "anne-password");
            let page = browser.submit(&form).await.page();
            assert!(page.is_consent(), "{username:?}: {}", page.answer);
        }
    }

    #[tokio::test]
    async fn a_wrong_one_is_told_beside_the_field_and_begins_no_session() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let form = sign_in_page(&realm, &browser).await.form_with("password");

        let form = form.fill("username", "anne").fill("password", "Anne-password");
        let page = browser.submit(&form).await.page();

        assert_eq!(page.answer.status, 403);
        let alert = page.all("p").find(|p| p.attribute("role") == Some("alert"));
        let described = alert
            .and_then(|alert| alert.attribute("id"))
            .expect("the trouble is told");
        let field = page
            .all("input")
            .find(|input| input.attribute("name") == Some("password"));
        assert_eq!(
            field.and_then(|field| field.attribute("aria-describedby")),
            Some(described)
        );
        assert_eq!(page.form_with("username").field("username"), Some("anne"));
        assert!(
            !page.answer.text().contains("Anne-password"),
            "a password is not shown: {}",
            page.answer
        );
        assert_eq!(browser.cookies(), "");
    }

    #[tokio::test]
    async fn an_unknown_name_is_answered_like_a_wrong_password() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();

        let known = wrong_password(&browser, &realm, "anne").await;
        let unknown = wrong_password(&browser, &realm, "nobody").await;

        assert_eq!(known.status, unknown.status);
        assert_eq!(
            known.text(),
            unknown.text().replace("value=\"nobody\"", "value=\"anne\"")
        );
    }

    #[tokio::test]
    async fn what_is_no_answer_to_the_form_is_refused_and_harmless() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        let page = sign_in_page(&realm, &browser).await;
        let address = page.url.as_str();
        let long = "x".repeat(5000);

        for fields in [
            &[][..],
            &[("password", "anne-password")],
            &[("username", "anne")],
            &[("username", ""), ("password", "anne-password")],
            &[("username", "anne\0"), ("password", "anne-password")],
            &[("username", "anne"), ("password", &long)],
            &[("decision", "allow")],
            &[("persona", "")],
            &[("persona", "nobody")],
            &[("persona", "' or 1=1 --")],
        ] {
            let answer = attempt(&browser, address, fields).await.is_a_refusal_page();
            answer.lacks_header("set-cookie");
        }
        assert!(
            browser.open(address).await.page().is_sign_in(),
            "the request still waits"
        );
    }

    #[tokio::test]
    async fn only_a_form_is_read() {
        let realm = fresh_realm().await;

        for content_type in ["application/json", "text/plain", "multipart/form-data; boundary=x"] {
            let request = realm
                .http
                .post(realm.url("/login"))
                .header("content-type", content_type);
            let answer = Answer::to(request.body("username=anne&password=anne-password")).await;
            answer.has_status(415).is_a_refusal_page();
        }
        let request = realm.http.post(realm.url("/login"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let huge = Answer::to(request.body("x".repeat(1 << 20))).await;
        huge.has_status(413).is_a_refusal_page();
    }
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

mod guessing {
    use super::*;

    async fn guess_until_throttled(realm: &Realm, username: &str) -> Answer {
        let browser = realm.user_agent();
        for _ in 0..30 {
            let answer = wrong_password(&browser, realm, username).await;
            if answer.status == 429 {
                return answer;
            }
            answer.has_status(403);
        }
        panic!("thirty guesses in a row were heard")
    }

    #[tokio::test]
    async fn is_slowed_down_even_for_the_right_password() {
        let realm = fresh_realm().await;

        let throttled = guess_until_throttled(&realm, "anne").await;

        let seconds: u64 = throttled
            .header("retry-after")
            .unwrap_or_default()
            .parse()
            .expect("seconds");
        assert!((1..=60).contains(&seconds), "{throttled}");
        let fields = [("username", "Anne"), ("password", "anne-password")];
        attempt(&realm.user_agent(), &realm.url("/login"), &fields)
            .await
            .has_status(429);
    }

    #[tokio::test]
    async fn is_slowed_down_for_names_that_nobody_has() {
        let realm = fresh_realm().await;

        guess_until_throttled(&realm, "nobody").await;
    }

    #[tokio::test]
    async fn does_not_get_faster_with_the_realms_clock() {
        let realm = fresh_realm().await;
        guess_until_throttled(&realm, "anne").await;

        realm.advance("P1D").await;

        wrong_password(&realm.user_agent(), &realm, "anne")
            .await
            .has_status(429);
    }

    #[tokio::test]
    async fn one_name_does_not_slow_down_others_nor_other_realms() {
        let realm = fresh_realm().await;
        let other = fresh_realm().await;
        guess_until_throttled(&realm, "anne").await;

        wrong_password(&realm.user_agent(), &realm, "nobody")
            .await
            .has_status(403);
        wrong_password(&other.user_agent(), &other, "anne")
            .await
            .has_status(403);
        let picked = attempt(&realm.user_agent(), &realm.url("/login"), &[("persona", "anne")]).await;
        picked.has_status(303);
    }
}

mod the_session {
    use super::*;

    async fn cookie_of(realm: &Realm) -> String {
        let answer = attempt(&realm.user_agent(), &realm.url("/login"), &[("persona", "anne")]).await;
        let answer = answer.has_status(303);
        assert_eq!(answer.headers.get_all(SET_COOKIE).iter().count(), 1, "{answer}");
        answer.header("set-cookie").unwrap_or_default().to_owned()
    }

    async fn is_signed_in(realm: &Realm, cookie: &str) -> bool {
        let answer = Answer::to(realm.http.get(realm.url("/account")).header("cookie", cookie)).await;
        answer.status == 200
    }

    #[tokio::test]
    async fn is_named_by_a_cookie_that_scripts_and_other_sites_do_not_get() {
        let realm = fresh_realm().await;

        let cookie = cookie_of(&realm).await;

        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(attribute), "{attribute}: {cookie}");
        }
        for attribute in ["Max-Age", "Expires", "Domain", "Secure", "__Host-"] {
            assert!(!cookie.contains(attribute), "{attribute}: {cookie}");
        }
        let value = cookie.split(['=', ';']).nth(1).unwrap_or_default();
        assert!(value.len() >= 43, "256 bits: {cookie}");
    }

    #[tokio::test]
    async fn of_one_realm_is_nothing_in_another() {
        let (realm, other) = (fresh_realm().await, fresh_realm().await);

        let cookie = cookie_of(&realm).await;
        let pair = cookie.split(';').next().unwrap_or_default();
        let (name, value) = pair.split_once('=').expect("a cookie");
        let others = cookie_of(&other).await;
        let (other_name, _) = others.split_once('=').expect("a cookie");

        assert_ne!(name, other_name);
        assert!(is_signed_in(&realm, pair).await);
        assert!(!is_signed_in(&other, pair).await);
        assert!(!is_signed_in(&other, &format!("{other_name}={value}")).await);
    }

    #[tokio::test]
    async fn gets_a_new_id_with_every_sign_in_and_the_old_one_dies() {
        let realm = fresh_realm().await;
        let browser = realm.user_agent();
        attempt(&browser, &realm.url("/login"), &[("persona", "anne")])
            .await
            .has_status(303);
        let old = browser.cookies();

        attempt(&browser, &realm.url("/login"), &[("persona", "anne")])
            .await
            .has_status(303);

        assert_ne!(browser.cookies(), old);
        assert!(is_signed_in(&realm, &browser.cookies()).await);
        assert!(!is_signed_in(&realm, &old).await);
    }

    #[tokio::test]
    async fn does_not_take_its_id_from_the_browser() {
        let realm = fresh_realm().await;
        let cookie = cookie_of(&realm).await;
        let (name, _) = cookie.split_once('=').expect("a cookie");
        let planted = format!("{name}={}", "p".repeat(43));

        let request = realm.http.post(realm.url("/login")).header("cookie", &planted);
        let answer = Answer::to(request.form(&[("persona", "anne")])).await.has_status(303);

        assert!(
            !answer.header("set-cookie").unwrap_or_default().contains(&planted),
            "{answer}"
        );
        assert!(!is_signed_in(&realm, &planted).await);
    }

    #[tokio::test]
    async fn ends_for_the_first_person_when_a_second_one_signs_in() {
        let realm = fresh_realm().await;
        let other = other_persona(&realm).await;
        let browser = realm.user_agent();
        attempt(&browser, &realm.url("/login"), &[("persona", "anne")])
            .await
            .has_status(303);
        let annes = browser.cookies();

        attempt(&browser, &realm.url("/login"), &[("persona", &other)])
            .await
            .has_status(303);

        assert!(!is_signed_in(&realm, &annes).await);
        assert!(is_signed_in(&realm, &browser.cookies()).await);
    }

    #[tokio::test]
    async fn is_not_begun_by_forms_that_come_from_elsewhere() {
        let realm = fresh_realm().await;
        let form = [("persona", "anne")];
        let post = || realm.http.post(realm.url("/login")).form(&form);

        for (name, value) in [
            ("origin", "https://client.example.com"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("host", "evil.example"),
        ] {
            let answer = Answer::to(post().header(name, value)).await;
            answer.has_status(403).is_a_refusal_page().lacks_header("set-cookie");
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
