//! The keys, scopes and claim rules of a realm.

use jiff::Timestamp;

use super::{ClaimRule, Scope, SigningAlgorithm};

/// A realm's own keys, scopes and claim rules as stored. Read together with the settings.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// In the order they were added; none: the keys shipped for development.
    pub keys: Vec<StoredKey>,
    pub scopes: Vec<Scope>,
    pub claim_rules: Vec<ClaimRule>,
}

/// A signing key as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    pub kid: String,
    pub algorithm: SigningAlgorithm,
    /// The private key as a PKCS#8 PEM text, sealed.
    pub sealed: String,
    /// False: it is published and its signatures are accepted, but it does not sign.
    pub signs: bool,
    pub created_at: Timestamp,
}

impl StoredKey {
    /// Whether a realm with these keys can sign with `algorithm`. Without any keys it has the development keys.
    pub fn some_signs_with(keys: &[Self], algorithm: SigningAlgorithm) -> bool {
        keys.is_empty() || keys.iter().any(|key| key.signs && key.algorithm == algorithm)
    }
}
