//! A realm as handlers see it: its settings, clock, random values and mint, ready to use.

use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use url::Url;

use super::directory_error::DirectoryError;
use crate::{
    clock::Clock,
    keys::{
        KeyRing,
        sealing::{Sealer, SealingError},
    },
    model::{Client, ClientId, Policy, RealmId, RealmName, RealmSettings, Scope, Setup},
    random::Random,
    store::{self, Database},
    tokens::{ClaimRules, Mint, derive_key},
    web::{paths, received::Place},
};

/// The number of clients in a realm's cache, which is then emptied.
const MOST_CLIENTS: usize = 10_000;
/// The associated data of the sealed root secret.
const ROOT_SECRET: &[u8] = b"realm root secret";

/// A snapshot of one realm, replaced as a whole when anything in it changes. Cheap to clone.
#[derive(Clone)]
pub struct Realm(Arc<Snapshot>);

pub struct Snapshot {
    pub id: RealmId,
    pub name: RealmName,
    /// `http://localhost:8080` or `http://localhost:8080/realms/x`.
    pub issuer: String,
    /// The prefix of the realm's paths: empty, or `/realms/x`.
    pub base: String,
    /// The realm as its pages show it.
    pub place: Arc<Place>,
    /// The policy, with the realm's own scopes in addition to those it names.
    pub policy: Policy,
    /// The realm's own scopes.
    pub scopes: Vec<Scope>,
    pub claim_rules: Arc<ClaimRules>,
    pub clock: Clock,
    pub random: Random,
    pub keys: KeyRing,
    pub mint: Mint,
    pub settings: RealmSettings,
    /// Documents that do not change during the life of this snapshot.
    pub rendered: Rendered,
    root_secret: Vec<u8>,
    clients: Mutex<HashMap<ClientId, Arc<Client>>>,
}

/// Documents that are rendered once and served as bytes.
#[derive(Default)]
pub struct Rendered {
    pub discovery: OnceLock<Bytes>,
    pub jwks: OnceLock<Bytes>,
    pub openapi: OnceLock<Bytes>,
}

impl Realm {
    /// `before` is the key ring of the snapshot that this one replaces: keys it has parsed are not parsed again.
    ///
    /// # Errors
    /// The root secret or a key was sealed with a missing key.
    pub fn new(
        base_issuer: &str,
        settings: RealmSettings,
        setup: Setup,
        random: Random,
        sealer: &Sealer,
        before: Option<&KeyRing>,
    ) -> Result<Self, DirectoryError> {
        let base = paths::realm_base(&settings.name);
        let issuer = format!("{base_issuer}{base}");
        let root_secret = sealer.open(&settings.root_secret, ROOT_SECRET)?;
        let keys = KeyRing::of_realm(&setup.keys, sealer, before)?;
        let policy = settings.policy.with_scopes(&setup.scopes);
        let claim_rules = Arc::new(ClaimRules::new(
            issuer.clone(),
            settings.name.clone(),
            setup.claim_rules,
        ));
        let mint = Mint::new(
            settings.id,
            issuer.clone(),
            policy.clone(),
            keys.clone(),
            claim_rules.clone(),
            random.clone(),
            &root_secret,
        );
        Ok(Self(Arc::new(Snapshot {
            id: settings.id,
            name: settings.name.clone(),
            place: Arc::new(place(&settings.name, &issuer, &base)),
            issuer,
            base,
            policy,
            scopes: setup.scopes,
            claim_rules,
            clock: settings.clock,
            random,
            keys,
            mint,
            settings,
            rendered: Rendered::default(),
            root_secret,
            clients: Mutex::default(),
        })))
    }

    /// A new root secret, sealed. It is a key, so it always comes from the system's randomness.
    pub fn new_root_secret(sealer: &Sealer) -> Result<String, SealingError> {
        Self::seal_root_secret(&Random::system().bytes::<32>(), sealer)
    }

    /// Seals the root secret of a fork or a restored snapshot.
    pub fn seal_root_secret(secret: &[u8], sealer: &Sealer) -> Result<String, SealingError> {
        sealer.seal(secret, ROOT_SECRET)
    }

    pub fn open_root_secret(sealed: &str, sealer: &Sealer) -> Result<Vec<u8>, SealingError> {
        sealer.open(sealed, ROOT_SECRET)
    }

    /// A path of this realm as a browser asks for it: `/login` → `/realms/x/login`.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// An address of this realm: `/oauth/token` → `http://localhost:8080/realms/x/oauth/token`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// A key of 256 bits for one purpose. It depends on the realm's root secret and its issuer.
    ///
    /// Forks and snapshots copy the root secret. The issuer, which no two realms share, keeps what one of them has
    /// signed from being good in the other; and what was signed before a snapshot is good once it is restored in place.
    pub fn derive_key(&self, purpose: &str) -> [u8; 32] {
        derive_key(&self.root_secret, &format!("{purpose} of {}", self.issuer))
    }

    /// The client with that id: from the cache, which is empty after each change of the realm, else from the database.
    pub async fn client(&self, database: &Database, id: &ClientId) -> store::Result<Option<Arc<Client>>> {
        if let Some(client) = self.clients().get(id) {
            return Ok(Some(client.clone()));
        }
        let found = store::clients::find(&mut database.read().await?, self.id, id).await?;
        Ok(found.map(|client| {
            let client = Arc::new(client);
            let mut clients = self.clients();
            if clients.len() >= MOST_CLIENTS {
                clients.clear();
            }
            clients.insert(id.clone(), client.clone());
            client
        }))
    }

    fn clients(&self) -> MutexGuard<'_, HashMap<ClientId, Arc<Client>>> {
        self.clients.lock()
    }
}

impl Deref for Realm {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.0
    }
}

fn place(name: &RealmName, issuer: &str, base: &str) -> Place {
    let issuer = Url::parse(issuer).ok();
    let host = issuer.as_ref().and_then(Url::host_str).unwrap_or_default();
    let port = issuer.as_ref().and_then(Url::port);
    Place {
        base: base.to_owned(),
        host: port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
        realm: (!name.is_default()).then(|| name.to_string()),
    }
}
