//! A realm as its row says it.

use jiff::Timestamp;

use super::{Policy, RealmId, RealmName};
use crate::clock::Clock;

/// One issuer's settings. What handlers receive is `app::Realm`, which stands on this.
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
    /// When a realm made for a while goes away, by the machine's clock.
    pub expires_at: Option<Timestamp>,
    /// What its chance is drawn from, where it can be repeated.
    pub chance_seed: Option<String>,
}

impl RealmSettings {
    /// Whether its time, if it was made for a while, is not over yet. `now` is the machine's.
    pub fn lives_at(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}
