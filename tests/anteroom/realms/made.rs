//! Realms created, and what is refused as one.

use super::*;

#[tokio::test]
async fn under_the_name_that_was_asked_for() {
    let name = unique("mine");

    let realm = realm_with(json!({ "name": name })).await;

    assert_eq!(realm.name, name);
    assert_eq!(realm.issuer, format!("{}/realms/{name}", Emulator::shared().issuer));
    assert_eq!(realm.discovery().await["issuer"], *realm.issuer);
}

#[tokio::test]
async fn under_a_name_of_its_own_when_none_was() {
    let (one, two) = (realm_with(json!({})).await, realm_with(json!({})).await);

    assert_ne!(one.name, two.name);
}

#[tokio::test]
async fn not_under_a_name_that_is_taken() {
    let realm = fresh_realm().await;

    is_a_problem(Emulator::shared().try_realm(json!({ "name": realm.name })).await, 409);
}

#[tokio::test]
async fn not_under_a_name_that_is_none() {
    for name in [
        "",
        "Upper",
        "under_score",
        "-dash",
        "dot.ted",
        "sl/ash",
        "ümlaut",
        "a b",
        "..",
        "a\0",
        &"x".repeat(64),
    ] {
        let answer = Emulator::shared().try_realm(json!({ "name": name })).await;
        assert!(matches!(answer.status, 400 | 422), "{name:?}: {answer}");
        assert_eq!(answer.media_type(), "application/problem+json", "{answer}");
    }
    let default = Emulator::shared().try_realm(json!({ "name": "default" })).await;
    assert!(matches!(default.status, 400 | 409 | 422), "{default}");
}

#[tokio::test]
async fn not_with_unknown_members() {
    for wishes in [
        json!({ "policy": "strict" }),
        json!({ "policy": { "pcke": "ignored" } }),
        json!({ "policy": { "pkce": "sometimes" } }),
        json!({ "seed": "everything" }),
        json!({ "seed": 7 }),
        json!({ "clock": { "now": "yesterday" } }),
        json!({ "clock": { "now": 7 } }),
        json!({ "clock": { "frozen": "yes" } }),
        json!({ "polcy": "portal" }),
        json!([]),
        json!("x"),
    ] {
        let answer = Emulator::shared().try_realm(wishes.clone()).await;
        assert!(matches!(answer.status, 400 | 422), "{wishes}: {answer}");
        assert_eq!(answer.media_type(), "application/problem+json", "{answer}");
    }
}

#[tokio::test]
async fn only_at_the_root() {
    let realm = fresh_realm().await;

    realm.post_json("/control/api/realms", &json!({})).await.has_status(404);
}

#[tokio::test]
async fn not_by_a_page_that_calls_us_by_another_name() {
    let root = Emulator::shared().default_realm();
    let name = unique("rebound");
    let request = root
        .http
        .post(root.url("/control/api/realms"))
        .header("host", "evil.example");

    let answer = Answer::to(request.json(&json!({ "name": name }))).await;

    assert!((400..500).contains(&answer.status), "{answer}");
    root.get(&format!("/realms/{name}/.well-known/openid-configuration"))
        .await
        .has_status(404);
}

#[tokio::test]
async fn empty_when_no_seed_is_wanted() {
    let realm = realm_with(json!({ "seed": "none" })).await;

    realm.demo_client().request().answer().await.is_a_refusal_page();
    realm
        .demo_service()
        .client_credentials("appointment_guest_write")
        .await
        .is_refused_with("invalid_client");
}

#[tokio::test]
async fn and_listed() {
    let before = fresh_realm().await; // the shared server has more realms than one answer lists
    let realm = fresh_realm().await;

    let list = Emulator::shared()
        .default_realm()
        .get(&format!("/control/api/realms?after={}", before.name))
        .await
        .is_ok();

    assert!(list.text().contains(&format!("\"{}\"", realm.name)), "{list}");
}
