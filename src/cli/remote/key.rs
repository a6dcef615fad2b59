//! `anteroom key …`: the signing keys of a realm.

use std::{io::Write, path::PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use super::{RemoteError, input, list, print, server::Server, show};

pub const EXAMPLES: &str = "\
Examples:
  anteroom key list --realm suite-17
  anteroom key rotate                           a new key signs, the old ones are still published
  anteroom key rotate --alg ES256 --set-algorithm
                                                tokens are signed with ES256 from now on
  anteroom key import my-key.pem --kid my-key
  anteroom key add --alg RS256                  published, but it never signs
  anteroom key withdraw my-key";

/// The subcommands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// List the keys, the newest first
    #[command(after_help = EXAMPLES)]
    List,
    /// Create a new key; it signs tokens from now on where its algorithm is the realm's
    #[command(after_help = EXAMPLES)]
    Rotate {
        /// RS256 or ES256 [default: the policy's algorithm]
        #[arg(long)]
        alg: Option<String>,
        /// Its key id [default: its thumbprint]
        #[arg(long)]
        kid: Option<String>,
        /// Remove the previous keys from the JWKS
        #[arg(long)]
        withdraw_old: bool,
        /// Make its algorithm the realm's (policy switch id_token_signing_alg)
        #[arg(long)]
        set_algorithm: bool,
    },
    /// Import a key of your own, and sign with it
    #[command(after_help = EXAMPLES)]
    Import {
        /// A private key: PEM, or a JWK in JSON; - is standard input
        file: PathBuf,
        /// Its key id [default: the JWK's, else its thumbprint]
        #[arg(long)]
        kid: Option<String>,
        /// Publish it in the JWKS, but never sign with it
        #[arg(long)]
        unused: bool,
    },
    /// Create a key that is published in the JWKS, but never signs
    #[command(after_help = EXAMPLES)]
    Add {
        /// RS256 or ES256
        #[arg(long)]
        alg: Option<String>,
        /// Its key id [default: its thumbprint]
        #[arg(long)]
        kid: Option<String>,
    },
    /// Remove a key from the JWKS; tokens it signed become invalid
    #[command(after_help = EXAMPLES)]
    Withdraw {
        /// Its key id
        #[arg(value_parser = input::id)]
        kid: String,
    },
}

/// Sends the request, and prints the answer.
pub async fn run(command: Command, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    let call = match command {
        Command::List => server.get(&["keys"]),
        Command::Rotate {
            alg,
            kid,
            withdraw_old,
            set_algorithm,
        } => {
            let mut body = named(alg, kid);
            for (member, set) in [("withdraw_old", withdraw_old), ("set_algorithm", set_algorithm)] {
                if set {
                    body[member] = true.into();
                }
            }
            server.post(&["keys", "rotate"], body)
        }
        Command::Import { file, kid, unused } => {
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
        Command::Add { alg, kid } => {
            let mut body = named(alg, kid);
            body["signs"] = false.into();
            server.post(&["keys"], body)
        }
        Command::Withdraw { kid } => {
            let answer = server.delete(&["keys", &kid]).send().await?;
            return print(server, &answer, out, |out, _| {
                writeln!(out, "{} is withdrawn", show::plain(&kid))
            });
        }
    };
    let answer = call.send().await?;
    print(server, &answer, out, |out, all| {
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
    ("signs tokens", "/signs_tokens"),
];
