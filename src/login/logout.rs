//! `/logout`: the question, and the page after it.

use askama::Template;
use askama::filters::Safe;

use crate::web::page::{Layout, Marked};
use crate::web::paths;

#[derive(Template)]
#[template(path = "login/logout.html")]
pub struct LogoutPage {
    pub layout: Layout,
    pub person: String,
    pub username: String,
}

impl LogoutPage {
    fn explained(&self) -> Safe<String> {
        let href = self.layout.path(paths::ACCOUNT);
        let text = self.layout.say("logout-account-link");
        let account = Marked::Link {
            href: &href,
            text: &text,
        };
        self.layout.emphasise("logout-explained", &[("account", account)])
    }
}

#[derive(Template)]
#[template(path = "login/signed_out.html")]
pub struct SignedOutPage {
    pub layout: Layout,
}
