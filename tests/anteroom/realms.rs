//! Realms: made, turned, ended; and nothing of one is worth anything in another, although they share their keys.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::{Answer, Arrival, Emulator, Realm, emulator::START, fresh_realm, jwt, realm_with};

/// A refusal of the control API (RFC 9457).
#[track_caller]
fn is_a_problem(answer: Answer, status: u16) {
    let answer = answer.has_status(status);
    assert_eq!(answer.media_type(), "application/problem+json", "{answer}");
    assert!(
        answer.json()["title"].is_string() || answer.json()["detail"].is_string(),
        "{answer}"
    );
}

fn unique(prefix: &str) -> String {
    format!(
        "{prefix}-{}",
        crate::support::client_app::new_verifier()
            .to_lowercase()
            .replace(['_', '-'], "x")
    )
}

mod made {
    use super::*;

    #[tokio::test]
    async fn under_the_name_that_was_asked_for() {
        let name = unique("mine");

        let realm = realm_with(json!({ "name": name })).await;

        assert_eq!(realm.name, name);
        assert_eq!(realm.issuer, format!("{}/realms/{name}", Emulator::shared().issuer));
        assert_eq!(realm.discovery().await["issuer"], *realm.issuer);
    }

    #[tokio::test]
    async fn under_a_name_of_its_own_when_none_was() {
        let (one, two) = (realm_with(json!({})).await, realm_with(json!({})).await);

        assert_ne!(one.name, two.name);
    }

    #[tokio::test]
    async fn not_under_a_name_that_is_taken() {
        let realm = fresh_realm().await;

        is_a_problem(Emulator::shared().try_realm(json!({ "name": realm.name })).await, 409);
    }

    #[tokio::test]
    async fn not_under_a_name_that_is_none() {
        for name in [
            "",
            "Upper",
            "under_score",
            "-dash",
            "dot.ted",
            "sl/ash",
            "ümlaut",
            "a b",
            "..",
            "a\0",
            &"x".repeat(64),
        ] {
            let answer = Emulator::shared().try_realm(json!({ "name": name })).await;
            assert!(matches!(answer.status, 400 | 422), "{name:?}: {answer}");
            assert_eq!(answer.media_type(), "application/problem+json", "{answer}");
        }
        let default = Emulator::shared().try_realm(json!({ "name": "default" })).await;
        assert!(matches!(default.status, 400 | 409 | 422), "{default}");
    }

    #[tokio::test]
    async fn not_with_unknown_members() {
        for wishes in [
            json!({ "policy": "strict" }),
            json!({ "policy": { "pcke": "ignored" } }),
            json!({ "policy": { "pkce": "sometimes" } }),
            json!({ "seed": "everything" }),
            json!({ "seed": 7 }),
            json!({ "clock": { "now": "yesterday" } }),
            json!({ "clock": { "now": 7 } }),
            json!({ "clock": { "frozen": "yes" } }),
            json!({ "polcy": "portal" }),
            json!([]),
            json!("x"),
        ] {
            let answer = Emulator::shared().try_realm(wishes.clone()).await;
            assert!(matches!(answer.status, 400 | 422), "{wishes}: {answer}");
            assert_eq!(answer.media_type(), "application/problem+json", "{answer}");
        }
    }

    #[tokio::test]
    async fn only_at_the_root() {
        let realm = fresh_realm().await;

        realm.post_json("/control/api/realms", &json!({})).await.has_status(404);
    }

    #[tokio::test]
    async fn not_by_a_page_that_calls_us_by_another_name() {
        let root = Emulator::shared().default_realm();
        let name = unique("rebound");
        let request = root
            .http
            .post(root.url("/control/api/realms"))
            .header("host", "evil.example");

        let answer = Answer::to(request.json(&json!({ "name": name }))).await;

        assert!((400..500).contains(&answer.status), "{answer}");
        root.get(&format!("/realms/{name}/.well-known/openid-configuration"))
            .await
            .has_status(404);
    }

    #[tokio::test]
    async fn empty_when_no_seed_is_wanted() {
        let realm = realm_with(json!({ "seed": "none" })).await;

        realm.demo_client().request().answer().await.is_a_refusal_page();
        realm
            .demo_service()
            .client_credentials("appointment_guest_write")
            .await
            .is_refused_with("invalid_client");
    }

    #[tokio::test]
    async fn and_listed() {
        let before = fresh_realm().await; // the shared server has more realms than one answer lists
        let realm = fresh_realm().await;

        let list = Emulator::shared()
            .default_realm()
            .get(&format!("/control/api/realms?after={}", before.name))
            .await
            .is_ok();

        assert!(list.text().contains(&format!("\"{}\"", realm.name)), "{list}");
    }
}

