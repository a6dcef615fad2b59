//! An application under test conditions: it asks for authorization, redeems codes, refreshes tokens.
//!
//! ```text
//! let code = client.code_for("anne").await;              // the whole journey through sign-in and consent
//! client.redeem(&code).await.brings_tokens();
//! client.redemption(&code).with("code_verifier", "…").send().await.is_refused_with("invalid_grant");
//! client.request().with("prompt", "none").open(&browser).await.callback().is_refused_with("login_required");
//! ```

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::{Answer, Arrival, Callback, Page, Realm, UserAgent, page::Form};

/// Where the demo clients let themselves be called back: any port of the loopback address will do for them.
pub const REDIRECT_URI: &str = "http://127.0.0.1:49152/callback";
/// What applications ask for unless a test says otherwise.
pub const SCOPE: &str = "openid profile email";

#[derive(Debug, Clone)]
pub struct ClientApp {
    pub realm: Realm,
    pub client_id: String,
    pub secret: Option<String>,
    pub redirect_uri: String,
    pub scope: String,
}

/// A code and what its client needs to redeem it.
#[derive(Debug, Clone)]
pub struct Code {
    pub code: String,
    pub redirect_uri: String,
    pub verifier: Option<String>,
}

/// What a successful token response brought.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: Option<String>,
    pub id_token: Option<String>,
    pub answer: Answer,
}

impl Tokens {
    #[track_caller]
    pub fn read(answer: Answer) -> Self {
        let answer = answer.brings_tokens();
        let body = answer.json();
        let member = |name: &str| body.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        Self {
            access_token: answer.access_token(),
            refresh_token: member("refresh_token"),
            id_token: member("id_token"),
            answer,
        }
    }

    /// The same; where there are none, tells what led there.
    #[track_caller]
    pub fn read_with(answer: Answer, story: &str) -> Self {
        assert!(answer.status == 200, "no tokens:\n{story}\n{answer}");
        Self::read(answer)
    }

    #[track_caller]
    pub fn refresh_token(&self) -> &str {
        self.refresh_token
            .as_deref()
            .unwrap_or_else(|| panic!("no refresh token: {}", self.answer))
    }

    #[track_caller]
    pub fn id_token(&self) -> &str {
        self.id_token
            .as_deref()
            .unwrap_or_else(|| panic!("no ID token: {}", self.answer))
    }
}

/// `code_challenge` of RFC 7636 §4.2, method S256.
pub fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// A verifier of its own for every request: 43 characters, as RFC 7636 §4.1 recommends.
#[expect(clippy::disallowed_methods, reason = "a client has its own source of chance")]
pub fn new_verifier() -> String {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has chance to give");
    URL_SAFE_NO_PAD.encode(bytes)
}

impl ClientApp {
    pub fn new(realm: &Realm, client_id: &str, secret: Option<&str>) -> Self {
        Self {
            realm: realm.clone(),
            client_id: client_id.to_owned(),
            secret: secret.map(str::to_owned),
            redirect_uri: REDIRECT_URI.to_owned(),
            scope: SCOPE.to_owned(),
        }
    }

    pub fn asking_for(mut self, scope: &str) -> Self {
        self.scope = scope.to_owned();
        self
    }

    pub fn called_back_at(mut self, redirect_uri: &str) -> Self {
        self.redirect_uri = redirect_uri.to_owned();
        self
    }

    /// An authorization request as this client makes it; public clients bring PKCE.
    pub fn request(&self) -> AuthorizationRequest {
        let request = AuthorizationRequest {
            client: self.clone(),
            parameters: Vec::new(),
            verifier: None,
        }
        .with("response_type", "code")
        .with("client_id", &self.client_id)
        .with("redirect_uri", &self.redirect_uri)
        .with("scope", &self.scope)
        .with("state", "af0ifjsldkj")
        .with("nonce", "n-0S6_WzA2Mj");
        if self.secret.is_none() {
            request.with_pkce()
        } else {
            request
        }
    }

