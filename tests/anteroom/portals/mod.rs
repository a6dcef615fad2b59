//! The emulated patient portals, from outside.

pub mod mypatientportal;
mod vsee;
