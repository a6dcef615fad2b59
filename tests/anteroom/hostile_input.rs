//! Everything that can be reached without a password, thrown at by the handful: no answer is our own failure, and
//! nobody is sent to an address that is neither ours nor registered.

use crate::support::{Answer, Realm, dice::Dice, fresh_realm, portal_realm};

/// What a field has never hoped to hold.
const NASTY: [&str; 34] = [
    "",
    " ",
    "\0",
    "a\0b",
    "\r\nset-cookie: a=b",
    "\u{feff}",
    "\u{202e}",
    "é",
    "🦊",
    "\u{10ffff}",
    "'",
    "\"",
    "' or 1=1 --",
    "$1",
    "?1",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "%00",
    "%ff",
    "%",
    "../../etc/passwd",
    "\\",
    "-1",
    "0",
    "18446744073709551616",
    "NaN",
    "null",
    "[]",
    "{}",
    "true",
    "https://evil.example/",
    "//evil.example/",
    "javascript:alert(1)",
    "ey.ey.ey",
];

/// And what it should hold.
const SOUND: [(&str, &str); 22] = [
    ("client_id", "demo-client"),
    ("client_secret", "demo-secret"),
    ("redirect_uri", "http://127.0.0.1:49152/callback"),
    ("response_type", "code"),
    ("scope", "openid"),
    ("state", "s"),
    ("nonce", "n"),
    ("prompt", "none"),
    ("max_age", "10"),
    ("response_mode", "query"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
    ("login_hint", "anne"),
    ("ui_locales", "de"),
    ("id_token_hint", "x"),
    ("grant_type", "authorization_code"),
    ("code", "x"),
    ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    ("refresh_token", "x"),
    ("token", "x"),
    ("request", "x"),
    ("resource", "acct:anne@localhost"),
];

const PATHS: [&str; 19] = [
    "/oauth/authorize",
    "/oauth/authorize/continue",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/introspect",
    "/oauth/userinfo",
    "/oauth/discovery/keys",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/webfinger",
    "/login",
    "/consent",
    "/account",
    "/logout",
    "/api-docs",
    "/api/portal/v1/appointments/x",
    "/api/portal/v1/booking",
    "/control/api/clock",
    "/control/api/outbox",
];

/// A handful of parameters: most of them sound, some nasty, now and then one twice.
fn handful(dice: &mut Dice) -> Vec<(String, String)> {
    let mut parameters = Vec::new();
    for (name, sound) in SOUND {
        if dice.below(3) == 0 {
            continue;
        }
        let mut value = (*sound).to_owned();
        match dice.below(8) {
            0 => dice.one_of(&NASTY).clone_into(&mut value),
            1 => value.push_str(dice.one_of(&NASTY)),
            2 => value = dice.one_of(&NASTY).repeat(300),
            _ => {}
        }
        parameters.push((name.to_owned(), value.clone()));
        if dice.below(40) == 0 {
            parameters.push((name.to_owned(), value));
        }
    }
    parameters
}

async fn throw(realm: &Realm, dice: &mut Dice) -> Answer {
    let path = dice.one_of(&PATHS);
    let parameters = handful(dice);
    let mut request = match dice.below(4) {
        0 => realm.http.post(realm.url(path)).form(&parameters),
        1 => realm.http.post(realm.url(path)).json(&parameters),
        2 => realm
            .http
            .post(realm.url(path))
            .query(&parameters)
            .body(dice.one_of(&NASTY).repeat(3)),
        _ => realm.http.get(realm.url(path)).query(&parameters),
    };
    if dice.below(3) == 0 {
        let nasty: String = dice.one_of(&NASTY).chars().filter(|c| !c.is_control()).collect();
        let header = dice.one_of(&[
            "authorization",
            "cookie",
            "accept-language",
            "origin",
            "content-type",
            "host",
        ]);
        let value = match header {
            "authorization" => format!("{} {nasty}", dice.one_of(&["Basic", "Bearer", "x"])),
            _ => nasty,
        };
        if header != "host" || !value.is_empty() {
            request = request.header(header, value.as_bytes());
        }
    }
    Answer::to(request).await
}

#[track_caller]
fn is_sane(answer: &Answer, realm: &Realm, seed: u64) {
    assert!(answer.status < 500, "seed {seed}: {answer}");
    if let Some(location) = answer.header("location") {
        let registered = "http://127.0.0.1:49152/callback";
        let same_site = location.starts_with('/') && !location.starts_with("//");
        let sound = same_site || location.starts_with(&realm.issuer) || location.starts_with(registered);
        assert!(sound, "seed {seed}: {answer}");
    }
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().expect("cookies are text");
        let (_, value) = cookie.split_once('=').expect("a name and a value");
        assert!(value.starts_with(';'), "seed {seed}: nobody signed in: {answer}");
    }
    if answer.media_type() == "text/html" {
        assert!(!answer.text().contains("<script>alert(1)"), "seed {seed}: {answer}");
    }
}

async fn withstands(realm: Realm, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let answer = throw(&realm, &mut Dice::new(seed)).await;
        is_sane(&answer, &realm, seed);
    }
    realm
        .demo_client()
        .client_credentials("profile_read")
        .await
        .brings_tokens();
}

#[tokio::test]
async fn no_input_breaks_a_realm() {
    withstands(fresh_realm().await, 0..1500).await;
}

#[tokio::test]
async fn no_input_breaks_the_emulated_portal() {
    withstands(portal_realm().await, 10_000..11_000).await;
}

#[tokio::test]
async fn no_path_breaks_the_server() {
    let realm = fresh_realm().await;
    let port = url::Url::parse(&realm.issuer).unwrap().port().unwrap();

    for path in [
        "/realms",
        "/realms/",
        "/realms//",
        "/realms/%00",
        "/realms/%2e%2e/oauth/token",
        "/realms/../oauth/token",
        "/realms/x/../../oauth/token",
        "/realms/%ff/oauth/token",
        "//oauth/token",
        "/oauth//token",
        "/oauth/token/",
        "/oauth/%74oken",
        "/%",
        "/%zz",
        "/\u{e9}",
        "/assets/../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets/x/style.css",
        "/.well-known/openid-configuration/realms/",
        "/.well-known/openid-configuration/x/y",
        "http://evil.example/oauth/authorize",
        "*",
    ] {
        let status = raw_get(port, path).await;
        assert!(
            (400..500).contains(&status) || status == 200 || status / 100 == 3,
            "{path}: {status}"
        );
        assert!(
            !path.contains("passwd") || status == 404 || status == 400,
            "{path}: {status}"
        );
    }
}

/// The status of a GET for exactly this target, which no client of good manners would send.
async fn raw_get(port: u16, target: &str) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("the server listens");
    let request = format!("GET {target} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it is written");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("it is answered");
    let head = String::from_utf8_lossy(&answer);
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.unwrap_or_else(|| panic!("{target}: no answer but {head:?}"))
}
