//! The emulated resource servers behind the authorization server. Each folder could be deleted alone.

pub mod caller;
pub mod mypatientportal;
mod openapi;
mod swagger_ui;

use axum::Router;

use crate::app::App;

/// The routes of all portals.
pub fn routes(app: &App) -> Router<App> {
    mypatientportal::routes(app)
}

/// The statements that remove what a deleted realm had in the portals, in an order the foreign keys allow;
/// as `store::purge` runs them.
pub fn purge() -> Vec<&'static str> {
    mypatientportal::PURGE.to_vec()
}
