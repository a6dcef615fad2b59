//! `/consent`: what the client asks for, and the person's answer.

use askama::Template;
use askama::filters::Safe;

use crate::login::asking_client::AskingClient;
use crate::login::scopes::in_plain_words;
use crate::web::page::{Layout, Marked};
use crate::web::paths;

/// A scope on the list.
#[derive(Clone, Debug)]
pub struct AskedScope {
    pub name: String,
    /// Not covered by an earlier consent.
    pub new: bool,
}

#[derive(Template)]
#[template(path = "login/consent.html")]
pub struct ConsentPage {
    pub layout: Layout,
    pub client: AskingClient,
    pub person: String,
    pub username: String,
    pub scopes: Vec<AskedScope>,
    /// The sign-in page of this request, for somebody else.
    pub switch: String,
}

impl ConsentPage {
    fn asks(&self) -> Safe<String> {
        let client = Marked::Name(&self.client.name);
        self.layout.emphasise("consent-asks", &[("client", client)])
    }

    fn answers_as(&self) -> Safe<String> {
        let person = Marked::Name(&self.person);
        self.layout.emphasise("consent-person", &[("person", person)])
    }

    fn destination(&self) -> Safe<String> {
        let host = Marked::Name(&self.client.returns_to);
        let (href, text) = (
            self.layout.path(paths::ACCOUNT),
            self.layout.say("consent-account-link"),
        );
        let account = Marked::Link {
            href: &href,
            text: &text,
        };
        self.layout
            .emphasise("consent-destination", &[("host", host), ("account", account)])
    }

    fn in_words(&self, scope: &AskedScope) -> String {
        in_plain_words(&self.layout, &scope.name)
    }

    fn some_are_known(&self) -> bool {
        self.scopes.iter().any(|scope| !scope.new)
    }

    fn some_are_new(&self) -> bool {
        self.scopes.iter().any(|scope| scope.new)
    }
}
