//! Putting a seed into a realm: what has to be hashed first, outside any transaction; then all of it, or nothing.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Seed, SeedClaimRule, SeedClient, SeedError, SeedSecret, SeedUser};
use crate::keys::sealing::{Sealer, SealingError};
use crate::model::{Client, RealmId, Scope, StoredSecret, User, UserId};
use crate::passwords::{PasswordError, Passwords};
use crate::portals::{mediquo, mypatientportal, vsee};
use crate::random::Random;
use crate::store::{self, Keeps, Tx};

/// A seed for one realm, with nothing left to hash or seal.
#[derive(Debug)]
pub struct PreparedSeed {
    clients: Vec<Client>,
    users: Vec<User>,
    scopes: Vec<Scope>,
    rules: Vec<(SeedClaimRule, String)>,
    mypatientportal: Option<Arc<mypatientportal::seed::Seed>>,
    mediquo: Option<mediquo::Ready>,
    vsee: Option<Arc<vsee::seed::Seed>>,
}

/// Why a seed was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadingError {
    #[error(transparent)]
    Seed(#[from] SeedError),
    #[error("the database failed: {0}")]
    Database(#[from] store::Error),
    #[error("a password could not be hashed: {0}")]
    Hashing(#[from] PasswordError),
    #[error("a secret could not be sealed: {0}")]
    Sealing(#[from] SealingError),
}

impl Keeps for LoadingError {
    fn keeps(&self) -> bool {
        false
    }
}

impl PreparedSeed {
    /// Makes a seed ready for a realm of that issuer: hashes what it has in the clear, gives ids to who has none.
    pub async fn new(
        seed: &Seed,
        issuer: &str,
        passwords: &Passwords,
        sealer: &Sealer,
        random: &Random,
        now: Timestamp,
    ) -> Result<Self, LoadingError> {
        let mut clients = Vec::with_capacity(seed.clients.len());
        for one in &seed.clients {
            clients.push(client(one, issuer, passwords, random).await?);
        }
        let mut users = Vec::with_capacity(seed.users.len());
        for one in &seed.users {
            users.push(user(one, passwords, random, now).await?);
        }
        let rules = seed.claims.iter().map(|rule| rule.with_id(random.id(now)));
        let mypatientportal = seed.mypatientportal.as_ref().map(|portal| portal.0.clone());
        let mediquo = match &seed.mediquo {
            Some(seed) => Some(mediquo::Ready::new(seed.0.clone(), sealer, random, now)?),
            None => None,
        };
        Ok(Self {
            clients,
            users,
            scopes: seed.scopes.iter().map(|scope| scope.0.clone()).collect(),
            rules: rules.collect(),
            mypatientportal,
            mediquo,
            vsee: seed.vsee.as_ref().map(|clinics| clinics.0.clone()),
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
        for scope in &self.scopes {
            if !store::scopes::insert(tx, realm, scope).await? {
                return Err(SeedError::Twice {
                    what: "scope",
                    name: scope.name.clone(),
                }
                .into());
            }
        }
        for (rule, id) in &self.rules {
            let rule = rule.resolve(tx, realm, id.clone()).await?.map_err(SeedError::Rule)?;
            store::claim_rules::insert(tx, realm, &rule).await?;
        }
        if let Some(portal) = &self.mypatientportal {
            self.check_blocked_patients(portal)?;
            mypatientportal::insert_seed(tx, realm, portal).await?;
        }
        if let Some(mediquo) = &self.mediquo {
            mediquo.load(tx, realm, now).await?;
        }
        if let Some(clinics) = &self.vsee {
            vsee::insert_seed(tx, realm, clinics, now).await?;
        }
        Ok(())
    }
}

impl PreparedSeed {
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

/// A client as it is stored, in a realm of that issuer: what it has in the clear is hashed.
///
/// # Errors
/// When hashing fails.
pub async fn client(
    seed: &SeedClient,
    issuer: &str,
    passwords: &Passwords,
    random: &Random,
) -> Result<Client, PasswordError> {
    let secret = hashed(seed.secret.as_ref(), passwords, random).await?;
    Ok(Client {
        id: seed.id.clone(),
        secret: secret.map(StoredSecret::Phc),
        metadata: seed.metadata(issuer),
    })
}

/// A user as they are stored: the password is hashed, and who has no id gets one.
///
/// # Errors
/// When hashing fails.
pub async fn user(
    seed: &SeedUser,
    passwords: &Passwords,
    random: &Random,
    now: Timestamp,
) -> Result<User, PasswordError> {
    Ok(User {
        id: seed.id.clone().unwrap_or_else(|| UserId(random.id(now))),
        username: seed.username.clone(),
        password: hashed(seed.password.as_ref(), passwords, random).await?,
        persona: seed.persona.clone(),
        behaviour: seed.behaviour,
        claims: seed.claims.clone(),
    })
}

/// The hash of a secret, made where the seed has not made it.
///
/// # Errors
/// When hashing fails.
pub async fn hashed(
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
