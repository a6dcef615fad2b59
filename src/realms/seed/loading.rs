//! Putting a seed into a realm: what has to be hashed first, outside any transaction; then all of it, or nothing.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    claim_rules::SeedClaimRule, clients::SeedClient, document::Seed, error::SeedError, secret::SeedSecret,
    users::SeedUser,
};
use crate::{
    keys::sealing::{Sealer, SealingError},
    model::{Client, RealmId, Scope, StoredSecret, User, UserId},
    passwords::{PasswordError, Passwords},
    portals::portal::{LoadTarget, PreparedPart, SeedPartError},
    random::Random,
    store::{self, Keeps, Tx},
};

/// A seed for one realm, with nothing left to hash or seal.
#[derive(Debug)]
pub struct PreparedSeed {
    clients: Vec<Client>,
    users: Vec<User>,
    scopes: Vec<Scope>,
    rules: Vec<(SeedClaimRule, String)>,
    /// What the portals begin with, by the portal's name.
    parts: Vec<(&'static str, Arc<dyn PreparedPart>)>,
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
        let rules = rules.collect();
        let mut parts = Vec::with_capacity(seed.parts.len());
        for (portal, part) in &seed.parts {
            parts.push((*portal, part.clone().prepare(sealer, random, now)?));
        }
        Ok(Self {
            clients,
            users,
            scopes: seed.scopes.iter().map(|scope| scope.0.clone()).collect(),
            rules,
            parts,
        })
    }

    /// Writes it into an empty realm.
    ///
    /// # Errors
    /// When the realm is not empty, or the seed contradicts itself.
    pub async fn load(&self, tx: &mut Tx, realm: RealmId, now: Timestamp) -> Result<(), LoadingError> {
        if store::users::any(tx, realm).await? || !store::clients::list(tx, realm).await?.is_empty() {
            return Err(SeedError::NotEmpty.into());
        }
        self.insert_clients(tx, realm, now).await?;
        self.insert_users(tx, realm, now).await?;
        self.insert_scopes(tx, realm).await?;
        for (rule, id) in &self.rules {
            let rule = rule.resolve(tx, realm, id.clone()).await?.map_err(SeedError::Rule)?;
            store::claim_rules::insert(tx, realm, &rule).await?;
        }
        self.load_parts(tx, realm, now).await
    }

    async fn insert_clients(&self, tx: &mut Tx, realm: RealmId, now: Timestamp) -> Result<(), LoadingError> {
        for client in &self.clients {
            if !store::clients::insert(tx, realm, client, now).await? {
                return Err(twice("client", &client.id.0));
            }
        }
        Ok(())
    }

    async fn insert_users(&self, tx: &mut Tx, realm: RealmId, now: Timestamp) -> Result<(), LoadingError> {
        for user in &self.users {
            if !store::users::insert(tx, realm, user, now).await? {
                let other = store::users::find_by_username(tx, realm, &user.username).await?;
                let other = other.filter(|other| other.username != user.username);
                return Err(match other {
                    Some(other) => SeedError::SameName(other.username, user.username.clone()).into(),
                    None => twice("user", &user.username),
                });
            }
        }
        Ok(())
    }

    async fn insert_scopes(&self, tx: &mut Tx, realm: RealmId) -> Result<(), LoadingError> {
        for scope in &self.scopes {
            if !store::scopes::insert(tx, realm, scope).await? {
                return Err(twice("scope", &scope.name));
            }
        }
        Ok(())
    }

    async fn load_parts(&self, tx: &mut Tx, realm: RealmId, now: Timestamp) -> Result<(), LoadingError> {
        let target = LoadTarget {
            realm,
            usernames: self.users.iter().map(|user| User::folded(&user.username)).collect(),
            now,
        };
        for (portal, part) in &self.parts {
            part.load_in(tx, &target).await.map_err(|error| match error {
                SeedPartError::Refused(reason) => SeedError::Portal { portal, reason }.into(),
                SeedPartError::Database(error) => LoadingError::Database(error),
            })?;
        }
        Ok(())
    }
}

fn twice(what: &'static str, name: &str) -> LoadingError {
    let name = name.to_owned();
    SeedError::Twice { what, name }.into()
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
