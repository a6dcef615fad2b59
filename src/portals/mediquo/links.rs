//! Links to the video call of an appointment.
//!
//! The token of a link is the internal id of the appointment and an HMAC-SHA-256 of the id and the version of the link,
//! with a key of the realm. So nothing is stored, a link ends when the appointment is moved, and a link of one realm is
//! not valid in another.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::model::Appointment;
use crate::{app::Realm, web::paths};

/// The length of the internal id of an appointment, in characters.
const ID: usize = 36;

/// The address at which the patient joins the call.
pub fn join(realm: &Realm, appointment: &Appointment) -> String {
    let signature = sign(&key(realm), &appointment.id, appointment.link_version);
    realm.url(&format!("{}/join/{}{signature}", paths::MEDIQUO, appointment.id))
}

/// The id in a token. [`is_valid`] says whether the token is valid.
pub fn appointment_of(token: &str) -> Option<&str> {
    token.split_at_checked(ID).map(|(id, _)| id)
}

/// Whether the token belongs to the current link of the appointment.
pub fn is_valid(realm: &Realm, appointment: &Appointment, token: &str) -> bool {
    let signature = token
        .get(ID..)
        .and_then(|signature| URL_SAFE_NO_PAD.decode(signature).ok());
    let signed = signed(&appointment.id, appointment.link_version);
    signature.is_some_and(|signature| hmac::verify(&key(realm), signed.as_bytes(), &signature).is_ok())
}

fn key(realm: &Realm) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, &realm.derive_key("mediquo appointment links"))
}

fn sign(key: &hmac::Key, id: &str, version: i64) -> String {
    URL_SAFE_NO_PAD.encode(hmac::sign(key, signed(id, version).as_bytes()))
}

fn signed(id: &str, version: i64) -> String {
    format!("{id} {version}")
}
