//! The emulator under test, and the realms in it.
//!
//! One server serves the whole test process; each test has a realm of its own, made over the control API as anybody
//! would make one. Its clock stands still until the test turns it.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    answer::Answer,
    caller::Caller,
    client_app::ClientApp,
    keeper::{Keeper, Program},
    user_agent::UserAgent,
};

/// Where every fresh realm's clock stands: Monday, 2 June 2025, eight in the morning in Berlin.
pub const START: &str = "2025-06-02T08:00:00+02:00";

/// A running server. The shared one lives as long as the process; one of your own ends when it is dropped.
#[derive(Debug)]
pub struct Emulator {
    /// The issuer of the realm `default`, which is also where the server listens.
    pub issuer: String,
    keeper: Keeper,
    options: Vec<String>,
    certificate: Option<reqwest::Certificate>,
    /// Whether clients use a connection more than once. Not where the server may end in between.
    keeps_connections: bool,
}

/// What the servers of this run write to standard output and error.
pub fn log_file() -> PathBuf {
    let database = if std::env::var_os("TEST_DATABASE_URL").is_some() {
        "postgres"
    } else {
        "sqlite"
    };
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("servers-{database}.log"))
}

impl Emulator {
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Emulator> = OnceLock::new();
        SHARED.get_or_init(|| {
            std::fs::remove_file(log_file()).ok();
            Self {
                keeps_connections: true,
                ..Self::start(&[])
            }
        })
    }

    /// A server of one's own, with further options: for tests that stop, kill or configure it.
    pub fn start(options: &[&str]) -> Self {
        Self::start_over("http", options, None)
    }

    /// A server of one's own that speaks TLS; `certificate` is the authority its visitors trust.
    pub fn start_with_tls(options: &[&str], certificate: reqwest::Certificate) -> Self {
        Self::start_over("https", options, Some(certificate))
    }

    fn start_over(scheme: &str, options: &[&str], certificate: Option<reqwest::Certificate>) -> Self {
        let mut keeper = Keeper::hire();
        let mut args = vec!["serve".to_owned(), "--database".to_owned(), keeper.database()];
        args.extend(options.iter().map(|&option| option.to_owned()));

        let mut first = args.clone();
        if !options.contains(&"--listen") {
            first.extend(["--listen".to_owned(), "127.0.0.1:0".to_owned()]);
        }
        let issuer = keeper
            .start(program(first, None))
            .unwrap_or_else(|error| panic!("the server does not start: {error}"));
        assert!(issuer.starts_with(&format!("{scheme}://")), "listening on {issuer}");

        // From now on the issuer is fixed, as it is for every server that is ever started twice.
        let port = url::Url::parse(&issuer)
            .expect("an issuer is a URL")
            .port_or_known_default()
            .expect("a port");
        args.extend([
            "--listen".to_owned(),
            format!("127.0.0.1:{port}"),
            "--issuer".to_owned(),
            issuer.clone(),
        ]);
        Self {
            issuer,
            keeper,
            options: args,
            certificate,
            keeps_connections: false,
        }
    }

    /// Tries to start a server with exactly these options: the issuer it listens on, or what it wrote before it gave
    /// up.
    pub fn try_start(options: &[&str], folder: &Path) -> Result<(Keeper, String), String> {
        let mut keeper = Keeper::hire();
        let mut args = vec!["serve".to_owned()];
        args.extend(options.iter().map(|&option| option.to_owned()));
        let log = keeper.folder.join("log");
        let started = keeper.start(Program {
            log: log.clone(),
            ..program(args, Some(folder.to_owned()))
        });
        match started {
            Ok(issuer) => Ok((keeper, issuer)),
            Err(_) => Err(std::fs::read_to_string(log).unwrap_or_default()),
        }
    }

    /// A second process on the same database and in the same folder, for the same issuer, at an address of its own.
    pub fn beside(&self) -> (Self, String) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        drop(listener);
        let mut keeper = Keeper::hire();
        let mut args = self.options.clone();
        let listen = args.iter().rposition(|arg| arg == "--listen").expect("it was given");
        args[listen + 1].clone_from(&address);
        let issuer = keeper
            .start(program(args.clone(), Some(self.keeper.folder.clone())))
            .unwrap_or_else(|error| panic!("no second server: {error}"));
        assert_eq!(issuer, self.issuer);
        let second = Self {
            issuer,
            keeper,
            options: args,
            certificate: None,
            keeps_connections: false,
        };
        (second, format!("http://{address}"))
    }

    /// Ends the server as a service manager does and says how it ended.
    pub fn stop(&mut self) -> Option<i32> {
        self.keeper.stop()
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.keeper.kill();
    }

    /// Starts it again, on the same database, address and issuer.
    pub fn start_again(&mut self) {
        let issuer = self.keeper.start(program(self.options.clone(), None));
        assert_eq!(issuer.as_ref(), Ok(&self.issuer));
    }

    /// The realm at the root.
    pub fn default_realm(&self) -> Realm {
        Realm::at(&self.issuer, "default", self.client())
    }

    /// Makes a realm over the control API: the contract's `POST /control/api/realms`.
    pub async fn realm(&self, wishes: Value) -> Realm {
        let answer = self.try_realm(wishes).await.has_status(201);
        Realm::at(&answer.member("issuer"), &answer.member("name"), self.client())
    }

    pub async fn try_realm(&self, wishes: Value) -> Answer {
        Answer::to(
            self.client()
                .post(format!("{}/control/api/realms", self.issuer))
                .json(&wishes),
        )
        .await
    }

    fn client(&self) -> reqwest::Client {
        self.client_builder().build().expect("a client can be built")
    }

    fn client_builder(&self) -> reqwest::ClientBuilder {
        let mut client = super::http();
        if let Some(certificate) = &self.certificate {
            client = client.tls_certs_only([certificate.clone()]);
        }
        if !self.keeps_connections {
            client = client.pool_max_idle_per_host(0);
        }
        client
    }

    /// A browser for tests that look at cookies and pages of this server.
    pub fn user_agent(&self) -> UserAgent {
        UserAgent::new(&self.issuer, self.client_builder())
    }
}

