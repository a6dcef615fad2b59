//! Media types (RFC 9110 §8.3.1), as far as requests are told apart by them.

use http::{HeaderMap, header::CONTENT_TYPE};

pub const JSON: &str = "application/json";
pub const FORM: &str = "application/x-www-form-urlencoded";
pub const MULTIPART: &str = "multipart/form-data";

/// A media type without its parameters, in lower case: `Text/HTML; charset=utf-8` → `text/html`.
pub fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// The `Content-Type` as it was sent; empty where there is none, or none that is text.
pub fn content_type(headers: &HeaderMap) -> &str {
    let value = headers.get(CONTENT_TYPE);
    value.and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn parameters_and_case_do_not_matter() {
        for (written, essence_of_it) in [
            ("application/json", JSON),
            ("Application/JSON ;charset=utf-8", JSON),
            (" multipart/form-data; boundary=a;b", MULTIPART),
            ("", ""),
        ] {
            assert_eq!(essence(written), essence_of_it, "{written}");
        }
    }

    #[test]
    fn what_is_not_text_counts_as_absent() {
        let odd = HeaderValue::from_bytes(b"\xff").expect("bytes that HTTP allows");

        assert_eq!(content_type(&HeaderMap::from_iter([(CONTENT_TYPE, odd)])), "");
        assert_eq!(content_type(&HeaderMap::new()), "");
    }
}
