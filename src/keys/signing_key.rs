//! One signing key: generate, load, sign, verify (RFC 7518 §3).
//!
//! All arithmetic is aws-lc-rs. A key is parsed once, when it is loaded; signing and verifying work on the parsed form.
//! A further algorithm is a variant of [`SigningAlgorithm`]; the compiler then shows every place to extend.

use std::fmt;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    error::{KeyRejected, Unspecified},
    rand::SystemRandom,
    rsa,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, ParsedPublicKey,
        RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, VerificationAlgorithm,
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject as _};

use jiff::Timestamp;

use super::{
    RingError,
    jwk::Jwk,
    sealing::{Sealer, SealingError},
};
use crate::model::{Secret, SigningAlgorithm, StoredKey};

/// What a private key is sealed for: table and column but no realm, so that a copy of a realm can use it unchanged.
const PLACE: &[u8] = b"signing_keys.private_key";

fn verification(algorithm: SigningAlgorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        SigningAlgorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        SigningAlgorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
    }
}

/// Why a key cannot be used. No message contains parts of the key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not a PEM file, or one without a `PRIVATE KEY` section (PKCS#8, RFC 7468 §10).
    #[error("no PKCS#8 private key (`-----BEGIN PRIVATE KEY-----`) found")]
    NotPkcs8Pem,
    /// The key is damaged, of another type, on another curve or too short.
    #[error("not a usable {algorithm} key: {reason}")]
    Rejected {
        algorithm: SigningAlgorithm,
        reason: KeyRejected,
    },
    /// The cryptographic library failed. No valid key causes this.
    #[error("the cryptographic library failed")]
    Library,
}

impl From<Unspecified> for KeyError {
    fn from(_: Unspecified) -> Self {
        Self::Library
    }
}

/// A key that signs and verifies.
pub struct SigningKey {
    algorithm: SigningAlgorithm,
    jwk: Jwk,
    private: PrivateKey,
    public: ParsedPublicKey,
    /// The stored text it was read from, if any.
    sealed: Option<String>,
}

enum PrivateKey {
    Rsa(rsa::KeyPair),
    Ecdsa(EcdsaKeyPair),
}

