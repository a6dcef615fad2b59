//! This portal's SQL. It finds and writes; it does not decide.
//!
//! | file | tables |
//! | --- | --- |
//! | `accounts.rs` | accounts, and the numbers that are given |
//! | `users.rs` | users and their tokens |
//! | `rooms.rs` | rooms, and who works there |
//! | `intakes.rs` | intakes and attachments |
//! | `visits.rs` | visits |
//! | `sessions.rs` | browsers that came in |
//! | `webhook_endpoints.rs` | where a clinic wants to be told |
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

pub use seeding::insert_seed;
pub use tables::{EXPIRED, TABLES};

use crate::store::{Error, Result, Row};

/// A column that holds one of a few words, read back by `of`.
fn word<T>(row: &Row, column: &str, of: impl Fn(&str) -> Option<T>) -> Result<T> {
    let text: String = row.get(column)?;
    of(&text).ok_or_else(|| Error::column(column, &text))
}
