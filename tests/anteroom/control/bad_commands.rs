//! A command that is refused has changed nothing; and a question changes nothing either.

use anteroom::{
    api::operation::Content,
    app::control_operation::{ControlOperation, Reach},
    control::operations::operations,
    portals,
};
use serde_json::json;

use super::test_server::{TestServer, detail, filled};
use crate::support::{Answer, Realm};

/// What each row that reads a body is sent, and the statuses that are right for it.
const BAD_BODIES: [(&str, &str, &str, u16); 8] = [
    ("not JSON", "application/json", "{\"name\": ", 400),
    ("no object", "application/json", "[1, 2]", 400),
    (
        "a member nobody knows",
        "application/json",
        "{\"no_such_member\": true}",
        400,
    ),
    ("a form", "application/x-www-form-urlencoded", "name=value", 415),
    ("text that is JSON", "text/plain", "{\"no_such_member\": true}", 415),
    ("no type at all", "", "{}", 415),
    ("other bytes than UTF-8", "application/json", "{\"a\": \"\u{0}\"}", 400),
    ("two documents", "application/json", "{}{}", 400),
];

fn with_body(
    test_server: &TestServer,
    row: &ControlOperation,
    kind: &str,
    body: impl Into<reqwest::Body>,
) -> reqwest::RequestBuilder {
    let request = test_server.request(row).body(body);
    if kind.is_empty() {
        return request;
    }
    request.header("content-type", kind)
}

fn rows_that_read_a_body() -> impl Iterator<Item = &'static ControlOperation> {
    operations(portals::ALL).into_iter().filter(|row| row.body.is_read())
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_and_changes_nothing() {
    let test_server = TestServer::open(&[]).await;
    let before = test_server.look_around().await;
    assert!(rows_that_read_a_body().count() >= 2);

    for row in rows_that_read_a_body() {
        for (what, kind, body, status) in BAD_BODIES {
            let answer = Answer::to(with_body(&test_server, row, kind, body)).await;
            detail(&answer);
            // What is not there is not there, whatever the body says.
            assert!([status, 404].contains(&answer.status), "{what}: {answer}");
        }
        test_server.is_still(&before, row.id).await;
    }
}

#[tokio::test]
async fn a_body_is_bounded_in_size_and_in_depth() {
    let test_server = TestServer::open(&[]).await;
    let before = test_server.look_around().await;
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(1 << 20));
    let deep = format!("{{\"name\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));

    for row in rows_that_read_a_body() {
        let answer = Answer::to(with_body(&test_server, row, "application/json", large.clone())).await;
        detail(&answer);
        // A row that says so itself takes larger ones, and sees that this is none of its.
        let larger = row.refusals.iter().any(|(status, _)| *status == 413);
        assert!(answer.status == 413 || (larger && answer.status == 400), "{answer}");
        let answer = Answer::to(with_body(&test_server, row, "application/json", deep.clone())).await;
        detail(&answer);
        assert!([400, 404].contains(&answer.status), "{answer}");
    }
    test_server.is_still(&before, "all of it").await;
}

#[tokio::test]
async fn a_realm_that_is_not_there_is_said_not_to_be_there() {
    let test_server = TestServer::open(&[]).await;
    let before = test_server.look_around().await;
    let nowhere = Realm::at(
        &format!("{}/realms/nowhere", test_server.server.issuer),
        "nowhere",
        test_server.realm.http.clone(),
    );

    for row in operations(portals::ALL) {
        let path = filled(row.path);
        let at_the_root = test_server.server.default_realm();
        let elsewhere = match row.access {
            Reach::Realm => nowhere.url(&path),
            Reach::Server if row.path.contains("{realm}") => at_the_root.url(&row.path.replace("{realm}", "nowhere")),
            // It is not inside a realm that is there, either.
            Reach::Server => test_server.realm.url(&path),
        };
        let request = test_server.realm.http.request(row.method.clone(), elsewhere);
        let answer = Answer::to(request.json(&json!({}))).await;
        let detail = detail(&answer);
        assert!(
            answer.status == 404 || (answer.status == 400 && row.path.contains("{realm}") && row.body.is_read()),
            "{detail}: {answer}"
        );
    }
    test_server.is_still(&before, "all of it").await;
}

#[tokio::test]
async fn a_parameter_nobody_knows_is_refused() {
    let test_server = TestServer::open(&[]).await;

    for row in operations(portals::ALL)
        .into_iter()
        .filter(|row| !row.query.is_empty() && row.method == reqwest::Method::GET)
    {
        let address = format!("{}?no_such_parameter=1", test_server.address(row));
        let answer = Answer::to(test_server.realm.http.get(address)).await;
        detail(&answer);
        assert!([400, 404].contains(&answer.status), "{answer}");
    }
}

#[tokio::test]
async fn asking_changes_nothing() {
    let test_server = TestServer::open(&[]).await;
    test_server.realm.demo_client().tokens_for("anne").await;
    let before = test_server.look_around().await;

    for row in operations(portals::ALL)
        .into_iter()
        .filter(|row| row.method == reqwest::Method::GET)
    {
        // Not whole: a stream has no end.
        test_server.request(row).send().await.expect("an answer");
    }

    test_server.is_still(&before, "all of it").await;
}

/// What the walk compares: without the states of the settings in it, it would prove nothing.
#[tokio::test]
async fn a_good_command_would_have_been_seen() {
    let test_server = TestServer::open(&[]).await;
    let before = test_server.look_around().await;

    test_server.realm.advance("PT1H").await;

    let after = test_server.look_around().await;
    assert_ne!(before["readClock"], after["readClock"]);
    assert_ne!(before["listRealms"], after["listRealms"]);
    assert!(
        operations(portals::ALL)
            .into_iter()
            .any(|row| matches!(row.answer.content, Content::Json(_)) && row.body.is_read())
    );
}

/// PostgreSQL takes no U+0000 in a text.
#[tokio::test]
async fn a_u_0000_is_refused_wherever_it_is() {
    let test_server = TestServer::open(&[]).await;
    let http = &test_server.realm.http;
    for row in operations(portals::ALL) {
        let realm = match row.access {
            Reach::Server => &test_server.server.issuer,
            Reach::Realm => &test_server.realm.issuer,
        };
        let send = async |url: String, body: Option<String>| {
            let mut request = http.request(row.method.clone(), &url);
            if let Some(body) = body {
                request = request.header("content-type", "application/json").body(body);
            }
            let answer = Answer::to(request).await;
            assert!((400..500).contains(&answer.status), "{} {url}: {answer}", row.method);
        };
        for (start, _) in row.path.match_indices('{') {
            let end = start + row.path[start..].find('}').expect("closed") + 1;
            for zero in ["%00", "a%00b"] {
                let path = format!("{}{zero}{}", &row.path[..start], &row.path[end..]);
                send(format!("{realm}{}", filled(&path)), None).await;
            }
        }
        for parameter in row.query {
            send(format!("{realm}{}?{}=a%00b", filled(row.path), parameter.name), None).await;
        }
        if row.body.is_read() {
            for body in [
                r#"{"a\u0000b": 1}"#,
                r#"{"name": "a\u0000b"}"#,
                r#"{"x": [{"y": "\u0000"}]}"#,
            ] {
                send(format!("{realm}{}", filled(row.path)), Some(body.to_owned())).await;
            }
        }
    }
}
