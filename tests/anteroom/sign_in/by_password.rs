//! Signing in with name and password.

use super::*;

#[tokio::test]
async fn the_right_password_signs_in_whatever_the_case_of_the_name() {
    let realm = fresh_realm().await;

    for username in ["anne", "Anne", " ANNE "] {
        let browser = realm.user_agent();
        let form = sign_in_page(&realm, &browser).await.form_with("password");
        let form = form.fill("username", username).fill("password", "anne-password");
        let page = browser.submit(&form).await.page();
        assert!(page.is_consent(), "{username:?}: {}", page.answer);
    }
}

#[tokio::test]
async fn a_wrong_one_is_told_beside_the_field_and_begins_no_session() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let form = sign_in_page(&realm, &browser).await.form_with("password");

    let form = form.fill("username", "anne").fill("password", "Anne-password");
    let page = browser.submit(&form).await.page();

    assert_eq!(page.answer.status, 403);
    let alert = page.all("p").find(|p| p.attribute("role") == Some("alert"));
    let described = alert
        .and_then(|alert| alert.attribute("id"))
        .expect("the trouble is told");
    let field = page
        .all("input")
        .find(|input| input.attribute("name") == Some("password"));
    assert_eq!(
        field.and_then(|field| field.attribute("aria-describedby")),
        Some(described)
    );
    assert_eq!(page.form_with("username").field("username"), Some("anne"));
    assert!(
        !page.answer.text().contains("Anne-password"),
        "a password is not shown: {}",
        page.answer
    );
    assert_eq!(browser.cookies(), "");
}

#[tokio::test]
async fn an_unknown_name_is_answered_like_a_wrong_password() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();

    let known = wrong_password(&browser, &realm, "anne").await;
    let unknown = wrong_password(&browser, &realm, "nobody").await;

    assert_eq!(known.status, unknown.status);
    assert_eq!(
        known.text(),
        unknown.text().replace("value=\"nobody\"", "value=\"anne\"")
    );
}

#[tokio::test]
async fn what_is_no_answer_to_the_form_is_refused_and_harmless() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let page = sign_in_page(&realm, &browser).await;
    let address = page.url.as_str();
    let long = "x".repeat(5000);

    for fields in [
        &[][..],
        &[("password", "anne-password")],
        &[("username", "anne")],
        &[("username", ""), ("password", "anne-password")],
        &[("username", "anne\0"), ("password", "anne-password")],
        &[("username", "anne"), ("password", &long)],
        &[("decision", "allow")],
        &[("persona", "")],
        &[("persona", "nobody")],
        &[("persona", "' or 1=1 --")],
    ] {
        let answer = attempt(&browser, address, fields).await.is_a_refusal_page();
        answer.lacks_header("set-cookie");
    }
    assert!(
        browser.open(address).await.page().is_sign_in(),
        "the request still waits"
    );
}

#[tokio::test]
async fn only_a_form_is_read() {
    let realm = fresh_realm().await;

    for content_type in ["application/json", "text/plain", "multipart/form-data; boundary=x"] {
        let request = realm
            .http
            .post(realm.url("/login"))
            .header("content-type", content_type);
        let answer = Answer::to(request.body("username=anne&password=anne-password")).await;
        answer.has_status(415).is_a_refusal_page();
    }
    let request = realm.http.post(realm.url("/login"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let huge = Answer::to(request.body("x".repeat(1 << 20))).await;
    huge.has_status(413).is_a_refusal_page();
}
