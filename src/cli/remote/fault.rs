//! `anteroom fault …`: faults that are armed on purpose.

use std::io::{self, Write};

use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use super::{
    RemoteError,
    input::{self, Setting},
    list, print,
    server::Server,
    show,
};

pub const EXAMPLES: &str = "\
Examples:
  anteroom fault catalogue
  anteroom fault catalogue id_token_expired
  anteroom fault arm id_token_expired --times 1
  anteroom fault arm delayed_answer --endpoint token --client demo-client --set seconds=3
  anteroom fault arm answered_with_status --share 20 --set status=500
  anteroom fault list
  anteroom fault disarm 01979f2c-… && anteroom fault disarm --all";

/// The subcommands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// List the armed faults, and how often each has triggered
    #[command(after_help = EXAMPLES)]
    List,
    /// List all faults, or show one in full
    #[command(after_help = EXAMPLES)]
    Catalogue {
        /// Its name
        fault: Option<String>,
    },
    /// Arm a fault, and print its id
    #[command(after_help = EXAMPLES)]
    Arm(Box<ArmFault>),
    /// Disarm one fault, or all
    #[command(after_help = EXAMPLES)]
    Disarm {
        /// Its id, as the list shows it
        #[arg(value_parser = input::id, required_unless_present = "all")]
        id: Option<String>,
        /// All armed faults
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
}

/// The fault to arm, and the requests it applies to.
#[derive(Args, Clone, Debug)]
pub struct ArmFault {
    /// Its name in the catalogue
    fault: String,
    /// How many matching requests trigger it [default: see the catalogue; mostly until it is disarmed]
    #[arg(long, value_name = "NUMBER", value_parser = input::whole_number::<u64>)]
    times: Option<u64>,
    /// The percentage of matching requests that trigger it, drawn from the realm's random seed
    #[arg(long, value_name = "PERCENT", value_parser = input::decimal)]
    share: Option<f64>,
    /// The first matching request that triggers it
    #[arg(long, value_name = "NUMBER", value_parser = input::whole_number::<u64>)]
    nth: Option<u64>,
    /// Only requests of this client
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
    /// Only requests about this user
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Only at this endpoint: a group of endpoints, a path, or a method and a path
    #[arg(long, value_name = "ENDPOINT")]
    endpoint: Option<String>,
    /// A parameter of the fault, as the catalogue lists them; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<Setting>,
}

impl ArmFault {
    fn body(self) -> Value {
        let mut body = Map::new();
        body.insert("fault".to_owned(), self.fault.into());
        let members: [(&str, Option<Value>); 6] = [
            ("times", self.times.map(Value::from)),
            ("share", self.share.map(input::number)),
            ("nth", self.nth.map(Value::from)),
            ("client_id", self.client.map(Value::from)),
            ("user", self.user.map(Value::from)),
            ("endpoint", self.endpoint.map(Value::from)),
        ];
        body.extend(
            members
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?))),
        );
        if !self.set.is_empty() {
            body.insert("parameters".to_owned(), input::object(self.set));
        }
        Value::Object(body)
    }
}

/// Sends the request, and prints the answer.
pub async fn run(command: Command, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    match command {
        Command::List => {
            let answer = server.get(&["faults"]).send().await?;
            print(server, &answer, out, |out, all| {
                show::table(out, list(all, "faults"), ARMED)
            })
        }
        Command::Catalogue { fault: None } => {
            let answer = server.get(&["faults", "catalogue"]).send().await?;
            print(server, &answer, out, |out, all| {
                show::table(out, list(all, "faults"), CATALOGUE)
            })
        }
        Command::Catalogue { fault: Some(name) } => {
            let answer = server.get(&["faults", "catalogue"]).send().await?.value()?;
            let found = list(&answer, "faults")
                .iter()
                .find(|fault| fault["fault"] == name.as_str());
            let found = found.ok_or_else(|| {
                RemoteError::Refused(format!(
                    "unknown fault {name:?}: `anteroom fault catalogue` lists all faults"
                ))
            })?;
            Ok(if server.json {
                show::json(out, found)
            } else {
                entry(out, found)
            }?)
        }
        Command::Arm(fault) => {
            let answer = server.post(&["faults"], fault.body()).send().await?;
            print(server, &answer, out, |out, armed| {
                match armed.get("id").and_then(Value::as_str) {
                    Some(id) => writeln!(out, "{}", show::plain(id)),
                    None => show::json(out, armed),
                }
            })
        }
        Command::Disarm { id: Some(id), .. } => {
            let answer = server.delete(&["faults", &id]).send().await?;
            print(server, &answer, out, |out, _| {
                writeln!(out, "{} is disarmed", show::plain(&id))
            })
        }
        Command::Disarm { id: None, .. } => {
            let answer = server.delete(&["faults"]).send().await?;
            print(server, &answer, out, |out, _| writeln!(out, "all faults are disarmed"))
        }
    }
}

/// One fault of the catalogue with its parameters.
fn entry(out: &mut impl Write, fault: &Value) -> io::Result<()> {
    let places: &[show::Place] = &[
        ("fault", "/fault"),
        ("does", "/does"),
        ("a good client", "/good_client"),
        ("section", "/section"),
        ("endpoints", "/endpoints"),
        ("times", "/times"),
    ];
    show::lines(out, fault, places)?;
    let parameters = list(fault, "parameters");
    if !parameters.is_empty() {
        writeln!(out)?;
    }
    let columns: &[show::Place] = &[("parameter", "/name"), ("default", "/default"), ("meaning", "/meaning")];
    show::table(out, parameters, columns)
}

const CATALOGUE: &[show::Place] = &[("fault", "/fault"), ("family", "/family"), ("does", "/does")];

const ARMED: &[show::Place] = &[
    ("id", "/id"),
    ("fault", "/fault"),
    ("times", "/times"),
    ("share", "/share"),
    ("nth", "/nth"),
    ("client", "/client_id"),
    ("user", "/user"),
    ("endpoint", "/endpoint"),
    ("calls", "/calls"),
    ("triggered", "/triggered"),
];
