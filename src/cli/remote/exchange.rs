//! `anteroom exchange …`: what was asked and answered, and why a refusal was a refusal.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::SignedDuration;
use serde_json::Value;

use super::server::{Call, Server};
use super::{RemoteError, input, list, save, show, tell, wait};

pub const EXAMPLES: &str = "\
Examples:
  anteroom exchange list --realm suite-17 --refused true
  anteroom exchange wait --endpoint token --client demo-client --for 10s
  anteroom exchange show 01979f2c-…
  anteroom exchange curl 01979f2c-… > again.sh
  anteroom exchange flows
  anteroom exchange har 3 --out flow.har
  anteroom exchange count --endpoint token --expect 1
  anteroom exchange clear

Passwords, codes and tokens are not in it. What belongs together from an authorization request to the last use of its
tokens is a flow.";

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Deed {
    /// What has been recorded, the newest last
    #[command(after_help = EXAMPLES)]
    List {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        page: Page,
    },
    /// Wait until there is an exchange that fits, and print it; exits with 1 when none came
    #[command(after_help = EXAMPLES)]
    Wait {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        page: Page,
        /// How long to wait, by the machine's clock
        #[arg(long = "for", value_name = "TIME", default_value = "30s")]
        patience: SignedDuration,
    },
    /// One exchange; a refusal is explained
    #[command(after_help = EXAMPLES)]
    Show {
        /// Its id, as a list or `error_uri` has it
        #[arg(value_parser = input::id)]
        id: String,
    },
    /// One request as a command for curl; secrets are variables of the shell
    #[command(after_help = EXAMPLES)]
    Curl {
        /// Its id
        #[arg(value_parser = input::id)]
        id: String,
    },
    /// The flows
    #[command(after_help = EXAMPLES)]
    Flows {
        #[command(flatten)]
        which: Which,
    },
    /// One flow as an HTTP archive (HAR 1.2)
    #[command(after_help = EXAMPLES)]
    Har {
        /// The number of the flow
        #[arg(value_parser = input::id)]
        flow: String,
        /// Write it to a file instead
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// How many there are that fit
    #[command(after_help = EXAMPLES)]
    Count {
        #[command(flatten)]
        which: Which,
        /// Only what comes after the one of this sequence
        #[arg(long, value_name = "SEQUENCE")]
        after: Option<u64>,
        /// How many there should be; exits with 1 if there are more or fewer
        #[arg(long, value_name = "NUMBER")]
        expect: Option<u64>,
    },
    /// Empty the journal
    #[command(after_help = EXAMPLES)]
    Clear,
}

/// Which exchanges are meant.
#[derive(Args, Clone, Debug)]
pub struct Which {
    /// Only those of the flow of this number
    #[arg(long, value_name = "FLOW")]
    flow: Option<u64>,
    /// Only those with this client
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
    /// Only those of the user of this name
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Only those at this endpoint: token, userinfo, login, …, or a path
    #[arg(long, value_name = "ENDPOINT")]
    endpoint: Option<String>,
    /// Only those with this method
    #[arg(long, value_name = "METHOD")]
    method: Option<String>,
    /// Only answers of this status, like 400, or of this kind, like 4xx
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only those with a refusal (true), or without (false)
    #[arg(long, value_name = "BOOL")]
    refused: Option<bool>,
    /// Only those that this fault has bent
    #[arg(long, value_name = "FAULT")]
    fault: Option<String>,
}

/// Which part of them.
#[derive(Args, Clone, Debug)]
pub struct Page {
    /// Only what comes after the one of this sequence
    #[arg(long, value_name = "SEQUENCE")]
    after: Option<u64>,
    /// How many at the most, 1 to 500
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u32>,
}

impl Which {
    fn ask<'a>(&self, call: Call<'a>) -> Call<'a> {
        let call = call.query("flow", self.flow).query("client_id", self.client.as_ref());
        let call = call
            .query("user", self.user.as_ref())
            .query("endpoint", self.endpoint.as_ref());
        let call = call
            .query("method", self.method.as_ref())
            .query("status", self.status.as_ref());
        call.query("refused", self.refused).query("fault", self.fault.as_ref())
    }
}

