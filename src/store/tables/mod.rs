//! Tables that belong to realms, each declared once, beside its store file.
//!
//! Purging, snapshots, restoring and forking are derived from the declarations, so a table that is not declared would
//! silently be left out of them: a test compares the declarations with the database's own catalogue. The column `realm`
//! stands first in every primary key and is not listed. [`super::core_tables`] lists those of the core; a portal
//! declares its tables in its own folder, in the same words.

mod copy;
mod declaration;
mod expiry;
mod removal;
mod rows;

pub use copy::{Moving, copy};
pub use declaration::{Check, Column, Kind, Table, boolean, instant, integer, json, known, place, text};
pub use expiry::{Step, Walk};
pub use removal::{hold_marked, remove_marked, remove_of, remove_some};
pub use rows::{insert, rows};
