//! `anteroom user …`: the people one can be.

use std::io::Write;

use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use super::input::{self, Setting};
use super::server::Server;
use super::{Page, RemoteError, show, tell};

pub const EXAMPLES: &str = "\
Examples:
  anteroom user list --realm suite-17
  anteroom user add zoe --password zoe-password --claim name='Zoe Adams' --claim email_verified=true
  anteroom user add max --persona 'Has no e-mail address'
  anteroom user change anne --claim email=anne@example.org --claim phone_number=null
  anteroom user delete zoe";

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Deed {
    /// Everybody who can sign in
    #[command(after_help = EXAMPLES)]
    List {
        /// Only users whose user name contains this
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        #[command(flatten)]
        page: Page,
    },
    /// One user with all claims
    #[command(after_help = EXAMPLES)]
    Show {
        /// Id or user name
        #[arg(value_parser = input::id)]
        user: String,
    },
    /// Add a user
    #[command(after_help = EXAMPLES)]
    Add {
        /// What they sign in as
        username: String,
        /// The public `sub` [default: made up]
        #[arg(long)]
        id: Option<String>,
        #[command(flatten)]
        said: Said,
    },
    /// Change what is said, and leave the rest
    #[command(after_help = EXAMPLES)]
    Change {
        /// Id or user name
        #[arg(value_parser = input::id)]
        user: String,
        #[command(flatten)]
        said: Said,
    },
    /// Delete a user with all that is theirs: sessions, grants, tokens, appointments
    #[command(after_help = EXAMPLES)]
    Delete {
        /// Id or user name
        #[arg(value_parser = input::id)]
        user: String,
    },
}

/// What is said of a user.
#[derive(Args, Clone, Debug)]
pub struct Said {
    /// Their password; without one they can be picked but not signed in as by name
    #[arg(long)]
    password: Option<String>,
    /// Why the picker offers them; without a reason it does not
    #[arg(long, value_name = "REASON")]
    persona: Option<String>,
    /// What choosing them causes: a name of /control/api/behaviours
    #[arg(long)]
    behaviour: Option<String>,
    /// A claim; null takes one away; may be repeated
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    claims: Vec<Setting>,
}

impl Said {
    fn body(self) -> Map<String, Value> {
        let mut body = Map::new();
        let said = [
            ("password", self.password),
            ("persona", self.persona),
            ("behaviour", self.behaviour),
        ];
        body.extend(
            said.into_iter()
                .filter_map(|(name, text)| Some((name.to_owned(), text?.into()))),
        );
        if !self.claims.is_empty() {
            body.insert("claims".to_owned(), input::object(self.claims));
        }
        body
    }
}

/// Does it.
pub async fn run(deed: Deed, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    let call = match deed {
        Deed::List { search, page } => {
            let call = page.ask(server.get(&["users"])).query("q", search);
            let answer = call.send().await?;
            return tell(server, &answer, out, |out, all| show::page(out, all, "users", COLUMNS));
        }
        Deed::Delete { user } => {
            let answer = server.delete(&["users", &user]).send().await?;
            return tell(server, &answer, out, |out, _| {
                writeln!(out, "{} is gone", show::plain(&user))
            });
        }
        Deed::Show { user } => server.get(&["users", &user]),
        Deed::Add { username, id, said } => {
            let mut body = said.body();
            body.insert("username".to_owned(), username.into());
            body.extend(id.map(|id| ("id".to_owned(), id.into())));
            server.post(&["users"], Value::Object(body))
        }
        Deed::Change { user, said } => server.patch(&["users", &user], Value::Object(said.body())),
    };
    let answer = call.send().await?;
    tell(server, &answer, out, |out, user| {
        show::lines(out, user, COLUMNS)?;
        show::members(out, user.get("claims"))
    })
}

const COLUMNS: &[show::Place] = &[
    ("username", "/username"),
    ("id", "/id"),
    ("password", "/has_password"),
    ("persona", "/persona"),
];
