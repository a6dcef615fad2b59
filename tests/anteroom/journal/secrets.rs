//! No secret stays: not in the journal, not in what is exported from it, not in the log.
//!
//! Every endpoint is asked with marked secrets in every place where one can travel. Then everything the journal tells is searched for
//! the mark.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{exchanges, last, text};
use crate::support::client_app::new_verifier;
use crate::support::emulator::log_file;
use crate::support::{Answer, Realm, fresh_realm, portal_realm};

/// Letters that stand nowhere else on earth.
fn mark() -> String {
    new_verifier()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(20)
        .collect()
}

/// Secrets of all shapes, each with the mark where nothing of it is shown.
struct Marked {
    mark: String,
    opaque: String,
    jwt: String,
    typed: String,
}

impl Marked {
    fn new() -> Self {
        let mark = mark();
        let claims = URL_SAFE_NO_PAD.encode(json!({"sub": "anne", "password": mark, "exp": 1}).to_string());
        Self {
            opaque: format!("Zq7xK2{mark}w9R4eT6aD0uH8sQ3yJ"),
            jwt: format!("eyJhbGciOiJSUzI1NiJ9.{claims}.c2lnbmF0dXJl{mark}"),
            typed: format!("hunter-{mark}"),
            mark,
        }
    }

    /// What is called like a secret, and what holds one.
    fn parameters(&self) -> Vec<(&'static str, String)> {
        let nested = format!("https://a.example/cb?access_token={}#code={}", self.opaque, self.opaque);
        let mut parameters = vec![
            ("id_token_hint", self.jwt.clone()),
            ("client_assertion", self.jwt.clone()),
            ("comment", format!("see {} there", self.jwt)),
            ("password", self.typed.clone()),
            ("patient[password]", self.typed.clone()),
            ("newPassword", self.typed.clone()),
            ("client_secret", self.typed.clone()),
            ("code_verifier", self.opaque.clone()),
            ("user_code", self.typed.clone()),
            ("activation_code", self.typed.clone()),
            ("some_secret_thing", self.typed.clone()),
            ("next", format!("/account?request={}", self.opaque)),
            ("video_link", format!("https://a.example/video/{}", self.opaque)),
            ("callback", nested),
        ];
        for name in [
            "code",
            "state",
            "request",
            "refresh_token",
            "access_token",
            "token",
            "subject_token",
            "sso_token",
            "device_code",
            "one_time_link_token",
            "session_state",
            "api_key",
            "signature",
        ] {
            parameters.push((name, self.opaque.clone()));
        }
        parameters
    }

    fn with_headers(&self, mut request: RequestBuilder) -> RequestBuilder {
        for name in [
            "x-api-key",
            "x-secret-key",
            "x-apikey",
            "x-apisecret",
            "x-apitoken",
            "x-webhook-signature",
            "x-my-credentials",
            "proxy-authorization",
            "dpop",
        ] {
            request = request.header(name, &self.opaque);
        }
        request
            .header("cookie", format!("session={0}; other={0}", self.opaque))
            .header("referer", format!("http://localhost/login?request={}", self.opaque))
            .header("x-note", format!("as {} says", self.jwt))
    }

    fn json(&self) -> Value {
        // As JSON, `code` and `state` are ordinary words unless they are long; this one is.
        let parameters = self.parameters();
        let parameters = parameters
            .iter()
            .filter(|(name, _)| !["state", "request"].contains(name));
        let flat: serde_json::Map<_, _> = parameters
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        json!({
            "nested": {"list": [flat.clone()]},
            "secrets": {"anything": [self.typed]},
            "as_text": Value::Object(flat.clone()).to_string(),
            "flat": flat,
        })
    }
}

