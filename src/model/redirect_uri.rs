//! Whether a requested redirect URI is a registered one.
//!
//! Exactly, character by character (RFC 9700 §2.1): no prefix, no normalisation. Two exceptions, both
//! for loopback: a registered loopback URI matches with any port (RFC 8252 §7.3), and a client may
//! allow every loopback URI.

use url::{Host, Url};

/// Whether `requested` is `registered`, or differs only in the port of a loopback address.
pub fn redirect_uris_match(registered: &str, requested: &str) -> bool {
    registered == requested
        || (is_loopback(registered)
            && is_loopback(requested)
            && without_port(registered).is_some_and(|registered| Some(registered) == without_port(requested)))
}

/// Why `uri` can never be a redirect URI, or `None` where it can.
///
/// RFC 6749 §3.1.2: absolute and without a fragment. User information is refused too: it misleads
/// whoever reads the address. `javascript:`, `data:` and the like are never redirect URIs.
pub fn redirect_uri_problem(uri: &str) -> Option<&'static str> {
    let url = match Url::parse(uri) {
        Ok(url) => url,
        Err(url::ParseError::InvalidPort) => return Some("has a port that is not a number from 0 to 65535"),
        Err(_) => return Some("is not an absolute URI"),
    };
    if uri.eq_ignore_ascii_case("urn:ietf:wg:oauth:2.0:oob")
        || uri.to_ascii_lowercase().starts_with("urn:ietf:wg:oauth:2.0:oob:")
    {
        return Some(
            "asks for the code to be shown for copying, which this server does not do: use a loopback address \
             (RFC 8252 §7.3)",
        );
    }
    if uri
        .split(['?', '#'])
        .next()
        .is_some_and(|address| address.contains('*'))
    {
        return Some("contains a *: redirect URIs are compared exactly, and have no wildcards (RFC 9700 §2.1)");
    }
    if !uri.is_ascii() {
        return Some("contains a character that is not allowed in a URI: percent-encode it");
    }
    if matches!(url.scheme(), "http" | "https") && !has_authority(uri) {
        return Some("is an http or https URI without a host");
    }
    if uri
        .chars()
        .any(|character| character.is_ascii_control() || character.is_whitespace() || character == '\\')
    {
        return Some("contains a space, a control character or a backslash");
    }
    if uri.contains('#') {
        return Some("has a fragment");
    }
    if has_user_information(uri) || !url.username().is_empty() {
        return Some("contains user information");
    }
    if matches!(
        url.scheme(),
        "javascript" | "data" | "vbscript" | "file" | "blob" | "about"
    ) {
        return Some("has a scheme that cannot receive a response");
    }
    None
}

/// Parsing accepts `http:host`, which browsers treat in different ways.
fn has_authority(uri: &str) -> bool {
    uri.split_once(':')
        .is_some_and(|(_, rest)| rest.starts_with("//") && !rest.starts_with("///"))
}

/// By the text, since parsing drops user information that is empty (`http://:@host/`).
fn has_user_information(uri: &str) -> bool {
    let rest = uri.split_once("//").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#'])
        .next()
        .is_some_and(|authority| authority.contains('@'))
}

/// Whether `uri` is http or https at localhost, 127.0.0.0/8 or [::1], without user information or fragment.
pub fn is_loopback(uri: &str) -> bool {
    is_loopback_where(uri, |domain| domain == "localhost")
}

/// The same, or at a name below localhost, which resolves to loopback (RFC 6761 §6.3).
pub fn is_loopback_or_below(uri: &str) -> bool {
    is_loopback_where(uri, |domain| {
        domain == "localhost" || domain.strip_suffix(".localhost").is_some_and(|name| !name.is_empty())
    })
}

