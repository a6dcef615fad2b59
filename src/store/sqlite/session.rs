//! A connection in use: outside a transaction, or in one that is rolled back when it is dropped.

use std::sync::Arc;

use super::{
    connection::Connection,
    connections::{Reader, Writer},
    file::File,
    retry::while_locked,
};
use crate::store::{
    error::{Error, Result},
    row::Row,
    value::Value,
};

/// A connection to a file, given back when dropped.
pub struct Session {
    held: Held,
    // Dropped last: a private file goes with its last user.
    file: Arc<File>,
}

enum Held {
    Writer(Writer),
    Reader(Reader),
}

impl Held {
    fn connection(&mut self) -> Result<&mut Connection> {
        match self {
            Self::Writer(writer) => writer
                .as_mut()
                .ok_or_else(|| Error::Unavailable("the database is closed".to_owned())),
            Self::Reader(reader) => reader.connection(),
        }
    }
}

impl Session {
    pub(super) fn writing(file: Arc<File>, writer: Writer) -> Self {
        let held = Held::Writer(writer);
        Self { held, file }
    }

    pub(super) fn reading(file: Arc<File>, reader: Reader) -> Self {
        let held = Held::Reader(reader);
        Self { held, file }
    }

    /// A transaction from here on.
    pub(super) async fn begin(mut self, begin: &'static str) -> Result<Self> {
        self.run(|connection| connection.execute(begin, &[])).await?;
        Ok(self)
    }

    pub async fn execute(&mut self, sql: &'static str, values: &[Value]) -> Result<u64> {
        self.run(|connection| connection.execute(sql, values)).await
    }

    pub async fn fetch(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>> {
        self.run(|connection| connection.fetch(sql, values)).await
    }

    pub async fn execute_built(&mut self, sql: &str, values: &[Value]) -> Result<u64> {
        self.run(|connection| connection.execute_built(sql, values)).await
    }

    pub async fn fetch_built(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        self.run(|connection| connection.fetch_built(sql, values)).await
    }

    /// For a transaction, which has the lock it needs.
    pub fn execute_script(&mut self, script: &str) -> Result<()> {
        self.file.count();
        Ok(self.held.connection()?.execute_script(script)?)
    }

    /// Waits for other processes where that can help: not in the middle of a write transaction, whose lock is held, so
    /// that it would wait for itself.
    async fn run<T>(&mut self, attempt: impl FnMut(&mut Connection) -> rusqlite::Result<T>) -> Result<T> {
        self.file.count();
        let writes = matches!(self.held, Held::Writer(_));
        let outcome = while_locked(self.held.connection()?, attempt, |connection| {
            !(writes && connection.in_transaction())
        });
        let outcome = outcome.await?;
        if writes && !self.held.connection()?.in_transaction() {
            self.file.written();
        }
        Ok(outcome)
    }

    pub fn commit(mut self) -> Result<()> {
        let connection = self.held.connection()?;
        if connection.in_transaction() {
            connection.execute("commit", &[])?;
            self.file.count();
            self.file.written();
        }
        Ok(())
    }

    pub fn rollback(mut self) -> Result<()> {
        roll_back(&mut self.held, &self.file)
    }
}

fn roll_back(held: &mut Held, file: &File) -> Result<()> {
    let connection = held.connection()?;
    if connection.in_transaction() {
        file.count();
        connection.execute("rollback", &[])?;
    }
    Ok(())
}

/// Whoever is next finds no transaction, however this one was left: by a refusal, a task that was aborted, or a panic.
impl Drop for Session {
    fn drop(&mut self) {
        if let Err(error) = roll_back(&mut self.held, &self.file) {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }
}
