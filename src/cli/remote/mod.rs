//! `anteroom realm|clock|…`: what the control API of a running server offers, from the command line.
//!
//! | file | what |
//! | --- | --- |
//! | [`server`] | the server, asked over HTTP |
//! | [`show`] | answers as people read them |
//! | [`input`] | files and values as they are typed |
//! | the rest | one file per noun, named as its command and as its file in `control` |
//!
//! Each command is one request. What the server refuses ends with its reason on standard error and status 1; a command line
//! that cannot be understood ends with 2 before anybody is asked.

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

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::Value;

use crate::model::RealmName;
use server::{Answer, Call, Server, ServerFlags};

/// The nouns.
#[derive(Clone, Debug, Subcommand)]
pub enum RemoteCommand {
    /// Issuers of a running server: make, list, fork, reset, snapshot, restore, delete
    #[command(after_help = realm::EXAMPLES)]
    Realm(OfServer<realm::Deed>),
    /// A realm's time: read, advance, set forward, freeze, resume, speed up
    #[command(after_help = clock::EXAMPLES)]
    Clock(OfRealm<clock::Deed>),
    /// Misbehaviour on purpose: the catalogue, arm, list, disarm
    #[command(after_help = fault::EXAMPLES)]
    Fault(OfRealm<fault::Deed>),
    /// What was asked and answered: list, wait for, explain, repeat with curl, export
    #[command(after_help = exchange::EXAMPLES)]
    Exchange(OfRealm<exchange::Deed>),
    /// The messages and webhooks a realm has written: list, wait for, read, deliver again, clear
    #[command(after_help = outbox::EXAMPLES)]
    Outbox(OfRealm<outbox::Deed>),
    /// Tokens for anybody, without a browser
    #[command(after_help = token::EXAMPLES)]
    Token(OfRealm<token::Deed>),
    /// The people of a realm: list, show, add, change, delete
    #[command(after_help = user::EXAMPLES)]
    User(OfRealm<user::Deed>),
    /// The clients of a realm: list, show, add, change, rotate a secret, delete
    #[command(after_help = client::EXAMPLES)]
    Client(OfRealm<client::Deed>),
    /// A realm's policy: show, set switches, use a preset
    #[command(after_help = policy::EXAMPLES)]
    Policy(OfRealm<policy::Deed>),
    /// A realm's signing keys: list, rotate, import, add, withdraw
    #[command(after_help = key::EXAMPLES)]
    Key(OfRealm<key::Deed>),
}

/// A command for the whole server.
#[derive(Args, Clone, Debug)]
pub struct OfServer<Deed: Subcommand> {
    #[command(subcommand)]
    deed: Deed,
    #[command(flatten)]
    server: ServerFlags,
}

/// A command for one realm.
#[derive(Args, Clone, Debug)]
pub struct OfRealm<Deed: Subcommand> {
    #[command(subcommand)]
    deed: Deed,
    #[command(flatten)]
    at: RealmFlags,
}

/// Which realm is meant, and of which server.
#[derive(Args, Clone, Debug)]
pub struct RealmFlags {
    /// The realm [default: the one whose issuer --server is, or the one at the root]
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
    /// Asks the server, and writes what it answered to `out`.
    pub async fn run(self, out: &mut impl Write) -> Result<(), RemoteError> {
        match self {
            Self::Realm(OfServer { deed, server }) => realm::run(deed, &server.root()?, out).await,
            Self::Clock(of) => clock::run(of.deed, &of.at.server()?, out).await,
            Self::Fault(of) => fault::run(of.deed, &of.at.server()?, out).await,
            Self::Exchange(of) => exchange::run(of.deed, &of.at.server()?, out).await,
            Self::Outbox(of) => outbox::run(of.deed, &of.at.server()?, out).await,
            Self::Token(of) => token::run(of.deed, &of.at.server()?, out).await,
            Self::User(of) => user::run(of.deed, &of.at.server()?, out).await,
            Self::Client(of) => client::run(of.deed, &of.at.server()?, out).await,
            Self::Policy(of) => policy::run(of.deed, &of.at.server()?, out).await,
            Self::Key(of) => key::run(of.deed, &of.at.server()?, out).await,
        }
    }
}

/// Which part of a long list.
#[derive(Args, Clone, Debug)]
pub struct Page {
    /// Only what comes after this one
    #[arg(long, value_name = "ID")]
    after: Option<String>,
    /// How many at the most
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u32>,
}

impl Page {
    fn ask(self, call: Call<'_>) -> Call<'_> {
        call.query("after", self.after).query("limit", self.limit)
    }
}

/// Writes an answer: as it came with `--json`, else as `people` would have it.
fn tell<W: Write>(
    server: &Server,
    answer: &Answer,
    out: &mut W,
    people: impl FnOnce(&mut W, &Value) -> io::Result<()>,
) -> Result<(), RemoteError> {
    let value = answer.value()?;
    let written = if server.json {
        show::json(out, &value)
    } else {
        people(out, &value)
    };
    Ok(written?)
}

/// A document byte by byte as the server wrote it, so that it can be kept and compared.
fn save(answer: &Answer, file: Option<PathBuf>, out: &mut impl Write) -> Result<(), RemoteError> {
    match file {
        None => Ok(out.write_all(&answer.body)?),
        Some(path) => fs::write(&path, &answer.body).map_err(|error| RemoteError::File {
            path,
            reason: error.to_string(),
        }),
    }
}

/// Asks until there is something in the list of that name, or patience is at an end. The server waits, in slices.
async fn wait<'a>(
    patience: SignedDuration,
    name: &str,
    ask: impl Fn(SignedDuration) -> Call<'a>,
) -> Result<Answer, RemoteError> {
    let mut left = patience;
    loop {
        let slice = left.min(LONGEST_SLICE);
        let answer = ask(slice).send().await?;
        if !list(&answer.value()?, name).is_empty() {
            return Ok(answer);
        }
        left -= slice;
        if left <= SignedDuration::ZERO {
            return Err(RemoteError::NothingCame(format!("{patience:#}")));
        }
    }
}

/// What a server waits in one request: it answers earlier than asked when that is longer than it likes.
const LONGEST_SLICE: SignedDuration = SignedDuration::from_secs(20);

/// The members of a list in an answer.
fn list<'a>(answer: &'a Value, name: &str) -> &'a [Value] {
    answer.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Why a command came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    #[error(
        "no server answers at {server} ({reason}): start one with `anteroom`, or name the one that runs with --server URL"
    )]
    Unreachable { server: String, reason: String },
    /// In the server's words.
    #[error("{0}")]
    Refused(String),
    #[error("{0} asks for the token it printed when it started: give it as --token TOKEN or as ANTEROOM_CONTROL_TOKEN")]
    TokenWanted(String),
    #[error("{server} answered {status} in a way the control API does not: is it an Anteroom, and of this version?")]
    NotOurs { server: String, status: StatusCode },
    #[error("the server's answer cannot be read: {0}")]
    Unreadable(String),
    #[error("there is no {0} among the tokens that were minted")]
    NotAmong(&'static str),
    #[error("nothing came within {0}")]
    NothingCame(String),
    #[error("{}: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    #[error("the connection cannot be prepared: {0}")]
    Client(String),
    #[error("the answer could not be written: {0}")]
    Output(#[from] io::Error),
}
