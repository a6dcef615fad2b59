//! Clinic accounts.

use serde_json::{Map, Value};

/// A clinic account.
#[derive(Clone, Debug)]
pub struct Account {
    pub code: String,
    pub id: i64,
    pub domain: String,
    pub name: String,
    pub portal_title: String,
    /// Two-letter state → name.
    pub states: Map<String, Value>,
    /// SHA-256 of the API key, as [`crate::random::digest`] writes it.
    pub key_digest: String,
    /// SHA-256 of the API secret.
    pub secret_digest: String,
}
