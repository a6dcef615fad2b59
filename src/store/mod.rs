//! SQL, one file per table. It finds and writes; it does not decide.
//!
//! Functions that read take `&mut Conn`, functions that write `&mut Tx`, and all take the realm. The
//! current time is always a parameter.
//!
//! Transactions lock rows in one order, so that none waits for another in a circle: realm, agenda, consent, request, grant,
//! tokens; calendar, appointment. Who plans an event does so before anything its handler locks, as an event that happens
//! first takes its row off the agenda.

pub mod access_tokens;
pub mod agenda;
pub mod authorization_codes;
pub mod authorization_requests;
pub mod claim_rules;
pub mod clients;
pub mod columns;
pub mod consents;
pub mod database;
pub mod deliveries;
pub mod grants;
pub mod messages;
mod migrations;
pub mod purge;
pub mod realms;
pub mod refresh_tokens;
pub mod scopes;
pub mod sessions;
pub mod setup;
pub mod signing_keys;
pub mod tables;
pub mod users;
pub mod webhooks;

pub use database::{Conn, Database, Keeps, Row, Tx, settle};
pub use sqlx::{Error, Result};
