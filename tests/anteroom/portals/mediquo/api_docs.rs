//! `/mediquo/openapi.json`, and Swagger UI that shows it.

use serde_json::Value;

use super::clinic;
use crate::support::browser::in_chromium;

#[tokio::test]
async fn the_document_is_served_in_every_realm_and_describes_what_is_answered() {
    let clinic = clinic().await;

    let answer = clinic.realm.get("/mediquo/openapi.json").await.is_ok();

    answer.is_json();
    let document = answer.json();
    assert_eq!(
        (&document["openapi"], &document["servers"][0]["url"]),
        (&"3.1.0".into(), &"../mediquo".into())
    );
    let shown = clinic.patient("jane-1").await;
    let schema = &document["components"]["schemas"]["Patient"]["properties"];
    let names = |value: &Value| {
        value
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&shown), names(schema));
}

#[tokio::test]
async fn the_page_and_all_it_names_are_served_by_us() {
    let realm = clinic().await.realm;

    let page = realm.get("/mediquo/api-docs").await.is_ok();

    assert_eq!(page.media_type(), "text/html");
    let html = page.text();
    let named: Vec<_> = html.split('"').filter(|part| part.starts_with("api-docs/")).collect();
    assert!(named.len() >= 4, "{html}");
    for file in named {
        realm.get(&format!("/mediquo/{file}")).await.is_ok();
    }
    let start = realm.get("/mediquo/api-docs/start.js").await.is_ok().text();
    assert!(start.contains("\"openapi.json\""), "{start}");
}

#[tokio::test]
async fn swagger_ui_shows_the_calls() {
    in_chromium(async |browser| {
        let realm = clinic().await.realm;

        browser.open(&realm.url("/mediquo/api-docs")).await;

        browser.find("#operations-Patients-upsertPatients").await;
        assert!(browser.source().await.contains("/v1/patients/authenticate"));
    })
    .await;
}
