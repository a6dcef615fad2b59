//! Over TLS: the issuer is https, and the cookie says so.

use crate::support::{Emulator, jwt, tls::certificates};

pub fn start() -> Emulator {
    let certificates = certificates();
    let options = certificates.options();
    let options: Vec<_> = options.iter().map(String::as_str).collect();
    Emulator::start_with_tls(&options, certificates.authority.clone())
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
