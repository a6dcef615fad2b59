//! The token of a visit's one-time link: ten characters, made from the visit's number with a key of the realm.
//!
//! So nothing is stored that would open a visit, the API can show the token again whenever it shows the visit, and no link
//! leads from one realm to another. Whether it has been used stands in the visit's row.

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};

use crate::app::Realm;

const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH: usize = 10;

/// The token of a visit: `[a-z0-9]{10}`.
pub fn one_time_token(realm: &Realm, visit: i64) -> String {
    token(&key(realm), visit)
}

/// Whether `given` is the token of that visit; takes as long whatever it is.
pub fn is_token_of(realm: &Realm, visit: i64, given: &str) -> bool {
    verify_slices_are_equal(one_time_token(realm, visit).as_bytes(), given.as_bytes()).is_ok()
}

fn key(realm: &Realm) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, &realm.derive_key("vsee one-time links"))
}

/// Each character from three bytes of the signature: the alphabet's length divides 2^24 well enough.
fn token(key: &hmac::Key, visit: i64) -> String {
    let signature = hmac::sign(key, &visit.to_be_bytes());
    let numbers = signature.as_ref().chunks_exact(3).take(LENGTH);
    numbers
        .map(|bytes| {
            let number = bytes.iter().fold(0, |number, byte| number * 256 + usize::from(*byte));
            char::from(ALPHABET[number % ALPHABET.len()])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &[byte; 32])
    }

    #[test]
    fn a_token_has_ten_small_messages_and_digits_and_belongs_to_its_visit_and_realm() {
        let one = token(&key(1), 67258);

        assert_eq!(one.len(), LENGTH);
        assert!(one.bytes().all(|byte| ALPHABET.contains(&byte)));
        assert_eq!(one, token(&key(1), 67258));
        assert_ne!(one, token(&key(1), 67259));
        assert_ne!(one, token(&key(2), 67258));
    }
}
