//! The journal: every exchange of a realm with what was asked, what was answered and why (design §10).
//!
//! It is kept in memory, per process and per realm, in a ring: 500 exchanges and 2 MiB of a realm, 16 KiB of a body, 64 MiB of all
//! realms. Secrets are taken out on the way in ([`redaction`]). The control API, assets and probes are not recorded.
//!
//! | file | what |
//! | --- | --- |
//! | [`layer`] | stands around everything a realm answers, and lets bodies pass |
//! | [`recording`] | what is noted while an answer is made: the realm, the id, who takes part |
//! | [`exchange`] | what is kept |
//! | [`redaction`] | what is not kept |
//! | [`flow`] | which exchanges belong together |
//! | [`ring`] | the bounds |
//! | [`event`] | what those hear who listen |
//! | [`explanation`], [`advice`] | a refusal, explained: side by side, letter by letter, and what would mend it |
//! | [`curl`], [`har`] | an exchange to be asked again, and a flow for other tools |

pub mod advice;
pub mod curl;
pub mod event;
pub mod exchange;
pub mod explanation;
pub mod flow;
pub mod har;
pub mod layer;
pub mod recording;
pub mod redaction;
pub mod ring;

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use jiff::Timestamp;
use tokio::sync::watch;
use uuid::Builder;

use crate::{model::RealmId, web::paths};
use event::{Event, Happening};
use exchange::{Exchange, Facts};
use recording::{Begun, Parties, Recording};
use redaction::Key;
use ring::{Ring, Rings};

/// The journals of all realms of this process. Cheap to clone.
#[derive(Clone, Default)]
pub struct Journal(Arc<Shared>);

#[derive(Default)]
struct Shared {
    off: AtomicBool,
    key: Key,
    rings: Mutex<Rings>,
}

/// An exchange, and who takes part in it as far as is known by now.
#[derive(Clone, Debug)]
pub struct Entry {
    pub exchange: Arc<Exchange>,
    pub parties: Parties,
}

impl Journal {
    /// Turns recording on or off; what was recorded stays.
    pub fn switch(&self, on: bool) {
        self.0.off.store(!on, Ordering::Relaxed);
    }

    pub fn is_on(&self) -> bool {
        !self.0.off.load(Ordering::Relaxed)
    }

    /// The realm of a request is known: from now on its exchange has an id, and is recorded when it ends.
    ///
    /// The id is a UUID version 7 of the realm's time and of the number of the request, so that it costs none of the realm's chance:
    /// a seeded realm gives the same ids with and without a journal.
    pub fn begin(&self, recording: &Recording, realm: RealmId, issuer: &str, path: &str, now: Timestamp) {
        if !recorded(path) {
            return;
        }
        let number = self.rings().begin(realm);
        let mut bytes = [0; 10];
        let (_, end) = bytes.split_at_mut(2);
        end.copy_from_slice(&number.to_be_bytes());
        let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
        recording.begin(Begun {
            realm,
            issuer: issuer.to_owned(),
            id: Builder::from_unix_timestamp_millis(milliseconds, &bytes)
                .into_uuid()
                .to_string(),
            at: now,
            path: path.to_owned(),
        });
    }

    /// Records what has come to its end.
    fn record(&self, begun: &Begun, facts: Facts) {
        let exchange = Exchange::new(begun, facts, &self.0.key); // before the lock: this is the work
        let mut rings = self.rings();
        let Some(exchange) = rings.record(begun.realm, exchange) else {
            return; // the realm is gone
        };
        rings.tell(begun.realm, Happening::exchange(&exchange));
        for fault in Happening::faults(&exchange) {
            rings.tell(begun.realm, fault);
        }
    }

    /// A realm's exchanges, from the oldest to the newest, and how many have fallen out.
    pub fn list(&self, realm: RealmId) -> (Vec<Entry>, u64) {
        let rings = self.rings();
        let Some(ring) = rings.of(realm) else {
            return (Vec::new(), 0);
        };
        let entry = |exchange: &Arc<Exchange>| Entry {
            exchange: exchange.clone(),
            parties: ring.parties(exchange),
        };
        (ring.exchanges().map(entry).collect(), ring.dropped)
    }

    /// One exchange.
    pub fn find(&self, realm: RealmId, id: &str) -> Option<Entry> {
        let rings = self.rings();
        let ring = rings.of(realm)?;
        let exchange = ring.exchanges().rev().find(|exchange| exchange.id == id)?;
        Some(Entry {
            exchange: exchange.clone(),
            parties: ring.parties(exchange),
        })
    }

    /// Empties a realm's ring.
    pub fn clear(&self, realm: RealmId) {
        self.rings().clear(realm);
    }

    /// Forgets a realm that is gone.
    pub fn forget(&self, realm: RealmId) {
        self.rings().forget(realm);
    }

    /// Tells those who listen that something happened.
    pub fn tell(&self, realm: RealmId, happening: Happening) {
        self.rings().tell(realm, happening);
    }

    /// A receiver that changes with everything that happens in a realm, and closes when the realm goes.
    pub fn listen(&self, realm: RealmId) -> watch::Receiver<u64> {
        self.rings().open(realm).listen()
    }

    /// What happened after the event of this number, and the number of the last one.
    pub fn events_after(&self, realm: RealmId, number: u64) -> Vec<Arc<Event>> {
        let rings = self.rings();
        rings.of(realm).map_or_else(Vec::new, |ring| ring.events_after(number))
    }

    pub fn last_event(&self, realm: RealmId) -> u64 {
        self.rings().of(realm).map_or(0, Ring::last_event)
    }

    fn rings(&self) -> MutexGuard<'_, Rings> {
        self.0.rings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether what happens at a path is recorded: not what looks at the journal itself, and not what is only fetched to look at something.
fn recorded(path: &str) -> bool {
    let within = |prefix: &str| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    !within(paths::CONTROL) && !within(paths::ASSETS) && path != paths::HEALTHZ && path != paths::READYZ
}
