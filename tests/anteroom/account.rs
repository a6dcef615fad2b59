//! `/account`: what one has allowed and where one is signed in, and how both end.

use crate::{
    authorization_flow::other_persona,
    support::{Arrival, Form, Page, Realm, Tokens, UserAgent, fresh_realm},
};

/// A browser in which this person has signed in, on the account page.
async fn signed_in(realm: &Realm, user: &str) -> (UserAgent, Page) {
    let browser = realm.user_agent();
    let page = browser.open(&realm.url("/account")).await.page();
    let page = browser
        .submit(&page.form_with("persona").press("persona", user))
        .await
        .page();
    (browser, page)
}

async fn account(realm: &Realm, browser: &UserAgent) -> Arrival {
    browser.open(&realm.url("/account")).await
}

async fn is_signed_in(realm: &Realm, browser: &UserAgent) -> bool {
    !account(realm, browser).await.page().is_sign_in()
}

/// The form that withdraws the consent for this client.
#[track_caller]
fn withdrawal(page: &Page, client: &str) -> Form {
    let offers = |form: &Form| form.buttons.iter().any(|b| b.name == "withdraw" && b.value == client);
    let form = page.forms().into_iter().find(offers);
    form.unwrap_or_else(|| panic!("no consent for {client}: {}", page.answer))
        .press("withdraw", client)
}

/// The `sid`s that the page can end, this browser's first.
fn sessions(page: &Page) -> Vec<String> {
    let buttons = page.forms().into_iter().flat_map(|form| form.buttons);
    buttons
        .filter(|button| button.name == "end_session")
        .map(|button| button.value)
        .collect()
}

#[track_caller]
fn ending(page: &Page, sid: &str) -> Form {
    let offers = |form: &Form| form.buttons.iter().any(|b| b.name == "end_session" && b.value == sid);
    let form = page.forms().into_iter().find(offers);
    form.unwrap_or_else(|| panic!("no session {sid}: {}", page.answer))
        .press("end_session", sid)
}

