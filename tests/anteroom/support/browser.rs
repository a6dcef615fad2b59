//! Chromium, driven by its own driver, and a client's site for it to come back to.
//!
//! A machine without them says so and the tests that need them pass by; `tests/run --strict` does not let them.
//! `ANTEROOM_CHROMEDRIVER` names a driver that is not on the `PATH`.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use axum::{
    body::Bytes,
    extract::{Request, State},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde_json::Value;
use thirtyfour::{ChromeCapabilities, LoggingPrefsLogLevel, prelude::*};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc},
};

use super::keeper::{Keeper, Program};

/// How long anything in a browser may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long until one looks again: a browser does not call back.
const GLANCE: Duration = Duration::from_millis(50);

/// A name that leads to this machine in the browsers of the tests, as a name of anybody's may.
pub const REBOUND: &str = "rebound.example";

/// A browser with a profile of its own.
#[derive(Debug, Clone)]
pub struct Browser(pub WebDriver);

/// Runs a test in a fresh browser and closes it afterwards, whichever way the test ends.
pub async fn in_chromium(test: impl AsyncFnOnce(Browser)) {
    // One at a time: two cores carry one Chromium well and three not at all.
    static TURN: Semaphore = Semaphore::const_new(1);
    let Some((address, folder)) = driver() else {
        return super::skipped("a browser test: no chromedriver");
    };
    let _turn = TURN.acquire().await.expect("nobody closes it");

    // In the keeper's folder, which goes whichever way this process ends.
    let profile = tempfile::tempdir_in(folder).expect("a temporary folder");
    let client = super::http()
        .timeout(Duration::from_secs(120))
        .build()
        .expect("a client can be built");
    let driver = WebDriver::builder(address, capabilities(&profile).expect("flags are text"));
    let driver = driver.client(client).connect().await.expect("Chromium starts");
    let done = driver.run_and_quit(async |driver| {
        test(Browser(driver)).await;
        Ok::<(), WebDriverError>(())
    });
    done.await.expect("Chromium closes");
}

fn capabilities(profile: &tempfile::TempDir) -> WebDriverResult<ChromeCapabilities> {
    let mut chromium = DesiredCapabilities::chrome();
    chromium.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
    for flag in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--no-proxy-server",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--lang=en",
    ] {
        chromium.add_arg(flag)?;
    }
    chromium.add_arg(&format!("--host-resolver-rules=MAP {REBOUND} 127.0.0.1"))?;
    chromium.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    chromium.set_logging_prefs("performance", LoggingPrefsLogLevel::All)?;
    Ok(chromium)
}

/// The address of a driver that runs as long as this process, and a folder that goes with it.
fn driver() -> Option<(&'static str, &'static Path)> {
    static DRIVER: OnceLock<Option<(String, PathBuf, Mutex<Keeper>)>> = OnceLock::new();
    let driver = DRIVER.get_or_init(|| {
        let program = find_driver()?;
        let mut keeper = Keeper::hire();
        let log = keeper.folder.join("chromedriver.log");
        let args = vec!["--port=0".to_owned()];
        let ready = "ChromeDriver was started successfully on port ".to_owned();
        let port = keeper
            .start(Program {
                program,
                args,
                folder: None,
                ready,
                log,
            })
            .expect("the driver starts");
        let port = port.trim_end_matches('.');
        Some((
            format!("http://127.0.0.1:{port}"),
            keeper.folder.clone(),
            Mutex::new(keeper),
        ))
    });
    driver
        .as_ref()
        .map(|(address, folder, _)| (address.as_str(), folder.as_path()))
}

fn find_driver() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("ANTEROOM_CHROMEDRIVER") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("chromedriver"))
        .find(|program| program.is_file())
}

impl Browser {
    pub async fn open(&self, address: &str) {
        self.0
            .goto(address)
            .await
            .unwrap_or_else(|error| panic!("{address} does not open: {error}"));
    }

    pub async fn address(&self) -> String {
        self.0.current_url().await.expect("a page is open").to_string()
    }

    /// The element, as soon as it can be clicked.
    pub async fn find(&self, css: &str) -> WebElement {
        let search = async {
            loop {
                // A page that is just going away makes its elements stale: then the next page is asked.
                let query = self.0.query(By::Css(css)).nowait().and_clickable();
                if let Ok(element) = query.first().await {
                    return element;
                }
                tokio::time::sleep(GLANCE).await;
            }
        };
        match tokio::time::timeout(PATIENCE, search).await {
            Ok(element) => element,
            Err(_) => panic!("no {css} on {}:\n{}", self.address().await, self.source().await),
        }
    }

    pub async fn click(&self, css: &str) {
        let element = self.find(css).await;
        element
            .click()
            .await
            .unwrap_or_else(|error| panic!("{css} cannot be clicked: {error}"));
    }

    pub async fn write(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.expect("a field can be emptied");
        field
            .send_keys(text)
            .await
            .unwrap_or_else(|error| panic!("{css} cannot be written in: {error}"));
    }

    pub async fn source(&self) -> String {
        self.0.source().await.unwrap_or_default()
    }

