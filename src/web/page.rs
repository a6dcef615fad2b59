//! A page on its way to the browser: the layout it stands in, and the headers it travels with.
//!
//! Pages bring no script and no style of their own, so their Content-Security-Policy allows neither inline. Three
//! things differ from page to page and are said by whoever sends it: whether its form leads to others
//! ([`Page::leads_elsewhere`]), whose picture it shows, and whether it runs one of our scripts.

use std::convert::Infallible;

use askama::{
    Template,
    filters::{Html, Safe},
};
use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header, request::Parts};
use jiff::ZonedDateTime;
use url::Url;

use crate::{
    text::{self, Language},
    web::{assets::Asset, language, received::Place},
};

/// What every page has around it: a place and a language. Templates call it `layout`.
#[derive(Clone, Debug)]
pub struct Layout {
    pub place: Place,
    pub language: Language,
}

impl Layout {
    /// A path of this realm: `layout.path("/account")`.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.place.base)
    }

    pub fn stylesheet(&self) -> &'static str {
        Asset::Stylesheet.path()
    }

    pub fn icon(&self) -> &'static str {
        Asset::Icon.path()
    }

    pub fn submit_script(&self) -> &'static str {
        Asset::SubmitScript.path()
    }

    pub fn once_script(&self) -> &'static str {
        Asset::OnceScript.path()
    }

    pub fn say(&self, key: &str) -> String {
        text::say(self.language, key)
    }

    /// A message with a word in its one place: `layout.say_with("sign-in-for-client", "client", name)`.
    pub fn say_with(&self, key: &str, place: &str, word: &str) -> String {
        text::say_with(self.language, key, &[(place, word)])
    }

    pub fn say_count(&self, key: &str, count: u64) -> String {
        text::say_count(self.language, key, count)
    }

    pub fn say_moment(&self, moment: &ZonedDateTime) -> String {
        text::say_moment(self.language, moment)
    }

    /// A message whose places are filled with marked-up words. The sentence and the words are escaped.
    pub fn emphasise(&self, key: &str, words: &[(&str, Marked)]) -> Safe<String> {
        // The message is said with a number in each place, and taken apart at the numbers: a word never passes through
        // the message, so nothing in it can be read as markup or as another place.
        let numbers: Vec<String> = (0..words.len()).map(|at| format!("\u{2}{at}\u{3}")).collect();
        let places: Vec<(&str, &str)> = words
            .iter()
            .zip(&numbers)
            .map(|((name, _), number)| (*name, number.as_str()))
            .collect();
        let said = text::say_with(self.language, key, &places);
        let mut pieces = said.split('\u{2}');
        let mut html = pieces.next().map(escaped).unwrap_or_default();
        for piece in pieces {
            let (number, after) = piece.split_once('\u{3}').unwrap_or(("", piece));
            let word = number.parse().ok().and_then(|at: usize| words.get(at));
            html += &word.map(|(_, word)| word.html()).unwrap_or_default();
            html += &escaped(after);
        }
        Safe(html)
    }
}

/// The layout of the request's own place, in its language.
impl<S: Sync> FromRequestParts<S> for Layout {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self {
            place: Place::of(&parts.extensions),
            language: language::of_request(parts, None),
        })
    }
}

/// Words that stand out in a sentence.
#[derive(Clone, Copy, Debug)]
pub enum Marked<'a> {
    /// A name that somebody chose: set apart, also from the direction the sentence is written in.
    Name(&'a str),
    Link {
        href: &'a str,
        text: &'a str,
    },
}

impl Marked<'_> {
    fn html(&self) -> String {
        match self {
            Marked::Name(name) => format!("<bdi>{}</bdi>", escaped(name)),
            Marked::Link { href, text } => {
                format!("<a href=\"{}\">{}</a>", escaped(href), escaped(text))
            }
        }
    }
}

fn escaped(text: &str) -> String {
    askama::filters::escape(text, Html)
        .map(|safe| safe.to_string())
        .unwrap_or_default()
}

/// A rendered page and what its headers have to allow.
#[derive(Debug)]
pub struct Page {
    html: askama::Result<String>,
    status: StatusCode,
    leads_elsewhere: bool,
    image_origin: Option<String>,
    scripted: bool,
    talks: bool,
    framed: bool,
}

impl Page {
    pub fn new(template: &impl Template) -> Page {
        Page {
            html: template.render(),
            status: StatusCode::OK,
            leads_elsewhere: false,
            image_origin: None,
            scripted: false,
            talks: false,
            framed: false,
        }
    }

    pub fn with_status(self, status: StatusCode) -> Page {
        Page { status, ..self }
    }

    /// Lets the page's form end anywhere, for the pages of a pending authorization request.
    ///
    /// Browsers hold every redirect after a post against `form-action`, also those that the client answers with: an
    /// https callback may go on to `claude://…` or to a port of loopback. Where the client sends its user cannot be
    /// known, and a chain that is cut off after the code was delivered loses the sign-in, so the directive is left out.
    pub fn leads_elsewhere(self) -> Page {
        Page {
            leads_elsewhere: true,
            ..self
        }
    }

