//! Availability ids: an offered slot, encrypted in the id itself.
//!
//! The documented id reads `A--B--C`, base64 with `/` written as `_` while `+` and `=` stay, decoding to a ciphertext,
//! 12 and 16 bytes: the ciphertext, IV and tag of AES-256-GCM. The ids of the emulator are the same. The id holds all
//! data of the slot and is checked without the database; the same slot has another id each time it is listed. The
//! issuer of the realm is associated data: an id of one realm is not valid in another, even if both have the same key,
//! and an id stays valid after a snapshot, a reset or a restart.
//!
//! The id does not say whether the slot is still free: booking checks that against the schedule.

use std::sync::LazyLock;

use aws_lc_rs::aead::{AES_256_GCM, Aad, MAX_TAG_LEN, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::{
    Engine,
    alphabet::Alphabet,
    engine::{GeneralPurpose, general_purpose::PAD},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::schedule::Interval;

/// The longest id that is decoded, in characters.
const LONGEST: usize = 1024;

/// The standard alphabet with `_` for `/`, padded; strict about padding and trailing bits, so that every id has one
/// spelling.
static BASE64: LazyLock<GeneralPurpose> = LazyLock::new(|| {
    let alphabet = Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+_")
        .expect("64 different printable characters");
    GeneralPurpose::new(&alphabet, PAD)
});

/// A slot as it was offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Availability {
    pub practice: String,
    pub category: i64,
    #[serde(rename = "type")]
    pub appointment_type: i64,
    pub start: Timestamp,
    pub end: Timestamp,
    /// The insurance for which it was listed.
    pub insurance: Option<i64>,
}

impl Availability {
    pub fn interval(&self) -> Interval {
        Interval {
            start: self.start,
            end: self.end,
        }
    }
}

/// Why an id is invalid. In each case the slot is unavailable; it is never a 404.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// There are spaces instead of `+`: it was sent in a form or query without percent-encoding.
    Blanks,
    /// There is `%2B` or `%3D`: it was percent-encoded twice.
    PercentEncoded,
    /// Not of the shape `A--B--C`.
    Malformed,
    /// The right form, but altered, of another realm, or encrypted with a retired key.
    NotOurs,
}

/// The keys of one realm.
pub struct Keys {
    issuer: String,
    current: RandomizedNonceKey,
    previous: RandomizedNonceKey,
}

impl Keys {
    pub fn new(issuer: &str, current: &[u8; 32], previous: &[u8; 32]) -> Self {
        let key = |bytes| RandomizedNonceKey::new(&AES_256_GCM, bytes).expect("a key of 32 bytes is a key for AES-256");
        Self {
            issuer: issuer.to_owned(),
            current: key(current),
            previous: key(previous),
        }
    }

    /// The id of an offered slot.
    pub fn seal(&self, availability: &Availability) -> String {
        let mut content = serde_json::to_vec(availability).expect("text and numbers become JSON");
        let (iv, tag) = self
            .current
            .seal_in_place_separate_tag(self.associated_data(), &mut content)
            .expect("a hundred bytes can be sealed");
        format!(
            "{}--{}--{}",
            BASE64.encode(&content),
            BASE64.encode(iv.as_ref()),
            BASE64.encode(tag.as_ref())
        )
    }

    /// The slot of an id. With `lenient`, spaces count as `+`.
    ///
    /// # Errors
    /// Why the id is invalid, as far as that can be seen.
    pub fn open(&self, id: &str, lenient: bool) -> Result<Availability, Unreadable> {
        if id.contains(' ') && lenient {
            return self.open(&id.replace(' ', "+"), false);
        }
        let parts = Parts::read(id)?;
        [&self.current, &self.previous]
            .into_iter()
            .find_map(|key| self.unseal(key, &parts))
            .ok_or(Unreadable::NotOurs)
    }

    fn unseal(&self, key: &RandomizedNonceKey, parts: &Parts) -> Option<Availability> {
        let iv = Nonce::try_assume_unique_for_key(&parts.iv).ok()?;
        let mut content = [parts.ciphertext.as_slice(), &parts.tag].concat();
        let content = key.open_in_place(iv, self.associated_data(), &mut content).ok()?;
        serde_json::from_slice(content).ok()
    }

    fn associated_data(&self) -> Aad<&[u8]> {
        Aad::from(self.issuer.as_bytes())
    }
}

struct Parts {
    ciphertext: Vec<u8>,
    iv: Vec<u8>,
    tag: Vec<u8>,
}

