//! Whatever is sent, the answer is a documented refusal: never a 500, and never a half-written booking.

use anteroom::portals::mypatientportal::calls::CALLS;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Patient, TYPE, at, data, patient, text};
use crate::support::{Answer, fresh_realm, portal_realm};

#[tokio::test]
async fn a_wrong_method_is_answered_with_the_right_one() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let ask = async |method: Method, path: &str| Answer::to(anne.0.request(method, &at(path))).await.has_status(405);

    let get_only = ask(Method::POST, "/user").await;
    let post_only = ask(Method::GET, "/booking").await;
    let both = ask(Method::POST, "/appointments/x/asap_list").await;
    let odd = ask(Method::from_bytes(b"BREW").expect("a method"), "/insurances").await;

    assert_eq!(
        get_only.json(),
        json!({"error": "This method is only available via GET"})
    );
    assert_eq!(get_only.header("allow"), Some("GET"));
    assert_eq!(
        post_only.json(),
        json!({"error": "This method is only available via POST"})
    );
    assert_eq!(post_only.header("allow"), Some("POST"));
    assert_eq!(
        both.json(),
        json!({"error": "This method is only available via PUT or DELETE"})
    );
    assert_eq!(odd.json()["error"], "This method is only available via GET");
}

#[tokio::test]
async fn an_unknown_path_is_not_found_in_the_portals_form() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;

    for path in [
        "/event_types",
        "/appointments/",
        "/appointments/x/y",
        "/appointments/x/asap_list/z",
        "/%00",
    ] {
        let answer = anne.get(path).await.has_status(404);
        assert!(answer.json()["error"].is_string(), "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_in_its_form() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let refused = json!({"error": "Format error in body"});

    for (content_type, body) in [
        ("application/json", "{"),
        ("application/json", "[]"),
        ("application/json", "\"availability_id\""),
        ("application/json", "availability_id=x"),
        ("application/json", "{\"availability_id\": \"\u{fffd}"),
        ("text/plain", "availability_id=x"),
        ("application/xml", "<availability_id/>"),
        ("application/x-www-form-urlencoded", "availability_id=%zz"),
        ("application/x-www-form-urlencoded", "availability_id=%ff"),
    ] {
        let answer = anne.post_raw("/booking", content_type, body).await.has_status(400);
        assert_eq!(answer.json(), refused, "{content_type} {body}");
    }
    let bytes = anne
        .post_raw("/booking", "application/json", vec![0xff, 0xfe, 0x00])
        .await
        .has_status(400);
    assert_eq!(bytes.json(), refused);
    let empty = anne.post_raw("/booking", "application/json", "").await.has_status(400);
    assert_eq!(empty.json(), json!({"error": "availability_id missing"}));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_and_not_read() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let slot = anne.slot(TYPE, 0).await;

    let large = json!({"availability_id": slot, "comments": "x".repeat(70_000)});
    let answer = anne.post("/booking", &large).await.has_status(413);
    let long = json!({"availability_id": slot, "comments": "x".repeat(10_001)});
    let too_long = anne.post("/booking", &long).await.has_status(400);

    assert!(answer.json()["error"].is_string(), "{answer}");
    assert_eq!(too_long.json(), json!({"error": "Format error in comments"}));
    assert_eq!(data(anne.get("/appointments").await), [Value::Null; 0]);
}

#[tokio::test]
async fn days_that_are_none_are_refused_by_name() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let path = "/availabilities?appointment_category_id=53&appointment_type_id=198";
    let refusal = async |query: &str| {
        text(
            &anne.get(&format!("{path}&{query}")).await.has_status(400).json(),
            "error",
        )
    };

    for wrong in [
        "2025-06-31",
        "20250601",
        "2025-6-1",
        "today",
        "2025-06-03T09:00:00",
        "2025-06-03T09:00:00%2B02:00",
        "0",
        "-2025-06-01",
    ] {
        assert_eq!(
            refusal(&format!("from={wrong}")).await,
            "Format error in from",
            "{wrong}"
        );
    }
    assert_eq!(refusal("from=2025-06-04&to=2025-06-03").await, "Format error in to");
    assert_eq!(refusal("born_on=yesterday").await, "Format error in born_on");
    assert_eq!(refusal("from=2025-06-03&from=2025-06-04").await, "Format error in from");
    let listed = anne.get("/appointments?from=nonsense").await.has_status(400);
    assert_eq!(listed.json(), json!({"error": "Format error in from"}));
    let truth = anne
        .get("/appointments?include_cancelled=perhaps")
        .await
        .has_status(400);
    assert_eq!(truth.json(), json!({"error": "Format error in include_cancelled"}));
}

