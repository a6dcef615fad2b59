//! Changes made by other processes, announced by PostgreSQL.
//!
//! A transaction that changes a realm's settings says so with `pg_notify`, and whoever listens hears it once it is
//! committed. This only makes taking it in quicker: a message can be missed while a connection is lost, and PgBouncer
//! passes none on in its transaction mode, so processes compare revisions now and then all the same. With SQLite nobody
//! says anything: a second server on one file is unusual, and finds the change at its next look.

use std::{future, time::Duration};

use sqlx::postgres::PgListener;

use super::{
    database::{Conn, Database, Engine, Tx, execute},
    error::Result,
    postgres::Postgres,
};

/// How long to wait before another connection is tried.
const PAUSE: Duration = Duration::from_secs(5);

impl Tx {
    /// Tells the other processes, once this transaction is committed, that a realm has changed.
    pub(super) async fn announce_change(&mut self) -> Result<()> {
        if matches!(**self, Conn::Postgres(_)) {
            execute!(self, "select pg_notify('anteroom_realms', '')")?;
        }
        Ok(())
    }
}

impl Database {
    /// The changes that processes with the same database announce, this one included.
    pub fn changes(&self) -> Changes {
        match &self.0 {
            Engine::Sqlite(_) => Changes::Unannounced,
            Engine::Postgres(postgres) => Changes::Announced {
                postgres: postgres.clone(),
                listener: None,
            },
        }
    }
}

/// A listener of its own connection.
pub enum Changes {
    Unannounced,
    Announced {
        postgres: Postgres,
        listener: Option<PgListener>,
    },
}

impl Changes {
    /// Waits for a change. Also returns when the connection is there again after it was lost, since something may have
    /// been missed.
    pub async fn next(&mut self) {
        match self {
            Self::Unannounced => future::pending().await,
            Self::Announced { postgres, listener } => next(postgres, listener).await,
        }
    }
}

async fn next(postgres: &Postgres, listener: &mut Option<PgListener>) {
    loop {
        let outcome = match listener {
            Some(listener) => listener.try_recv().await.map(drop), // `None` after it has connected again
            None => match postgres.listen("anteroom_realms").await {
                Ok(new) => {
                    *listener = Some(new);
                    return;
                }
                Err(error) => Err(error),
            },
        };
        let Err(error) = outcome else {
            return;
        };
        tracing::debug!(%error, "changes by other processes are not announced at the moment");
        *listener = None;
        tokio::time::sleep(PAUSE).await;
    }
}
