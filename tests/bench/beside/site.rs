//! Where a server has its endpoints, which client it knows, and how somebody signs in at its pages.

use anyhow::{Context, Result, ensure};
use reqwest::{Client, Response, Url, header::LOCATION};

/// RFC 7636 appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Nobody listens there: codes are read from the redirect.
pub const REDIRECT_URI: &str = "http://127.0.0.1:9/cb";

/// One of the servers.
#[derive(Clone)]
pub struct Site {
    pub name: &'static str,
    pub base: String,
    pub authorize: &'static str,
    pub token: &'static str,
    pub introspect: &'static str,
    pub userinfo: &'static str,
    pub client: (&'static str, &'static str),
    /// What its client asks for with its own credentials.
    pub service_scope: &'static str,
    /// The forms of its pages, in the order they are shown.
    forms: &'static [&'static [(&'static str, &'static str)]],
}

impl Site {
    pub fn anteroom(port: u16) -> Self {
        Self {
            name: "anteroom",
            base: format!("http://localhost:{port}"),
            authorize: "/oauth/authorize",
            token: "/oauth/token",
            introspect: "/oauth/introspect",
            userinfo: "/oauth/userinfo",
            client: ("demo-client", "demo-secret"),
            service_scope: "appointment_guest_lookup",
            forms: &[
                &[("username", "anne"), ("password", "anne-password")],
                &[("decision", "allow")],
            ],
        }
    }

    pub fn node(port: u16) -> Self {
        Self {
            name: "node-oidc-provider",
            base: format!("http://127.0.0.1:{port}"),
            authorize: "/auth",
            token: "/token",
            introspect: "/token/introspection",
            userinfo: "/me",
            client: ("bench-client", "bench-secret-of-more-than-32-characters"),
            service_scope: "api",
            forms: &[
                &[("prompt", "login"), ("login", "anne"), ("password", "any")],
                &[("prompt", "consent")],
            ],
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3).
    pub fn authorization_url(&self) -> Result<Url> {
        let parameters = [
            ("response_type", "code"),
            ("client_id", self.client.0),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "openid profile email"),
            ("state", "af0ifjsldkj"),
            ("nonce", "n-0S6_WzA2Mj"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        Ok(Url::parse_with_params(&self.url(self.authorize), parameters)?)
    }

    /// Signs in and consents at the server's own pages; whoever has done so is sent back at once from then on.
    pub async fn sign_in(&self, browser: &Client) -> Result<()> {
        let first = browser.get(self.authorization_url()?).send().await?;
        let mut page = self.follow(browser, first).await?;
        for form in self.forms {
            if page.as_str().starts_with(REDIRECT_URI) {
                break; // somebody has consented before
            }
            let answer = browser.post(page).form(form).send().await?;
            page = self.follow(browser, answer).await?;
        }
        ensure!(
            page.as_str().starts_with(REDIRECT_URI),
            "{}: the way ends at {page}",
            self.name
        );
        Ok(())
    }

    /// Follows redirects until a page is shown or the browser is sent to the client.
    async fn follow(&self, browser: &Client, mut answer: Response) -> Result<Url> {
        while answer.status().is_redirection() {
            let place = location(&answer)?;
            if place.as_str().starts_with(REDIRECT_URI) {
                return Ok(place);
            }
            answer = browser.get(place).send().await?;
        }
        ensure!(
            answer.status().is_success(),
            "{}: {} at {}",
            self.name,
            answer.status(),
            answer.url()
        );
        Ok(answer.url().clone())
    }
}

/// Where an answer redirects to.
pub fn location(answer: &Response) -> Result<Url> {
    let place = answer.headers().get(LOCATION).context("a redirect has a Location")?;
    Ok(answer.url().join(place.to_str()?)?)
}
