//! The journal: every exchange of a realm with its request, its answer, and the reason for a refusal.
//!
//! It is kept in memory, per process and per realm: at most the newest 500 exchanges and 2 MiB of a realm, 16 KiB of
//! a body, 64 MiB of all realms. What is recorded is kept [unredacted] for a moment, so that a request need not wait,
//! and [without its secrets](redaction) from then on; nothing is shown before. The control API, assets and probes are
//! not recorded.
//!
//! | file | what |
//! | --- | --- |
//! | [`open_exchange`], [`request_body`], [`response_body`] | record what a realm answers, and let bodies pass |
//! | [`recording`] | what is noted while an answer is made: the realm, the id, who takes part |
//! | `passed`, `raw`, `body_kind` | what is copied of a request and its answer |
//! | [`unredacted`], [`redaction`], `redacting`, `redactor` | how secrets are taken out, and when |
//! | [`exchange`] | what is kept |
//! | `flow`, `flows` | which exchanges belong together |
//! | `bounds`, `ring`, `rings` | how much is kept |
//! | [`event`], `event_queue` | what is sent to those who listen |
//! | [`explanation`], `advice` | a refusal, explained: the rule, expected and received values with a character diff, and how to fix it |
//! | [`curl`], [`har`] | a request as a command, and a flow for other tools |

pub mod advice;
mod body_kind;
mod bounds;
pub mod curl;
pub mod event;
mod event_queue;
pub mod exchange;
pub mod explanation;
mod flow;
mod flows;
pub mod har;
pub mod open_exchange;
mod passed;
mod raw;
pub mod recording;
mod redacting;
pub mod redaction;
mod redactor;
pub mod request_body;
pub mod response_body;
mod ring;
mod rings;
#[cfg(test)]
mod tests;
pub mod unredacted;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;

use crate::model::RealmId;
use event::{Event, JournalEvent};
use exchange::Exchange;
use raw::RawExchange;
use recording::Parties;
use redaction::Key;
use ring::Ring;
use rings::Rings;
use unredacted::Unredacted;

/// The journals of all realms of this process, on and empty at first. Cheap to clone.
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

/// The shortest beginning of an id that names an exchange. It begins with 0 (RFC 9562 §5.7), and so it is no sequence
/// number.
const SHORTEST_PREFIX: usize = 8;

impl Journal {
    /// Turns recording on or off; what was recorded stays.
    pub fn switch(&self, on: bool) {
        self.0.off.store(!on, Ordering::Relaxed);
    }

    pub fn is_on(&self) -> bool {
        !self.0.off.load(Ordering::Relaxed)
    }

    /// Records what has come to its end. The numbers of the exchange and of its events are given now; secrets are
    /// taken out later.
    fn record(&self, raw: RawExchange) {
        let (realm, id) = (raw.begun().realm, raw.begun().id);
        let marks = raw.faults().iter();
        let faults = marks.map(|mark| JournalEvent::fault(mark, &id.to_string())).collect();
        let weight = raw.weight();
        let raw = Arc::new(Unredacted::new(raw));
        let mut rings = self.rings();
        rings.record(realm, raw, weight, faults);
        let crowded = rings.of(realm).is_some_and(Ring::is_crowded);
        drop(rings);
        if crowded {
            self.redact_batch(realm);
        }
    }

    /// A realm's exchanges, from the oldest to the newest, and how many were dropped or cleared.
    pub async fn list(&self, realm: RealmId) -> (Vec<Entry>, u64) {
        self.redact_recorded(realm).await;
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

    /// One exchange: by its id or the beginning of it, if no other begins so, by its sequence number, or the `last`
    /// one.
    pub async fn find(&self, realm: RealmId, name: &str) -> Option<Entry> {
        self.redact_recorded(realm).await;
        let rings = self.rings();
        let ring = rings.of(realm)?;
        let begins = |exchange: &&Arc<Exchange>| exchange.id.to_string().starts_with(name);
        let exchange = if name == "last" {
            ring.exchanges().next_back()?
        } else if let Some(numbered) = ring.exchanges().find(|exchange| exchange.sequence.to_string() == name) {
            numbered
        } else if name.len() >= SHORTEST_PREFIX {
            let mut found = ring.exchanges().rev().filter(begins);
            let exchange = found.next()?;
            if found.next().is_some() {
                return None;
            }
            exchange
        } else {
            return None;
        };
        Some(Entry {
            exchange: exchange.clone(),
            parties: ring.parties(exchange),
        })
    }

    /// Drops a realm's exchanges. Their events stay, and so they are redacted before.
    pub async fn clear(&self, realm: RealmId) {
        self.redact_recorded(realm).await;
        self.rings().clear(realm);
    }

    /// Forgets a realm that is gone.
    pub fn forget(&self, realm: RealmId) {
        self.rings().forget(realm);
    }

    /// Tells those who listen that something happened.
    pub fn tell(&self, realm: RealmId, event: JournalEvent) {
        self.rings().tell(realm, event);
    }

    /// A receiver that changes with everything that happens in a realm, and closes when the realm goes.
    pub fn listen(&self, realm: RealmId) -> watch::Receiver<u64> {
        self.rings().open(realm).listen()
    }

    /// What happened after the event of this number, in order.
    pub async fn events_after(&self, realm: RealmId, number: u64) -> Vec<Arc<Event>> {
        self.redact_recorded(realm).await;
        let rings = self.rings();
        rings.of(realm).map_or_else(Vec::new, |ring| ring.events_after(number))
    }

    /// The number of the event that happened last.
    pub fn last_event(&self, realm: RealmId) -> u64 {
        self.rings().of(realm).map_or(0, Ring::last_event)
    }

    fn rings(&self) -> MutexGuard<'_, Rings> {
        self.0.rings.lock()
    }
}
