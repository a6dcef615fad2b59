//! `/v1/activation-codes…`, and what a patient does with a code.

use serde_json::{Value, json};

use super::{Customer, clinic, clinic_with, finds_wrong, says};
use crate::support::Answer;

const PATH: &str = "/v1/activation-codes";

async fn make(clinic: &Customer, body: Value) {
    let answer = clinic.post(PATH, &body).await.is_ok();
    assert_eq!(answer.json(), json!({"message": "Success"}));
}

async fn show(clinic: &Customer, code: &str) -> Value {
    let listed = clinic.get(&format!("{PATH}?code={code}")).await.is_ok().json();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    listed[0].clone()
}

async fn codes(clinic: &Customer, query: &str) -> Vec<String> {
    let listed = clinic.get(&format!("{PATH}{query}")).await.is_ok().json();
    let codes = listed.as_array().expect("a list").iter();
    codes
        .map(|one| one["code"].as_str().expect("a code").to_owned())
        .collect()
}

async fn redeem(clinic: &Customer, body: &Value) -> Answer {
    let url = clinic.realm.url("/mediquo/widget/activation-codes/redeem");
    let request = clinic.realm.http.post(url).header("x-api-key", clinic.api_key);
    Answer::to(request.json(body)).await
}

fn by_jane(code: &str) -> Value {
    json!({"code": code, "first_name": "Jane", "last_name": "Doe"})
}

#[tokio::test]
async fn a_code_is_made_with_the_documented_defaults() {
    let clinic = clinic().await;

    make(&clinic, json!({"code": "ABC"})).await;

    let expected = json!({
        "code": "ABC", "plan_name": null, "tag": null, "duration": "forever", "duration_in_months": null,
        "duration_in_days": null, "expires_at": null, "max_redemptions": 1, "meta": null, "active": true,
        "redemptions": [], "messages": {"last_phone_number": null, "last_phone_prefix": null},
        "emails": {"last_email": null}, "created_at": "2025-06-02T06:00:00Z",
    });
    assert_eq!(show(&clinic, "ABC").await.to_string(), expected.to_string());
}

#[tokio::test]
async fn a_code_keeps_everything_that_was_said() {
    let clinic = clinic().await;
    let said = json!({
        "code": "DEF", "plan_name": "gold", "tag": "t-1", "duration": "limited", "duration_in_months": 3,
        "duration_in_days": 10, "expires_at": "2025-12-31", "max_redemptions": 5, "meta": "{\"a\":1}",
    });

    make(&clinic, said.clone()).await;

    let shown = show(&clinic, "DEF").await;
    for (member, value) in said.as_object().expect("an object") {
        assert_eq!(&shown[member], value, "{member}");
    }
}

#[tokio::test]
async fn codes_that_cannot_be_are_refused() {
    let clinic = clinic().await;
    make(&clinic, json!({"code": "ABC"})).await;
    for (body, field, message) in [
        (json!({}), "code", "The code field is required."),
        (json!({"code": "ABC"}), "code", "The code has already been taken."),
        (
            json!({"code": "X", "duration": "short"}),
            "duration",
            "The selected duration is invalid.",
        ),
        (
            json!({"code": "X", "duration": "limited"}),
            "duration_in_months",
            "The duration_in_months field is required when duration is limited and duration_in_days is not present.",
        ),
        (
            json!({"code": "X", "duration_in_days": 3}),
            "duration_in_days",
            "The duration_in_days field is only allowed when duration is limited.",
        ),
        (
            json!({"code": "X", "expires_at": "31/12/2025"}),
            "expires_at",
            "The expires_at does not match the format Y-m-d.",
        ),
        (
            json!({"code": "X", "max_redemptions": 0}),
            "max_redemptions",
            "The max_redemptions must be at least 1.",
        ),
        (
            json!({"code": "X", "meta": {"a": 1}}),
            "meta",
            "The meta must be a string.",
        ),
    ] {
        finds_wrong(clinic.post(PATH, &body).await, field, message);
    }
    assert!(codes(&clinic, "?code=X").await.is_empty());
}

