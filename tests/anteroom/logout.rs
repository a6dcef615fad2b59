//! `/logout`: asked first, then done, and only for this browser.

use crate::support::{
    Answer, Page, Realm, Tokens, UserAgent,
    browser::{ClientSite, in_chromium},
    fresh_realm,
};

async fn signed_in(realm: &Realm) -> UserAgent {
    let browser = realm.user_agent();
    let page = browser.open(&realm.url("/login")).await.page();
    browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await
        .page();
    browser
}

async fn is_signed_in(realm: &Realm, browser: &UserAgent) -> bool {
    !browser.open(&realm.url("/account")).await.page().is_sign_in()
}

/// Presses the one button of the page that asks.
async fn sign_out(browser: &UserAgent, question: &Page) -> Page {
    let form = question.forms().into_iter().find(|form| form.method == "post");
    browser.submit(&form.expect("a form to sign out with")).await.page()
}

#[tokio::test]
async fn opening_the_page_asks_and_ends_nothing() {
    let realm = fresh_realm().await;
    let browser = signed_in(&realm).await;

    let page = browser.open_from_elsewhere(&realm.url("/logout")).await.page();

    page.must_show("Do you want to sign out?");
    page.must_show("Anne Rogers");
    assert!(is_signed_in(&realm, &browser).await);
}

#[tokio::test]
async fn agreeing_ends_the_session_and_says_so() {
    let realm = fresh_realm().await;
    let browser = signed_in(&realm).await;
    let question = browser.open(&realm.url("/logout")).await.page();

    let page = sign_out(&browser, &question).await;

    page.must_show("Signed out");
    assert!(!is_signed_in(&realm, &browser).await);
}

#[tokio::test]
async fn the_cookie_is_worthless_afterwards_even_for_who_kept_it() {
    let realm = fresh_realm().await;
    let browser = signed_in(&realm).await;
    let kept = browser.cookies();
    let question = browser.open(&realm.url("/logout")).await.page();

    sign_out(&browser, &question).await;

    let request = realm.http.get(realm.url("/account")).header("cookie", kept);
    Answer::to(request).await.has_status(303);
}

#[tokio::test]
async fn what_was_allowed_stays_allowed() {
    let realm = fresh_realm().await;
    let browser = signed_in(&realm).await;
    let request = realm.demo_client().request();
    let callback = request.authorize(&browser, "anne").await;
    let tokens = Tokens::read(realm.demo_client().redeem(&request.code_in(&callback)).await);
    let question = browser.open(&realm.url("/logout")).await.page();

    sign_out(&browser, &question).await;

    assert!(realm.accepts(&tokens.access_token).await);
    realm
        .demo_client()
        .refresh(tokens.refresh_token())
        .await
        .brings_tokens();
    let page = realm.demo_client().request().open(&browser).await.page();
    assert!(page.is_sign_in());
    let arrival = browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await;
    arrival.callback().code(); // no second question
}

#[tokio::test]
async fn other_browsers_and_other_realms_stay_signed_in() {
    let (realm, other_realm) = (fresh_realm().await, fresh_realm().await);
    let (browser, other_browser) = (signed_in(&realm).await, signed_in(&realm).await);
    let elsewhere = browser.open(&other_realm.url("/login")).await.page();
    browser
        .submit(&elsewhere.form_with("persona").press("persona", "anne"))
        .await
        .page();
    let question = browser.open(&realm.url("/logout")).await.page();

    sign_out(&browser, &question).await;

    assert!(is_signed_in(&realm, &other_browser).await);
    assert!(is_signed_in(&other_realm, &browser).await);
}

#[tokio::test]
async fn the_consent_page_of_a_user_who_signed_out_leads_back_to_sign_in() {
    let realm = fresh_realm().await;
    let browser = signed_in(&realm).await;
    let consent = realm.demo_client().request().open(&browser).await.page();
    let question = browser.open(&realm.url("/logout")).await.page();
    sign_out(&browser, &question).await;

    let page = browser
        .submit(&consent.form_with("decision").press("decision", "allow"))
        .await
        .page();

    assert!(page.is_sign_in(), "{}", page.answer);
}

#[tokio::test]
async fn who_is_not_signed_in_learns_just_that() {
    let realm = fresh_realm().await;

    let page = realm.user_agent().open(&realm.url("/logout")).await.page();

    page.must_show("Signed out");
    assert!(page.forms().is_empty(), "{}", page.answer);
}

#[tokio::test]
async fn forms_of_other_sites_sign_nobody_out() {
    let realm = fresh_realm().await;
    let browser = signed_in(&realm).await;

    let page = browser.submit_from_elsewhere(&realm.url("/logout"), &[]).await.page();

    page.answer.has_status(403).is_a_refusal_page();
    assert!(is_signed_in(&realm, &browser).await);
}

/// The issuer as a browser on this machine knows it by name: another site than any IP address.
fn by_name(realm: &Realm) -> String {
    realm.issuer.replace("127.0.0.1", "localhost")
}

#[tokio::test]
async fn in_chromium_another_site_cannot_press_the_button_and_the_person_can() {
    in_chromium(async |browser| {
        let realm = fresh_realm().await;
        let base = by_name(&realm);
        let site = ClientSite::open("127.0.0.1").await;
        let trap = format!("<form method=post action='{base}/logout'><button id=trap>Win a prize</button></form>");
        site.show("/trap", &trap);
        browser.open(&format!("{base}/account")).await;
        browser.click("button[name=persona][value=anne]").await;
        browser.find("button[name=end_session]").await;

        browser.open(&site.url("/trap")).await;
        browser.click("#trap").await;
        browser.find(".details").await; // our refusal
        browser.open(&format!("{base}/account")).await;
        browser.find("button[name=end_session]").await;
        browser.click("header form button").await;

        browser.find("a[href$='/login']").await;
        browser.open(&format!("{base}/account")).await;
        browser.find("input[name=password]").await;
    })
    .await;
}

#[tokio::test]
async fn in_chromium_the_keyboard_alone_signs_in_and_out() {
    use thirtyfour::Key;

    in_chromium(async |browser| {
        let realm = fresh_realm().await;
        let base = by_name(&realm);
        browser.open(&format!("{base}/account")).await;

        // The first stop of the Tab key is the first persona.
        let page = browser.find("body").await;
        page.send_keys(Key::Tab + Key::Enter)
            .await
            .expect("keys can be pressed");
        browser.find("button[name=end_session]").await;
        let page = browser.find("body").await;
        page.send_keys(Key::Tab + Key::Enter)
            .await
            .expect("keys can be pressed");

        browser.find("a[href$='/login']").await;
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "{complaints:#?}");
    })
    .await;
}
