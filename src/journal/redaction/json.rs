//! JSON, read as it stands: also where it was cut off, or is no JSON after all.
//!
//! A parser would give up at the first mistake, and a mistake is what people look here for. So this walks over the
//! text, knows where a name and where a value stands, and copies everything but secrets. What is neither a value nor
//! the sign of one is left out.

use std::borrow::Cow;

use super::{
    ELLIPSIS, Redaction,
    names::{Care, Place, long_code},
};

impl Redaction<'_> {
    /// A JSON text without its secrets.
    pub fn json(&mut self, text: &str) -> String {
        Walk {
            redaction: self,
            text,
            at: 0,
            out: String::with_capacity(text.len() + 16),
            levels: Vec::new(),
            next: (Care::Open, Cow::Borrowed("")),
        }
        .walk()
    }
}

/// An object or array around the place we are at.
struct Level<'t> {
    object: bool,
    /// What stands under a secret's name is secret, however deep.
    care: Care,
    name: Cow<'t, str>,
}

struct Walk<'w, 'k, 't> {
    redaction: &'w mut Redaction<'k>,
    text: &'t str,
    at: usize,
    out: String,
    levels: Vec<Level<'t>>,
    /// The care and the name of the value that comes next.
    next: (Care, Cow<'t, str>),
}

impl<'t> Walk<'_, '_, 't> {
    fn walk(mut self) -> String {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            match byte {
                b'{' | b'[' => self.enter(byte),
                b'}' | b']' => {
                    self.levels.pop();
                    self.copy(1);
                    self.inherit();
                }
                b',' => {
                    self.copy(1);
                    self.inherit();
                }
                b':' | b' ' | b'\t' | b'\n' | b'\r' => self.copy(1),
                b'"' => self.string(),
                _ => self.bare(),
            }
        }
        self.out
    }

    fn copy(&mut self, bytes: usize) {
        self.out
            .push_str(self.text.get(self.at..self.at + bytes).unwrap_or_default());
        self.at += bytes;
    }

    fn enter(&mut self, byte: u8) {
        let (care, name) = self.next.clone();
        self.levels.push(Level {
            object: byte == b'{',
            care,
            name,
        });
        self.copy(1);
    }

    /// Back to what the object or array around asks for.
    fn inherit(&mut self) {
        self.next = match self.levels.last() {
            Some(level) => (level.care, level.name.clone()),
            None => (Care::Open, Cow::Borrowed("")),
        };
    }

    fn string(&mut self) {
        let rest = self.text.get(self.at + 1..).unwrap_or_default();
        let length = length_of_string(rest);
        let raw = rest.get(..length).unwrap_or_default();
        let closed = length < rest.len();
        let behind = rest.get(length + 1..).unwrap_or_default().trim_start();
        let is_name = behind.starts_with(':') && self.levels.last().is_some_and(|level| level.object);
        if is_name {
            self.name(raw);
        } else {
            self.value(raw);
        }
        if closed {
            self.out.push('"');
        }
        self.at += 1 + length + usize::from(closed);
    }

    fn name(&mut self, raw: &'t str) {
        let name = unescaped(raw);
        let own = self.redaction.care(&name, Place::Member);
        let around = self.levels.last().map_or(Care::Open, |level| level.care);
        let kept = self.redaction.text("name", raw);
        self.out.push('"');
        self.out.push_str(&kept);
        self.next = (stricter(own, around), name);
    }

    fn value(&mut self, raw: &str) {
        let (care, name) = self.next.clone();
        let value = unescaped(raw);
        let care = if care == Care::Open && long_code(&name, &value) {
            Care::Token
        } else {
            care
        };
        self.out.push('"');
        let redacted = match self.redaction.cared_for(care, &name, &value) {
            Some(masked) => masked,
            None => self.open_value(&name, &value),
        };
        if redacted == value {
            self.out.push_str(raw);
        } else {
            self.out.push_str(&escaped(&redacted));
        }
    }

    /// A value whose name promises nothing: an address with a secret in it, JSON within JSON, a signed token.
    fn open_value(&mut self, name: &str, value: &str) -> String {
        if value.starts_with(['{', '[']) {
            self.redaction.json(value)
        } else if value.contains("://") || (value.starts_with('/') && value.contains(['?', '/'])) {
            self.redaction.words(name, value)
        } else {
            self.redaction.text(name, value).into_owned()
        }
    }

    /// A number, `true`, `false` or `null`; anything else is no JSON, and who knows what it is.
    fn bare(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end =
            |character: char| matches!(character, ',' | ':' | '{' | '}' | '[' | ']' | '"') || character.is_whitespace();
        let length = rest.find(end).unwrap_or(rest.len()).max(1);
        let word = rest.get(..length).unwrap_or_default();
        let number = word.parse::<f64>().is_ok();
        if number && self.next.0 != Care::Open {
            self.out.push_str("\"…\"");
        } else if number || matches!(word, "true" | "false" | "null") {
            self.out.push_str(word);
        } else {
            self.out.push(ELLIPSIS);
        }
        self.at += rest.get(..length).map_or(rest.len(), str::len);
    }
}

