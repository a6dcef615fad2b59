//! The control room's levers, from outside.
//!
//! | file | looks at |
//! | --- | --- |
//! | `agenda.rs` | what happens by itself when time passes |
//! | `api_docs.rs` | the OpenAPI document and the page that shows it |
//! | `bad_commands.rs` | what is refused, and that a refusal changed nothing |
//! | `door.rs` | foreign pages, foreign names, and the token |
//! | `left_out.rs` | a server without a control room |
//!
//! `house.rs` gives a server to walk through.

mod agenda;
mod api_docs;
mod bad_commands;
mod door;
mod house;
mod left_out;
