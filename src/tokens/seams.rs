//! The named seams: where an armed fault may bend what is minted, and the answers that carry it.
//!
//! Each takes a finished value and hands it on, straight where no fault waits for this request. What is bent at all, and
//! for whom, [`faults`](crate::faults) says; what becomes of the keys, [`bent_keys`](super::bent_keys).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Value, json};

use super::Mint;
use super::bent_keys::{self, Story};
use crate::faults::catalogue::{Needs, RefreshBend};
use crate::faults::{Armed, Bend, Watch};
use crate::keys::{KeyRing, SigningError, SigningKey};
use crate::model::{
    AuthorizationResponse, ClientId, IdTokenDraft, IssuedAccessToken, Members, Secret, Signature, SigningAlgorithm,
};

/// To whom an answer goes: a client, and one of its reply addresses.
type Place = (ClientId, String);

/// How many answers a fault keeps.
const MOST_ANSWERS: usize = 1000;

/// Characters that a form must encode, though a token may have them (RFC 6749 appendix A.17).
const ODD: &str = " %&+=";

/// The seam of access tokens: what is stored, before it is stored.
pub fn bend_access_token(token: &mut IssuedAccessToken) {
    let Some(watch) = Watch::current() else { return };
    for armed in watch.armed() {
        if let Bend::AccessToken(bend) = armed.row.bend
            && let Some(bite) = watch.claim(armed)
        {
            bend(&bite, token);
        }
    }
}

/// The seam of refresh tokens: their text, before its digest is stored.
pub fn bend_refresh_token(token: Secret) -> Secret {
    match bitten_refresh(RefreshBend::OddCharacters) {
        true => with_odd_characters(&token),
        false => token,
    }
}

pub fn with_odd_characters(token: &Secret) -> Secret {
    Secret::new(format!("{}{ODD}", token.reveal()))
}

fn bitten_refresh(wanted: RefreshBend) -> bool {
    let Some(watch) = Watch::current() else { return false };
    let mut armed = watch.armed().iter();
    armed.any(|armed| {
        matches!(armed.row.bend, Bend::RefreshToken(bend) if bend == wanted) && watch.claim(armed).is_some()
    })
}

impl Mint {
    /// The seam of rotation: whether this refresh token stays as it is, instead of being traded for another.
    pub fn leaves_refresh_token(&self) -> bool {
        bitten_refresh(RefreshBend::NotRotated)
    }

    /// The seam of authorization responses: the parameters, before they are sent.
    ///
    /// `client` and `redirect_uri` say to whom they go: what was sent to one client is never sent to another.
    pub fn bend_authorization_response(
        &self,
        client: &ClientId,
        redirect_uri: &str,
        answer: &mut AuthorizationResponse,
    ) {
        let Some(watch) = Watch::current() else { return };
        let original = answer.clone();
        for armed in watch.armed() {
            match armed.row.bend {
                Bend::AuthorizationResponse(bend) => {
                    let there = match armed.row.needs {
                        Needs::Member(name) => answer.get(name).is_some(),
                        Needs::Nothing | Needs::Json => true,
                    };
                    if there && let Some(bite) = watch.claim(armed) {
                        bend(&bite, answer);
                    }
                }
                Bend::RepeatedResponse if original.get("code").is_some() => {
                    let place = (client.clone(), redirect_uri.to_owned());
                    match first_at(armed, place, &original) {
                        Some(before) if watch.claim(armed).is_some() => answer.parameters = before.parameters,
                        Some(_) | None => {} // the first one passes
                    }
                }
                Bend::Keys(_) if original.get("code").is_some() => drop(armed.note_event()),
                _ => {}
            }
        }
    }

    /// The seam of the published keys: the document, where it is not the honest one.
    pub fn bent_jwk_set(&self) -> Option<Value> {
        let watch = Watch::current()?;
        bent_keys::published(&watch, &self.keys)
    }

    /// The keys whose signatures are believed, those of an armed fault included.
    pub(super) fn believed_keys(&self) -> KeyRing {
        match Watch::current() {
            Some(watch) => bent_keys::believed(&watch, &self.keys),
            None => self.keys.clone(),
        }
    }

    /// Claims of userinfo as a JWT (OIDC Core §5.3.2).
    ///
    /// # Errors
    /// When the realm has no key to sign with.
    pub fn sign_userinfo(&self, claims: &Members) -> Result<String, SigningError> {
        self.sign_with_told_keys("JWT", claims)
    }

    /// Signs with the keys of the story that is told, whatever else is bent.
    pub(super) fn sign_with_told_keys(&self, typ: &str, claims: &impl Serialize) -> Result<String, SigningError> {
        let algorithm = self.policy.id_token_signing_alg;
        match Watch::current() {
            Some(watch) => bent_keys::signing(&watch, &self.keys).ring.sign(algorithm, typ, claims),
            None => self.keys.sign(algorithm, typ, claims),
        }
    }

    /// The seam of ID tokens: header, claims and signature, before they are put together.
    pub(super) fn sign_bendable(
        &self,
        algorithm: SigningAlgorithm,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, SigningError> {
        let Some(watch) = Watch::current() else {
            return self.keys.sign(algorithm, typ, claims);
        };
        let Story { ring, names_keys } = bent_keys::signing(&watch, &self.keys);
        let key = signer(&ring, algorithm)?;
        let Value::Object(claims) = serde_json::to_value(claims)? else {
            return self.keys.sign(algorithm, typ, claims); // claims that are no object have nothing to bend
        };
        let mut draft = IdTokenDraft {
            header: header(typ, algorithm, names_keys.then(|| key.kid())),
            claims,
            before_claims: String::new(),
            signature: Signature::Good,
        };
        let mut forger = None;
        for armed in watch.armed() {
            let Bend::IdToken(bend) = armed.row.bend else { continue };
            let there = match armed.row.needs {
                Needs::Member(name) => draft.claims.contains_key(name),
                Needs::Nothing | Needs::Json => true,
            };
            if there && let Some(bite) = watch.claim(armed) {
                let before = draft.signature;
                bend(&bite, &mut draft);
                if draft.signature != before {
                    forger = Some(armed);
                }
            }
        }
        sign_draft(draft, &ring, key, forger.map(AsRef::as_ref))
    }
}

/// The answer a fault keeps for this client and reply address; `None` where this is the first, which it keeps.
fn first_at(armed: &Armed, place: Place, answer: &AuthorizationResponse) -> Option<AuthorizationResponse> {
    let kept = armed.keep(Mutex::<HashMap<Place, AuthorizationResponse>>::default);
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(before) = kept.get(&place) {
        return Some(before.clone());
    }
    if kept.len() >= MOST_ANSWERS {
        kept.clear(); // reply addresses on loopback have any port
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

/// Puts a draft together as its signature wants it. `forger` is the fault that wanted another one than the good.
fn sign_draft(
    mut draft: IdTokenDraft,
    ring: &KeyRing,
    key: &SigningKey,
    forger: Option<&Armed>,
) -> Result<String, SigningError> {
    let own = |algorithm| bent_keys::own_key(forger, algorithm);
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
            let other = bent_keys::other_than(key.algorithm());
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