mod ended {
    use super::*;

    async fn end(realm: &Realm) -> Answer {
        let root = Emulator::shared().default_realm();
        Answer::to(
            root.http
                .delete(root.url(&format!("/control/api/realms/{}", realm.name))),
        )
        .await
    }

    #[tokio::test]
    async fn everything_of_it_is_gone_at_once() {
        let realm = fresh_realm().await;
        let tokens = realm.demo_client().tokens_for("anne").await;

        let answer = end(&realm).await;

        assert!((200..300).contains(&answer.status), "{answer}");
        for path in [
            "/.well-known/openid-configuration",
            "/oauth/discovery/keys",
            "/oauth/authorize",
            "/oauth/userinfo",
            "/login",
            "/control/api/clock",
        ] {
            realm.get(path).await.has_status(404);
        }
        realm
            .demo_client()
            .refresh(tokens.refresh_token())
            .await
            .has_status(404);
        realm.caller(&tokens.access_token).userinfo().await.has_status(404);
        realm
            .get(&format!(
                "{}/.well-known/oauth-authorization-server/realms/{}",
                realm.host(),
                realm.name
            ))
            .await
            .has_status(404);
    }

    #[tokio::test]
    async fn its_name_is_free_again_and_nothing_is_left_over() {
        let realm = fresh_realm().await;
        let tokens = realm.demo_client().tokens_for("anne").await;
        end(&realm).await;

        let again = realm_with(json!({ "name": realm.name })).await;

        assert_eq!(again.issuer, realm.issuer);
        assert!(!again.accepts(&tokens.access_token).await);
        again
            .caller(&tokens.access_token)
            .userinfo()
            .await
            .is_refused_as_bearer("invalid_token");
        again
            .demo_client()
            .refresh(tokens.refresh_token())
            .await
            .is_refused_with("invalid_grant");
    }

    #[tokio::test]
    async fn twice_is_not_found() {
        let realm = fresh_realm().await;
        end(&realm).await;

        is_a_problem(end(&realm).await, 404);
    }

    #[tokio::test]
    async fn the_default_realm_cannot_be_deleted() {
        let root = Emulator::shared().default_realm();

        let answer = Answer::to(root.http.delete(root.url("/control/api/realms/default"))).await;

        assert!((400..500).contains(&answer.status), "{answer}");
        root.get("/.well-known/openid-configuration").await.is_ok();
    }
}

#[tokio::test]
async fn one_issuer_has_one_address() {
    let root = Emulator::shared().default_realm();

    for path in [
        "/.well-known/openid-configuration",
        "/oauth/authorize",
        "/oauth/token",
        "/oauth/discovery/keys",
        "/login",
        "",
    ] {
        root.get(&format!("/realms/default{path}")).await.has_status(404);
    }
}

#[tokio::test]
async fn realms_are_not_nested() {
    let realm = fresh_realm().await;

    realm
        .get(&format!("/realms/{}/.well-known/openid-configuration", realm.name))
        .await
        .has_status(404);
}

mod apart {
    use super::*;

    async fn two_realms() -> (Realm, Realm) {
        (fresh_realm().await, fresh_realm().await)
    }

    #[tokio::test]
    async fn a_token_is_not_valid_in_another_realm() {
        let (here, there) = two_realms().await;
        let tokens = here.demo_client().tokens_for("anne").await;

        there
            .caller(&tokens.access_token)
            .userinfo()
            .await
            .is_refused_as_bearer("invalid_token");
        there
            .caller(&tokens.access_token)
            .get("/api/portal/v1/user")
            .await
            .is_refused_as_bearer("invalid_token");
        assert!(!there.accepts(&tokens.access_token).await && !there.accepts(tokens.refresh_token()).await);
        there
            .demo_client()
            .refresh(tokens.refresh_token())
            .await
            .is_refused_with("invalid_grant");

        there.demo_client().revoke(tokens.refresh_token()).await.is_ok();
        assert!(
            here.accepts(&tokens.access_token).await,
            "and cannot be ended from there"
        );
    }

    #[tokio::test]
    async fn a_code_is_refused_in_another_realm_and_not_spent() {
        let (here, there) = two_realms().await;
        let code = here.demo_client().code_for("anne").await;

        there.demo_client().redeem(&code).await.is_refused_with("invalid_grant");

        here.demo_client().redeem(&code).await.brings_tokens();
    }

