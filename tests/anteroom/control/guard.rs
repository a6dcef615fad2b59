//! Who may enter: nobody's page but our own, under no name but our own, and with the token where others can come.

use anteroom::{control::operations::operations, portals};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::test_server::{TestServer, detail, filled};
use crate::support::{
    Answer, Emulator, Realm,
    browser::{Browser, ClientSite, REBOUND, in_chromium},
    fresh_realm, http,
    keeper::Keeper,
};

#[tokio::test]
async fn no_row_answers_under_a_name_that_was_only_pointed_at_us() {
    let test_server = TestServer::open(&[]).await;
    let before = test_server.look_around().await;

    for row in operations(portals::ALL) {
        for host in ["evil.example", "localhost.evil.example:8080", "127.0.0.1.nip.io", ""] {
            let answer = Answer::to(test_server.request(row).header("host", host).json(&json!({}))).await;
            // No host at all is not even HTTP.
            assert!(answer.status == 403 || host.is_empty(), "{host:?}: {answer}");
            if answer.status == 403 {
                assert!(detail(&answer).contains("--allowed-host"), "{answer}");
            }
        }
    }

    test_server.is_still(&before, "all of it").await;
}

#[tokio::test]
async fn no_row_answers_to_a_page_of_another_origin() {
    let test_server = TestServer::open(&[]).await;
    let before = test_server.look_around().await;

    for row in operations(portals::ALL) {
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("origin", "http://localhost:1"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            // As a form would send it, as a script would, and as an image.
            for kind in ["text/plain", "application/json"] {
                let request = test_server
                    .request(row)
                    .header(name, value)
                    .header("content-type", kind);
                let answer = Answer::to(request.body("{}")).await.has_status(403);
                detail(&answer);
            }
            let answer = Answer::to(test_server.request(row).header(name, value))
                .await
                .has_status(403);
            assert_eq!(answer.header("access-control-allow-origin"), None, "{answer}");
        }
    }

    test_server.is_still(&before, "all of it").await;
}

#[tokio::test]
async fn nobody_is_told_that_their_script_may_ask() {
    let test_server = TestServer::open(&[]).await;

    for row in operations(portals::ALL) {
        let preflight = test_server
            .realm
            .http
            .request(Method::OPTIONS, test_server.address(row));
        let preflight = preflight
            .header("origin", "https://evil.example")
            .header("access-control-request-method", row.method.as_str())
            .header("access-control-request-headers", "content-type");
        let answer = Answer::to(preflight).await.has_status(403);
        for name in answer.headers.keys() {
            assert!(!name.as_str().starts_with("access-control-"), "{answer}");
        }
    }
}

#[tokio::test]
async fn an_allowed_host_is_accepted_and_similar_hosts_are_not() {
    let server = Emulator::start(&["--allowed-host", "anteroom.internal"]);
    let room = server.default_realm();
    let under = |host: &'static str| Answer::to(room.http.get(room.url("/control/api/clock")).header("host", host));

    for host in [
        "anteroom.internal",
        "anteroom.internal:8080",
        "ANTEROOM.internal",
        "localhost",
        "127.0.0.1:1",
    ] {
        under(host).await.is_ok();
    }
    for host in [
        "other.internal",
        "x.anteroom.internal",
        "anteroom.internal.evil.example",
    ] {
        under(host).await.has_status(403);
    }
}

#[tokio::test]
async fn allowing_a_host_does_not_let_its_other_pages_in() {
    let server = Emulator::start(&["--allowed-host", "anteroom.internal"]);
    let room = server.default_realm();
    let from = |origin: &'static str| {
        let request = room
            .http
            .patch(room.url("/control/api/clock"))
            .header("host", "anteroom.internal:8080");
        Answer::to(request.header("origin", origin).json(&json!({"frozen": true})))
    };

    from("http://anteroom.internal:3000").await.has_status(403);
    from("http://anteroom.internal:8080").await.is_ok();
}

mod a_browser {
    use super::*;

    /// Tries all that a page can do without asking first, and what it would have to ask for; says how each ended.
    const ATTACK: &str = r#"
        const [room, done] = arguments;
        const json = JSON.stringify({advance: "PT1H"});
        const tries = {
            read: () => fetch(room + "/clock").then(r => r.text()),
            simple: () => fetch(room + "/clock", {method: "POST", body: json}),
            blind: () => fetch(room + "/realms", {method: "POST", mode: "no-cors", body: "{\"name\":\"planted\"}"}),
            typed: () => fetch(room + "/clock", {method: "PATCH", headers: {"content-type": "application/json"}, body: json}),
            remove: () => fetch(room + "/outbox", {method: "DELETE"}),
            beacon: async () => { navigator.sendBeacon(room + "/realms", new Blob(["{}"], {type: "text/plain"})); throw 0; },
        };
        const ended = Object.entries(tries).map(async ([name, attempt]) => {
            try { const r = await attempt(); return [name, r.type === "opaque" ? "opaque" : "through"]; }
            catch { return [name, "failed"]; }
        });
        Promise.all(ended).then(all => done(Object.fromEntries(all)));
    "#;

