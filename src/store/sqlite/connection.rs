//! One connection to an SQLite file: how it is opened, and how statements run on it.

use std::{collections::HashMap, path::Path, sync::Arc, thread, time::Duration};

use rusqlite::{
    OpenFlags, Result, Statement, ToSql,
    types::{ToSqlOutput, ValueRef},
};

use super::retry::is_locked;
use crate::store::{
    error::{Error, Result as StoreResult},
    row::{Cell, Row},
    value::Value,
};

/// How many prepared statements a connection keeps: more than there are.
const STATEMENTS: usize = 512;
/// Bytes to which the log is cut when it begins anew, should it have grown beyond.
const LONGEST_LOG: i64 = 16 * 1024 * 1024;
/// KiB of pages that a connection keeps. What a reader keeps is of no use to it after the next commit of the writer.
const WRITER_CACHE: i64 = 4096;
const READER_CACHE: i64 = 1024;
/// How long opening a file waits for other processes.
const OPENING: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(5);

/// A connection with its prepared statements.
pub struct Connection {
    raw: rusqlite::Connection,
    /// By where the statement's text stands in the program, which is quicker than comparing texts.
    known: HashMap<usize, Arc<Known>>,
}

/// Switches to the write-ahead log.
///
/// While another process does the same on a new file, SQLite answers "locked" at once, whatever its timeout is.
#[expect(
    clippy::disallowed_methods,
    reason = "opening a file waits on its thread anyway, and happens at the start"
)]
fn use_write_ahead_log(raw: &rusqlite::Connection) -> StoreResult<()> {
    let mut waited = Duration::ZERO;
    loop {
        match raw.query_row("pragma journal_mode = wal", [], |row| row.get::<_, String>(0)) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => return Err(Error::broken("the file cannot use write-ahead logging")),
            Err(error) if is_locked(&error) && waited < OPENING => {
                thread::sleep(PAUSE);
                waited += PAUSE;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// What is looked up once of a statement.
struct Known {
    sql: String,
    columns: Arc<[String]>,
}

impl Connection {
    /// A connection that writes; makes the file when it is not there.
    pub fn writer(path: &Path) -> StoreResult<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let raw = rusqlite::Connection::open_with_flags(path, flags)?;
        raw.busy_timeout(OPENING)?;
        use_write_ahead_log(&raw)?;
        raw.pragma_update(None, "synchronous", "normal")?;
        raw.pragma_update(None, "foreign_keys", true)?;
        raw.pragma_update(None, "wal_autocheckpoint", 0)?; // checkpoints have a thread of their own
        raw.pragma_update(None, "journal_size_limit", LONGEST_LOG)?;
        Self::set_up(raw, WRITER_CACHE)
    }

    /// A connection that only reads a file that is there.
    pub fn reader(path: &Path) -> StoreResult<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::set_up(rusqlite::Connection::open_with_flags(path, flags)?, READER_CACHE)
    }

    fn set_up(raw: rusqlite::Connection, cache: i64) -> StoreResult<Self> {
        raw.pragma_update(None, "cache_size", -cache)?; // negative: KiB
        raw.pragma_update(None, "temp_store", "memory")?;
        // Waiting is for the task, not for the thread: see `retry.rs`.
        raw.busy_timeout(Duration::ZERO)?;
        raw.set_prepared_statement_cache_capacity(STATEMENTS);
        let known = HashMap::new();
        Ok(Self { raw, known })
    }

    pub fn in_transaction(&self) -> bool {
        !self.raw.is_autocommit()
    }

    /// Runs a statement; how many rows it changed.
    pub fn execute(&mut self, sql: &'static str, values: &[Value]) -> Result<u64> {
        let known = self.known(sql)?;
        let changed = drain(&mut *self.raw.prepare_cached(&known.sql)?, values);
        changed.map(|()| self.raw.changes())
    }

    /// Runs a statement that answers with rows.
    pub fn fetch(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>> {
        let known = self.known(sql)?;
        rows(&mut *self.raw.prepare_cached(&known.sql)?, values, &known.columns)
    }

    pub fn execute_built(&mut self, sql: &str, values: &[Value]) -> Result<u64> {
        let changed = drain(&mut self.raw.prepare(&numbered(sql))?, values);
        changed.map(|()| self.raw.changes())
    }

    pub fn fetch_built(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        let mut statement = self.raw.prepare(&numbered(sql))?;
        let columns = columns(&statement);
        rows(&mut statement, values, &columns)
    }

    /// Runs several statements. A table whose key is its order is marked in the texts that both databases share.
    pub fn execute_script(&mut self, script: &str) -> Result<()> {
        self.raw
            .execute_batch(&script.replace("/* SQLite: without rowid */", "without rowid"))
    }

    fn known(&mut self, sql: &'static str) -> Result<Arc<Known>> {
        let address = sql.as_ptr().addr();
        if let Some(known) = self.known.get(&address)
            && known.sql.len() == sql.len()
        {
            return Ok(known.clone());
        }
        let sql = numbered(sql);
        let columns = columns(&*self.raw.prepare_cached(&sql)?);
        let known = Arc::new(Known { sql, columns });
        self.known.insert(address, known.clone());
        Ok(known)
    }
}

/// SQLite takes `$1` for a name and numbers names by their first appearance; `?1` is the first value wherever it
/// stands.
fn numbered(sql: &str) -> String {
    let mut quoted = false;
    let mut characters = sql.chars().peekable();
    let mut numbered = String::with_capacity(sql.len());
    while let Some(character) = characters.next() {
        quoted ^= character == '\'';
        let is_placeholder = character == '$' && !quoted && characters.peek().is_some_and(char::is_ascii_digit);
        numbered.push(if is_placeholder { '?' } else { character });
    }
    numbered
}

fn columns(statement: &Statement<'_>) -> Arc<[String]> {
    statement.column_names().into_iter().map(str::to_owned).collect()
}

fn bind(statement: &mut Statement<'_>, values: &[Value]) -> Result<()> {
    for (place, value) in (1..).zip(values) {
        statement.raw_bind_parameter::<usize, _>(place, value)?;
    }
    Ok(())
}

/// Runs to the end: what a write that is left half-way would do is not for us to find out.
fn drain(statement: &mut Statement<'_>, values: &[Value]) -> Result<()> {
    bind(statement, values)?;
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    Ok(())
}

fn rows(statement: &mut Statement<'_>, values: &[Value], columns: &Arc<[String]>) -> Result<Vec<Row>> {
    bind(statement, values)?;
    let mut found = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let cells = (0..columns.len()).map(|place| cell(row.get_ref(place)?, place));
        found.push(Row::of_sqlite(columns.clone(), cells.collect::<Result<_>>()?));
    }
    Ok(found)
}

fn cell(value: ValueRef<'_>, place: usize) -> Result<Cell> {
    match value {
        ValueRef::Null => Ok(Cell::Null),
        ValueRef::Integer(integer) => Ok(Cell::Integer(integer)),
        ValueRef::Text(_) => Ok(Cell::Text(value.as_str()?.to_owned())),
        ValueRef::Real(_) | ValueRef::Blob(_) => Err(rusqlite::Error::InvalidColumnType(
            place,
            String::new(),
            value.data_type(),
        )),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Integer(Some(integer)) => ValueRef::Integer(*integer),
            Self::Boolean(Some(boolean)) => ValueRef::Integer((*boolean).into()),
            Self::Text(None) | Self::Integer(None) | Self::Boolean(None) => ValueRef::Null,
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_numbers_and_texts_stay() {
        assert_eq!(
            numbered("select '$1', \"$\" from t where a = $12 and b = $1"),
            "select '$1', \"$\" from t where a = ?12 and b = ?1"
        );
    }

    #[test]
    fn values_are_bound_by_their_number_and_columns_read_by_their_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = Connection::writer(&folder.path().join("a.db")).unwrap();
        let values = [
            Value::Text(Some("one".to_owned())),
            Value::Integer(Some(2)),
            Value::Boolean(Some(true)),
        ];

        let rows = connection
            .fetch(
                "select $2 as two, $1 as one, $3 as three, $2 + 1 as more, null as empty",
                &values,
            )
            .unwrap();

        let row = &rows[0];
        assert_eq!(row.text("one").unwrap().as_deref(), Some("one"));
        assert_eq!(row.integer("two").unwrap(), Some(2));
        assert_eq!(row.boolean("three").unwrap(), Some(true));
        assert_eq!(row.integer("more").unwrap(), Some(3));
        assert_eq!(row.text("empty").unwrap(), None);
        assert!(row.text("two").is_err() && row.text("four").is_err());
    }
}
