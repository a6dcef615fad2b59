//! `anteroom client …`: the applications that may ask for tokens.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::input::{self, Setting};
use super::server::Server;
use super::{Page, RemoteError, show, tell};

pub const EXAMPLES: &str = "\
Examples:
  anteroom client list
  anteroom client add my-app --redirect-uri http://127.0.0.1:3000/cb
  anteroom client add my-spa --public --redirect-uri https://spa.test/cb --grant-type authorization_code
  anteroom client add --file client.json
  anteroom client change my-app --set access_token_format=jwt --set client_name='My App'
  SECRET=$(anteroom client rotate-secret my-app)
  anteroom client delete my-app

The members of a client are those of RFC 7591 and of a seed; /control/api-docs lists them all.";

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Deed {
    /// The clients, in the order they were added
    #[command(after_help = EXAMPLES)]
    List {
        #[command(flatten)]
        page: Page,
    },
    /// One client
    #[command(after_help = EXAMPLES)]
    Show {
        /// Its client_id
        #[arg(value_parser = input::id)]
        id: String,
    },
    /// Add a client; a secret that is made up is shown this once
    #[command(after_help = EXAMPLES)]
    Add {
        /// Its client_id [default: made up]
        id: Option<String>,
        /// Its secret [default: made up, unless it is public]
        #[arg(long)]
        secret: Option<String>,
        /// It cannot keep a secret, and has none
        #[arg(long, conflicts_with = "secret")]
        public: bool,
        #[command(flatten)]
        said: Said,
    },
    /// Change what is said, and leave the rest
    #[command(after_help = EXAMPLES)]
    Change {
        /// Its client_id
        #[arg(value_parser = input::id)]
        id: String,
        #[command(flatten)]
        said: Said,
    },
    /// Give it a new secret and print that; the old one ends at once
    #[command(after_help = EXAMPLES)]
    RotateSecret {
        /// Its client_id
        #[arg(value_parser = input::id)]
        id: String,
        /// The new one [default: made up]
        #[arg(long)]
        secret: Option<String>,
    },
    /// Delete a client with all it was granted
    #[command(after_help = EXAMPLES)]
    Delete {
        /// Its client_id
        #[arg(value_parser = input::id)]
        id: String,
    },
}

/// What is said of a client.
#[derive(Args, Clone, Debug)]
pub struct Said {
    /// A client in JSON or TOML; - is standard input. What is said besides wins
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Where it may be sent back to; may be repeated
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// What it may use: authorization_code, refresh_token, client_credentials; may be repeated
    #[arg(long, value_name = "TYPE")]
    grant_type: Vec<String>,
    /// What it may ask for [default: all the realm supports]
    #[arg(long, value_name = "SCOPES")]
    scope: Option<String>,
    /// Any other member, like access_token_format=jwt; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<Setting>,
}

impl Said {
    fn body(self) -> Result<Value, RemoteError> {
        let mut body = match &self.file {
            Some(path) => input::document(path)?,
            None => json!({}),
        };
        for setting in self.set {
            setting.put(&mut body);
        }
        for (name, list) in [("redirect_uris", self.redirect_uri), ("grant_types", self.grant_type)] {
            if !list.is_empty() {
                body[name] = list.into();
            }
        }
        if let Some(scope) = self.scope {
            body["scope"] = scope.into();
        }
        Ok(body)
    }
}

/// Does it.
pub async fn run(deed: Deed, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    let call = match deed {
        Deed::List { page } => {
            let answer = page.ask(server.get(&["clients"])).send().await?;
            return tell(server, &answer, out, |out, all| {
                show::page(out, all, "clients", COLUMNS)
            });
        }
        Deed::Delete { id } => {
            let answer = server.delete(&["clients", &id]).send().await?;
            return tell(server, &answer, out, |out, _| {
                writeln!(out, "{} is gone", show::plain(&id))
            });
        }
        Deed::RotateSecret { id, secret } => {
            let body = secret.map_or_else(|| json!({}), |secret| json!({"client_secret": secret}));
            let answer = server.post(&["clients", &id, "secret"], body).send().await?;
            return tell(server, &answer, out, new_secret);
        }
        Deed::Show { id } => server.get(&["clients", &id]),
        Deed::Add {
            id,
            secret,
            public,
            said,
        } => {
            let mut body = said.body()?;
            for (name, text) in [("client_id", id), ("client_secret", secret)] {
                if let Some(text) = text {
                    body[name] = text.into();
                }
            }
            if public {
                body["token_endpoint_auth_method"] = "none".into();
            }
            server.post(&["clients"], body)
        }
        Deed::Change { id, said } => server.patch(&["clients", &id], said.body()?),
    };
    let answer = call.send().await?;
    tell(server, &answer, out, |out, client| show::members(out, Some(client)))
}

/// The secret alone, so that a script can take it; one that was given is not told again.
fn new_secret(out: &mut impl Write, client: &Value) -> io::Result<()> {
    match client.get("client_secret").and_then(Value::as_str) {
        Some(secret) => writeln!(out, "{secret}"),
        None => Ok(()),
    }
}

const COLUMNS: &[show::Place] = &[
    ("client_id", "/client_id"),
    ("name", "/client_name"),
    ("method", "/token_endpoint_auth_method"),
    ("grant types", "/grant_types"),
    ("access token", "/access_token_format"),
];
