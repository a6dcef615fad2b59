//! A person's browser without the browser: it keeps cookies, follows redirects within the server by hand, reads the
//! pages' forms and sends them as a browser would, `Origin` and `Sec-Fetch-Site` included.

#![expect(
    clippy::wrong_self_convention,
    reason = "`callback.is_refused_with(…)` hands the callback on to the next claim"
)]

use std::sync::Arc;

use reqwest::cookie::{CookieStore, Jar};
use url::Url;

use super::{Answer, Form, Page};

#[derive(Debug, Clone)]
pub struct UserAgent {
    issuer: Url,
    http: reqwest::Client,
    jar: Arc<Jar>,
    languages: Option<String>,
}

/// Where a journey through redirects ended.
#[derive(Debug)]
pub enum Arrival {
    /// At a page (or another final answer) of the server.
    Page(Page),
    /// At an address outside: a client's redirect URI, with what it was told.
    Callback(Callback),
}

/// What came back to a client's redirect URI.
#[derive(Debug, Clone)]
pub struct Callback {
    /// The address without what the server added: query and fragment cut off, unless it was posted to.
    pub url: Url,
    /// The status of the redirect that led here; 200 for a posted form.
    pub status: u16,
    /// From the query, the fragment or the posted form.
    pub parameters: Vec<(String, String)>,
    /// `query`, `fragment` or `form_post`.
    pub mode: &'static str,
}

impl UserAgent {
    /// `client` is what it speaks with; cookies are its own.
    pub fn new(issuer: &str, client: reqwest::ClientBuilder) -> Self {
        let jar = Arc::new(Jar::default());
        let http = client
            .cookie_provider(jar.clone())
            .build()
            .expect("a client can be built");
        Self {
            issuer: Url::parse(issuer).expect("an issuer is a URL"),
            http,
            jar,
            languages: None,
        }
    }

    /// Sends `Accept-Language` from now on.
    pub fn speaking(mut self, languages: &str) -> Self {
        self.languages = Some(languages.to_owned());
        self
    }

    /// The `Cookie` header this browser would send with a request for the issuer.
    pub fn cookies(&self) -> String {
        let cookies = self.jar.cookies(&self.issuer);
        cookies
            .map(|value| value.to_str().expect("cookies are text").to_owned())
            .unwrap_or_default()
    }

    /// Opens an address as if it had been typed in, and follows redirects as long as they stay within the server.
    #[track_caller]
    pub fn open(&self, address: &str) -> impl Future<Output = Arrival> {
        let url = self.issuer.join(address).expect("an address");
        self.travel(Step::Get(url), "none")
    }

    /// Follows a link from another site.
    #[track_caller]
    pub fn open_from_elsewhere(&self, address: &str) -> impl Future<Output = Arrival> {
        let url = self.issuer.join(address).expect("an address");
        self.travel(Step::Get(url), "cross-site")
    }

    /// Sends a form of a page of ours.
    #[track_caller]
    pub fn submit(&self, form: &Form) -> impl Future<Output = Arrival> {
        let step = if form.method == "post" {
            Step::Post(
                form.action.clone(),
                form.fields.clone(),
                form.page.origin().ascii_serialization(),
            )
        } else {
            let mut url = form.action.clone();
            url.query_pairs_mut().clear().extend_pairs(&form.fields);
            Step::Get(url)
        };
        self.travel(step, "same-origin")
    }

