//! The cache of realms, as snapshots shared by all requests.
//!
//! The process that changes a realm puts the new snapshot here before it answers; an older revision never replaces a
//! newer one. Other processes compare revisions.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use arc_swap::ArcSwap;
use parking_lot::{Mutex, MutexGuard};
use serde_json::json;

use super::{directory_error::DirectoryError, realm::Realm};
use crate::{
    clock::{Clock, system_now},
    faults::Faults,
    journal::{Journal, event::JournalEvent},
    keys::sealing::Sealer,
    model::{RealmId, RealmName, RealmSettings},
    random::Random,
    store::{self, Conn, Database},
};

/// Finds realms by name.
pub struct Directory {
    issuer: String,
    sealer: Arc<Sealer>,
    journal: Journal,
    faults: Arc<Faults>,
    known: ArcSwap<HashMap<String, Realm>>,
    /// Of all realms when this process last [caught up](Self::catch_up) with the others.
    fingerprint: AtomicI64,
    /// The random streams of the seeded realms, as far as this process has drawn from them.
    streams: Mutex<HashMap<RealmId, Random>>,
    /// Locked while a stream is created, so that concurrent requests create only one.
    stream_creation: tokio::sync::Mutex<()>,
}

impl Directory {
    /// When a realm is deleted, its exchanges in `journal` and its armed `faults` are removed.
    pub fn new(issuer: String, sealer: Arc<Sealer>, journal: Journal, faults: Arc<Faults>) -> Self {
        Self {
            issuer,
            sealer,
            journal,
            faults,
            known: ArcSwap::default(),
            fingerprint: AtomicI64::default(),
            streams: Mutex::default(),
            stream_creation: tokio::sync::Mutex::default(),
        }
    }

    /// The realm of that name, if it has not expired; read from the database if it is not in the cache.
    pub async fn find(&self, database: &Database, name: &str) -> Result<Option<Realm>, DirectoryError> {
        if let Some(realm) = self.known.load().get(name) {
            return Ok(realm.settings.lives_at(system_now()).then(|| realm.clone()));
        }
        let Ok(name) = name.parse::<RealmName>() else {
            return Ok(None);
        };
        self.read(database, &name).await
    }

    /// Sets the random stream of a new realm, before it is [`put`](Self::put) here.
    pub fn begin_stream(&self, realm: RealmId, random: Random) {
        self.streams().insert(realm, random);
    }

    /// Gives a seeded realm that another process may have created a random stream that only this process uses.
    async fn ensure_stream(&self, database: &Database, settings: &RealmSettings) -> store::Result<()> {
        let Some(seed) = &settings.chance_seed else {
            return Ok(());
        };
        let _guard = self.stream_creation.lock().await;
        if !self.streams().contains_key(&settings.id) {
            let epoch = store::realms::raise_epoch(&mut database.write_once().await?, settings.id).await?;
            if let Some(epoch) = epoch {
                self.begin_stream(settings.id, Random::seeded(seed, &epoch.to_string()));
            }
        }
        Ok(())
    }

