//! What no client should send: the portal's own error, and never a failure of ours.

use serde_json::json;

use super::{at, patient, public, refused};
use crate::support::{Answer, fresh_realm};

#[tokio::test]
async fn paths_and_methods_nobody_knows_are_said_so_in_the_portals_form() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;

    for path in [
        "",
        "nothing",
        "users/1/2/3",
        "visits//start",
        "users/%ff",
        "users/%00",
        ".json",
        "rooms/",
    ] {
        assert_eq!(refused(&john.get(path).await, 404), super::NOT_FOUND, "{path}");
    }
    for (method, path, allow) in [
        ("DELETE", "visits", "POST, GET"),
        ("GET", "users/sso", "POST"),
        ("PUT", "intakes/1", "POST, GET"),
        ("GET", "visits/add_walkin", "POST"),
        ("PATCH", "rooms", "GET, POST"),
    ] {
        let method = method.parse().expect("a method");
        let answer = Answer::to(realm.http.request(method, realm.url(&at(path)))).await;
        refused(&answer, 405);
        answer.has_header("allow", allow);
    }
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));

    for (content_type, body) in [
        ("application/json", "{"),
        ("application/json", "[]"),
        ("application/json", "null"),
        ("application/json", r#"{"room_code":"clinic","room_code":"clinic"}"#),
        ("application/json", r#"{"room_code":"\u0000"}"#),
        ("application/json", deep.as_str()),
        ("application/x-www-form-urlencoded", "room_code=a&room_code=b"),
        ("application/x-www-form-urlencoded", "room_code=%zz"),
        ("multipart/form-data", "room_code=clinic"),
        ("multipart/form-data; boundary=x", "--y\r\n"),
        ("text/plain", "room_code=clinic"),
        ("", "room_code=clinic"),
    ] {
        refused(&john.post_raw("intakes", content_type, body.to_owned()).await, 400);
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_in_the_portals_form() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let body = |bytes: usize| format!("{{\"room_code\": \"{}\"}}", "x".repeat(bytes));

    for (path, bytes) in [("visits", 65 * 1024), ("intakes", 900 * 1024)] {
        let answer = john.post_raw(path, "application/json", body(bytes)).await;
        assert_eq!((answer.status, &answer.json()["code"]), (413, &json!(413)), "{answer}");
    }
}

#[tokio::test]
async fn a_token_that_is_none_opens_nothing() {
    let realm = fresh_realm().await;
    for token in ["", "x", "0", "' or 1=1 --", &"a".repeat(5000)] {
        let mut nobody = public(&realm);
        nobody.token = Some(token.to_owned());
        for path in [
            "users/-",
            "visits",
            "intakes/1",
            "availability?room_code=clinic",
            "users",
        ] {
            refused(&nobody.get(path).await, 401);
        }
    }
}

#[tokio::test]
async fn a_realm_without_clinics_knows_nobody() {
    let realm = crate::support::realm_with(json!({"seed": "none"})).await;

    for path in ["rooms", "accounts", "rooms/clinic", "users/-"] {
        refused(&public(&realm).get(path).await, 401);
    }
    refused(
        &super::sign_on(&realm, &json!({"first_name": "J", "last_name": "S", "code": "c"})).await,
        401,
    );
    realm.get("/vsee/auth?sso_token=x&next=/u/clinic").await.has_status(401);
}

#[tokio::test]
async fn scripts_of_any_origin_may_call_the_api_and_not_the_pages() {
    let realm = fresh_realm().await;
    let asking = |path: &str| {
        let request = realm.http.request(reqwest::Method::OPTIONS, realm.url(path));
        let request = request
            .header("origin", "https://app.example")
            .header("access-control-request-method", "POST");
        request.header(
            "access-control-request-headers",
            "x-apikey,x-apisecret,x-accountcode,content-type",
        )
    };

    let api = Answer::to(asking(&at("users/sso"))).await.is_ok();
    let page = Answer::to(asking("/vsee/auth")).await;

    assert_eq!(api.header("access-control-allow-origin"), Some("*"));
    assert!(
        api.header("access-control-allow-headers")
            .is_some_and(|allowed| allowed.contains("x-apikey"))
    );
    page.lacks_header("access-control-allow-origin");
}
