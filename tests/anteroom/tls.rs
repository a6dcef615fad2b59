//! Over TLS: the issuer is https, and the cookie says so.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::Certificate;

use crate::support::{Emulator, jwt};

/// An authority of our own, and a server certificate for `localhost` in a folder.
fn certificates() -> (Certificate, tempfile::TempDir) {
    let mut authority = CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names)
        .expect("good names")
        .signed_by(&key, &authority)
        .expect("a certificate");

    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("cert.pem"), certificate.pem()).expect("writable");
    std::fs::write(folder.path().join("key.pem"), key.serialize_pem()).expect("writable");
    (
        Certificate::from_pem(authority.pem().as_bytes()).expect("a certificate"),
        folder,
    )
}

pub fn start() -> Emulator {
    let (authority, folder) = certificates();
    let file = |name: &str| folder.path().join(name).display().to_string();
    Emulator::start_with_tls(
        &["--tls-cert", &file("cert.pem"), "--tls-key", &file("key.pem")],
        authority,
    )
}

#[tokio::test]
async fn the_whole_flow_works_and_the_issuer_is_https() {
    let emulator = start();
    let realm = emulator.default_realm();
    let browser = emulator.user_agent();
    let client = realm.demo_client();
    let request = client.request().with_pkce();

    let callback = request.authorize(&browser, "anne").await.has("iss", &emulator.issuer);
    let tokens = client.redeem(&request.code_in(&callback)).await.brings_tokens();

    assert!(emulator.issuer.starts_with("https://localhost:"), "{}", emulator.issuer);
    jwt::verified(&realm, "demo-client", &tokens.id_token()).await;
}

#[tokio::test]
async fn the_cookie_is_secure_and_bound_to_the_host() {
    let emulator = start();
    let realm = emulator.default_realm();
    let browser = emulator.user_agent();
    let page = realm.demo_client().request().open(&browser).await.page();
    let form = page.form_with("persona").press("persona", "anne");

    let answer = browser.ask(browser.http().post(form.action).form(&form.fields)).await;

    let cookies: Vec<_> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect();
    assert!(!cookies.is_empty(), "{answer}");
    for cookie in cookies {
        let lower = cookie.to_lowercase();
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        for attribute in ["secure", "httponly", "samesite=lax", "path=/"] {
            assert!(
                lower.split(';').any(|part| part.trim() == attribute),
                "{attribute}: {cookie}"
            );
        }
        assert!(
            !lower.contains("max-age") && !lower.contains("expires") && !lower.contains("domain"),
            "{cookie}"
        );
    }
}

#[tokio::test]
async fn without_tls_the_cookie_is_neither() {
    let realm = crate::support::fresh_realm().await;
    let browser = realm.user_agent();
    let page = realm.demo_client().request().open(&browser).await.page();
    let form = page.form_with("persona").press("persona", "anne");

    let answer = browser.ask(browser.http().post(form.action).form(&form.fields)).await;

    let cookie = answer.header("set-cookie").unwrap_or_default().to_owned();
    let lower = cookie.to_lowercase();
    assert!(!cookie.starts_with("__Host-") && !lower.contains("secure"), "{cookie}");
    assert!(
        lower.contains("httponly") && lower.contains("samesite=lax") && lower.contains("path=/"),
        "{cookie}"
    );
    assert!(
        !lower.contains("max-age") && !lower.contains("expires") && !lower.contains("domain"),
        "{cookie}"
    );
}

#[tokio::test]
async fn plain_http_is_not_answered_there() {
    let emulator = start();
    let address = emulator.issuer.replacen("https://", "http://", 1);

    let answer = crate::support::http().build().unwrap().get(address).send().await;

    assert!(answer.is_err() || answer.is_ok_and(|answer| !answer.status().is_success()));
}
