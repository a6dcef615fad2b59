//! The keys of an issuer while a fault of the keys is armed: which keys sign, and which are published.
//!
//! Temporary keys are made when they are first needed, kept by the armed fault, and dropped with it, so that signatures
//! and published keys fit together until it is disarmed. Making an RSA key takes some 70 ms of the request's thread:
//! only here, and only once for most faults.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    faults::{Armed, Effect, Watch, catalogue::KeyStory},
    keys::{KeyRing, RingKey, SigningError, SigningKey},
    model::SigningAlgorithm,
    web::endpoint,
};

/// The keys that tokens are signed with.
pub struct SigningRing {
    pub ring: KeyRing,
    /// Whether JWS headers have a `kid`.
    pub names_keys: bool,
}

/// The number of further keys of a type that are published without a `kid`.
const DECOYS: usize = 2;

/// The ring an ID token is signed with now.
pub fn signing(watch: &Watch, ring: &KeyRing) -> SigningRing {
    let mut signing = SigningRing {
        ring: ring.clone(),
        names_keys: true,
    };
    let Some((armed, scenario)) = active(watch) else {
        return signing;
    };
    if watch.trigger(armed).is_none() {
        return signing;
    }
    match scenario {
        KeyStory::SingleWithoutKid | KeyStory::ManyWithoutKid => signing.names_keys = false,
        KeyStory::RotatedAfterCodes(_) | KeyStory::Withdrawn => {
            signing.ring = KeyRing::clone(&armed.keep(|| renewed(ring)))
        }
        KeyStory::RotatedBeforeSigning => {
            signing.ring = renewed(ring);
            armed.keep_instead(signing.ring.clone());
        }
    }
    signing
}

/// The JWK Set of the fault; `None`: the realm's own is served.
pub fn published(watch: &Watch, ring: &KeyRing) -> Option<Value> {
    if let Some((armed, scenario)) = active(watch) {
        let shown = match scenario {
            KeyStory::SingleWithoutKid => without_kids(&ring.signers()),
            KeyStory::ManyWithoutKid => {
                let decoys = armed.keep(|| (0..DECOYS).map(|_| renewed(ring)).collect::<Vec<_>>());
                let mut rings = decoys.to_vec();
                rings.insert(1, ring.signers()); // neither the first nor the last is the right one
                let sets: Vec<_> = rings.iter().map(without_kids).collect();
                json!({"keys": sets.iter().flat_map(|set| set["keys"].as_array()).flatten().collect::<Vec<_>>()})
            }
            KeyStory::RotatedAfterCodes(_) | KeyStory::Withdrawn => document(&armed.keep(|| renewed(ring))),
            KeyStory::RotatedBeforeSigning => {
                let signed_with = armed.kept::<KeyRing>()?; // none: nothing was signed yet
                document(&signed_with)
            }
        };
        watch.trigger(armed)?;
        return Some(shown);
    }
    // A fault that signs with another algorithm does so with a published key.
    let besides = watch.armed().iter().filter(|armed| shows_its_key(armed));
    let besides: Vec<_> = besides.filter_map(|armed| armed.kept::<KeyRing>()).collect();
    if besides.is_empty() {
        return None;
    }
    let keys = [document(ring)]
        .into_iter()
        .chain(besides.iter().map(|ring| document(ring)));
    let keys: Vec<Value> = keys
        .flat_map(|set| set["keys"].as_array().cloned().unwrap_or_default())
        .collect();
    Some(json!({"keys": keys}))
}

/// The realm's keys and those of the armed faults: whose signatures this server accepts itself.
pub fn trusted(watch: &Watch, ring: &KeyRing) -> KeyRing {
    let held = watch
        .armed()
        .iter()
        .filter(|armed| matches!(armed.row.effect, Effect::Keys(_)));
    let held = held.filter_map(|armed| armed.kept::<KeyRing>());
    held.fold(ring.clone(), |ring, held| ring.joined_by(&held))
}

/// A temporary key of that algorithm, kept by the fault.
pub fn own_key(armed: Option<&Armed>, algorithm: SigningAlgorithm) -> Result<Arc<KeyRing>, SigningError> {
    let armed = armed.ok_or(SigningError::NoKey(algorithm))?;
    Ok(armed.keep(|| ring_of(&[algorithm])))
}

/// Another supported algorithm.
pub fn other_than(algorithm: SigningAlgorithm) -> SigningAlgorithm {
    let mut others = SigningAlgorithm::ALL.into_iter().filter(|other| *other != algorithm);
    others.next().unwrap_or(algorithm)
}

/// The first armed fault of the keys that has begun.
fn active(watch: &Watch) -> Option<(&Arc<Armed>, KeyStory)> {
    watch.armed().iter().find_map(|armed| match armed.row.effect {
        Effect::Keys(KeyStory::RotatedAfterCodes(codes)) if armed.events() < codes => None,
        Effect::Keys(story) => Some((armed, story)),
        _ => None,
    })
}

fn shows_its_key(armed: &Armed) -> bool {
    matches!(armed.row.effect, Effect::IdToken(_)) && armed.row.endpoints.contains(&endpoint::JWKS)
}

fn document(ring: &KeyRing) -> Value {
    json!(ring.jwk_set())
}

/// The JWK Set without `kid`.
fn without_kids(ring: &KeyRing) -> Value {
    let mut document = document(ring);
    for key in document["keys"].as_array_mut().into_iter().flatten() {
        if let Some(key) = key.as_object_mut() {
            key.shift_remove("kid");
        }
    }
    document
}

/// New keys for every algorithm of a ring.
fn renewed(ring: &KeyRing) -> KeyRing {
    ring_of(&ring.algorithms())
}

/// A key that cannot be made is left out; then signing fails.
fn ring_of(algorithms: &[SigningAlgorithm]) -> KeyRing {
    let made = algorithms
        .iter()
        .filter_map(|algorithm| SigningKey::generate(*algorithm).ok());
    let temporary = |(key, _)| RingKey {
        key: Arc::new(key),
        signs: true,
    };
    KeyRing::new(made.map(temporary).collect())
}
