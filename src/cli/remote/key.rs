//! `anteroom key …`: what a realm signs with.

use std::io::Write;
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::input;
use super::server::Server;
use super::{RemoteError, list, show, tell};

pub const EXAMPLES: &str = "\
Examples:
  anteroom key list --realm suite-17
  anteroom key rotate                           a new key signs, the old ones are still published
  anteroom key rotate --alg ES256 --withdraw-old
  anteroom key import my-key.pem --kid my-key
  anteroom key add --alg RS256                  published, but it never signs
  anteroom key withdraw my-key";

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Deed {
    /// The keys, the newest first
    #[command(after_help = EXAMPLES)]
    List,
    /// Make a new key that signs from now on
    #[command(after_help = EXAMPLES)]
    Rotate {
        /// RS256 or ES256 [default: what the policy signs with]
        #[arg(long)]
        alg: Option<String>,
        /// What it is called [default: its thumbprint]
        #[arg(long)]
        kid: Option<String>,
        /// The keys that signed before are not published any more
        #[arg(long)]
        withdraw_old: bool,
    },
    /// Sign with a key of one's own
    #[command(after_help = EXAMPLES)]
    Import {
        /// A private key: PEM, or a JWK in JSON; - is standard input
        file: PathBuf,
        /// What it is called [default: the JWK's name, or its thumbprint]
        #[arg(long)]
        kid: Option<String>,
        /// It is published and believed, but never signs
        #[arg(long)]
        unused: bool,
    },
    /// Make a key that is published and believed, but never signs
    #[command(after_help = EXAMPLES)]
    Add {
        /// RS256 or ES256
        #[arg(long)]
        alg: Option<String>,
        /// What it is called [default: its thumbprint]
        #[arg(long)]
        kid: Option<String>,
    },
    /// Publish a key no more: what it signed is believed no more
    #[command(after_help = EXAMPLES)]
    Withdraw {
        /// What it is called
        #[arg(value_parser = input::id)]
        kid: String,
    },
}

/// Does it.
pub async fn run(deed: Deed, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    let call = match deed {
        Deed::List => server.get(&["keys"]),
        Deed::Rotate { alg, kid, withdraw_old } => {
            let mut body = named(alg, kid);
            if withdraw_old {
                body["withdraw_old"] = true.into();
            }
            server.post(&["keys", "rotate"], body)
        }
        Deed::Import { file, kid, unused } => {
            let text = String::from_utf8_lossy(&input::read(&file)?).into_owned();
            let mut body = named(None, kid);
            match serde_json::from_str::<Value>(&text) {
                Ok(jwk) => body["jwk"] = jwk,
                Err(_) => body["pem"] = text.into(),
            }
            if unused {
                body["signs"] = false.into();
            }
            server.post(&["keys"], body)
        }
        Deed::Add { alg, kid } => {
            let mut body = named(alg, kid);
            body["signs"] = false.into();
            server.post(&["keys"], body)
        }
        Deed::Withdraw { kid } => {
            let answer = server.delete(&["keys", &kid]).send().await?;
            return tell(server, &answer, out, |out, _| {
                writeln!(out, "{} is withdrawn", show::plain(&kid))
            });
        }
    };
    let answer = call.send().await?;
    tell(server, &answer, out, |out, all| {
        show::table(out, list(all, "keys"), COLUMNS)
    })
}

fn named(alg: Option<String>, kid: Option<String>) -> Value {
    let mut body = json!({});
    for (name, text) in [("alg", alg), ("kid", kid)] {
        if let Some(text) = text {
            body[name] = text.into();
        }
    }
    body
}

const COLUMNS: &[show::Place] = &[
    ("kid", "/kid"),
    ("alg", "/alg"),
    ("signs", "/signs"),
    ("in use", "/in_use"),
];