#[tokio::test]
async fn a_list_is_narrowed_by_code_tag_status_and_time() {
    let clinic = clinic().await;
    make(
        &clinic,
        json!({"code": "LAST-DAY", "tag": "mine", "expires_at": "2025-06-02"}),
    )
    .await;
    clinic.realm.advance("PT1H").await;
    make(&clinic, json!({"code": "LATER", "tag": "mine"})).await;
    make(&clinic, json!({"code": "OFF", "tag": "mine"})).await;
    clinic.put(&format!("{PATH}/OFF/deactivate"), &json!({})).await.is_ok();

    let all = ["WELCOME", "OVER", "LAST-DAY", "LATER", "OFF"];
    for (query, expected) in [
        ("", &all[..]),
        ("?tag=mine", &all[2..]),
        ("?code=OVER", &all[1..2]),
        ("?status=active&tag=mine", &all[2..4]),
        ("?status=expired", &all[1..2]),
        ("?created_at_gt=2025-06-02T06:30:00Z", &all[3..]),
        ("?created_at_lt=2025-06-02T06:30:00Z&tag=mine", &all[2..3]),
        ("?code=OVER&tag=mine", &[]),
        ("?page=2", &[]),
    ] {
        assert_eq!(codes(&clinic, query).await, expected, "{query}");
    }
    clinic.realm.advance("P1D").await;
    assert_eq!(codes(&clinic, "?status=expired").await, ["OVER", "LAST-DAY"]);
}

#[tokio::test]
async fn a_page_has_fifty_codes() {
    let clinic = clinic().await;
    for number in 0..51 {
        make(&clinic, json!({"code": format!("N{number:02}"), "tag": "many"})).await;
    }

    assert_eq!(codes(&clinic, "?tag=many").await.len(), 50);
    assert_eq!(codes(&clinic, "?tag=many&page=2").await, ["N50"]);
}

#[tokio::test]
async fn a_query_that_cannot_be_is_refused() {
    let clinic = clinic().await;
    for (query, field, message) in [
        ("?status=used", "status", "The selected status is invalid."),
        (
            "?created_at_gt=yesterday",
            "created_at_gt",
            "The created_at_gt is not a valid date.",
        ),
        ("?page=0", "page", "The page must be at least 1."),
        ("?page=two", "page", "The page must be an integer."),
    ] {
        finds_wrong(clinic.get(&format!("{PATH}{query}")).await, field, message);
    }
}

#[tokio::test]
async fn the_documentations_single_object_is_a_switch() {
    let clinic = clinic_with(json!({"activation_codes_shape": "object"})).await;

    let first = clinic.get(PATH).await.is_ok().json();
    let none = clinic.get(&format!("{PATH}?code=none")).await.is_ok().json();

    assert_eq!((&first["code"], none), (&json!("WELCOME"), json!({})));
}

#[tokio::test]
async fn a_code_is_redeemed_as_often_as_it_says_and_only_while_it_is_active() {
    let clinic = clinic().await;
    make(&clinic, json!({"code": "ABC", "plan_name": "gold"})).await;
    let path = format!("{PATH}/ABC");
    clinic.put(&format!("{path}/deactivate"), &json!({})).await.is_ok();
    finds_wrong(
        redeem(&clinic, &by_jane("ABC")).await,
        "code",
        "The code is not active.",
    );
    clinic.put(&format!("{path}/activate"), &json!({})).await.is_ok();

    let answer = redeem(&clinic, &by_jane("ABC")).await.is_ok();

    assert_eq!(answer.json()["plan_name"], "gold");
    let again = redeem(&clinic, &by_jane("ABC")).await;
    finds_wrong(again, "code", "The code has been redeemed already.");
    let shown = show(&clinic, "ABC").await;
    assert_eq!(
        shown["redemptions"],
        json!([{"first_name": "Jane", "last_name": "Doe"}])
    );
}

