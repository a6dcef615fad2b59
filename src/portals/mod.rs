//! The emulated resource servers behind the authorization server. Each folder could be deleted alone.

pub mod caller;
pub mod mediquo;
pub mod mypatientportal;
pub mod openapi;
pub mod portal_fault;
mod swagger_ui;
pub mod vsee;

use axum::Router;

use crate::{
    app::{App, agenda::Handler},
    store::tables::Table,
    web::{csrf::KnownHosts, endpoint::Endpoint},
};

/// The routes of all portals.
pub fn routes(app: &App, known_hosts: KnownHosts) -> Router<App> {
    mypatientportal::routes(app)
        .merge(mediquo::routes(app, known_hosts.clone()))
        .merge(vsee::routes(app, known_hosts))
}

/// What the portals add to the table of endpoints.
pub fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    [mypatientportal::ENDPOINTS, mediquo::ENDPOINTS, vsee::ENDPOINTS]
        .into_iter()
        .flatten()
}

/// Who does what the portals put on a realm's agenda.
pub fn handlers() -> impl Iterator<Item = &'static Handler> {
    [mypatientportal::HANDLERS].into_iter().flatten()
}

/// Statements that remove a batch each of what expired (see `store::purge`).
pub fn expired() -> impl Iterator<Item = &'static str> {
    [mediquo::EXPIRED, vsee::EXPIRED].into_iter().flatten().copied()
}

/// The tables of all portals, parents before children.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    [mypatientportal::TABLES, mediquo::TABLES, vsee::TABLES]
        .into_iter()
        .flatten()
}