    /// Signs in with name and password on the page that is open.
    pub async fn sign_in(&self, user: &str, password: &str) {
        self.write("input[name=username]", user).await;
        self.write("input[name=password]", password).await;
        self.click("form:has(input[name=password]) button:not([name=persona])")
            .await;
    }

    pub async fn allow(&self) {
        self.click("button[name=decision][value=allow]").await;
    }

    /// The first address beginning like this that the browser sets out for, even if nothing answers there.
    pub async fn sets_out_for(&self, beginning: &str) -> String {
        let journey = async {
            loop {
                let log = self.0.handle().get_log("performance").await;
                let log = log.expect("the log was asked for at the start");
                let events = log
                    .iter()
                    .filter_map(|entry| serde_json::from_str::<Value>(&entry.message).ok());
                let mut addresses = events.filter_map(|event| {
                    let event = &event["message"];
                    let request = event["method"] == "Network.requestWillBeSent";
                    let address = event["params"]["documentURL"].as_str().filter(|_| request)?;
                    address.starts_with(beginning).then(|| address.to_owned())
                });
                if let Some(address) = addresses.next() {
                    return address;
                }
                tokio::time::sleep(GLANCE).await;
            }
        };
        let journey = tokio::time::timeout(PATIENCE, journey).await;
        journey.unwrap_or_else(|_| panic!("the browser never set out for {beginning}"))
    }

    /// What the browser complained about since it was last asked: blocked by a policy, failed to load, and so on.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self
            .0
            .handle()
            .browser_log()
            .await
            .expect("the log was asked for at the start");
        let entries = entries
            .into_iter()
            .map(|entry| format!("{:?}: {}", entry.level, entry.message));
        entries.filter(|entry| !entry.contains("favicon.ico")).collect()
    }
}

/// A visit to a client's site.
#[derive(Debug, Clone)]
pub struct Visit {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub form: Vec<(String, String)>,
}

impl Visit {
    /// A parameter of the query or of the posted form.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.query.iter().chain(&self.form);
        all.find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// A client's own web server: it remembers its visits and shows what the test wants shown.
#[derive(Debug)]
pub struct ClientSite {
    pub origin: String,
    visits: mpsc::UnboundedReceiver<Visit>,
    shown: Arc<Shown>,
    server: tokio::task::JoinHandle<()>,
}

#[derive(Debug)]
struct Shown {
    visits: mpsc::UnboundedSender<Visit>,
    pages: Mutex<HashMap<String, Shows>>,
}

#[derive(Debug, Clone)]
enum Shows {
    Page(String),
    Redirect(String),
}

impl ClientSite {
    /// Opens on a free port of this address (`127.0.0.1`, `::1`).
    pub async fn open(address: &str) -> Self {
        let address: std::net::IpAddr = address.parse().expect("an IP address");
        let listener = TcpListener::bind(SocketAddr::new(address, 0))
            .await
            .expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("it is bound"));
        let (sender, visits) = mpsc::unbounded_channel();
        let shown = Arc::new(Shown {
            visits: sender,
            pages: Mutex::default(),
        });
        let router = axum::Router::new().fallback(visited).with_state(shown.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self {
            origin,
            visits,
            shown,
            server,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    pub fn show(&self, path: &str, html: &str) {
        let page = Shows::Page(format!("<!doctype html><title>Client</title>{html}"));
        self.shown
            .pages
            .lock()
            .expect("no test panics with it")
            .insert(path.to_owned(), page);
    }

    pub fn redirect(&self, path: &str, target: &str) {
        let redirect = Shows::Redirect(target.to_owned());
        self.shown
            .pages
            .lock()
            .expect("no test panics with it")
            .insert(path.to_owned(), redirect);
    }

    /// The next visit to this path.
    pub async fn visit_to(&mut self, path: &str) -> Visit {
        let visit = async {
            loop {
                let visit = self.visits.recv().await.expect("the site is open");
                if visit.path == path {
                    return visit;
                }
            }
        };
        let visit = tokio::time::timeout(PATIENCE, visit).await;
        visit.unwrap_or_else(|_| panic!("nobody came to {path} of {}", self.origin))
    }
}

impl Drop for ClientSite {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn visited(State(shown): State<Arc<Shown>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap_or_default();
    let pairs = |bytes: &[u8]| form_urlencoded::parse(bytes).into_owned().collect();
    let path = parts.uri.path().to_owned();
    let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
    let visit = Visit {
        method: parts.method.to_string(),
        path: path.clone(),
        query,
        form: pairs(&body),
    };
    shown.visits.send(visit).ok(); // a test that is over no longer listens
    let page = shown.pages.lock().expect("no test panics with it").get(&path).cloned();
    match page {
        Some(Shows::Page(html)) => Html(html).into_response(),
        Some(Shows::Redirect(target)) => Redirect::to(&target).into_response(),
        None => Html(format!(
            "<!doctype html><title>Client</title><p id=arrived>{}</p>",
            parts.method
        ))
        .into_response(),
    }
}
