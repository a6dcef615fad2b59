//! `/logout`: the question, the end of this browser's session, and the page after it.
//!
//! Only a post ends anything: a link on somebody else's page must not sign people out. What was granted to clients stays.

use askama::Template;
use askama::filters::Safe;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};
use http::header;
use http::request::Parts;

use crate::app::{App, Realm};
use crate::login::visit::{Visit, see_other};
use crate::store;
use crate::web::page::{Layout, Marked, Page};
use crate::web::page_error::PageError;
use crate::web::{paths, session_cookie};

#[derive(Template)]
#[template(path = "login/logout.html")]
struct LogoutPage {
    layout: Layout,
    person: String,
    username: String,
}

#[derive(Template)]
#[template(path = "login/signed_out.html")]
struct SignedOutPage {
    layout: Layout,
}

/// Asks whoever is signed in; tells everybody else that they are not.
pub async fn ask(State(app): State<App>, realm: Realm, parts: Parts) -> Result<Page, PageError> {
    let visit = Visit::read(&app, &realm, &parts).await?;
    Ok(match visit.here {
        Some(here) => Page::new(&LogoutPage {
            layout: visit.layout,
            person: here.user.name().to_owned(),
            username: here.user.username,
        }),
        None => Page::new(&SignedOutPage { layout: visit.layout }),
    })
}

pub async fn leave(State(app): State<App>, realm: Realm, parts: Parts) -> Result<Response, PageError> {
    let visit = Visit::read(&app, &realm, &parts).await?;
    if let Some(here) = &visit.here {
        let mut tx = app.database.write_once().await?;
        store::sessions::end(&mut tx, realm.id, &here.session.id, visit.now).await?;
    }
    let cleared = AppendHeaders([(header::SET_COOKIE, session_cookie::take_away(&realm.issuer))]);
    Ok((cleared, see_other(&realm.path(paths::LOGOUT))).into_response())
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
