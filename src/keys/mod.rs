//! The key ring: the keys of a realm, and signing and verifying with them (JWS in compact form, RFC 7515).
//!
//! A ring is built once from a realm's keys and shared by all its requests. It checks signatures and no times: `exp`
//! and `nbf` are checked by the caller on the realm's clock. [`sealing`] encrypts stored secrets, [`import`] reads keys
//! from elsewhere.

pub mod import;
pub mod jwk;
pub mod sealing;
pub mod signing_key;

use std::sync::{Arc, LazyLock};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use jwk::{Jwk, JwkSet};
pub use signing_key::{KeyError, SigningKey};

use crate::model::{Secret, SigningAlgorithm, StoredKey};
use sealing::{Sealer, SealingError};

/// The keys of one realm, the newest first.
#[derive(Clone, Debug, Default)]
pub struct KeyRing {
    keys: Vec<RingKey>,
}

/// A key of a ring. All are published, and their signatures are accepted.
#[derive(Clone, Debug)]
pub struct RingKey {
    pub key: Arc<SigningKey>,
    /// Whether it may sign. The first such key of an algorithm signs.
    pub signs: bool,
}

/// The PEM texts of the development keys.
const DEVELOPMENT: [(SigningAlgorithm, &str); 2] = [
    (
        SigningAlgorithm::Rs256,
        include_str!("../../keys/development-rsa-2048.pem"),
    ),
    (SigningAlgorithm::Es256, include_str!("../../keys/development-p256.pem")),
];

impl KeyRing {
    pub fn new(keys: Vec<RingKey>) -> Self {
        Self { keys }
    }

    /// A realm's own keys, in the order they were added, opened with `sealer`; the development keys where it has none.
    ///
    /// Keys that `before` has parsed are not parsed again.
    ///
    /// # Errors
    /// A key was sealed with a missing key, or is damaged.
    pub fn of_realm(rows: &[StoredKey], sealer: &Sealer, before: Option<&Self>) -> Result<Self, RingError> {
        if rows.is_empty() {
            return Ok(Self::development());
        }
        let ring_key = |row: &StoredKey| {
            let known = before.and_then(|ring| {
                let same =
                    |known: &&RingKey| known.key.kid() == row.kid && known.key.sealed() == Some(row.sealed.as_str());
                ring.keys.iter().find(same)
            });
            let key = match known {
                Some(known) => known.key.clone(),
                None => Arc::new(SigningKey::open(row, sealer)?),
            };
            Ok(RingKey { key, signs: row.signs })
        };
        rows.iter().rev().map(ring_key).collect::<Result<_, _>>().map(Self::new)
    }

    /// The keys in the repository's `keys/`. Their private halves are public, so they are only for local issuers
    /// (`Issuer::is_local`). Parsed once.
    pub fn development() -> Self {
        static RING: LazyLock<KeyRing> = LazyLock::new(|| {
            let load = |(algorithm, pem)| {
                let key = SigningKey::from_pem(algorithm, pem)
                    .expect("the shipped keys are sound, which a test loads them to see");
                RingKey {
                    key: Arc::new(key),
                    signs: true,
                }
            };
            KeyRing::new(DEVELOPMENT.map(load).to_vec())
        });
        RING.clone()
    }