/// Every path there is: the protocol's, the pages', the portal's and the control API's.
async fn paths(realm: &Realm, marked: &Marked) -> Vec<String> {
    let mut paths: Vec<String> = [
        "/.well-known/openid-configuration",
        "/.well-known/webfinger",
        "/oauth/authorize",
        "/oauth/authorize/continue",
        "/oauth/token",
        "/oauth/revoke",
        "/oauth/introspect",
        "/oauth/userinfo",
        "/oauth/discovery/keys",
        "/login",
        "/consent",
        "/account",
        "/logout",
        "/video/{token}",
        "/api-docs",
        "/nothing/{id}",
        "/mediquo/v1/activation-codes/{code}/send",
        "/vsee/visits/join/{code}",
    ]
    .map(str::to_owned)
    .to_vec();
    for (document, below) in [
        ("/api-docs/v1/swagger.json", "/api/portal/v1"),
        ("/control/api-docs/openapi.json", ""),
        ("/mediquo/openapi.json", "/mediquo"),
        ("/vsee/openapi.json", "/vsee/api_v3"),
    ] {
        let document = realm.get(document).await.is_ok().json();
        let of_document = document["paths"].as_object().expect("paths").keys();
        paths.extend(of_document.map(|path| match path.strip_prefix(below) {
            Some(_) => path.clone(),
            None => format!("{below}{path}"),
        }));
    }
    let filled = |path: String| {
        // What the control API names in its paths are ids, and it says which one it does not know.
        let name = if path.starts_with("/control") {
            "unknown"
        } else {
            &marked.opaque
        };
        let parts: Vec<_> = path
            .split('/')
            .map(|part| if part.starts_with('{') { name } else { part })
            .collect();
        parts.join("/")
    };
    paths.into_iter().map(filled).collect()
}

/// The same address asked in every way a secret can be put into a request.
fn requests(realm: &Realm, path: &str, marked: &Marked) -> Vec<RequestBuilder> {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(marked.parameters())
        .finish();
    let url = realm.url(path);
    let bare = |method: Method| marked.with_headers(realm.http.request(method, &url));
    let json = marked.json().to_string();
    let whole = json.len();
    vec![
        marked
            .with_headers(realm.http.get(format!("{url}?{query}")))
            .bearer_auth(&marked.opaque),
        marked.with_headers(realm.http.get(&url)).bearer_auth(&marked.jwt),
        bare(Method::POST)
            .basic_auth("demo-client", Some(&marked.typed))
            .form(&marked.parameters()),
        bare(Method::POST)
            .header("authorization", &marked.opaque)
            .json(&marked.json()),
        bare(Method::POST)
            .header("content-type", "application/json")
            .body(json[..whole - 40].to_owned()),
        bare(Method::PUT).header("content-type", "text/plain").body(query),
        bare(Method::PATCH)
            .header("content-type", "text/plain")
            .body(json.clone()),
        bare(Method::POST)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(json.clone()),
        bare(Method::POST).header("content-type", "text/html").body(json),
        bare(Method::DELETE)
            .header("content-type", "application/octet-stream")
            .body(marked.opaque.clone()),
    ]
}

/// Everything the journal tells of what came after an exchange.
async fn everything(realm: &Realm, after: u64) -> Vec<Answer> {
    let mut told = vec![
        realm
            .get(&format!("/control/api/exchanges?after={after}"))
            .await
            .is_ok(),
    ];
    told.push(realm.get("/control/api/exchanges/flows").await.is_ok());
    let exchanges = exchanges(realm, &format!("after={after}")).await;
    for exchange in &exchanges {
        let id = text(exchange, "id");
        told.push(realm.get(&format!("/control/api/exchanges/{id}/curl")).await.is_ok());
        let page = realm.http.get(realm.url(&format!("/control/exchanges/{id}")));
        told.push(Answer::to(page.header("accept", "text/html")).await.is_ok());
    }
    let flows: std::collections::HashSet<_> = exchanges
        .iter()
        .filter_map(|exchange| exchange["flow"].as_str())
        .collect();
    for flow in flows {
        let har = format!("/control/api/exchanges/flows/{flow}/har");
        told.push(realm.get(&har).await.is_ok());
    }
    told
}

/// What has been told so far to those who listen.
async fn events(realm: &Realm) -> String {
    let request = realm
        .http
        .get(realm.url("/control/events"))
        .header("last-event-id", "0-0");
    let mut stream = request.send().await.expect("an answer");
    realm.get("/oauth/userinfo?the-end").await;
    let end = text(&last(realm, "").await, "id").to_owned();
    let mut told = String::new();
    while !told.contains(&end) {
        let chunk = stream.chunk().await.expect("it goes on").expect("it goes on");
        told.push_str(&String::from_utf8_lossy(&chunk));
    }
    told
}

