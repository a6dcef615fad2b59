//! `anteroom policy …`: the policy of a realm.

use std::io::Write;

use clap::Subcommand;

use super::{
    RemoteError,
    input::{self, Setting},
    print,
    server::Server,
    show,
};

pub const EXAMPLES: &str = "\
Examples:
  anteroom policy show --realm suite-17
  anteroom policy set auto_login=true lifetimes.access_token=60
  anteroom policy use portal
  anteroom policy use default pkce=ignored

/control/api-docs says what each switch means.";

/// The subcommands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Show all switches
    #[command(after_help = EXAMPLES)]
    Show,
    /// Change some switches, and keep the rest
    #[command(after_help = EXAMPLES)]
    Set {
        /// Like auto_login=true or lifetimes.access_token=60
        #[arg(value_name = "NAME=VALUE", required = true)]
        switches: Vec<Setting>,
    },
    /// Apply a preset, with other values for the given switches
    #[command(after_help = EXAMPLES)]
    Use {
        /// default or portal
        preset: String,
        /// Like auto_login=true
        #[arg(value_name = "NAME=VALUE")]
        switches: Vec<Setting>,
    },
}

/// Sends the request, and prints the answer.
pub async fn run(command: Command, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    let call = match command {
        Command::Show => server.get(&["policy"]),
        Command::Set { switches } => server.patch(&["policy"], input::object(switches)),
        Command::Use { preset, switches } => {
            let mut policy = input::object(switches);
            policy["preset"] = preset.into();
            server.put(&["policy"], policy)
        }
    };
    let answer = call.send().await?;
    print(server, &answer, out, |out, answer| {
        show::members(out, answer.get("policy"))
    })
}
