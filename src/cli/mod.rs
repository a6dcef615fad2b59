//! The command line: commands, flags, and what they answer. No command means `serve`.

mod flags;
mod remote;
mod seed;
mod serve;
mod settings;

use std::io::Write;

use clap::{Parser, Subcommand};

use flags::ServeFlags;
use remote::RemoteCommand;
use seed::SeedFlags;
use settings::ConfigCommand;

const ABOUT: &str = "An OAuth 2.0 / OpenID Connect server for the laptop, with emulated patient portals behind it";

const LONG_ABOUT: &str = "\
An OAuth 2.0 / OpenID Connect authorization server for the laptop, with emulated patient portals behind it.

Started without anything it serves http://localhost:8080 from a database file in the working directory, filled with demo
clients and people, and prints how to begin. Everything below can be left out.";

const AFTER_HELP: &str = "\
Examples:
  anteroom                                      serve on http://localhost:8080
  anteroom --listen 127.0.0.1:0 --database sqlite::memory:
                                                a throw-away server on a free port
  anteroom --seed walkthrough                   the portal's documented walkthrough, its clock frozen
  anteroom config default > anteroom.toml       all settings as a file, then: anteroom --config anteroom.toml

Every flag can be given as the environment variable that stands with it; lists are separated by commas there. Flags win over
the environment, the environment over the file, the file over the defaults. Logs go to standard error; the first line on
standard output is `listening on <issuer>`, once requests are answered.";

const SEED_HELP: &str = "\
Everything goes in or nothing does, and only into an empty realm at the root; errors in the file show the line.

A file that begins with `based_on = \"demo\"` has the demo's clients, people and practices, and adds its own; practices of its
own stand in their place. To see how all of it is written: src/realms/seed/demo.toml has clients and people, and
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
    disable_help_subcommand = true,
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
    /// Serve until told to stop (the default)
    #[command(after_help = AFTER_HELP)]
    Serve(Box<ServeFlags>),
    /// Fill an empty database from a seed file, without serving
    #[command(after_help = SEED_HELP)]
    Seed(Box<SeedFlags>),
    /// The settings: print the reference, or check what is set here
    #[command(subcommand)]
    Config(ConfigCommand),
    #[command(flatten)]
    Remote(RemoteCommand),
}

impl CommandLine {
    /// Does what it says, answering on `out`. Blocks until it is done.
    pub async fn run(self, out: &mut impl Write) -> anyhow::Result<()> {
        match self.command {
            None => serve::run(self.serve, out).await?,
            Some(Command::Serve(flags)) => serve::run(*flags, out).await?,
            Some(Command::Seed(flags)) => seed::run(*flags, out).await?,
            Some(Command::Config(command)) => settings::run(command, out)?,
            Some(Command::Remote(command)) => command.run(out).await?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
