//! `/logout`: the question, the end of this browser's session, and the page after it.
//!
//! Only a POST ends the session: a link on another site must not sign users out. Grants stay as they are.

use askama::{Template, filters::Safe};
use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse, Response},
};
use http::{header, request::Parts};

use crate::{
    app::{App, Realm},
    login::visit::{Visit, see_other},
    store,
    web::{
        page::{Layout, Marked, Page},
        page_error::PageError,
        paths, session_cookie,
    },
};

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

/// The question for a signed-in user; for others the page that says that nobody is signed in.
pub async fn ask(State(app): State<App>, realm: Realm, parts: Parts) -> Result<Page, PageError> {
    let visit = Visit::read(&app, &realm, &parts).await?;
    Ok(match visit.signed_in {
        Some(signed_in) => Page::new(&LogoutPage {
            layout: visit.layout,
            person: signed_in.user.name().to_owned(),
            username: signed_in.user.username,
        }),
        None => Page::new(&SignedOutPage { layout: visit.layout }),
    })
}

pub async fn leave(State(app): State<App>, realm: Realm, parts: Parts) -> Result<Response, PageError> {
    let visit = Visit::read(&app, &realm, &parts).await?;
    if let Some(signed_in) = &visit.signed_in {
        let mut tx = app.database.write_once().await?;
        store::sessions::end(&mut tx, realm.id, &signed_in.session.id, visit.now).await?;
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
