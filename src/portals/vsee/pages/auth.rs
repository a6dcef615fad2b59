//! `GET /auth`: the browser of a user arrives with the token of a single sign-on (documented in the use cases).
//!
//! `next` is checked first, so that a request with an invalid one changes nothing; see `next.rs`.

use axum::{Extension, extract::State, response::Response};
use http::{StatusCode, request::Parts};

use super::{
    Mount,
    browser::{Browser, BrowserSession},
    next::inside_the_portal,
};
use crate::{
    app::{App, Realm},
    model::{Refusal, Secret},
    portals::vsee::{
        caller::user_of_token,
        error::{self, Result, VseeError},
        store,
    },
    random::digest,
    store::{Tx, settle},
    web::{page_error::PageError, page_form::PageQuery},
};

/// The page after sign-in where `next` is missing.
const LANDING: &str = "/u/clinic";

/// The optional parameters.
struct Options {
    navigation: bool,
    disable_emails: bool,
    invalidate_token: bool,
}

impl Options {
    fn read(query: &PageQuery) -> Self {
        let on = |name: &str| matches!(query.get(name), Some("1" | "true"));
        Self {
            navigation: !on("disable_navigation"),
            disable_emails: on("disable_emails"),
            invalidate_token: on("invalidate_token"),
        }
    }
}

pub async fn enter(
    State(app): State<App>,
    realm: Realm,
    Extension(mount): Extension<Mount>,
    parts: Parts,
) -> std::result::Result<Response, PageError> {
    let browser = Browser::read(app, realm, mount, &parts).await?;
    let next = check_next(browser.query.get("next").unwrap_or(LANDING))?;
    let token = browser.query.get("sso_token");
    let token = token.ok_or_else(|| error::unauthorized("Missing sso_token."))?;
    let options = Options::read(&browser.query);
    let user = user_of_token(&browser.context, token).await?;
    error::forbidden("An admin token cannot be used to sign in.").when(user.is_admin())?;

    let session = BrowserSession {
        user: user.id,
        visit: None,
        navigation: options.navigation,
    };
    let mut tx = browser.context.app.database.begin().await?;
    let outcome = start_session_in(&mut tx, &browser, token, &options, &session).await;
    let cookie = settle(tx, outcome).await?;
    Ok(browser.redirect_signed_in(&cookie, StatusCode::FOUND, next))
}

fn check_next(next: &str) -> std::result::Result<&str, PageError> {
    inside_the_portal(next).ok_or_else(|| {
        let refusal = Refusal::new("invalid_next", "next is not a path of the portal");
        let path = next.split(['?', '#']).next().unwrap_or_default(); // the rest may contain a token
        PageError::bad_request(refusal.compare("a path of the portal that begins with a single /", path))
    })
}

async fn start_session_in(
    tx: &mut Tx,
    browser: &Browser,
    token: &str,
    options: &Options,
    session: &BrowserSession,
) -> Result<Secret> {
    let (realm, now) = (browser.context.realm.id, browser.context.now);
    if options.invalidate_token {
        let ended = store::users::invalidate_token(tx, realm, &digest(token), now).await?;
        error::unauthorized("The token was invalidated.").when(!ended)?;
    }
    if options.disable_emails {
        store::users::stop_emails(tx, realm, session.user).await?;
    }
    browser.start_session_in(tx, session).await.map_err(VseeError::from)
}
