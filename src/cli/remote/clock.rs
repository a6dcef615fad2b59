//! `anteroom clock …`: the clock of a realm.

use std::io::Write;

use clap::Subcommand;
use serde_json::json;

use super::{RemoteError, input, print, server::Server, show};

pub const EXAMPLES: &str = "\
Examples:
  anteroom clock show
  anteroom clock advance PT2H --realm suite-17
  anteroom clock advance '90 minutes' --server http://localhost:8080/realms/suite-17
  anteroom clock set 2030-01-01T09:00:00+01:00 && anteroom clock freeze
  anteroom clock rate 60                        one minute per second

Advancing returns when all events that became due have been processed. A clock cannot go back: create a realm at the earlier
time, or restore a snapshot.";

/// The subcommands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Show the clock
    #[command(after_help = EXAMPLES)]
    Show,
    /// Move the clock forward by a duration: PT2H, P30D or '90 minutes'
    #[command(after_help = EXAMPLES)]
    Advance {
        /// The duration
        #[arg(value_name = "DURATION", allow_hyphen_values = true)]
        duration: String,
    },
    /// Set the clock to a later time, like 2030-01-01T09:00:00Z
    #[command(after_help = EXAMPLES)]
    Set {
        /// The new time; a clock cannot go back
        #[arg(value_name = "TIME")]
        now: String,
    },
    /// Stop the clock
    #[command(after_help = EXAMPLES)]
    Freeze,
    /// Let a stopped clock run again
    #[command(after_help = EXAMPLES)]
    Resume,
    /// Let the clock run faster or slower than the machine's
    #[command(after_help = EXAMPLES)]
    Rate {
        /// 60 is one minute per second
        #[arg(value_name = "FACTOR", value_parser = input::decimal)]
        rate: f64,
    },
}

/// Sends the request, and prints the answer.
pub async fn run(command: Command, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    let change = match command {
        Command::Show => None,
        Command::Advance { duration } => Some(json!({ "advance": duration })),
        Command::Set { now } => Some(json!({ "now": now })),
        Command::Freeze => Some(json!({"frozen": true})),
        Command::Resume => Some(json!({"frozen": false})),
        Command::Rate { rate } => Some(json!({ "rate": input::number(rate) })),
    };
    let call = match change {
        None => server.get(&["clock"]),
        Some(change) => server.patch(&["clock"], change),
    };
    let answer = call.send().await?;
    print(server, &answer, out, |out, clock| show::lines(out, clock, PLACES))
}

const PLACES: &[show::Place] = &[("now", "/now"), ("frozen", "/frozen"), ("rate", "/rate")];
