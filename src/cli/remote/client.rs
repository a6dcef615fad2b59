//! `anteroom client …`: the OAuth clients of a realm.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    Page, RemoteError,
    input::{self, Setting},
    print,
    server::Server,
    show,
};

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

/// The subcommands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// List the clients, in the order they were added
    #[command(after_help = EXAMPLES)]
    List {
        #[command(flatten)]
        page: Page,
    },
    /// Show a client
    #[command(after_help = EXAMPLES)]
    Show {
        /// Its client_id
        #[arg(value_parser = input::id)]
        id: String,
    },
    /// Add a client; a generated secret is shown only now
    #[command(after_help = EXAMPLES)]
    Add {
        /// Its client_id [default: a random one]
        id: Option<String>,
        /// Its secret [default: a random one, unless it is public]
        #[arg(long)]
        secret: Option<String>,
        /// A public client, which has no secret
        #[arg(long, conflicts_with = "secret")]
        public: bool,
        #[command(flatten)]
        members: ClientMembers,
    },
    /// Change the given members, and keep the rest
    #[command(after_help = EXAMPLES)]
    Change {
        /// Its client_id
        #[arg(value_parser = input::id)]
        id: String,
        #[command(flatten)]
        members: ClientMembers,
    },
    /// Give a client a new secret, and print it; the old one becomes invalid
    #[command(after_help = EXAMPLES)]
    RotateSecret {
        /// Its client_id
        #[arg(value_parser = input::id)]
        id: String,
        /// The new secret [default: a random one]
        #[arg(long)]
        secret: Option<String>,
    },
    /// Delete a client with all its grants and tokens
    #[command(after_help = EXAMPLES)]
    Delete {
        /// Its client_id
        #[arg(value_parser = input::id)]
        id: String,
    },
}

/// The members of a client.
#[derive(Args, Clone, Debug)]
pub struct ClientMembers {
    /// A client in JSON or TOML; - is standard input. Other options override it
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A redirect URI; may be repeated
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// A grant type: authorization_code, refresh_token or client_credentials; may be repeated
    #[arg(long, value_name = "TYPE")]
    grant_type: Vec<String>,
    /// The scopes it may request [default: all scopes of the realm]
    #[arg(long, value_name = "SCOPES")]
    scope: Option<String>,
    /// Any other member, like access_token_format=jwt; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<Setting>,
}

impl ClientMembers {
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

/// Sends the request, and prints the answer.
pub async fn run(command: Command, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    let call = match command {
        Command::List { page } => {
            let answer = page.add_to(server.get(&["clients"])).send().await?;
            return print(server, &answer, out, |out, all| {
                show::page(out, all, "clients", COLUMNS)
            });
        }
        Command::Delete { id } => {
            let answer = server.delete(&["clients", &id]).send().await?;
            return print(server, &answer, out, |out, _| {
                writeln!(out, "{} is deleted", show::plain(&id))
            });
        }
        Command::RotateSecret { id, secret } => {
            let body = secret.map_or_else(|| json!({}), |secret| json!({"client_secret": secret}));
            let answer = server.post(&["clients", &id, "secret"], body).send().await?;
            return print(server, &answer, out, new_secret);
        }
        Command::Show { id } => server.get(&["clients", &id]),
        Command::Add {
            id,
            secret,
            public,
            members,
        } => {
            let mut body = members.body()?;
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
        Command::Change { id, members } => server.patch(&["clients", &id], members.body()?),
    };
    let answer = call.send().await?;
    print(server, &answer, out, |out, client| show::members(out, Some(client)))
}

/// Only the secret, for use in scripts; nothing where the secret was given.
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
