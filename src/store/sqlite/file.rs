//! A file that is open, and what all its users share.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tempfile::TempDir;

use super::{checkpoints::Checkpoints, connections::Connections};
use crate::store::error::Result;

pub struct File {
    // Ended first: it uses the connections.
    checkpoints: Checkpoints,
    pub connections: Arc<Connections>,
    statements: AtomicU64,
    /// Keeps the folder of a private file, its log included, until the last handle is gone.
    _folder: Option<TempDir>,
}

impl File {
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_in(path, None)
    }

    /// A file in a temporary folder, which goes with it.
    pub fn open_private() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("anteroom-").tempdir()?;
        Self::open_in(&folder.path().join("anteroom.db"), Some(folder))
    }

    fn open_in(path: &Path, folder: Option<TempDir>) -> Result<Self> {
        let connections = Arc::new(Connections::open(path.to_owned())?);
        Ok(Self {
            checkpoints: Checkpoints::start(path, connections.clone())?,
            connections,
            statements: AtomicU64::new(0),
            _folder: folder,
        })
    }

    /// Counts a statement.
    pub fn count(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }

    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Something was committed: the log has grown.
    pub fn written(&self) {
        self.checkpoints.written();
    }

    /// The last connection that is closed folds the log into the file and removes it.
    pub async fn close(&self) {
        self.checkpoints.end();
        let Some(mut writer) = self.connections.close().await else {
            return;
        };
        let closing = tokio::task::spawn_blocking(move || {
            if let Err(error) = writer.execute_script("pragma optimize") {
                tracing::debug!(%error, "SQLite's statistics were not updated");
            }
        });
        closing.await.ok(); // it does not panic, and nobody aborts it
    }
}