#[tokio::test]
async fn what_is_missing_is_asked_for_by_name() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let refusal = async |path: &str| text(&anne.get(path).await.has_status(400).json(), "error");

    assert_eq!(refusal("/availabilities").await, "appointment_category_id missing");
    assert_eq!(
        refusal("/availabilities?appointment_category_id=53").await,
        "appointment_type_id missing"
    );
    assert_eq!(refusal("/appointment_types").await, "appointment_category_id missing");
    assert_eq!(
        refusal("/appointment_types?appointment_category_id=").await,
        "appointment_category_id missing"
    );
    assert_eq!(
        refusal("/appointment_types?appointment_category_id=all").await,
        "Format error in appointment_category_id"
    );
}

#[tokio::test]
async fn fields_of_a_booking_have_their_types() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let slot = anne.slot(TYPE, 0).await;

    for (field, wrong) in [
        ("availability_id", json!(["x"])),
        ("availability_id", json!({"id": "x"})),
        ("asap_list_opt_in", json!("perhaps")),
        ("asap_list_opt_in", json!(1)),
        ("insurance_id", json!("public")),
        ("insurance_id", json!(-136)),
        ("insurance_id", json!(1.5)),
        ("comments", json!(7)),
        ("structured_comment", json!("Ja")),
        ("structured_comment", json!(["Ja"])),
        ("email", json!("nobody")),
        ("ref", json!("has blanks")),
        ("ref", json!("x".repeat(65))),
        ("validate_patient_data", json!("ja")),
        ("do_notification", json!([])),
        ("allow_sms_notifications", json!("2")),
    ] {
        let mut body = json!({"availability_id": slot});
        body[field] = wrong.clone();
        let answer = anne.post("/booking", &body).await.has_status(400);
        assert_eq!(
            answer.json(),
            json!({"error": format!("Format error in {field}")}),
            "{wrong}"
        );
    }
    assert_eq!(data(anne.get("/appointments").await), [Value::Null; 0]);
}

/// Things that have broken servers before.
fn hostile() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "\0",
        "a\0b",
        "'",
        "' or 1=1 --",
        "\"",
        "\\",
        "%",
        "%00",
        "%zz",
        "../../etc/passwd",
        "{{7*7}}",
        "<script>",
        "\u{202e}",
        "\u{feff}",
        "ä",
        "💊",
        "-1",
        "0",
        "00136",
        "9223372036854775807",
        "9223372036854775808",
        "1e999",
        "NaN",
        "null",
        "true",
        "[]",
        "{}",
        "9999-12-31",
        "-9999-01-01",
        "0000-01-01",
        "2025-02-29",
        "A--B--C",
        "----",
        "a@b.c",
        "\r\nX-Injected: 1",
        "\t",
        "\u{1}",
        "\u{7f}",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.extend(["x".repeat(300), "ü".repeat(3000), "9".repeat(400), "a--".repeat(500)]);
    texts
}

fn fine(answer: &Answer) {
    assert!(answer.status < 500, "{answer}");
    if answer.status >= 400 {
        let body = answer.json();
        assert!(body["error"].is_string() || body["reason"].is_string(), "{answer}");
    }
}

async fn ask(caller: &Patient, method: &Method, path: &str, query: &[(&str, &str)], body: Option<Value>) -> Answer {
    let mut request = caller.0.request(method.clone(), &at(path)).query(query);
    if let Some(body) = body {
        request = request.json(&body);
    }
    Answer::to(request).await
}