#[tokio::test]
async fn a_code_can_be_used_through_its_last_day() {
    let clinic = clinic().await;
    make(
        &clinic,
        json!({"code": "ABC", "expires_at": "2025-06-02", "max_redemptions": 9}),
    )
    .await;
    clinic.realm.advance("PT17H59M59S").await; // 23:59:59 UTC
    redeem(&clinic, &by_jane("ABC")).await.is_ok();

    clinic.realm.advance("PT1S").await;

    finds_wrong(redeem(&clinic, &by_jane("ABC")).await, "code", "The code has expired.");
}

#[tokio::test]
async fn a_patient_who_redeems_a_code_gets_its_plan() {
    let clinic = clinic().await;
    make(&clinic, json!({"code": "ABC", "plan_name": "gold"})).await;
    let token = clinic.token("john-1").await;

    redeem(&clinic, &json!({"code": "ABC", "access_token": token}))
        .await
        .is_ok();

    let john = clinic.patient("john-1").await;
    assert_eq!(
        (&john["plan"], &john["unsubscribed_at"]),
        (&json!("gold"), &json!(null))
    );
    assert_eq!(
        (&john["last_name"], &john["birth_date"]),
        (&json!("Doe"), &json!("1990-01-01"))
    );
    let shown = show(&clinic, "ABC").await;
    assert_eq!(
        shown["redemptions"],
        json!([{"first_name": "John", "last_name": "Doe"}])
    );
}

#[tokio::test]
async fn a_redemption_that_is_refused_gives_no_plan() {
    let clinic = clinic().await;
    make(&clinic, json!({"code": "ABC", "plan_name": "gold"})).await;
    redeem(&clinic, &by_jane("ABC")).await.is_ok();
    let (token, theirs) = (
        clinic.token("john-1").await,
        Customer::insurer(&clinic.realm).token("other-1").await,
    );

    redeem(&clinic, &json!({"code": "ABC", "access_token": token}))
        .await
        .has_status(422);

    assert_eq!(clinic.patient("john-1").await["plan"], json!(null));
    says(
        redeem(&clinic, &json!({"code": "ABC", "access_token": theirs})).await,
        401,
        "Unauthorized",
    );
    says(
        redeem(&clinic, &json!({"code": "ABC", "access_token": "x.y.z"})).await,
        401,
        "Unauthorized",
    );
    says(redeem(&clinic, &by_jane("NONE")).await, 404, "Not found");
    says(redeem(&clinic, &by_jane("ELSEWHERE")).await, 403, "Forbidden");
    finds_wrong(
        redeem(&clinic, &json!({"code": "ABC"})).await,
        "first_name",
        "The first_name field is required.",
    );
}

fn send(code: &str) -> String {
    format!("{PATH}/{code}/send")
}

#[tokio::test]
async fn a_code_is_sent_by_text_message_and_e_mail() {
    let clinic = clinic().await;
    let body = json!({
        "name": "Jane", "prefix": "+34", "phone": "600123456", "email": "jane@example.com", "language": "en",
    });

    let answer = clinic.put(&send("WELCOME"), &body).await.is_ok();

    assert_eq!(
        answer.json(),
        json!({"data": {"sms": "delivered", "email": "delivered"}})
    );
    let messages = clinic.realm.get("/control/api/outbox").await.is_ok().json()["messages"].clone();
    assert_eq!(
        (&messages[0]["channel"], &messages[0]["recipient"]),
        (&json!("sms"), &json!("+34600123456"))
    );
    assert_eq!(
        (&messages[1]["channel"], &messages[1]["recipient"]),
        (&json!("email"), &json!("jane@example.com"))
    );
    assert_eq!(messages[1]["subject"], "Your activation code for Demo Clinic");
    for message in [&messages[0], &messages[1]] {
        assert!(
            message["body"].as_str().is_some_and(|body| body.contains("WELCOME")),
            "{message}"
        );
    }
    let shown = show(&clinic, "WELCOME").await;
    let phone = json!({"last_phone_number": "600123456", "last_phone_prefix": "+34"});
    assert_eq!(
        (&shown["messages"], &shown["emails"]["last_email"]),
        (&phone, &json!("jane@example.com"))
    );
}

