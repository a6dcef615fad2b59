//! [`App`] and [`Realm`]: the values every handler receives.

pub mod agenda;
pub mod behaviour_effects;
pub mod control_operation;
mod directory;
mod directory_error;
mod page_failures;
mod problems;
mod realm;
pub mod request_in_flight;
pub mod retries;
mod run_to_completion;

use std::{convert::Infallible, ops::Deref, sync::Arc};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use agenda::notifier::Agenda;
pub use directory::Directory;
pub use directory_error::DirectoryError;
pub use realm::{Realm, Rendered};
pub use run_to_completion::run_to_completion;

use crate::{
    fair_permits::FairPermits, faults::Faults, journal::Journal, keys::sealing::Sealer, outbox::Outbox,
    passwords::Passwords, store::Database, web::endpoint::EndpointTable,
};

/// What the whole process shares. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// How many snapshots are in memory at once: each may have as many bytes as `limits.max_snapshot_bytes`.
const SNAPSHOTS: usize = 2;
/// How many requests wait for one of them to be gone.
const WAITING_SNAPSHOTS: usize = 64;

pub struct Shared {
    /// `http://localhost:8080`: the issuer of the realm at the root, and what all others begin with.
    pub issuer: String,
    pub database: Database,
    pub passwords: Passwords,
    pub outbox: Outbox,
    pub journal: Journal,
    pub realms: Directory,
    /// Notified when a realm's agenda or clock has changed.
    pub agenda: Agenda,
    /// The armed faults.
    pub faults: Arc<Faults>,
    /// What the paths of a realm belong to.
    pub endpoints: EndpointTable,
    /// The snapshots that are in memory, to be sent or restored.
    pub snapshots: FairPermits<()>,
    /// Requests that must be completed even when the client closes the connection.
    pub tasks: TaskTracker,
    /// Cancelled when the process is asked to stop, which ends long waits.
    pub shutdown: CancellationToken,
}

impl App {
    /// The shared state on an open database. `issuer` has no trailing slash; `endpoints` includes those of the portals.
    pub fn new(
        issuer: String,
        database: Database,
        sealer: Sealer,
        passwords: Passwords,
        endpoints: EndpointTable,
    ) -> Self {
        let sealer = Arc::new(sealer);
        let (journal, faults) = (Journal::default(), Arc::<Faults>::default());
        Self(Arc::new(Shared {
            realms: Directory::new(issuer.clone(), sealer.clone(), journal.clone(), faults.clone()),
            journal,
            faults,
            endpoints,
            issuer,
            database,
            passwords,
            outbox: Outbox::new(sealer),
            agenda: Agenda::default(),
            snapshots: FairPermits::new(SNAPSHOTS, WAITING_SNAPSHOTS),
            tasks: TaskTracker::new(),
            shutdown: CancellationToken::new(),
        }))
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// The realm of a request: put there by the service that reads it from the path, before routing.
impl<S: Sync> FromRequestParts<S> for Realm {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let realm = parts.extensions.get::<Self>().cloned();
        Ok(realm.expect("every route lies behind the service that finds the realm"))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Realm {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}
