//! `anteroom realm|clock|…`: what the control API of a running server offers, from the command line.
//!
//! | file | what |
//! | --- | --- |
//! | [`server`] | the server and its HTTP client |
//! | [`show`] | answers in a form for people |
//! | [`input`] | files and values of the command line |
//! | the rest | one file per noun, named as its command and as its file in `control` |
//!
//! Each command is one request. When the server refuses it, the command prints the reason on standard error and exits
//! with
//! 1. An invalid command line exits with 2 before any request.

mod client;
mod clock;
mod exchange;
mod fault;
mod input;
mod key;
mod outbox;
mod policy;
mod realm;
mod server;
mod show;
mod token;
mod user;

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
};

use clap::{Args, Subcommand};
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::Value;

use server::{Answer, Call, Server, ServerFlags};

use crate::model::RealmName;

/// A command for each noun of the control API.
#[derive(Clone, Debug, Subcommand)]
pub enum RemoteCommand {
    /// Realms (issuers) of a running server: create, list, fork, reset, snapshot, restore, delete
    #[command(after_help = realm::EXAMPLES)]
    Realm(OfServer<realm::Command>),
    /// A realm's clock: show, advance, set, freeze, resume, change its rate
    #[command(after_help = clock::EXAMPLES)]
    Clock(OfRealm<clock::Command>),
    /// Faults: show the catalogue, arm, list, disarm
    #[command(after_help = fault::EXAMPLES)]
    Fault(OfRealm<fault::Command>),
    /// Recorded requests and responses: list, wait for, explain, replay with curl, export
    #[command(after_help = exchange::EXAMPLES)]
    Exchange(OfRealm<exchange::Command>),
    /// Follow the exchanges of a realm, one line each, until it is interrupted
    #[command(after_help = exchange::TAIL_EXAMPLES)]
    Tail(TailFlags),
    /// E-mails, text messages and webhooks of a realm: list, wait for, show, deliver again, clear
    #[command(after_help = outbox::EXAMPLES)]
    Outbox(OfRealm<outbox::Command>),
    /// Tokens for any user or client, without a browser
    #[command(after_help = token::EXAMPLES)]
    Token(OfRealm<token::Command>),
    /// The users of a realm: list, show, add, change, delete
    #[command(after_help = user::EXAMPLES)]
    User(OfRealm<user::Command>),
    /// The clients of a realm: list, show, add, change, rotate a secret, delete
    #[command(after_help = client::EXAMPLES)]
    Client(OfRealm<client::Command>),
    /// A realm's policy: show, change switches, apply a preset
    #[command(after_help = policy::EXAMPLES)]
    Policy(OfRealm<policy::Command>),
    /// A realm's signing keys: list, rotate, import, add, withdraw
    #[command(after_help = key::EXAMPLES)]
    Key(OfRealm<key::Command>),
}

/// A command for the whole server.
#[derive(Args, Clone, Debug)]
pub struct OfServer<C: Subcommand> {
    #[command(subcommand)]
    command: C,
    #[command(flatten)]
    server: ServerFlags,
}

/// A command for one realm.
#[derive(Args, Clone, Debug)]
pub struct OfRealm<C: Subcommand> {
    #[command(subcommand)]
    command: C,
    #[command(flatten)]
    at: RealmFlags,
}

/// The flags of `anteroom tail`.
#[derive(Args, Clone, Debug)]
pub struct TailFlags {
    #[command(flatten)]
    filter: exchange::ExchangeFilter,
    #[command(flatten)]
    at: RealmFlags,
}

/// The realm and the server.
#[derive(Args, Clone, Debug)]
pub struct RealmFlags {
    /// The realm [default: the one whose issuer is given as --server, else the default realm]
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "ANTEROOM_REALM",
        help_heading = "Server"
    )]
    realm: Option<RealmName>,
    #[command(flatten)]
    server: ServerFlags,
}

impl RealmFlags {
    fn server(self) -> Result<Server, RemoteError> {
        self.server.realm(self.realm)
    }
}

