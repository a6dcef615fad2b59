//! How secrets are taken out of what the journal shows. Everything passes here before anybody can see it; until then
//! it is kept as [`Unredacted`](super::unredacted::Unredacted).
//!
//! Passwords, client secrets and codes that people type become `…`. Tokens, codes, cookies and the like show their
//! first characters and a digest, `k2BmZ0…(3f9a1c2b)`: keyed with a random value of this process, so that equal tokens can be
//! recognised and none can be guessed. A secret is recognised by its name and its place ([`names`]), so that unknown
//! fields with the name of a secret are hidden, too; a signed token (JWT) is known by its looks, wherever it stands.
//!
//! | file | reads |
//! | --- | --- |
//! | [`names`] | whether a name promises a secret |
//! | [`address`] | URLs and forms |
//! | [`json`] | JSON, whole, cut or broken |
//! | [`html`] | pages |
//! | [`headers`] | header fields |
//! | [`jwt`] | signed tokens: what they say, without what proves it |

mod address;
mod headers;
mod html;
mod json;
pub mod jwt;
mod names;

use std::borrow::Cow;

use aws_lc_rs::hmac;

pub use address::without_secrets;
pub use headers::user_of_basic;

use crate::random::Random;
use jwt::Jwt;
use names::{Care, Place};

/// What stands for a secret, or for the rest of one.
pub const ELLIPSIS: char = '…';

/// Values of at least this many characters show their first ones: a shorter one would show too much of itself.
const LONG_ENOUGH_TO_SHOW: usize = 24;
/// How many characters are shown.
const SHOWN: usize = 6;

/// What tells equal secrets apart from others without giving them away: chance of this process.
pub struct Key(hmac::Key);

impl Default for Key {
    fn default() -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &Random::system().bytes::<32>()))
    }
}

impl Key {
    fn digest(&self, value: &str) -> u64 {
        let tag = hmac::sign(&self.0, value.as_bytes());
        tag.as_ref()
            .iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

/// A secret that came by: what it was called, and its keyed digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub name: String,
    pub digest: u64,
}

/// Goes through one exchange and remembers which secrets came by.
pub struct Redaction<'k> {
    key: &'k Key,
    /// Codes here are typed by people: `/activation-codes/…`.
    typed_codes: bool,
    pub seen: Vec<Seen>,
    pub jwts: Vec<Jwt>,
}

impl<'k> Redaction<'k> {
    /// For an exchange at this path.
    pub fn new(key: &'k Key, path: &str) -> Self {
        Self {
            key,
            typed_codes: path.contains("activation"),
            seen: Vec::new(),
            jwts: Vec::new(),
        }
    }

    /// Text that is no secret as a whole: only signed tokens in it are hidden.
    pub fn text<'t>(&mut self, name: &str, text: &'t str) -> Cow<'t, str> {
        let mut rest = text;
        let mut out = String::new();
        while let Some((before, token, after)) = jwt::find(rest) {
            out.push_str(before);
            out.push_str(&self.mask(name, token));
            rest = after;
        }
        if out.is_empty() && rest.len() == text.len() {
            return text.into();
        }
        out.push_str(rest);
        out.into()
    }

    /// Text that may hold an address: what a refusal compares, what a field says.
    pub fn words(&mut self, name: &str, text: &str) -> String {
        if text.contains(['/', '?']) {
            text.split_inclusive(' ')
                .map(|word| {
                    let bare = word.trim_end_matches(' ');
                    let blanks = word.get(bare.len()..).unwrap_or_default();
                    format!("{}{blanks}", self.address(bare))
                })
                .collect()
        } else {
            self.text(name, text).into_owned()
        }
    }

    /// A value by the care its name asks for; `None` where it may stay as it is.
    fn cared_for(&mut self, care: Care, name: &str, value: &str) -> Option<String> {
        if value.is_empty() {
            return None;
        }
        match care {
            Care::Open => None,
            Care::Token => Some(self.mask(name, value)),
            Care::Hidden => Some(ELLIPSIS.to_string()),
        }
    }

    /// First characters and digest.
    fn mask(&mut self, name: &str, value: &str) -> String {
        let digest = self.key.digest(value);
        self.seen.push(Seen {
            name: name.to_owned(),
            digest,
        });
        if let Some(jwt) = Jwt::read(name, value) {
            // Claims stay, but not a secret that somebody has put among them.
            let mut inner = Redaction::new(self.key, "");
            let header = inner.json(&jwt.header);
            let claims = inner.json(&jwt.claims);
            self.jwts.push(Jwt { header, claims, ..jwt });
        }
        let shown = if value.chars().nth(LONG_ENOUGH_TO_SHOW - 1).is_some() {
            value.chars().take(SHOWN).collect()
        } else {
            String::new()
        };
        format!("{shown}{ELLIPSIS}({:08x})", digest >> 32)
    }

    fn care(&self, name: &str, place: Place) -> Care {
        if self.typed_codes && name.eq_ignore_ascii_case("code") {
            return Care::Hidden;
        }
        names::care(name, place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "k2BmZ0m4Zt6c2oB0O2V7mC1x5uH8sQ3yJ9wR4eT6aD0";

    #[test]
    fn equal_tokens_look_equal_and_others_do_not() {
        let (key, other) = (Key::default(), Key::default());
        let (mut one, mut two, mut three) = (
            Redaction::new(&key, "/"),
            Redaction::new(&key, "/"),
            Redaction::new(&other, "/"),
        );

        let masked = one.mask("code", TOKEN);

        assert!(masked.starts_with("k2BmZ0…(") && !masked.contains("m4Zt6"), "{masked}");
        assert_eq!(two.mask("token", TOKEN), masked);
        assert_ne!(three.mask("code", TOKEN), masked, "another process has another key");
    }

    #[test]
    fn of_a_short_secret_no_character_is_shown() {
        let key = Key::default();

        let masked = Redaction::new(&key, "/").mask("code", "f7gybzjd9o");

        assert!(masked.starts_with("…("), "{masked}");
    }

    #[test]
    fn a_signed_token_is_found_in_the_middle_of_a_sentence() {
        let key = Key::default();
        let mut redaction = Redaction::new(&key, "/");

        let text = redaction.text(
            "description",
            "the hint eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5lIn0.c2lnbmF0dXJl is not ours",
        );

        assert!(
            text.starts_with("the hint eyJhbG…(") && text.ends_with(") is not ours"),
            "{text}"
        );
        assert_eq!(redaction.jwts[0].claims, r#"{"sub":"anne"}"#);
    }

    #[test]
    fn the_secrets_inside_a_signed_token_are_hidden_too() {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"anne","password":"hunter2"}"#);
        let key = Key::default();
        let mut redaction = Redaction::new(&key, "/");

        redaction.mask("id_token", &format!("eyJhbGciOiJub25lIn0.{claims}.c2ln"));

        assert_eq!(redaction.jwts[0].claims, r#"{"sub":"anne","password":"…"}"#);
    }

    #[test]
    fn codes_that_people_type_are_not_kept_at_all() {
        let key = Key::default();
        let mut redaction = Redaction::new(&key, "/mediquo/v1/activation-codes");

        assert_eq!(redaction.json(r#"{"code":"SUMMER-2025"}"#), r#"{"code":"…"}"#);
        assert!(redaction.seen.is_empty());
    }
}
