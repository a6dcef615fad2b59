//! A request in flight.

use super::*;

/// The address at which the stored request becomes an answer.
fn way_on(realm: &Realm, page: &Page) -> String {
    let request = page
        .url
        .query_pairs()
        .find(|(name, _)| name == "request")
        .expect("pages name their request")
        .1
        .into_owned();
    assert!(request.len() >= 43, "256 bits: {request}");
    realm.url(&format!("/oauth/authorize/continue?request={request}"))
}

async fn at_the_consent_page(client: &ClientApp, browser: &UserAgent) -> Page {
    let page = client.request().open(browser).await.page();
    sign_in(browser, &page, "anne").await.page()
}

#[tokio::test]
async fn gives_one_code_and_then_a_page() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = at_the_consent_page(&realm.demo_client(), &browser).await;
    let agreed = page.form_with("decision").press("decision", "allow");
    browser.submit(&agreed).await.callback().code();

    let continued = browser.open(&way_on(&realm, &page)).await.page();
    let agreed_again = browser.submit(&agreed).await.page();

    assert!(continued.answer.status < 500 && agreed_again.answer.status < 500);
}

#[tokio::test]
async fn is_not_answered_before_anybody_agreed() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = at_the_consent_page(&realm.demo_client(), &browser).await;

    assert!(browser.open(&way_on(&realm, &page)).await.page().is_consent());
}

#[tokio::test]
async fn is_not_answered_before_anybody_signed_in() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = realm.demo_client().request().open(&browser).await.page();

    assert!(browser.open(&way_on(&realm, &page)).await.page().is_sign_in());
}

#[tokio::test]
async fn belongs_to_the_browser_that_signed_in() {
    let realm = fresh_realm().await;
    let victim = realm.user_agent();
    let page = at_the_consent_page(&realm.demo_client(), &victim).await;
    let stranger = realm.user_agent();
    let neighbour = anne_is_here(&realm).await.0; // even Anne herself, elsewhere

    for thief in [&stranger, &neighbour] {
        let consent = thief.open(page.url.as_str()).await.page();
        assert!(!consent.is_consent(), "{}", consent.answer);
        let continued = thief.open(&way_on(&realm, &page)).await.page();
        assert!(!continued.is_consent(), "{}", continued.answer);
        let agreed = thief
            .submit(&page.form_with("decision").press("decision", "allow"))
            .await
            .page();
        assert!((400..500).contains(&agreed.answer.status), "{}", agreed.answer);
    }
    browser_can_still_agree(&victim, &page).await;
}

async fn browser_can_still_agree(browser: &UserAgent, page: &Page) {
    browser
        .submit(&page.form_with("decision").press("decision", "allow"))
        .await
        .callback()
        .code();
}

#[tokio::test]
async fn that_is_answered_can_be_begun_again_by_its_owner_and_by_nobody_else() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = at_the_consent_page(&realm.demo_client(), &browser).await;
    let agreed = page.form_with("decision").press("decision", "allow");
    let first = browser.submit(&agreed).await.callback();

    let late = browser.submit(&agreed).await.page();
    assert_eq!(late.answer.status, 409, "{}", late.answer);
    let again = late
        .links()
        .into_iter()
        .find(|link| link.path().ends_with("/oauth/authorize"));
    let second = browser.open(again.expect("a way on").as_str()).await.callback();

    assert_ne!(second.code(), first.code());
    assert_eq!(second.get("state"), first.get("state"));
    let neighbour = anne_is_here(&realm).await.0;
    let strange = neighbour.open(page.url.as_str()).await.page();
    assert!(
        strange
            .links()
            .iter()
            .all(|link| !link.path().ends_with("/oauth/authorize")),
        "{}",
        strange.answer
    );
}

#[tokio::test]
async fn whose_session_has_ended_goes_back_to_the_sign_in_page() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = at_the_consent_page(&realm.demo_client(), &browser).await;
    let other_tab = browser.open(&realm.url("/logout")).await.page();
    browser.submit(&other_tab.forms()[0]).await.page();

    let agreed = browser
        .submit(&page.form_with("decision").press("decision", "allow"))
        .await
        .page();

    assert!(agreed.is_sign_in(), "{}", agreed.answer);
    let consent = sign_in(&browser, &agreed, "ben").await.page();
    assert!(consent.is_consent(), "{}", consent.answer);
    browser_can_still_agree(&browser, &consent).await;
}

#[tokio::test]
async fn whose_session_has_expired_can_be_cancelled_and_taken_over_once() {
    let realm = realm_with(json!({"policy": {"lifetimes": {"session": 60}}})).await;
    let client = realm.demo_client();
    let (browser, other) = (realm.user_agent(), realm.user_agent());
    let page = at_the_consent_page(&client, &browser).await;
    let sign_in_address = page.url.as_str().replace("/consent?", "/login?");
    let live = other.open(&sign_in_address).await.page();
    let refused = sign_in(&other, &live, "ben").await.page();
    assert_eq!(refused.answer.status, 403, "its session is live: {}", refused.answer);

    realm.advance("PT2M").await;

    let taken = other.open(page.url.as_str()).await.page();
    assert!(taken.is_sign_in(), "{}", taken.answer);
    assert!(sign_in(&other, &taken, "ben").await.page().is_consent());
    let owner = sign_in(&browser, &browser.open(&sign_in_address).await.page(), "anne")
        .await
        .page();
    assert_eq!(
        owner.answer.status, 403,
        "it belongs to the other one now: {}",
        owner.answer
    );

    let page = at_the_consent_page(&client, &browser).await;
    realm.advance("PT2M").await;
    let page = browser.open(page.url.as_str()).await.page();
    let cancelled = browser
        .submit(&page.form_with("decision").press("decision", "deny"))
        .await;
    cancelled.callback().is_refused_with("access_denied");
}

