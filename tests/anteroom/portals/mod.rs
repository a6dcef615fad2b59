//! The emulated patient portals, from outside.

mod mediquo;
pub mod mypatientportal;
mod vsee;
