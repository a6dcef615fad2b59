//! `anteroom realm …`: realms created, copied, reset and deleted while the server runs.

use std::{io::Write, path::PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::{
    Page, RemoteError,
    input::{self, Setting},
    print, save,
    server::Server,
    show,
};
use crate::{config::SeedSource, model::RealmName};

pub const EXAMPLES: &str = "\
Examples:
  ISSUER=$(anteroom realm create)                a realm of your own, with the demo seed
  anteroom clock advance PT2H --server $ISSUER   any command takes such an issuer as its server
  anteroom realm create suite-17 --policy portal --switch auto_login=true --frozen --ttl PT1H
  anteroom realm create --random-seed 7          the same ids and tokens each time
  anteroom realm create --seed seed.toml --now 2025-06-02T08:00:00+02:00
  anteroom realm snapshot suite-17 > before.json
  anteroom realm fork suite-17 suite-18
  anteroom realm restore suite-17 before.json
  anteroom realm delete suite-18";

/// The subcommands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Create a realm, and print its issuer
    #[command(after_help = EXAMPLES)]
    Create(Box<CreateRealm>),
    /// List the realms
    #[command(after_help = EXAMPLES)]
    List {
        #[command(flatten)]
        page: Page,
    },
    /// Show a realm
    #[command(after_help = EXAMPLES)]
    Show {
        /// Its name
        name: RealmName,
    },
    /// Delete a realm with everything in it
    #[command(after_help = EXAMPLES)]
    Delete {
        /// Its name
        name: RealmName,
    },
    /// Create a copy of a realm, and print its issuer
    #[command(after_help = EXAMPLES)]
    Fork {
        /// The realm to copy
        name: RealmName,
        /// The name of the copy [default: a random one]
        #[arg(value_name = "NEW")]
        new: Option<RealmName>,
        /// Delete it after this time of the machine's clock, like PT30M [default: never]
        #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
        ttl: Option<String>,
    },
    /// Reset a realm to its initial seed, policy, clock and random seed
    #[command(after_help = EXAMPLES)]
    Reset {
        /// Its name
        name: RealmName,
    },
    /// Print everything in a realm as one JSON document in a stable order
    #[command(after_help = EXAMPLES)]
    Snapshot {
        /// Its name
        name: RealmName,
        /// Write it to a file instead
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Replace a realm with a snapshot, or create it from one
    #[command(after_help = EXAMPLES)]
    Restore {
        /// The name of the realm
        name: RealmName,
        /// The snapshot; - is standard input
        file: PathBuf,
        /// Delete it after this time of the machine's clock [default: when the replaced realm would be]
        #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
        ttl: Option<String>,
    },
}

/// The realm to create.
#[derive(Args, Clone, Debug)]
pub struct CreateRealm {
    /// Its name [default: a random one]
    name: Option<RealmName>,
    /// The preset of its policy: default or portal [default: the seed's]
    #[arg(long, value_name = "PRESET")]
    policy: Option<String>,
    /// A switch of its policy, like auto_login=true or lifetimes.access_token=60; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    switch: Vec<Setting>,
    /// demo, walkthrough, none, or a seed file in TOML or JSON [default: demo]
    #[arg(long, value_name = "SEED")]
    seed: Option<SeedSource>,
    /// The initial time of its clock [default: the seed's, else the machine's time]
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// Start with a frozen clock
    #[arg(long)]
    frozen: bool,
    /// Delete it after this time of the machine's clock, like PT30M [default: never]
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    ttl: Option<String>,
    /// Make ids and tokens repeatable: the same seed gives the same ids
    #[arg(long, value_name = "TEXT")]
    random_seed: Option<String>,
}

impl CreateRealm {
    fn body(self) -> Result<Value, RemoteError> {
        let mut body = Map::new();
        if let Some(name) = &self.name {
            body.insert("name".to_owned(), name.as_str().into());
        }
        let policy = match (self.policy, self.switch) {
            (preset, switches) if switches.is_empty() => preset.map(Value::String),
            (preset, switches) => {
                let mut policy = input::object(switches);
                if let Some(preset) = preset {
                    policy["preset"] = preset.into();
                }
                Some(policy)
            }
        };
        body.extend(policy.map(|policy| ("policy".to_owned(), policy)));
        let seed = match self.seed {
            Some(SeedSource::File(file)) => Some(input::document(&file)?),
            shipped => shipped.map(|shipped| shipped.to_string().into()),
        };
        body.extend(seed.map(|seed| ("seed".to_owned(), seed)));
        if self.now.is_some() || self.frozen {
            let mut clock = json!({"frozen": self.frozen});
            if let Some(now) = self.now {
                clock["now"] = now.into();
            }
            body.insert("clock".to_owned(), clock);
        }
        for (name, text) in [("ttl", self.ttl), ("random_seed", self.random_seed)] {
            body.extend(text.map(|text| (name.to_owned(), text.into())));
        }
        Ok(Value::Object(body))
    }
}

/// Sends the request, and prints the answer.
pub async fn run(command: Command, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    match command {
        Command::Create(request) => {
            let answer = server.post(&["realms"], request.body()?).send().await?;
            print(server, &answer, out, issuer)
        }
        Command::List { page } => {
            let answer = page.add_to(server.get(&["realms"])).send().await?;
            print(server, &answer, out, |out, all| show::page(out, all, "realms", PLACES))
        }
        Command::Show { name } => {
            let answer = server.get(&["realms", name.as_str()]).send().await?;
            print(server, &answer, out, |out, realm| show::lines(out, realm, PLACES))
        }
        Command::Delete { name } => {
            let answer = server.delete(&["realms", name.as_str()]).send().await?;
            print(server, &answer, out, |out, _| writeln!(out, "{name} is deleted"))
        }
        Command::Fork { name, new, ttl } => {
            let mut body = json!({});
            if let Some(new) = new {
                body["name"] = new.as_str().into();
            }
            if let Some(ttl) = ttl {
                body["ttl"] = ttl.into();
            }
            let answer = server.post(&["realms", name.as_str(), "fork"], body).send().await?;
            print(server, &answer, out, issuer)
        }
        Command::Reset { name } => {
            let answer = server
                .post(&["realms", name.as_str(), "reset"], json!({}))
                .send()
                .await?;
            print(server, &answer, out, |out, _| writeln!(out, "{name} is reset"))
        }
        Command::Snapshot { name, out: file } => {
            let answer = server.get(&["realms", name.as_str(), "snapshot"]).send().await?;
            save(&answer, file, out)
        }
        Command::Restore { name, file, ttl } => {
            let call = server.put(&["realms", name.as_str(), "snapshot"], Value::Null);
            let answer = call.with_document(input::read(&file)?).query("ttl", ttl).send().await?;
            print(server, &answer, out, |out, _| writeln!(out, "{name} is restored"))
        }
    }
}

const PLACES: &[show::Place] = &[
    ("name", "/name"),
    ("issuer", "/issuer"),
    ("policy", "/policy"),
    ("now", "/clock/now"),
    ("frozen", "/clock/frozen"),
    ("rate", "/clock/rate"),
    ("created", "/created_at"),
    ("expires", "/expires_at"),
];

/// Only the issuer, for use in scripts.
fn issuer(out: &mut impl Write, realm: &Value) -> std::io::Result<()> {
    match realm.get("issuer").and_then(Value::as_str) {
        Some(issuer) => writeln!(out, "{issuer}"),
        None => show::json(out, realm),
    }
}