/// The tokens of a journey in this browser.
async fn tokens_in(realm: &Realm, browser: &UserAgent) -> Tokens {
    let request = realm.demo_client().request();
    let callback = request.authorize(browser, "anne").await;
    Tokens::read(realm.demo_client().redeem(&request.code_in(&callback)).await)
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_asked_to_and_then_sees_it() {
    let realm = fresh_realm().await;

    let (_, page) = signed_in(&realm, "anne").await;

    assert_eq!(page.url.as_str(), realm.url("/account"));
    for words in [
        "Anne Rogers",
        "anne@example.com",
        "No application has access to your data.",
    ] {
        page.must_show(words);
    }
    assert_eq!(sessions(&page).len(), 1);
}

mod consents {
    use super::*;

    #[tokio::test]
    async fn are_listed_with_their_scopes_in_words_and_their_date_where_the_person_lives() {
        let realm = fresh_realm().await;
        let (browser, _) = signed_in(&realm, "anne").await;
        tokens_in(&realm, &browser).await;

        let page = account(&realm, &browser).await.page();

        page.must_show("Demo Client");
        page.must_show("See your e-mail address");
        page.must_show("Allowed since 2 June 2025, 08:00 CEST");
    }

    #[tokio::test]
    async fn withdrawn_are_gone_with_every_token_of_that_client() {
        let realm = fresh_realm().await;
        let (browser, _) = signed_in(&realm, "anne").await;
        let (one, two) = (tokens_in(&realm, &browser).await, tokens_in(&realm, &browser).await);
        let unredeemed = realm.demo_client().request();
        let callback = unredeemed.open(&browser).await.callback();

        let page = account(&realm, &browser).await.page();
        let page = browser.submit(&withdrawal(&page, "demo-client")).await.page();

        page.must_show("Demo Client no longer has access.");
        page.must_show("No application has access to your data.");
        for tokens in [&one, &two] {
            assert!(!realm.accepts(&tokens.access_token).await);
            realm
                .demo_client()
                .refresh(tokens.refresh_token())
                .await
                .is_refused_with("invalid_grant");
        }
        let code = unredeemed.code_in(&callback);
        realm.demo_client().redeem(&code).await.is_refused_with("invalid_grant");
        let asked = realm.demo_client().request().open(&browser).await.page();
        assert!(asked.is_consent(), "{}", asked.answer);
    }

    #[tokio::test]
    async fn of_other_clients_and_other_people_stay() {
        let realm = fresh_realm().await;
        let other = other_persona(&realm).await;
        let (browser, _) = signed_in(&realm, "anne").await;
        tokens_in(&realm, &browser).await;
        let spa = realm.demo_spa().request();
        let callback = spa.authorize(&browser, "anne").await;
        let spas = Tokens::read(realm.demo_spa().redeem(&spa.code_in(&callback)).await);
        let others = realm.demo_client().tokens_for(&other).await;

        let page = account(&realm, &browser).await.page();
        browser.submit(&withdrawal(&page, "demo-client")).await.page();

        assert!(realm.accepts(&spas.access_token).await);
        assert!(realm.accepts(&others.access_token).await);
        realm.demo_spa().request().open(&browser).await.callback().code();
    }

    #[tokio::test]
    async fn nobody_gave_are_withdrawn_without_harm() {
        let realm = fresh_realm().await;
        let (browser, page) = signed_in(&realm, "anne").await;
        let tokens = tokens_in(&realm, &browser).await;

        for client in ["demo-spa", "unknown", "%", "' or 1=1 --"] {
            let mut form = ending(&page, &sessions(&page)[0]);
            form.fields = vec![("withdraw".to_owned(), client.to_owned())];
            browser.submit(&form).await.page().answer.is_ok();
        }

        assert!(realm.accepts(&tokens.access_token).await);
    }

    #[tokio::test]
    async fn the_address_cannot_put_words_on_the_page() {
        let realm = fresh_realm().await;
        let (browser, _) = signed_in(&realm, "anne").await;

        for words in ["<script>alert(1)</script>", "Your account was closed"] {
            let query: String = form_urlencoded::byte_serialize(words.as_bytes()).collect();
            let page = browser
                .open(&realm.url(&format!("/account?withdrawn={query}")))
                .await
                .page();
            assert!(!page.answer.text().contains(words), "{}", page.answer);
        }
    }
}

mod sessions_of_mine {
    use super::*;

    #[tokio::test]
    async fn are_listed_with_the_newest_first_until_they_are_over() {
        let realm = fresh_realm().await;
        let (old, _) = signed_in(&realm, "anne").await;
        realm.advance("PT5H").await;
        let (_, page) = signed_in(&realm, "anne").await;

        let when: Vec<_> = page.all("time").map(|time| time.text.as_str()).collect();
        assert_eq!(when, ["Since 2 June 2025, 13:00 CEST", "Since 2 June 2025, 08:00 CEST"]);

        realm.advance("PT4H").await; // nine hours after the first sign-in, four after the second
        assert!(!is_signed_in(&realm, &old).await);
    }

    #[tokio::test]
    async fn ended_elsewhere_are_over_there_and_nothing_else_is() {
        let realm = fresh_realm().await;
        let (lost_phone, page) = signed_in(&realm, "anne").await;
        let [sid] = sessions(&page).try_into().expect("one session");
        let tokens = tokens_in(&realm, &lost_phone).await;
        let (browser, page) = signed_in(&realm, "anne").await;

        let page = browser.submit(&ending(&page, &sid)).await.page();

        page.must_show("The session has ended.");
        assert_eq!(sessions(&page).len(), 1);
        assert!(!is_signed_in(&realm, &lost_phone).await);
        assert!(is_signed_in(&realm, &browser).await);
        assert!(
            realm.accepts(&tokens.access_token).await,
            "ending a session leaves grants alone"
        );
    }

    #[tokio::test]
    async fn ended_here_are_like_signing_out() {
        let realm = fresh_realm().await;
        let (browser, page) = signed_in(&realm, "anne").await;

        let page = browser.submit(&ending(&page, &sessions(&page)[0])).await.page();

        page.must_show("Signed out");
        assert!(!is_signed_in(&realm, &browser).await);
    }

    #[tokio::test]
    async fn cannot_be_ended_by_anybody_else() {
        let realm = fresh_realm().await;
        let other = other_persona(&realm).await;
        let (anne, page) = signed_in(&realm, "anne").await;
        let [annes] = sessions(&page).try_into().expect("one session");

        let (browser, page) = signed_in(&realm, &other).await;
        let mut form = ending(&page, &sessions(&page)[0]);
        form.fields = vec![("end_session".to_owned(), annes)];
        browser.submit(&form).await.page();

        assert!(is_signed_in(&realm, &anne).await);
    }

    #[tokio::test]
    async fn stay_one_when_the_same_person_signs_in_again() {
        let realm = fresh_realm().await;
        let (browser, page) = signed_in(&realm, "anne").await;
        let before = sessions(&page);

        let page = browser.open(&realm.url("/login")).await.page();
        let page = browser
            .submit(&page.form_with("persona").press("persona", "anne"))
            .await
            .page();

        assert_eq!(sessions(&page), before);
    }
}

#[tokio::test]
async fn forms_of_other_sites_change_nothing() {
    let realm = fresh_realm().await;
    let (browser, page) = signed_in(&realm, "anne").await;
    let tokens = tokens_in(&realm, &browser).await;
    let sid = &sessions(&page)[0];

    for field in [("withdraw", "demo-client"), ("end_session", sid.as_str())] {
        let page = browser
            .submit_from_elsewhere(&realm.url("/account"), &[field])
            .await
            .page();
        page.answer.has_status(403).is_a_refusal_page();
    }

    assert!(is_signed_in(&realm, &browser).await);
    assert!(realm.accepts(&tokens.access_token).await);
}

#[tokio::test]
async fn forms_that_say_nothing_are_refused_and_strangers_are_sent_to_sign_in() {
    let realm = fresh_realm().await;
    let (browser, page) = signed_in(&realm, "anne").await;
    let mut form = ending(&page, &sessions(&page)[0]);
    let fields = std::mem::take(&mut form.fields);

    browser
        .submit(&form)
        .await
        .page()
        .answer
        .has_status(400)
        .is_a_refusal_page();
    form.fields = fields;
    let stranger = realm.user_agent().submit(&form).await.page();

    assert!(stranger.is_sign_in(), "{}", stranger.answer);
    assert!(is_signed_in(&realm, &browser).await);
}
