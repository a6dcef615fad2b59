//! `/auth?next=`: no way out of the portal, whatever a browser makes of an address.

use super::{open, patient, said};
use crate::support::fresh_realm;

#[tokio::test]
async fn next_never_leads_out_of_the_portal() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    for next in [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\r\n/evil.example",
        "/%2fevil.example",
        "/%2f%2fevil.example",
        "/%5cevil.example",
        "/%255cevil.example",
        "/%09/evil.example",
        "/u/clinic\r\nSet-Cookie: x=y",
        "/../control",
        "/%2e%2e/control",
        "/u/../../../../control",
        "javascript:alert(1)",
        "u/clinic",
        "@evil.example",
    ] {
        let answer = realm.get(&format!("/vsee{}", john.auth(next, ""))).await;
        assert_eq!(answer.status, 400, "{next:?}: {answer}");
        let answer = answer.is_a_refusal_page_without_cookie();
        assert!(answer.header("location").is_none());
    }
}

#[tokio::test]
async fn a_bad_next_changes_nothing_not_even_the_token() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;

    let address = john.auth("//evil.example", "&invalidate_token=1&disable_emails=1");
    realm.get(&format!("/vsee{address}")).await.has_status(400);

    john.get("users/-").await.is_ok();
}

#[tokio::test]
async fn every_mount_keeps_to_itself() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let token = john.token.clone().unwrap_or_default();

    for mount in ["", "/vc/next", "/vc/stable"] {
        let browser = realm.user_agent();
        let page = open(&browser, &realm, &format!("{mount}/auth?sso_token={token}")).await;
        let path = format!(
            "{}/u/clinic",
            url::Url::parse(&realm.url(&format!("/vsee{mount}")))
                .expect("a URL")
                .path()
        );
        assert_eq!(page.url.path(), path);
        assert_eq!(said(&page, "data-page"), "waiting-room");
    }
    realm
        .get(&format!("/vsee/vc/other/auth?sso_token={token}"))
        .await
        .has_status(404);
}

#[expect(
    clippy::wrong_self_convention,
    reason = "it reads like the sentence it is, and hands the answer on"
)]
trait WithoutCookie {
    fn is_a_refusal_page_without_cookie(self) -> Self;
}

impl WithoutCookie for crate::support::Answer {
    #[track_caller]
    fn is_a_refusal_page_without_cookie(self) -> Self {
        self.is_a_refusal_page().lacks_header("set-cookie")
    }
}
