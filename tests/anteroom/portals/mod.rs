//! The emulated patient portals, from outside.

mod mypatientportal;
