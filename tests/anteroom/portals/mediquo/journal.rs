//! The journal, which knows nothing of mediQuo and serves it all the same.

use serde_json::json;

use super::clinic;

#[tokio::test]
async fn the_journal_says_why_a_request_was_refused_and_keeps_no_secret() {
    let clinic = clinic().await;
    let url = clinic.realm.url("/mediquo/v1/consultants");
    let wrong = clinic.realm.http.get(url).header("x-api-key", "demo-api-key");
    crate::support::Answer::to(wrong.header("x-secret-key", "wr0ng-s3cret-key"))
        .await
        .has_status(401);
    let token = clinic.token("jane-1").await;
    let frame = format!("/mediquo/widget/frame?api_key=demo-api-key&token={token}");
    clinic.realm.get(&frame).await.is_ok();
    let join = clinic.appointment("a-1").await;
    clinic.realm.get(&join).await.is_ok();
    let login = json!({"username": "demo-clinic", "password": "demo-password"});
    let bearer = clinic.post("/v2/authenticate", &login).await.is_ok().access_token();

    let journal = clinic.realm.get("/control/api/exchanges").await.is_ok();
    let mut whole = journal.text();
    for exchange in journal.json()["exchanges"].as_array().expect("a list") {
        let id = exchange["id"].as_str().expect("an id");
        whole += &clinic
            .realm
            .get(&format!("/control/api/exchanges/{id}"))
            .await
            .is_ok()
            .text();
    }

    assert!(
        whole.contains("X-Secret-Key does not belong to the organization"),
        "{whole}"
    );
    let capability = join.rsplit('/').next().expect("a last step");
    for secret in [
        "wr0ng-s3cret-key",
        "demo-secret-key",
        "demo-password",
        &token,
        &bearer,
        capability,
    ] {
        assert!(!whole.contains(secret), "{secret}: {whole}");
    }
}
