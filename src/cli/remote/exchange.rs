//! `anteroom exchange …`: recorded requests and responses, and why a request was refused.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::{Args, Subcommand};
use jiff::SignedDuration;
use serde_json::Value;

use super::{
    LONGEST_SLICE, RemoteError, input, list, print, save,
    server::{Call, Server},
    show, wait,
};

pub const EXAMPLES: &str = "\
Examples:
  anteroom exchange list --realm suite-17 --refused true
  anteroom exchange wait --endpoint token --client demo-client --for 10s
  anteroom exchange show last
  anteroom exchange show 17
  anteroom exchange curl 01979f2c-… > again.sh
  anteroom exchange flows
  anteroom exchange har 3 --out flow.har
  anteroom exchange count --endpoint token --expect 1
  anteroom exchange clear

Passwords, codes and tokens are not recorded. A flow is everything from an authorization request to the last use of its
tokens.";

pub const TAIL_EXAMPLES: &str = "\
Examples:
  anteroom tail
  anteroom tail --refused true --realm suite-17";

/// The subcommands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// List exchanges, the newest last
    #[command(after_help = EXAMPLES)]
    List {
        #[command(flatten)]
        filter: ExchangeFilter,
        #[command(flatten)]
        page: Page,
    },
    /// Wait for a matching exchange, and print it; exits with 1 when none came
    #[command(after_help = EXAMPLES)]
    Wait {
        #[command(flatten)]
        filter: ExchangeFilter,
        #[command(flatten)]
        page: Page,
        /// How long to wait, by the machine's clock
        #[arg(long = "for", value_name = "TIME", default_value = "30s", value_parser = input::duration)]
        timeout: SignedDuration,
    },
    /// Show one exchange; a refusal is explained
    #[command(after_help = EXAMPLES)]
    Show {
        /// Its id or the beginning of it, its sequence number, or `last`
        #[arg(value_parser = input::id)]
        id: String,
    },
    /// Print a request as a curl command, with secrets as shell variables
    #[command(after_help = EXAMPLES)]
    Curl {
        /// Its id or the beginning of it, its sequence number, or `last`
        #[arg(value_parser = input::id)]
        id: String,
    },
    /// List the flows
    #[command(after_help = EXAMPLES)]
    Flows {
        #[command(flatten)]
        filter: ExchangeFilter,
    },
    /// Export a flow as an HTTP archive (HAR 1.2)
    #[command(after_help = EXAMPLES)]
    Har {
        /// The number of the flow
        #[arg(value_parser = input::id)]
        flow: String,
        /// Write it to a file instead
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Count the matching exchanges
    #[command(after_help = EXAMPLES)]
    Count {
        #[command(flatten)]
        filter: ExchangeFilter,
        /// Only exchanges after this sequence number
        #[arg(long, value_name = "SEQUENCE", value_parser = input::whole_number::<u64>)]
        after: Option<u64>,
        /// The expected number; exits with 1 if it differs
        #[arg(long, value_name = "NUMBER", value_parser = input::whole_number::<u64>)]
        expect: Option<u64>,
    },
    /// Empty the journal
    #[command(after_help = EXAMPLES)]
    Clear,
}

/// ExchangeFilter exchanges are meant.
#[derive(Args, Clone, Debug)]
pub struct ExchangeFilter {
    /// Only exchanges of the flow with this number
    #[arg(long, value_name = "FLOW", value_parser = input::whole_number::<u64>)]
    flow: Option<u64>,
    /// Only exchanges of this client
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
    /// Only exchanges of the user with this name
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Only exchanges at this endpoint: token, userinfo, login, …, or a path
    #[arg(long, value_name = "ENDPOINT")]
    endpoint: Option<String>,
    /// Only exchanges with this method
    #[arg(long, value_name = "METHOD")]
    method: Option<String>,
    /// Only responses with this status, like 400 or 4xx
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only exchanges with a refusal (true), or without (false)
    #[arg(long, value_name = "BOOL")]
    refused: Option<bool>,
    /// Only exchanges that this fault has changed
    #[arg(long, value_name = "FAULT")]
    fault: Option<String>,
}

/// ExchangeFilter part of them.
#[derive(Args, Clone, Debug)]
pub struct Page {
    /// Only exchanges after this sequence number
    #[arg(long, value_name = "SEQUENCE", value_parser = input::whole_number::<u64>)]
    after: Option<u64>,
    /// The most exchanges to list, 1 to 500
    #[arg(long, value_name = "NUMBER", value_parser = input::whole_number::<u32>)]
    limit: Option<u32>,
}

impl ExchangeFilter {
    fn add_to<'a>(&self, call: Call<'a>) -> Call<'a> {
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
    fn add_to<'a>(&self, call: Call<'a>) -> Call<'a> {
        call.query("after", self.after).query("limit", self.limit)
    }
}

