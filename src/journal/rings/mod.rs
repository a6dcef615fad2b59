//! The rings of all realms, and what they may hold together.

use std::{collections::HashMap, sync::Arc};

use super::{
    bounds::Bounds,
    event::JournalEvent,
    exchange::Exchange,
    raw::RawExchange,
    ring::{Pending, Ring},
    unredacted::Unredacted,
};
use crate::model::RealmId;

#[derive(Default)]
pub struct Rings {
    bounds: Bounds,
    of_realm: HashMap<RealmId, Ring>,
    /// Of all rings together.
    bytes: usize,
    /// Counts what was recorded, to know in which realm nothing was recorded for the longest time.
    turn: u64,
}

impl Rings {
    #[cfg(test)]
    pub fn with(bounds: Bounds) -> Self {
        Self {
            bounds,
            ..Self::default()
        }
    }

    pub fn of(&self, realm: RealmId) -> Option<&Ring> {
        self.of_realm.get(&realm)
    }

    /// The realms with exchanges that are not redacted yet.
    pub fn with_pending(&self) -> Vec<RealmId> {
        let pending = self.of_realm.iter().filter(|(_, ring)| ring.pending() > 0);
        pending.map(|(realm, _)| *realm).collect()
    }

    /// The ring of a realm that is asked for something, made where there is none. Nothing else makes one: what is
    /// recorded for a realm that was forgotten is not kept.
    pub fn open(&mut self, realm: RealmId) -> &mut Ring {
        self.of_realm.entry(realm).or_default()
    }

    /// Records an exchange as it passed, and events that follow from it. Nothing is kept where the realm is gone.
    pub(super) fn record(
        &mut self,
        realm: RealmId,
        raw: Arc<Unredacted<RawExchange>>,
        weight: usize,
        events: Vec<JournalEvent>,
    ) {
        self.turn += 1;
        let turn = self.turn;
        self.change(realm, |ring| {
            ring.turn = turn;
            ring.record(raw, weight);
            events.into_iter().for_each(|event| ring.tell(event));
        });
    }

    /// Puts a redacted exchange in the place of the raw one, where that is still kept.
    pub(super) fn redacted(&mut self, realm: RealmId, pending: &Pending, exchange: Exchange) {
        self.change(realm, |ring| ring.redacted(pending, exchange));
    }

    /// Tells those who listen.
    pub fn tell(&mut self, realm: RealmId, event: JournalEvent) {
        self.change(realm, |ring| ring.tell(event));
    }

    /// Drops all exchanges of a realm.
    pub fn clear(&mut self, realm: RealmId) {
        self.change(realm, Ring::clear);
    }

    /// Forgets a realm that is gone.
    pub fn forget(&mut self, realm: RealmId) {
        if let Some(ring) = self.of_realm.remove(&realm) {
            self.bytes -= ring.bytes();
        }
    }

    /// Changes a ring, and drops what is beyond the bounds afterwards.
    fn change(&mut self, realm: RealmId, change: impl FnOnce(&mut Ring)) {
        let Some(ring) = self.of_realm.get_mut(&realm) else {
            return;
        };
        let before = ring.bytes();
        change(ring);
        ring.fit(&self.bounds);
        self.bytes = self.bytes - before + ring.bytes();
        while self.bytes > self.bounds.bytes_of_all && self.drop_of_most_silent() {}
    }

    /// The realm in which nothing was recorded for the longest time gives up what it has oldest.
    fn drop_of_most_silent(&mut self) -> bool {
        let silent = self.of_realm.values_mut().filter(|ring| ring.bytes() > 0);
        let Some(ring) = silent.min_by_key(|ring| ring.turn) else {
            return false;
        };
        let before = ring.bytes();
        ring.make_room();
        self.bytes = self.bytes - before + ring.bytes();
        true
    }

    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests;