    /// The whole journey of a person who has never been here: sign in, consent, back to the client.
    pub async fn authorize_as(&self, user: &str) -> Callback {
        self.request().authorize_as(user).await.0
    }

    pub async fn code_for(&self, user: &str) -> Code {
        self.request().code_for(user).await
    }

    /// The whole journey and the redemption of its code.
    pub async fn tokens_for(&self, user: &str) -> Tokens {
        let code = self.code_for(user).await;
        Tokens::read(self.redeem(&code).await)
    }

    /// A call of the token endpoint, authenticated with HTTP Basic where there is a secret.
    pub fn token_request(&self, grant_type: &str) -> ClientCall {
        self.call("/oauth/token").with("grant_type", grant_type)
    }

    /// A call to any endpoint that knows clients, authenticated as the client's type asks.
    pub fn call(&self, path: &str) -> ClientCall {
        let call = ClientCall::new(&self.realm, path);
        match &self.secret {
            Some(secret) => call.basic(&self.client_id, secret),
            None => call.with("client_id", &self.client_id),
        }
    }

    pub fn redemption(&self, code: &Code) -> ClientCall {
        let call = self.token_request("authorization_code").with("code", &code.code);
        let call = call.with("redirect_uri", &code.redirect_uri);
        match &code.verifier {
            Some(verifier) => call.with("code_verifier", verifier),
            None => call,
        }
    }

    pub async fn redeem(&self, code: &Code) -> Answer {
        self.redemption(code).send().await
    }

    pub fn refreshing(&self, refresh_token: &str) -> ClientCall {
        self.token_request("refresh_token").with("refresh_token", refresh_token)
    }

    pub async fn refresh(&self, refresh_token: &str) -> Answer {
        self.refreshing(refresh_token).send().await
    }

    pub async fn client_credentials(&self, scope: &str) -> Answer {
        self.token_request("client_credentials")
            .with("scope", scope)
            .send()
            .await
    }

    pub async fn introspect(&self, token: &str) -> Answer {
        self.call("/oauth/introspect").with("token", token).send().await
    }

    pub async fn revoke(&self, token: &str) -> Answer {
        self.call("/oauth/revoke").with("token", token).send().await
    }
}

/// An authorization request (RFC 6749 §4.1.1, OIDC Core §3.1.2.1), parameter by parameter.
#[derive(Debug, Clone)]
pub struct AuthorizationRequest {
    pub client: ClientApp,
    pub parameters: Vec<(String, String)>,
    pub verifier: Option<String>,
}

impl AuthorizationRequest {
    /// Sets a parameter; replaces it where it stands already.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        match self.parameters.iter_mut().find(|(own, _)| own == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.parameters.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Adds a parameter even if it stands there already.
    pub fn adding(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(own, _)| own != name);
        self
    }

    pub fn with_pkce(self) -> Self {
        let verifier = new_verifier();
        let mut request = self
            .with("code_challenge", &s256(&verifier))
            .with("code_challenge_method", "S256");
        request.verifier = Some(verifier);
        request
    }

    pub fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.parameters)
            .finish()
    }

    pub fn url(&self) -> String {
        format!("{}/oauth/authorize?{}", self.client.realm.issuer, self.query())
    }

    /// The bare answer to the request, nothing followed, nobody signed in.
    pub async fn answer(&self) -> Answer {
        self.client.realm.get(&self.url()).await
    }

    /// Opens it in this browser, coming from the client's site.
    pub async fn open(&self, browser: &UserAgent) -> Arrival {
        browser.open_from_elsewhere(&self.url()).await
    }

    /// Opens it in this browser and goes through whatever pages come, signing in as this person and agreeing.
    pub async fn authorize(&self, browser: &UserAgent, user: &str) -> Callback {
        let sign_in = |page: &Page| page.form_with("persona").press("persona", user);
        self.go_through(browser, sign_in).await
    }

    /// The same, signing in by name and password.
    pub async fn authorize_by_password(&self, browser: &UserAgent, user: &str) -> Callback {
        let sign_in = |page: &Page| {
            let form = page.form_with("password").fill("username", user);
            form.fill("password", &format!("{user}-password"))
        };
        self.go_through(browser, sign_in).await
    }

    async fn go_through(&self, browser: &UserAgent, sign_in: impl Fn(&Page) -> Form) -> Callback {
        let mut arrival = self.open(browser).await;
        for _ in 0..4 {
            let page = match arrival {
                Arrival::Callback(callback) => return callback,
                Arrival::Page(page) => page,
            };
            page.answer.clone().is_ok();
            let form = if page.is_consent() {
                page.form_with("decision").press("decision", "allow")
            } else {
                sign_in(&page)
            };
            arrival = browser.submit(&form).await;
        }
        panic!("still not back at the client: {arrival:?}")
    }

    /// The same with a browser that has never been here; gives the browser, too.
    pub async fn authorize_as(&self, user: &str) -> (Callback, UserAgent) {
        let browser = self.client.realm.user_agent();
        (self.authorize(&browser, user).await, browser)
    }

    pub async fn code_for(&self, user: &str) -> Code {
        let (callback, _) = self.authorize_as(user).await;
        self.code_in(&callback)
    }

    pub async fn tokens_for(&self, user: &str) -> Tokens {
        let code = self.code_for(user).await;
        Tokens::read(self.client.redeem(&code).await)
    }

    #[track_caller]
    pub fn code_in(&self, callback: &Callback) -> Code {
        Code {
            code: callback.code(),
            redirect_uri: self.client.redirect_uri.clone(),
            verifier: self.verifier.clone(),
        }
    }
}

