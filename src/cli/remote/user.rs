//! `anteroom user …`: the users of a realm.

use std::io::Write;

use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use super::{
    Page, RemoteError,
    input::{self, Setting},
    print,
    server::Server,
    show,
};

pub const EXAMPLES: &str = "\
Examples:
  anteroom user list --realm suite-17
  anteroom user add zoe --password zoe-password --claim name='Zoe Adams' --claim email_verified=true
  anteroom user add max --persona 'Has no e-mail address'
  anteroom user change anne --claim email=anne@example.org --claim phone_number=null
  anteroom user delete zoe";

/// The subcommands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// List the users
    #[command(after_help = EXAMPLES)]
    List {
        /// Only users whose user name contains this
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        #[command(flatten)]
        page: Page,
    },
    /// Show a user with all claims
    #[command(after_help = EXAMPLES)]
    Show {
        /// Id or user name
        #[arg(value_parser = input::id)]
        user: String,
    },
    /// Add a user
    #[command(after_help = EXAMPLES)]
    Add {
        /// The user name
        username: String,
        /// The public `sub` [default: a random one]
        #[arg(long)]
        id: Option<String>,
        #[command(flatten)]
        members: UserMembers,
    },
    /// Change the given members, and keep the rest
    #[command(after_help = EXAMPLES)]
    Change {
        /// Id or user name
        #[arg(value_parser = input::id)]
        user: String,
        #[command(flatten)]
        members: UserMembers,
    },
    /// Delete a user with their sessions, grants, tokens and appointments
    #[command(after_help = EXAMPLES)]
    Delete {
        /// Id or user name
        #[arg(value_parser = input::id)]
        user: String,
    },
}

/// The members of a user.
#[derive(Args, Clone, Debug)]
pub struct UserMembers {
    /// The password; a user without one can only be chosen in the persona picker
    #[arg(long)]
    password: Option<String>,
    /// The text in the persona picker; without it the picker does not offer the user
    #[arg(long, value_name = "REASON")]
    persona: Option<String>,
    /// The scripted behaviour: a name from /control/api/behaviours
    #[arg(long)]
    behaviour: Option<String>,
    /// A claim; null removes it; may be repeated
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    claims: Vec<Setting>,
}

impl UserMembers {
    fn body(self) -> Map<String, Value> {
        let mut body = Map::new();
        let texts = [
            ("password", self.password),
            ("persona", self.persona),
            ("behaviour", self.behaviour),
        ];
        body.extend(
            texts
                .into_iter()
                .filter_map(|(name, text)| Some((name.to_owned(), text?.into()))),
        );
        if !self.claims.is_empty() {
            body.insert("claims".to_owned(), input::object(self.claims));
        }
        body
    }
}

/// Sends the request, and prints the answer.
pub async fn run(command: Command, server: &Server, out: &mut impl Write) -> Result<(), RemoteError> {
    let call = match command {
        Command::List { search, page } => {
            let call = page.add_to(server.get(&["users"])).query("q", search);
            let answer = call.send().await?;
            return print(server, &answer, out, |out, all| show::page(out, all, "users", COLUMNS));
        }
        Command::Delete { user } => {
            let answer = server.delete(&["users", &user]).send().await?;
            return print(server, &answer, out, |out, _| {
                writeln!(out, "{} is deleted", show::plain(&user))
            });
        }
        Command::Show { user } => server.get(&["users", &user]),
        Command::Add { username, id, members } => {
            let mut body = members.body();
            body.insert("username".to_owned(), username.into());
            body.extend(id.map(|id| ("id".to_owned(), id.into())));
            server.post(&["users"], Value::Object(body))
        }
        Command::Change { user, members } => server.patch(&["users", &user], Value::Object(members.body())),
    };
    let answer = call.send().await?;
    print(server, &answer, out, |out, user| {
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