impl Parts {
    fn read(id: &str) -> Result<Self, Unreadable> {
        if id.contains(' ') {
            return Err(Unreadable::Blanks);
        }
        if id.contains('%') {
            return Err(Unreadable::PercentEncoded);
        }
        let parts: Vec<_> = id.split("--").collect();
        let [ciphertext, iv, tag] = parts[..] else {
            return Err(Unreadable::Malformed);
        };
        if id.len() > LONGEST {
            return Err(Unreadable::Malformed);
        }
        let decode = |text| BASE64.decode(text).map_err(|_| Unreadable::Malformed);
        let parts = Self {
            ciphertext: decode(ciphertext)?,
            iv: decode(iv)?,
            tag: decode(tag)?,
        };
        let sound = !parts.ciphertext.is_empty() && parts.iv.len() == NONCE_LEN && parts.tag.len() == MAX_TAG_LEN;
        sound.then_some(parts).ok_or(Unreadable::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys() -> Keys {
        Keys::new("http://localhost:8080", &[1; 32], &[2; 32])
    }

    fn availability() -> Availability {
        Availability {
            practice: "9yrnjbqpcfwgsajr".to_owned(),
            category: 53,
            appointment_type: 198,
            start: "2025-06-03T07:00:00Z".parse().expect("an instant"),
            end: "2025-06-03T07:20:00Z".parse().expect("an instant"),
            insurance: Some(136),
        }
    }

    /// An id that contains a `+`, as most do.
    fn id_with_a_plus() -> String {
        std::iter::repeat_with(|| keys().seal(&availability()))
            .find(|id| id.contains('+'))
            .expect("sooner or later")
    }

    #[test]
    fn an_id_has_the_documented_shape() {
        let id = keys().seal(&availability());

        let lengths: Vec<_> = id
            .split("--")
            .map(|part| BASE64.decode(part).map(|bytes| bytes.len()))
            .collect();
        assert_eq!(lengths[1..], [Ok(12), Ok(16)], "{id}");
        assert!((100..=160).contains(&lengths[0].clone().expect("base64")), "{id}");
        assert!(
            id.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+_=-".contains(&byte)),
            "{id}"
        );
    }

    #[test]
    fn an_id_opens_to_the_slot_it_was_made_of() {
        let uninsured = Availability {
            insurance: None,
            ..availability()
        };

        assert_eq!(keys().open(&keys().seal(&availability()), false), Ok(availability()));
        assert_eq!(keys().open(&keys().seal(&uninsured), false), Ok(uninsured));
    }

    #[test]
    fn the_same_slot_has_another_id_each_time() {
        assert_ne!(keys().seal(&availability()), keys().seal(&availability()));
    }

    #[test]
    fn an_id_of_the_previous_key_opens_and_one_of_an_older_key_does_not() {
        let id = keys().seal(&availability());

        let after_one_rotation = Keys::new("http://localhost:8080", &[3; 32], &[1; 32]);
        let after_two_rotations = Keys::new("http://localhost:8080", &[4; 32], &[3; 32]);

        assert_eq!(after_one_rotation.open(&id, false), Ok(availability()));
        assert_eq!(after_two_rotations.open(&id, false), Err(Unreadable::NotOurs));
    }

    #[test]
    fn an_id_does_not_open_in_another_realm_with_the_same_key() {
        let neighbour = Keys::new("http://localhost:8080/realms/x", &[1; 32], &[2; 32]);

        assert_eq!(
            neighbour.open(&keys().seal(&availability()), false),
            Err(Unreadable::NotOurs)
        );
    }

    #[test]
    fn blanks_where_plus_was_are_told_apart() {
        assert_eq!(
            keys().open(&id_with_a_plus().replace('+', " "), false),
            Err(Unreadable::Blanks)
        );
    }

    #[test]
    fn the_lenient_reading_takes_blanks_for_plus() {
        assert_eq!(
            keys().open(&id_with_a_plus().replace('+', " "), true),
            Ok(availability())
        );
    }

    #[test]
    fn an_id_encoded_once_too_often_is_told_apart() {
        let id = id_with_a_plus().replace('+', "%2B").replace('=', "%3D");

        assert_eq!(keys().open(&id, false), Err(Unreadable::PercentEncoded));
    }

    #[test]
    fn what_is_not_three_parts_of_the_right_length_is_malformed() {
        let id = keys().seal(&availability());
        let parts: Vec<_> = id.split("--").collect();
        let [ciphertext, iv, tag] = parts[..] else {
            panic!("three parts")
        };
        let long = "A".repeat(4 * LONGEST);

        for wrong in [
            String::new(),
            "42".to_owned(),
            "--".to_owned(),
            "----".to_owned(),
            format!("{ciphertext}--{iv}"),
            format!("{ciphertext}--{iv}--{tag}--{tag}"),
            format!("{ciphertext}--{tag}--{iv}"),
            format!("--{iv}--{tag}"),
            format!("{long}--{iv}--{tag}"),
            format!("{ciphertext}--{iv}--{}", tag.trim_end_matches('=')),
            format!("{ciphertext}--{iv}--{}", tag.replace('=', "\u{0}")),
            format!("ä{ciphertext}--{iv}--{tag}"),
            id.replace('_', "/") + "/",
        ] {
            assert_eq!(keys().open(&wrong, false), Err(Unreadable::Malformed), "{wrong}");
        }
    }

    #[test]
    fn sealed_content_of_another_kind_is_not_ours() {
        let keys = keys();
        let mut content = br#"{"practice":"9yrnjbqpcfwgsajr"}"#.to_vec();
        let (iv, tag) = keys
            .current
            .seal_in_place_separate_tag(keys.associated_data(), &mut content)
            .expect("seals");
        let id = [&content, iv.as_ref().as_slice(), tag.as_ref()]
            .map(|part| BASE64.encode(part))
            .join("--");

        assert_eq!(keys.open(&id, false), Err(Unreadable::NotOurs));
    }

    proptest! {
        #[test]
        fn a_change_of_any_character_is_noticed(position in any::<prop::sample::Index>(), to in "[A-Za-z0-9+_=-]") {
            let id = keys().seal(&availability());
            let mut bytes = id.clone().into_bytes();
            let position = position.index(bytes.len());
            prop_assume!(bytes[position] != to.as_bytes()[0]);
            bytes[position] = to.as_bytes()[0];
            let changed = String::from_utf8(bytes).expect("ASCII");

            prop_assert!(keys().open(&changed, false).is_err());
        }

        #[test]
        fn no_text_breaks_the_reading(text in "\\PC{0,200}", lenient in any::<bool>()) {
            prop_assert!(keys().open(&text, lenient).is_err());
        }
    }
}
