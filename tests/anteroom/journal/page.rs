//! `/control/exchanges/{id}`: where `error_uri` leads a person.

use super::{last, text};
use crate::support::{Answer, Realm, fresh_realm};

async fn page_of(realm: &Realm, id: &str) -> Answer {
    let request = realm.http.get(realm.url(&format!("/control/exchanges/{id}")));
    Answer::to(request.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")).await
}

#[tokio::test]
async fn a_person_reads_why_and_how_to_fix_it() {
    let realm = fresh_realm().await;
    let request = realm
        .demo_client()
        .called_back_at("https://client.example.com/cb/")
        .request();
    request.answer().await.is_a_refusal_page();
    let id = text(&last(&realm, "").await, "id").to_owned();

    let page = page_of(&realm, &id).await.is_ok();

    assert_eq!(page.media_type(), "text/html");
    assert!(
        page.header("content-security-policy")
            .is_some_and(|policy| policy.contains("default-src 'none'"))
    );
    for told in [
        "invalid_redirect_uri",
        "How to fix it",
        "Send the redirect_uri exactly as it is registered",
        "https://client.example.com/cb<ins>/</ins>",
        "curl --silent",
    ] {
        assert!(page.text().contains(told), "{told}: {page}");
    }
}

#[tokio::test]
async fn nothing_a_request_says_becomes_part_of_the_page() {
    let realm = fresh_realm().await;
    realm
        .get("/oauth/authorize?client_id=%3Cscript%3Ealert(1)%3C/script%3E&redirect_uri=%3Cb%3E")
        .await;
    let request = realm
        .http
        .get(realm.url("/nothing"))
        .header("x-note", "</pre><script>alert(2)</script>");
    Answer::to(request).await.has_status(404);

    for number in ["after=0&limit=1", "limit=1"] {
        let id = text(&last(&realm, number).await, "id").to_owned();
        let page = page_of(&realm, &id).await.is_ok();
        assert!(!page.text().contains("<script>"), "{page}");
    }
}

#[tokio::test]
async fn a_link_to_an_exchange_that_is_no_longer_kept_says_so() {
    let realm = fresh_realm().await;
    let page = page_of(&realm, "0196f5a4-3c00-7000-8000-000000000001")
        .await
        .has_status(404);

    assert_eq!(page.media_type(), "text/html");
    assert!(page.text().contains("newest 500"), "{page}");
    let json = realm.get("/control/exchanges/nothing").await.has_status(404);
    assert_eq!(json.media_type(), "application/problem+json");
}

#[tokio::test]
async fn an_exchange_that_was_not_refused_is_shown_plainly() {
    let realm = fresh_realm().await;
    realm.demo_client().tokens_for("anne").await;
    let id = text(&last(&realm, "endpoint=token").await, "id").to_owned();

    let page = page_of(&realm, &id).await.is_ok();

    for told in ["POST /oauth/token", "Signed token in id_token", "Flow", "anne"] {
        assert!(page.text().contains(told), "{told}: {page}");
    }
    assert!(!page.text().contains("How to fix it"));
}
