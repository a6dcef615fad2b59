//! SQLite or PostgreSQL behind one door.
//!
//! One SQL text per statement serves both, so statements keep to their common ground: `text`, `bigint`, `boolean`, `$1`
//! placeholders, `returning`, `on conflict`. Values go in as [`Value`]s and come out of a [`Row`] by column name.
//!
//! SQLite runs in place: a statement takes microseconds, and handing it to another thread and back takes longer. Its
//! one writer is taken in the order of asking, so a write transaction waits its turn at the start instead of failing
//! half-way. PostgreSQL runs READ COMMITTED and relies on the rows that statements lock.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `error.rs` | why a call failed: busy, unavailable or broken |
//! | `statement.rs`, `columns.rs`, `value.rs`, `row.rs` | values on their way in and out |
//! | `settle.rs` | how a transaction ends |
//! | `sqlite/`, `postgres.rs` | the two databases |
//! | `differences.rs` | what one does in another way than the other |
//! | `open.rs`, `migrations.rs` | opening, and how the tables come about |

use std::{
    future::Future,
    ops::{Deref, DerefMut},
};

use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task::block_in_place,
};

use super::{
    error::Result,
    postgres::{self, Postgres},
    row::Row,
    sqlite::{self, Sqlite},
};

pub(crate) use super::statement::{execute, fetch_all, fetch_one, fetch_optional, values};
pub use super::value::Value;

/// A database that is open; copies share it.
#[derive(Clone)]
pub struct Database(pub(super) Engine);

#[derive(Clone)]
pub(super) enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Database {
    /// A connection to read with. It is given back when dropped: before waiting for anything else.
    pub async fn read(&self) -> Result<Conn> {
        Ok(match &self.0 {
            Engine::Sqlite(sqlite) => Conn::Sqlite(sqlite.read().await?),
            Engine::Postgres(postgres) => Conn::Postgres(postgres.connection().await?),
        })
    }

    /// A write transaction. Only database calls may stand between this and [`settle`](super::settle).
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx(match &self.0 {
            Engine::Sqlite(sqlite) => Conn::Sqlite(sqlite.begin().await?),
            Engine::Postgres(postgres) => Conn::Postgres(postgres.begin("begin").await?),
        }))
    }

    /// A write transaction that sees one state of the database from its first statement to its last. A row that others
    /// have changed meanwhile cannot be changed in it.
    pub async fn begin_consistent(&self) -> Result<Tx> {
        Ok(Tx(match &self.0 {
            Engine::Sqlite(sqlite) => Conn::Sqlite(sqlite.begin().await?),
            Engine::Postgres(postgres) => {
                Conn::Postgres(postgres.begin("begin isolation level repeatable read").await?)
            }
        }))
    }

    /// A reading transaction that sees one state of the database. As with writing ones, only database calls while it is
    /// open. On PostgreSQL its task must not be aborted before [`Conn::end`].
    pub async fn begin_reading(&self) -> Result<Conn> {
        Ok(match &self.0 {
            Engine::Sqlite(sqlite) => Conn::Sqlite(sqlite.begin_reading().await?),
            Engine::Postgres(postgres) => Conn::Postgres(
                postgres
                    .begin("begin isolation level repeatable read, read only")
                    .await?,
            ),
        })
    }

    /// A writing connection outside a transaction, for exactly one statement.
    pub async fn write_once(&self) -> Result<Tx> {
        Ok(Tx(match &self.0 {
            Engine::Sqlite(sqlite) => Conn::Sqlite(sqlite.write_once().await?),
            Engine::Postgres(postgres) => Conn::Postgres(postgres.connection().await?),
        }))
    }

    /// Runs work whose database calls take long (many rows at once) where it does not hold up other requests.
    ///
    /// SQLite runs in place, so the thread is declared as blocked first, and another takes over its tasks. Unlike a
    /// task on the blocking pool, the work may borrow. A runtime with one thread (tests) has nothing to hand its tasks
    /// to and simply waits, and so it is with PostgreSQL, whose calls block nobody.
    pub async fn long<T>(&self, work: impl Future<Output = T>) -> T {
        match &self.0 {
            Engine::Sqlite(_) if Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread => {
                block_in_place(|| Handle::current().block_on(work))
            }
            Engine::Sqlite(_) | Engine::Postgres(_) => work.await,
        }
    }

    /// Whether something can be read and written, which a full disk does not allow: what readiness means.
    pub async fn check(&self) -> Result<()> {
        self.read().await?.fetch_optional("select 1 as one", Vec::new()).await?;
        self.write_once()
            .await?
            .execute(
                "insert into counters (name, value) values ('readiness', 1)
                 on conflict (name) do update set value = counters.value + 1",
                Vec::new(),
            )
            .await
            .map(drop)
    }

    /// How many statements ran so far, `begin` and `commit` counted: on PostgreSQL each of them is a round trip.
    pub fn statements(&self) -> u64 {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.statements(),
            Engine::Postgres(postgres) => postgres.statements(),
        }
    }

    /// Waits for what is under way and closes all connections, which lets SQLite fold its log into the file. Later
    /// calls are [unavailable](super::Error::Unavailable).
    pub async fn close(&self) {
        match &self.0 {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }
}

