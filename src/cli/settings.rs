//! `anteroom config default|check`: the reference, and what a server would make of the settings here.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::{Args, Subcommand};

use super::flags::ServeFlags;
use crate::config::{Config, ConfigError, DEFAULTS};

/// What to do about settings.
#[derive(Clone, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting with its default and its meaning, as a file to start from
    Default,
    /// Say what the server would do with these flags, this environment and file, or what is wrong with them
    #[command(after_help = "Nothing is opened or changed. Exits with 1 when the settings cannot be used.")]
    Check(Box<CheckFlags>),
}

/// What to check.
#[derive(Args, Clone, Debug)]
pub struct CheckFlags {
    /// Settings in TOML, instead of what --config says
    file: Option<PathBuf>,

    #[command(flatten)]
    serve: ServeFlags,
}

/// Runs it, writing the answer to `out`.
pub fn run(command: ConfigCommand, out: &mut impl Write) -> Result<(), SettingsError> {
    match command {
        ConfigCommand::Default => Ok(out.write_all(DEFAULTS.as_bytes())?),
        ConfigCommand::Check(flags) => {
            let CheckFlags { file, serve } = *flags;
            Ok(describe(&serve.or_from(file).load()?, out)?)
        }
    }
}

fn describe(config: &Config, out: &mut impl Write) -> io::Result<()> {
    let lines = [
        ("listen", joined(&config.listen)),
        ("issuer", issuer(config)),
        ("database", config.database.to_string()),
        ("secret keys", secret_keys(config)),
        ("seed", config.seed.to_string()),
        (
            "tls",
            config
                .tls
                .as_ref()
                .map_or("off".to_owned(), |tls| tls.certificate.display().to_string()),
        ),
        ("allowed hosts", joined(&config.allowed_hosts)),
        ("trusted proxies", joined(&config.trusted_proxies)),
        (
            "private fetch",
            if config.allow_private_fetch {
                "allowed"
            } else {
                "refused"
            }
            .to_owned(),
        ),
        (
            "mail server",
            config
                .smtp
                .as_ref()
                .map(|smtp| smtp.url.to_string())
                .unwrap_or_default(),
        ),
        ("log", config.log.filter.to_string()),
    ];
    for (name, value) in lines {
        writeln!(out, "{name:<16} {}", if value.is_empty() { "-" } else { &value })?;
    }
    Ok(())
}

fn issuer(config: &Config) -> String {
    match (&config.issuer, config.listen.first().map_or(0, |listen| listen.port())) {
        (Some(issuer), _) => issuer.to_string(),
        (None, 0) => format!(
            "{}://localhost and a free port",
            if config.tls.is_some() { "https" } else { "http" }
        ),
        (None, port) => config.issuer_on(port).to_string(),
    }
}

fn secret_keys(config: &Config) -> String {
    let beside = config.database.sealing_key_beside();
    let path = config.secret_key_file.as_ref().or(beside.as_ref());
    path.map_or("deleted when the process ends".to_owned(), |path| {
        path.display().to_string()
    })
}

fn joined(items: &[impl ToString]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the answer could not be written: {0}")]
    Output(#[from] io::Error),
}
