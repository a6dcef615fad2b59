//! The emulated patient portals, from outside.

pub mod mediquo;
pub mod mypatientportal;
mod vsee;
