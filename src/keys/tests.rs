//! The ring's tests, with `jsonwebtoken` as an independent judge of what we sign and an independent author of what we
//! verify.

use super::*;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Value, json};

const RSA: &str = include_str!("../../keys/development-rsa-2048.pem");
const P256: &str = include_str!("../../keys/development-p256.pem");
const BOTH: [SigningAlgorithm; 2] = SigningAlgorithm::ALL;

fn validation(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    validation.validate_aud = false;
    validation
}

fn signed(claims: &Value) -> String {
    KeyRing::development()
        .sign(SigningAlgorithm::Es256, "JWT", claims)
        .unwrap()
}

/// A JWS with any header at all, signed by the development key of ES256 over exactly these bytes.
fn forged(header: &str, claims: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let ring = KeyRing::development();
    let signature = ring
        .signs_with(SigningAlgorithm::Es256)
        .unwrap()
        .sign(message.as_bytes())
        .unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn es256_kid() -> String {
    KeyRing::development()
        .signs_with(SigningAlgorithm::Es256)
        .unwrap()
        .kid()
        .to_owned()
}

#[test]
fn jsonwebtoken_finds_our_key_in_the_jwk_set_and_accepts_its_signature() {
    let ring = KeyRing::development();
    let published = serde_json::to_string(&ring.jwk_set()).unwrap();
    let published: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&published).unwrap();

    for (ours, theirs) in [
        (SigningAlgorithm::Rs256, Algorithm::RS256),
        (SigningAlgorithm::Es256, Algorithm::ES256),
    ] {
        let token = ring.sign(ours, "JWT", &json!({"sub": "anne"})).unwrap();

        let header = jsonwebtoken::decode_header(&token).unwrap();
        let jwk = published.find(header.kid.as_deref().unwrap()).unwrap();
        let key = DecodingKey::from_jwk(jwk).unwrap();
        let read = jsonwebtoken::decode::<Value>(&token, &key, &validation(theirs)).unwrap();

        assert_eq!(read.claims, json!({"sub": "anne"}));
        assert_eq!(header.typ.as_deref(), Some("JWT"));
    }
}

#[test]
fn jsonwebtoken_computes_the_same_thumbprints() {
    let ring = KeyRing::development();
    let published = serde_json::to_string(&ring.jwk_set()).unwrap();
    let published: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&published).unwrap();

    for jwk in &published.keys {
        let thumbprint = jwk.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).unwrap();
        assert_eq!(Some(thumbprint), jwk.common.key_id);
    }
    assert_eq!(published.keys.len(), 2);
}

#[test]
fn a_token_jsonwebtoken_signed_with_our_keys_is_accepted() {
    let ring = KeyRing::development();
    // jsonwebtoken takes RSA keys in PKCS#1, which is what PKCS#8 wraps.
    let pkcs1 = {
        use rsa::{pkcs1::EncodeRsaPrivateKey as _, pkcs8::DecodePrivateKey as _};
        let key = rsa::RsaPrivateKey::from_pkcs8_pem(RSA).unwrap();
        key.to_pkcs1_pem(rsa::pkcs8::LineEnding::LF).unwrap().to_string()
    };
    let authors = [
        (
            SigningAlgorithm::Rs256,
            Algorithm::RS256,
            EncodingKey::from_rsa_pem(pkcs1.as_bytes()).unwrap(),
        ),
        (
            SigningAlgorithm::Es256,
            Algorithm::ES256,
            EncodingKey::from_ec_pem(P256.as_bytes()).unwrap(),
        ),
    ];
    for (ours, theirs, key) in authors {
        let mut header = Header::new(theirs);
        header.kid = Some(ring.signs_with(ours).unwrap().kid().to_owned());
        let token = jsonwebtoken::encode(&header, &json!({"sub": "anne"}), &key).unwrap();

        let claims = ring.verify(&token, "JWT", &BOTH).unwrap();

        assert_eq!(
            serde_json::from_slice::<Value>(&claims).unwrap(),
            json!({"sub": "anne"})
        );
    }
}

#[test]
fn the_header_has_three_members_in_the_portals_order() {
    let token = signed(&json!({}));

    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();

    let kid = es256_kid();
    assert_eq!(
        String::from_utf8(header).unwrap(),
        format!(r#"{{"typ":"JWT","alg":"ES256","kid":"{kid}"}}"#)
    );
}

#[test]
fn an_algorithm_outside_the_list_is_refused_though_its_key_is_ours() {
    let token = signed(&json!({}));

    let refused = KeyRing::development().verify(&token, "JWT", &[SigningAlgorithm::Rs256]);

    assert_eq!(refused, Err(VerificationError::ForbiddenAlgorithm("ES256".into())));
}

#[test]
fn an_unsigned_token_is_refused_before_its_key_is_looked_for() {
    for alg in ["none", "None", "NONE", ""] {
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"typ":"JWT","alg":"{alg}","kid":"{}"}}"#, es256_kid()));
        let token = format!("{header}.{}.", URL_SAFE_NO_PAD.encode("{}"));

        let refused = KeyRing::development().verify(&token, "JWT", &BOTH);

        assert_eq!(refused, Err(VerificationError::ForbiddenAlgorithm(alg.into())));
    }
}

