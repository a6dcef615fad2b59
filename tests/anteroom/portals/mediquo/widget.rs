//! The widget's pages, without a browser.

use serde_json::json;

use super::{Customer, clinic, says};
use crate::support::{Answer, Realm};

fn frame(key: &str, token: &str) -> String {
    format!("/mediquo/widget/frame?api_key={key}&token={token}")
}

async fn log_out(realm: &Realm, token: &str) -> Answer {
    let url = realm.url("/mediquo/widget/session/logout");
    Answer::to(realm.http.post(url).bearer_auth(token)).await
}

/// The flow of a customer's server: write the patient, authenticate it, show the widget; later authenticate and show.
#[tokio::test]
async fn a_patient_is_registered_authenticated_and_shown_the_widget() {
    let clinic = Customer::clinic(&crate::support::realm_with(json!({})).await);
    let jane = json!([{"code": "flow-1", "first_name": "Flo", "last_name": "W", "plan": "gold"}]);
    let authenticate = "/v1/patients/authenticate";

    clinic.writes(jane).await;
    let body = json!({"code": "flow-1"});
    says(clinic.post(authenticate, &body).await, 401, "Unauthorized"); // not processed yet: try again
    clinic.realm.advance("PT1S").await;
    let token = clinic.post(authenticate, &body).await.is_ok().access_token();

    let page = clinic.realm.get(&frame("demo-api-key", &token)).await.is_ok();
    assert!(
        page.text().contains("Flo W") && page.text().contains("flow-1"),
        "{page}"
    );
    for said in ["Dr. Test", "Dr. Away", "data-status=\"offline\""] {
        assert!(page.text().contains(said), "{said}: {page}");
    }
    let later = clinic.post(authenticate, &body).await.is_ok().access_token();
    clinic.realm.get(&frame("demo-api-key", &later)).await.is_ok();
}

#[tokio::test]
async fn any_site_may_frame_the_widget_and_no_other_page() {
    let clinic = clinic().await;
    let token = clinic.token("jane-1").await;

    let policy = async |path: &str| {
        let answer = clinic.realm.get(path).await;
        answer.header("content-security-policy").expect("a policy").to_owned()
    };

    let framed = policy(&frame("demo-api-key", &token)).await;
    assert!(
        framed.contains("frame-ancestors *;") && framed.contains("connect-src 'self'"),
        "{framed}"
    );
    assert!(!framed.contains("unsafe"), "{framed}");
    assert!(policy("/mediquo/demo").await.contains("frame-ancestors 'none'"));
    assert!(policy(&frame("demo-api-key", "x")).await.contains("frame-ancestors *"));
}

#[tokio::test]
async fn a_bad_expired_foreign_or_logged_out_token_gets_a_page_that_says_so() {
    let clinic = clinic().await;
    let insurer = Customer::insurer(&clinic.realm);
    let elsewhere = super::clinic().await;
    let (token, gone) = (clinic.token("jane-1").await, clinic.token("jane-1").await);
    log_out(&clinic.realm, &gone).await.has_status(204);
    let refused = async |path: &str, reason: &str| {
        let page = clinic.realm.get(path).await.is_a_refusal_page().has_status(401);
        assert!(page.text().contains(&format!("data-reason=\"{reason}\"")), "{page}");
    };

    refused(&frame("nobody", &token), "api-key").await;
    refused(&frame("", ""), "api-key").await;
    refused(&frame("demo-api-key", "nonsense"), "invalid").await;
    refused(&frame("demo-api-key", &token[..token.len() - 1]), "invalid").await;
    refused(&frame("demo-api-key", &insurer.token("other-1").await), "invalid").await;
    refused(&frame("demo-api-key", &elsewhere.token("jane-1").await), "invalid").await;
    refused(&frame("demo-api-key", &gone), "logged-out").await;
    clinic.realm.get(&frame("demo-api-key", &token)).await.is_ok();
    clinic.realm.advance("PT23H59M59S").await;
    clinic.realm.get(&frame("demo-api-key", &token)).await.is_ok();
    clinic.realm.advance("PT1S").await;
    refused(&frame("demo-api-key", &token), "expired").await;
}

#[tokio::test]
async fn logging_out_ends_that_token_only_and_needs_it() {
    let clinic = clinic().await;
    let (one, other) = (clinic.token("jane-1").await, clinic.token("jane-1").await);

    log_out(&clinic.realm, &one).await.has_status(204);

    says(log_out(&clinic.realm, &one).await, 401, "Unauthorized");
    says(log_out(&clinic.realm, "nonsense").await, 401, "Unauthorized");
    clinic.realm.get(&frame("demo-api-key", &other)).await.is_ok();
}

