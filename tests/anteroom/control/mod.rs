//! The control API's levers, from outside.
//!
//! | file | looks at |
//! | --- | --- |
//! | `agenda.rs` | what happens by itself when time passes |
//! | `api_docs.rs` | the OpenAPI document and the page that shows it |
//! | `bad_commands.rs` | what is refused, and that a refusal changed nothing |
//! | `claims.rs`, `clients.rs`, `keys.rs`, `policy.rs`, `scopes.rs`, `tokens.rs`, `users.rs` | what is set up while the realm runs |
//! | `chance.rs` | chance that repeats |
//! | `door.rs` | foreign pages, foreign names, and the token |
//! | `failing_events.rs` | events whose handlers fail or never end |
//! | `forks.rs`, `resets.rs`, `snapshots.rs` | realms copied, put back, written down and restored |
//! | `isolation.rs` | two hundred realms at once |
//! | `left_out.rs` | a server without a control API |
//! | `time_travel.rs` | what depends on time, and the speed of clocks |
//!
//! `test_server.rs` gives a server to walk through, `realm_operations.rs` what turns realms.

mod agenda;
mod api_docs;
mod bad_commands;
mod chance;
mod claims;
mod clients;
mod failing_events;
mod forks;
mod guard;
pub mod hostile_snapshots;
mod isolation;
mod keys;
mod left_out;
mod policy;
pub mod realm_operations;
mod resets;
mod scopes;
mod snapshots;
mod test_server;
mod time_travel;
mod tokens;
mod users;
