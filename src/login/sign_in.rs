//! `/login`: the persona picker, or user name and password.

use askama::Template;

use crate::login::asking_client::AskingClient;
use crate::web::monogram::{Monogram, monogram};
use crate::web::page::Layout;

/// A user the picker offers.
#[derive(Clone, Debug)]
pub struct Persona {
    pub username: String,
    pub name: String,
    /// Why a client should try this person.
    pub reason: String,
}

impl Persona {
    fn monogram(&self) -> Monogram {
        monogram(&self.name)
    }
}

/// Why the last attempt did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    WrongPassword,
    UnknownPersona,
    /// Seconds until the next attempt is heard.
    Throttled(u64),
}

#[derive(Template)]
#[template(path = "login/sign_in.html")]
pub struct SignInPage {
    pub layout: Layout,
    /// Who sent the person here; nobody when they came for their account.
    pub client: Option<AskingClient>,
    pub personas: Vec<Persona>,
    /// What to write into the field: `login_hint`, or what was typed before.
    pub username: String,
    pub trouble: Option<Trouble>,
}

impl SignInPage {
    fn trouble_in_words(&self) -> Option<String> {
        Some(match self.trouble? {
            Trouble::WrongPassword => self.layout.say("sign-in-wrong"),
            Trouble::UnknownPersona => self.layout.say("sign-in-unknown-persona"),
            Trouble::Throttled(seconds) => self.layout.say_count("sign-in-throttled", seconds),
        })
    }

    /// The trouble belongs to user name and password, so it is told beside them.
    fn password_trouble(&self) -> bool {
        matches!(self.trouble, Some(Trouble::WrongPassword | Trouble::Throttled(_)))
    }
}
