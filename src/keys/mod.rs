//! The key ring: who signs now, who is still believed; and the JWS they make (RFC 7515 compact form).
//!
//! A ring is made once from a realm's keys and shared by all its requests. It judges signatures, never time: `exp` and its
//! kin are the caller's, on the realm's clock. What must be kept secret at rest is in [`sealing`]; keys that others made are
//! read by [`import`].

pub mod import;
pub mod jwk;
pub mod sealing;
pub mod signing_key;

use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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

/// A key on the ring. All are published and believed.
#[derive(Clone, Debug)]
pub struct RingKey {
    pub key: Arc<SigningKey>,
    /// Whether it may sign: of each algorithm the first one that may does.
    pub signs: bool,
}

/// The keys shipped for development, as the texts they are kept in.
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
    /// What `before` has parsed is not parsed again.
    ///
    /// # Errors
    /// When a key was sealed with a key we do not have, or is not sound.
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

    /// The keys shipped in `keys/`: public, so only for issuers nobody outside can reach (`Issuer::is_local`). Parsed once.
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

    /// The development keys as a realm's own, to which others can be added: in the order of their adding.
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

    /// Whether a key of that name is published.
    pub fn knows(&self, kid: &str) -> bool {
        self.keys.iter().any(|held| held.key.kid() == kid)
    }

    /// The key that signs with `algorithm` now, if the ring has one.
    pub fn signs_with(&self, algorithm: SigningAlgorithm) -> Option<&SigningKey> {
        let may = |held: &&RingKey| held.signs && held.key.algorithm() == algorithm;
        self.keys.iter().find(may).map(|held| held.key.as_ref())
    }

    /// The algorithms somebody signs with, for discovery; each once, in the ring's order.
    pub fn algorithms(&self) -> Vec<SigningAlgorithm> {
        let mut algorithms = Vec::new();
        for held in self.keys.iter().filter(|held| held.signs) {
            if !algorithms.contains(&held.key.algorithm()) {
                algorithms.push(held.key.algorithm());
            }
        }
        algorithms
    }

    /// Only the keys that sign now, one for each algorithm.
    pub fn signers(&self) -> Self {
        let signs = |held: &&RingKey, algorithm| held.signs && held.key.algorithm() == algorithm;
        let first = |algorithm| self.keys.iter().find(|held| signs(held, algorithm)).cloned();
        Self {
            keys: self.algorithms().into_iter().filter_map(first).collect(),
        }
    }

    /// These keys and, behind them, those of another ring.
    pub fn joined_by(&self, other: &Self) -> Self {
        Self {
            keys: self.keys.iter().chain(&other.keys).cloned().collect(),
        }
    }

    /// The document clients fetch to believe us: every key of the ring.
    pub fn jwk_set(&self) -> JwkSet {
        JwkSet {
            keys: self.keys.iter().map(|held| held.key.jwk().clone()).collect(),
        }
    }

    /// Signs `claims` as a compact JWS with header `{"typ", "alg", "kid"}` (RFC 7515 §7.1).
    ///
    /// `typ` keeps one kind of token from being taken for another: `JWT`, `at+jwt`, `logout+jwt` (RFC 8725 §3.11).
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

    /// The claims of a compact JWS that a key of this ring has signed, as the bytes that were signed.
    ///
    /// The algorithm is held against `allowed` before a key is looked for (RFC 8725 §3.1), and `typ` must be the expected one.
    /// `exp`, `nbf`, `iss` and `aud` have **not** been looked at.
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

/// The header we write: these members in this order, as the emulated portal does.
#[derive(Serialize)]
struct ProtectedHeader<'a> {
    typ: &'a str,
    alg: SigningAlgorithm,
    kid: &'a str,
}

/// The members of a received header that we judge by; `jwk`, `jku` and `x5c` are none of them, since we believe our ring only.
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

/// Base64url without padding and without stray bits, so that one token has one spelling (RFC 7515 §2).
fn decode(part: &str) -> Result<Vec<u8>, VerificationError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| VerificationError::Malformed)
}

/// The `kid` a compact JWS names, believed or not: to look whether its key has to be read first.
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
    #[error("the key {kid:?} is not sound: {reason}")]
    Key { kid: String, reason: KeyError },
}

/// Why nothing was signed: always our own failure.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    #[error("the realm has no {0} key")]
    NoKey(SigningAlgorithm),
    #[error("the claims cannot be written as JSON")]
    Claims(#[from] serde_json::Error),
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Why a signature is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerificationError {
    #[error("not a JWS in compact form")]
    Malformed,
    #[error("the algorithm {0:?} is not accepted here")]
    ForbiddenAlgorithm(String),
    #[error("the header names critical extensions, and we know none")]
    CriticalExtension,
    #[error("a token of type {0:?} is not accepted here")]
    OtherType(String),
    /// The ring has no such key; another process may have added it, so reading the realm's keys again can help.
    #[error("no key named {0:?} is believed")]
    UnknownKey(String),
    #[error("the signature does not fit")]
    WrongSignature,
}

#[cfg(test)]
mod tests;
