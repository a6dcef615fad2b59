//! A server without sockets, and a browser and client in front of it: for benchmarks that look at the server alone.

use std::{ops::ControlFlow, path::Path};

use anteroom::{
    app::App,
    config::{Config, Settings},
    keys::sealing::Sealer,
    server::{self, PublicNames, start},
    store::Database,
    web::csrf::KnownHosts,
};
use anyhow::{Context, Result, anyhow, ensure};
use axum::{Router, body::Body};
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

const ISSUER: &str = "http://localhost:8080";
const HOST: &str = "localhost:8080";
const REDIRECT_URI: &str = "http://127.0.0.1:9/cb";
/// `demo-client:demo-secret`.
const CREDENTIALS: &str = "Basic ZGVtby1jbGllbnQ6ZGVtby1zZWNyZXQ=";
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const AUTHORIZE: &str = "/oauth/authorize?response_type=code&client_id=demo-client\
    &redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcb&scope=openid%20profile%20email&state=af0ifjsldkj&nonce=n-0S6_WzA2Mj\
    &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

/// The demo realm of a server that lives in a folder, and Anne at her browser.
pub struct Site {
    pub router: Router,
    pub database: Database,
    cookie: String,
}

/// The tokens of one code flow.
pub struct Tokens {
    pub access: String,
    pub refresh: String,
}

impl Site {
    /// Opens a fresh database in the folder and signs Anne in.
    pub async fn open(folder: &Path) -> Result<Self> {
        Self::on(&format!("sqlite:{}", folder.join("anteroom.db").display()), folder).await
    }

    /// Opens a fresh database at this address, with the key in the folder, and signs Anne in.
    pub async fn on(database: &str, folder: &Path) -> Result<Self> {
        let key = folder.join("anteroom.key");
        Sealer::beside_database(&key, true)?;
        let toml = format!(
            "[database]\nurl = {database:?}\nsecret_key_file = {:?}\n",
            key.display().to_string()
        );
        let config = Config::load(None, Settings::parse(&toml, "benchmark")?)?;
        let issuer = ISSUER.parse().map_err(|_| anyhow!("{ISSUER} is no issuer"))?;
        let app: App = start::open(&config, &issuer).await?;
        start::seed_default_realm(&app, &config).await?;
        let names = PublicNames {
            hosts: KnownHosts::new(ISSUER, []),
            issuer,
            control_api: true,
            control_token: None,
        };
        let mut site = Self {
            router: server::router(&app, &names, &config),
            database: app.database.clone(),
            cookie: String::new(),
        };
        site.sign_in().await?;
        Ok(site)
    }

    /// Signs in by one click and consents, as the pages ask.
    async fn sign_in(&mut self) -> Result<()> {
        let mut place = AUTHORIZE.to_owned();
        let mut forms = ["persona=anne", "decision=allow"].into_iter();
        loop {
            let answer = self.send(self.get(&place)).await?;
            place = match self.next(&answer, &place)? {
                ControlFlow::Break(()) => return Ok(()),
                ControlFlow::Continue(Some(place)) => place,
                ControlFlow::Continue(None) => {
                    let form = forms.next().context("a page that nobody expects")?;
                    let answer = self.send(self.post_page(&place, form)).await?;
                    match self.next(&answer, &place)? {
                        ControlFlow::Break(()) => return Ok(()),
                        ControlFlow::Continue(next) => next.context("a form leads on")?,
                    }
                }
            };
        }
    }

    /// Where an answer leads: to the client, to another place, or nowhere as it is a page.
    fn next(&mut self, answer: &Response<Body>, place: &str) -> Result<ControlFlow<(), Option<String>>> {
        if let Some(cookie) = answer.headers().get(header::SET_COOKIE) {
            let cookie = cookie.to_str()?;
            self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        }
        if answer.status().is_success() {
            return Ok(ControlFlow::Continue(None));
        }
        ensure!(answer.status().is_redirection(), "{} at {place}", answer.status());
        let next = location(answer)?;
        if next.starts_with(REDIRECT_URI) {
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(Some(
            next.strip_prefix(ISSUER).unwrap_or(&next).to_owned(),
        )))
    }

