//! SQLite or PostgreSQL behind one door. The only file that knows there are two.
//!
//! One SQL text per statement serves both, so statements keep to their common ground: `text`,
//! `bigint`, `boolean`, `$1` placeholders, `returning`, `on conflict`. Values go in as [`Value`]s and
//! come out of a [`Row`] by column name, which keeps the driver's generics inside this file.
//!
//! SQLite has one writer connection, so every write transaction begins with `begin immediate` and
//! waits its turn in the pool instead of failing half-way; PostgreSQL runs READ COMMITTED and relies
//! on the rows that statements lock.

use std::{
    ops::{Deref, DerefMut},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use super::Result;
use sqlx::{
    Arguments, AssertSqlSafe, Connection, Executor, PgPool, Postgres, Row as _, Sqlite, SqlitePool, Transaction,
    pool::PoolConnection,
    postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgRow},
    sqlite::{
        SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
    },
};
use tempfile::TempDir;

/// How many connections read at the same time.
const READERS: u32 = 4;
/// How many connections a PostgreSQL pool opens at the most.
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long a request waits for a connection before it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// The pools of one database.
#[derive(Clone)]
pub enum Database {
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
        /// Keeps the folder of a private database, its log included, until the last handle is gone.
        _folder: Option<Arc<TempDir>>,
    },
    Postgres(PgPool),
}

impl Database {
    /// Opens `sqlite:PATH`, `sqlite::memory:` (a private temporary file) or `postgres://…` and brings
    /// its tables up to date.
    ///
    /// # Errors
    /// When the address cannot be read, the database not reached, or a migration not applied.
    pub async fn open(url: &str) -> Result<Self> {
        let database = if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::open_postgres(url).await?
        } else if url == "sqlite::memory:" {
            let folder = tempfile::Builder::new().prefix("anteroom-").tempdir()?;
            let options = SqliteConnectOptions::new().filename(folder.path().join("anteroom.db"));
            Self::open_sqlite(options, Some(Arc::new(folder))).await?
        } else {
            Self::open_sqlite(SqliteConnectOptions::from_str(url)?, None).await?
        };
        Ok(database)
    }

    async fn open_sqlite(options: SqliteConnectOptions, folder: Option<Arc<TempDir>>) -> Result<Self> {
        let options = options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .pragma("cache_size", "-1024")
            .pragma("temp_store", "memory")
            .optimize_on_close(true, None);
        // The writer comes first: it makes the file and its tables, without which a read-only
        // connection could not open.
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options.clone().create_if_missing(true))
            .await?;
        super::migrations::migrate(&mut *write.acquire().await?).await?;
        let read = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_lazy_with(options.read_only(true).create_if_missing(false));
        Ok(Self::Sqlite {
            read,
            write,
            _folder: folder,
        })
    }

    async fn open_postgres(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)?.options([
            ("statement_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "10s"),
            ("lock_timeout", "10s"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options)
            .await?;
        super::migrations::migrate(&mut *pool.acquire().await?).await?;
        Ok(Self::Postgres(pool))
    }

    /// A connection to read with. It is given back when dropped: before waiting for anything else.
    pub async fn read(&self) -> Result<Conn> {
        Ok(match self {
            Self::Sqlite { read, .. } => Conn::Sqlite(read.acquire().await?),
            Self::Postgres(pool) => Conn::Postgres(pool.acquire().await?),
        })
    }

    /// A write transaction. Only database calls may stand between this and [`settle`].
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx(match self {
            Self::Sqlite { write, .. } => Conn::SqliteTransaction(write.begin_with("begin immediate").await?),
            Self::Postgres(pool) => Conn::PostgresTransaction(pool.begin().await?),
        }))
    }

    /// A write transaction that sees one state of the database from its first statement to its last. A row that others have
    /// changed meanwhile cannot be changed in it.
    pub async fn begin_consistent(&self) -> Result<Tx> {
        Ok(Tx(match self {
            Self::Sqlite { write, .. } => Conn::SqliteTransaction(write.begin_with("begin immediate").await?),
            Self::Postgres(pool) => {
                Conn::PostgresTransaction(pool.begin_with("begin isolation level repeatable read").await?)
            }
        }))
    }

    /// A reading transaction that sees one state of the database. As with writing ones, only database calls while it is open,
    /// and only in a task that nobody aborts.
    pub async fn begin_reading(&self) -> Result<Conn> {
        Ok(match self {
            Self::Sqlite { read, .. } => Conn::SqliteTransaction(read.begin_with("begin").await?),
            Self::Postgres(pool) => Conn::PostgresTransaction(
                pool.begin_with("begin isolation level repeatable read, read only")
                    .await?,
            ),
        })
    }

    /// A writing connection outside a transaction, for exactly one statement.
    pub async fn write_once(&self) -> Result<Tx> {
        Ok(Tx(match self {
            Self::Sqlite { write, .. } => Conn::Sqlite(write.acquire().await?),
            Self::Postgres(pool) => Conn::Postgres(pool.acquire().await?),
        }))
    }

    /// Whether a statement is answered: what readiness means.
    pub async fn ping(&self) -> Result<()> {
        match self.read().await? {
            Conn::Sqlite(mut connection) => connection.ping().await,
            Conn::Postgres(mut connection) => connection.ping().await,
            Conn::SqliteTransaction(_) | Conn::PostgresTransaction(_) => Ok(()),
        }
    }

    /// Closes all connections, which lets SQLite fold its log into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write, .. } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// A connection, or a transaction on one.
