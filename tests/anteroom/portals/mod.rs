//! The emulated patient portals, from outside.

mod left_out;
pub mod mediquo;
pub mod mypatientportal;
mod vsee;
