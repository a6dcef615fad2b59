//! Header fields: credentials, cookies and addresses.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderName, header};

use super::{ELLIPSIS, Redaction, names::Place};

/// Fields that hold an address.
const ADDRESSES: &[HeaderName] = &[header::LOCATION, header::REFERER, header::CONTENT_LOCATION];

impl Redaction<'_> {
    /// The value of a field, whose name is in lower case, without its secrets.
    pub fn header(&mut self, name: &str, value: &str) -> String {
        if name == header::AUTHORIZATION || name == header::PROXY_AUTHORIZATION {
            self.credentials(value)
        } else if name == header::COOKIE {
            self.cookies(value)
        } else if name == header::SET_COOKIE {
            let (cookie, attributes) = value.split_once(';').unwrap_or((value, ""));
            let semicolon = if value.contains(';') { ";" } else { "" };
            format!("{}{semicolon}{attributes}", self.cookies(cookie))
        } else if ADDRESSES.iter().any(|address| name == address) {
            self.address(value)
        } else {
            let care = self.care(name, Place::Header);
            self.cared_for(care, name, value)
                .unwrap_or_else(|| self.words(name, value))
        }
    }

    /// `Authorization` (RFC 9110 §11.6.2). Of Basic the user stays, who is a client here (RFC 6749 §2.3.1).
    fn credentials(&mut self, value: &str) -> String {
        let (scheme, rest) = value.split_once(' ').unwrap_or(("", value));
        if scheme.eq_ignore_ascii_case("Basic") {
            return match user_of_basic(rest) {
                Some(user) => format!("{scheme} {user}:{ELLIPSIS}"),
                None => format!("{scheme} {ELLIPSIS}"),
            };
        }
        let masked = self.mask("authorization", rest.trim());
        if scheme.is_empty() {
            masked
        } else {
            format!("{scheme} {masked}")
        }
    }

    fn cookies(&mut self, value: &str) -> String {
        let cookies: Vec<String> = value
            .split("; ")
            .map(|cookie| match cookie.split_once('=') {
                Some((_, "")) => cookie.to_owned(),
                Some((name, value)) => format!("{name}={}", self.mask("cookie", value)),
                None => self.mask("cookie", cookie),
            })
            .collect();
        cookies.join("; ")
    }
}

/// The user of `Authorization: Basic`, before the first colon.
pub fn user_of_basic(encoded: &str) -> Option<String> {
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (user, _) = decoded.split_once(':')?;
    Some(user.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{super::Key, *};

    const SECRET: &str = "k2BmZ0m4Zt6c2oB0O2V7mC1x5uH8sQ3yJ9wR4eT6aD0";

    fn kept(name: &str, value: &str) -> String {
        Redaction::new(&Key::default(), "/").header(name, value)
    }

    #[test]
    fn credentials_say_who_and_not_how() {
        let basic = format!("Basic {}", STANDARD.encode(format!("demo-client:{SECRET}")));

        assert_eq!(kept("authorization", &basic), "Basic demo-client:…");
        assert_eq!(kept("authorization", "Basic not-base64!"), "Basic …");
        assert!(kept("authorization", &format!("Bearer {SECRET}")).starts_with("Bearer k2BmZ0…("));
    }

    #[test]
    fn no_header_keeps_a_secret() {
        for (name, value) in [
            ("authorization", SECRET.to_owned()),
            ("cookie", format!("a={SECRET}; b={SECRET}")),
            ("set-cookie", format!("a={SECRET}; Path=/; HttpOnly")),
            ("location", format!("/consent?request={SECRET}")),
            ("referer", format!("http://localhost/login?request={SECRET}")),
            ("x-api-key", SECRET.to_owned()),
            ("x-secret-key", SECRET.to_owned()),
            ("x-apisecret", SECRET.to_owned()),
            ("x-apitoken", SECRET.to_owned()),
            ("x-my-own-credentials", SECRET.to_owned()),
            ("x-original-uri", format!("/consent?request={SECRET}")),
            ("x-forwarded-uri", format!("/video/{SECRET}")),
            ("refresh", format!("0;url=/consent?request={SECRET}")),
            ("refresh", format!("0; url=https://a.example/video/{SECRET}")),
            ("link", format!("<https://a.example/video/{SECRET}>; rel=\"next\"")),
            ("x-note", format!("eyJhbGciOiJub25lIn0.e30.{SECRET}")),
        ] {
            let kept = kept(name, &value);
            assert!(
                !kept.contains("m4Zt6c2oB0O2V7mC1x5uH8sQ3yJ9wR4eT6aD0"),
                "{name}: {kept}"
            );
            assert!(kept.contains('…'), "{name}: {kept}");
        }
        assert!(kept("set-cookie", &format!("a={SECRET}; Path=/; HttpOnly")).ends_with("; Path=/; HttpOnly"));
    }

    #[test]
    fn ordinary_headers_stay() {
        for (name, value) in [
            ("content-type", "application/json"),
            ("www-authenticate", "Bearer realm=\"Anteroom\", error=\"invalid_token\""),
            ("access-control-allow-headers", "authorization,content-type"),
            ("etag", "\"abc\""),
            ("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"),
            (
                "user-agent",
                "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0",
            ),
            ("link", "<https://a.example/terms?page=2>; rel=\"next\""),
        ] {
            assert_eq!(kept(name, value), value);
        }
    }
}