impl SigningKey {
    /// Reads a PKCS#8 PEM file as a key for `algorithm`; its `kid` is the thumbprint of its public half (RFC 7638).
    pub fn from_pem(algorithm: SigningAlgorithm, pem: &str) -> Result<Self, KeyError> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| KeyError::NotPkcs8Pem)?;
        Self::from_pkcs8(algorithm, der.secret_pkcs8_der())
    }

    /// Makes a new key from the system's randomness, with the PEM text to store. RSA takes some 70 ms: not for an async
    /// thread.
    pub fn generate(algorithm: SigningAlgorithm) -> Result<(Self, Secret), KeyError> {
        let pem = match algorithm {
            SigningAlgorithm::Rs256 => rsa_pem(&rsa::KeyPair::generate(rsa::KeySize::Rsa2048)?)?,
            SigningAlgorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
                pkcs8_pem(pair.to_pkcs8v1()?.as_ref())
            }
        };
        // Parsed from the text that will be stored, so that a key that works now can be loaded later.
        Ok((Self::from_pem(algorithm, pem.reveal())?, pem))
    }

    fn from_pkcs8(algorithm: SigningAlgorithm, der: &[u8]) -> Result<Self, KeyError> {
        let rejected = |reason| KeyError::Rejected { algorithm, reason };
        let (private, jwk, public_key) = match algorithm {
            SigningAlgorithm::Rs256 => {
                let pair = rsa::KeyPair::from_pkcs8(der).map_err(rejected)?;
                let jwk = Jwk::rsa(
                    algorithm,
                    pair.public_key().modulus().big_endian_without_leading_zero(),
                    pair.public_key().exponent().big_endian_without_leading_zero(),
                );
                let public_key = pair.public_key().as_ref().to_vec();
                (PrivateKey::Rsa(pair), jwk, public_key)
            }
            SigningAlgorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).map_err(rejected)?;
                let public_key = pair.public_key().as_ref().to_vec();
                (PrivateKey::Ecdsa(pair), Jwk::p256(algorithm, &public_key), public_key)
            }
        };
        let public = ParsedPublicKey::new(verification(algorithm), &public_key).map_err(rejected)?;
        Ok(Self {
            algorithm,
            jwk,
            private,
            public,
            sealed: None,
        })
    }

    /// Reads a stored key.
    ///
    /// # Errors
    /// It was sealed with a missing key, or is damaged.
    pub fn open(row: &StoredKey, sealer: &Sealer) -> Result<Self, RingError> {
        let kid = || row.kid.clone();
        let unsealed = |reason| RingError::Sealing { kid: kid(), reason };
        let unsound = |reason| RingError::Key { kid: kid(), reason };
        let pem = sealer.open(&row.sealed, PLACE).map_err(unsealed)?;
        let pem = str::from_utf8(&pem).map_err(|_| unsealed(SealingError::Damaged))?;
        let key = Self::from_pem(row.algorithm, pem).map_err(unsound)?;
        Ok(Self {
            sealed: Some(row.sealed.clone()),
            ..key.named(&row.kid)
        })
    }

    /// The key as it is stored; `pem` is the private half.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn to_row(
        &self,
        pem: &Secret,
        sealer: &Sealer,
        signs: bool,
        now: Timestamp,
    ) -> Result<StoredKey, SealingError> {
        Ok(StoredKey {
            kid: self.kid().to_owned(),
            algorithm: self.algorithm,
            sealed: sealer.seal(pem.reveal().as_bytes(), PLACE)?,
            signs,
            created_at: now,
        })
    }

    /// The stored text it was read from; `None` for a key that was not stored.
    pub fn sealed(&self) -> Option<&str> {
        self.sealed.as_deref()
    }

    /// The same key with another `kid`.
    pub fn named(mut self, kid: &str) -> Self {
        kid.clone_into(&mut self.jwk.kid);
        self
    }

    /// The one algorithm this key is used with (RFC 8725 §3.1: never two).
    pub fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    /// The `kid` in JWS headers and in the JWK Set.
    pub fn kid(&self) -> &str {
        &self.jwk.kid
    }

    /// The public half as published.
    pub fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// The public half as SubjectPublicKeyInfo, DER (RFC 5280 §4.1.2.7).
    pub fn public_der(&self) -> Result<Vec<u8>, KeyError> {
        let der: PublicKeyX509Der<'_> = match &self.private {
            PrivateKey::Rsa(pair) => pair.public_key().as_der()?,
            PrivateKey::Ecdsa(pair) => pair.public_key().as_der()?,
        };
        Ok(der.as_ref().to_vec())
    }

    /// Signs `message`; ECDSA signatures come in the fixed form of RFC 7518 §3.4 (R ‖ S). RSA takes some 0.35 ms.
    #[expect(
        clippy::disallowed_methods,
        reason = "aws-lc asks for a source by type and draws from the system's"
    )]
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        match &self.private {
            PrivateKey::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)?;
                Ok(signature)
            }
            PrivateKey::Ecdsa(pair) => Ok(pair.sign(&random, message)?.as_ref().to_vec()),
        }
    }

    /// Whether `signature` is this key's signature of `message`.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify_sig(message, signature).is_ok()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} {})", self.algorithm, self.kid())
    }
}

/// An RSA key as the PEM text that is stored.
pub(super) fn rsa_pem(pair: &rsa::KeyPair) -> Result<Secret, Unspecified> {
    Ok(pkcs8_pem(AsDer::<Pkcs8V1Der>::as_der(pair)?.as_ref()))
}

