//! Which answers a page of another origin may read (Fetch §3.2).

use reqwest::Method;

use crate::support::{Answer, Emulator, Realm, fresh_realm, realm_with};

const ORIGIN: &str = "https://app.example.com";

async fn preflight(realm: &Realm, path: &str, method: &str) -> Answer {
    let request = realm
        .http
        .request(Method::OPTIONS, realm.url(path))
        .header("origin", ORIGIN);
    let request = request.header("access-control-request-method", method);
    Answer::to(request.header("access-control-request-headers", "authorization,content-type")).await
}

fn allows(answer: &Answer) -> bool {
    matches!(answer.header("access-control-allow-origin"), Some("*" | ORIGIN))
}

/// What a browser's application needs, and with which method.
const OPEN: [(&str, &str); 8] = [
    ("/.well-known/openid-configuration", "GET"),
    ("/.well-known/oauth-authorization-server", "GET"),
    ("/oauth/discovery/keys", "GET"),
    ("/oauth/token", "POST"),
    ("/oauth/revoke", "POST"),
    ("/oauth/userinfo", "GET"),
    ("/oauth/userinfo", "POST"),
    ("/api/portal/v1/user", "GET"),
];

/// What only people and servers use.
const CLOSED: [(&str, &str); 9] = [
    ("/oauth/authorize", "GET"),
    ("/oauth/authorize", "POST"),
    ("/oauth/introspect", "POST"),
    ("/login", "GET"),
    ("/login", "POST"),
    ("/consent", "POST"),
    ("/account", "GET"),
    ("/control/api/clock", "GET"),
    ("/control/api/outbox", "GET"),
];

#[tokio::test]
async fn applications_in_browsers_may_ask_what_they_need() {
    let realm = fresh_realm().await;

    for (path, method) in OPEN {
        let answer = preflight(&realm, path, method).await;
        assert!(
            (200..300).contains(&answer.status) && allows(&answer),
            "{path}: {answer}"
        );
        let listed = |name: &str, wanted: &str| {
            let value = answer.header(name).unwrap_or_default().to_lowercase();
            value.split(',').any(|one| one.trim() == wanted || one.trim() == "*")
        };
        let simple = matches!(method, "GET" | "POST"); // always allowed, but said all the same by most
        assert!(
            simple || listed("access-control-allow-methods", &method.to_lowercase()),
            "{path}: {answer}"
        );
        // `*` does not cover Authorization (Fetch §3.2.3): it must be named.
        let headers = answer
            .header("access-control-allow-headers")
            .unwrap_or_default()
            .to_lowercase();
        assert!(
            headers.split(',').any(|one| one.trim() == "authorization"),
            "{path}: {answer}"
        );
        assert!(
            listed("access-control-allow-headers", "content-type"),
            "{path}: {answer}"
        );
    }
}

async fn preflight_with(realm: &Realm, path: &str, headers: &str) -> Answer {
    let request = realm
        .http
        .request(Method::OPTIONS, realm.url(path))
        .header("origin", ORIGIN)
        .header("access-control-request-method", "POST");
    Answer::to(request.header("access-control-request-headers", headers)).await
}

#[tokio::test]
async fn a_preflight_is_answered_with_the_headers_it_asks_for() {
    let realm = fresh_realm().await;
    let asked = "dpop,mcp-protocol-version,traceparent,x-requested-with";

    for (path, _) in OPEN {
        let answer = preflight_with(&realm, path, asked).await;
        assert_eq!(
            answer.header("access-control-allow-headers"),
            Some(asked),
            "{path}: {answer}"
        );
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
        let vary = answer.header("vary").unwrap_or_default().to_lowercase();
        assert!(vary.contains("access-control-request-headers"), "{path}: {answer}");
    }
    for (path, _) in CLOSED {
        preflight_with(&realm, path, asked)
            .await
            .lacks_header("access-control-allow-headers");
    }
}

#[tokio::test]
async fn a_realm_may_have_a_portal_api_without_cors() {
    let realm = realm_with(serde_json::json!({"policy": {"portal_cors": false}})).await;

    assert!(!allows(&preflight(&realm, "/api/portal/v1/user", "GET").await));
    let request = realm
        .http
        .get(realm.url("/api/portal/v1/user"))
        .header("origin", ORIGIN);
    assert!(!allows(&Answer::to(request.bearer_auth("unknown")).await));
    assert!(allows(&preflight(&realm, "/oauth/token", "POST").await));
}

#[tokio::test]
async fn answers_may_be_read_refusals_included() {
    let realm = fresh_realm().await;

    for (path, method) in OPEN {
        let method: Method = method.parse().expect("a method");
        let answer = Answer::to(realm.http.request(method, realm.url(path)).header("origin", ORIGIN)).await;
        assert!(answer.status != 404 && allows(&answer), "{path}: {answer}");
    }
}

#[tokio::test]
async fn the_reason_of_a_refusal_may_be_read() {
    let realm = fresh_realm().await;

    for path in ["/oauth/userinfo", "/api/portal/v1/user"] {
        let request = realm
            .http
            .get(realm.url(path))
            .header("origin", ORIGIN)
            .bearer_auth("unknown");
        let answer = Answer::to(request).await.has_status(401);
        let exposed = answer
            .header("access-control-expose-headers")
            .unwrap_or_default()
            .to_lowercase();
        assert!(
            exposed.split(',').any(|one| one.trim() == "www-authenticate"),
            "{path}: {answer}"
        );
    }
}

#[tokio::test]
async fn nobody_may_bring_a_persons_cookies_along() {
    let realm = fresh_realm().await;

    for (path, method) in OPEN.iter().chain(&CLOSED) {
        preflight(&realm, path, method)
            .await
            .lacks_header("access-control-allow-credentials");
    }
}

#[tokio::test]
async fn pages_introspection_and_the_control_api_have_no_cors_headers() {
    let realm = fresh_realm().await;

    for (path, method) in CLOSED {
        assert!(!allows(&preflight(&realm, path, method).await), "{path}");
        let method: Method = method.parse().expect("a method");
        let answer = Answer::to(realm.http.request(method, realm.url(path)).header("origin", ORIGIN)).await;
        assert!(!allows(&answer), "{path}: {answer}");
    }
}

#[tokio::test]
async fn realms_cannot_be_made_from_other_sites() {
    let emulator = Emulator::shared();
    let root = emulator.default_realm();
    let request = root.http.post(root.url("/control/api/realms")).header("origin", ORIGIN);

    let answer = Answer::to(request.json(&serde_json::json!({ "name": "forged" }))).await;

    assert!((400..500).contains(&answer.status) && !allows(&answer), "{answer}");
    root.get("/realms/forged/.well-known/openid-configuration")
        .await
        .has_status(404);
}