    /// Authorize, token, userinfo: the workload whose cost is held.
    pub async fn code_flow(&self) -> Result<Tokens> {
        let answer = self.send(self.get(AUTHORIZE)).await?;
        let back = location(&answer)?;
        let code = back.split(['?', '&']).find_map(|pair| pair.strip_prefix("code="));
        let code = code.with_context(|| format!("no code in {back}"))?;
        let form = format!(
            "grant_type=authorization_code&code={code}&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcb&code_verifier={VERIFIER}"
        );
        let tokens = self.tokens(form).await?;
        self.userinfo(&tokens).await?;
        Ok(tokens)
    }

    /// The tokens for an older refresh token.
    pub async fn refresh(&self, tokens: &Tokens) -> Result<Tokens> {
        self.tokens(format!("grant_type=refresh_token&refresh_token={}", tokens.refresh))
            .await
    }

    async fn tokens(&self, form: String) -> Result<Tokens> {
        let answer = self.json(post_form("/oauth/token", form)).await?;
        let token = |name: &str| {
            answer[name]
                .as_str()
                .map(str::to_owned)
                .with_context(|| format!("no {name}"))
        };
        Ok(Tokens {
            access: token("access_token")?,
            refresh: token("refresh_token")?,
        })
    }

    pub async fn userinfo(&self, tokens: &Tokens) -> Result<()> {
        let mut request = self.get("/oauth/userinfo");
        request.headers_mut().remove(header::COOKIE);
        request
            .headers_mut()
            .insert(header::AUTHORIZATION, format!("Bearer {}", tokens.access).parse()?);
        self.json(request).await.map(drop)
    }

    pub async fn introspection(&self, tokens: &Tokens) -> Result<()> {
        let form = format!("token={}", tokens.access);
        self.json(post_form("/oauth/introspect", form)).await.map(drop)
    }

    pub async fn client_credentials(&self) -> Result<()> {
        let form = "grant_type=client_credentials&scope=appointment_guest_lookup".to_owned();
        self.json(post_form("/oauth/token", form)).await.map(drop)
    }

    pub async fn discovery(&self) -> Result<()> {
        self.json(self.get("/.well-known/openid-configuration")).await.map(drop)
    }

    /// An address where nothing is: what routing alone costs.
    pub async fn nowhere(&self) -> Result<()> {
        let answer = self.send(self.get("/nowhere")).await?;
        ensure!(answer.status() == StatusCode::NOT_FOUND, "{}", answer.status());
        answer.into_body().collect().await?;
        Ok(())
    }

    fn get(&self, place: &str) -> Request<Body> {
        request(
            Method::GET,
            place,
            &[(header::COOKIE.as_str(), &self.cookie)],
            String::new(),
        )
    }

    fn post_page(&self, place: &str, form: &str) -> Request<Body> {
        let headers = [
            (header::COOKIE.as_str(), self.cookie.as_str()),
            (header::ORIGIN.as_str(), ISSUER),
            ("sec-fetch-site", "same-origin"),
            (header::CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded"),
        ];
        request(Method::POST, place, &headers, form.to_owned())
    }

    async fn send(&self, request: Request<Body>) -> Result<Response<Body>> {
        Ok(self.router.clone().oneshot(request).await?)
    }

    async fn json(&self, request: Request<Body>) -> Result<Value> {
        let answer = self.send(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        ensure!(status == StatusCode::OK, "{status}: {}", String::from_utf8_lossy(&body));
        Ok(serde_json::from_slice(&body)?)
    }
}

fn post_form(place: &str, form: String) -> Request<Body> {
    let headers = [
        (header::AUTHORIZATION.as_str(), CREDENTIALS),
        (header::CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded"),
    ];
    request(Method::POST, place, &headers, form)
}

fn request(method: Method, place: &str, headers: &[(&str, &str)], body: String) -> Request<Body> {
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = method;
    *request.uri_mut() = place.parse().expect("a path of ours");
    let host = (header::HOST.as_str(), HOST);
    for &(name, value) in headers.iter().chain([&host]).filter(|(_, value)| !value.is_empty()) {
        let name = header::HeaderName::try_from(name).expect("a name of ours");
        request
            .headers_mut()
            .insert(name, value.parse().expect("a value of ours"));
    }
    request
}

fn location(answer: &Response<Body>) -> Result<String> {
    let place = answer.headers().get(header::LOCATION);
    let place = place.with_context(|| format!("{} without a Location", answer.status()))?;
    Ok(place.to_str()?.to_owned())
}