impl Page {
    fn ask<'a>(&self, call: Call<'a>) -> Call<'a> {
        call.query("after", self.after).query("limit", self.limit)
    }
}

/// Does it.
pub async fn run(deed: Deed, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    match deed {
        Deed::List { which, page } => {
            let answer = page.ask(which.ask(server.get(&["exchanges"]))).send().await?;
            tell(server, &answer, out, table)
        }
        Deed::Wait { which, page, patience } => {
            let ask = |slice| {
                page.ask(which.ask(server.get(&["exchanges"])))
                    .query("wait", Some(slice))
            };
            let answer = wait(patience, "exchanges", ask).await?;
            tell(server, &answer, out, table)
        }
        Deed::Show { id } => {
            let answer = server.get(&["exchanges", &id]).send().await?;
            tell(server, &answer, out, exchange)
        }
        Deed::Curl { id } => save(&server.get(&["exchanges", &id, "curl"]).send().await?, None, out),
        Deed::Flows { which } => {
            let answer = which.ask(server.get(&["exchanges", "flows"])).send().await?;
            tell(server, &answer, out, |out, all| {
                show::table(out, list(all, "flows"), FLOWS)
            })
        }
        Deed::Har { flow, out: file } => {
            let answer = server.get(&["exchanges", "flows", &flow, "har"]).send().await?;
            save(&answer, file, out)
        }
        Deed::Count { which, after, expect } => {
            let call = which.ask(server.get(&["exchanges", "count"]));
            let answer = call.query("after", after).query("expect", expect).send().await?;
            tell(server, &answer, out, |out, found| {
                match found.get("count").and_then(Value::as_u64) {
                    Some(count) => writeln!(out, "{count}"),
                    None => show::json(out, found),
                }
            })
        }
        Deed::Clear => {
            let answer = server.delete(&["exchanges"]).send().await?;
            tell(server, &answer, out, |out, _| writeln!(out, "the journal is empty"))
        }
    }
}

fn table(out: &mut impl Write, all: &Value) -> io::Result<()> {
    let places: &[show::Place] = &[
        ("sequence", "/sequence"),
        ("id", "/id"),
        ("started", "/started_at"),
        ("method", "/request/method"),
        ("path", "/request/path"),
        ("status", "/response/status"),
        ("client", "/client_id"),
        ("user", "/user"),
        ("flow", "/flow"),
        ("refused", "/refusal/code"),
        ("fault", "/fault/fault"),
    ];
    show::table(out, list(all, "exchanges"), places)
}

const FLOWS: &[show::Place] = &[
    ("flow", "/flow"),
    ("started", "/started_at"),
    ("last", "/last_at"),
    ("client", "/client_id"),
    ("user", "/user"),
    ("refused", "/refused"),
];

/// One exchange to be read: what it was, why it was refused, and what was said.
fn exchange(out: &mut impl Write, exchange: &Value) -> io::Result<()> {
    let facts: &[show::Place] = &[
        ("id", "/id"),
        ("started", "/started_at"),
        ("took ms", "/milliseconds"),
        ("method", "/request/method"),
        ("path", "/request/path"),
        ("query", "/request/query"),
        ("status", "/response/status"),
        ("ending", "/ending"),
        ("client", "/client_id"),
        ("user", "/user"),
        ("flow", "/flow"),
        ("fault", "/fault/fault"),
    ];
    show::lines(out, exchange, facts)?;
    if let Some(refusal) = exchange.get("refusal") {
        writeln!(out, "\nRefused:")?;
        show::members(out, Some(refusal))?;
    }
    for (name, place) in [("Sent", "/request/body/text"), ("Answered", "/response/body/text")] {
        let said = exchange
            .pointer(place)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty());
        if let Some(text) = said {
            writeln!(out, "\n{name}:\n{}", show::plain(text))?;
        }
    }
    Ok(())
}
