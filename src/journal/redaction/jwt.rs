//! Signed tokens (RFC 7519), known by their looks: what they say is kept, what proves it is not.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// What every JSON object begins with in base64url, and so every signed token.
const BEGINNING: &str = "eyJ";

/// A signed token that travelled: header and claims, without the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwt {
    /// The field or header it travelled in, such as `id_token`.
    pub found_in: String,
    /// JSON.
    pub header: String,
    /// JSON.
    pub claims: String,
}

impl Jwt {
    /// The token, if `value` is one as a whole and can be read.
    pub fn read(found_in: &str, value: &str) -> Option<Self> {
        let mut parts = value.split('.');
        let (header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        if !header.starts_with(BEGINNING) || parts.next().is_some() {
            return None; // five parts are an encrypted one
        }
        Some(Self {
            found_in: found_in.to_owned(),
            header: object(header)?,
            claims: object(claims)?,
        })
    }

    /// Bytes of memory it holds.
    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.found_in.capacity() + self.header.capacity() + self.claims.capacity()
    }

    /// Header and claims as they are shown.
    pub fn parsed(&self) -> (Value, Value) {
        let parse = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        (parse(&self.header), parse(&self.claims))
    }
}

fn object(part: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
    serde_json::from_str::<Value>(&text).ok()?.is_object().then_some(text)
}

/// The first thing in a text that looks like a signed token, with what is before and behind it.
pub fn find(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(found) = text.get(from..)?.find(BEGINNING) {
        let begin = from + found;
        let rest = text.get(begin..)?;
        let end = rest
            .find(|character: char| !of_a_token(character))
            .unwrap_or(rest.len());
        let token = rest.get(..end)?.trim_end_matches('.');
        let inside = text.get(..begin)?.chars().next_back().is_some_and(of_a_token);
        if !inside && token.contains('.') {
            return Some((text.get(..begin)?, token, rest.get(token.len()..)?));
        }
        from = begin + BEGINNING.len();
    }
    None
}

fn of_a_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_signed_token_is_not_read() {
        for wrong in [
            "",
            "eyJhbGciOiJub25lIn0",
            "eyJhbGciOiJub25lIn0.e30",
            "eyJhbGciOiJub25lIn0.bm90IGpzb24.c2ln",
            "eyJhbGciOiJub25lIn0.e30.a.b.c",
            "abc.e30.c2ln",
        ] {
            assert_eq!(Jwt::read("id_token", wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_second_of_two_is_found_behind_the_first() {
        let text = "a eyJh.e30.x, b eyJi.e30.y";

        let (before, first, rest) = find(text).expect("there are two");
        let (_, second, behind) = find(rest).expect("there is another");

        assert_eq!((before, first, second, behind), ("a ", "eyJh.e30.x", "eyJi.e30.y", ""));
    }

    #[test]
    fn a_word_that_merely_contains_the_beginning_is_left_alone() {
        assert_eq!(find("heyJude.mp3 and eyJ alone"), None);
    }
}
