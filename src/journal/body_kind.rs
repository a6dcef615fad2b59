//! Which bodies are kept: those in which secrets can be recognised.

use http::{HeaderMap, HeaderValue, header};

/// Media types, besides those of JSON, whose bodies may be kept.
const TEXTS: &[&str] = &["", "application/x-www-form-urlencoded", "text/html", "text/plain"];

/// The types of bodies in which a secret is recognised by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Form,
    Json,
    Html,
}

impl Kind {
    /// Whether a body with these header fields can be of a kind. Nothing else needs to be copied.
    pub fn is_possible(headers: &HeaderMap) -> bool {
        let value = |name| headers.get(name).map_or(&b""[..], HeaderValue::as_bytes);
        let encoding = value(header::CONTENT_ENCODING);
        let essence = value(header::CONTENT_TYPE).split(|byte| *byte == b';').next();
        let essence = essence.unwrap_or_default().trim_ascii();
        let json = essence.len() >= 4 && essence[essence.len() - 4..].eq_ignore_ascii_case(b"json");
        (encoding.is_empty() || encoding == b"identity")
            && (json || TEXTS.iter().any(|text| essence.eq_ignore_ascii_case(text.as_bytes())))
    }

    /// The media type decides whether a body is kept, its beginning how it is read: JSON that is sent as a form, as
    /// curl does unless told otherwise, is a mistake to be shown, and must not show a secret.
    pub fn of(content_type: &str, text: &str) -> Option<Self> {
        let essence = content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match essence.as_str() {
            "application/x-www-form-urlencoded" | "" | "text/plain" | "text/json" => Self::by_looks(text),
            "text/html" if text.trim_start().starts_with('<') => Some(Self::Html),
            "text/html" => Self::by_looks(text),
            // What is no JSON is left out word by word when it is redacted.
            json if json == "application/json" || json.ends_with("+json") => Self::by_looks(text).or(Some(Self::Json)),
            _ => None,
        }
    }

    fn by_looks(text: &str) -> Option<Self> {
        let of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.[]%+".contains(&byte);
        if text.trim_start().starts_with(['{', '[']) {
            return Some(Self::Json);
        }
        let (name, _) = text.split_once('=')?;
        (!name.is_empty() && name.bytes().all(of_a_name)).then_some(Self::Form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_kept_by_its_type_or_its_looks() {
        for (content_type, text, kind) in [
            (
                "application/x-www-form-urlencoded; charset=utf-8",
                "a=b",
                Some(Kind::Form),
            ),
            ("application/json", "{}", Some(Kind::Json)),
            ("application/problem+json", "{}", Some(Kind::Json)),
            ("text/html", "<p>", Some(Kind::Html)),
            ("text/html", "{\"access_token\": 1}", Some(Kind::Json)),
            ("text/html", "a=b", Some(Kind::Form)),
            ("text/html", "no page", None),
            (
                "application/x-www-form-urlencoded",
                "\n {\"password\": 1}",
                Some(Kind::Json),
            ),
            ("application/x-www-form-urlencoded", "[1]", Some(Kind::Json)),
            ("application/x-www-form-urlencoded", "<password>x</password>", None),
            ("application/x-www-form-urlencoded", "--x\r\nname=\"password\"", None),
            ("application/json", "grant_type=password&password=x", Some(Kind::Form)),
            ("application/json", "nonsense", Some(Kind::Json)),
            ("text/plain", "grant_type=password&password=x", Some(Kind::Form)),
            ("", " {\"password\": 1}", Some(Kind::Json)),
            ("text/plain", "just words with a secret", None),
            ("text/plain", "my password = x", None),
            ("multipart/form-data; boundary=x", "--x", None),
            ("application/pdf", "%PDF", None),
            ("text/event-stream", "data: x", None),
        ] {
            assert_eq!(Kind::of(content_type, text), kind, "{content_type} {text}");
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))]);
            assert!(kind.is_none() || Kind::is_possible(&headers), "{content_type}");
        }
    }

    #[test]
    fn what_cannot_be_read_need_not_be_copied() {
        for (content_type, encoding) in [
            ("application/pdf", ""),
            ("multipart/form-data; boundary=x", ""),
            ("text/html", "gzip"),
        ] {
            let headers = HeaderMap::from_iter([
                (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
                (header::CONTENT_ENCODING, HeaderValue::from_static(encoding)),
            ]);
            assert!(!Kind::is_possible(&headers), "{content_type} {encoding}");
        }
        assert!(Kind::is_possible(&HeaderMap::new()));
    }
}
