//! `anteroom realm …`: issuers made, copied, taken back and removed while the server runs.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::input::{self, Setting};
use super::server::Server;
use super::{Page, RemoteError, save, show, tell};
use crate::config::SeedSource;
use crate::model::RealmName;

pub const EXAMPLES: &str = "\
Examples:
  ISSUER=$(anteroom realm create)                an issuer of one's own, with the demo seed
  anteroom clock advance PT2H --server $ISSUER   any command takes such an issuer as its server
  anteroom realm create suite-17 --policy portal --switch auto_login=true --frozen --ttl PT1H
  anteroom realm create --random-seed 7          its ids and tokens are the same each time
  anteroom realm create --seed seed.toml --now 2025-06-02T08:00:00+02:00
  anteroom realm snapshot suite-17 > before.json
  anteroom realm fork suite-17 suite-18
  anteroom realm restore suite-17 before.json
  anteroom realm delete suite-18";

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Deed {
    /// Make a realm and print its issuer
    #[command(after_help = EXAMPLES)]
    Create(Box<Wishes>),
    /// The realms that live
    #[command(after_help = EXAMPLES)]
    List {
        #[command(flatten)]
        page: Page,
    },
    /// One realm
    #[command(after_help = EXAMPLES)]
    Show {
        /// Its name
        name: RealmName,
    },
    /// Remove a realm with everything in it
    #[command(after_help = EXAMPLES)]
    Delete {
        /// Its name
        name: RealmName,
    },
    /// Make another realm that is the same in everything, and print its issuer
    #[command(after_help = EXAMPLES)]
    Fork {
        /// The one to copy
        name: RealmName,
        /// What the new one is called [default: a name is made up]
        #[arg(value_name = "NEW")]
        new: Option<RealmName>,
        /// How long it lives, by the machine's clock, like PT30M [default: until it is deleted]
        #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
        ttl: Option<String>,
    },
    /// Take a realm back to how it began
    #[command(after_help = EXAMPLES)]
    Reset {
        /// Its name
        name: RealmName,
    },
    /// Print everything in a realm as one JSON document, in an order that does not change
    #[command(after_help = EXAMPLES)]
    Snapshot {
        /// Its name
        name: RealmName,
        /// Write it to a file instead
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Make a realm what a snapshot says, all of it or nothing
    #[command(after_help = EXAMPLES)]
    Restore {
        /// The realm to be
        name: RealmName,
        /// The snapshot; - is standard input
        file: PathBuf,
        /// How long it lives, by the machine's clock [default: as long as the one it replaces]
        #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
        ttl: Option<String>,
    },
}

/// What the new realm should be.
#[derive(Args, Clone, Debug)]
pub struct Wishes {
    /// Its name [default: made up]
    name: Option<RealmName>,
    /// The policy it begins with: default or portal [default: the seed's]
    #[arg(long, value_name = "PRESET")]
    policy: Option<String>,
    /// A switch of its policy, like auto_login=true or lifetimes.access_token=60; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    switch: Vec<Setting>,
    /// demo, walkthrough, none, or a seed file, TOML or JSON, which is sent along [default: demo]
    #[arg(long, value_name = "SEED")]
    seed: Option<SeedSource>,
    /// What its clock shows at first [default: the seed's, or the machine's time]
    #[arg(long, value_name = "INSTANT")]
    now: Option<String>,
    /// Its clock stands still until it is told to run
    #[arg(long)]
    frozen: bool,
    /// How long it lives, by the machine's clock, like PT30M [default: until it is deleted]
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true)]
    ttl: Option<String>,
    /// Makes its ids and tokens repeat: the same seed, the same ids
    #[arg(long, value_name = "TEXT")]
    random_seed: Option<String>,
}

impl Wishes {
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

/// Does it.
pub async fn run(deed: Deed, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    match deed {
        Deed::Create(wishes) => {
            let answer = server.post(&["realms"], wishes.body()?).send().await?;
            tell(server, &answer, out, issuer)
        }
        Deed::List { page } => {
            let answer = page.ask(server.get(&["realms"])).send().await?;
            tell(server, &answer, out, |out, all| show::page(out, all, "realms", PLACES))
        }
        Deed::Show { name } => {
            let answer = server.get(&["realms", name.as_str()]).send().await?;
            tell(server, &answer, out, |out, realm| show::lines(out, realm, PLACES))
        }
        Deed::Delete { name } => {
            let answer = server.delete(&["realms", name.as_str()]).send().await?;
            tell(server, &answer, out, |out, _| writeln!(out, "{name} is gone"))
        }
        Deed::Fork { name, new, ttl } => {
            let mut body = json!({});
            if let Some(new) = new {
                body["name"] = new.as_str().into();
            }
            if let Some(ttl) = ttl {
                body["ttl"] = ttl.into();
            }
            let answer = server.post(&["realms", name.as_str(), "fork"], body).send().await?;
            tell(server, &answer, out, issuer)
        }
        Deed::Reset { name } => {
            let answer = server
                .post(&["realms", name.as_str(), "reset"], json!({}))
                .send()
                .await?;
            tell(server, &answer, out, |out, _| writeln!(out, "{name} is as it began"))
        }
        Deed::Snapshot { name, out: file } => {
            let answer = server.get(&["realms", name.as_str(), "snapshot"]).send().await?;
            save(&answer, file, out)
        }
        Deed::Restore { name, file, ttl } => {
            let call = server.put(&["realms", name.as_str(), "snapshot"], Value::Null);
            let answer = call.with_document(input::read(&file)?).query("ttl", ttl).send().await?;
            tell(server, &answer, out, |out, _| {
                writeln!(out, "{name} is what the snapshot says")
            })
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

/// The issuer alone, so that a script can take it.
fn issuer(out: &mut impl Write, realm: &Value) -> std::io::Result<()> {
    match realm.get("issuer").and_then(Value::as_str) {
        Some(issuer) => writeln!(out, "{issuer}"),
        None => show::json(out, realm),
    }
}
