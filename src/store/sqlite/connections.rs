//! The connections of one file: one that writes, a few that read, each given out to one user at a time.

use std::{path::PathBuf, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{
    sync::{self, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::connection::Connection;
use crate::store::error::{Error, Result};

/// How many connections read at the same time.
const READERS: u32 = 4;
/// How long a request waits for a connection before it fails.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// All of them. Who waits is served in the order of asking.
pub struct Connections {
    path: PathBuf,
    /// `None` once it is closed.
    writer: Arc<sync::Mutex<Option<Connection>>>,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

/// The connection that writes, until it is dropped.
pub type Writer = OwnedMutexGuard<Option<Connection>>;

impl Connections {
    /// Opens the writer, which makes the file; readers are opened when they are needed.
    pub fn open(path: PathBuf) -> Result<Self> {
        let writer = Connection::writer(&path)?;
        Ok(Self {
            path,
            writer: Arc::new(sync::Mutex::new(Some(writer))),
            permits: Arc::new(Semaphore::new(READERS as usize)),
            idle: Mutex::default(),
        })
    }

    pub async fn writer(&self) -> Result<Writer> {
        let writer = match self.writer.clone().try_lock_owned() {
            Ok(writer) => writer,
            Err(_) => timeout(LONGEST_WAIT, self.writer.clone().lock_owned())
                .await
                .map_err(|_| Error::Busy("other writers take too long".to_owned()))?,
        };
        if writer.is_some() { Ok(writer) } else { Err(closed()) }
    }

    pub async fn reader(self: &Arc<Self>) -> Result<Reader> {
        let permit = match self.permits.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => timeout(LONGEST_WAIT, self.permits.clone().acquire_owned())
                .await
                .map_err(|_| Error::Busy("all connections for reading are in use".to_owned()))?
                .map_err(|_| closed())?,
        };
        let idle = self.idle.lock().pop();
        let connection = idle.map_or_else(|| Connection::reader(&self.path), Ok)?;
        Ok(Reader {
            connection: Some(connection),
            home: self.clone(),
            _permit: permit,
        })
    }

    /// Waits until nobody reads or writes, and keeps it so until what is returned is dropped.
    pub async fn all(&self) -> Result<(OwnedSemaphorePermit, Writer)> {
        let permits = self.permits.clone().acquire_many_owned(READERS).await;
        Ok((permits.map_err(|_| closed())?, self.writer().await?))
    }

    /// Closes the readers, once they are idle, and hands out the writer to be closed; `None` when it was.
    pub async fn close(&self) -> Option<Connection> {
        let all = self.permits.acquire_many(READERS).await;
        self.permits.close();
        drop(all);
        self.idle.lock().clear();
        self.writer.lock().await.take()
    }
}

fn closed() -> Error {
    Error::Unavailable("the database is closed".to_owned())
}

/// A connection that reads, until it is dropped.
pub struct Reader {
    /// Always there until it is given back.
    connection: Option<Connection>,
    home: Arc<Connections>,
    _permit: OwnedSemaphorePermit,
}

impl Reader {
    pub fn connection(&mut self) -> Result<&mut Connection> {
        self.connection.as_mut().ok_or_else(closed)
    }
}

/// The connection is back among the idle ones before the permit is given back.
impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && !connection.in_transaction()
        {
            self.home.idle.lock().push(connection);
        }
    }
}
