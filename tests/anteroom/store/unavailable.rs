//! A database that is busy for too long: 503 with `Retry-After`, in the form of the address.

use axum::{body::Body, response::Response};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::in_process::Site;

const AUTHORIZE: &str = "/oauth/authorize?response_type=code&client_id=demo-client\
    &redirect_uri=https%3A%2F%2Fclient.example.com%2Fcb&scope=openid&state=af0ifjsldkj&nonce=n-0S6_WzA2Mj\
    &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

async fn answer(site: &Site, request: http::request::Builder, body: &'static str) -> Response {
    let request = request.header(header::HOST, "localhost:8080").body(Body::from(body));
    site.router.clone().oneshot(request.unwrap()).await.unwrap()
}

fn header(response: &Response, name: header::HeaderName) -> &str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

async fn text(response: Response) -> String {
    let body = response.into_body().collect().await.unwrap();
    String::from_utf8(body.to_bytes().to_vec()).unwrap()
}

/// Another process holds SQLite's lock for writing; reading goes on.
#[tokio::test]
async fn a_busy_database_is_a_503_in_the_form_of_the_address() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(folder.path()).await.unwrap();
    let other = rusqlite::Connection::open(folder.path().join("anteroom.db")).unwrap();
    other.execute_batch("begin immediate").unwrap();

    let token = Request::post("/oauth/token")
        .header(header::AUTHORIZATION, "Basic ZGVtby1jbGllbnQ6ZGVtby1zZWNyZXQ=")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let realm = Request::post("/control/api/realms").header(header::CONTENT_TYPE, "application/json");
    let (token, realm, authorized, read, ready) = tokio::join!(
        answer(
            &site,
            token,
            "grant_type=client_credentials&scope=appointment_guest_lookup"
        ),
        answer(&site, realm, "{}"),
        answer(&site, Request::get(AUTHORIZE), ""),
        answer(&site, Request::get("/control/api/users"), ""),
        answer(&site, Request::get("/readyz"), ""),
    );

    assert_eq!(
        ready.status(),
        StatusCode::SERVICE_UNAVAILABLE,
        "nothing can be written"
    );
    assert_eq!(header(&ready, header::RETRY_AFTER), "1");

    assert_eq!(read.status(), StatusCode::OK);
    for response in [&token, &realm] {
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(header(response, header::RETRY_AFTER), "1");
    }
    assert_eq!(header(&token, header::CONTENT_TYPE), "application/json");
    let body: serde_json::Value = serde_json::from_str(&text(token).await).unwrap();
    assert_eq!(body["error"], "temporarily_unavailable");
    assert_eq!(header(&realm, header::CONTENT_TYPE), "application/problem+json");
    let location = header(&authorized, header::LOCATION);
    assert!(location.contains("error=temporarily_unavailable"), "{location}");
}
