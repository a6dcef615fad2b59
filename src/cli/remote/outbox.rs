//! `anteroom outbox …`: e-mails, text messages and webhooks of a realm.

use std::io::{self, Write};

use clap::{Args, Subcommand};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    RemoteError, input, list, print, save,
    server::{Call, Server},
    show, wait,
};

pub const EXAMPLES: &str = "\
Examples:
  anteroom outbox list --realm suite-17
  anteroom outbox wait --recipient anne@example.com --for 10s
  anteroom outbox show 01979f2c-… --html > message.html
  anteroom outbox wait --webhook --event appointment.booked --json
  anteroom outbox deliver 01979f2c-… --webhook
  anteroom outbox clear

Messages are e-mails and text messages. With --webhook, a command is about webhooks instead.";

/// The subcommands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// List messages or webhooks, the oldest first
    #[command(after_help = EXAMPLES)]
    List(OutboxFilter),
    /// Wait for a matching message, and print it; exits with 1 when none came
    #[command(after_help = EXAMPLES)]
    Wait {
        #[command(flatten)]
        filter: OutboxFilter,
        /// How long to wait, by the machine's clock
        #[arg(long = "for", value_name = "TIME", default_value = "30s", value_parser = input::duration)]
        timeout: SignedDuration,
    },
    /// Show one message
    #[command(after_help = EXAMPLES)]
    Show {
        /// Its id, from a list
        #[arg(value_parser = input::id)]
        id: String,
        /// Print only its HTML
        #[arg(long, conflicts_with = "webhook")]
        html: bool,
        #[command(flatten)]
        kind: Kind,
    },
    /// Send it again, with all attempts
    #[command(after_help = EXAMPLES)]
    Deliver {
        /// Its id, from a list
        #[arg(value_parser = input::id)]
        id: String,
        #[command(flatten)]
        kind: Kind,
    },
    /// Delete all messages and webhooks
    #[command(after_help = EXAMPLES)]
    Clear {
        #[command(flatten)]
        kind: Kind,
    },
}

/// Messages, or webhooks.
#[derive(Args, Clone, Copy, Debug)]
pub struct Kind {
    /// Webhooks instead of messages
    #[arg(long)]
    webhook: bool,
}

/// OutboxFilter of them are meant.
#[derive(Args, Clone, Debug)]
pub struct OutboxFilter {
    #[command(flatten)]
    kind: Kind,
    /// Only items after the one with this id
    #[arg(long, value_name = "ID", value_parser = input::id)]
    after: Option<String>,
    /// Only items in this delivery state: kept, due, waiting, delivered or given_up
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
    /// The most items to list, 1 to 500
    #[arg(long, value_name = "NUMBER", value_parser = input::whole_number::<u32>)]
    limit: Option<u32>,
    /// Only messages to this address or number
    #[arg(long, value_name = "ADDRESS", conflicts_with = "webhook")]
    recipient: Option<String>,
    /// Only messages written for this reason, like asap_list.earlier_slot
    #[arg(long, value_name = "REASON", conflicts_with = "webhook")]
    reason: Option<String>,
    /// Only messages of this channel: email or sms
    #[arg(long, value_name = "CHANNEL", conflicts_with = "webhook")]
    channel: Option<String>,
    /// Only webhooks for this event
    #[arg(long, value_name = "EVENT", requires = "webhook")]
    event: Option<String>,
    /// Only webhooks to exactly this URL
    #[arg(long, value_name = "URL", requires = "webhook")]
    url: Option<String>,
}

/// Sends the request, and prints the answer.
pub async fn run(command: Command, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    match command {
        Command::List(filter) => {
            let answer = filter.request(server, None).send().await?;
            print(server, &answer, out, |out, all| filter.kind.table(out, all))
        }
        Command::Wait { filter, timeout } => {
            let request = |slice| filter.request(server, Some(slice));
            let answer = wait(timeout, filter.kind.list(), request).await?;
            print(server, &answer, out, |out, all| filter.kind.table(out, all))
        }
        Command::Show { id, html: true, .. } => {
            let answer = server.get(&["outbox", &id, "html"]).send().await?;
            save(&answer, None, out)
        }
        Command::Show { id, kind, .. } => {
            let answer = server.get(&kind.path(&[&id])).send().await?;
            print(server, &answer, out, message)
        }
        Command::Deliver { id, kind } => {
            let answer = server.post(&kind.path(&[&id, "deliver"]), json!({})).send().await?;
            print(server, &answer, out, |out, _| {
                writeln!(out, "{} is due", show::plain(&id))
            })
        }
        Command::Clear { kind } => {
            let answer = server.delete(&kind.path(&[])).send().await?;
            print(server, &answer, out, |out, _| {
                writeln!(out, "the {} are deleted", kind.cleared())
            })
        }
    }
}

impl OutboxFilter {
    fn request<'a>(&self, server: &'a Server, wait: Option<SignedDuration>) -> Call<'a> {
        let call = server.get(&self.kind.path(&[]));
        let call = call
            .query("after", self.after.as_ref())
            .query("state", self.state.as_ref());
        let call = call.query("limit", self.limit).query("wait", wait);
        let call = call
            .query("recipient", self.recipient.as_ref())
            .query("reason", self.reason.as_ref());
        let call = call.query("channel", self.channel.as_ref());
        call.query("event", self.event.as_ref()).query("url", self.url.as_ref())
    }
}

impl Kind {
    fn list(self) -> &'static str {
        if self.webhook { "webhooks" } else { "messages" }
    }

    /// Clearing the messages clears the webhooks, too.
    fn cleared(self) -> &'static str {
        if self.webhook {
            "webhooks"
        } else {
            "messages and webhooks"
        }
    }

    fn path<'a>(self, below: &[&'a str]) -> Vec<&'a str> {
        let mut path = vec!["outbox"];
        path.extend(self.webhook.then_some("webhooks"));
        path.extend(below);
        path
    }

    fn table(self, out: &mut impl Write, all: &Value) -> io::Result<()> {
        let places: &[show::Place] = if self.webhook {
            &[ID, WRITTEN, ("event", "/event"), ("url", "/url"), STATE]
        } else {
            &[ID, WRITTEN, ("recipient", "/recipient"), ("subject", "/subject"), STATE]
        };
        show::table(out, list(all, self.list()), places)
    }
}

const ID: show::Place = ("id", "/id");
const WRITTEN: show::Place = ("written", "/written_at");
const STATE: show::Place = ("state", "/delivery/state");

/// A message or webhook: its facts, then its body.
fn message(out: &mut impl Write, message: &Value) -> io::Result<()> {
    let envelope: &[show::Place] = &[
        ("to", "/recipient"),
        ("to", "/url"),
        ("subject", "/subject"),
        ("event", "/event"),
        ("reason", "/reason"),
        WRITTEN,
        STATE,
        ("next try", "/delivery/next_attempt_at"),
    ];
    show::lines(out, message, envelope)?;
    match message.get("body").and_then(Value::as_str) {
        Some(body) => writeln!(out, "\n{}", show::plain(body)),
        None => Ok(()),
    }
}
