//! Public keys as JWKs (RFC 7517 §4), whose `kid` is the thumbprint (RFC 7638).

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

use crate::model::SigningAlgorithm;

/// A public key as it is published; the members are in the order of the emulated portal's JWK Set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jwk {
    pub kty: &'static str,
    pub kid: String,
    /// RSA: the public exponent, base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
    /// RSA: the modulus, base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// Elliptic curves: the curve's name (RFC 7518 §6.2.1.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crv: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub public_key_use: &'static str,
    pub alg: SigningAlgorithm,
}

impl Jwk {
    /// An RSA key from its modulus and exponent, both big-endian without leading zeros (RFC 7518 §6.3.1).
    pub(super) fn rsa(alg: SigningAlgorithm, modulus: &[u8], exponent: &[u8]) -> Self {
        Self {
            e: Some(URL_SAFE_NO_PAD.encode(exponent)),
            n: Some(URL_SAFE_NO_PAD.encode(modulus)),
            ..Self::bare("RSA", alg)
        }
        .named_by_thumbprint()
    }

    /// A P-256 key from its uncompressed point: `04 ‖ x ‖ y`, each coordinate 32 bytes (RFC 7518 §6.2.1).
    pub(super) fn p256(alg: SigningAlgorithm, point: &[u8]) -> Self {
        let (x, y) = point
            .get(1..)
            .unwrap_or_default()
            .split_at_checked(32)
            .unwrap_or_default();
        Self {
            crv: Some("P-256"),
            x: Some(URL_SAFE_NO_PAD.encode(x)),
            y: Some(URL_SAFE_NO_PAD.encode(y)),
            ..Self::bare("EC", alg)
        }
        .named_by_thumbprint()
    }

    fn bare(kty: &'static str, alg: SigningAlgorithm) -> Self {
        let (kid, e, n, crv, x, y) = (String::new(), None, None, None, None, None);
        Self {
            kty,
            kid,
            e,
            n,
            crv,
            x,
            y,
            public_key_use: "sig",
            alg,
        }
    }

    fn named_by_thumbprint(mut self) -> Self {
        self.kid = self.thumbprint();
        self
    }

    /// SHA-256 over the required members in lexicographic order, base64url (RFC 7638 §3).
    ///
    /// The JSON text is written by hand, since its exact bytes are hashed; no value needs escaping.
    pub fn thumbprint(&self) -> String {
        let required = [
            ("crv", self.crv),
            ("e", self.e.as_deref()),
            ("kty", Some(self.kty)),
            ("n", self.n.as_deref()),
            ("x", self.x.as_deref()),
            ("y", self.y.as_deref()),
        ];
        let members: Vec<_> = required
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| format!(r#""{name}":"{value}""#)))
            .collect();
        let text = format!("{{{}}}", members.join(","));
        URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
    }
}

/// The JWK Set at `/oauth/discovery/keys` (RFC 7517 §5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JwkSet {
    pub keys: Vec<Jwk>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7638_section_3_1_matches() {
        let modulus = URL_SAFE_NO_PAD
            .decode(
                "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRX\
                 jBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSq\
                 zs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHa\
                 Q-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            )
            .unwrap();

        let jwk = Jwk::rsa(SigningAlgorithm::Rs256, &modulus, &[1, 0, 1]);

        assert_eq!(jwk.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        assert_eq!(jwk.kid, jwk.thumbprint());
    }

    #[test]
    fn the_thumbprint_does_not_depend_on_algorithm_or_kid() {
        let mut jwk = Jwk::rsa(SigningAlgorithm::Rs256, &[7; 256], &[1, 0, 1]);
        let before = jwk.thumbprint();

        jwk.kid = "another".into();
        jwk.alg = SigningAlgorithm::Es256;

        assert_eq!(jwk.thumbprint(), before);
    }

    #[test]
    fn another_exponent_makes_another_thumbprint() {
        let one = Jwk::rsa(SigningAlgorithm::Rs256, &[7; 256], &[1, 0, 1]);
        let other = Jwk::rsa(SigningAlgorithm::Rs256, &[7; 256], &[3]);

        assert_ne!(one.kid, other.kid);
    }

    #[test]
    fn an_rsa_jwk_has_the_members_of_the_captured_key_set_in_their_order() {
        let jwk = Jwk::rsa(SigningAlgorithm::Rs256, &[1], &[1, 0, 1]);

        let text = serde_json::to_string(&JwkSet {
            keys: vec![jwk.clone()],
        })
        .unwrap();

        let kid = jwk.kid;
        assert_eq!(
            text,
            format!(r#"{{"keys":[{{"kty":"RSA","kid":"{kid}","e":"AQAB","n":"AQ","use":"sig","alg":"RS256"}}]}}"#)
        );
    }
}
