//! `/account`: who I am here, what I have allowed, where I am signed in.

use askama::Template;
use jiff::Zoned;

use crate::login::scopes::in_plain_words;
use crate::web::monogram::{Monogram, monogram};
use crate::web::page::Layout;

/// A client with access.
#[derive(Clone, Debug)]
pub struct AllowedClient {
    pub client_id: String,
    pub name: String,
    pub scopes: Vec<String>,
    pub since: Zoned,
}

impl AllowedClient {
    fn monogram(&self) -> Monogram {
        monogram(&self.name)
    }
}

/// A browser with a session.
#[derive(Clone, Debug)]
pub struct OpenSession {
    pub id: String,
    pub since: Zoned,
    pub this_browser: bool,
}

/// What the last form did.
#[derive(Clone, Debug)]
pub enum Done {
    Withdrawn { client: String },
    SessionEnded,
}

#[derive(Template)]
#[template(path = "login/account.html")]
pub struct AccountPage {
    pub layout: Layout,
    pub person: String,
    pub username: String,
    pub email: Option<String>,
    pub clients: Vec<AllowedClient>,
    pub sessions: Vec<OpenSession>,
    pub done: Option<Done>,
}

impl AccountPage {
    fn monogram(&self) -> Monogram {
        monogram(&self.person)
    }

    fn in_words(&self, scope: &str) -> String {
        in_plain_words(&self.layout, scope)
    }

    fn since(&self, key: &str, moment: &Zoned) -> String {
        let moment = self.layout.say_moment(moment);
        self.layout.say_with(key, "moment", &moment)
    }

    fn done_in_words(&self) -> Option<String> {
        Some(match self.done.as_ref()? {
            Done::Withdrawn { client } => self.layout.say_with("account-withdrawn", "client", client),
            Done::SessionEnded => self.layout.say("account-session-ended"),
        })
    }
}
