//! `anteroom token …`: tokens without a browser.

use std::io::Write;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value};

use super::input::{self, Setting};
use super::server::Server;
use super::{RemoteError, show, tell};

pub const EXAMPLES: &str = "\
Examples:
  TOKEN=$(anteroom token mint --user anne --client demo-client --scope openid)
  curl -H \"Authorization: Bearer $TOKEN\" http://localhost:8080/oauth/userinfo
  anteroom token mint --client demo-service --scope appointment_guest_lookup --lifetime PT10S
  anteroom token mint --user anne --client demo-client --scope 'openid profile' --print id_token
  anteroom token mint --user anne --client demo-client --scope openid --expired
  anteroom token mint --user anne --client demo-client --scope openid --json";

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Deed {
    /// Mint tokens as if somebody had signed in, and print the access token
    #[command(after_help = EXAMPLES)]
    Mint(Box<Wish>),
}

/// What they are to be.
#[derive(Args, Clone, Debug)]
pub struct Wish {
    /// The client they are issued to
    #[arg(long, value_name = "CLIENT_ID")]
    client: String,
    /// Id or user name of whom they speak for [default: nobody, the client itself]
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// What they allow; may be repeated, or several in one with spaces between
    #[arg(long, value_name = "SCOPE", required = true)]
    scope: Vec<String>,
    /// How long access and ID token live, like PT10M [default: as the policy has it]
    #[arg(long, value_name = "DURATION")]
    lifetime: Option<String>,
    /// Access and ID token expired a minute ago
    #[arg(long)]
    expired: bool,
    /// The nonce of the ID token
    #[arg(long)]
    nonce: Option<String>,
    /// When the user signed in [default: now, by the realm's clock]
    #[arg(long, value_name = "INSTANT")]
    auth_time: Option<String>,
    /// How the user signed in; may be repeated
    #[arg(long)]
    amr: Vec<String>,
    /// How well the user was known
    #[arg(long)]
    acr: Option<String>,
    /// A further claim of the ID token and of a JWT access token; may be repeated
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    claims: Vec<Setting>,
    /// Which of the tokens to print
    #[arg(long, value_enum, default_value_t = Printed::Access, value_name = "TOKEN")]
    print: Printed,
}

/// What a pipe gets.
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

impl Wish {
    fn body(self) -> Value {
        let mut body = Map::new();
        body.insert("client_id".to_owned(), self.client.into());
        body.insert("scope".to_owned(), self.scope.join(" ").into());
        let said = [
            ("user", self.user),
            ("lifetime", self.lifetime),
            ("nonce", self.nonce),
            ("auth_time", self.auth_time),
            ("acr", self.acr),
        ];
        body.extend(
            said.into_iter()
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

/// Does it.
pub async fn run(deed: Deed, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    let Deed::Mint(wish) = deed;
    let printed = wish.print.member();
    let answer = server.post(&["tokens"], wish.body()).send().await?;
    if !server.json && answer.value()?.get(printed).is_none() {
        return Err(RemoteError::NotAmong(printed));
    }
    tell(server, &answer, out, |out, tokens| {
        match tokens.get(printed).and_then(Value::as_str) {
            Some(token) => writeln!(out, "{token}"),
            None => show::json(out, tokens),
        }
    })
}
