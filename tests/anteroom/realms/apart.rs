//! Nothing of one realm is worth anything in another.

use super::*;

async fn two_realms() -> (Realm, Realm) {
    (fresh_realm().await, fresh_realm().await)
}

#[tokio::test]
async fn a_token_is_not_valid_in_another_realm() {
    let (here, there) = two_realms().await;
    let tokens = here.demo_client().tokens_for("anne").await;

    there
        .caller(&tokens.access_token)
        .userinfo()
        .await
        .is_refused_as_bearer("invalid_token");
    there
        .caller(&tokens.access_token)
        .get("/api/portal/v1/user")
        .await
        .is_refused_as_bearer("invalid_token");
    assert!(!there.accepts(&tokens.access_token).await && !there.accepts(tokens.refresh_token()).await);
    there
        .demo_client()
        .refresh(tokens.refresh_token())
        .await
        .is_refused_with("invalid_grant");

    there.demo_client().revoke(tokens.refresh_token()).await.is_ok();
    assert!(
        here.accepts(&tokens.access_token).await,
        "and cannot be ended from there"
    );
}

#[tokio::test]
async fn a_code_is_refused_in_another_realm_and_not_spent() {
    let (here, there) = two_realms().await;
    let code = here.demo_client().code_for("anne").await;

    there.demo_client().redeem(&code).await.is_refused_with("invalid_grant");

    here.demo_client().redeem(&code).await.brings_tokens();
}

#[tokio::test]
async fn a_sign_in_is_not_valid_in_another_realm() {
    let (here, there) = two_realms().await;
    let (_, browser) = here.demo_client().request().authorize_as("anne").await;

    // Same host, so the same browser brings its cookies to both.
    let arrival = there.demo_client().request().open(&browser).await;

    assert!(arrival.page().is_sign_in());
}

#[tokio::test]
async fn a_sign_in_does_not_end_the_one_in_another_realm() {
    let (here, there) = two_realms().await;
    let (_, browser) = here.demo_client().request().authorize_as("anne").await;
    there.demo_client().request().authorize(&browser, "anne").await.code();

    here.demo_client()
        .request()
        .with("prompt", "none")
        .open(&browser)
        .await
        .callback()
        .code();
    there
        .demo_client()
        .request()
        .with("prompt", "none")
        .open(&browser)
        .await
        .callback()
        .code();
}

#[tokio::test]
async fn a_session_cookie_under_another_realms_name_is_not_accepted() {
    let (here, there) = two_realms().await;
    let (_, browser) = here.demo_client().request().authorize_as("anne").await;
    there.demo_client().request().authorize(&browser, "anne").await.code();
    let cookies = browser.cookies();
    let mut pairs = cookies.split("; ").filter_map(|pair| pair.split_once('='));
    let ((one, its), (other, others)) = (pairs.next().expect("a cookie"), pairs.next().expect("one per realm"));

    // Names and values crossed over.
    let stolen = format!("{one}={others}; {other}={its}");
    for realm in [&here, &there] {
        let url = realm.demo_client().request().with("prompt", "none").url();
        let answer = Answer::to(realm.http.get(url).header("cookie", &stolen)).await;
        assert!(
            answer
                .header("location")
                .is_some_and(|location| location.contains("login_required")),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_pending_request_is_unknown_in_another_realm() {
    let (here, there) = two_realms().await;
    let browser = here.user_agent();
    let page = here.demo_client().request().open(&browser).await.page();
    let address = page.url.as_str().replace(&here.issuer, &there.issuer);

    let arrival = browser.open(&address).await;

    let Arrival::Page(page) = arrival else {
        panic!("{arrival:?}")
    };
    assert!(
        (400..500).contains(&page.answer.status) || !page.url.query().unwrap_or_default().contains("request="),
        "{}",
        page.answer
    );
}

#[tokio::test]
async fn a_client_of_one_is_unknown_to_the_other() {
    let client = json!({
        "client_id": "local", "client_secret": "local-secret", "client_name": "Local",
        "redirect_uris": ["https://client.example.com/cb"], "grant_types": ["authorization_code", "client_credentials"],
    });
    let here = realm_with(json!({ "seed": { "clients": [client] } })).await;
    let there = fresh_realm().await;
    let visiting = |realm: &Realm| {
        crate::support::ClientApp::new(realm, "local", Some("local-secret"))
            .called_back_at("https://client.example.com/cb")
    };

    visiting(&here).client_credentials("profile_read").await.brings_tokens();
    visiting(&there)
        .client_credentials("profile_read")
        .await
        .is_refused_with("invalid_client");
    visiting(&there).request().answer().await.is_a_refusal_page();
}

#[tokio::test]
async fn an_id_token_is_for_its_own_issuer_although_the_key_is_shared() {
    let (here, there) = two_realms().await;
    let tokens = here.demo_client().tokens_for("anne").await;
    jwt::verified(&here, "demo-client", tokens.id_token()).await;
    let id_token = tokens.id_token().to_owned();

    let judged = tokio::spawn(async move { jwt::verified(&there, "demo-client", &id_token).await }).await;

    assert!(judged.is_err());
}

#[tokio::test]
async fn a_consent_is_given_in_one_realm_only() {
    let (here, there) = two_realms().await;
    let browser = here.user_agent();
    here.demo_client().request().authorize(&browser, "anne").await.code();
    let page = there.demo_client().request().open(&browser).await.page();

    let arrival = browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await;

    assert!(arrival.page().is_consent());
}

#[tokio::test]
async fn each_has_its_own_time() {
    let (here, there) = two_realms().await;

    here.advance("PT5H").await;

    assert_eq!(there.now().await, START.parse::<Timestamp>().unwrap());
    assert_eq!(here.now().await.as_second() - there.now().await.as_second(), 5 * 3600);
}
