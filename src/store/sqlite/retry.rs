//! Waiting for other processes that use the same file, without holding up a thread.
//!
//! Inside this process nobody meets SQLITE_BUSY: there is one writer. Another process (`anteroom seed`, a backup) may
//! hold the lock for writing or recover the log.

use std::time::Duration;

use rusqlite::ErrorCode;

use crate::store::error::Result;

/// How long a call waits in all before it is [busy](crate::store::Error::Busy).
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// Tries again, in growing pauses, as long as `attempt` meets a lock and `may_repeat` what it left.
pub async fn while_locked<C, T>(
    connection: &mut C,
    mut attempt: impl FnMut(&mut C) -> rusqlite::Result<T>,
    may_repeat: impl Fn(&C) -> bool,
) -> Result<T> {
    let (mut pause, mut waited) = (FIRST_PAUSE, Duration::ZERO);
    loop {
        match attempt(connection) {
            Err(error) if is_locked(&error) && waited < LONGEST_WAIT && may_repeat(connection) => {
                tokio::time::sleep(pause).await;
                waited += pause;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            outcome => return Ok(outcome?),
        }
    }
}

/// Whether another process holds what is needed, for now.
pub fn is_locked(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
