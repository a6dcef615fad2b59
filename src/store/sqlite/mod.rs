//! SQLite, in place: statements run on the thread that asks for them.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `connection.rs` | one connection, its settings and prepared statements |
//! | `connections.rs` | one writer, a few readers |
//! | `retry.rs` | waiting for other processes |
//! | `checkpoints.rs` | folding the log into the file, on a thread of its own |
//! | `file.rs` | a file that is open |
//! | `session.rs` | a connection in use, or a transaction |

mod checkpoints;
mod connection;
mod connections;
mod file;
mod retry;
mod session;

use std::{path::Path, sync::Arc};

use super::error::Result;

use self::file::File;
pub use self::session::Session;

/// An SQLite database that is open; copies share it.
#[derive(Clone)]
pub struct Sqlite(Arc<File>);

impl Sqlite {
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self(Arc::new(File::open(path)?)))
    }

    /// A private file that goes with the database.
    pub fn open_private() -> Result<Self> {
        Ok(Self(Arc::new(File::open_private()?)))
    }

    pub async fn read(&self) -> Result<Session> {
        Ok(Session::reading(self.0.clone(), self.0.connections.reader().await?))
    }

    pub async fn begin_reading(&self) -> Result<Session> {
        self.read().await?.begin("begin").await
    }

    pub async fn write_once(&self) -> Result<Session> {
        Ok(Session::writing(self.0.clone(), self.0.connections.writer().await?))
    }

    pub async fn begin(&self) -> Result<Session> {
        self.write_once().await?.begin("begin immediate").await
    }

    pub fn statements(&self) -> u64 {
        self.0.statements()
    }

    pub async fn close(&self) {
        self.0.close().await;
    }
}
