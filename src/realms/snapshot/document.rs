//! The parts of a document.

use super::addresses::Addresses;
use crate::{
    clock::Clock,
    keys::sealing::Sealer,
    model::Policy,
    realms::origin::Origin,
    store::{database::Value as Stored, realms::Chance, tables::Table},
};

/// The version this server writes, and the only one it reads.
pub const VERSION: u64 = 2;

/// Rows of one table, as the database has them.
pub type TableRows = (&'static Table, Vec<Vec<Stored>>);

/// A realm outside the database. Encrypted values of rows are encrypted here, too.
pub struct Document {
    pub clock: Clock,
    pub policy: Policy,
    pub chance: Option<Chance>,
    pub root_secret: Vec<u8>,
    pub made_from: Option<Origin>,
    pub tables: Vec<TableRows>,
}

/// How the values of one realm on this machine become those of a document, and back.
pub struct Format<'a> {
    pub addresses: Addresses<'a>,
    pub sealer: &'a Sealer,
}