#[tokio::test]
async fn no_endpoint_leaves_a_secret_in_the_journal_or_the_log() {
    let realm = fresh_realm().await;
    let marked = Marked::new();
    for path in paths(&realm, &marked).await {
        let before = exchanges(&realm, "limit=1").await;
        let before = before.first().and_then(|one| one["sequence"].as_u64()).unwrap_or(0);
        for request in requests(&realm, &path, &marked) {
            // Long polls and streams of the control API answer when they like.
            let request = request.timeout(std::time::Duration::from_secs(30));
            let answer = realm.http.execute(request.build().expect("a request")).await;
            drop(answer.expect("an answer"));
        }
        let told = everything(&realm, before).await;
        let recorded = told.iter().filter(|answer| answer.asked.ends_with("/curl")).count();
        assert!(
            path.starts_with("/control") || path.starts_with("/api-docs/") || recorded >= 8,
            "{path}: {recorded}"
        );
        for answer in told {
            assert!(
                !answer.text().contains(&marked.mark),
                "after {path}: {answer}\n{}",
                around(&answer.text(), &marked.mark)
            );
        }
    }
    let told = events(&realm).await;
    assert!(told.contains("event: exchange") && !told.contains(&marked.mark));
    let log = std::fs::read_to_string(log_file()).expect("the servers write a log");
    assert!(log.contains(&realm.name), "the log of this run");
    assert!(!log.contains(&marked.mark), "{}", around(&log, &marked.mark));
}

/// Where the mark stands, for whoever has to fix it.
fn around(text: &str, mark: &str) -> String {
    let at = text.find(mark).unwrap_or(0);
    let begin = text.floor_char_boundary(at.saturating_sub(300));
    let end = text.ceil_char_boundary((at + 100).min(text.len()));
    text[begin..end].to_owned()
}

#[tokio::test]
async fn the_secrets_of_a_real_journey_are_left_out_however_its_answer_travels() {
    for (realm, mode) in [
        (fresh_realm().await, "query"),
        (fresh_realm().await, "form_post"),
        (portal_realm().await, "fragment"),
    ] {
        let client = realm.demo_spa().asking_for("openid profile_read");
        let request = client
            .request()
            .with("response_mode", mode)
            .with("state", &new_verifier());
        let browser = realm.user_agent();
        let page = request.open(&browser).await.page();
        let waiting = page.url.query().expect("a request").replace("request=", "");
        let form = page
            .form_with("password")
            .fill("username", "anne")
            .fill("password", "anne-password");
        let page = browser.submit(&form).await.page();
        let callback = browser
            .submit(&page.form_with("decision").press("decision", "allow"))
            .await
            .callback();
        let code = request.code_in(&callback);
        let tokens = crate::support::Tokens::read(client.redeem(&code).await);
        realm.caller(&tokens.access_token).userinfo().await.is_ok();
        client
            .call("/oauth/introspect")
            .with("token", &tokens.access_token)
            .send()
            .await;
        let cookies = browser.cookies();
        let secrets = [
            waiting.as_str(),
            "anne-password",
            &code.code,
            code.verifier.as_deref().expect("a verifier"),
            &tokens.access_token,
            tokens.refresh_token(),
            tokens.id_token().rsplit('.').next().expect("a signature"),
            cookies.split_once('=').expect("a cookie").1,
            callback.get("state").expect("a state"),
        ];

        let told = everything(&realm, 0).await;

        assert!(told.len() > 15, "{}", told.len());
        let log = std::fs::read_to_string(log_file()).expect("the servers write a log");
        for secret in secrets {
            assert!(secret.len() > 12, "{secret}");
            for answer in &told {
                assert!(
                    !answer.text().contains(secret),
                    "{mode}: {secret} in {}",
                    around(&answer.text(), secret)
                );
            }
            let everybody_knows_it = secret == "anne-password"; // the banner tells
            assert!(
                everybody_knows_it || !log.contains(secret),
                "{mode}: {secret} in {}",
                around(&log, secret)
            );
        }
    }
}

#[tokio::test]
async fn tokens_stay_out_of_the_journal_where_a_fault_calls_them_a_page() {
    for called in ["text/html", "text/plain"] {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let grant = client.tokens_for("anne").await;
        let fault = json!({"fault": "content_type_wrong", "endpoint": "token", "parameters": {"type": called}});
        let armed = realm.http.post(realm.url("/control/api/faults")).json(&fault);
        Answer::to(armed).await.has_status(201);

        let answer = client.refresh(grant.refresh_token()).await.is_ok();

        assert_eq!(answer.media_type(), called);
        let tokens = answer.json();
        for answer in everything(&realm, 0).await {
            for name in ["access_token", "refresh_token"] {
                assert!(
                    !answer.text().contains(text(&tokens, name)),
                    "{called}: {name} in {answer}"
                );
            }
        }
    }
}