impl RemoteCommand {
    /// Sends the request to the server, and writes the answer to `out`.
    pub async fn run(self, out: &mut impl Write) -> Result<(), RemoteError> {
        match self {
            Self::Realm(OfServer { command, server }) => realm::run(command, &server.root()?, out).await,
            Self::Clock(of) => clock::run(of.command, &of.at.server()?, out).await,
            Self::Fault(of) => fault::run(of.command, &of.at.server()?, out).await,
            Self::Exchange(of) => exchange::run(of.command, &of.at.server()?, out).await,
            Self::Tail(TailFlags { filter, at }) => exchange::tail(&filter, &at.server()?, out).await,
            Self::Outbox(of) => outbox::run(of.command, &of.at.server()?, out).await,
            Self::Token(of) => token::run(of.command, &of.at.server()?, out).await,
            Self::User(of) => user::run(of.command, &of.at.server()?, out).await,
            Self::Client(of) => client::run(of.command, &of.at.server()?, out).await,
            Self::Policy(of) => policy::run(of.command, &of.at.server()?, out).await,
            Self::Key(of) => key::run(of.command, &of.at.server()?, out).await,
        }
    }
}

/// The part of a long list.
#[derive(Args, Clone, Debug)]
pub struct Page {
    /// Only items after the one with this id
    #[arg(long, value_name = "ID")]
    after: Option<String>,
    /// The most items to list
    #[arg(long, value_name = "NUMBER", value_parser = input::whole_number::<u32>)]
    limit: Option<u32>,
}

impl Page {
    fn add_to(self, call: Call<'_>) -> Call<'_> {
        call.query("after", self.after).query("limit", self.limit)
    }
}

/// Writes an answer: as JSON with `--json`, else with `for_people`.
fn print<W: Write>(
    server: &Server,
    answer: &Answer,
    out: &mut W,
    for_people: impl FnOnce(&mut W, &Value) -> io::Result<()>,
) -> Result<(), RemoteError> {
    let value = answer.value()?;
    let written = if server.json {
        show::json(out, &value)
    } else {
        for_people(out, &value)
    };
    Ok(written?)
}

/// Writes a document byte for byte as the server sent it, so that it can be stored and compared.
fn save(answer: &Answer, file: Option<PathBuf>, out: &mut impl Write) -> Result<(), RemoteError> {
    match file {
        None => Ok(out.write_all(&answer.body)?),
        Some(path) => fs::write(&path, &answer.body).map_err(|error| RemoteError::File {
            path,
            reason: error.to_string(),
        }),
    }
}

/// Repeats a request until the list of that name has an item, or the time is over. The server waits in each request.
async fn wait<'a>(
    timeout: SignedDuration,
    name: &str,
    ask: impl Fn(SignedDuration) -> Call<'a>,
) -> Result<Answer, RemoteError> {
    let mut left = timeout;
    loop {
        let slice = left.min(LONGEST_SLICE);
        let answer = ask(slice).send().await?;
        if !list(&answer.value()?, name).is_empty() {
            return Ok(answer);
        }
        left -= slice;
        if left <= SignedDuration::ZERO {
            return Err(RemoteError::NothingCame(format!("{timeout:#}")));
        }
    }
}

/// How long to let the server wait in one request.
const LONGEST_SLICE: SignedDuration = SignedDuration::from_secs(20);

/// The members of a list in an answer.
fn list<'a>(answer: &'a Value, name: &str) -> &'a [Value] {
    answer.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    #[error(
        "no server answers at {server} ({reason}): start one with `anteroom`, or name a running one with --server URL"
    )]
    Unreachable { server: String, reason: String },
    /// The reason the server gave.
    #[error("{0}")]
    Refused(String),
    #[error("{0} requires the token that it printed at its start: give it as --token TOKEN or ANTEROOM_CONTROL_TOKEN")]
    TokenRequired(String),
    #[error(
        "{server} answered {status}, but not in the format of the control API: check that it is an Anteroom of this version"
    )]
    NotControlApi { server: String, status: StatusCode },
    #[error("the server's answer is not valid JSON: {0}")]
    Unreadable(String),
    #[error("the server issued no {0}")]
    NotIssued(&'static str),
    #[error("nothing came within {0}")]
    NothingCame(String),
    #[error("{}: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    #[error("the HTTP client cannot be created: {0}")]
    Client(String),
    #[error("the answer could not be written: {0}")]
    Output(#[from] io::Error),
}
