//! What becomes of an issuer's keys while a fault tells a story about them: a ring in, a ring out.
//!
//! Throw-away keys are made when they are first needed, kept by the armed fault, and gone with it; so what is signed with and
//! what is published tell the same story until it is disarmed. Making an RSA key takes some 70 ms of the answering thread:
//! only here, and only once for most stories.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::faults::catalogue::KeyStory;
use crate::faults::{Armed, Bend, Watch};
use crate::keys::{KeyRing, RingKey, SigningError, SigningKey};
use crate::model::SigningAlgorithm;
use crate::web::endpoint;

/// With what tokens are signed.
pub struct Story {
    pub ring: KeyRing,
    /// Whether headers say which key it was.
    pub names_keys: bool,
}

/// How many keys of a type stand beside the right one where nobody names any.
const DECOYS: usize = 2;

/// The ring an ID token is signed with now.
pub fn signing(watch: &Watch, ring: &KeyRing) -> Story {
    let mut story = Story {
        ring: ring.clone(),
        names_keys: true,
    };
    let Some((armed, told)) = told(watch) else { return story };
    if watch.claim(armed).is_none() {
        return story;
    }
    match told {
        KeyStory::SingleWithoutKid | KeyStory::ManyWithoutKid => story.names_keys = false,
        KeyStory::RotatedAfterCodes(_) | KeyStory::Withdrawn => {
            story.ring = KeyRing::clone(&armed.keep(|| renewed(ring)))
        }
        KeyStory::RotatedBeforeSigning => {
            story.ring = renewed(ring);
            armed.keep_instead(story.ring.clone());
        }
    }
    story
}

/// The document the story shows; `None` where the honest one will do.
pub fn published(watch: &Watch, ring: &KeyRing) -> Option<Value> {
    if let Some((armed, told)) = told(watch) {
        let shown = match told {
            KeyStory::SingleWithoutKid => nameless(&ring.signers()),
            KeyStory::ManyWithoutKid => {
                let decoys = armed.keep(|| (0..DECOYS).map(|_| renewed(ring)).collect::<Vec<_>>());
                let mut rings = decoys.to_vec();
                rings.insert(1, ring.signers()); // neither the first nor the last is the right one
                let sets: Vec<_> = rings.iter().map(nameless).collect();
                json!({"keys": sets.iter().flat_map(|set| set["keys"].as_array()).flatten().collect::<Vec<_>>()})
            }
            KeyStory::RotatedAfterCodes(_) | KeyStory::Withdrawn => document(&armed.keep(|| renewed(ring))),
            KeyStory::RotatedBeforeSigning => {
                let signed_with = armed.kept::<KeyRing>()?; // none: nothing was signed yet
                document(&signed_with)
            }
        };
        watch.claim(armed)?;
        return Some(shown);
    }
    // Whoever signs with another algorithm than agreed, does so with a key that is published.
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

/// The ring and what the story has put in its place: whose signatures we believe ourselves.
pub fn believed(watch: &Watch, ring: &KeyRing) -> KeyRing {
    let held = watch
        .armed()
        .iter()
        .filter(|armed| matches!(armed.row.bend, Bend::Keys(_)));
    let held = held.filter_map(|armed| armed.kept::<KeyRing>());
    held.fold(ring.clone(), |ring, held| ring.joined_by(&held))
}

/// A throw-away key of that algorithm which the fault keeps for itself.
pub fn own_key(armed: Option<&Armed>, algorithm: SigningAlgorithm) -> Result<Arc<KeyRing>, SigningError> {
    let armed = armed.ok_or(SigningError::NoKey(algorithm))?;
    Ok(armed.keep(|| ring_of(&[algorithm])))
}

/// Another algorithm that clients know.
pub fn other_than(algorithm: SigningAlgorithm) -> SigningAlgorithm {
    let mut others = SigningAlgorithm::ALL.into_iter().filter(|other| *other != algorithm);
    others.next().unwrap_or(algorithm)
}

/// The first armed story that has begun.
fn told(watch: &Watch) -> Option<(&Arc<Armed>, KeyStory)> {
    watch.armed().iter().find_map(|armed| match armed.row.bend {
        Bend::Keys(KeyStory::RotatedAfterCodes(codes)) if armed.events() < codes => None,
        Bend::Keys(story) => Some((armed, story)),
        _ => None,
    })
}

fn shows_its_key(armed: &Armed) -> bool {
    matches!(armed.row.bend, Bend::IdToken(_)) && armed.row.endpoints.contains(&endpoint::JWKS)
}

fn document(ring: &KeyRing) -> Value {
    json!(ring.jwk_set())
}

/// The document without the names of its keys.
fn nameless(ring: &KeyRing) -> Value {
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

/// A key that cannot be made is left out; then nothing is signed, and the answer is a failure.
fn ring_of(algorithms: &[SigningAlgorithm]) -> KeyRing {
    let made = algorithms
        .iter()
        .filter_map(|algorithm| SigningKey::generate(*algorithm).ok());
    let thrown_away = |(key, _)| RingKey {
        key: Arc::new(key),
        signs: true,
    };
    KeyRing::new(made.map(thrown_away).collect())
}