#[tokio::test]
async fn no_hostile_text_breaks_any_input_of_any_row() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let id = anne.books(0).await;
    let before = data(anne.get("/appointments").await);
    let slot = anne.slot(TYPE, 0).await;

    for row in CALLS.iter().filter(|row| !row.path.ends_with("cancel")) {
        let method = Method::from_bytes(row.method.as_str().as_bytes()).expect("a method");
        let path = row.path.replace("{id}", &id);
        for text in hostile() {
            for parameter in row.query {
                let mut query = vec![("appointment_category_id", "53"), ("appointment_type_id", "198")];
                query.retain(|(name, _)| row.documents(name) && *name != parameter.name);
                query.push((parameter.name, &text));
                fine(&ask(&anne, &method, &path, &query, None).await);
            }
            for member in row.body.members().iter().filter(|member| member.name != "comments") {
                let mut body = json!({});
                if row.documents("structured_comment") && member.name != "availability_id" {
                    // Named last in the table's words, so that nothing is booked by accident.
                    body["availability_id"] = json!(format!("{slot}x"));
                }
                body[member.name] = json!(text);
                fine(&ask(&anne, &method, &path, &[], Some(body)).await);
            }
            if row.path.contains("{id}") {
                let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
                let path = row.path.replace("{id}", &encoded.replace('+', "%20"));
                fine(
                    &ask(
                        &anne,
                        &method,
                        &path,
                        &[],
                        row.writes().then(|| json!({"email": "anne@example.com"})),
                    )
                    .await,
                );
            }
        }
    }

    let after = data(anne.get("/appointments").await);
    assert_eq!(after.len(), before.len(), "nothing was booked");
    assert_eq!(after[0]["starts_at"], before[0]["starts_at"], "nothing was moved");
    assert_eq!(after[0]["cancelled_at"], Value::Null, "nothing was cancelled");
}

#[tokio::test]
async fn names_of_any_script_are_kept_as_they_are() {
    let realm = fresh_realm().await;
    let layla = patient(&realm, "layla").await;
    let slot = layla.slot(200, 0).await;
    let answers = json!({"Neupatient": "Ja", "Vorerkrankungen": "الربو 💊 ' \" \\ %"});

    let booked = layla
        .post(
            "/booking",
            &json!({"availability_id": slot, "structured_comment": answers, "comments": "شكرا"}),
        )
        .await;

    booked.is_ok();
    let profile = layla.get("/user").await.is_ok().json();
    assert!(
        text(&profile["data"], "full_name")
            .chars()
            .any(|message| ('\u{600}'..'\u{6ff}').contains(&message)),
        "{profile}"
    );
}

#[tokio::test]
async fn the_bare_address_of_the_portal_answers_in_its_form_and_to_any_origin() {
    let realm = portal_realm().await;

    for path in ["", "/"] {
        let request = realm
            .http
            .get(realm.url(&at(path)))
            .header("origin", "https://app.test");
        let answer = Answer::to(request).await.has_status(404);
        assert_eq!(answer.json(), json!({"error": "Resource not found."}), "{answer}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{answer}");
    }
}

#[tokio::test]
async fn a_json_body_that_says_something_twice_is_refused() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let slot = anne.slot(TYPE, 0).await;

    for twice in [
        format!(r#"{{"availability_id": "x", "availability_id": "{slot}"}}"#),
        format!(r#"{{"availability_id": "{slot}", "structured_comment": {{"a": "1", "a": "2"}}}}"#),
    ] {
        let answer = anne
            .post_raw("/booking", "application/json", twice)
            .await
            .has_status(400);
        assert_eq!(answer.json(), json!({"error": "Format error in body"}), "{answer}");
    }

    assert_eq!(data(anne.get("/appointments").await), [Value::Null; 0]);
}

#[tokio::test]
async fn a_body_is_too_large_in_the_same_words_whoever_finds_out() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let size = |size: usize| "x".repeat(size);

    let over_the_portals = anne
        .post_raw("/booking", "application/json", size(70_000))
        .await
        .has_status(413);
    let over_the_servers = anne
        .post_raw("/booking", "application/json", size(1_100_000))
        .await
        .has_status(413);

    assert_eq!(over_the_portals.json(), json!({"error": "the body is too large"}));
    assert_eq!(over_the_servers.json(), over_the_portals.json());
}
