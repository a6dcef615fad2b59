//! `anteroom clock …`: a realm's time.

use std::io::Write;

use clap::Subcommand;
use serde_json::json;

use super::server::Server;
use super::{RemoteError, input, show, tell};

pub const EXAMPLES: &str = "\
Examples:
  anteroom clock show
  anteroom clock advance PT2H --realm suite-17
  anteroom clock advance '90 minutes' --server http://localhost:8080/realms/suite-17
  anteroom clock set 2030-01-01T09:00:00+01:00 && anteroom clock freeze
  anteroom clock rate 60                        a minute for every second

Advancing answers when everything that fell due on the way has happened. No clock runs backwards: make a realm at the
earlier time, or restore a snapshot.";

/// What to do with it.
#[derive(Clone, Debug, Subcommand)]
pub enum Deed {
    /// Say what the clock shows
    #[command(after_help = EXAMPLES)]
    Show,
    /// Move it forward, by PT2H, P30D or '90 minutes'
    #[command(after_help = EXAMPLES)]
    Advance {
        /// How far
        #[arg(value_name = "DURATION", allow_hyphen_values = true)]
        stretch: String,
    },
    /// Set it forward, to 2030-01-01T09:00:00Z
    #[command(after_help = EXAMPLES)]
    Set {
        /// What it shows then; no clock runs backwards
        #[arg(value_name = "INSTANT")]
        now: String,
    },
    /// Stop it where it is
    #[command(after_help = EXAMPLES)]
    Freeze,
    /// Let a stopped clock run again
    #[command(after_help = EXAMPLES)]
    Resume,
    /// Let it run this many times as fast as the machine's
    #[command(after_help = EXAMPLES)]
    Rate {
        /// 60 is a minute for every second
        #[arg(value_name = "FACTOR")]
        rate: f64,
    },
}

/// Does it.
pub async fn run(deed: Deed, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    let turn = match deed {
        Deed::Show => None,
        Deed::Advance { stretch } => Some(json!({ "advance": stretch })),
        Deed::Set { now } => Some(json!({ "now": now })),
        Deed::Freeze => Some(json!({"frozen": true})),
        Deed::Resume => Some(json!({"frozen": false})),
        Deed::Rate { rate } => Some(json!({ "rate": input::number(rate) })),
    };
    let call = match turn {
        None => server.get(&["clock"]),
        Some(turn) => server.patch(&["clock"], turn),
    };
    let answer = call.send().await?;
    tell(server, &answer, out, |out, clock| show::lines(out, clock, PLACES))
}

const PLACES: &[show::Place] = &[("now", "/now"), ("frozen", "/frozen"), ("rate", "/rate")];