fn is_loopback_where(uri: &str, is_localhost: impl Fn(&str) -> bool) -> bool {
    let Ok(url) = Url::parse(uri) else {
        return false;
    };
    let loopback_host = match url.host() {
        Some(Host::Domain(domain)) => is_localhost(domain),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    loopback_host && matches!(url.scheme(), "http" | "https") && redirect_uri_problem(uri).is_none()
}

/// The URI as written with its port cut out: scheme, host, path and query.
///
/// Cut from the text and not from the parsed URL, because parsing normalises (`/a/../b` becomes `/b`)
/// and everything except the port must match exactly.
fn without_port(uri: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = uri.split_once("://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path_and_query) = rest.split_at(end);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => authority,
    };
    Some((scheme, host, path_and_query))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_matches_only_to_the_letter() {
        let registered = "https://client.example.com/cb";

        assert!(redirect_uris_match(registered, registered));
        for other in [
            "https://client.example.com/cb/",
            "https://client.example.com/cb?x=1",
            "https://client.example.com/CB",
            "https://CLIENT.example.com/cb",
            "https://client.example.com:443/cb",
            "https://client.example.com/x/../cb",
            "https://client.example.com/%63b",
            "http://client.example.com/cb",
            "https://client.example.com.evil.example/cb",
            "https://client.example.com@evil.example/cb",
        ] {
            assert!(!redirect_uris_match(registered, other), "{other}");
        }
    }

    #[test]
    fn a_loopback_uri_is_free_in_its_port() {
        assert!(redirect_uris_match("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb"));
        assert!(redirect_uris_match(
            "http://127.0.0.1:8080/cb",
            "http://127.0.0.1:9090/cb"
        ));
        assert!(redirect_uris_match("http://[::1]/cb", "http://[::1]:49152/cb"));
        assert!(redirect_uris_match(
            "http://localhost:1/cb?a=b",
            "http://localhost:2/cb?a=b"
        ));
    }

    #[test]
    fn a_loopback_uri_is_free_in_nothing_else() {
        for (registered, requested) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/other"),
            ("http://127.0.0.1/cb", "http://127.0.0.2:1/cb"),
            ("http://127.0.0.1/cb", "http://localhost:1/cb"),
            ("http://127.0.0.1/cb", "https://127.0.0.1:1/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/x/../cb"),
            ("http://127.0.0.1/cb", "http://user@127.0.0.1:1/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb#fragment"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example:1/cb"),
            ("https://client.example.com/cb", "https://client.example.com:8443/cb"),
        ] {
            assert!(!redirect_uris_match(registered, requested), "{registered} {requested}");
        }
    }

    #[test]
    fn what_can_never_be_a_redirect_uri_says_why() {
        assert_eq!(redirect_uri_problem("https://client.example.com/cb"), None);
        assert_eq!(redirect_uri_problem("com.example.app:/cb"), None);
        for uri in [
            "/cb",
            "",
            "https://a.example/cb#f",
            "https://a.example/cb#",
            "https://u:p@a.example/cb",
            "https://:@a.example/cb",
            "https://@a.example/cb",
            "https://a.example/c b",
            "https://a.example\\@evil.example/",
            "http:localhost/cb",
            "http:/localhost/cb",
            "http:///localhost/cb",
            "http://localhost/é",
            "javascript:alert(1)",
            "data:text/html,x",
        ] {
            assert!(redirect_uri_problem(uri).is_some(), "{uri}");
        }
        for (uri, why) in [
            ("urn:ietf:wg:oauth:2.0:oob", "RFC 8252"),
            ("urn:ietf:wg:oauth:2.0:oob:auto", "RFC 8252"),
            ("https://*.example.com/cb", "wildcard"),
            ("https://client.example.com/*", "wildcard"),
            ("http://localhost:99999/cb", "port"),
            ("http://localhost:http/cb", "port"),
        ] {
            let problem = redirect_uri_problem(uri).unwrap_or_default();
            assert!(problem.contains(why), "{uri}: {problem}");
        }
        assert_eq!(redirect_uri_problem("https://client.example.com/cb?glob=*"), None);
    }
}
