//! The cookie that says which session a browser has.
//!
//! Its name comes from the issuer, so that realms and ports of one host keep apart (cookies know no
//! ports). It is a session cookie: how long the session lives is judged by its row and the realm's clock.

use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header::COOKIE};

use crate::{model::Secret, random::digest};

/// The cookie's name: `__Host-` exactly when the issuer is https, then eight characters of the issuer's digest.
pub fn name(issuer: &str) -> String {
    let prefix = if issuer.starts_with("https:") { "__Host-" } else { "" };
    let tail: String = digest(issuer).chars().take(8).collect();
    format!("{prefix}anteroom-{tail}")
}

/// The value a browser sent, if it sent one.
pub fn read(issuer: &str, headers: &HeaderMap) -> Option<Secret> {
    let name = name(issuer);
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name && !cookie.value().is_empty())
        .map(|cookie| Secret::new(cookie.value()))
}

/// A `Set-Cookie` that gives the browser this session.
pub fn give(issuer: &str, value: &Secret) -> HeaderValue {
    set_cookie(Cookie::new(name(issuer), value.reveal().to_owned()), issuer)
}

/// A `Set-Cookie` that takes it away: an empty value, which names no session. A lifetime would be told by the browser's
/// clock.
pub fn take_away(issuer: &str) -> HeaderValue {
    set_cookie(Cookie::new(name(issuer), ""), issuer)
}

fn set_cookie(mut cookie: Cookie<'static>, issuer: &str) -> HeaderValue {
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(issuer.starts_with("https:"));
    HeaderValue::from_str(&cookie.to_string()).expect("the name and a base64url value are plain text")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &HeaderValue) -> &str {
        value.to_str().expect("plain text")
    }

    #[test]
    fn over_http_the_cookie_is_neither_secure_nor_host_bound() {
        let set = give("http://localhost:8080", &Secret::new("v"));

        assert!(text(&set).starts_with("anteroom-"));
        assert!(text(&set).ends_with("=v; HttpOnly; SameSite=Lax; Path=/"));
    }

    #[test]
    fn over_https_it_is_both() {
        let set = give("https://id.example.com", &Secret::new("v"));

        assert!(text(&set).starts_with("__Host-anteroom-"));
        assert!(text(&set).ends_with("=v; HttpOnly; SameSite=Lax; Secure; Path=/"));
    }

    #[test]
    fn it_never_says_how_long_it_lives() {
        let issuer = "http://localhost:8080";
        for set in [give(issuer, &Secret::new("v")), take_away(issuer)] {
            let set = text(&set).to_lowercase();

            assert!(!set.contains("max-age") && !set.contains("expires"), "{set}");
        }
    }

    #[test]
    fn issuers_on_one_host_do_not_share_a_cookie() {
        let names = [
            "http://localhost:8080",
            "http://localhost:8081",
            "http://localhost:8080/realms/x",
        ]
        .map(name);

        assert!(names[0] != names[1] && names[0] != names[2] && names[1] != names[2]);
    }

    #[test]
    fn a_cookie_is_found_among_others_and_an_empty_one_is_none() {
        let issuer = "http://localhost:8080";
        let line = format!("a=b; {}=secret; c", name(issuer));
        let headers = |line: &str| HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(line).expect("plain text"))]);

        assert_eq!(read(issuer, &headers(&line)), Some(Secret::new("secret")));
        assert_eq!(read(issuer, &headers(&format!("{}=", name(issuer)))), None);
        assert_eq!(read(issuer, &headers("a=b")), None);
    }
}