/// A connection, or a transaction on one.
pub enum Conn {
    Sqlite(sqlite::Session),
    Postgres(postgres::Session),
}

/// A connection that may write. Made only by [`Database::begin`] and [`Database::write_once`], so that a write handed
/// to a reader does not compile.
///
/// A transaction that is dropped is rolled back. On PostgreSQL its task must not be aborted while it begins.
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
            Conn::Sqlite(session) => session.commit(),
            Conn::Postgres(session) => session.commit().await,
        }
    }

    /// Forgets everything written so far, and waits until that is done.
    pub async fn rollback(self) -> Result<()> {
        self.0.end().await
    }
}

impl Conn {
    /// Ends what [`Database::begin_reading`] began, and waits until that is done.
    pub async fn end(self) -> Result<()> {
        match self {
            Self::Sqlite(session) => session.rollback(),
            Self::Postgres(session) => session.rollback().await,
        }
    }

    /// Runs a statement; how many rows it changed.
    pub async fn execute(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64> {
        match self {
            Self::Sqlite(session) => session.execute(sql, &values).await,
            Self::Postgres(session) => session.execute(sql, values).await,
        }
    }

    /// Runs a statement that answers with one row at the most.
    pub async fn fetch_optional(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>> {
        match self {
            Self::Sqlite(session) => Ok(session.fetch(sql, &values).await?.into_iter().next()),
            Self::Postgres(session) => session.fetch_optional(sql, values).await,
        }
    }

    /// Runs a statement that answers with a list.
    pub async fn fetch_all(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        match self {
            Self::Sqlite(session) => session.fetch(sql, &values).await,
            Self::Postgres(session) => session.fetch_all(sql, values).await,
        }
    }

    /// [`execute`](Self::execute) with a statement put together from declared names.
    pub(super) async fn execute_built(&mut self, sql: String, values: Vec<Value>) -> Result<u64> {
        match self {
            Self::Sqlite(session) => session.execute_built(&sql, &values).await,
            Self::Postgres(session) => session.execute_built(sql, values).await,
        }
    }

    /// [`fetch_all`](Self::fetch_all) with a statement put together from declared names.
    pub(super) async fn fetch_all_built(&mut self, sql: String, values: Vec<Value>) -> Result<Vec<Row>> {
        match self {
            Self::Sqlite(session) => session.fetch_built(&sql, &values).await,
            Self::Postgres(session) => session.fetch_all_built(sql, values).await,
        }
    }

    /// Runs several statements without values, separated by `;`.
    pub(super) async fn execute_script(&mut self, script: &'static str) -> Result<()> {
        match self {
            Self::Sqlite(session) => session.execute_script(script),
            Self::Postgres(session) => session.execute_script(script).await,
        }
    }
}
