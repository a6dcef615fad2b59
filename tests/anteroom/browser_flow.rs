//! The flow in Chromium, with the client on another *site*: the rules for cookies, forms and content that only a
//! browser can judge.

use serde_json::json;

use crate::support::{
    Realm,
    browser::{Browser, ClientSite, in_chromium},
    client_app::AuthorizationRequest,
    fresh_realm, realm_with,
};

/// What is left of the browser's complaints when the ones we ask for are taken out.
async fn no_complaints(browser: &Browser) {
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "the browser complains: {complaints:#?}");
}

/// A request whose answer goes to `/callback` of the client's site, with a link to it on the client's own page.
fn request_from(site: &ClientSite, realm: &Realm) -> AuthorizationRequest {
    let request = realm.demo_spa().called_back_at(&site.url("/callback")).request();
    site.show(
        "/",
        &format!(
            "<a id=start href=\"{}\">Sign in</a>",
            request.url().replace('&', "&amp;")
        ),
    );
    request
}

/// Redeems what arrived at the client's site.
async fn tokens_arrive(request: &AuthorizationRequest, visit: &crate::support::browser::Visit) {
    assert_eq!(visit.get("error"), None, "{visit:?}");
    assert_eq!(
        (visit.get("state"), visit.get("iss")),
        (Some("af0ifjsldkj"), Some(request.client.realm.issuer.as_str()))
    );
    let code = crate::support::Code {
        code: visit.get("code").expect("a code").to_owned(),
        redirect_uri: request.client.redirect_uri.clone(),
        verifier: request.verifier.clone(),
    };
    request.client.redeem(&code).await.brings_tokens();
}

#[tokio::test]
async fn a_person_signs_in_by_password_and_agrees() {
    in_chromium(async |browser| {
        let realm = fresh_realm().await;
        let mut site = ClientSite::open("127.0.0.1").await;
        let request = request_from(&site, &realm);

        browser.open(&site.url("/")).await;
        browser.click("#start").await;
        browser.sign_in("anne", "anne-password").await;
        browser.allow().await;

        tokens_arrive(&request, &site.visit_to("/callback").await).await;
        no_complaints(&browser).await;
    })
    .await;
}

#[tokio::test]
async fn a_person_is_picked_and_later_recognised_coming_from_another_site() {
    in_chromium(async |browser| {
        let realm = fresh_realm().await;
        let mut site = ClientSite::open("127.0.0.1").await;
        let request = request_from(&site, &realm);
        browser.open(&site.url("/")).await;
        browser.click("#start").await;
        browser.click("button[name=persona][value=anne]").await;
        browser.allow().await;
        tokens_arrive(&request, &site.visit_to("/callback").await).await;

        browser.open(&site.url("/")).await;
        browser.click("#start").await;

        tokens_arrive(&request, &site.visit_to("/callback").await).await;
        no_complaints(&browser).await;
    })
    .await;
}

#[tokio::test]
async fn a_person_says_no() {
    in_chromium(async |browser| {
        let realm = fresh_realm().await;
        let mut site = ClientSite::open("127.0.0.1").await;
        request_from(&site, &realm);
        browser.open(&site.url("/")).await;
        browser.click("#start").await;
        browser.click("button[name=persona][value=anne]").await;
        browser.click("button[name=decision][value=deny]").await;

        let visit = site.visit_to("/callback").await;

        assert_eq!((visit.get("error"), visit.get("code")), (Some("access_denied"), None));
        no_complaints(&browser).await;
    })
    .await;
}

#[tokio::test]
async fn a_client_may_live_at_an_ipv6_address() {
    in_chromium(async |browser| {
        let realm = fresh_realm().await;
        let mut site = ClientSite::open("::1").await;
        let request = request_from(&site, &realm);

        browser.open(&site.url("/")).await;
        browser.click("#start").await;
        browser.click("button[name=persona][value=anne]").await;
        browser.allow().await;

        tokens_arrive(&request, &site.visit_to("/callback").await).await;
        no_complaints(&browser).await;
    })
    .await;
}

#[tokio::test]
async fn a_callback_may_lead_on_to_a_third_origin() {
    in_chromium(async |browser| {
        let realm = fresh_realm().await;
        let mut site = ClientSite::open("127.0.0.1").await;
        let mut third = ClientSite::open("::1").await;
        let request = request_from(&site, &realm);
        site.redirect("/callback", &third.url("/welcome"));

        browser.open(&site.url("/")).await;
        browser.click("#start").await;
        browser.click("button[name=persona][value=anne]").await;
        browser.allow().await;

        tokens_arrive(&request, &site.visit_to("/callback").await).await;
        third.visit_to("/welcome").await;
        no_complaints(&browser).await;
    })
    .await;
}

