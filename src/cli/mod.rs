//! The command line: commands, flags, and what they answer. No command means `serve`.

mod flags;
mod settings;

use clap::{Parser, Subcommand};

use flags::ServeFlags;
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
enum Command {
    /// Serve until told to stop (the default)
    #[command(after_help = AFTER_HELP)]
    Serve(Box<ServeFlags>),
    /// The settings: print the reference, or check what is set here
    #[command(subcommand)]
    Config(ConfigCommand),
}
