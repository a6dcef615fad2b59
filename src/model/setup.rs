//! What is set up in a realm at run time, beside its settings.

use jiff::Timestamp;

use super::{ClaimRule, Scope, SigningAlgorithm};

/// A realm's own keys, scopes and rules for claims, as their rows say them. Read together with the settings.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// In the order they were added; none: the keys shipped for development.
    pub keys: Vec<StoredKey>,
    pub scopes: Vec<Scope>,
    pub claim_rules: Vec<ClaimRule>,
}

/// A signing key at rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    pub kid: String,
    pub algorithm: SigningAlgorithm,
    /// The private key as a PKCS#8 PEM text, sealed.
    pub sealed: String,
    /// False: published and believed, but never signing.
    pub signs: bool,
    pub created_at: Timestamp,
}

impl StoredKey {
    /// Whether a realm with these keys has one that signs with `algorithm`: with none at all it has those for development.
    pub fn some_signs_with(keys: &[Self], algorithm: SigningAlgorithm) -> bool {
        keys.is_empty() || keys.iter().any(|key| key.signs && key.algorithm == algorithm)
    }
}
