//! `anteroom serve`: settings, logs, server.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::fmt;

use super::flags::ServeFlags;
use crate::{
    config::{ConfigError, Log, LogFormat},
    server::{self, ServeError},
};

/// Serves until the process is stopped.
pub async fn run(flags: ServeFlags, out: &mut impl io::Write) -> Result<(), ServeCommandError> {
    let config = flags.load()?;
    start_logging(&config.log);
    Ok(server::serve(&config, out).await?)
}

/// Sends logs to standard error. If logging is already set up (in a test), that stays.
pub(super) fn start_logging(log: &Log) {
    let lines = fmt()
        .with_env_filter(log.filter.to_env_filter())
        .with_writer(io::stderr);
    let started = match log.format {
        LogFormat::Text => lines
            .with_ansi(io::stderr().is_terminal())
            .with_target(false)
            .try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if let Err(error) = started {
        tracing::debug!(%error, "logging was started before");
    }
}

/// Why it does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeCommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Server(#[from] ServeError),
}