fn stricter(one: Care, other: Care) -> Care {
    match (one, other) {
        (Care::Hidden, _) | (_, Care::Hidden) => Care::Hidden,
        (Care::Token, _) | (_, Care::Token) => Care::Token,
        (Care::Open, Care::Open) => Care::Open,
    }
}

/// Bytes up to the quote that ends a string, or to the end of the text.
fn length_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at,
            _ => {}
        }
    }
    text.len()
}

fn unescaped(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return raw.into();
    }
    serde_json::from_str::<String>(&format!("\"{raw}\"")).map_or(raw.into(), Cow::from)
}

fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::Key;
    use super::*;

    fn kept(text: &str) -> String {
        Redaction::new(&Key::default(), "/").json(text)
    }

    #[test]
    fn a_secret_goes_wherever_and_however_it_stands() {
        for text in [
            r#"{"password":"hunter2hunter2"}"#,
            r#"{"pass\u0077ord":"hunter2hunter2"}"#,
            r#"{"user":{"name":"anne","secrets":{"first":["hunter2hunter2"]}}}"#,
            r#"[{"client_secret" : "hunter2hunter2"}]"#,
            r#"{"access_token":"abcdefghunter2hunter2abcdefg"}"#,
            r#"{"token":{"token":"abcdefghunter2hunter2abcdefg"}}"#,
            r#"{"url":"https://x.example/auth?sso_token=abcdefghunter2hunter2"}"#,
            r#"{"payload":"{\"password\":\"hunter2hunter2\"}"}"#,
            r#"{"password":"hunter2hunter2"#,
            r#"{"password":hunter2hunter2}"#,
            r#"{'password':'hunter2hunter2'}"#,
            r#"{"code":"abcdefghunter2hunter2abcdefg"}"#,
            r#"{"note":"eyJhbGciOiJub25lIn0.e30.hunter2hunter2"}"#,
        ] {
            let kept = kept(text);
            assert!(!kept.contains("hunter2"), "{kept}");
            assert!(kept.contains('…'), "{kept}");
        }
        assert_eq!(kept(r#"{"pin": 1234, "otp": 5}"#), r#"{"pin": "…", "otp": "…"}"#);
    }

    #[test]
    fn what_is_no_secret_stays_to_the_message() {
        for text in [
            r#"{"sub":"anne","email":"anne@example.com","n":-1.5e3,"ok":true,"none":null}"#,
            r#"{"keys":[{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86z","e":"AQAB"}]}"#,
            r#"{"token_type":"Bearer","expires_in":7200,"token_endpoint":"http://localhost:8080/oauth/token"}"#,
            "{ \"a\" : [ 1 ,\n 2 ] , \"caf\\u00e9\" : \"\\\"quoted\\\"\" }",
            r#"{"specialties":[{"code":"general_care"}],"state":"ended"}"#,
            "",
            "{",
        ] {
            assert_eq!(kept(text), text);
        }
    }

    #[test]
    fn a_sibling_of_a_secret_is_none() {
        assert_eq!(
            kept(r#"{"secret":{"a":"b"},"name":"anne"}"#),
            r#"{"secret":{"a":"…"},"name":"anne"}"#
        );
    }
}
