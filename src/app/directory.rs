//! The realms that live, as snapshots shared by all requests.
//!
//! The process that changes a realm puts its new snapshot here before it answers; an older revision
//! never replaces a newer one. Other processes notice by comparing revisions.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::Realm;
use crate::{
    clock::system_now,
    keys::sealing::{Sealer, SealingError},
    model::{RealmId, RealmName, RealmSettings},
    random::Random,
    store::{self, Database},
};

/// Finds realms by name.
pub struct Directory {
    issuer: String,
    sealer: Arc<Sealer>,
    known: ArcSwap<HashMap<String, Realm>>,
}

/// Why a realm cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the realm's secret cannot be opened: {0}")]
    Sealing(#[from] SealingError),
}

impl Directory {
    pub fn new(issuer: String, sealer: Arc<Sealer>) -> Self {
        Self {
            issuer,
            sealer,
            known: ArcSwap::default(),
        }
    }

    /// The living realm of that name; reads through to the database for one not seen yet.
    pub async fn find(&self, database: &Database, name: &str) -> Result<Option<Realm>, DirectoryError> {
        if let Some(realm) = self.known.load().get(name) {
            return Ok(realm.settings.lives_at(system_now()).then(|| realm.clone()));
        }
        let Ok(name) = name.parse::<RealmName>() else {
            return Ok(None);
        };
        let settings = store::realms::find(&mut database.read().await?, &name).await?;
        settings
            .filter(|settings| settings.lives_at(system_now()))
            .map(|settings| self.put(settings).map_err(DirectoryError::from))
            .transpose()
    }

    /// A realm as it stands within a transaction that may still come to nothing: nobody else sees it.
    pub fn handle(&self, settings: RealmSettings) -> Result<Realm, SealingError> {
        Realm::new(&self.issuer, settings, &self.sealer)
    }

    /// Takes in a realm as it stands after a change; the snapshot requests see from now on.
    pub fn put(&self, settings: RealmSettings) -> Result<Realm, SealingError> {
        let realm = self.handle(settings)?;
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
        let held = self.known.load().get(realm.name.as_str()).cloned();
        Ok(held.unwrap_or(realm))
    }

    /// Forgets a realm that was deleted.
    pub fn forget(&self, id: RealmId) {
        self.known.rcu(|known| {
            let living = known.iter().filter(|(_, realm)| realm.id != id);
            living
                .map(|(name, realm)| (name.clone(), realm.clone()))
                .collect::<HashMap<_, _>>()
        });
    }

    /// Takes in what other processes have changed, and forgets what they have deleted.
    pub async fn catch_up(&self, database: &Database) -> Result<(), DirectoryError> {
        let revisions: HashMap<_, _> = store::realms::revisions(&mut database.read().await?)
            .await?
            .into_iter()
            .collect();
        let held: Vec<Realm> = self.known.load().values().cloned().collect();
        for realm in held {
            match revisions.get(&realm.id) {
                None => self.forget(realm.id),
                Some(revision) if *revision > realm.settings.revision => {
                    let settings = store::realms::find(&mut database.read().await?, &realm.name).await?;
                    if let Some(settings) = settings {
                        self.put(settings)?;
                    }
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// A root secret for a realm about to be made.
    pub fn new_root_secret(&self, random: &Random) -> Result<String, SealingError> {
        Realm::new_root_secret(&self.sealer, random)
    }

    pub fn sealer(&self) -> &Sealer {
        &self.sealer
    }
}
