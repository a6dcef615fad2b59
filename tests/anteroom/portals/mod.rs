//! The emulated patient portals, from outside.

mod hostile_snapshots;
mod left_out;
pub mod mediquo;
pub mod mypatientportal;
mod vsee;