    /// The development keys as a realm's own keys, so that others can be added: the oldest first.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn development_rows(sealer: &Sealer, now: Timestamp) -> Result<Vec<StoredKey>, SealingError> {
        let ring = Self::development();
        let keys = DEVELOPMENT.iter().zip(&ring.keys).rev();
        keys.map(|((_, pem), held)| held.key.to_row(&Secret::new(*pem), sealer, true, now))
            .collect()
    }

    /// Every key, the newest first.
    pub fn keys(&self) -> &[RingKey] {
        &self.keys
    }

    /// Whether the ring has a key with this `kid`.
    pub fn knows(&self, kid: &str) -> bool {
        self.keys.iter().any(|held| held.key.kid() == kid)
    }

    /// The key that signs with `algorithm` now, if the ring has one.
    pub fn signs_with(&self, algorithm: SigningAlgorithm) -> Option<&SigningKey> {
        let may = |held: &&RingKey| held.signs && held.key.algorithm() == algorithm;
        self.keys.iter().find(may).map(|held| held.key.as_ref())
    }

    /// The algorithms of the signing keys, each once, in the ring's order.
    pub fn algorithms(&self) -> Vec<SigningAlgorithm> {
        let mut algorithms = Vec::new();
        for held in self.keys.iter().filter(|held| held.signs) {
            if !algorithms.contains(&held.key.algorithm()) {
                algorithms.push(held.key.algorithm());
            }
        }
        algorithms
    }

    /// The keys that sign now, one for each algorithm.
    pub fn signers(&self) -> Self {
        let signs = |held: &&RingKey, algorithm| held.signs && held.key.algorithm() == algorithm;
        let first = |algorithm| self.keys.iter().find(|held| signs(held, algorithm)).cloned();
        Self {
            keys: self.algorithms().into_iter().filter_map(first).collect(),
        }
    }

    /// These keys, followed by those of another ring.
    pub fn joined_by(&self, other: &Self) -> Self {
        Self {
            keys: self.keys.iter().chain(&other.keys).cloned().collect(),
        }
    }

    /// The published JWK Set: every key of the ring.
    pub fn jwk_set(&self) -> JwkSet {
        JwkSet {
            keys: self.keys.iter().map(|held| held.key.jwk().clone()).collect(),
        }
    }

    /// Signs `claims` as a compact JWS with header `{"typ", "alg", "kid"}` (RFC 7515 §7.1).
    ///
    /// `typ` tells the kinds of tokens apart: `JWT`, `at+jwt`, `logout+jwt` (RFC 8725 §3.11).
    pub fn sign(
        &self,
        algorithm: SigningAlgorithm,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, SigningError> {
        let key = self.signs_with(algorithm).ok_or(SigningError::NoKey(algorithm))?;
        let header = serde_json::to_vec(&ProtectedHeader {
            typ,
            alg: algorithm,
            kid: key.kid(),
        })?;
        let claims = serde_json::to_vec(claims)?;

        let mut compact = String::with_capacity((header.len() + claims.len()) * 4 / 3 + 350);
        URL_SAFE_NO_PAD.encode_string(header, &mut compact);
        compact.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut compact);
        let signature = key.sign(compact.as_bytes())?;
        compact.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut compact);
        Ok(compact)
    }

    /// The claims of a compact JWS signed by a key of this ring, as the signed bytes.
    ///
    /// The algorithm must be one of `allowed`, which is checked before a key is searched (RFC 8725 §3.1), and `typ`
    /// must match. `exp`, `nbf`, `iss` and `aud` are **not** checked.
    pub fn verify(&self, compact: &str, typ: &str, allowed: &[SigningAlgorithm]) -> Result<Vec<u8>, VerificationError> {
        let (signed, signature) = compact.rsplit_once('.').ok_or(VerificationError::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(VerificationError::Malformed)?;
        let received: ReceivedHeader =
            serde_json::from_slice(&decode(header)?).map_err(|_| VerificationError::Malformed)?;
        let algorithm = received.check(typ, allowed)?;
        let kid = received.kid.as_deref().unwrap_or_default();
        let key = self
            .keys
            .iter()
            .map(|held| &held.key)
            .find(|key| key.kid() == kid && key.algorithm() == algorithm)
            .ok_or_else(|| VerificationError::UnknownKey(kid.to_owned()))?;

        if !key.verifies(signed.as_bytes(), &decode(signature)?) {
            return Err(VerificationError::WrongSignature);
        }
        decode(claims)
    }
}

/// The header of signed tokens: the same members in the same order as the emulated portal.
#[derive(Serialize)]
struct ProtectedHeader<'a> {
    typ: &'a str,
    alg: SigningAlgorithm,
    kid: &'a str,
}

/// The members of a received header that are used. `jwk`, `jku` and `x5c` are ignored: only keys of the ring are
/// trusted.
#[derive(Deserialize)]
struct ReceivedHeader {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    crit: Option<serde::de::IgnoredAny>,
}

impl ReceivedHeader {
    fn check(&self, typ: &str, allowed: &[SigningAlgorithm]) -> Result<SigningAlgorithm, VerificationError> {
        let algorithm = self.alg.parse().ok().filter(|algorithm| allowed.contains(algorithm));
        let algorithm = algorithm.ok_or_else(|| VerificationError::ForbiddenAlgorithm(self.alg.clone()))?;
        if self.crit.is_some() {
            return Err(VerificationError::CriticalExtension);
        }
        // Media types are compared without regard to case, and `application/` may be left out (RFC 7515 §4.1.9).
        let received = self.typ.as_deref().unwrap_or_default();
        let received = received.strip_prefix("application/").unwrap_or(received);
        if !received.eq_ignore_ascii_case(typ) {
            return Err(VerificationError::OtherType(received.to_owned()));
        }
        Ok(algorithm)
    }
}

/// Base64url without padding and without trailing bits, so that each token has exactly one spelling (RFC 7515 §2).
fn decode(part: &str) -> Result<Vec<u8>, VerificationError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| VerificationError::Malformed)
}

/// The `kid` of a compact JWS that is not verified yet: to find out whether its key must be loaded first.
pub fn kid_of(compact: &str) -> Option<String> {
    let header = compact.split('.').next()?;
    let received: ReceivedHeader = serde_json::from_slice(&decode(header).ok()?).ok()?;
    received.kid
}

/// Why a realm's keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RingError {
    #[error("the key {kid:?} cannot be opened: {reason}")]
    Sealing { kid: String, reason: SealingError },
    #[error("the key {kid:?} cannot be used: {reason}")]
    Key { kid: String, reason: KeyError },
}

/// Why nothing could be signed: always a failure of the server.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    #[error("the realm has no {0} key")]
    NoKey(SigningAlgorithm),
    #[error("the claims cannot be written as JSON")]
    Claims(#[from] serde_json::Error),
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Why a signed token is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerificationError {
    #[error("not a JWS in compact form")]
    Malformed,
    #[error("the algorithm {0:?} is not accepted")]
    ForbiddenAlgorithm(String),
    #[error("the header has critical extensions, which are not supported")]
    CriticalExtension,
    #[error("a token of type {0:?} is not accepted")]
    OtherType(String),
    /// The ring has no such key. Another process may have added it: loading the realm's keys again can help.
    #[error("there is no key with the kid {0:?}")]
    UnknownKey(String),
    #[error("the signature does not match")]
    WrongSignature,
}

#[cfg(test)]
mod tests;