    #[tokio::test]
    async fn a_sign_in_is_not_valid_in_another_realm() {
        let (here, there) = two_realms().await;
        let (_, browser) = here.demo_client().request().authorize_as("anne").await;

        // Same host, so the same browser brings its cookies to both.
        let arrival = there.demo_client().request().open(&browser).await;

        assert!(arrival.page().is_sign_in());
    }

    #[tokio::test]
    async fn a_sign_in_does_not_end_the_one_in_another_realm() {
        let (here, there) = two_realms().await;
        let (_, browser) = here.demo_client().request().authorize_as("anne").await;
        there.demo_client().request().authorize(&browser, "anne").await.code();

        here.demo_client()
            .request()
            .with("prompt", "none")
            .open(&browser)
            .await
            .callback()
            .code();
        there
            .demo_client()
            .request()
            .with("prompt", "none")
            .open(&browser)
            .await
            .callback()
            .code();
    }

    #[tokio::test]
    async fn a_session_cookie_under_another_realms_name_is_not_accepted() {
        let (here, there) = two_realms().await;
        let (_, browser) = here.demo_client().request().authorize_as("anne").await;
        there.demo_client().request().authorize(&browser, "anne").await.code();
        let cookies = browser.cookies();
        let mut pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
        let ((one, its), (other, others)) = (pairs.next().expect("a cookie"), pairs.next().expect("one per realm"));

        // Names and values crossed over.
        let stolen = format!("{one}={others}; {other}={its}");
        for realm in [&here, &there] {
            let url = realm.demo_client().request().with("prompt", "none").url();
            let answer = Answer::to(realm.http.get(url).header("cookie", &stolen)).await;
            assert!(
                answer
                    .header("location")
                    .is_some_and(|location| location.contains("login_required")),
                "{answer}"
            );
        }
    }

    #[tokio::test]
    async fn a_pending_request_is_unknown_in_another_realm() {
        let (here, there) = two_realms().await;
        let browser = here.user_agent();
        let page = here.demo_client().request().open(&browser).await.page();
        let address = page.url.as_str().replace(&here.issuer, &there.issuer);

        let arrival = browser.open(&address).await;

        let Arrival::Page(page) = arrival else {
            panic!("{arrival:?}")
        };
        assert!(
            (400..500).contains(&page.answer.status) || !page.url.query().unwrap_or_default().contains("request="),
            "{}",
            page.answer
        );
    }

    #[tokio::test]
    async fn a_client_of_one_is_unknown_to_the_other() {
        let client = json!({
            "client_id": "local", "client_secret": "local-secret", "client_name": "Local",
            "redirect_uris": ["https://client.example.com/cb"], "grant_types": ["authorization_code", "client_credentials"],
        });
        let here = realm_with(json!({ "seed": { "clients": [client] } })).await;
        let there = fresh_realm().await;
        let visiting = |realm: &Realm| {
            crate::support::ClientApp::new(realm, "local", Some("local-secret"))
                .called_back_at("https://client.example.com/cb")
        };

        visiting(&here).client_credentials("profile_read").await.brings_tokens();
        visiting(&there)
            .client_credentials("profile_read")
            .await
            .is_refused_with("invalid_client");
        visiting(&there).request().answer().await.is_a_refusal_page();
    }

    #[tokio::test]
    async fn an_id_token_is_for_its_own_issuer_although_the_key_is_shared() {
        let (here, there) = two_realms().await;
        let tokens = here.demo_client().tokens_for("anne").await;
        jwt::verified(&here, "demo-client", tokens.id_token()).await;
        let id_token = tokens.id_token().to_owned();

        let judged = tokio::spawn(async move { jwt::verified(&there, "demo-client", &id_token).await }).await;

        assert!(judged.is_err());
    }

    #[tokio::test]
    async fn a_consent_is_given_in_one_realm_only() {
        let (here, there) = two_realms().await;
        let browser = here.user_agent();
        here.demo_client().request().authorize(&browser, "anne").await.code();
        let page = there.demo_client().request().open(&browser).await.page();

        let arrival = browser
            .submit(&page.form_with("persona").press("persona", "anne"))
            .await;

        assert!(arrival.page().is_consent());
    }

    #[tokio::test]
    async fn each_has_its_own_time() {
        let (here, there) = two_realms().await;

        here.advance("PT5H").await;

        assert_eq!(there.now().await, START.parse::<Timestamp>().unwrap());
        assert_eq!(here.now().await.as_second() - there.now().await.as_second(), 5 * 3600);
    }
}

mod the_clock {
    use super::*;

    async fn shown(realm: &Realm) -> Value {
        realm.get("/control/api/clock").await.is_ok().json()
    }

