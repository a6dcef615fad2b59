//! Telling those who watch the clocks that there is something new to wait for.

use std::collections::HashSet;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::model::RealmId;

/// Tells whoever watches the clocks which realms have something new to wait for.
#[derive(Debug, Default)]
pub struct Agenda {
    notified: Mutex<HashSet<RealmId>>,
    wake: Notify,
}

impl Agenda {
    /// A realm's agenda or clock has changed: after the commit.
    pub fn notify(&self, realm: RealmId) {
        self.notified.lock().insert(realm);
        self.wake.notify_one();
    }

    /// The realms of which was told since the last call.
    pub fn take_notified(&self) -> HashSet<RealmId> {
        std::mem::take(&mut *self.notified.lock())
    }

    /// Ends when there is such a realm, also one before this call that nobody has waited for.
    pub async fn listen(&self) {
        self.wake.notified().await;
    }
}
