//! Which requests enter the control API.

use axum::{Router, body::Body, middleware, routing::get};
use tower::ServiceExt as _;

use super::*;

const TOKEN: &str = "k2BmZ0m4Zt6c2oB0O2V7mC1x5uH8sQ3yJ9wR4eT6aD0";

fn entry(issuer: &str, token: Option<&str>) -> Entry {
    let hosts = KnownHosts::new(issuer, ["anteroom.test", "192.168.1.7"].map(str::to_owned));
    Entry::new(issuer.parse().unwrap(), hosts, token.map(Secret::new))
}

async fn ask(entry: &Entry, path: &str, headers: &[(&str, &str)]) -> Response {
    let room = get(|| async { "inside" });
    let room = Router::new()
        .route("/control", room.clone())
        .route("/control/api/clock", room.post(|| async { "done" }));
    let room = room.layer(middleware::from_fn_with_state(entry.clone(), guard));
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    room.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn status(entry: &Entry, headers: &[(&str, &str)]) -> u16 {
    ask(entry, "/control/api/clock", headers).await.status().as_u16()
}

#[tokio::test]
async fn our_own_hosts_may_enter_under_any_port() {
    let entry = entry("http://localhost:8080", None);

    for host in [
        "localhost:8080",
        "localhost",
        "127.0.0.1:1",
        "[::1]:8080",
        "x.localhost",
        "anteroom.test:80",
        "192.168.1.7:8080",
    ] {
        assert_eq!(status(&entry, &[("host", host)]).await, 200, "{host}");
    }
}

#[tokio::test]
async fn a_name_that_was_only_pointed_at_us_may_not() {
    let entry = entry("http://localhost:8080", None);

    for host in [
        "evil.example",
        "localhost.evil.example:8080",
        "192.168.1.8",
        "anteroom.test.evil.example",
        "",
        "127.0.0.1.evil.example",
    ] {
        assert_eq!(status(&entry, &[("host", host)]).await, 403, "{host}");
    }
    assert_eq!(status(&entry, &[]).await, 403, "no host at all");
}

#[tokio::test]
async fn listening_everywhere_makes_every_address_ours_but_no_name() {
    let hosts = KnownHosts::new("http://localhost:8080", ["0.0.0.0".to_owned()]);
    let entry = Entry::new("http://localhost:8080".parse().unwrap(), hosts, None);

    assert_eq!(status(&entry, &[("host", "10.1.2.3:8080")]).await, 200);
    assert_eq!(status(&entry, &[("host", "evil.example")]).await, 403);
}

#[tokio::test]
async fn a_foreign_origin_may_not_enter() {
    let entry = entry("https://anteroom.test", None);
    let host = ("host", "localhost:8080");

    for ours in ["http://localhost:8080", "https://anteroom.test"] {
        assert_eq!(status(&entry, &[host, ("origin", ours)]).await, 200, "{ours}");
    }
    for foreign in [
        "http://localhost:3000",
        "http://evil.example",
        "null",
        "",
        "http://localhost:8080.evil.example",
    ] {
        assert_eq!(status(&entry, &[host, ("origin", foreign)]).await, 403, "{foreign}");
    }
}

#[tokio::test]
async fn what_a_browser_sends_for_another_site_may_not_enter_even_without_an_origin() {
    let entry = entry("http://localhost:8080", None);
    let host = ("host", "localhost:8080");

    for site in ["same-origin", "none"] {
        assert_eq!(status(&entry, &[host, ("sec-fetch-site", site)]).await, 200, "{site}");
    }
    for site in ["cross-site", "same-site", "", "unheard-of"] {
        assert_eq!(status(&entry, &[host, ("sec-fetch-site", site)]).await, 403, "{site}");
        let image = [("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")];
        let image: Vec<_> = [host, ("sec-fetch-site", site)].into_iter().chain(image).collect();
        assert_eq!(status(&entry, &image).await, 403, "{site}");
    }
}

#[tokio::test]
async fn a_link_from_elsewhere_may_be_followed_but_not_framed_or_posted() {
    let entry = entry("http://localhost:8080", None);
    let link = |method: Method, dest: &'static str| {
        let request = Request::builder().method(method).uri("/control/api/clock");
        let request = request
            .header("host", "localhost:8080")
            .header("sec-fetch-site", "cross-site")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", dest);
        request.body(()).unwrap().into_parts().0
    };

    assert!(entry.0.admit(&link(Method::GET, "document")).is_ok());
    for (method, dest) in [
        (Method::POST, "document"),
        (Method::DELETE, "document"),
        (Method::GET, "iframe"),
        (Method::GET, "empty"),
    ] {
        assert!(entry.0.admit(&link(method.clone(), dest)).is_err(), "{method} {dest}");
    }
}

#[tokio::test]
async fn where_a_token_is_asked_for_nothing_is_open_without_it() {
    let entry = entry("http://localhost:8080", Some(TOKEN));
    let host = ("host", "localhost:8080");

    for wrong in [
        vec![],
        vec![("authorization", "Bearer nonsense")],
        vec![("authorization", "Basic k2BmZ0m4Zt6c2oB0O2V7mC1x5uH8sQ3yJ9wR4eT6aD0")],
        vec![("cookie", "anteroom-control-00000000=x")],
    ] {
        let headers: Vec<_> = [host].into_iter().chain(wrong).collect();
        let answer = ask(&entry, "/control/api/clock", &headers).await;
        assert_eq!(answer.status(), 401, "{headers:?}");
        assert_eq!(answer.headers()["www-authenticate"], "Bearer realm=\"control API\"");
    }
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(status(&entry, &[host, ("authorization", &bearer)]).await, 200);
}

#[tokio::test]
async fn the_token_in_the_address_is_traded_for_a_cookie_that_opens_the_door() {
    let entry = entry("http://localhost:8080", Some(TOKEN));
    let host = ("host", "localhost:8080");

    let answer = ask(&entry, &format!("/control?token={TOKEN}"), &[host]).await;

    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], "/control");
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax") && cookie.contains("; Path=/"),
        "{cookie}"
    );
    assert!(!cookie.contains("Max-Age") && !cookie.contains("Secure"), "{cookie}");
    let pair = cookie.split(';').next().unwrap();
    assert_eq!(status(&entry, &[host, ("cookie", pair)]).await, 200);
}

#[tokio::test]
async fn a_wrong_token_or_another_address_gets_no_cookie() {
    let entry = entry("http://localhost:8080", Some(TOKEN));
    let host = ("host", "localhost:8080");

    for path in [
        "/control?token=nonsense",
        "/control?token=",
        &format!("/control/api/clock?token={TOKEN}"),
    ] {
        let answer = ask(&entry, path, &[host]).await;
        assert_eq!(answer.status(), 401, "{path}");
        assert!(!answer.headers().contains_key("set-cookie"), "{path}");
    }
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_the_host() {
    let entry = entry("https://anteroom.test", Some(TOKEN));

    let answer = ask(&entry, &format!("/control?token={TOKEN}"), &[("host", "anteroom.test")]).await;

    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-anteroom-control-") && cookie.contains("; Secure"),
        "{cookie}"
    );
}

#[test]
fn servers_on_two_ports_do_not_share_a_cookie() {
    let name = |issuer: &str| cookie_name(&issuer.parse().unwrap());

    assert_ne!(name("http://localhost:8080"), name("http://localhost:8081"));
}