#[tokio::test]
async fn without_a_token_the_widget_shows_a_registration_form() {
    let clinic = clinic().await;
    let realm = &clinic.realm;
    let path = "/mediquo/widget/frame?api_key=demo-api-key&exclude=gender,tax_id&include=postal_code";

    let page = realm.get(path).await.is_ok().text();

    for (name, asked) in [
        ("first_name", true),
        ("birth_date", true),
        ("gender", false),
        ("tax_id", false),
        ("postal_code", true),
    ] {
        assert_eq!(page.contains(&format!("name=\"{name}\"")), asked, "{name}");
    }
    let form = [
        ("api_key", "demo-api-key"),
        ("first_name", "Guest"),
        ("birth_date", "1990-02-03"),
        ("postal_code", "08001"),
    ];
    let answer = realm.post("/mediquo/widget/session", &form).await.has_status(303);
    let location = answer.header("location").expect("a location").to_owned();
    let welcome = realm.get(&format!("{}{location}", realm.host())).await.is_ok().text();
    assert!(welcome.contains("Guest"), "{welcome}");
    let code = welcome
        .split("data-patient=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let guest = clinic.patient(code.expect("a patient")).await;
    assert_eq!(guest["meta"], json!({"postal_code": "08001"}));
}

#[tokio::test]
async fn a_registration_that_cannot_be_is_refused() {
    let realm = clinic().await.realm;
    for (form, status) in [
        (vec![("api_key", "demo-api-key")], 422),
        (vec![("api_key", "nobody"), ("first_name", "G")], 401),
        (
            vec![("api_key", "demo-api-key"), ("first_name", "G"), ("birth_date", "soon")],
            422,
        ),
        (
            vec![("api_key", "demo-api-key"), ("first_name", "G"), ("gender", "x")],
            422,
        ),
        (vec![("api_key", "demo-api-key"), ("first_name", "G\0")], 422),
        (vec![("api_key", "\0"), ("first_name", "a")], 422),
    ] {
        let page = realm
            .post("/mediquo/widget/session", &form)
            .await
            .is_a_refusal_page()
            .has_status(status);
        // It is shown where the form was: in the frame, which hears of it.
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(policy.contains("frame-ancestors *;"), "{policy}");
        assert!(page.text().contains("data-reason=\"registration\""), "{page}");
        assert!(page.text().contains("data-detail"), "{page}");
    }
}

#[tokio::test]
async fn the_widget_speaks_the_language_it_is_configured_for() {
    let clinic = clinic().await;
    let token = clinic.token("jane-1").await;
    for (locale, said) in [
        ("es", "Profesionales"),
        ("en", "Professionals"),
        ("pt", "Profesionales"),
    ] {
        let path = format!("{}&locale={locale}", frame("demo-api-key", &token));
        let page = clinic.realm.get(&path).await.is_ok().text();
        assert!(page.contains(said), "{locale}: {page}");
    }
}

#[tokio::test]
async fn messages_appointments_and_names_are_shown_and_never_as_markup() {
    let clinic = clinic().await;
    clinic
        .writes(json!([{"code": "x\"><script>", "first_name": "<script>alert(1)</script>"}]))
        .await;
    let message = json!({"text": "<b>Welcome</b>", "type": "welcome", "patient_code": "x\"><script>"});
    clinic.post("/v1/messages", &message).await.is_ok();
    let token = clinic.token("x\"><script>").await;

    let page = clinic.realm.get(&frame("demo-api-key", &token)).await.is_ok().text();

    assert!(!page.contains("<script>") && !page.contains("<b>"), "{page}");
    assert!(page.contains("Welcome"));
}

#[tokio::test]
async fn the_native_page_asks_for_the_same() {
    let clinic = clinic().await;
    let token = clinic.token("john-1").await;
    let native = |token: &str| {
        format!("/mediquo/integration/native.html?api_key=demo-api-key&token={token}&platform=ios&environment=sandbox")
    };

    let page = clinic.realm.get(&native(&token)).await.is_ok().text();

    assert!(
        page.contains("native-close") && page.contains("8da0198f-33fa-4dbf-8f50-bbefe6fe15c1"),
        "{page}"
    );
    clinic
        .realm
        .get(&native("nonsense"))
        .await
        .is_a_refusal_page()
        .has_status(401);
    clinic.realm.get(&native("")).await.is_a_refusal_page().has_status(401);
    clinic
        .realm
        .get("/mediquo/integration/native.html?api_key=a&api_key=b")
        .await
        .has_status(400);
    clinic
        .realm
        .get("/mediquo/widget/frame?api_key=%00")
        .await
        .has_status(400);
}

#[tokio::test]
async fn the_demo_page_has_a_token_for_the_patient_it_is_asked_for() {
    let clinic = clinic().await;

    let page = clinic.realm.get("/mediquo/demo?patient=john-1").await.is_ok();

    assert!(page.text().contains("data-api-key=\"demo-api-key\""), "{page}");
    let token = page
        .text()
        .split("data-token=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next().map(str::to_owned));
    clinic
        .realm
        .get(&frame("demo-api-key", &token.expect("a token")))
        .await
        .is_ok();
    clinic.realm.get("/mediquo/demo?patient=nobody").await.has_status(404);
    let rebound = clinic.realm.http.get(clinic.realm.url("/mediquo/demo"));
    let rebound = Answer::to(rebound.header("host", "evil.example")).await.has_status(403);
    assert!(!rebound.text().contains("data-token"), "{rebound}");
    clinic.realm.get("/mediquo/js/1.0.0/nothing.js").await.has_status(404);
    let script = clinic.realm.get("/mediquo/js/1.0.0/mediquo.js").await.is_ok();
    assert!(script.media_type().contains("javascript") && script.text().contains("MediquoWidget"));
}
