//! The emulated resource servers behind the authorization server. Each folder could be deleted alone.

pub mod caller;
pub mod mypatientportal;
