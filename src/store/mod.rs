//! SQL, one file per table. It finds and writes; it does not decide.
//!
//! Functions that read take `&mut Conn`, functions that write `&mut Tx`, and all take the realm. The
//! current time is always a parameter.
//!
//! Transactions lock rows in one order, so that none waits for another in a circle: realm, agenda, consent, request,
//! grant, tokens; calendar, appointment. Who plans an event does so before anything its handler locks, as an event that
//! happens first takes its row off the agenda.

pub mod access_tokens;
pub mod agenda;
pub mod authorization_codes;
pub mod authorization_requests;
mod changes;
pub mod claim_rules;
pub mod clients;
pub mod code_flow;
pub mod columns;
pub mod consents;
pub mod core_tables;
pub mod database;
pub mod deliveries;
mod differences;
mod error;
pub mod grants;
pub mod messages;
mod migrations;
mod open;
mod postgres;
pub mod purge;
pub mod realms;
pub mod refresh_tokens;
mod row;
pub mod scopes;
pub mod sessions;
mod settle;
pub mod setup;
pub mod signing_keys;
mod sqlite;
pub(crate) mod statement;
pub mod tables;
pub mod users;
mod value;
pub mod webhooks;

pub use self::{
    changes::Changes,
    database::{Conn, Database, Tx},
    error::{Error, Result, is_temporary},
    row::Row,
    settle::{Keeps, settle},
};
