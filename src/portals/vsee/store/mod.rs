//! This portal's SQL. It finds and writes; it does not decide.
//!
//! | file | tables |
//! | --- | --- |
//! | `accounts.rs` | accounts, and the next numbers |
//! | `users.rs` | users and their tokens |
//! | `rooms.rs` | rooms and their providers |
//! | `intakes.rs` | intakes and attachments |
//! | `visits.rs` | visits |
//! | `sessions.rs` | browser sessions |
//! | `webhook_endpoints.rs` | webhook endpoints |
//! | `seeding.rs` | all of them, written from a seed |
//! | `tables.rs` | all of them, declared |

pub mod accounts;
pub mod intakes;
pub mod rooms;
mod seeding;
pub mod sessions;
mod tables;
pub mod users;
pub mod visits;
pub mod webhook_endpoints;
mod words;

pub use seeding::insert_seed;
pub use tables::TABLES;
