//! `anteroom policy …`: a realm's switches.

use std::io::Write;

use clap::Subcommand;

use super::input::{self, Setting};
use super::server::Server;
use super::{RemoteError, show, tell};

pub const EXAMPLES: &str = "\
Examples:
  anteroom policy show --realm suite-17
  anteroom policy set auto_login=true lifetimes.access_token=60
  anteroom policy use portal
  anteroom policy use default pkce=ignored

/control/api-docs says what each switch means.";

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Deed {
    /// Every switch
    #[command(after_help = EXAMPLES)]
    Show,
    /// Set some switches, and leave the rest
    #[command(after_help = EXAMPLES)]
    Set {
        /// Like auto_login=true or lifetimes.access_token=60
        #[arg(value_name = "NAME=VALUE", required = true)]
        switches: Vec<Setting>,
    },
    /// Set all switches as a preset has them, but for those that are said
    #[command(after_help = EXAMPLES)]
    Use {
        /// default or portal
        preset: String,
        /// Like auto_login=true
        #[arg(value_name = "NAME=VALUE")]
        switches: Vec<Setting>,
    },
}

/// Does it.
pub async fn run(deed: Deed, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    let call = match deed {
        Deed::Show => server.get(&["policy"]),
        Deed::Set { switches } => server.patch(&["policy"], input::object(switches)),
        Deed::Use { preset, switches } => {
            let mut policy = input::object(switches);
            policy["preset"] = preset.into();
            server.put(&["policy"], policy)
        }
    };
    let answer = call.send().await?;
    tell(server, &answer, out, |out, answer| {
        show::members(out, answer.get("policy"))
    })
}
