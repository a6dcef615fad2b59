//! Folding the log into the file, on a thread of its own, so that no request pays for it.
//!
//! Now and then, while something is written, what stands in the log is copied into the file, beside readers and the
//! writer (a passive checkpoint). Under steady writing the log would grow all the same, because it starts anew only
//! when nobody uses it. So from a size on, everybody is made to wait a moment, and the log begins anew.

use std::{path::Path, sync::Arc, thread, time::Duration};

use parking_lot::{Condvar, Mutex};
use tokio::{
    runtime::{self, Runtime},
    time::timeout,
};

use super::{connection::Connection, connections::Connections};
use crate::store::error::Result;

/// How many pages of 4 KiB the log has that are not in the file yet, before they are copied: 12 MiB.
const COPIED_AT: i64 = 3072;
/// How many pages the log has before it begins anew: 16 MiB.
const RESTARTED_AT: i64 = 4096;
/// How often the log is copied beside the others before they are made to wait, and how few pages may then be left.
const COPIES_BEFORE_RESTART: u32 = 3;
const LEFT_AT_RESTART: i64 = 128;
/// How long the thread rests between two looks at a log that grows.
const PAUSE: Duration = Duration::from_millis(50);
/// How long it rests when somebody has not given back a connection in time: not to make everybody wait again at once.
const LONG_PAUSE: Duration = Duration::from_secs(2);
/// How long everybody is made to wait for the slowest who still reads or writes.
const LONGEST_WAIT: Duration = Duration::from_millis(250);

/// The thread that does it. It ends when this is dropped.
pub struct Checkpoints {
    signal: Arc<Signal>,
    thread: Mutex<Option<thread::JoinHandle<()>>>,
}

#[derive(Default)]
struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    written: bool,
    ended: bool,
}

impl Checkpoints {
    pub fn start(path: &Path, connections: Arc<Connections>) -> Result<Self> {
        let signal = Arc::<Signal>::default();
        let mut worker = Worker {
            signal: signal.clone(),
            connection: Connection::writer(path)?,
            connections,
            runtime: runtime::Builder::new_current_thread().enable_time().build()?,
        };
        let thread = thread::Builder::new()
            .name("checkpoints".to_owned())
            .spawn(move || worker.run())?;
        Ok(Self {
            signal,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Says that something was written; takes no time.
    pub fn written(&self) {
        let mut state = self.signal.state.lock();
        if !state.written {
            state.written = true;
            self.signal.changed.notify_one();
        }
    }

    /// Waits for the thread, which closes its connection.
    pub fn end(&self) {
        self.signal.state.lock().ended = true;
        self.signal.changed.notify_one();
        if let Some(thread) = self.thread.lock().take()
            && thread.join().is_err()
        {
            tracing::error!("the thread for SQLite's checkpoints has panicked");
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.end();
    }
}

impl Signal {
    /// Waits until something was written; false when it is time to end.
    fn wait(&self) -> bool {
        let mut state = self.state.lock();
        while !state.written && !state.ended {
            self.changed.wait(&mut state);
        }
        state.written = false;
        !state.ended
    }

    fn rest(&self, pause: Duration) {
        let mut state = self.state.lock();
        // Not woken by what is written, only by the end.
        self.changed.wait_while_for(&mut state, |state| !state.ended, pause);
    }
}

struct Worker {
    signal: Arc<Signal>,
    connection: Connection,
    connections: Arc<Connections>,
    /// Only to wait for connections with.
    runtime: Runtime,
}

/// How many pages stand in the log, and how many of them are in the file.
struct Log {
    pages: i64,
    copied: i64,
}

impl Worker {
    fn run(&mut self) {
        while self.signal.wait() {
            let pause = self.look().unwrap_or_else(|error| {
                tracing::warn!(%error, "a checkpoint of SQLite failed and will be retried");
                LONG_PAUSE
            });
            self.signal.rest(pause);
        }
    }

    /// Does what is due; how long to rest until the next look.
    fn look(&mut self) -> Result<Duration> {
        let log = self.checkpoint("pragma wal_checkpoint(noop)")?;
        if log.pages >= RESTARTED_AT {
            return self.restart();
        }
        if log.pages - log.copied >= COPIED_AT {
            self.checkpoint("pragma wal_checkpoint(passive)")?;
        }
        Ok(PAUSE)
    }

    /// Begins the log anew. What was written while the last copy ran is copied first, so that little is left to do
    /// while everybody waits.
    fn restart(&mut self) -> Result<Duration> {
        for _ in 0..COPIES_BEFORE_RESTART {
            let log = self.checkpoint("pragma wal_checkpoint(passive)")?;
            if log.pages - log.copied <= LEFT_AT_RESTART {
                break;
            }
        }
        let connections = self.connections.clone();
        let everybody = async { timeout(LONGEST_WAIT, connections.all()).await };
        let Ok(held) = self.runtime.block_on(everybody) else {
            self.checkpoint("pragma wal_checkpoint(passive)")?;
            return Ok(LONG_PAUSE);
        };
        let held = held?;
        self.checkpoint("pragma wal_checkpoint(restart)")?; // the file keeps its length: to overwrite costs less
        drop(held);
        Ok(PAUSE)
    }

    fn checkpoint(&mut self, pragma: &'static str) -> Result<Log> {
        let rows = self.connection.fetch(pragma, &[])?;
        let number = |column| -> Result<_> {
            let number = rows.first().map(|row| row.integer(column)).transpose()?;
            Ok(number.flatten().unwrap_or_default())
        };
        Ok(Log {
            pages: number("log")?,
            copied: number("checkpointed")?,
        })
    }
}
