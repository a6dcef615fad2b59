//! A realm as stored.

use jiff::Timestamp;

use super::{Policy, RealmId, RealmName};
use crate::clock::Clock;

/// One issuer's settings. Handlers receive `app::Realm`, which is built from this.
#[derive(Clone, Debug)]
pub struct RealmSettings {
    pub id: RealmId,
    pub name: RealmName,
    pub policy: Policy,
    pub clock: Clock,
    /// Sealed: what the realm's own keys are derived from.
    pub root_secret: String,
    /// Raised with every change of settings, policy, clock or clients.
    pub revision: i64,
    pub created_at: Timestamp,
    /// When a temporary realm is deleted, by the machine's clock.
    pub expires_at: Option<Timestamp>,
    /// The seed of its random values, where they can be repeated.
    pub chance_seed: Option<String>,
}

impl RealmSettings {
    /// Whether it has not expired yet. `now` is the machine's clock.
    pub fn lives_at(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}