    #[tokio::test]
    async fn does_not_advance_when_frozen() {
        let realm = fresh_realm().await;

        let (first, second) = (shown(&realm).await, shown(&realm).await);

        assert_eq!(first, second);
        assert_eq!(first["frozen"], true);
        assert_eq!(realm.now().await, START.parse::<Timestamp>().unwrap());
    }

    #[tokio::test]
    async fn answers_a_change_with_its_current_time() {
        let realm = fresh_realm().await;

        let answer = realm.turn_clock(json!({ "advance": "PT2H" })).await.is_ok();

        let now: Timestamp = answer.member("now").parse().expect("an instant");
        assert_eq!(now, "2025-06-02T10:00:00+02:00".parse().unwrap());
        assert_eq!(realm.now().await, now);
    }

    #[tokio::test]
    async fn may_be_set_forward() {
        let realm = fresh_realm().await;

        realm.turn_clock(json!({ "now": "2025-07-01T00:00:00Z" })).await.is_ok();

        assert_eq!(realm.now().await, "2025-07-01T00:00:00Z".parse().unwrap());
    }

    #[tokio::test]
    async fn never_runs_backwards() {
        let realm = fresh_realm().await;

        is_a_problem(
            realm.turn_clock(json!({ "now": "2025-06-02T07:59:59+02:00" })).await,
            409,
        );
        let backwards = realm.turn_clock(json!({ "advance": "-PT1S" })).await;
        assert!(matches!(backwards.status, 400 | 409 | 422), "{backwards}");

        assert_eq!(realm.now().await, START.parse::<Timestamp>().unwrap());
    }

    #[tokio::test]
    async fn goes_on_when_thawed_and_stops_when_frozen() {
        let realm = fresh_realm().await;

        assert_eq!(
            realm.turn_clock(json!({ "frozen": false })).await.is_ok().json()["frozen"],
            false
        );
        let before = realm.now().await;
        while realm.now().await == before {} // it moves: this ends
        realm.turn_clock(json!({ "frozen": true })).await.is_ok();

        assert_eq!(realm.now().await, realm.now().await);
        assert!(realm.now().await > before);
    }

    #[tokio::test]
    async fn refuses_what_it_cannot_read() {
        let realm = fresh_realm().await;

        for turn in [
            json!({ "advance": "soon" }),
            json!({ "advance": 7 }),
            json!({ "advance": "PT" }),
            json!({ "advance": "PT99999999999999999999H" }),
            json!({ "now": "yesterday" }),
            json!({ "now": "2025-07-01T00:00:00" }),
            json!({ "now": "9999-12-31T23:59:59Z", "advance": "PT1H" }),
            json!({ "frozen": "yes" }),
            json!({ "advnce": "PT1H" }),
            json!([]),
        ] {
            let answer = realm.turn_clock(turn.clone()).await;
            assert!(matches!(answer.status, 400 | 422), "{turn}: {answer}");
            assert_eq!(answer.media_type(), "application/problem+json", "{answer}");
        }
        assert_eq!(realm.now().await, START.parse::<Timestamp>().unwrap());
    }

    #[tokio::test]
    async fn refuses_a_body_that_is_no_json() {
        let realm = fresh_realm().await;

        for (content_type, body) in [
            ("application/json", "{"),
            ("application/json", ""),
            ("text/plain", "{\"advance\":\"PT1H\"}"),
        ] {
            let request = realm
                .http
                .patch(realm.url("/control/api/clock"))
                .header("content-type", content_type)
                .body(body);
            let answer = Answer::to(request).await;
            assert!((400..500).contains(&answer.status), "{answer}");
        }
        assert_eq!(realm.now().await, START.parse::<Timestamp>().unwrap());
    }

    #[tokio::test]
    async fn is_not_turned_by_other_sites() {
        let realm = fresh_realm().await;
        let request = realm
            .http
            .patch(realm.url("/control/api/clock"))
            .header("origin", "https://evil.example");

        let answer = Answer::to(request.json(&json!({ "advance": "PT1H" }))).await;

        assert!((400..500).contains(&answer.status), "{answer}");
        assert_eq!(realm.now().await, START.parse::<Timestamp>().unwrap());
    }
}

#[tokio::test]
async fn machines_may_call_the_server_by_any_name() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().tokens_for("anne").await;

    let request = realm
        .http
        .get(realm.url("/oauth/userinfo"))
        .header("host", "anteroom:8080");

    Answer::to(request.bearer_auth(&tokens.access_token)).await.is_ok();
}