    async fn attack(browser: &Browser, room: &str) -> Value {
        let ended = browser.0.execute_async(ATTACK, vec![json!(room)]).await;
        ended.expect("the script comes to its end").json().clone()
    }

    async fn state(realm: &Realm) -> Value {
        let room = realm.get("/control/api/clock").await.is_ok().json();
        let planted = Emulator::shared().default_realm().get("/realms/planted/login").await;
        json!([room, planted.status])
    }

    #[tokio::test]
    async fn of_another_site_reaches_nothing_by_script() {
        in_chromium(async |browser| {
            let realm = fresh_realm().await;
            let before = state(&realm).await;
            let site = ClientSite::open("127.0.0.1").await;
            let port = url::Url::parse(&realm.host()).unwrap().port().unwrap();
            site.show("/", "<p>A page of somebody else</p>");
            browser.open(&site.url("/")).await;

            // The same site on another port, and another site altogether.
            for host in [format!("http://127.0.0.1:{port}"), format!("http://localhost:{port}")] {
                let room = format!("{host}/realms/{}/control/api", realm.name);
                let ended = attack(&browser, &room).await;
                for (attempt, end) in ended.as_object().expect("each came to an end") {
                    let right = if attempt == "blind" { "opaque" } else { "failed" };
                    assert_eq!(end, right, "{attempt} at {host}");
                }
                attack(&browser, &format!("{host}/control/api")).await;
            }

            assert_eq!(state(&realm).await, before);
        })
        .await;
    }

    #[tokio::test]
    async fn of_another_site_reaches_nothing_by_form() {
        in_chromium(async |browser| {
            let realm = fresh_realm().await;
            let before = state(&realm).await;
            let site = ClientSite::open("127.0.0.1").await;
            // The trick by which a form writes JSON: the name ends inside a string that the value closes.
            for path in ["/control/api/realms", "/control/api/clock"] {
                let target = format!("{}{path}", realm.host());
                let form = format!(
                    "<form method=post enctype=text/plain action='{target}'>\
                     <input type=hidden name='{{\"name\":\"planted\",\"ttl\":\"' value='PT1H\"}}'><button>Win!</button></form>"
                );
                site.show("/", &form);
                browser.open(&site.url("/")).await;
                browser.click("button").await;
                browser.find("pre").await;
                let said = browser.source().await;
                assert!(said.contains("other sites"), "{said}");
            }

            assert_eq!(state(&realm).await, before);
        })
        .await;
    }

    #[tokio::test]
    async fn may_follow_a_link_and_may_not_frame() {
        in_chromium(async |browser| {
            let realm = fresh_realm().await;
            let site = ClientSite::open("127.0.0.1").await;
            let clock = realm.url("/control/api/clock");
            site.show(
                "/",
                &format!("<a href='{clock}'>the clock</a><iframe src='{clock}'></iframe>"),
            );
            browser.open(&site.url("/")).await;
            let frame = browser.find("iframe").await;
            frame.enter_frame().await.expect("there is a frame");
            let framed = browser.source().await;
            assert!(!framed.contains("frozen"), "{framed}");
            browser.0.enter_default_frame().await.expect("the page is still there");

            browser.click("a").await;

            browser.find("pre").await;
            assert!(browser.source().await.contains("\"frozen\":true"));
        })
        .await;
    }

    /// DNS rebinding: the page came from a name that then leads to us, so that to the browser we are its own origin.
    #[tokio::test]
    async fn under_a_name_that_was_pointed_at_us_reaches_nothing() {
        in_chromium(async |browser| {
            let realm = fresh_realm().await;
            let before = state(&realm).await;
            let port = url::Url::parse(&realm.host()).unwrap().port().unwrap();
            let rebound = format!("http://{REBOUND}:{port}");
            // A page of the protocol, which any name leads to, stands for what the attacker's server sent before.
            browser
                .open(&format!("{rebound}/.well-known/openid-configuration"))
                .await;
            assert!(browser.source().await.contains("issuer"), "the name leads to us");
            let script = r"
                const [room, done] = arguments;
                const headers = {'content-type': 'application/json'};
                const ask = (path, options) => fetch(room + path, options).then(r => r.status);
                Promise.all([
                    ask('/clock'),
                    ask('/clock', {method: 'PATCH', headers, body: '{\x22advance\x22: \x22PT1H\x22}'}),
                    ask('/outbox', {method: 'DELETE'}),
                ]).then(done);
            ";

            for room in [format!("/realms/{}/control/api", realm.name), "/control/api".to_owned()] {
                let answered = browser.0.execute_async(script, vec![json!(room)]).await;
                let answered = answered.expect("the script comes to its end");
                assert_eq!(*answered.json(), json!([403, 403, 403]), "{room}");
            }

            assert_eq!(state(&realm).await, before);
        })
        .await;
    }
}