/// Sends the request, and prints the answer.
pub async fn run(command: Command, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    match command {
        Command::List { filter, page } => {
            let answer = page.add_to(filter.add_to(server.get(&["exchanges"]))).send().await?;
            print(server, &answer, out, table)
        }
        Command::Wait { filter, page, timeout } => {
            let request = |slice| {
                page.add_to(filter.add_to(server.get(&["exchanges"])))
                    .query("wait", Some(slice))
            };
            let answer = wait(timeout, "exchanges", request).await?;
            print(server, &answer, out, table)
        }
        Command::Show { id } => {
            let answer = server.get(&["exchanges", &id]).send().await?;
            print(server, &answer, out, exchange)
        }
        Command::Curl { id } => save(&server.get(&["exchanges", &id, "curl"]).send().await?, None, out),
        Command::Flows { filter } => {
            let answer = filter.add_to(server.get(&["exchanges", "flows"])).send().await?;
            print(server, &answer, out, |out, all| {
                show::table(out, list(all, "flows"), FLOWS)
            })
        }
        Command::Har { flow, out: file } => {
            let answer = server.get(&["exchanges", "flows", &flow, "har"]).send().await?;
            save(&answer, file, out)
        }
        Command::Count { filter, after, expect } => {
            let call = filter.add_to(server.get(&["exchanges", "count"]));
            let answer = call.query("after", after).query("expect", expect).send().await?;
            print(server, &answer, out, |out, found| {
                match found.get("count").and_then(Value::as_u64) {
                    Some(count) => writeln!(out, "{count}"),
                    None => show::json(out, found),
                }
            })
        }
        Command::Clear => {
            let answer = server.delete(&["exchanges"]).send().await?;
            print(server, &answer, out, |out, _| writeln!(out, "the journal is empty"))
        }
    }
}

/// Prints exchanges as they come, for ever.
pub async fn tail(filter: &ExchangeFilter, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    let mut after = 0;
    loop {
        let call = filter.add_to(server.get(&["exchanges"])).query("after", Some(after));
        let answer = call.query("wait", Some(LONGEST_SLICE)).send().await?.value()?;
        for exchange in list(&answer, "exchanges") {
            if server.json {
                writeln!(out, "{exchange}")?;
            } else {
                line(out, exchange)?;
            }
            after = exchange.get("sequence").and_then(Value::as_u64).unwrap_or(after);
        }
        out.flush()?;
    }
}

/// An exchange on one line.
fn line(out: &mut impl Write, exchange: &Value) -> io::Result<()> {
    let cells = [
        "/started_at",
        "/request/method",
        "/request/path",
        "/response/status",
        "/client_id",
        "/user",
        "/refusal/code",
        "/refusal/description",
        "/faults/0/fault",
    ];
    let cells = cells.iter().filter_map(|place| exchange.pointer(place));
    let cells: Vec<_> = cells.filter(|cell| !cell.is_null()).map(show::cell).collect();
    writeln!(out, "{}", cells.join("  "))
}

fn table(out: &mut impl Write, all: &Value) -> io::Result<()> {
    let places: &[show::Place] = &[
        ("sequence", "/sequence"),
        ("id", "/id"),
        ("started", "/started_at"),
        ("method", "/request/method"),
        ("path", "/request/path"),
        ("status", "/response/status"),
        ("took ms", "/milliseconds"),
        ("client", "/client_id"),
        ("user", "/user"),
        ("flow", "/flow"),
        ("refused", "/refusal/code"),
        ("fault", "/faults/0/fault"),
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

/// One exchange: its facts, the refusal, and both bodies.
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
    ];
    show::lines(out, exchange, facts)?;
    if let Some(refusal) = exchange.get("refusal") {
        writeln!(out, "\nRefused:")?;
        show::members(out, Some(refusal))?;
    }
    for note in list(exchange, "notes") {
        writeln!(out, "\nNote: {}", show::cell(note))?;
    }
    for fault in list(exchange, "faults") {
        writeln!(out, "\nFault:")?;
        show::members(out, Some(fault))?;
    }
    for token in list(exchange, "jwts") {
        writeln!(
            out,
            "\nToken in {}:",
            show::cell(token.get("found_in").unwrap_or(&Value::Null))
        )?;
        show::members(out, token.get("header"))?;
        show::members(out, token.get("claims"))?;
    }
    for (name, place) in [("Request", "/request/body/text"), ("Response", "/response/body/text")] {
        let body = exchange
            .pointer(place)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty());
        if let Some(text) = body {
            writeln!(out, "\n{name}:\n{}", show::plain(text))?;
        }
    }
    Ok(())
}
