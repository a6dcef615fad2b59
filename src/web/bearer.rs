//! Bearer tokens on the wire (RFC 6750): reading them, and the challenge that asks for one.
//!
//! Whether a token is good is for `tokens` to say.

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

use crate::model::{Refusal, Scopes, Secret};

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1), if there is a header of that scheme.
///
/// # Errors
/// When the header occurs more than once, or holds no token.
pub fn read(headers: &HeaderMap) -> Result<Option<Secret>, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let malformed = |text| {
        Refusal::new("invalid_request", text)
            .kind("token.malformed")
            .see("RFC 6750 §2.1")
    };
    if values.next().is_some() {
        return Err(malformed("there is more than one Authorization header"));
    }
    let value = value
        .to_str()
        .map_err(|_| malformed("the Authorization header is not ASCII"))?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Ok(None); // another scheme authenticates nobody here (RFC 6750 §3.1)
    }
    let token = token.trim();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if token.is_empty() || !token.bytes().all(allowed) {
        return Err(malformed("the Authorization header contains no bearer token"));
    }
    Ok(Some(Secret::new(token)))
}

/// A `WWW-Authenticate` challenge of the Bearer scheme (RFC 6750 §3).
///
/// Without a refusal it is bare: the request had no token, so there is nothing wrong with one.
pub fn challenge(realm: &str, refusal: Option<(&str, &str)>, scopes: Option<&Scopes>) -> HeaderValue {
    let mut text = format!("Bearer realm=\"{}\"", quoted(realm));
    if let Some((code, description)) = refusal {
        text.push_str(&format!(
            ", error=\"{code}\", error_description=\"{}\"",
            quoted(description)
        ));
    }
    if let Some(scopes) = scopes {
        text.push_str(&format!(", scope=\"{scopes}\""));
    }
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("Bearer"))
}

/// Fit to stand between quotes: upstream writes `_` for a quote inside one.
fn quoted(text: &str) -> String {
    text.chars()
        .map(|character| {
            if matches!(character, '"' | '\\') {
                '_'
            } else {
                character
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn the_scheme_is_read_in_any_case() {
        let token = read(&headers(&["bearer abc"])).expect("well formed");

        assert_eq!(token, Some(Secret::new("abc")));
    }

    #[test]
    fn no_header_is_no_token_but_a_wrong_one_is_refused() {
        assert_eq!(read(&headers(&[])), Ok(None));
        assert_eq!(read(&headers(&["Basic YTpi"])), Ok(None));
        for wrong in ["Bearer", "Bearer ", "Bearer a b", "Bearer \"a\""] {
            assert!(read(&headers(&[wrong])).is_err(), "{wrong}");
        }
        assert!(read(&headers(&["Bearer a", "Bearer b"])).is_err());
    }

    #[test]
    fn a_challenge_quotes_what_it_says() {
        let scopes: Scopes = "a b".parse().expect("scopes");

        let value = challenge(
            "Doorkeeper",
            Some(("insufficient_scope", "needs scope \"a b\".")),
            Some(&scopes),
        );

        assert_eq!(
            value.to_str().expect("ASCII"),
            "Bearer realm=\"Doorkeeper\", error=\"insufficient_scope\", \
             error_description=\"needs scope _a b_.\", scope=\"a b\""
        );
        assert_eq!(challenge("x", None, None), "Bearer realm=\"x\"");
    }
}
