//! What came back, with the verbs of assertion.
//!
//! An answer is read whole when it arrives, so that a failing test can show all of it.

#![expect(
    clippy::wrong_self_convention,
    reason = "`answer.is_refused_with(…)` hands the answer on to the next claim"
)]

use std::fmt;

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// One HTTP answer, and the request that it answers.
#[derive(Clone)]
pub struct Answer {
    pub asked: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub async fn read(asked: String, response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await.expect("the body arrives whole").to_vec();
        Self {
            asked,
            status,
            headers,
            body,
        }
    }

    /// Sends the request and reads the answer.
    #[track_caller]
    pub fn to(request: reqwest::RequestBuilder) -> impl Future<Output = Self> {
        let caller = std::panic::Location::caller();
        async move {
            let (client, request) = request.build_split();
            let request = request.unwrap_or_else(|error| panic!("{caller}: not a request: {error}"));
            let asked = format!("{} {}", request.method(), request.url());
            let response = client.execute(request).await;
            let response = response.unwrap_or_else(|error| panic!("{caller}: no answer to {asked}: {error:?}"));
            Self::read(asked, response).await
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("headers are text here"))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {self}"))
    }

    #[track_caller]
    pub fn has_status(self, status: u16) -> Self {
        assert!(self.status == status, "expected {status}: {self}");
        self
    }

    #[track_caller]
    pub fn is_ok(self) -> Self {
        self.has_status(200)
    }

    #[track_caller]
    pub fn has_header(self, name: &str, value: &str) -> Self {
        assert_eq!(self.header(name), Some(value), "header {name}: {self}");
        self
    }

    #[track_caller]
    pub fn lacks_header(self, name: &str) -> Self {
        assert_eq!(self.header(name), None, "header {name}: {self}");
        self
    }

    /// The media type without its parameters.
    pub fn media_type(&self) -> &str {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim()
    }

    #[track_caller]
    pub fn is_json(&self) {
        assert_eq!(self.media_type(), "application/json", "{self}");
        self.json();
    }

    /// Nothing on the way may keep it (RFC 6749 §5.1).
    #[track_caller]
    pub fn is_not_stored(&self) {
        let control = self.header("cache-control").unwrap_or_default();
        assert!(
            control.split(',').any(|directive| directive.trim() == "no-store"),
            "no-store is missing: {self}"
        );
    }

