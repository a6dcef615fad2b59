//! `anteroom seed FILE`: fills the realm at the root of an empty database, without serving.

use std::{io, path::PathBuf};

use clap::Args;

use super::{flags::DataFlags, serve::start_logging};
use crate::{
    config::ConfigError,
    server::start::{self, StartError},
};

/// What to load, and where to.
#[derive(Args, Clone, Debug)]
pub struct SeedFlags {
    /// A seed in TOML: clients, users, a policy, a clock, the portal's practices
    file: PathBuf,

    #[command(flatten)]
    data: DataFlags,
}

/// Loads it, all or nothing.
pub async fn run(flags: SeedFlags, out: &mut impl io::Write) -> Result<(), SeedCommandError> {
    let config = flags.data.load()?;
    start_logging(&config.log);
    let app = start::open(
        &config,
        &config.issuer_on(config.listen.first().map_or(0, |place| place.port())),
    )
    .await?;
    let loaded = start::seed_from_file(&app, &flags.file).await;
    app.database.close().await;
    loaded?;
    Ok(writeln!(
        out,
        "{} was filled from {}",
        config.database,
        flags.file.display()
    )?)
}

/// Why nothing was loaded.
#[derive(Debug, thiserror::Error)]
pub enum SeedCommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the answer could not be written: {0}")]
    Output(#[from] io::Error),
}
