//! Anteroom from outside: everything here speaks HTTP with the real program, one file per topic.
//!
//! `tests/run` runs it all, on SQLite and on PostgreSQL. Plain `cargo test` runs it on SQLite and leaves out what
//! needs a browser where there is none.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

mod a_foreign_client;
mod account;
mod authorization_code;
mod authorization_flow;
mod authorization_request;
mod browser_flow;
mod client_authentication;
mod client_credentials;
mod code_sizes;
mod command_line;
mod connections;
mod consent;
mod control;
mod cors;
mod declared_tables;
mod discovery;
mod faults;
mod file_circles;
mod floor_plan;
mod hostile_input;
mod introspection;
mod journal;
mod jwks;
mod jwt_access_tokens;
mod logout;
mod multiplexed;
mod outbox;
mod personas;
mod pkce;
mod policy_portal;
mod portals;
mod races;
mod realms;
mod refresh_token;
mod remote;
mod resource_indicators;
mod restart;
mod revocation;
mod sign_in;
mod starting;
mod store;
mod support;
mod tls;
mod token_info;
mod token_lives;
mod userinfo;
mod webfinger;