    /// Lets the page show a picture from this http(s) address.
    pub fn shows_image(self, address: Option<&str>) -> Page {
        let image_origin = address
            .and_then(|address| Url::parse(address).ok())
            .map(|address| address.origin())
            .filter(|origin| origin.is_tuple())
            .map(|origin| origin.ascii_serialization());
        Page { image_origin, ..self }
    }

    /// Lets the page run the scripts in `web::assets`.
    pub fn runs_our_script(self) -> Page {
        Page { scripted: true, ..self }
    }

    /// Lets the page's script ask our own addresses, and show our own pages in frames.
    pub fn talks_to_us(self) -> Page {
        Page { talks: true, ..self }
    }

    /// Lets any site show the page in a frame: for what is made to be embedded, and does nothing by a mere click.
    pub fn may_be_framed(self) -> Page {
        Page { framed: true, ..self }
    }

    fn content_security_policy(&self) -> String {
        let script = if self.scripted { "'self'" } else { "'none'" };
        let image = match &self.image_origin {
            Some(origin) => format!("'self' {origin}"),
            None => "'self'".to_owned(),
        };
        let form = if self.leads_elsewhere {
            ""
        } else {
            "form-action 'self'; "
        };
        let talk = if self.talks {
            "connect-src 'self'; frame-src 'self'; "
        } else {
            ""
        };
        let ancestors = if self.framed { "*" } else { "'none'" };
        format!(
            "default-src 'none'; style-src 'self'; script-src {script}; img-src {image}; {form}\
             {talk}frame-ancestors {ancestors}; base-uri 'none'"
        )
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let policy = self.content_security_policy();
        let html = match self.html {
            Ok(html) => html,
            Err(error) => {
                tracing::error!(%error, "a page cannot be rendered");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        let mut response = (self.status, html).into_response();
        let headers = response.headers_mut();
        for (name, value) in FIXED_HEADERS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        match HeaderValue::try_from(policy) {
            Ok(policy) => {
                headers.insert(header::CONTENT_SECURITY_POLICY, policy);
                response
            }
            Err(error) => {
                tracing::error!(%error, "a page's policy is not a header");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// `same-origin` and not `no-referrer`, which would make our own posts say `Origin: null`.
const FIXED_HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::VARY, "Accept-Language, Cookie"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Template)]
    #[template(source = "<p>{{ word }}</p>", ext = "html")]
    struct Plain<'a> {
        word: &'a str,
    }

    fn plain() -> Page {
        Page::new(&Plain { word: "<here>" })
    }

    fn policy(page: Page) -> String {
        let response = page.into_response();
        let policy = response.headers()["content-security-policy"].to_str();
        policy.expect("a policy is plain text").to_owned()
    }

    #[test]
    fn a_page_allows_nothing_inline_and_posts_only_to_ourselves() {
        let policy = policy(plain());

        assert!(policy.contains("default-src 'none'"));
        assert!(policy.contains("script-src 'none'"));
        assert!(policy.contains("form-action 'self';"));
        assert!(policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"));
    }

    #[test]
    fn a_form_that_ends_at_a_client_may_be_redirected_anywhere() {
        let policy = policy(plain().leads_elsewhere());

        assert!(!policy.contains("form-action"), "{policy}");
        assert!(policy.contains("default-src 'none'"), "{policy}");
    }

    #[test]
    fn a_picture_is_allowed_by_its_origin_and_only_over_http() {
        let logo = policy(plain().shows_image(Some("https://cdn.example.com:8443/a;b/logo.png")));
        let data = policy(plain().shows_image(Some("data:image/png;base64,AAAA")));

        assert!(logo.contains("img-src 'self' https://cdn.example.com:8443;"));
        assert!(data.contains("img-src 'self';"));
    }

    #[test]
    fn a_page_is_never_kept_and_never_guessed_at() {
        let response = plain().with_status(StatusCode::FORBIDDEN).into_response();

        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers()["referrer-policy"], "same-origin");
    }

    #[test]
    fn marked_words_cannot_bring_markup_of_their_own() {
        let layout = Layout {
            place: Place::default(),
            language: Language::English,
        };
        let evil = Marked::Name("\u{2}1\u{3}<script>");
        let link = Marked::Link {
            href: "/account?a=1&b=\"",
            text: "<b>",
        };

        let asks = layout.emphasise("consent-asks", &[("client", evil)]);
        let destination = layout.emphasise("consent-destination", &[("host", evil), ("account", link)]);

        assert!(asks.0.starts_with("<bdi>"));
        assert!(asks.0.ends_with("</bdi> asks for access"));
        assert!(!asks.0.contains("<script>"));
        assert_eq!(destination.0.matches("<a ").count(), 1);
        assert!(!destination.0.contains("<b>") && !destination.0.contains("b=\""));
    }
}
