//! The deliveries being made, and how they are shared among realms.
//!
//! A receiver that never answers occupies a place for seconds. So that the receivers of one realm cannot take all
//! places, a realm has a few at the most, and half of all places is kept for realms that have none.

use std::collections::{HashMap, HashSet};

use tokio::task::{self, AbortHandle, JoinSet};

use crate::model::RealmId;

/// An address within a realm.
pub(super) type Destination = (RealmId, String);

/// How many addresses are called at the same time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    pub all: usize,
    /// For the addresses of one realm.
    pub of_a_realm: usize,
}

/// The addresses being called.
pub(super) struct InProgress {
    places: Places,
    tasks: JoinSet<()>,
    known: HashMap<task::Id, (Destination, AbortHandle)>,
    busy: HashSet<Destination>,
    by_realm: HashMap<RealmId, usize>,
}

impl InProgress {
    pub fn new(places: Places) -> Self {
        Self {
            places,
            tasks: JoinSet::new(),
            known: HashMap::new(),
            busy: HashSet::new(),
            by_realm: HashMap::new(),
        }
    }

    /// The realms for which something is being sent.
    pub fn realms(&self) -> Vec<RealmId> {
        self.by_realm.keys().copied().collect()
    }

    /// Starts a task for an address, unless there is one, or no place for it.
    pub fn start(&mut self, destination: Destination, task: impl Future<Output = ()> + Send + 'static) {
        if !self.has_place_for(destination.0) || !self.busy.insert(destination.clone()) {
            return;
        }
        *self.by_realm.entry(destination.0).or_default() += 1;
        let handle = self.tasks.spawn(task);
        self.known.insert(handle.id(), (destination, handle));
    }

    fn has_place_for(&self, realm: RealmId) -> bool {
        let taken = self.known.len();
        match self.by_realm.get(&realm).copied().unwrap_or_default() {
            0 => taken < self.places.all,
            of_realm => of_realm < self.places.of_a_realm && taken < self.places.all / 2,
        }
    }

    /// Ends what is being sent for a realm, which no longer exists.
    pub fn end_those_of(&self, deleted: RealmId) {
        for ((realm, _), task) in self.known.values() {
            if *realm == deleted {
                task.abort();
            }
        }
    }

    /// Waits until one task ends; for ever while there is none.
    pub async fn one_ends(&mut self) {
        let id = match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => {
                if error.is_panic() {
                    tracing::error!(%error, "a delivery ended with a panic");
                }
                error.id()
            }
            None => std::future::pending().await,
        };
        let Some((destination, _)) = self.known.remove(&id) else {
            return;
        };
        if let Some(of_realm) = self.by_realm.get_mut(&destination.0) {
            *of_realm -= 1;
            if *of_realm == 0 {
                self.by_realm.remove(&destination.0);
            }
        }
        self.busy.remove(&destination);
    }

    /// Waits until all have ended.
    pub async fn all_end(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: Places = Places { all: 8, of_a_realm: 3 };

    fn start(tasks: &mut InProgress, realm: i64, addresses: impl IntoIterator<Item = usize>) {
        for address in addresses {
            tasks.start((RealmId(realm), address.to_string()), std::future::pending());
        }
    }

    #[tokio::test]
    async fn a_realm_has_a_few_places_and_others_always_find_one() {
        let mut tasks = InProgress::new(PLACES);

        start(&mut tasks, 1, 0..100);
        assert_eq!(tasks.by_realm[&RealmId(1)], 3);
        start(&mut tasks, 2, 0..100);
        assert_eq!(tasks.by_realm[&RealmId(2)], 1, "half of the places is kept");
        for realm in 3..=6 {
            start(&mut tasks, realm, 0..100);
            assert_eq!(tasks.by_realm[&RealmId(realm)], 1);
        }
        start(&mut tasks, 7, [0]);
        assert!(!tasks.by_realm.contains_key(&RealmId(7)), "all are taken");
    }

    #[tokio::test]
    async fn one_address_is_called_by_one_task() {
        let mut tasks = InProgress::new(PLACES);

        start(&mut tasks, 1, [0, 0, 0]);

        assert_eq!(tasks.by_realm[&RealmId(1)], 1);
    }

    #[tokio::test]
    async fn a_deleted_realm_gives_its_places_back() {
        let mut tasks = InProgress::new(PLACES);
        start(&mut tasks, 1, 0..3);
        start(&mut tasks, 2, [0]);

        tasks.end_those_of(RealmId(1));
        for _ in 0..3 {
            tasks.one_ends().await;
        }

        assert!(!tasks.by_realm.contains_key(&RealmId(1)));
        assert_eq!(tasks.by_realm[&RealmId(2)], 1);
    }
}