/// A page that has rebound its own name to our address (DNS rebinding) asks with that name.
#[tokio::test]
async fn the_control_api_and_forms_answer_only_to_the_servers_own_hosts() {
    let realm = fresh_realm().await;
    let ask = async |method: reqwest::Method, path: &str, host: &str| {
        let request = realm.http.request(method, realm.url(path)).header("host", host);
        Answer::to(request.form(&[("persona", "anne")])).await.status
    };

    for host in [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
    ] {
        for path in ["/control/api/clock", "/control/api/outbox"] {
            let status = ask(reqwest::Method::GET, path, host).await;
            assert!((400..500).contains(&status), "{path} by {host}: {status}");
        }
        let status = ask(reqwest::Method::POST, "/login", host).await;
        assert!((400..500).contains(&status), "a sign-in by {host}: {status}");
    }
    let own = realm.host().replace("http://", "");
    assert_eq!(ask(reqwest::Method::GET, "/control/api/clock", &own).await, 200);
    assert_eq!(
        ask(reqwest::Method::GET, "/control/api/clock", "127.0.0.1:8080").await,
        200
    );
    assert_eq!(ask(reqwest::Method::POST, "/login", &own).await, 303);
}

#[tokio::test]
async fn an_empty_outbox_is_an_empty_list() {
    let realm = fresh_realm().await;

    let answer = realm.get("/control/api/outbox").await.is_ok();

    answer.is_json();
    assert!(answer.text().contains("[]"), "{answer}");
}

mod seeded {
    use super::*;

    /// No database of ours keeps it, and PostgreSQL says so with an error.
    #[tokio::test]
    async fn not_with_a_zero_character_anywhere() {
        let zero = "a\0b";
        let practice =
            |name: &str| json!({"id": "p", "name": name, "zone": "Europe/Berlin", "calendars": [], "categories": []});
        for seed in [
            json!({"users": [{"username": zero}]}),
            json!({"users": [{"username": "anne", "persona": zero}]}),
            json!({"users": [{"username": "anne", "password": zero}]}),
            json!({"users": [{"username": "anne", "claims": {"nickname": zero}}]}),
            json!({"users": [{"username": "anne", "claims": {"a\0b": "x"}}]}),
            json!({"clients": [{"client_id": "x", "client_secret": zero}]}),
            json!({"mypatientportal": {"practices": [practice(zero)]}}),
        ] {
            let answer = Emulator::shared().try_realm(json!({ "seed": seed })).await;
            assert!(answer.text().contains("U+0000"), "{seed}: {answer}");
            is_a_problem(answer, 400);
        }
        let sound = json!({"mypatientportal": {"practices": [practice("a\\u0000b")]}});
        assert_eq!(Emulator::shared().try_realm(json!({ "seed": sound })).await.status, 201);
    }

    #[tokio::test]
    async fn not_with_a_blocked_patient_whom_nobody_knows() {
        let seed = |blocked: &str| {
            json!({
                "users": [{"username": "Anne"}],
                "mypatientportal": {"practices": [{
                    "id": "p", "name": "P", "zone": "Europe/Berlin", "calendars": [], "categories": [],
                    "blocked_patients": [blocked],
                }]},
            })
        };

        let refused = Emulator::shared().try_realm(json!({ "seed": seed("ane") })).await;

        assert!(refused.text().contains("ane"), "{refused}");
        is_a_problem(refused, 400);
        let made = Emulator::shared().try_realm(json!({ "seed": seed("anne") })).await;
        assert_eq!(made.status, 201, "{made}");
    }
}

#[tokio::test]
async fn a_realm_that_does_not_exist_is_named_in_the_form_of_each_endpoint() {
    let root = Emulator::shared().default_realm();
    for path in [
        "/oauth/token",
        "/oauth/userinfo",
        "/.well-known/openid-configuration",
        "/oauth/discovery/keys",
    ] {
        let answer = root.get(&format!("/realms/nope{path}")).await.has_status(404);
        assert_eq!(answer.media_type(), "application/json", "{path}");
        assert!(
            answer.member("error_description").contains("there is no realm 'nope'"),
            "{answer}"
        );
    }
    let inserted = root
        .get("/.well-known/openid-configuration/realms/nope")
        .await
        .has_status(404);
    assert!(inserted.text().contains("there is no realm"), "{inserted}");
    for path in ["/login", "/oauth/authorize?client_id=demo-client", "/"] {
        let answer = root.get(&format!("/realms/nope{path}")).await.has_status(404);
        assert_eq!(answer.media_type(), "text/html", "{path}");
        assert!(answer.text().contains("nope"), "{answer}");
    }
    for path in ["/api/portal/v1/user", "/vsee/api_v3/rooms"] {
        let answer = root.get(&format!("/realms/nope{path}")).await.has_status(404);
        assert_eq!(answer.media_type(), "application/json", "{path}: {answer}");
    }
}
