//! `anteroom run -- COMMAND`: a temporary server for as long as a command runs, such as a test suite.
//!
//! The command finds the server in its environment: `OIDC_ISSUER`, `OIDC_CLIENT_ID` and `OIDC_CLIENT_SECRET`, and for
//! the control API, also by way of `anteroom`'s own commands, `ANTEROOM_SERVER` and `ANTEROOM_CONTROL_TOKEN`. Its exit
//! code is handed on; when it fails, the refused requests are explained on standard error.

use std::{
    ffi::OsString,
    fmt::Write as _,
    io::{self, Write as _},
    process::{ExitCode, ExitStatus},
};

use clap::Args;
use tokio::process::{Child, Command};

use super::{flags::ServeFlags, serve};
use crate::{
    app::App,
    config::ConfigError,
    journal::{Entry, explanation::Explanation},
    server::{self, PublicNames, ServeError, signals::Signals},
    store,
};

pub const EXAMPLES: &str = "\
Examples:
  anteroom run -- npm test
  anteroom run --seed clinic.toml --client-id app --client-secret app-secret -- pytest
  anteroom run -- sh -c 'curl $OIDC_ISSUER/.well-known/openid-configuration'

The server listens on a free port and keeps its data in memory, unless the options say otherwise. The command gets
OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, ANTEROOM_SERVER and, where one is needed, ANTEROOM_CONTROL_TOKEN. The
exit code is the command's.";

/// How many refused requests are explained, the newest ones.
const MOST_EXPLAINED: usize = 20;

/// The flags of `anteroom run`.
#[derive(Args, Debug)]
pub struct RunFlags {
    /// The client id that the command gets as OIDC_CLIENT_ID
    #[arg(long, value_name = "CLIENT_ID", default_value = "demo-client")]
    client_id: String,
    /// The secret that the command gets as OIDC_CLIENT_SECRET
    #[arg(long, value_name = "SECRET", default_value = "demo-secret")]
    client_secret: String,
    #[command(flatten)]
    serve: ServeFlags,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Serves until the command has ended; the command's exit code.
///
/// # Errors
/// When the server or the command does not start.
pub async fn run(flags: RunFlags) -> Result<ExitCode, RunError> {
    let RunFlags {
        client_id,
        client_secret,
        serve,
        command,
    } = flags;
    let config = serve.for_a_command().load()?;
    serve::start_logging(&config.log);
    let run = async |app: &App, names: &PublicNames| {
        let issuer = names.issuer.to_string();
        let mut arguments = command.into_iter();
        let program = arguments.next().unwrap_or_default();
        let mut command = Command::new(&program);
        command
            .args(arguments)
            .env("OIDC_ISSUER", &issuer)
            .env("OIDC_CLIENT_ID", &client_id)
            .env("OIDC_CLIENT_SECRET", &client_secret)
            .env("ANTEROOM_SERVER", &issuer);
        if let Some(token) = &names.control_token {
            command.env("ANTEROOM_CONTROL_TOKEN", token.reveal());
        }
        let program = program.to_string_lossy().into_owned();
        let ended = match command.spawn() {
            Ok(child) => end_of(child).await,
            Err(reason) => Err(reason),
        };
        let status = ended.map_err(|reason| RunError::Command { program, reason })?;
        if !status.success() {
            let refusals = refusals(app).await?;
            let _ = io::stderr().write_all(refusals.as_bytes()); // the exit code says the rest
        }
        Ok(code_of(status))
    };
    server::serve_during(&config, run).await?
}

/// Waits for the command. Signals that are meant to end us are handed on to it.
async fn end_of(mut child: Child) -> io::Result<ExitStatus> {
    let mut signals = Signals::listen()?;
    loop {
        tokio::select! {
            status = child.wait() => return status,
            () = signals.next() => hand_on(&mut child)?,
        }
    }
}

#[cfg(unix)]
fn hand_on(child: &mut Child) -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process};

    let pid = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    match pid {
        Some(pid) => Ok(kill_process(pid, Signal::TERM)?),
        None => Ok(()), // it has just ended
    }
}

#[cfg(not(unix))]
fn hand_on(child: &mut Child) -> io::Result<()> {
    child.start_kill()
}

/// The code of a command; of one that a signal ended, 128 and the signal's number, as shells say it.
fn code_of(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let of_signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let of_signal = None;
    let code = status.code().or(of_signal).unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

/// The refused requests of all realms with their explanations.
async fn refusals(app: &App) -> store::Result<String> {
    let realms = store::realms::list(&mut app.database.read().await?).await?;
    let mut refused = Vec::new();
    for realm in realms {
        let (entries, _) = app.journal.list(realm.id).await;
        refused.extend(entries.into_iter().filter(|entry| entry.exchange.refusal.is_some()));
    }
    refused.sort_by_key(|entry| entry.exchange.started_at);
    let newest = refused.split_off(refused.len().saturating_sub(MOST_EXPLAINED));
    let mut text = String::new();
    if !newest.is_empty() {
        text.push_str("\nanteroom: requests that were refused, and why:\n");
    }
    for entry in &newest {
        explain(&mut text, entry);
    }
    Ok(text)
}

fn explain(text: &mut String, entry: &Entry) {
    let exchange = &entry.exchange;
    let Some(refusal) = &exchange.refusal else { return };
    let explanation = Explanation::of(refusal);
    let status = exchange
        .response
        .as_ref()
        .map_or_else(|| "no answer".to_owned(), |response| response.status.to_string());
    let mut line = |line: String| {
        let _ = writeln!(text, "{line}"); // a string takes everything
    };
    line(format!(
        "\n  {} {} -> {status}",
        exchange.request.method, exchange.request.path
    ));
    line(format!("    {}: {}", explanation.code, explanation.description));
    for (name, value) in [
        ("expected", explanation.expected),
        ("received", explanation.received),
        ("to fix it", explanation.fix),
    ] {
        if let Some(value) = value {
            line(format!("    {name}: {value}"));
        }
    }
}

/// Why nothing was run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Server(#[from] ServeError),
    #[error("the command {program} cannot be run: {reason}")]
    Command { program: String, reason: io::Error },
    #[error("the journal cannot be read: {0}")]
    Journal(#[from] store::Error),
}
