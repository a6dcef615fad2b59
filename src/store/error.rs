//! What can go wrong with the database, whichever it is.

use std::{error, fmt::Display, io, iter, result};

use crate::fair_permits::Exhausted;

/// The reason why a column's text could not be read as what it stands for.
pub type Reason = Box<dyn error::Error + Send + Sync>;

pub type Result<T, E = Error> = result::Result<T, E>;

/// A database call that failed. The text is for the log, not for clients.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Others use the database, and the wait for them was too long. The same call may succeed in a moment.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The database cannot be reached, or its disk does not answer. The same call may succeed later.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The statement, or what a row holds, is wrong. Repeating the call does not help.
    #[error("{0}")]
    Broken(String),
}

impl Error {
    pub fn broken(reason: impl Display) -> Self {
        Self::Broken(reason.to_string())
    }

    /// A column that does not hold what we would have written there.
    pub fn column(name: &str, reason: impl Display) -> Self {
        Self::Broken(format!("the column {name} cannot be read: {reason}"))
    }

    /// A row that must be there and is not.
    pub fn missing_row() -> Self {
        Self::Broken("a row is missing".to_owned())
    }
}

/// Whether a failure, or what caused it, may be over in a moment: the database was busy or could not be reached, or too
/// many wait for a bounded pool.
pub fn is_temporary(failure: &(dyn error::Error + 'static)) -> bool {
    iter::successors(Some(failure), |failure| failure.source()).any(|failure| {
        failure.is::<Exhausted>() || matches!(failure.downcast_ref(), Some(Error::Busy(_) | Error::Unavailable(_)))
    })
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{
            CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, FileLockingProtocolFailed, OutOfMemory, SystemIoFailure,
        };
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => Self::Busy(text),
            Some(CannotOpen | DiskFull | FileLockingProtocolFailed | OutOfMemory | SystemIoFailure) => {
                Self::Unavailable(text)
            }
            _ => Self::Broken(text),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let text = error.to_string();
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(text),
            sqlx::Error::Database(error) => Self::of_state(&error.code().unwrap_or_default(), text),
            _ => Self::Broken(text),
        }
    }
}

impl Error {
    /// By PostgreSQL's SQLSTATE (PostgreSQL documentation, appendix A).
    fn of_state(state: &str, text: String) -> Self {
        match state {
            // serialization_failure, deadlock_detected, lock_not_available, query_canceled (a statement took too long)
            "40001" | "40P01" | "55P03" | "57014" => Self::Busy(text),
            // connection exceptions, insufficient resources, shutdown and start of the server, I/O errors
            _ if ["08", "53", "57P", "58"].iter().any(|class| state.starts_with(class)) => Self::Unavailable(text),
            // idle_in_transaction_session_timeout: the server has closed the connection
            "25P03" => Self::Unavailable(text),
            _ => Self::Broken(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(state: &str) -> Error {
        Error::of_state(state, String::new())
    }

    #[test]
    fn states_of_postgresql_are_told_apart() {
        assert!(matches!(state("40P01"), Error::Busy(_)));
        assert!(matches!(state("57P01"), Error::Unavailable(_)));
        assert!(matches!(state("53300"), Error::Unavailable(_)));
        assert!(matches!(state("23505"), Error::Broken(_)));
        assert!(matches!(state(""), Error::Broken(_)));
    }

    #[test]
    fn what_is_caused_by_a_busy_database_is_temporary() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer")]
        struct Outer(#[source] Error);

        assert!(is_temporary(&Outer(Error::Busy(String::new()))));
        assert!(is_temporary(&Error::Unavailable(String::new())));
        assert!(!is_temporary(&Outer(Error::missing_row())));
        let failure = anyhow::Error::from(Outer(Error::Busy(String::new()))).context("further out");
        assert!(is_temporary(failure.as_ref()));
    }

    #[test]
    fn a_lock_of_sqlite_is_busy_and_a_full_disk_is_unavailable() {
        let of_code = |code| Error::from(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None));

        assert!(matches!(of_code(rusqlite::ffi::SQLITE_BUSY), Error::Busy(_)));
        assert!(matches!(of_code(rusqlite::ffi::SQLITE_BUSY_RECOVERY), Error::Busy(_)));
        assert!(matches!(of_code(rusqlite::ffi::SQLITE_FULL), Error::Unavailable(_)));
        assert!(matches!(of_code(rusqlite::ffi::SQLITE_CONSTRAINT), Error::Broken(_)));
    }
}
