//! Putting a seed into a realm: what has to be hashed first, outside any transaction; then all of it, or nothing.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::clients::SeedSecret;
use super::{Seed, SeedError};
use crate::model::{Client, RealmId, StoredSecret, User, UserId};
use crate::passwords::{PasswordError, Passwords};
use crate::portals::mypatientportal;
use crate::random::Random;
use crate::store::{self, Keeps, Tx};

/// A seed for one realm, with nothing left to hash.
#[derive(Debug)]
pub struct Ready {
    clients: Vec<Client>,
    users: Vec<User>,
    mypatientportal: Option<Arc<mypatientportal::seed::Seed>>,
}

/// Why a seed was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadingError {
    #[error(transparent)]
    Seed(#[from] SeedError),
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("a password could not be hashed: {0}")]
    Hashing(#[from] PasswordError),
}

impl Keeps for LoadingError {
    fn keeps(&self) -> bool {
        false
    }
}

impl Ready {
    /// Makes a seed ready for a realm of that issuer: hashes what it has in the clear, gives ids to who has none.
    pub async fn new(
        seed: &Seed,
        issuer: &str,
        passwords: &Passwords,
        random: &Random,
        now: Timestamp,
    ) -> Result<Self, PasswordError> {
        let mut clients = Vec::with_capacity(seed.clients.len());
        for client in &seed.clients {
            let secret = hashed(client.secret.as_ref(), passwords, random).await?;
            clients.push(Client {
                id: client.id.clone(),
                secret: secret.map(StoredSecret::Phc),
                metadata: client.metadata(issuer),
            });
        }
        let mut users = Vec::with_capacity(seed.users.len());
        for user in &seed.users {
            users.push(User {
                id: user.id.clone().unwrap_or_else(|| UserId(random.id(now))),
                username: user.username.clone(),
                password: hashed(user.password.as_ref(), passwords, random).await?,
                persona: user.persona.clone(),
                behaviour: user.behaviour,
                claims: user.claims.clone(),
            });
        }
        let mypatientportal = seed.mypatientportal.as_ref().map(|portal| portal.0.clone());
        Ok(Self {
            clients,
            users,
            mypatientportal,
        })
    }

    /// Writes it into an empty realm.
    pub async fn load(&self, tx: &mut Tx, realm: RealmId, now: Timestamp) -> Result<(), LoadingError> {
        if store::users::any(tx, realm).await? || !store::clients::list(tx, realm).await?.is_empty() {
            return Err(SeedError::NotEmpty.into());
        }
        for client in &self.clients {
            if !store::clients::insert(tx, realm, client, now).await? {
                return Err(SeedError::Twice {
                    what: "client",
                    name: client.id.0.clone(),
                }
                .into());
            }
        }
        for user in &self.users {
            if !store::users::insert(tx, realm, user, now).await? {
                return Err(SeedError::Twice {
                    what: "user",
                    name: user.username.clone(),
                }
                .into());
            }
        }
        if let Some(portal) = &self.mypatientportal {
            self.check_blocked_patients(portal)?;
            mypatientportal::insert_seed(tx, realm, portal).await?;
        }
        Ok(())
    }
}

impl Ready {
    /// The realm was empty, so that there are no users but these.
    fn check_blocked_patients(&self, portal: &mypatientportal::seed::Seed) -> Result<(), SeedError> {
        let users: HashSet<_> = self.users.iter().map(|user| User::folded(&user.username)).collect();
        for practice in &portal.practices {
            let mut blocked = practice.blocked_patients.iter();
            if let Some(username) = blocked.find(|username| !users.contains(&User::folded(username))) {
                return Err(SeedError::UnknownPatient {
                    practice: practice.id.clone(),
                    username: username.clone(),
                });
            }
        }
        Ok(())
    }
}

async fn hashed(
    secret: Option<&SeedSecret>,
    passwords: &Passwords,
    random: &Random,
) -> Result<Option<String>, PasswordError> {
    match secret {
        None => Ok(None),
        Some(SeedSecret::Hash(phc)) => Ok(Some(phc.0.clone())),
        Some(SeedSecret::Plain(plain)) => passwords.hash(plain.reveal(), random).await.map(Some),
    }
}
