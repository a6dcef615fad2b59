//! PostgreSQL: a pool of connections, through `sqlx`.

use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sqlx::{
    Arguments, AssertSqlSafe, Connection as _, Executor, PgConnection, PgPool, Transaction,
    pool::PoolConnection,
    postgres::{PgArguments, PgConnectOptions, PgListener, PgPoolOptions},
};

use tokio::time::timeout;

use super::{
    error::{Error, Result},
    row::Row,
    value::Value,
};

/// How many connections the pool opens at the most.
const CONNECTIONS: u32 = 16;
/// How long a request waits for a connection before it fails.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long opening the database waits for its first connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A PostgreSQL database that is open; copies share it.
#[derive(Clone)]
pub struct Postgres {
    pool: PgPool,
    statements: Arc<AtomicU64>,
}

impl Postgres {
    pub async fn open(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)?.options([
            ("statement_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "10s"),
            ("lock_timeout", "10s"),
        ]);
        // The pool would try a wrong address again and again.
        let first = timeout(CONNECT_TIMEOUT, PgConnection::connect_with(&options))
            .await
            .map_err(|_| Error::Unavailable(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs())))??;
        first.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // A connection is tested when it is given back. One that breaks later is noticed by its next statement.
            .test_before_acquire(false)
            .connect_lazy_with(options);
        let statements = Arc::default();
        Ok(Self { pool, statements })
    }

    /// A connection of its own that hears what is said on `channel`.
    pub async fn listen(&self, channel: &str) -> sqlx::Result<PgListener> {
        let options = PgConnectOptions::clone(&self.pool.connect_options());
        let alone = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_lazy_with(options);
        let mut listener = PgListener::connect_with(&alone).await?;
        listener.listen(channel).await?;
        Ok(listener)
    }

    /// A connection outside a transaction.
    pub async fn connection(&self) -> Result<Session> {
        Ok(self.session(Connection::Plain(self.pool.acquire().await?)))
    }

    /// A transaction that starts with `begin`, such as `begin isolation level repeatable read`.
    pub async fn begin(&self, begin: &'static str) -> Result<Session> {
        let session = self.session(Connection::Transaction(self.pool.begin_with(begin).await?));
        session.count();
        Ok(session)
    }

    fn session(&self, connection: Connection) -> Session {
        let statements = self.statements.clone();
        Session { connection, statements }
    }

    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// A connection out of the pool, or a transaction on one.
pub struct Session {
    connection: Connection,
    statements: Arc<AtomicU64>,
}

enum Connection {
    Plain(PoolConnection<sqlx::Postgres>),
    Transaction(Transaction<'static, sqlx::Postgres>),
}

impl Session {
    fn count(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }

    fn connection(&mut self) -> &mut PgConnection {
        self.count();
        match &mut self.connection {
            Connection::Plain(connection) => connection,
            Connection::Transaction(transaction) => transaction,
        }
    }

    pub async fn commit(self) -> Result<()> {
        match self.connection {
            Connection::Plain(_) => Ok(()),
            Connection::Transaction(transaction) => {
                self.statements.fetch_add(1, Ordering::Relaxed);
                Ok(transaction.commit().await?)
            }
        }
    }

    pub async fn rollback(self) -> Result<()> {
        match self.connection {
            Connection::Plain(_) => Ok(()),
            Connection::Transaction(transaction) => {
                self.statements.fetch_add(1, Ordering::Relaxed);
                Ok(transaction.rollback().await?)
            }
        }
    }

    pub async fn execute(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64> {
        let query = sqlx::query_with(sql, arguments(values)?);
        Ok(self.connection().execute(query).await?.rows_affected())
    }

    pub async fn fetch_optional(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Option<Row>> {
        let query = sqlx::query_with(sql, arguments(values)?);
        Ok(self.connection().fetch_optional(query).await?.map(Row::from))
    }

    pub async fn fetch_all(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>> {
        let query = sqlx::query_with(sql, arguments(values)?);
        Ok(rows(self.connection().fetch_all(query).await?))
    }

    pub async fn execute_built(&mut self, sql: String, values: Vec<Value>) -> Result<u64> {
        let query = sqlx::query_with(AssertSqlSafe(sql), arguments(values)?).persistent(false);
        Ok(self.connection().execute(query).await?.rows_affected())
    }

    pub async fn fetch_all_built(&mut self, sql: String, values: Vec<Value>) -> Result<Vec<Row>> {
        let query = sqlx::query_with(AssertSqlSafe(sql), arguments(values)?).persistent(false);
        Ok(rows(self.connection().fetch_all(query).await?))
    }

    pub async fn execute_script(&mut self, script: &'static str) -> Result<()> {
        self.connection().execute(sqlx::raw_sql(script)).await?;
        Ok(())
    }
}

fn rows(rows: Vec<sqlx::postgres::PgRow>) -> Vec<Row> {
    rows.into_iter().map(Row::from).collect()
}

fn arguments(values: Vec<Value>) -> Result<PgArguments> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::Text(text) => arguments.add(text),
            Value::Integer(integer) => arguments.add(integer),
            Value::Boolean(boolean) => arguments.add(boolean),
        }
        .map_err(Error::broken)?;
    }
    Ok(arguments)
}
