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

/// Two users share an address; `mia` has one of her own.
async fn realm_of_addresses(policy: Value) -> Realm {
    let user = |id: &str, name: &str, email: &str| json!({"id": id, "username": name, "password": "p", "persona": name, "claims": {"email": email}});
    let users = json!([
        user("id-of-mia", "mia", "Mia.Vogel@Example.com"),
        user("id-1", "one", "shared@example.com"),
        user("id-2", "two", "SHARED@example.com"),
    ]);
    let client = json!({"client_id": "c", "redirect_uris": ["http://127.0.0.1:49152/callback"]});
    realm_with(json!({"policy": policy, "seed": {"users": users, "clients": [client]}})).await
}

async fn prefilled(realm: &Realm, hint: &str) -> String {
    let client = ClientApp::new(realm, "c", None).asking_for("openid");
    let request = client.request().with("login_hint", hint);
    let page = request.open(&realm.user_agent()).await.page();
    page.form_with("username")
        .field("username")
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn login_hint_as_address_or_subject_finds_the_user_name() {
    let realm = realm_of_addresses(json!("default")).await;

    for hint in [
        "mia",
        "MIA",
        "mia.vogel@example.com",
        "MIA.VOGEL@EXAMPLE.COM",
        "mailto:mia.vogel@example.com",
        "id-of-mia",
    ] {
        let found = prefilled(&realm, hint).await;
        assert!(found.eq_ignore_ascii_case("mia"), "{hint}: {found}");
    }
    for hint in [
        "shared@example.com",
        "mailto:",
        "mailto:nobody@example.com",
        "ID-OF-MIA",
        "%",
    ] {
        assert_eq!(prefilled(&realm, hint).await, hint);
    }
}

#[tokio::test]
async fn a_subject_is_no_hint_where_subjects_are_pairwise() {
    let realm = realm_of_addresses(json!({"subject_type": "pairwise"})).await;

    assert_eq!(prefilled(&realm, "id-of-mia").await, "id-of-mia");
    assert_eq!(prefilled(&realm, "mia.vogel@example.com").await, "mia");
}

#[tokio::test]
async fn a_changed_address_is_found_and_the_old_one_is_not() {
    let realm = realm_of_addresses(json!("default")).await;
    let change = json!({"claims": {"email": "new@example.com"}});

    realm
        .control(reqwest::Method::PATCH, "users/id-of-mia", &change)
        .await
        .is_ok();

    assert_eq!(prefilled(&realm, "NEW@example.com").await, "mia");
    assert_eq!(
        prefilled(&realm, "mia.vogel@example.com").await,
        "mia.vogel@example.com"
    );
}
