//! Links to an appointment's video call. Whoever has one, has it from the organization.
//!
//! A link's token is our id of the appointment and a signature of it and of the version it was made for,
//! HMAC-SHA-256 with a key of the realm. So nothing is stored, moving an appointment ends its link, and no link leads
//! from one realm to another.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::model::Appointment;
use crate::{app::Realm, web::paths};

/// Characters of our id of an appointment.
const ID: usize = 36;

/// Where the patient joins the call.
pub fn join(realm: &Realm, appointment: &Appointment) -> String {
    let signature = sign(&key(realm), &appointment.id, appointment.link_version);
    realm.url(&format!("{}/join/{}{signature}", paths::MEDIQUO, appointment.id))
}

/// The id a token was made for. Whether it is good is for [`is_good`] to say.
pub fn appointment_of(token: &str) -> Option<&str> {
    token.split_at_checked(ID).map(|(id, _)| id)
}

/// Whether the token was made for the appointment as it stands.
pub fn is_good(realm: &Realm, appointment: &Appointment, token: &str) -> bool {
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
