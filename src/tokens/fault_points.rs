//! The places where an armed fault may change a token or an authorization response.
//!
//! Each takes a finished value and returns it unchanged where no fault applies to this request. Which faults exist and
//! whom they concern is the matter of [`faults`](crate::faults); faults of the keys are in
//! [`altered_keys`](super::altered_keys).

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use aws_lc_rs::hmac;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    Mint,
    altered_keys::{self, SigningRing},
};
use crate::{
    faults::{
        Armed, Effect, Watch,
        catalogue::{Needs, RefreshEffect},
    },
    keys::{KeyRing, SigningError, SigningKey},
    model::{
        AuthorizationResponse, ClientId, IdTokenDraft, IssuedAccessToken, Members, Secret, Signature, SigningAlgorithm,
    },
};

/// The recipient of a response: a client and one of its redirect URIs.
type Place = (ClientId, String);

/// The number of responses that a fault keeps.
const MOST_ANSWERS: usize = 1000;

/// Characters that a form must encode, though a token may have them (RFC 6749 appendix A.17).
const ODD: &str = " %&+=";

/// Whether a fault is armed that may apply to this request.
pub fn faults_are_armed() -> bool {
    Watch::current().is_some()
}

/// Changes an access token before it is stored.
pub fn alter_access_token(token: &mut IssuedAccessToken) {
    let Some(watch) = Watch::current() else { return };
    for armed in watch.armed() {
        if let Effect::AccessToken(effect) = armed.row.effect
            && let Some(call) = watch.trigger(armed)
        {
            effect(&call, token);
        }
    }
}

/// Changes the text of a refresh token before its digest is stored.
pub fn alter_refresh_token(token: Secret) -> Secret {
    match refresh_fault_applies(RefreshEffect::OddCharacters) {
        true => with_odd_characters(&token),
        false => token,
    }
}

pub fn with_odd_characters(token: &Secret) -> Secret {
    Secret::new(format!("{}{ODD}", token.reveal()))
}

fn refresh_fault_applies(wanted: RefreshEffect) -> bool {
    let Some(watch) = Watch::current() else { return false };
    let mut armed = watch.armed().iter();
    armed.any(|armed| {
        matches!(armed.row.effect, Effect::RefreshToken(effect) if effect == wanted) && watch.trigger(armed).is_some()
    })
}

impl Mint {
    /// Whether a fault keeps this refresh token instead of replacing it.
    pub fn keeps_refresh_token(&self) -> bool {
        refresh_fault_applies(RefreshEffect::NotRotated)
    }

    /// Changes the parameters of an authorization response before they are sent.
    ///
    /// `client` and `redirect_uri` are the recipient: a response to one client is never repeated to another.
    pub fn alter_authorization_response(
        &self,
        client: &ClientId,
        redirect_uri: &str,
        answer: &mut AuthorizationResponse,
    ) {
        let Some(watch) = Watch::current() else { return };
        let original = answer.clone();
        for armed in watch.armed() {
            match armed.row.effect {
                Effect::AuthorizationResponse(effect) => {
                    let there = match armed.row.needs {
                        Needs::Member(name) => answer.get(name).is_some(),
                        Needs::Nothing | Needs::Json => true,
                    };
                    if there && let Some(call) = watch.trigger(armed) {
                        effect(&call, answer);
                    }
                }
                Effect::RepeatedResponse if original.get("code").is_some() => {
                    let place = (client.clone(), redirect_uri.to_owned());
                    match first_at(armed, place, &original) {
                        Some(before) if watch.trigger(armed).is_some() => answer.parameters = before.parameters,
                        Some(_) | None => {} // the first one passes
                    }
                }
                Effect::Keys(_) if original.get("code").is_some() => drop(armed.note_event()),
                _ => {}
            }
        }
    }

    /// The JWK Set of an armed fault; `None`: the realm's own is served.
    pub fn altered_jwk_set(&self) -> Option<Value> {
        let watch = Watch::current()?;
        altered_keys::published(&watch, &self.keys)
    }

    /// The keys whose signatures are accepted, including those of an armed fault.
    pub(super) fn trusted_keys(&self) -> KeyRing {
        match Watch::current() {
            Some(watch) => altered_keys::trusted(&watch, &self.keys),
            None => self.keys.clone(),
        }
    }

    /// Claims of userinfo as a JWT (OIDC Core §5.3.2).
    ///
    /// # Errors
    /// When the realm has no key to sign with.
    pub fn sign_userinfo(&self, claims: &Members) -> Result<String, SigningError> {
        self.sign_with_current_keys("JWT", claims)
    }

    /// Signs with the realm's keys or those of an armed fault of the keys. No other fault changes the result.
    pub(super) fn sign_with_current_keys(&self, typ: &str, claims: &impl Serialize) -> Result<String, SigningError> {
        let algorithm = self.policy.id_token_signing_alg;
        match Watch::current() {
            Some(watch) => altered_keys::signing(&watch, &self.keys)
                .ring
                .sign(algorithm, typ, claims),
            None => self.keys.sign(algorithm, typ, claims),
        }
    }

