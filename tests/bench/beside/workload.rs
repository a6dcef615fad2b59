//! What is measured: the requests of a workload, sent by one user over one connection after another's answer is in.

use anyhow::{Context, Result, ensure};
use reqwest::{Client, RequestBuilder, StatusCode, redirect::Policy};
use serde_json::Value;

use crate::site::{REDIRECT_URI, Site, VERIFIER, location};

/// One kind of iteration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    Discovery,
    ClientCredentials,
    /// Authorize with a live session, redeem the code, ask for userinfo.
    CodeFlow,
    Refresh,
    Introspection,
    Userinfo,
}

impl Workload {
    pub const ALL: [Self; 6] = [
        Self::Discovery,
        Self::ClientCredentials,
        Self::CodeFlow,
        Self::Refresh,
        Self::Introspection,
        Self::Userinfo,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::ClientCredentials => "client credentials",
            Self::CodeFlow => "code flow",
            Self::Refresh => "refresh",
            Self::Introspection => "introspection",
            Self::Userinfo => "userinfo",
        }
    }

    fn needs_tokens(self) -> bool {
        matches!(self, Self::Refresh | Self::Introspection | Self::Userinfo)
    }
}

/// Somebody with a browser and a client of their own: one connection, one cookie jar.
pub struct User {
    site: Site,
    http: Client,
    workload: Workload,
    access_token: String,
    refresh_token: String,
}

impl User {
    /// Prepares what the workload needs, before the clock starts.
    pub async fn prepare(site: &Site, workload: Workload) -> Result<Self> {
        let http = Client::builder()
            .redirect(Policy::none())
            .cookie_store(true)
            .pool_max_idle_per_host(1)
            .no_proxy()
            .build()?;
        let mut user = Self {
            site: site.clone(),
            http,
            workload,
            access_token: String::new(),
            refresh_token: String::new(),
        };
        if workload == Workload::CodeFlow || workload.needs_tokens() {
            site.sign_in(&user.http).await?;
        }
        if workload.needs_tokens() {
            user.code_flow().await?;
        }
        Ok(user)
    }

    /// One iteration.
    pub async fn iterate(&mut self) -> Result<()> {
        match self.workload {
            Workload::Discovery => {
                let url = self.site.url("/.well-known/openid-configuration");
                read(self.http.get(url), "issuer").await.map(drop)
            }
            Workload::ClientCredentials => {
                let form = [("grant_type", "client_credentials"), ("scope", self.site.service_scope)];
                read(self.authenticated(self.site.token).form(&form), "access_token")
                    .await
                    .map(drop)
            }
            Workload::CodeFlow => {
                self.code_flow().await?;
                self.userinfo().await
            }
            Workload::Refresh => self.refresh().await,
            Workload::Introspection => {
                let form = [("token", self.access_token.as_str())];
                let answer = read(self.authenticated(self.site.introspect).form(&form), "active").await?;
                ensure!(answer["active"] == true, "the token is not active");
                Ok(())
            }
            Workload::Userinfo => self.userinfo().await,
        }
    }

    /// A request of the client, authenticated with HTTP Basic (RFC 6749 §2.3.1).
    fn authenticated(&self, path: &str) -> RequestBuilder {
        let (id, secret) = self.site.client;
        self.http.post(self.site.url(path)).basic_auth(id, Some(secret))
    }

    async fn code_flow(&mut self) -> Result<()> {
        let answer = self.http.get(self.site.authorization_url()?).send().await?;
        let back = location(&answer)?;
        answer.bytes().await?;
        let code = back
            .query_pairs()
            .find_map(|(name, value)| (name == "code").then(|| value.into_owned()));
        let code = code.with_context(|| format!("no code in {back}"))?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        let tokens = read(self.authenticated(self.site.token).form(&form), "id_token").await?;
        self.keep(&tokens)
    }

    async fn refresh(&mut self) -> Result<()> {
        let form = [("grant_type", "refresh_token"), ("refresh_token", &self.refresh_token)];
        let tokens = read(self.authenticated(self.site.token).form(&form), "id_token").await?;
        self.keep(&tokens)
    }

    async fn userinfo(&self) -> Result<()> {
        let request = self
            .http
            .get(self.site.url(self.site.userinfo))
            .bearer_auth(&self.access_token);
        read(request, "sub").await.map(drop)
    }

    fn keep(&mut self, tokens: &Value) -> Result<()> {
        self.access_token = tokens["access_token"].as_str().context("an access token")?.to_owned();
        if let Some(token) = tokens["refresh_token"].as_str() {
            token.clone_into(&mut self.refresh_token);
        }
        Ok(())
    }
}

/// The answer of a request, which must be 200 and have this member.
async fn read(request: RequestBuilder, member: &str) -> Result<Value> {
    let answer = request.send().await?;
    let (status, url) = (answer.status(), answer.url().clone());
    let body: Value = answer.json().await?;
    ensure!(
        status == StatusCode::OK && !body[member].is_null(),
        "{status} at {url}: {body}"
    );
    Ok(body)
}
