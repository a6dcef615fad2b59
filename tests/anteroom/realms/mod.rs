//! Realms: made, turned, ended; and nothing of one is worth anything in another, although they share their keys.

mod apart;
mod ended;
mod made;
mod the_clock;

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
