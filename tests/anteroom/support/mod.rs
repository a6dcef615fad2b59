//! What the tests stand on: a running emulator, realms in it, clients, browsers, and answers that can be questioned.
//!
//! Helpers hide noise, not meaning: a test still says which client asks what, and what must come of it. Everything
//! here speaks HTTP with the real program and uses the control API like anybody else; there are no mocks.
//!
//! | file | gives |
//! | --- | --- |
//! | `emulator.rs` | `fresh_realm()`, `portal_realm()`, `realm_with(…)`: a realm of one's own with a stopped clock; `Emulator::start` for a server of one's own |
//! | `client_app.rs` | `realm.demo_client()` and friends: an application that asks for codes and tokens |
//! | `user_agent.rs` | `UserAgent`: a person's browser without the browser: cookies, redirects, forms |
//! | `page.rs` | a page as such a browser reads it: forms, buttons, links, text |
//! | `caller.rs` | `realm.caller(token)`: somebody who calls an API with a bearer token |
//! | `answer.rs` | what came back, with the verbs of assertion |
//! | `control_api.rs` | the levers of a realm, pulled over HTTP |
//! | `hang_up.rs` | somebody who asks and does not wait for the answer |
//! | `receiver.rs` | `Receiver`: an HTTP server that is told, and answers as a test wants |
//! | `mail_server.rs` | `MailServer`: takes messages over SMTP, and refuses as a test wants |
//! | `jwt.rs` | signed tokens, read and verified as their recipient does |
//! | `dice.rs` | chance that can be repeated |
//! | `browser.rs` | Chromium, and a client's site for it to come back to |
//! | `tls.rs` | an authority of one's own, and what it signed |
//! | `keeper.rs` | the process that ends servers and browsers when the tests are over, whichever way |

pub mod answer;
pub mod browser;
pub mod caller;
pub mod client_app;
pub mod control_api;
pub mod dice;
pub mod emulator;
pub mod hang_up;
pub mod jwt;
pub mod keeper;
pub mod mail_server;
pub mod page;
pub mod receiver;
pub mod tls;
pub mod user_agent;

pub use answer::Answer;
pub use client_app::{ClientApp, Code, Tokens};
pub use emulator::{Emulator, Realm, fresh_realm, portal_realm, realm_with};
pub use page::{Form, Page};
pub use user_agent::{Arrival, Callback, UserAgent};

/// A client for HTTP as the tests use it everywhere: no proxy from the environment, and redirects stay visible.
///
/// Made anew for every test: pooled connections belong to the test's own runtime.
pub fn http() -> reqwest::ClientBuilder {
    static PROVIDER: std::sync::Once = std::sync::Once::new();
    PROVIDER.call_once(|| {
        rustls::crypto::aws_lc_rs::default_provider()
            .install_default()
            .expect("nobody else installs a provider in this process");
    });
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(std::time::Duration::from_secs(60))
        // Shorter than the server keeps an idle connection: a request must not meet the end of its connection.
        .pool_idle_timeout(std::time::Duration::from_secs(5))
}

/// Says that something is left out, where `cargo test` would swallow an ordinary print; with `tests/run --strict`,
/// which allows no gaps, it fails the test instead.
pub fn skipped(what: &str) {
    use std::io::Write;
    assert!(!strict(), "SKIPPED: {what}, which --strict does not allow");
    writeln!(std::io::stderr(), "SKIPPED: {what}").expect("standard error is open");
}

fn strict() -> bool {
    std::env::var_os("ANTEROOM_TESTS_STRICT").is_some_and(|value| !value.is_empty() && value != "0")
}