    fn streams(&self) -> MutexGuard<'_, HashMap<RealmId, Random>> {
        self.streams.lock()
    }

    /// A realm as it is within a transaction that may still be rolled back; not put into the cache.
    pub async fn handle(&self, conn: &mut Conn, settings: RealmSettings) -> Result<Realm, DirectoryError> {
        let setup = store::setup::find(conn, settings.id).await?;
        let before = self.known.load().get(settings.name.as_str()).cloned();
        let before = before.as_ref().map(|realm| &realm.keys);
        // Without a stream of its own, a seeded realm uses unpredictable values rather than repeating earlier ones.
        let random = self.streams().get(&settings.id).cloned().unwrap_or_default();
        Realm::new(&self.issuer, settings, setup, random, &self.sealer, before)
    }

    /// The realm as it is in the database now: another process may have changed it, such as added a key.
    pub async fn renew(&self, database: &Database, realm: &Realm) -> Result<Realm, DirectoryError> {
        let renewed = self.read(database, &realm.name).await?;
        Ok(renewed
            .filter(|renewed| renewed.id == realm.id)
            .unwrap_or_else(|| realm.clone()))
    }

    async fn read(&self, database: &Database, name: &RealmName) -> Result<Option<Realm>, DirectoryError> {
        let settings = store::realms::find(&mut database.read().await?, name).await?;
        match settings.filter(|settings| settings.lives_at(system_now())) {
            Some(settings) => self.put(database, settings).await.map(Some),
            None => Ok(None),
        }
    }

    /// Puts the snapshot of a changed realm into the cache, with its keys, scopes and claim rules; returns the current
    /// one.
    ///
    /// The set-up is read after the settings, so it is never older than their revision.
    pub async fn put(&self, database: &Database, settings: RealmSettings) -> Result<Realm, DirectoryError> {
        self.ensure_stream(database, &settings).await?;
        let realm = self.handle(&mut database.read().await?, settings).await?;
        let before = self.known.load().get(realm.name.as_str()).cloned();
        self.known.rcu(|known| {
            let newer = known.get(realm.name.as_str()).is_some_and(|held| {
                held.id.0 > realm.id.0 || (held.id == realm.id && held.settings.revision > realm.settings.revision)
            });
            let mut known = HashMap::clone(known);
            if !newer {
                known.insert(realm.name.as_str().to_owned(), realm.clone());
            }
            known
        });
        let held = self.known.load().get(realm.name.as_str()).cloned().unwrap_or(realm);
        if let Some(before) = before.filter(|before| before.id == held.id) {
            self.publish_change(&before, &held);
        }
        Ok(held)
    }

    /// The cached snapshot if it has the same revision, else a [new one](Self::put).
    pub async fn current(&self, database: &Database, settings: RealmSettings) -> Result<Realm, DirectoryError> {
        let held = self.known.load().get(settings.name.as_str()).cloned();
        match held.filter(|held| held.id == settings.id && held.settings.revision == settings.revision) {
            Some(held) => Ok(held),
            None => self.put(database, settings).await,
        }
    }

    /// Publishes the event of a changed clock or of another change of the realm.
    fn publish_change(&self, before: &Realm, after: &Realm) {
        if before.settings.revision >= after.settings.revision {
            return;
        }
        let turned = before.clock != after.clock;
        if turned {
            let (now, rate) = (after.clock.now(), after.clock.rate);
            let data =
                json!({"now": now, "frozen": after.clock.frozen(), "rate": rate as f64 / Clock::REAL_TIME as f64});
            self.journal.tell(after.id, JournalEvent::new("clock", &data));
        }
        if !turned || before.policy != after.policy {
            let data = json!({"revision": after.settings.revision});
            self.journal.tell(after.id, JournalEvent::new("realm", &data));
        }
    }

    /// Removes a deleted realm with its exchanges in the journal and its armed faults.
    pub fn forget(&self, id: RealmId) {
        self.journal.forget(id);
        self.faults.forget(id);
        self.streams().remove(&id);
        self.known.rcu(|known| {
            let living = known.iter().filter(|(_, realm)| realm.id != id);
            living
                .map(|(name, realm)| (name.clone(), realm.clone()))
                .collect::<HashMap<_, _>>()
        });
    }

    /// Reloads the realms that other processes have changed, and removes those they have deleted.
    pub async fn catch_up(&self, database: &Database) -> Result<(), DirectoryError> {
        let fingerprint = store::realms::fingerprint(&mut database.read().await?).await?;
        if self.fingerprint.load(Ordering::Relaxed) != fingerprint {
            self.compare_revisions(database).await?;
            self.fingerprint.store(fingerprint, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn compare_revisions(&self, database: &Database) -> Result<(), DirectoryError> {
        // Listed before the revisions are read: a realm created in between is not among them, but exists.
        let held: Vec<Realm> = self.known.load().values().cloned().collect();
        let revisions: HashMap<_, _> = store::realms::revisions(&mut database.read().await?)
            .await?
            .into_iter()
            .collect();
        for realm in held {
            match revisions.get(&realm.id) {
                None => self.forget(realm.id),
                Some(revision) if *revision > realm.settings.revision => {
                    let settings = store::realms::find(&mut database.read().await?, &realm.name).await?;
                    if let Some(settings) = settings {
                        self.put(database, settings).await?;
                    }
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    pub fn sealer(&self) -> &Sealer {
        &self.sealer
    }
}
