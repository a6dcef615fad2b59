//! What protects the server itself: sizes, and times on the machine's clock, never on a realm's.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::Semaphore;

use super::{ConfigError, LimitSettings, present};

/// The smallest request head that hyper can be told to take.
const SMALLEST_HEAD: usize = 8192;

/// Sizes in bytes; times are all longer than nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub max_header_bytes: usize,
    pub max_body_bytes: usize,
    /// Of a snapshot that is restored.
    pub max_snapshot_bytes: usize,
    /// How many connections are open at once, over all listeners.
    pub max_connections: usize,
    /// For the first byte of a connection. Longer than for a head, since clients open connections in advance.
    pub first_byte_timeout: Duration,
    /// For a request's head to arrive.
    pub header_timeout: Duration,
    /// For a client that takes nothing of its answer.
    pub send_timeout: Duration,
    /// For a request in all, long polls included.
    pub request_timeout: Duration,
    /// For the requests in flight when the server is told to stop.
    pub drain_timeout: Duration,
}

impl Limits {
    pub(super) fn resolve(settings: LimitSettings) -> Result<Self, ConfigError> {
        Ok(Self {
            max_header_bytes: at_least(SMALLEST_HEAD, settings.max_header_bytes, "limits.max_header_bytes")?,
            max_body_bytes: at_least(1024, settings.max_body_bytes, "limits.max_body_bytes")?,
            max_snapshot_bytes: at_least(1024, settings.max_snapshot_bytes, "limits.max_snapshot_bytes")?,
            max_connections: at_least(1, settings.max_connections, "limits.max_connections")?
                .min(Semaphore::MAX_PERMITS),
            send_timeout: some_time(settings.send_timeout, "limits.send_timeout")?,
            first_byte_timeout: some_time(settings.first_byte_timeout, "limits.first_byte_timeout")?,
            header_timeout: some_time(settings.header_timeout, "limits.header_timeout")?,
            request_timeout: some_time(settings.request_timeout, "limits.request_timeout")?,
            drain_timeout: some_time(settings.drain_timeout, "limits.drain_timeout")?,
        })
    }
}

fn at_least(least: usize, value: Option<usize>, setting: &'static str) -> Result<usize, ConfigError> {
    let value = present(value, setting)?;
    if value < least {
        return Err(ConfigError::OutOfRange {
            setting,
            rule: format!("is {value}, but must be at least {least}"),
        });
    }
    Ok(value)
}

fn some_time(value: Option<SignedDuration>, setting: &'static str) -> Result<Duration, ConfigError> {
    let value = present(value, setting)?;
    let longest = SignedDuration::from_hours(24);
    if value < SignedDuration::from_millis(1) || value > longest {
        return Err(ConfigError::OutOfRange {
            setting,
            rule: "must be between a millisecond and a day, as in \"30s\"".into(),
        });
    }
    Ok(value.unsigned_abs())
}
