//! The OpenAPI document of a realm's control API, and the page that shows it.

use anteroom::{app::control_operation::Reach, control::operations::operations, portals};
use serde_json::Value;

use super::test_server::{TestServer, detail, filled};
use crate::support::{Answer, Emulator, Realm, browser::in_chromium, fresh_realm};

async fn document(realm: &Realm) -> Value {
    let answer = realm.get("/control/api-docs/openapi.json").await.is_ok();
    answer.is_json();
    answer.json()
}

/// Where the document says its paths begin, seen from where it was read.
fn beginning(document: &Value, read_at: &str) -> String {
    let server = document["servers"][0]["url"].as_str().expect("a server");
    let from = url::Url::parse(read_at).expect("an address");
    let beginning = from.join(server).expect("an address").to_string();
    beginning.trim_end_matches('/').to_owned()
}

#[tokio::test]
async fn the_document_knows_every_row_of_the_table_and_no_other() {
    let root = Emulator::shared().default_realm();

    let document = document(&root).await;

    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().expect("paths").iter();
    let mut documented: Vec<_> = paths
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .expect("methods")
                .keys()
                .map(move |method| format!("{method} {path}"))
        })
        .collect();
    let mut served: Vec<_> = operations(portals::ALL)
        .into_iter()
        .map(|row| format!("{} {}", row.method.as_str().to_lowercase(), row.path))
        .collect();
    documented.sort();
    served.sort();
    assert_eq!(documented, served);
}

#[tokio::test]
async fn a_realms_document_leaves_out_what_is_only_at_the_root() {
    let realm = fresh_realm().await;

    let document = document(&realm).await;

    let paths = document["paths"].as_object().expect("paths");
    for row in operations(portals::ALL) {
        assert_eq!(paths.contains_key(row.path), row.access == Reach::Realm, "{}", row.path);
    }
}

#[tokio::test]
async fn its_addresses_begin_where_the_realm_does_whichever_way_it_is_read() {
    let realm = fresh_realm().await;

    for (path, accept) in [
        ("/control/api-docs/openapi.json", "*/*"),
        ("/control/api-docs", "application/json"),
    ] {
        let request = realm.http.get(realm.url(path)).header("accept", accept);
        let answer = Answer::to(request).await.is_ok();
        assert_eq!(answer.media_type(), "application/json", "{answer}");
        assert_eq!(beginning(&answer.json(), &realm.url(path)), realm.issuer);
    }
}

#[tokio::test]
async fn a_browser_gets_the_page_at_the_same_address() {
    let realm = fresh_realm().await;

    for accept in [
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "text/html, application/json",
        "*/*",
    ] {
        let request = realm.http.get(realm.url("/control/api-docs")).header("accept", accept);
        let page = Answer::to(request).await.is_ok().has_header("vary", "Accept");
        assert_eq!(page.media_type(), "text/html", "{accept}");
        let html = page.text();
        let named: Vec<_> = html.split('"').filter(|part| part.starts_with("api-docs/")).collect();
        assert!(named.len() >= 4, "{html}");
        for file in named {
            realm.get(&format!("/control/{file}")).await.is_ok();
        }
    }
    detail(&realm.get("/control/api-docs/nothing.js").await.has_status(404));
}

/// Every row is there: what it answers is its own, not the router's.
#[tokio::test]
async fn every_documented_row_is_served_and_the_others_are_not() {
    let test_server = TestServer::open(&[]).await;

    for row in operations(portals::ALL) {
        // Without a body where one is wanted, so that nothing happens; and not whole, since a stream has no end.
        let request = test_server.request(row).header("content-type", "text/plain").body("{");
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        assert_ne!(status, 405, "{} {}", row.method, row.path);
        if status == 404 {
            let problem: Value = answer
                .json()
                .await
                .unwrap_or_else(|error| panic!("{}: {error}", row.path));
            let detail = problem["detail"].as_str().unwrap_or_default();
            assert!(
                !detail.contains("no operation at this path"),
                "{} {}: {detail}",
                row.method,
                row.path
            );
        }
        // The deed may have been to remove the realm.
        test_server
            .server
            .try_realm(serde_json::json!({"name": "lived-in"}))
            .await;
    }
    for path in [
        "/control/",
        "/control/api",
        "/control/api/",
        "/control/api/nothing",
        "/control/api/clock/hands",
    ] {
        let answer = test_server.realm.get(path).await.has_status(404);
        assert!(detail(&answer).contains("no operation at this path"), "{answer}");
    }
    for row in operations(portals::ALL) {
        let known = operations(portals::ALL)
            .into_iter()
            .filter(|other| filled(other.path) == filled(row.path))
            .map(|other| other.method.clone());
        let known: Vec<_> = known.collect();
        let unknown = ["POST", "PUT", "PATCH", "DELETE"].map(|method| method.parse::<reqwest::Method>().unwrap());
        for method in unknown.into_iter().filter(|method| !known.contains(method)) {
            let answer = Answer::to(test_server.realm.http.request(method, test_server.address(row)))
                .await
                .has_status(405);
            detail(&answer);
        }
    }
}

#[tokio::test]
async fn the_page_shows_every_row_and_sends_requests_to_its_own_realm() {
    in_chromium(async |browser| {
        let realm = fresh_realm().await;
        let large = browser.0.set_window_rect(0, 0, 1200, 1600).await;
        large.expect("the whole page is in sight");
        browser.open(&realm.url("/control/api-docs")).await;

        let clock = "#operations-Clock-readClock";
        browser.click(&format!("{clock} button.opblock-summary-control")).await;
        browser.click(&format!("{clock} button.try-out__btn")).await;
        browser.click(&format!("{clock} button.execute")).await;

        let answer = browser
            .find(&format!("{clock} .live-responses-table .response .microlight"))
            .await;
        let answer = answer.text().await.expect("text");
        assert!(answer.contains("\"frozen\": true"), "{answer}");
        let source = browser.source().await;
        for row in operations(portals::ALL)
            .into_iter()
            .filter(|row| row.access == Reach::Realm)
        {
            assert!(
                source.contains(&format!("operations-{}-{}", row.tag, row.id)),
                "{}",
                row.id
            );
        }
        let complaints = browser.complaints().await;
        assert!(complaints.is_empty(), "the browser complains: {complaints:#?}");
    })
    .await;
}
