//! `anteroom outbox …`: what a realm has written to people and programs.

use std::io::Write;

use clap::{Args, Subcommand};
use jiff::SignedDuration;

use super::server::{Call, Server};
use super::{RemoteError, input, list, show, tell, wait};

pub const EXAMPLES: &str = "\
Examples:
  anteroom outbox list --realm suite-17
  anteroom outbox wait --recipient anne@example.com --for 10s
  anteroom outbox show 0190…
  anteroom outbox deliver 0190… && anteroom outbox clear";

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Deed {
    /// What has been written, the oldest first
    List(Which),
    /// Wait until there is something, and print it; exits with 1 when nothing came
    Wait {
        #[command(flatten)]
        which: Which,
        /// How long to wait, by the machine's clock
        #[arg(long = "for", value_name = "TIME", default_value = "30s")]
        patience: SignedDuration,
    },
}

/// Which letters are meant.
#[derive(Args, Clone, Debug)]
pub struct Which {
    /// Only those written after the one of this id
    #[arg(long, value_name = "ID", value_parser = input::id)]
    after: Option<String>,
    /// Only those to this address or number
    #[arg(long, value_name = "ADDRESS")]
    recipient: Option<String>,
}

/// Does it.
pub async fn run(deed: Deed, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    let answer = match deed {
        Deed::List(which) => which.ask(server, None).send().await?,
        Deed::Wait { which, patience } => wait(patience, "letters", |slice| which.ask(server, Some(slice))).await?,
    };
    tell(server, &answer, out, |out, letters| {
        show::table(out, list(letters, "letters"), PLACES)
    })
}

impl Which {
    fn ask<'a>(&self, server: &'a Server, wait: Option<SignedDuration>) -> Call<'a> {
        let call = server.get(&["outbox"]).query("after", self.after.as_ref());
        call.query("recipient", self.recipient.as_ref()).query("wait", wait)
    }
}

const PLACES: &[show::Place] = &[
    ("id", "/id"),
    ("written", "/written_at"),
    ("recipient", "/recipient"),
    ("subject", "/subject"),
];