#[tokio::test]
async fn only_the_ways_that_were_asked_for_are_reported() {
    let clinic = clinic().await;

    let by_phone = json!({"name": "Jane", "prefix": "+34", "phone": "600123456"});
    let by_mail = json!({"name": "Jane", "email": "jane@example.com"});

    let sent = async |body: &Value| clinic.put(&send("WELCOME"), body).await.is_ok().json();
    assert_eq!(sent(&by_phone).await, json!({"data": {"sms": "delivered"}}));
    assert_eq!(sent(&by_mail).await, json!({"data": {"email": "delivered"}}));
}

#[tokio::test]
async fn one_way_that_works_is_enough_and_none_is_not() {
    let clinic = clinic().await;
    let body = |phone: &str| json!({"name": "Jane", "prefix": "+34", "phone": phone, "email": "jane@nowhere.invalid"});

    let half = clinic.put(&send("WELCOME"), &body("600123456")).await.is_ok();
    let none = clinic.put(&send("WELCOME"), &body("000000000")).await.has_status(400);
    let nowhere = clinic
        .put(&send("WELCOME"), &json!({"name": "Jane"}))
        .await
        .has_status(400);

    assert_eq!(half.json()["data"], json!({"sms": "delivered", "email": "failed"}));
    assert_eq!(none.json()["data"], json!({"sms": "failed", "email": "failed"}));
    assert_eq!(nowhere.json()["data"], json!({}));
    let messages = clinic.realm.get("/control/api/outbox").await.is_ok().json();
    assert_eq!(messages["messages"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn sending_needs_a_name_and_whole_numbers() {
    let clinic = clinic().await;
    for (body, field, message) in [
        (
            json!({"email": "jane@example.com"}),
            "name",
            "The name field is required.",
        ),
        (
            json!({"name": "J", "phone": "600123456"}),
            "prefix",
            "The prefix field is required when phone is present.",
        ),
        (
            json!({"name": "J", "prefix": "+34"}),
            "phone",
            "The phone field is required when prefix is present.",
        ),
        (
            json!({"name": "J", "prefix": "34", "phone": "600123456"}),
            "prefix",
            "The prefix format is invalid.",
        ),
        (
            json!({"name": "J", "prefix": "+34", "phone": "six"}),
            "phone",
            "The phone format is invalid.",
        ),
        (
            json!({"name": "J", "email": "jane"}),
            "email",
            "The email must be a valid email address.",
        ),
        (
            json!({"name": "J", "language": "fr"}),
            "language",
            "The selected language is invalid.",
        ),
    ] {
        finds_wrong(clinic.put(&send("WELCOME"), &body).await, field, message);
    }
}

#[tokio::test]
async fn sending_is_forbidden_until_it_is_enabled_and_for_other_peoples_codes() {
    let clinic = clinic().await;
    let insurer = Customer::insurer(&clinic.realm);
    let body = json!({"name": "Jane", "email": "jane@example.com"});

    says(insurer.put(&send("ELSEWHERE"), &body).await, 403, "Forbidden");
    says(clinic.put(&send("ELSEWHERE"), &body).await, 403, "Forbidden");
    says(clinic.put(&send("NONE"), &body).await, 404, "Not found");
    for switch in ["activate", "deactivate"] {
        says(
            clinic.put(&format!("{PATH}/ELSEWHERE/{switch}"), &json!({})).await,
            403,
            "Forbidden",
        );
        says(
            clinic.put(&format!("{PATH}/NONE/{switch}"), &json!({})).await,
            404,
            "Not found",
        );
    }
}