    /// Sends a form that stands on somebody else's page.
    #[track_caller]
    pub fn submit_from_elsewhere(&self, address: &str, fields: &[(&str, &str)]) -> impl Future<Output = Arrival> {
        let url = self.issuer.join(address).expect("an address");
        let fields = fields
            .iter()
            .map(|&(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        self.travel(
            Step::Post(url, fields, "https://client.example.com".to_owned()),
            "cross-site",
        )
    }

    /// Sends a form of ours from somebody else's page, and gives the bare answer.
    pub async fn forge(&self, form: &Form) -> Answer {
        let origin = "https://evil.example".to_owned();
        Answer::to(self.request(
            &Step::Post(form.action.clone(), form.fields.clone(), origin),
            "cross-site",
        ))
        .await
    }

    /// One request, its answer as it is, redirects unfollowed.
    pub async fn ask(&self, request: reqwest::RequestBuilder) -> Answer {
        Answer::to(request).await
    }

    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    #[track_caller]
    fn travel(&self, first: Step, site: &'static str) -> impl Future<Output = Arrival> {
        let caller = std::panic::Location::caller();
        async move {
            let mut step = first;
            for _ in 0..10 {
                let url = step.url().clone();
                let answer = Answer::to(self.request(&step, site)).await;
                if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
                    return arrived(answer, url);
                }
                let location = answer
                    .header("location")
                    .unwrap_or_else(|| panic!("{caller}: no Location in {answer}"));
                let target = url
                    .join(location)
                    .unwrap_or_else(|error| panic!("{caller}: {error}: {answer}"));
                if target.origin() != self.issuer.origin() {
                    return Arrival::Callback(Callback::redirected(&target, answer.status));
                }
                step = match (answer.status, step) {
                    (307 | 308, Step::Post(_, fields, origin)) => Step::Post(target, fields, origin),
                    _ => Step::Get(target),
                };
            }
            panic!("{caller}: redirected in a circle at {}", step.url())
        }
    }

    fn request(&self, step: &Step, site: &str) -> reqwest::RequestBuilder {
        let mut request = match step {
            Step::Get(url) => self.http.get(url.clone()),
            Step::Post(url, fields, origin) => self.http.post(url.clone()).form(fields).header("origin", origin),
        };
        request = request
            .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
            .header("sec-fetch-site", site)
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document");
        match &self.languages {
            Some(languages) => request.header("accept-language", languages),
            None => request,
        }
    }
}

#[derive(Debug)]
enum Step {
    Get(Url),
    Post(Url, Vec<(String, String)>, String),
}

impl Step {
    fn url(&self) -> &Url {
        match self {
            Self::Get(url) | Self::Post(url, ..) => url,
        }
    }
}

/// A page; or, where the page is one that posts an answer on, the callback it would post to.
fn arrived(answer: Answer, url: Url) -> Arrival {
    let page = Page::read(answer, url);
    let posting = page
        .forms()
        .into_iter()
        .find(|form| form.action.origin() != page.url.origin() && form.method == "post");
    match posting {
        Some(form) => Arrival::Callback(Callback {
            url: form.action,
            status: page.answer.status,
            parameters: form.fields,
            mode: "form_post",
        }),
        None => Arrival::Page(page),
    }
}

impl Arrival {
    #[track_caller]
    pub fn page(self) -> Page {
        match self {
            Self::Page(page) => page,
            Self::Callback(callback) => panic!("expected a page, but was sent to {callback:?}"),
        }
    }

    #[track_caller]
    pub fn callback(self) -> Callback {
        match self {
            Self::Callback(callback) => callback,
            Self::Page(page) => panic!(
                "expected to be sent back to the client, but arrived at {}: {}",
                page.url, page.answer
            ),
        }
    }
}

impl Callback {
    /// Reads the address of a redirect that leaves the server.
    pub fn redirected(target: &Url, status: u16) -> Self {
        let mut url = target.clone();
        let pairs = |text: &str| form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Vec<_>>();
        let (parameters, mode) = match target.fragment() {
            Some(fragment) => (pairs(fragment), "fragment"),
            None => (pairs(target.query().unwrap_or_default()), "query"),
        };
        url.set_fragment(None);
        Self {
            url,
            status,
            parameters,
            mode,
        }
    }

    /// A parameter, which must not be there twice.
    #[track_caller]
    pub fn get(&self, name: &str) -> Option<&str> {
        let values: Vec<_> = self.parameters.iter().filter(|(own, _)| own == name).collect();
        assert!(values.len() < 2, "{name} came twice: {self:?}");
        values.first().map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub fn code(&self) -> String {
        assert_eq!(self.get("error"), None, "{self:?}");
        self.get("code")
            .unwrap_or_else(|| panic!("no code came back: {self:?}"))
            .to_owned()
    }

    /// An error response (RFC 6749 §4.1.2.1) with nothing in it that does not belong there. What comes before `error`
    /// in a query is the client's own.
    #[track_caller]
    pub fn is_refused_with(self, error: &str) -> Self {
        assert_eq!(self.get("error"), Some(error), "{self:?}");
        super::answer::check_characters(self.get("error_description").unwrap_or_default());
        let added = self.parameters.iter().skip_while(|(name, _)| name != "error");
        for (name, _) in added {
            let known = [
                "error",
                "error_description",
                "error_uri",
                "state",
                "iss",
                "session_state",
            ];
            assert!(known.contains(&name.as_str()), "{name} in an error response: {self:?}");
        }
        self.lacks("code")
    }

    #[track_caller]
    pub fn has(self, name: &str, value: &str) -> Self {
        assert_eq!(self.get(name), Some(value), "{self:?}");
        self
    }

    #[track_caller]
    pub fn lacks(self, name: &str) -> Self {
        assert_eq!(self.get(name), None, "{self:?}");
        self
    }

    /// The address it was sent to, without query and fragment.
    pub fn address(&self) -> String {
        let mut url = self.url.clone();
        url.set_query(None);
        url.to_string()
    }
}
