//! What an operation of the control API is. Portals have some of their own, so it is known below the control API.

use std::sync::Arc;

use axum::routing::MethodRouter;

use super::App;
use crate::api::operation::Operation;

/// One operation of the control API, at a path within a realm.
pub type ControlOperation = Operation<fn() -> MethodRouter<App>, Reach>;

/// Where an operation exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// In every realm, for that realm.
    Realm,
    /// In the default realm only, for the whole server.
    Server,
}

/// The table of all operations, as the handlers that describe it receive it.
#[derive(Clone, Debug)]
pub struct ControlOperations(pub Arc<[&'static ControlOperation]>);

impl ControlOperations {
    /// Those that exist in a realm.
    pub fn in_realm(&self, is_default: bool) -> impl Iterator<Item = &'static ControlOperation> {
        let all = self.0.iter().copied();
        all.filter(move |operation| is_default || operation.access == Reach::Realm)
    }
}
