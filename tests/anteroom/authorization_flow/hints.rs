//! Hints.

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
async fn the_language_is_the_first_requested_one_that_is_supported() {
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
