//! Signed tokens as their recipient reads them, with a second implementation (jsonwebtoken) as the judge.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Realm;

/// Header and claims of a token, unverified.
#[track_caller]
pub fn parts(token: &str) -> (Value, Value) {
    let mut parts = token
        .split('.')
        .map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64url without padding"));
    let mut next = || serde_json::from_slice(&parts.next().expect("three parts")).expect("JSON");
    (next(), next())
}

#[track_caller]
pub fn claims(token: &str) -> Value {
    parts(token).1
}

/// `at_hash` of OIDC Core §3.1.3.6 for algorithms with SHA-256.
pub fn at_hash(access_token: &str) -> String {
    let digest = Sha256::digest(access_token);
    URL_SAFE_NO_PAD.encode(&digest[..16])
}

/// The claims of an ID token after everything its client must check (OIDC Core §3.1.3.7) but time, which the test's
/// own clock judges.
pub async fn verified(realm: &Realm, client_id: &str, id_token: &str) -> Value {
    judged(realm, client_id, id_token)
        .await
        .expect("the signature verifies")
}

/// The claims of any signed token of the realm for this audience, by the published keys; or why it is not believed.
pub async fn judged(realm: &Realm, audience: &str, token: &str) -> Result<Value, String> {
    let discovery = realm.discovery().await;
    let keys = realm
        .get(discovery["jwks_uri"].as_str().expect("jwks_uri is text"))
        .await
        .is_ok();
    let keys: JwkSet = serde_json::from_value(keys.json()).expect("a JWK set");
    let header = jsonwebtoken::decode_header(token).map_err(|error| error.to_string())?;
    let key = keys.find(header.kid.as_deref().expect("kid names the key"));
    let key = key.ok_or("the key is not published")?;
    assert!(
        matches!(header.alg, Algorithm::RS256 | Algorithm::ES256),
        "alg {:?}",
        header.alg
    );

    let mut validation = Validation::new(header.alg);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[&realm.issuer]);
    validation.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
    validation.validate_exp = false;
    let key = DecodingKey::from_jwk(key).expect("a usable key");
    let judged = jsonwebtoken::decode::<Value>(token, &key, &validation);
    Ok(judged.map_err(|error| error.to_string())?.claims)
}
