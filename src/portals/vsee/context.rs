//! Where and when a request is served.

use jiff::Timestamp;

use crate::{
    app::{App, Realm},
    store::Conn,
};

/// The realm in which something is done, and when.
#[derive(Clone)]
pub struct Context {
    pub app: App,
    pub realm: Realm,
    /// The one instant that all decisions of a request see.
    pub now: Timestamp,
}

impl Context {
    /// A connection to read with; to be dropped before a transaction begins.
    pub async fn read(&self) -> crate::store::Result<Conn> {
        self.app.database.read().await
    }
}
