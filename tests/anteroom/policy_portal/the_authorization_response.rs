//! The authorization response.

use super::*;

#[tokio::test]
async fn is_a_302_with_code_and_state_alone() {
    let realm = portal_realm().await;

    let callback = client(&realm).authorize_as("anne").await;

    assert_eq!(callback.status, 302);
    let names: Vec<_> = callback.parameters.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "state"]);
}

#[tokio::test]
async fn to_a_no_has_the_documented_words() {
    let realm = portal_realm().await;
    let client = client(&realm).called_back_at("https://client.example.com/cb");
    let browser = realm.user_agent();
    let page = client.request().with("state", "s1").open(&browser).await.page();
    let page = browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await
        .page();
    let form = page.form_with("decision").press("decision", "deny");

    let location = last_redirect(&browser, &form).await;

    assert_eq!(
        location,
        "https://client.example.com/cb?error=access_denied&error_description=The+resource+owner+or+authorization+server+denied+the+request.&state=s1"
    );
}

/// The address, to the letter, with which the server sends the browser away.
async fn last_redirect(browser: &UserAgent, form: &crate::support::Form) -> String {
    let mut answer = browser
        .ask(browser.http().post(form.action.clone()).form(&form.fields))
        .await;
    let mut url = form.action.clone();
    loop {
        let location = answer
            .header("location")
            .unwrap_or_else(|| panic!("no redirect: {answer}"))
            .to_owned();
        let target = url.join(&location).expect("an address");
        if target.origin() != url.origin() {
            assert_eq!(answer.status, 302, "{answer}");
            return location;
        }
        url = target;
        answer = browser.ask(browser.http().get(url.clone())).await;
    }
}

#[tokio::test]
async fn to_a_bad_request_follows_rfc_6749_without_iss() {
    let realm = portal_realm().await;
    let browser = realm.user_agent();
    let request = || client(&realm).request();

    for (request, error) in [
        (request().with("response_type", "token"), "unsupported_response_type"),
        (request().with("scope", "nonsense"), "invalid_scope"),
        (request().without("scope"), "invalid_scope"),
        (request().with("scope", "profile"), "invalid_scope"),
        (request().with("prompt", "none"), "login_required"),
    ] {
        let callback = request.open(&browser).await.callback().is_refused_with(error);
        callback.has("state", "af0ifjsldkj").lacks("iss").lacks("error_uri");
    }
}
