//! Paths of the portal's pages, and the token of a visit's one-time link.
//!
//! The token is ten characters, computed from the visit's number with a key of the realm. So no token is stored, the
//! API can show it again with the visit, and the token of one realm is refused in another. Whether a link was used is
//! stored in the visit's row.

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};

use crate::app::Realm;

// Below each mount of the portal.
pub const AUTH: &str = "/auth";
pub const WAITING_ROOM: &str = "/u/{slug}";
pub const START: &str = "/visits/start/{id}";
pub const JOIN: &str = "/visits/join/{code}";
pub const APPOINTMENT: &str = "/members/appointment/{id}";
pub const DASHBOARD: &str = "/providers/dashboard";

/// The path with `value` in place of its one placeholder.
pub fn fill(path: &str, value: &str) -> String {
    match (path.find('{'), path.find('}')) {
        (Some(from), Some(to)) => format!("{}{value}{}", &path[..from], &path[to + 1..]),
        _ => path.to_owned(),
    }
}

const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH: usize = 10;

/// The token of a visit: `[a-z0-9]{10}`.
pub fn one_time_token(realm: &Realm, visit: i64) -> String {
    token(&key(realm), visit)
}

/// Whether `given` is the token of that visit, compared in constant time.
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
    fn a_token_has_ten_lower_case_letters_and_digits_and_belongs_to_its_visit_and_realm() {
        let one = token(&key(1), 67258);

        assert_eq!(one.len(), LENGTH);
        assert!(one.bytes().all(|byte| ALPHABET.contains(&byte)));
        assert_eq!(one, token(&key(1), 67258));
        assert_ne!(one, token(&key(1), 67259));
        assert_ne!(one, token(&key(2), 67258));
    }
}
