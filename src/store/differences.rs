//! What one database does in another way than the other: one method each, so that no caller asks which it is.

use super::{
    database::{Conn, Tx, execute, fetch_optional},
    error::Result,
};

impl Conn {
    /// Whether there is a table of that name.
    pub(super) async fn has_table(&mut self, name: &str) -> Result<bool> {
        let found = match self {
            Self::Sqlite(_) => fetch_optional!(
                self,
                "select 1 as found from sqlite_master where type = 'table' and name = $1",
                *name
            ),
            Self::Postgres(_) => fetch_optional!(
                self,
                "select 1 as found from information_schema.tables where table_schema = current_schema() and table_name = $1",
                *name
            ),
        };
        Ok(found?.is_some())
    }
}

impl Tx {
    /// Waits until no other transaction holds the name, and holds it until the transaction ends. SQLite has one writer,
    /// which is lock enough.
    pub(super) async fn lock_name(&mut self, name: &str) -> Result<()> {
        if matches!(**self, Conn::Postgres(_)) {
            execute!(self, "select pg_advisory_xact_lock(hashtextextended($1, 0))", *name)?;
        }
        Ok(())
    }
}
