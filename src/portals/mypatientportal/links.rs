//! Links to an appointment that open without signing in.
//!
//! The token of a link is the id of the appointment and an HMAC-SHA-256 of it with a key of the realm. So nothing is
//! stored, and a link of one realm is not valid in another.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{app::Realm, web::paths};

/// The length of the id of an appointment, in characters.
pub const APPOINTMENT_ID: usize = 28;

/// The address of the video consultation of an appointment.
pub fn video_consultation(realm: &Realm, appointment: &str) -> String {
    realm.url(&format!(
        "{}/{appointment}{}",
        paths::VIDEO,
        sign(&key(realm), appointment)
    ))
}

/// The appointment of a token, if the token is valid.
pub fn appointment_of(realm: &Realm, token: &str) -> Option<String> {
    let (appointment, signature) = token.split_at_checked(APPOINTMENT_ID)?;
    verify(&key(realm), appointment, signature).then(|| appointment.to_owned())
}

fn key(realm: &Realm) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, &realm.derive_key("mypatientportal video links"))
}

fn sign(key: &hmac::Key, appointment: &str) -> String {
    URL_SAFE_NO_PAD.encode(hmac::sign(key, appointment.as_bytes()))
}

fn verify(key: &hmac::Key, appointment: &str, signature: &str) -> bool {
    let decoded = URL_SAFE_NO_PAD.decode(signature);
    decoded.is_ok_and(|signature| hmac::verify(key, appointment.as_bytes(), &signature).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const APPOINTMENT: &str = "xbCuVVTNU6rT6E5m8p6Y8h7opzfo";

    fn key(byte: u8) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &[byte; 32])
    }

    #[test]
    fn a_signature_is_good_for_its_appointment_and_its_realm_only() {
        let signature = sign(&key(1), APPOINTMENT);

        assert!(verify(&key(1), APPOINTMENT, &signature));
        assert!(!verify(&key(2), APPOINTMENT, &signature));
        assert!(!verify(&key(1), "ybCuVVTNU6rT6E5m8p6Y8h7opzfo", &signature));
        assert!(!verify(&key(1), APPOINTMENT, &signature[..42]));
        assert!(!verify(&key(1), APPOINTMENT, ""));
    }
}