pub enum Conn {
    Sqlite(PoolConnection<Sqlite>),
    SqliteTransaction(Transaction<'static, Sqlite>),
    Postgres(PoolConnection<Postgres>),
    PostgresTransaction(Transaction<'static, Postgres>),
}

/// A connection that may write. Made only by [`Database::begin`] and [`Database::write_once`], so that
/// a write handed to a reader does not compile.
pub struct Tx(Conn);

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

impl Tx {
    /// Makes everything written so far last.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            Conn::SqliteTransaction(transaction) => transaction.commit().await,
            Conn::PostgresTransaction(transaction) => transaction.commit().await,
            Conn::Sqlite(_) | Conn::Postgres(_) => Ok(()),
        }
    }

    /// Forgets everything written so far, and waits until that is done.
    pub async fn rollback(self) -> Result<()> {
        match self.0 {
            Conn::SqliteTransaction(transaction) => transaction.rollback().await,
            Conn::PostgresTransaction(transaction) => transaction.rollback().await,
            Conn::Sqlite(_) | Conn::Postgres(_) => Ok(()),
        }
    }
}

/// An error that knows whether what was written before it must stay.
pub trait Keeps: From<sqlx::Error> {
    /// True for a refusal whose traces must last: a replayed code leaves its grant revoked.
    fn keeps(&self) -> bool;
}

impl Keeps for sqlx::Error {
    fn keeps(&self) -> bool {
        false
    }
}

/// Ends a transaction as its outcome asks: a success is committed, a refusal that
/// [`keeps`](Keeps::keeps) too, everything else is rolled back.
pub async fn settle<T, E: Keeps>(tx: Tx, outcome: Result<T, E>) -> Result<T, E> {
    match &outcome {
        Err(error) if !error.keeps() => tx.rollback().await?,
        Ok(_) | Err(_) => tx.commit().await?,
    }
    outcome
}

/// A value on its way into a statement.
#[derive(Clone, Debug)]
pub enum Value {
    Text(Option<String>),
    Integer(Option<i64>),
    Boolean(Option<bool>),
}

