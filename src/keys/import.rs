//! Imported private keys: PEM (PKCS#8, PKCS#1, SEC 1) and JWK (RFC 7517, RFC 7518 §6).
//!
//! Each is converted to PKCS#8 PEM, which is stored.

use aws_lc_rs::{
    rsa,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};
use serde::Deserialize;

use super::{
    KeyError, SigningKey,
    signing_key::{pkcs8_pem, rsa_pem},
};
use crate::model::{Secret, SigningAlgorithm};

/// Why a key cannot be imported. No message contains secret parts of it.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the PEM text has no PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY section")]
    NotPem,
    #[error("a JWK of type {0:?} is not supported, only RSA and EC on P-256")]
    OtherKind(String),
    #[error("the JWK's member {0:?} is missing or not base64url")]
    Member(&'static str),
    #[error("the key is damaged, shorter than 2048 bits, or neither RSA nor on P-256")]
    NotSound,
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A private key as a JWK. `alg`, `use` and `key_ops` are ignored: it signs with the algorithm of its type.
#[derive(Clone, Deserialize)]
pub struct PrivateJwk {
    kty: String,
    crv: Option<String>,
    pub kid: Option<String>,
    #[serde(flatten)]
    numbers: Numbers,
}

#[derive(Clone, Deserialize)]
struct Numbers {
    n: Option<Secret>,
    e: Option<Secret>,
    d: Option<Secret>,
    p: Option<Secret>,
    q: Option<Secret>,
    dp: Option<Secret>,
    dq: Option<Secret>,
    qi: Option<Secret>,
    x: Option<Secret>,
    y: Option<Secret>,
}

/// Reads a PEM text: the key, and the PEM text to store.
///
/// # Errors
/// It has no usable private key.
pub fn from_pem(pem: &str) -> Result<(SigningKey, Secret), ImportError> {
    let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| ImportError::NotPem)?;
    match &der {
        PrivateKeyDer::Pkcs1(der) => rsa(&rsa::KeyPair::from_der(der.secret_pkcs1_der()).map_err(unsound)?),
        PrivateKeyDer::Sec1(der) => {
            let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, der.secret_sec1_der());
            p256(&pair.map_err(unsound)?)
        }
        PrivateKeyDer::Pkcs8(der) => match rsa::KeyPair::from_pkcs8(der.secret_pkcs8_der()) {
            Ok(pair) => rsa(&pair),
            Err(_) => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.secret_pkcs8_der());
                p256(&pair.map_err(unsound)?)
            }
        },
        _ => Err(ImportError::NotPem),
    }
}

/// Reads a JWK: the key, and the PEM text to store.
///
/// # Errors
/// It is not a usable private key of a supported type.
pub fn from_jwk(jwk: &PrivateJwk) -> Result<(SigningKey, Secret), ImportError> {
    let numbers = &jwk.numbers;
    match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", _) => {
            let der = sequence(&[
                vec![0], // version: two primes (RFC 8017 appendix A.1.2)
                decoded("n", numbers.n.as_ref())?,
                decoded("e", numbers.e.as_ref())?,
                decoded("d", numbers.d.as_ref())?,
                decoded("p", numbers.p.as_ref())?,
                decoded("q", numbers.q.as_ref())?,
                decoded("dp", numbers.dp.as_ref())?,
                decoded("dq", numbers.dq.as_ref())?,
                decoded("qi", numbers.qi.as_ref())?,
            ]);
            rsa(&rsa::KeyPair::from_der(&der).map_err(unsound)?)
        }
        ("EC", Some("P-256")) => {
            let private = decoded("d", numbers.d.as_ref())?;
            let (x, y) = (decoded("x", numbers.x.as_ref())?, decoded("y", numbers.y.as_ref())?);
            let point = [&[4], x.as_slice(), y.as_slice()].concat();
            let pair =
                EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, &private, &point);
            p256(&pair.map_err(unsound)?)
        }
        ("EC", Some(curve)) => Err(ImportError::OtherKind(format!("EC on {curve}"))),
        (kind, _) => Err(ImportError::OtherKind(kind.to_owned())),
    }
}

fn rsa(pair: &rsa::KeyPair) -> Result<(SigningKey, Secret), ImportError> {
    let pem = rsa_pem(pair).map_err(KeyError::from)?;
    Ok((SigningKey::from_pem(SigningAlgorithm::Rs256, pem.reveal())?, pem))
}

fn p256(pair: &EcdsaKeyPair) -> Result<(SigningKey, Secret), ImportError> {
    let pem = pkcs8_pem(pair.to_pkcs8v1().map_err(KeyError::from)?.as_ref());
    Ok((SigningKey::from_pem(SigningAlgorithm::Es256, pem.reveal())?, pem))
}

fn unsound(_: aws_lc_rs::error::KeyRejected) -> ImportError {
    ImportError::NotSound
}

fn decoded(name: &'static str, value: Option<&Secret>) -> Result<Vec<u8>, ImportError> {
    let value = value.and_then(|value| URL_SAFE_NO_PAD.decode(value.reveal()).ok());
    value.filter(|bytes| !bytes.is_empty()).ok_or(ImportError::Member(name))
}

