//! What goes to standard error, and in which form. Standard output belongs to the banner.

use std::{fmt, str::FromStr};

use serde::Deserialize;
use tracing_subscriber::EnvFilter;

/// Which events are written, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    pub filter: LogFilter,
    pub format: LogFormat,
}

/// How an event is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A JSON object per line.
    Json,
}

/// A level, or levels by module, in the notation of `tracing`: `info`, `info,sqlx=debug`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct LogFilter(String);

impl LogFilter {
    /// The filter itself.
    pub fn to_env_filter(&self) -> EnvFilter {
        EnvFilter::new(&self.0)
    }
}

impl FromStr for LogFilter {
    type Err = NotAFilter;

    fn from_str(text: &str) -> Result<Self, NotAFilter> {
        match EnvFilter::try_new(text) {
            Ok(_) if !text.trim().is_empty() => Ok(Self(text.to_owned())),
            Ok(_) | Err(_) => Err(NotAFilter),
        }
    }
}

impl TryFrom<String> for LogFilter {
    type Error = NotAFilter;

    fn try_from(text: String) -> Result<Self, NotAFilter> {
        text.parse()
    }
}

impl fmt::Display for LogFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a log filter: a level (error, warn, info, debug, trace) is expected, or levels by module, like info,sqlx=debug"
)]
pub struct NotAFilter;