    /// Signs an ID token whose header, claims and signature an armed fault may change.
    pub(super) fn sign_alterable(
        &self,
        algorithm: SigningAlgorithm,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, SigningError> {
        let Some(watch) = Watch::current() else {
            return self.keys.sign(algorithm, typ, claims);
        };
        let SigningRing { ring, names_keys } = altered_keys::signing(&watch, &self.keys);
        let key = signer(&ring, algorithm)?;
        let Value::Object(claims) = serde_json::to_value(claims)? else {
            return self.keys.sign(algorithm, typ, claims); // claims that are not an object cannot be changed
        };
        let mut draft = IdTokenDraft {
            header: header(typ, algorithm, names_keys.then(|| key.kid())),
            claims,
            before_claims: String::new(),
            signature: Signature::Good,
        };
        let mut forger = None;
        for armed in watch.armed() {
            let Effect::IdToken(effect) = armed.row.effect else {
                continue;
            };
            let there = match armed.row.needs {
                Needs::Member(name) => draft.claims.contains_key(name),
                Needs::Nothing | Needs::Json => true,
            };
            if there && let Some(call) = watch.trigger(armed) {
                let before = draft.signature;
                effect(&call, &mut draft);
                if draft.signature != before {
                    forger = Some(armed);
                }
            }
        }
        sign_draft(draft, &ring, key, forger.map(AsRef::as_ref))
    }
}

/// The response that a fault has kept for this client and redirect URI; `None`: this is the first, which is kept now.
fn first_at(armed: &Armed, place: Place, answer: &AuthorizationResponse) -> Option<AuthorizationResponse> {
    let kept = armed.keep(Mutex::<HashMap<Place, AuthorizationResponse>>::default);
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(before) = kept.get(&place) {
        return Some(before.clone());
    }
    if kept.len() >= MOST_ANSWERS {
        kept.clear(); // loopback redirect URIs have any port, so their number is not limited
    }
    kept.insert(place, answer.clone());
    None
}

fn header(typ: &str, algorithm: SigningAlgorithm, kid: Option<&str>) -> Members {
    let mut header = Members::new();
    header.insert("typ".to_owned(), json!(typ));
    header.insert("alg".to_owned(), json!(algorithm));
    if let Some(kid) = kid {
        header.insert("kid".to_owned(), json!(kid));
    }
    header
}

fn signer(ring: &KeyRing, algorithm: SigningAlgorithm) -> Result<&SigningKey, SigningError> {
    ring.signs_with(algorithm).ok_or(SigningError::NoKey(algorithm))
}

/// Writes and signs a draft. `forger` is the fault that asked for a wrong signature.
fn sign_draft(
    mut draft: IdTokenDraft,
    ring: &KeyRing,
    key: &SigningKey,
    forger: Option<&Armed>,
) -> Result<String, SigningError> {
    let own = |algorithm| altered_keys::own_key(forger, algorithm);
    Ok(match draft.signature {
        Signature::Good => compact(&draft, |text| Ok(key.sign(text)?))?,
        Signature::Flipped => compact(&draft, |text| {
            Ok(key.sign(text)?.into_iter().map(|byte| byte ^ 0x5a).collect())
        })?,
        Signature::Absent => {
            draft.header.insert("alg".to_owned(), json!("none"));
            draft.header.shift_remove("kid");
            compact(&draft, |_| Ok(Vec::new()))?
        }
        Signature::OtherAlgorithm => {
            let other = altered_keys::other_than(key.algorithm());
            let held;
            let key = match ring.signs_with(other) {
                Some(key) => key,
                None => {
                    held = own(other)?;
                    signer(&held, other)?
                }
            };
            draft.header.insert("alg".to_owned(), json!(other));
            draft.header.insert("kid".to_owned(), json!(key.kid()));
            compact(&draft, |text| Ok(key.sign(text)?))?
        }
        Signature::UnpublishedKey => {
            let held = own(key.algorithm())?;
            let key = signer(&held, key.algorithm())?;
            draft.header.insert("kid".to_owned(), json!(key.kid()));
            compact(&draft, |text| Ok(key.sign(text)?))?
        }
        Signature::PublicKeyAsSecret { pem } => {
            draft.header.insert("alg".to_owned(), json!("HS256"));
            let der = key.public_der()?;
            let secret = if pem { public_pem(&der).into_bytes() } else { der };
            let secret = hmac::Key::new(hmac::HMAC_SHA256, &secret);
            compact(&draft, |text| Ok(hmac::sign(&secret, text).as_ref().to_vec()))?
        }
    })
}

/// RFC 7515 §7.1.
fn compact(
    draft: &IdTokenDraft,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, SigningError>,
) -> Result<String, SigningError> {
    let header = serde_json::to_string(&draft.header)?;
    let mut claims = serde_json::to_string(&draft.claims)?;
    claims.insert_str(1, &draft.before_claims);
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = sign(signed.as_bytes())?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// RFC 7468 §13.
fn public_pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        lines.join("\n")
    )
}
