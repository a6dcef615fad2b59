//! The emulated resource servers behind the authorization server. Each folder makes a [`Portal`]; [`ALL`] lists them,
//! and nothing else in the server names one.

pub mod caller;
mod cross_origin;
pub mod mediquo;
pub mod mypatientportal;
pub mod portal;
mod swagger_ui;
pub mod vsee;

use axum::{
    Json, Router,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    app::{App, Realm},
    web::{csrf::KnownHosts, endpoint::EndpointTable},
};
use portal::{Portal, PortalFault};

/// Every portal this server can emulate.
pub static ALL: &[&Portal] = &[&mypatientportal::PORTAL, &mediquo::PORTAL, &vsee::PORTAL];

/// The portals an app emulates: those whose endpoints are in its table.
pub fn of(app: &App) -> Vec<&'static Portal> {
    let present = |portal: &&&Portal| app.endpoints.has_portal(portal.name);
    ALL.iter().filter(present).copied().collect()
}

/// The table of endpoints of a server that emulates `portals`.
pub fn endpoint_table(portals: &[&'static Portal]) -> EndpointTable {
    EndpointTable::new(portals.iter().flat_map(|portal| portal.endpoints.iter()))
}

/// The routes of the app's portals.
pub fn routes(app: &App, known_hosts: &KnownHosts) -> Router<App> {
    let routes = of(app)
        .into_iter()
        .map(|portal| (portal.routes)(app, known_hosts.clone()));
    routes.fold(Router::new(), Router::merge)
}

/// The answer to a request at a path within the realm for which a portal's fault was armed.
pub fn fault_response(realm: &Realm, path: &str, fault: &PortalFault) -> Response {
    match ALL.iter().find(|portal| path.starts_with(portal.mount)) {
        Some(portal) => (portal.fault_response)(realm, path, fault),
        None => (fault.status, Json(json!({"error": fault.sentence}))).into_response(),
    }
}
