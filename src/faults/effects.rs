//! What the rows of the catalogue use to change answers.

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::model::Members;

/// An answer given instead of the handler's, in the error form of its endpoint.
#[derive(Clone, Debug)]
pub struct Instead {
    pub status: u16,
    /// As OAuth names it.
    pub code: &'static str,
    pub sentence: &'static str,
    pub headers: Vec<(HeaderName, String)>,
    /// Exactly these bytes instead of an error form, with their media type.
    pub bare: Option<(&'static str, String)>,
    /// What a portal does when a slot has gone.
    pub slot_taken: bool,
}

impl Instead {
    pub fn new(status: u16, code: &'static str, sentence: &'static str) -> Self {
        Self {
            status,
            code,
            sentence,
            headers: Vec::new(),
            bare: None,
            slot_taken: false,
        }
    }

    pub fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn challenging(self, challenge: impl Into<String>) -> Self {
        self.with(header::WWW_AUTHENTICATE, challenge)
    }

    pub fn bare(mut self, media_type: &'static str, body: impl Into<String>) -> Self {
        self.bare = Some((media_type, body.into()));
        self
    }

    /// Without the challenge the form of the address would bring.
    pub fn unchallenging(self) -> Self {
        self.challenging("")
    }
}

/// A whole answer on its way out.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn set_header(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }

    pub fn set_type(&mut self, media_type: &str) {
        self.set_header(header::CONTENT_TYPE, media_type);
    }

    /// The text `inserted` right behind the first brace: what a map cannot say twice.
    pub fn insert_in_front(&mut self, inserted: &str) {
        let at = self.body.iter().position(|byte| *byte == b'{').map_or(0, |at| at + 1);
        let (before, after) = self.body.split_at(at);
        self.body = [before, inserted.as_bytes(), after].concat().into();
    }
}

/// Adds `suffix` to a text member, or sets it where there is none.
pub fn append(members: &mut Members, name: &str, suffix: &str) {
    let text = members.get(name).and_then(Value::as_str).unwrap_or_default();
    members.insert(name.to_owned(), json!(format!("{text}{suffix}")));
}

/// Moves a member that is a number of seconds.
pub fn shift(members: &mut Members, name: &str, seconds: i64) {
    let moved = members.get(name).and_then(Value::as_i64);
    if let Some(moved) = moved.and_then(|at| at.checked_add(seconds)) {
        members.insert(name.to_owned(), json!(moved));
    }
}

pub fn set(members: &mut Members, name: &str, value: impl Into<Value>) {
    members.insert(name.to_owned(), value.into());
}

/// Every letter in the other case.
pub fn other_case(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_ascii_uppercase() {
                c.to_ascii_lowercase()
            } else {
                c.to_ascii_uppercase()
            }
        })
        .collect()
}

/// An unsigned JWT (RFC 7519 §6).
pub fn unsigned_jwt(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(&json!({"alg": "none"})), part(claims))
}

/// The bytes compressed as gzip (RFC 1952).
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("writing into memory does not fail")
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn what_is_compressed_can_be_read_again() {
        let text = "a sentence that is said twice. ".repeat(2);
        let mut read = String::new();

        let compressed = gzip(text.as_bytes());
        flate2::read::GzDecoder::new(&compressed[..])
            .read_to_string(&mut read)
            .unwrap();

        assert_eq!(read, text);
    }

    #[test]
    fn text_is_put_right_behind_the_first_brace() {
        let mut answer = Answer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::from_static(br#"{"a":1}"#),
        };

        answer.insert_in_front(r#""a":2,"#);

        assert_eq!(&answer.body[..], br#"{"a":2,"a":1}"#);
    }
}