    /// One member of the JSON object, which must be text.
    #[track_caller]
    pub fn member(&self, name: &str) -> String {
        let value = self.json();
        let text = value.get(name).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("no text {name:?} in {self}")).to_owned()
    }

    #[track_caller]
    pub fn access_token(&self) -> String {
        self.member("access_token")
    }

    #[track_caller]
    pub fn refresh_token(&self) -> String {
        self.member("refresh_token")
    }

    #[track_caller]
    pub fn id_token(&self) -> String {
        self.member("id_token")
    }

    /// A refusal of a machine endpoint as RFC 6749 §5.2 wants it: 400, or 401 for `invalid_client` alone; JSON; kept
    /// by nobody; no tokens; and a description in the characters that are allowed.
    #[track_caller]
    pub fn is_refused_with(self, error: &str) -> Self {
        let right = if error == "invalid_client" {
            self.status == 401
        } else {
            self.status == 400
        };
        assert!(right, "not the status of {error}: {self}");
        self.says(error)
    }

    /// Where specifications leave more than one right answer.
    #[track_caller]
    pub fn is_refused_with_one_of(self, errors: &[&str]) -> Self {
        let error = self.json()["error"].as_str().unwrap_or_default().to_owned();
        assert!(errors.contains(&error.as_str()), "none of {errors:?}: {self}");
        self.is_refused_with(&error)
    }

    /// A refusal that a person reads: a page of ours, never a redirect.
    #[track_caller]
    pub fn is_a_refusal_page(self) -> Self {
        assert!((400..500).contains(&self.status), "not a refusal: {self}");
        assert_eq!(self.media_type(), "text/html", "not a page: {self}");
        assert!(
            self.text().contains("</html>") || self.text().contains("<title"),
            "an empty page: {self}"
        );
        self.lacks_header("location")
    }

    /// `invalid_grant`; where not, tells what led there.
    #[track_caller]
    pub fn is_refused_in(self, story: &str) {
        assert!(self.status == 400, "not refused:\n{story}\n{self}");
        self.is_refused_with("invalid_grant");
    }

    /// The body of a refusal, whatever its status.
    #[track_caller]
    pub fn says(self, error: &str) -> Self {
        self.is_json();
        self.is_not_stored();
        let body = self.json();
        assert_eq!(body["error"], error, "{self}");
        check_characters(error);
        if let Some(description) = body.get("error_description") {
            check_characters(
                description
                    .as_str()
                    .unwrap_or_else(|| panic!("a description is text: {self}")),
            );
        }
        for token in ["access_token", "refresh_token", "id_token", "code"] {
            assert!(body.get(token).is_none(), "a refusal with {token}: {self}");
        }
        self
    }

    /// The description that stands beside `error`.
    #[track_caller]
    pub fn describes_it_as(self, description: &str) -> Self {
        assert_eq!(self.member("error_description"), description, "{self}");
        self
    }

    /// Tokens as RFC 6749 §5.1 and the contract want them.
    #[track_caller]
    pub fn brings_tokens(self) -> Self {
        let answer = self.is_ok();
        answer.is_json();
        answer.is_not_stored();
        answer.clone().has_header("pragma", "no-cache");
        let body = answer.json();
        check_token(&answer.access_token());
        assert_eq!(body["token_type"], "Bearer", "{answer}");
        assert!(
            body["expires_in"].as_i64().is_some_and(|seconds| seconds > 0),
            "expires_in is a number: {answer}"
        );
        assert!(body["created_at"].is_i64(), "created_at is a number: {answer}");
        if let Some(refresh_token) = body.get("refresh_token") {
            check_token(
                refresh_token
                    .as_str()
                    .unwrap_or_else(|| panic!("a refresh token is text: {answer}")),
            );
        }
        for (name, value) in body.as_object().unwrap_or_else(|| panic!("an object: {answer}")) {
            assert!(
                !value.is_null() && value != "",
                "{name} has no value and should be absent: {answer}"
            );
        }
        answer
    }

    /// The one challenge of a 401 or 403, split into scheme and parameters (RFC 9110 §11.6.1).
    #[track_caller]
    pub fn challenge(&self) -> Challenge {
        let values: Vec<_> = self.headers.get_all("www-authenticate").iter().collect();
        assert_eq!(values.len(), 1, "one WWW-Authenticate: {self}");
        let value = self.header("www-authenticate").unwrap_or_default();
        Challenge::parse(value).unwrap_or_else(|| panic!("not a challenge, {value:?}: {self}"))
    }

    /// A refusal of a protected resource (RFC 6750 §3.1): the same error in the challenge as in the body.
    #[track_caller]
    pub fn is_refused_as_bearer(self, error: &str) -> Self {
        let status = match error {
            "invalid_token" => 401,
            "insufficient_scope" => 403,
            _ => 400,
        };
        let answer = self.has_status(status);
        let challenge = answer.challenge();
        assert!(challenge.scheme.eq_ignore_ascii_case("Bearer"), "{answer}");
        assert_eq!(challenge.get("error"), Some(error), "{answer}");
        assert!(challenge.get("realm").is_some(), "a realm in the challenge: {answer}");
        let description = challenge.get("error_description").unwrap_or_default();
        check_characters(description);
        answer
    }

    /// When the server says it was.
    #[track_caller]
    pub fn created_at(&self) -> Timestamp {
        let seconds = self.json()["created_at"]
            .as_i64()
            .unwrap_or_else(|| panic!("created_at: {self}"));
        Timestamp::from_second(seconds).expect("a sane number of seconds")
    }
}

/// `%x20-21 / %x23-5B / %x5D-7E` (RFC 6749 §4.1.2.1, §5.2, RFC 6750 §3).
#[track_caller]
pub fn check_characters(text: &str) {
    let allowed = |c: char| matches!(c, '\x20'..='\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e');
    assert!(text.chars().all(allowed), "characters that RFC 6749 forbids: {text:?}");
}

/// At least 43 base64url characters, 256 bits, and no two characters too alike (issue: codes and tokens); a JWT has
/// three parts of such characters.
#[track_caller]
pub fn check_token(token: &str) {
    let parts = token.split('.').count();
    assert!(parts == 1 || parts == 3, "neither opaque nor a JWT: {token}");
    assert!(token.len() >= 43, "{} characters are too few: {token}", token.len());
    let base64url = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    assert!(
        token.split('.').all(|part| part.chars().all(base64url)),
        "not base64url: {token}"
    );
    let different: std::collections::HashSet<char> = token.chars().collect();
    assert!(different.len() >= 12, "not random: {token}");
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} answered {}", self.asked, self.status)?;
        for (name, value) in &self.headers {
            writeln!(out, "  {name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        let body: String = self.text().chars().take(2000).collect();
        writeln!(out, "\n{body}")?;
        if self.status >= 500 {
            writeln!(out, "(the server's log: {})", super::emulator::log_file().display())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// `Bearer realm="…", error="…"`, taken apart.
#[derive(Debug)]
pub struct Challenge {
    pub scheme: String,
    pub parameters: Vec<(String, String)>,
}

impl Challenge {
    fn parse(value: &str) -> Option<Self> {
        let (scheme, mut rest) = value.split_once(' ').unwrap_or((value, ""));
        let mut parameters = Vec::new();
        while !rest.trim().is_empty() {
            let (name, after) = rest.split_once("=\"")?;
            let (value, after) = after.split_once('"')?;
            parameters.push((name.trim_matches([' ', ',']).to_owned(), value.to_owned()));
            rest = after;
        }
        Some(Self {
            scheme: scheme.to_owned(),
            parameters,
        })
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }
}
