//! The command line: commands, flags and their answers. No command means `serve`.

mod flags;
mod remote;
mod run;
mod seed;
mod serve;
mod settings;
mod shell;

use std::{io::Write, process::ExitCode};

use clap::{Parser, Subcommand};

use flags::ServeFlags;
use remote::RemoteCommand;
use run::RunFlags;
use seed::SeedFlags;
use settings::ConfigCommand;
use shell::{CompletionFlags, ManFlags};

const ABOUT: &str = "An OAuth 2.0 / OpenID Connect server for the laptop, with emulated patient portals behind it";

const LONG_ABOUT: &str = "\
An OAuth 2.0 / OpenID Connect authorization server for the laptop, with emulated patient portals behind it.

Without options it serves http://localhost:8080 from a database file in the working directory, fills it with demo \
clients and users, and prints how to begin.";

const AFTER_HELP: &str = "\
Examples:
  anteroom                                      serve on http://localhost:8080
  anteroom --port 9000                          serve on http://localhost:9000
  anteroom --port 0 --database sqlite::memory:  a temporary server on a free port
  anteroom --seed walkthrough                   the documented walkthrough of MyPatientPortal, with a frozen clock
  anteroom run -- npm test                      a temporary server for as long as the tests run
  anteroom config default > anteroom.toml       all settings as a file, then: anteroom --config anteroom.toml

Every flag can also be set by the environment variable shown with it, lists separated by commas. Flags override the
environment, the environment overrides the file, and the file overrides the defaults. Logs go to standard error. The first
line on standard output is `listening on <issuer>`, printed when the server accepts requests.";

const SEED_HELP: &str = "\
The whole seed is loaded or nothing, and only into an empty default realm. Errors in the file show the line.

A file that begins with `based_on = \"demo\"` has the demo's clients, users and practices, and adds its own; practices of its
own replace those of the demo. To see how all of it is written: src/realms/seed/demo.toml has clients and people, and
src/portals/mypatientportal/demo.toml the practices, which stand below [mypatientportal] in a seed.";

/// `anteroom …`
#[derive(Debug, Parser)]
#[command(
    name = "anteroom",
    version,
    about = ABOUT,
    long_about = LONG_ABOUT,
    after_help = AFTER_HELP,
    args_conflicts_with_subcommands = true,
    max_term_width = 110,
)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeFlags,
}

#[derive(Debug, Subcommand)]
#[expect(
    clippy::large_enum_variant,
    reason = "clap flattens no boxed subcommand, and there is one command a process"
)]
enum Command {
    /// Start the server (the default)
    #[command(after_help = AFTER_HELP)]
    Serve(Box<ServeFlags>),
    /// Start a temporary server, run a command with its address in the environment, and stop
    #[command(after_help = run::EXAMPLES)]
    Run(Box<RunFlags>),
    /// Fill an empty database from a seed file, without serving
    #[command(after_help = SEED_HELP)]
    Seed(Box<SeedFlags>),
    /// Settings: print the reference, or check the current ones
    #[command(subcommand)]
    Config(ConfigCommand),
    #[command(flatten)]
    Remote(RemoteCommand),
    /// Print the script that completes commands in a shell
    #[command(after_help = shell::COMPLETION_EXAMPLES)]
    Completions(CompletionFlags),
    /// Print the manual page, or write one for each command
    #[command(after_help = shell::MAN_EXAMPLES)]
    Man(ManFlags),
}

impl CommandLine {
    /// Runs the command, and writes its answer to `out`; the exit code.
    pub async fn run(self, out: &mut impl Write) -> anyhow::Result<ExitCode> {
        match self.command {
            None => serve::run(self.serve, out).await?,
            Some(Command::Serve(flags)) => serve::run(*flags, out).await?,
            Some(Command::Run(flags)) => return Ok(run::run(*flags).await?),
            Some(Command::Seed(flags)) => seed::run(*flags, out).await?,
            Some(Command::Config(command)) => settings::run(command, out)?,
            Some(Command::Remote(command)) => command.run(out).await?,
            Some(Command::Completions(flags)) => shell::complete(&flags, out)?,
            Some(Command::Man(flags)) => shell::manual(flags, out)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

#[cfg(test)]
mod tests;