fn arguments<'q, A>(values: Vec<Value>) -> Result<A>
where
    A: Arguments,
    Option<String>: sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database> + 'q,
    Option<i64>: sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database> + 'q,
    Option<bool>: sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database> + 'q,
{
    let mut arguments = A::default();
    for value in values {
        match value {
            Value::Text(text) => arguments.add(text),
            Value::Integer(integer) => arguments.add(integer),
            Value::Boolean(boolean) => arguments.add(boolean),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

macro_rules! on_either {
    ($conn:expr, $values:expr, |$executor:ident, $arguments:ident| $body:expr) => {
        match $conn {
            Conn::Sqlite(connection) => {
                let ($executor, $arguments) = (&mut **connection, arguments::<SqliteArguments>($values)?);
                $body
            }
            Conn::SqliteTransaction(transaction) => {
                let ($executor, $arguments) = (&mut **transaction, arguments::<SqliteArguments>($values)?);
                $body
            }
            Conn::Postgres(connection) => {
                let ($executor, $arguments) = (&mut **connection, arguments::<PgArguments>($values)?);
                $body
            }
            Conn::PostgresTransaction(transaction) => {
                let ($executor, $arguments) = (&mut **transaction, arguments::<PgArguments>($values)?);
                $body
            }
        }
    };
}

impl Conn {
    /// Ends what [`Database::begin_reading`] began, and waits until that is done.
    pub async fn end(self) -> Result<()> {
        match self {
            Self::SqliteTransaction(transaction) => transaction.rollback().await,
            Self::PostgresTransaction(transaction) => transaction.rollback().await,
            Self::Sqlite(_) | Self::Postgres(_) => Ok(()),
        }
    }

    /// Runs a statement; how many rows it touched.
    pub async fn execute(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64> {
        on_either!(self, values, |executor, arguments| {
            executor
                .execute(sqlx::query_with(sql, arguments))
                .await
                .map(|done| done.rows_affected())
        })
    }

    /// Runs a statement that answers with one row at the most.
    pub async fn fetch_optional(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>> {
        on_either!(self, values, |executor, arguments| {
            executor
                .fetch_optional(sqlx::query_with(sql, arguments))
                .await
                .map(|row| row.map(Row::from))
        })
    }

    /// Runs a statement that answers with a list.
    pub async fn fetch_all(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        on_either!(self, values, |executor, arguments| {
            let rows = executor.fetch_all(sqlx::query_with(sql, arguments)).await?;
            Ok(rows.into_iter().map(Row::from).collect())
        })
    }

    /// [`execute`](Self::execute) with a statement put together from declared names.
    pub(super) async fn execute_built(&mut self, sql: String, values: Vec<Value>) -> Result<u64> {
        on_either!(self, values, |executor, arguments| {
            let query = sqlx::query_with(AssertSqlSafe(sql), arguments).persistent(false);
            executor.execute(query).await.map(|done| done.rows_affected())
        })
    }

    /// [`fetch_all`](Self::fetch_all) with a statement put together from declared names.
    pub(super) async fn fetch_all_built(&mut self, sql: String, values: Vec<Value>) -> Result<Vec<Row>> {
        on_either!(self, values, |executor, arguments| {
            let query = sqlx::query_with(AssertSqlSafe(sql), arguments).persistent(false);
            let rows = executor.fetch_all(query).await?;
            Ok(rows.into_iter().map(Row::from).collect())
        })
    }
}

/// A row of either database.
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl From<SqliteRow> for Row {
    fn from(row: SqliteRow) -> Self {
        Self::Sqlite(row)
    }
}

impl From<PgRow> for Row {
    fn from(row: PgRow) -> Self {
        Self::Postgres(row)
    }
}

impl Row {
    pub(super) fn text(&self, column: &str) -> Result<Option<String>> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    pub(super) fn integer(&self, column: &str) -> Result<Option<i64>> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    pub(super) fn boolean(&self, column: &str) -> Result<Option<bool>> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }
}

/// A statement's arguments in order.
macro_rules! values {
    () => {
        Vec::new()
    };
    ($($value:expr),+) => {{
        use $crate::store::columns::Bind as _;
        vec![$(($value).bind()),+]
    }};
}

/// Runs a statement that writes: `execute!(tx, "update …", realm, now)` → rows touched.
macro_rules! execute {
    ($conn:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $conn.execute($sql, $crate::store::database::values!($($value),*)).await
    };
}

/// Runs a statement that answers with one row at the most: `Option<Row>`.
macro_rules! fetch_optional {
    ($conn:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $conn.fetch_optional($sql, $crate::store::database::values!($($value),*)).await
    };
}

/// Runs a statement that always answers with one row: `Row`.
macro_rules! fetch_one {
    ($conn:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $conn
            .fetch_optional($sql, $crate::store::database::values!($($value),*))
            .await
            .and_then(|row| row.ok_or($crate::store::Error::RowNotFound))
    };
}

/// Runs a statement that answers with a list: `Vec<Row>`.
macro_rules! fetch_all {
    ($conn:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $conn.fetch_all($sql, $crate::store::database::values!($($value),*)).await
    };
}

pub(crate) use {execute, fetch_all, fetch_one, fetch_optional, values};