/// PKCS#8 in its textual form (RFC 7468 §10): base64 in lines of 64.
pub(super) fn pkcs8_pem(der: &[u8]) -> Secret {
    let text = STANDARD.encode(der);
    let mut pem = String::with_capacity(text.len() + text.len() / 64 + 64);
    pem.push_str("-----BEGIN PRIVATE KEY-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.extend(line.iter().map(|&byte| char::from(byte)));
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    Secret::new(pem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsa_crate::{
        pkcs1v15::{Signature, VerifyingKey},
        pkcs8::DecodePrivateKey as _,
        signature::Verifier as _,
    };
    // The dev-dependency has the name of the aws-lc-rs module used above.
    use ::rsa as rsa_crate;

    const RSA: &str = include_str!("../../keys/development-rsa-2048.pem");
    const P256: &str = include_str!("../../keys/development-p256.pem");

    #[test]
    fn the_rsa_crate_accepts_our_rs256_signature() {
        let key = SigningKey::from_pem(SigningAlgorithm::Rs256, RSA).unwrap();
        let judge = rsa_crate::RsaPrivateKey::from_pkcs8_pem(RSA).unwrap().to_public_key();

        let signature = key.sign(b"message").unwrap();

        let signature = Signature::try_from(signature.as_slice()).unwrap();
        VerifyingKey::<sha2::Sha256>::new(judge)
            .verify(b"message", &signature)
            .unwrap();
    }

    #[test]
    fn a_generated_key_can_be_loaded_from_its_pem_and_keeps_its_kid() {
        for algorithm in SigningAlgorithm::ALL {
            let (key, pem) = SigningKey::generate(algorithm).unwrap();

            let again = SigningKey::from_pem(algorithm, pem.reveal()).unwrap();

            assert_eq!(again.kid(), key.kid());
            assert!(again.verifies(b"message", &key.sign(b"message").unwrap()));
        }
    }

    #[test]
    fn the_rsa_crate_reads_a_generated_key() {
        let (key, pem) = SigningKey::generate(SigningAlgorithm::Rs256).unwrap();

        let read = rsa_crate::RsaPrivateKey::from_pkcs8_pem(pem.reveal()).unwrap();

        assert_eq!(rsa_crate::traits::PublicKeyParts::size(&read), 256);
        assert_eq!(key.jwk().n.as_deref().map(str::len), Some(342));
    }

    #[test]
    fn two_generated_keys_differ() {
        let (one, _) = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
        let (other, _) = SigningKey::generate(SigningAlgorithm::Es256).unwrap();

        assert_ne!(one.kid(), other.kid());
        assert!(!other.verifies(b"message", &one.sign(b"message").unwrap()));
    }

    #[test]
    fn a_signature_of_another_message_is_refused() {
        for (algorithm, pem) in [(SigningAlgorithm::Rs256, RSA), (SigningAlgorithm::Es256, P256)] {
            let key = SigningKey::from_pem(algorithm, pem).unwrap();
            let mut signature = key.sign(b"message").unwrap();

            assert!(key.verifies(b"message", &signature));
            assert!(!key.verifies(b"massage", &signature));
            assert!(!key.verifies(b"message", &signature[1..]));
            assert!(!key.verifies(b"message", &[]));
            signature[10] ^= 1;
            assert!(!key.verifies(b"message", &signature));
        }
    }

    #[test]
    fn an_ecdsa_signature_of_zeros_is_refused() {
        let key = SigningKey::from_pem(SigningAlgorithm::Es256, P256).unwrap();

        assert!(!key.verifies(b"message", &[0; 64]));
    }

    #[test]
    fn a_key_of_the_other_kind_is_refused_when_it_is_loaded() {
        let error = SigningKey::from_pem(SigningAlgorithm::Es256, RSA).unwrap_err();
        assert!(
            matches!(
                error,
                KeyError::Rejected {
                    algorithm: SigningAlgorithm::Es256,
                    ..
                }
            ),
            "{error}"
        );

        let error = SigningKey::from_pem(SigningAlgorithm::Rs256, P256).unwrap_err();
        assert!(
            matches!(
                error,
                KeyError::Rejected {
                    algorithm: SigningAlgorithm::Rs256,
                    ..
                }
            ),
            "{error}"
        );
    }

    #[test]
    fn a_key_on_another_curve_is_refused_when_it_is_loaded() {
        let p384 = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384)
            .unwrap()
            .serialize_pem();

        assert!(matches!(
            SigningKey::from_pem(SigningAlgorithm::Es256, &p384).unwrap_err(),
            KeyError::Rejected { .. }
        ));
    }

    #[test]
    fn an_rsa_key_of_1024_bits_is_refused() {
        use rsa_crate::pkcs8::{EncodePrivateKey as _, LineEnding};
        let short = rsa_crate::RsaPrivateKey::new(&mut rsa_crate::rand_core::OsRng, 1024).unwrap();
        let pem = short.to_pkcs8_pem(LineEnding::LF).unwrap();

        assert!(matches!(
            SigningKey::from_pem(SigningAlgorithm::Rs256, &pem).unwrap_err(),
            KeyError::Rejected { .. }
        ));
    }

    #[test]
    fn a_text_without_a_pkcs8_section_is_refused() {
        let pkcs1 = "-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----\n";
        for text in ["", "not a key", pkcs1, "-----BEGIN PRIVATE KEY-----\nMAA="] {
            let error = SigningKey::from_pem(SigningAlgorithm::Rs256, text).unwrap_err();
            assert!(matches!(error, KeyError::NotPkcs8Pem), "{text}: {error}");
        }
    }

    #[test]
    fn a_key_prints_its_name_and_nothing_else() {
        let (key, pem) = SigningKey::generate(SigningAlgorithm::Es256).unwrap();

        assert_eq!(format!("{pem:?}"), "…");
        assert_eq!(format!("{key:?}"), format!("SigningKey(ES256 {})", key.kid()));
    }
}