/// A call of a machine endpoint: a form, perhaps HTTP Basic, perhaps something else entirely.
#[derive(Debug, Clone)]
pub struct ClientCall {
    realm: Realm,
    path: String,
    pub form: Vec<(String, String)>,
    authorization: Option<String>,
}

impl ClientCall {
    pub fn new(realm: &Realm, path: &str) -> Self {
        Self {
            realm: realm.clone(),
            path: path.to_owned(),
            form: Vec::new(),
            authorization: None,
        }
    }

    /// Sets a field; replaces it where it stands already.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.form.retain(|(own, _)| own != name);
        self.adding(name, value)
    }

    /// Adds a field even if it stands there already.
    pub fn adding(mut self, name: &str, value: &str) -> Self {
        self.form.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.form.retain(|(own, _)| own != name);
        self
    }

    /// `client_secret_basic`: both parts form-encoded before they are joined (RFC 6749 §2.3.1).
    pub fn basic(self, client_id: &str, secret: &str) -> Self {
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encode(client_id), encode(secret));
        self.basic_with(&pair)
    }

    /// HTTP Basic with these credentials exactly as they stand here.
    pub fn basic_with(self, credentials: &str) -> Self {
        let encoded = base64::engine::general_purpose::STANDARD.encode(credentials);
        self.authorized(&format!("Basic {encoded}"))
    }

    pub fn authorized(mut self, authorization: &str) -> Self {
        self.authorization = Some(authorization.to_owned());
        self
    }

    /// `client_secret_post`.
    pub fn in_body(self, client_id: &str, secret: &str) -> Self {
        self.anonymous()
            .with("client_id", client_id)
            .with("client_secret", secret)
    }

    /// Without any client authentication.
    pub fn anonymous(mut self) -> Self {
        self.authorization = None;
        self.without("client_id").without("client_secret")
    }

    pub async fn send(&self) -> Answer {
        Answer::to(self.bare().form(&self.form)).await
    }

    /// The same members as one JSON object.
    pub async fn send_as_json(&self) -> Answer {
        let members: serde_json::Map<_, _> = self
            .form
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().into()))
            .collect();
        Answer::to(self.bare().json(&members)).await
    }

    /// The same body, called something else.
    pub async fn send_as(&self, content_type: Option<&str>) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.form)
            .finish();
        let mut request = self.bare().body(body);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        Answer::to(request).await
    }

    fn bare(&self) -> reqwest::RequestBuilder {
        let mut request = self.realm.http.post(self.realm.url(&self.path));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        request
    }
}