#[test]
fn our_public_key_used_as_an_hmac_secret_is_refused() {
    let ring = KeyRing::development();
    let key = ring.signs_with(SigningAlgorithm::Rs256).unwrap();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(key.kid().to_owned());
    let secret = EncodingKey::from_secret(key.jwk().n.as_deref().unwrap().as_bytes()).unwrap();
    let token = jsonwebtoken::encode(&header, &json!({"sub": "anne"}), &secret).unwrap();

    assert_eq!(
        ring.verify(&token, "JWT", &BOTH),
        Err(VerificationError::ForbiddenAlgorithm("HS256".into()))
    );
}

#[test]
fn a_token_naming_the_key_of_another_algorithm_is_refused() {
    let ring = KeyRing::development();
    let rsa_kid = ring.signs_with(SigningAlgorithm::Rs256).unwrap().kid();
    let token = forged(&format!(r#"{{"typ":"JWT","alg":"ES256","kid":"{rsa_kid}"}}"#), "{}");

    assert_eq!(
        ring.verify(&token, "JWT", &BOTH),
        Err(VerificationError::UnknownKey(rsa_kid.to_owned()))
    );
}

#[test]
fn a_token_of_another_type_is_refused() {
    let ring = KeyRing::development();
    let token = ring.sign(SigningAlgorithm::Es256, "at+jwt", &json!({})).unwrap();

    assert_eq!(
        ring.verify(&token, "JWT", &BOTH),
        Err(VerificationError::OtherType("at+jwt".into()))
    );
    assert!(ring.verify(&token, "at+jwt", &BOTH).is_ok());

    let untyped = forged(&format!(r#"{{"alg":"ES256","kid":"{}"}}"#, es256_kid()), "{}");
    assert_eq!(
        ring.verify(&untyped, "JWT", &BOTH),
        Err(VerificationError::OtherType(String::new()))
    );
}

#[test]
fn the_type_may_be_spelled_as_a_media_type() {
    let token = forged(
        &format!(r#"{{"typ":"application/jwt","alg":"ES256","kid":"{}"}}"#, es256_kid()),
        "{}",
    );

    assert_eq!(KeyRing::development().verify(&token, "JWT", &BOTH), Ok(b"{}".to_vec()));
}

#[test]
fn critical_extensions_are_refused() {
    let header = format!(
        r#"{{"typ":"JWT","alg":"ES256","kid":"{}","crit":["exp"],"exp":1}}"#,
        es256_kid()
    );

    let refused = KeyRing::development().verify(&forged(&header, "{}"), "JWT", &BOTH);

    assert_eq!(refused, Err(VerificationError::CriticalExtension));
}

#[test]
fn a_header_with_the_same_member_twice_is_refused() {
    let header = format!(r#"{{"typ":"JWT","alg":"ES256","alg":"none","kid":"{}"}}"#, es256_kid());

    let refused = KeyRing::development().verify(&forged(&header, "{}"), "JWT", &BOTH);

    assert_eq!(refused, Err(VerificationError::Malformed));
}

#[test]
fn a_key_brought_along_in_the_header_is_refused() {
    let (stranger, _) = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let jwk = serde_json::to_string(stranger.jwk()).unwrap();
    let header = format!(r#"{{"typ":"JWT","alg":"ES256","jwk":{jwk},"kid":"{}"}}"#, es256_kid());
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode("{}"));
    let signature = URL_SAFE_NO_PAD.encode(stranger.sign(message.as_bytes()).unwrap());

    let refused = KeyRing::development().verify(&format!("{message}.{signature}"), "JWT", &BOTH);

    assert_eq!(refused, Err(VerificationError::WrongSignature));
}

#[test]
fn a_token_of_an_unknown_key_names_that_key() {
    let (stranger, _) = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let stranger = KeyRing::new(vec![signing(Arc::new(stranger))]);
    let token = stranger.sign(SigningAlgorithm::Es256, "JWT", &json!({})).unwrap();

    let refused = KeyRing::development().verify(&token, "JWT", &BOTH);

    let kid = stranger.signs_with(SigningAlgorithm::Es256).unwrap().kid().to_owned();
    assert_eq!(refused, Err(VerificationError::UnknownKey(kid)));
}

#[test]
fn changed_claims_and_a_damaged_signature_are_refused() {
    let token = signed(&json!({"sub": "anne"}));
    let parts: Vec<_> = token.split('.').collect();
    let changed = format!(
        "{}.{}.{}",
        parts[0],
        URL_SAFE_NO_PAD.encode(r#"{"sub":"eve"}"#),
        parts[2]
    );
    let cut = format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode([7; 63]));

    for token in [changed, cut] {
        let refused = KeyRing::development().verify(&token, "JWT", &BOTH);
        assert_eq!(refused, Err(VerificationError::WrongSignature));
    }
}

#[test]
fn anything_but_three_strict_base64url_parts_is_malformed() {
    let token = signed(&json!({}));
    let padded = format!("{token}==");
    let (header, rest) = token.split_once('.').unwrap();
    let five = format!("{token}.a.b");
    let wrapped = format!("{header}\n.{rest}");

    for text in [
        "",
        ".",
        "..",
        "a.b.c",
        "💥.💥.💥",
        header,
        padded.as_str(),
        &five,
        &wrapped,
    ] {
        let refused = KeyRing::development().verify(text, "JWT", &BOTH);
        assert_eq!(refused, Err(VerificationError::Malformed), "{text}");
    }
}

#[test]
fn after_a_rotation_the_new_key_signs_and_the_old_one_is_still_accepted() {
    let (old, _) = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let (new, _) = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let (old, new) = (Arc::new(old), Arc::new(new));
    let before = KeyRing::new(vec![signing(old.clone())]);
    let after = KeyRing::new(vec![signing(new.clone()), signing(old.clone())]);

    let early = before.sign(SigningAlgorithm::Es256, "JWT", &json!({})).unwrap();
    let late = after.sign(SigningAlgorithm::Es256, "JWT", &json!({})).unwrap();

    assert!(after.verify(&early, "JWT", &BOTH).is_ok());
    assert!(after.verify(&late, "JWT", &BOTH).is_ok());
    assert_eq!(
        before.verify(&late, "JWT", &BOTH),
        Err(VerificationError::UnknownKey(new.kid().to_owned()))
    );
    assert_eq!(after.jwk_set().keys.len(), 2);
    assert_eq!(after.algorithms(), [SigningAlgorithm::Es256]);
}

#[test]
fn a_key_ring_without_a_key_of_the_algorithm_does_not_sign() {
    let error = KeyRing::default()
        .sign(SigningAlgorithm::Rs256, "JWT", &json!({}))
        .unwrap_err();

    assert!(matches!(error, SigningError::NoKey(SigningAlgorithm::Rs256)));
}

#[test]
fn the_shipped_keys_offer_both_algorithms_with_rs256_first() {
    assert_eq!(
        KeyRing::development().algorithms(),
        [SigningAlgorithm::Rs256, SigningAlgorithm::Es256]
    );
}

fn signing(key: Arc<SigningKey>) -> RingKey {
    RingKey { key, signs: true }
}

#[test]
fn a_key_that_must_not_sign_is_published_and_accepted_all_the_same() {
    let (unused, _) = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let (used, _) = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let (unused, used) = (Arc::new(unused.named("unused")), Arc::new(used));
    let ring = KeyRing::new(vec![
        RingKey {
            key: unused.clone(),
            signs: false,
        },
        signing(used.clone()),
    ]);

    assert_eq!(ring.signs_with(SigningAlgorithm::Es256).unwrap().kid(), used.kid());
    let kids: Vec<_> = ring.jwk_set().keys.into_iter().map(|jwk| jwk.kid).collect();
    assert_eq!(kids, ["unused", used.kid()]);
    let alone = KeyRing::new(vec![signing(unused)]);
    let token = alone
        .sign(SigningAlgorithm::Es256, "JWT", &serde_json::json!({}))
        .unwrap();
    assert_eq!(kid_of(&token).as_deref(), Some("unused"));
    ring.verify(&token, "JWT", &SigningAlgorithm::ALL).unwrap();
}

#[test]
fn a_key_at_rest_opens_with_its_name_and_is_parsed_once() {
    let sealer = Sealer::ephemeral().unwrap();
    let now = "2025-06-02T06:00:00Z".parse().unwrap();
    let (key, pem) = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let row = key.named("mine").to_row(&pem, &sealer, true, now).unwrap();
    assert!(!row.sealed.contains("PRIVATE"));

    let ring = KeyRing::of_realm(std::slice::from_ref(&row), &sealer, None).unwrap();
    let again = KeyRing::of_realm(std::slice::from_ref(&row), &sealer, Some(&ring)).unwrap();

    assert_eq!(ring.keys()[0].key.kid(), "mine");
    assert!(Arc::ptr_eq(&ring.keys()[0].key, &again.keys()[0].key));
    let stranger = Sealer::ephemeral().unwrap();
    assert!(KeyRing::of_realm(&[row], &stranger, None).is_err());
}

#[test]
fn the_development_keys_as_rows_make_the_development_ring() {
    let sealer = Sealer::ephemeral().unwrap();
    let rows = KeyRing::development_rows(&sealer, "2025-06-02T06:00:00Z".parse().unwrap()).unwrap();

    let ring = KeyRing::of_realm(&rows, &sealer, None).unwrap();

    assert_eq!(ring.jwk_set(), KeyRing::development().jwk_set());
    assert_eq!(ring.algorithms(), KeyRing::development().algorithms());
}