fn program(args: Vec<String>, folder: Option<PathBuf>) -> Program {
    Program {
        program: env!("CARGO_BIN_EXE_anteroom").into(),
        args,
        folder,
        ready: "listening on ".to_owned(),
        log: log_file(),
    }
}

/// A realm with policy `default`, the demo seed and a clock that stands still at [`START`].
pub async fn fresh_realm() -> Realm {
    realm_with(json!({})).await
}

/// The same with policy `portal`.
pub async fn portal_realm() -> Realm {
    realm_with(json!({ "policy": "portal" })).await
}

/// The demo seed, a clock that stands still at [`START`], and whatever is wished for besides.
pub async fn realm_with(wishes: Value) -> Realm {
    let mut whole = json!({ "seed": "demo", "clock": { "now": START, "frozen": true } });
    let members = whole.as_object_mut().expect("an object");
    members.extend(wishes.as_object().expect("wishes are an object").clone());
    Emulator::shared().realm(whole).await
}

/// One issuer with everything that belongs to it.
#[derive(Debug, Clone)]
pub struct Realm {
    pub issuer: String,
    pub name: String,
    pub http: reqwest::Client,
}

impl Realm {
    pub fn at(issuer: &str, name: &str, http: reqwest::Client) -> Self {
        Self {
            issuer: issuer.to_owned(),
            name: name.to_owned(),
            http,
        }
    }

    /// The address of a path in this realm; a whole URL stays what it is.
    pub fn url(&self, path: &str) -> String {
        if path.starts_with('/') {
            format!("{}{path}", self.issuer)
        } else {
            path.to_owned()
        }
    }

    /// The host this realm shares with all others, for what is served per host (RFC 8414 §3.1, RFC 7033).
    pub fn host(&self) -> String {
        url::Url::parse(&self.issuer)
            .expect("an issuer is a URL")
            .origin()
            .ascii_serialization()
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.http.get(self.url(path))).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        Answer::to(self.http.post(self.url(path)).form(form)).await
    }

    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        Answer::to(self.http.post(self.url(path)).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::to(self.http.delete(self.url(path))).await
    }

    pub async fn discovery(&self) -> Value {
        self.get("/.well-known/openid-configuration").await.is_ok().json()
    }

    pub fn user_agent(&self) -> UserAgent {
        UserAgent::new(&self.issuer, super::http())
    }

    /// `demo-client`: confidential, may use every grant type.
    pub fn demo_client(&self) -> ClientApp {
        ClientApp::new(self, "demo-client", Some("demo-secret"))
    }

    /// `demo-spa`: public, with PKCE.
    pub fn demo_spa(&self) -> ClientApp {
        ClientApp::new(self, "demo-spa", None)
    }

    /// `demo-service`: client credentials only.
    pub fn demo_service(&self) -> ClientApp {
        ClientApp::new(self, "demo-service", Some("demo-service-secret"))
    }

    pub fn caller(&self, token: &str) -> Caller {
        Caller::new(self, token)
    }

    /// Whether the token opens anything: what the introspection endpoint tells `demo-client` about it.
    pub async fn accepts(&self, token: &str) -> bool {
        let answer = self.demo_client().introspect(token).await.is_ok();
        answer.json()["active"]
            .as_bool()
            .unwrap_or_else(|| panic!("active is missing: {answer}"))
    }

    /// Moves the realm's clock forward by an ISO 8601 duration, and everything that depends on it.
    pub async fn advance(&self, duration: &str) {
        self.turn_clock(json!({ "advance": duration })).await.is_ok();
    }

    pub async fn turn_clock(&self, turn: Value) -> Answer {
        Answer::to(self.http.patch(self.url("/control/api/clock")).json(&turn)).await
    }

    pub async fn now(&self) -> Timestamp {
        self.get("/control/api/clock")
            .await
            .is_ok()
            .member("now")
            .parse()
            .expect("the clock shows an instant")
    }
}
