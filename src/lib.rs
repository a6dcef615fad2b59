//! Anteroom.
pub mod keys;
pub mod passwords;