#[tokio::test]
async fn a_callback_may_lead_on_to_a_scheme_of_an_application() {
    in_chromium(async |browser| {
        let realm = fresh_realm().await;
        let mut site = ClientSite::open("127.0.0.1").await;
        let request = request_from(&site, &realm);
        site.redirect("/callback", "com.example.desktop://signed-in");

        browser.open(&site.url("/")).await;
        browser.click("#start").await;
        browser.click("button[name=persona][value=anne]").await;
        browser.allow().await;

        tokens_arrive(&request, &site.visit_to("/callback").await).await;
        browser.sets_out_for("com.example.desktop://signed-in").await;
        no_complaints(&browser).await;
    })
    .await;
}

#[tokio::test]
async fn an_application_with_a_scheme_of_its_own_is_called() {
    in_chromium(async |browser| {
        let native = json!({
            "client_id": "native", "client_name": "Native", "token_endpoint_auth_method": "none",
            "redirect_uris": ["com.example.app:/callback"], "grant_types": ["authorization_code"],
        });
        let anne = json!({ "username": "anne", "password": "anne-password", "claims": { "name": "Anne Rogers" } });
        let realm = realm_with(json!({ "seed": { "clients": [native], "users": [anne] } })).await;
        let client = crate::support::ClientApp::new(&realm, "native", None).asking_for("openid");

        browser
            .open(&client.called_back_at("com.example.app:/callback").request().url())
            .await;
        browser.sign_in("anne", "anne-password").await;
        browser.allow().await;

        // Nothing on this machine answers to the scheme; that the browser sets out for it is what a policy could
        // forbid.
        browser.sets_out_for("com.example.app:/callback?code=").await;
        no_complaints(&browser).await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_by_form_post_posts_itself() {
    in_chromium(async |browser| {
        let realm = fresh_realm().await;
        let mut site = ClientSite::open("127.0.0.1").await;
        let client = realm.demo_spa().called_back_at(&site.url("/callback"));
        let request = client.request().with("response_mode", "form_post");

        browser.open(&request.url()).await;
        browser.click("button[name=persona][value=anne]").await;
        browser.allow().await;
        let visit = site.visit_to("/callback").await;

        assert_eq!((visit.method.as_str(), visit.query.len()), ("POST", 0));
        tokens_arrive(&request, &visit).await;
        no_complaints(&browser).await;
    })
    .await;
}

#[tokio::test]
async fn a_request_by_post_from_another_site_is_served_and_the_person_recognised() {
    in_chromium(async |browser| {
        let realm = fresh_realm().await;
        let mut site = ClientSite::open("127.0.0.1").await;
        let request = realm.demo_spa().called_back_at(&site.url("/callback")).request();
        let fields: String = request
            .parameters
            .iter()
            .map(|(name, value)| format!("<input type=hidden name=\"{name}\" value=\"{value}\">"))
            .collect();
        let action = realm.url("/oauth/authorize");
        site.show(
            "/",
            &format!("<form method=post action=\"{action}\">{fields}<button id=start>Sign in</button></form>"),
        );

        browser.open(&site.url("/")).await;
        browser.click("#start").await;
        browser.click("button[name=persona][value=anne]").await;
        browser.allow().await;
        tokens_arrive(&request, &site.visit_to("/callback").await).await;

        browser.open(&site.url("/")).await;
        browser.click("#start").await;
        tokens_arrive(&request, &site.visit_to("/callback").await).await;
        no_complaints(&browser).await;
    })
    .await;
}

#[tokio::test]
async fn our_pages_do_not_show_in_anybodys_frame() {
    in_chromium(async |browser| {
        let realm = fresh_realm().await;
        let site = ClientSite::open("127.0.0.1").await;
        let request = request_from(&site, &realm);
        site.show(
            "/",
            &format!("<iframe src=\"{}\"></iframe>", request.url().replace('&', "&amp;")),
        );

        browser.open(&site.url("/")).await;

        let complaints = browser.complaints().await;
        assert!(
            complaints.iter().any(|complaint| complaint.contains("frame-ancestors")),
            "{complaints:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_form_of_another_site_signs_nobody_in() {
    in_chromium(async |browser| {
        let realm = fresh_realm().await;
        let site = ClientSite::open("127.0.0.1").await;
        let request = request_from(&site, &realm);
        browser.open(&request.url()).await;
        browser.find("button[name=persona][value=anne]").await;
        let sign_in = browser.address().await;

        site.show(
            "/evil",
            &format!(
                "<form method=post action=\"{sign_in}\"><button id=go name=persona value=anne>Win!</button></form>"
            ),
        );
        browser.open(&site.url("/evil")).await;
        browser.click("#go").await;
        browser.find("main h1").await; // our page that says no
        browser.open(&request.url()).await;

        browser.find("button[name=persona][value=anne]").await; // still asked who one is
    })
    .await;
}