mod where_others_can_come {
    use super::*;

    struct Open {
        _keeper: Keeper,
        _folder: TempDir,
        address: String,
        token: String,
        http: reqwest::Client,
    }

    /// A server on all addresses, and the token it printed.
    fn open() -> Open {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let words = ["--listen", "0.0.0.0:0", "--database", "sqlite::memory:"];
        let (keeper, issuer) = Emulator::try_start(&words, folder.path()).expect("it starts");
        let token = keeper.control_token();
        let port = url::Url::parse(&issuer).unwrap().port().unwrap();
        Open {
            _keeper: keeper,
            _folder: folder,
            address: format!("http://127.0.0.1:{port}"),
            token,
            http: http().build().unwrap(),
        }
    }

    impl Open {
        fn get(&self, path: &str) -> reqwest::RequestBuilder {
            self.http.get(format!("{}{path}", self.address))
        }
    }

    #[tokio::test]
    async fn no_row_answers_without_the_token() {
        let server = open();

        for row in operations(portals::ALL) {
            let address = format!("{}{}", server.address, filled(row.path));
            let request = server.http.request(row.method.clone(), &address);
            let answer = Answer::to(request.json(&json!({}))).await.has_status(401);
            detail(&answer);
            assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"control API\""));
            for wrong in ["", "x", &server.token[1..], &format!("{}x", server.token)] {
                let request = server.http.request(row.method.clone(), &address).bearer_auth(wrong);
                let answer = Answer::to(request.json(&json!({}))).await;
                assert!([400, 401].contains(&answer.status), "{answer}");
            }
        }
        Answer::to(server.get("/.well-known/openid-configuration"))
            .await
            .is_ok();
    }

    #[tokio::test]
    async fn the_token_opens_as_bearer() {
        let server = open();

        Answer::to(server.get("/control/api/clock").bearer_auth(&server.token))
            .await
            .is_ok();
        let turn = server.http.patch(format!("{}/control/api/clock", server.address));
        let turn = turn.bearer_auth(&server.token).json(&json!({"frozen": true}));
        assert_eq!(Answer::to(turn).await.is_ok().json()["frozen"], true);
    }

    #[tokio::test]
    async fn the_address_with_the_token_gives_a_cookie_that_opens() {
        let server = open();

        let answer = Answer::to(server.get(&format!("/control?token={}", server.token)))
            .await
            .has_status(303);

        assert_eq!(answer.header("location"), Some("/control"));
        let cookie = answer.header("set-cookie").expect("a cookie").to_owned();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
        let pair = cookie.split(';').next().unwrap();
        Answer::to(server.get("/control/api/clock").header("cookie", pair))
            .await
            .is_ok();
        Answer::to(server.get("/control/api-docs").header("cookie", pair))
            .await
            .is_ok();
    }

    #[tokio::test]
    async fn the_token_opens_nothing_from_another_site_and_nowhere_else_in_an_address() {
        let server = open();
        let clock = || server.get("/control/api/clock").bearer_auth(&server.token);

        for (name, value) in [
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
            ("host", "evil.example"),
        ] {
            Answer::to(clock().header(name, value)).await.has_status(403);
        }
        for path in ["/control/api/clock", "/control/api-docs"] {
            let answer = Answer::to(server.get(&format!("{path}?token={}", server.token))).await;
            assert_eq!(answer.header("set-cookie"), None, "{answer}");
            assert_ne!(answer.status, 200, "{answer}");
        }
        let wrong = Answer::to(server.get("/control?token=nonsense")).await.has_status(401);
        assert_eq!(wrong.header("set-cookie"), None);
    }

    #[tokio::test]
    async fn the_token_is_new_each_time_and_not_that_of_another_server() {
        let (one, other) = (open(), open());

        assert_ne!(one.token, other.token);
        Answer::to(one.get("/control/api/clock").bearer_auth(&other.token))
            .await
            .has_status(401);
    }
}
