//! The sign-in page: what it says, and what it allows scripts and other sites.

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