#[tokio::test]
async fn is_gone_after_ten_minutes_of_the_realms_clock() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = at_the_consent_page(&realm.demo_client(), &browser).await;

    realm.advance("PT9M59S").await;
    assert!(browser.open(page.url.as_str()).await.page().is_consent());
    realm.advance("PT2S").await;

    let late = browser
        .submit(&page.form_with("decision").press("decision", "allow"))
        .await
        .page();
    assert!((400..500).contains(&late.answer.status), "{}", late.answer);
}

#[tokio::test]
async fn that_never_was_is_a_page_and_nothing_worse() {
    let realm = fresh_realm().await;

    for request in ["", "x", "%00", "%ff", &"x".repeat(43), &"x".repeat(3000)] {
        for path in ["/oauth/authorize/continue", "/consent", "/login"] {
            let arrival = realm
                .user_agent()
                .open(&realm.url(&format!("{path}?request={request}")))
                .await;
            let page = arrival.page();
            assert!(page.answer.status < 500, "{}", page.answer);
            assert!(!page.is_consent(), "{}", page.answer);
        }
    }
}

#[tokio::test]
async fn in_one_tab_does_not_disturb_the_other() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let (one, two) = (
        realm.demo_client().request().with("state", "one"),
        realm.demo_spa().request().with("state", "two"),
    );
    let first = one.open(&browser).await.page();
    let second = two.open(&browser).await.page();

    let second = sign_in(&browser, &second, "anne").await.page();
    let first = sign_in(&browser, &first, "anne").await.page();
    let first = browser
        .submit(&first.form_with("decision").press("decision", "allow"))
        .await
        .callback()
        .has("state", "one");
    // Signing in again renewed the session; the other tab must not be lost by it.
    let second = browser.open(second.url.as_str()).await.page();
    let second = browser
        .submit(&second.form_with("decision").press("decision", "allow"))
        .await
        .callback()
        .has("state", "two");

    one.client.redeem(&one.code_in(&first)).await.brings_tokens();
    two.client.redeem(&two.code_in(&second)).await.brings_tokens();
}

#[tokio::test]
async fn is_refused_to_forms_of_other_sites() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = at_the_consent_page(&realm.demo_client(), &browser).await;
    let forged = browser
        .forge(&page.form_with("decision").press("decision", "allow"))
        .await;

    forged.has_status(403);
    browser_can_still_agree(&browser, &page).await;
}

#[tokio::test]
async fn does_not_let_other_sites_sign_people_in() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = realm.demo_client().request().open(&browser).await.page();
    let forged = browser.forge(&page.form_with("persona").press("persona", "anne")).await;

    forged.has_status(403);
    assert!(realm.demo_client().request().open(&browser).await.page().is_sign_in());
}

const OLD: &str = "https://client.example.com/old";
const NEW: &str = "https://client.example.com/new";

async fn registered(realm: &Realm, redirect_uris: &[&str]) -> ClientApp {
    let client = json!({"client_id": "moving", "client_secret": "moving-secret-moving-secret", "grant_types": ["authorization_code"],
        "redirect_uris": redirect_uris, "scope": "openid profile email"});
    realm.add("clients", client).await;
    ClientApp::new(realm, "moving", Some("moving-secret-moving-secret")).called_back_at(OLD)
}

async fn ends_with_a_page(browser: &UserAgent, page: &Page) {
    let agreed = page.form_with("decision").press("decision", "allow");

    let refused = browser.submit(&agreed).await.page();

    assert_eq!(refused.answer.status, 400, "{}", refused.answer);
    refused.must_show("redirect_uri");
}

#[tokio::test]
async fn goes_to_no_address_that_its_client_has_given_up() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = at_the_consent_page(&registered(&realm, &[OLD, NEW]).await, &browser).await;

    realm.change("clients/moving", json!({"redirect_uris": [NEW]})).await;

    ends_with_a_page(&browser, &page).await;
    realm
        .change("clients/moving", json!({"redirect_uris": [NEW, OLD]}))
        .await;
    browser.open(&way_on(&realm, &page)).await.callback().code();
}

#[tokio::test]
async fn goes_to_no_address_of_a_client_that_had_the_id_before() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = at_the_consent_page(&registered(&realm, &[OLD]).await, &browser).await;

    realm.take_away("clients/moving").await.has_status(204);
    registered(&realm, &[NEW]).await;

    ends_with_a_page(&browser, &page).await;
}
