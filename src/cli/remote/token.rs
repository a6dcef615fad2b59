//! `anteroom token …`: tokens without a browser.

use std::io::Write;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value};

use super::{
    RemoteError,
    input::{self, Setting},
    print,
    server::Server,
    show,
};

pub const EXAMPLES: &str = "\
Examples:
  TOKEN=$(anteroom token mint --user anne --client demo-client --scope openid)
  curl -H \"Authorization: Bearer $TOKEN\" http://localhost:8080/oauth/userinfo
  anteroom token mint --client demo-service --scope appointment_guest_lookup --lifetime PT10S
  anteroom token mint --user anne --client demo-client --scope 'openid profile' --print id_token
  anteroom token mint --user anne --client demo-client --scope openid --expired
  anteroom token mint --user anne --client demo-client --scope openid --json";

/// The subcommands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Issue tokens as if the user had signed in, and print the access token
    #[command(after_help = EXAMPLES)]
    Mint(Box<MintToken>),
}

/// The tokens to issue.
#[derive(Args, Clone, Debug)]
pub struct MintToken {
    /// The client they are issued to
    #[arg(long, value_name = "CLIENT_ID")]
    client: String,
    /// Id or user name of the user [default: none, the tokens are for the client itself]
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// A scope, or several separated by spaces; may be repeated
    #[arg(long, value_name = "SCOPE", required = true)]
    scope: Vec<String>,
    /// How long access token and ID token are valid, like PT10M [default: see the policy]
    #[arg(long, value_name = "DURATION")]
    lifetime: Option<String>,
    /// Make the access token and ID token expired since one minute
    #[arg(long)]
    expired: bool,
    /// The nonce of the ID token
    #[arg(long)]
    nonce: Option<String>,
    /// When the user signed in [default: now, by the realm's clock]
    #[arg(long, value_name = "TIME")]
    auth_time: Option<String>,
    /// The authentication method (amr); may be repeated
    #[arg(long)]
    amr: Vec<String>,
    /// The authentication context class (acr)
    #[arg(long)]
    acr: Option<String>,
    /// A further claim of the ID token and of a JWT access token; may be repeated
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    claims: Vec<Setting>,
    /// The token to print
    #[arg(long, value_enum, default_value_t = Printed::Access, value_name = "TOKEN")]
    print: Printed,
}

/// The token that is printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Printed {
    #[value(name = "access_token")]
    Access,
    #[value(name = "refresh_token")]
    Refresh,
    #[value(name = "id_token")]
    Id,
}

impl Printed {
    fn member(self) -> &'static str {
        match self {
            Self::Access => "access_token",
            Self::Refresh => "refresh_token",
            Self::Id => "id_token",
        }
    }
}

impl MintToken {
    fn body(self) -> Value {
        let mut body = Map::new();
        body.insert("client_id".to_owned(), self.client.into());
        body.insert("scope".to_owned(), self.scope.join(" ").into());
        let members = [
            ("user", self.user),
            ("lifetime", self.lifetime),
            ("nonce", self.nonce),
            ("auth_time", self.auth_time),
            ("acr", self.acr),
        ];
        body.extend(
            members
                .into_iter()
                .filter_map(|(name, text)| Some((name.to_owned(), text?.into()))),
        );
        if self.expired {
            body.insert("expired".to_owned(), true.into());
        }
        if !self.amr.is_empty() {
            body.insert("amr".to_owned(), self.amr.into());
        }
        if !self.claims.is_empty() {
            body.insert("claims".to_owned(), input::object(self.claims));
        }
        Value::Object(body)
    }
}

/// Sends the request, and prints the answer.
pub async fn run(command: Command, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    let Command::Mint(request) = command;
    let printed = request.print.member();
    let answer = server.post(&["tokens"], request.body()).send().await?;
    if !server.json && answer.value()?.get(printed).is_none() {
        return Err(RemoteError::NotIssued(printed));
    }
    print(server, &answer, out, |out, tokens| {
        match tokens.get(printed).and_then(Value::as_str) {
            Some(token) => writeln!(out, "{token}"),
            None => show::json(out, tokens),
        }
    })
}