/// Positive integers as a DER sequence (X.690 §8.3, §8.9).
fn sequence(integers: &[Vec<u8>]) -> Vec<u8> {
    let mut content = Vec::new();
    for integer in integers {
        let start = integer.iter().position(|byte| *byte != 0).unwrap_or(integer.len() - 1);
        let significant = &integer[start..];
        let sign = significant.first().is_some_and(|byte| *byte >= 0x80); // a leading zero keeps it positive
        content.push(0x02);
        length(&mut content, significant.len() + usize::from(sign));
        content.extend(sign.then_some(0));
        content.extend(significant);
    }
    let mut sequence = vec![0x30];
    length(&mut sequence, content.len());
    sequence.extend(content);
    sequence
}

/// Short form, or long form with as many bytes as it takes (X.690 §8.1.3).
fn length(into: &mut Vec<u8>, length: usize) {
    let bytes = length.to_be_bytes();
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
    let significant = &bytes[start..];
    if length >= 0x80 {
        into.push(0x80 | u8::try_from(significant.len()).unwrap_or(8));
    }
    into.extend(significant);
}

#[cfg(test)]
mod tests {
    use ::rsa::{
        pkcs1::EncodeRsaPrivateKey as _,
        pkcs8::DecodePrivateKey as _,
        traits::{PrivateKeyParts as _, PublicKeyParts as _},
    };
    use serde_json::{Value, json};

    use super::*;

    const RSA: &str = include_str!("../../keys/development-rsa-2048.pem");
    const P256: &str = include_str!("../../keys/development-p256.pem");

    fn kid(algorithm: SigningAlgorithm, pem: &str) -> String {
        SigningKey::from_pem(algorithm, pem).unwrap().kid().to_owned()
    }

    fn jwk(value: Value) -> Result<(SigningKey, Secret), ImportError> {
        from_jwk(&serde_json::from_value(value).unwrap())
    }

    fn rsa_jwk() -> Value {
        let mut key = ::rsa::RsaPrivateKey::from_pkcs8_pem(RSA).unwrap();
        key.precompute().unwrap();
        let number = |number: &::rsa::BigUint| URL_SAFE_NO_PAD.encode(number.to_bytes_be());
        let inverse = key.qinv().unwrap().to_biguint().unwrap();
        json!({
            "kty": "RSA", "kid": "mine", "alg": "RS256",
            "n": number(key.n()), "e": number(key.e()), "d": number(key.d()),
            "p": number(&key.primes()[0]), "q": number(&key.primes()[1]),
            "dp": number(key.dp().unwrap()), "dq": number(key.dq().unwrap()), "qi": number(&inverse),
        })
    }

    #[test]
    fn each_form_of_a_key_is_the_same_key() {
        let pkcs1 = ::rsa::RsaPrivateKey::from_pkcs8_pem(RSA).unwrap();
        let pkcs1 = pkcs1.to_pkcs1_pem(::rsa::pkcs8::LineEnding::LF).unwrap();

        for (key, _) in [
            from_pem(RSA).unwrap(),
            from_pem(&pkcs1).unwrap(),
            jwk(rsa_jwk()).unwrap(),
        ] {
            assert_eq!(key.kid(), kid(SigningAlgorithm::Rs256, RSA));
        }
        let (key, pem) = from_pem(P256).unwrap();
        assert_eq!(key.kid(), kid(SigningAlgorithm::Es256, P256));
        assert_eq!(from_pem(pem.reveal()).unwrap().0.kid(), key.kid());
    }

    /// The key of RFC 7515 appendix A.3.
    #[test]
    fn the_p256_key_of_rfc_7515_is_read() {
        let (key, _) = jwk(json!({
            "kty": "EC", "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
        }))
        .unwrap();

        assert_eq!(
            key.jwk().x.as_deref(),
            Some("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")
        );
        assert!(key.verifies(b"message", &key.sign(b"message").unwrap()));
    }

    #[test]
    fn the_sec_1_form_is_read() {
        let sec1 = "-----BEGIN EC PRIVATE KEY-----\n\
            MHcCAQEEII6bEJ5xkJi/mASH3x9dd+nLKWBuvtImO19XwhPfhPSyoAoGCCqGSM49\n\
            AwEHoUQDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEXH8UTNG72b\n\
            focs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n\
            -----END EC PRIVATE KEY-----\n";

        let (key, _) = from_pem(sec1).unwrap();

        assert_eq!(
            key.jwk().y.as_deref(),
            Some("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")
        );
    }

    #[test]
    fn what_is_no_private_key_of_a_kind_we_use_is_refused() {
        for pem in [
            "",
            "no key",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        ] {
            assert!(from_pem(pem).is_err(), "{pem}");
        }
        let mut damaged = rsa_jwk();
        damaged["dp"] = json!("AQAB");
        let mut public = rsa_jwk();
        public["d"] = Value::Null;
        for wrong in [
            damaged,
            public,
            json!({"kty": "oct", "k": "c2VjcmV0"}),
            json!({"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA", "d": "AA"}),
            json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"}),
            json!({"kty": "RSA"}),
        ] {
            assert!(jwk(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_rsa_key_of_1024_bits_is_too_short() {
        let short = ::rsa::RsaPrivateKey::new(&mut ::rsa::rand_core::OsRng, 1024).unwrap();
        let short = short.to_pkcs1_pem(::rsa::pkcs8::LineEnding::LF).unwrap();

        assert!(matches!(from_pem(&short), Err(ImportError::NotSound)));
    }
}
