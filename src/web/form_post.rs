//! The page that hands an authorization response to the client by POST (OAuth 2.0 Form Post Response Mode 1.0 §2).
//!
//! With JavaScript it is passed in a blink; without, it shows a button.

use askama::{Template, filters::Safe};

use crate::web::page::{Layout, Marked, Page};

#[derive(Template)]
#[template(path = "web/form_post.html")]
struct FormPostPage<'a> {
    layout: &'a Layout,
    /// Whether the form sends itself.
    hurried: bool,
    method: &'static str,
    redirect_uri: &'a str,
    returns_to: String,
    parameters: &'a [(String, String)],
}

impl FormPostPage<'_> {
    fn explained(&self) -> Safe<String> {
        let host = Marked::Name(&self.returns_to);
        self.layout.emphasise("form-post-explained", &[("host", host)])
    }
}

/// The page that posts these parameters to this checked redirect URI.
pub fn form_post(layout: &Layout, redirect_uri: &str, parameters: &[(String, String)]) -> Page {
    let page = FormPostPage {
        layout,
        hurried: true,
        method: "post",
        redirect_uri,
        returns_to: destination(redirect_uri),
        parameters,
    };
    Page::new(&page).leads_elsewhere().runs_our_script()
}

/// The same page, where the person goes on when they like. By `get` it does what a redirect would have done.
pub fn waiting_form(
    layout: &Layout,
    method: &'static str,
    redirect_uri: &str,
    parameters: &[(String, String)],
) -> Page {
    // A browser puts a form's fields in the place of the query its action has.
    let (action, query) = match redirect_uri.split_once('?') {
        Some((action, query)) if method == "get" => (action, query),
        _ => (redirect_uri, ""),
    };
    let own = form_urlencoded::parse(query.as_bytes()).into_owned();
    let parameters: Vec<_> = own.chain(parameters.iter().cloned()).collect();
    let page = FormPostPage {
        layout,
        hurried: false,
        method,
        redirect_uri: action,
        returns_to: destination(redirect_uri),
        parameters: &parameters,
    };
    Page::new(&page).leads_elsewhere()
}

/// Where an answer goes, as a person reads it: host and port, or the scheme of an application on this device.
pub fn destination(redirect_uri: &str) -> String {
    let Ok(uri) = url::Url::parse(redirect_uri) else {
        return redirect_uri.to_owned();
    };
    match (uri.host_str(), uri.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) if !host.is_empty() => host.to_owned(),
        _ => uri.scheme().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{text::Language, web::received::Place};

    #[test]
    fn a_destination_shows_what_tells_one_receiver_from_another() {
        assert_eq!(destination("https://client.example.com/cb?x=1"), "client.example.com");
        assert_eq!(destination("http://[::1]:4321/cb"), "[::1]:4321");
        assert_eq!(destination("com.example.app:/cb"), "com.example.app");
    }

    #[test]
    fn parameters_cannot_leave_their_fields() {
        let layout = Layout {
            place: Place::default(),
            language: Language::English,
        };
        let state = ("state".to_owned(), "\"><script>alert(1)</script>".to_owned());
        let page = FormPostPage {
            layout: &layout,
            hurried: true,
            method: "post",
            redirect_uri: "https://client.example.com/cb?a=1&b=2",
            returns_to: "client.example.com".to_owned(),
            parameters: &[state],
        };

        let html = page.render().expect("the page renders");

        assert!(!html.contains("<script>alert"));
        assert_eq!(html.matches("<input type=\"hidden\"").count(), 1);
        assert!(html.contains("method=\"post\""));
    }
}
