//! `GET /auth`: a browser comes in with the token of a single sign-on (D:CASE).
//!
//! `next` is judged first, so that an address with a bad one changes nothing; see `next.rs`.

use axum::{Extension, extract::State, response::Response};
use http::{StatusCode, request::Parts};

use super::{
    Mount,
    browser::{Browser, Entry},
    next::inside_the_portal,
};
use crate::{
    app::{App, Realm},
    model::Refusal,
    portals::vsee::{
        call::user_of_token,
        error::{self, Result, VseeError},
        store,
    },
    random::digest,
    store::{Tx, settle},
    web::page_error::PageError,
};

/// Where somebody lands whose address does not say.
const LANDING: &str = "/u/clinic";

/// What the address asks for besides.
struct Options {
    navigation: bool,
    disable_emails: bool,
    invalidate_token: bool,
}

pub async fn enter(
    State(app): State<App>,
    realm: Realm,
    Extension(mount): Extension<Mount>,
    parts: Parts,
) -> std::result::Result<Response, PageError> {
    let browser = Browser::read(app, realm, mount, &parts).await?;
    let next = browser.query.get("next").unwrap_or(LANDING);
    let next = inside_the_portal(next).ok_or_else(|| {
        let refusal = Refusal::new("invalid_next", "next leads out of the portal");
        let path = next.split(['?', '#']).next().unwrap_or_default(); // what follows may hold a token
        PageError::bad_request(refusal.compare("a path of the portal that begins with a single /", path))
    })?;
    let token = browser.query.get("sso_token");
    let token = token.ok_or_else(|| error::unauthorized("Missing sso_token."))?;
    let on = |name: &str| matches!(browser.query.get(name), Some("1" | "true"));
    let options = Options {
        navigation: !on("disable_navigation"),
        disable_emails: on("disable_emails"),
        invalidate_token: on("invalidate_token"),
    };
    let user = user_of_token(&browser.context, token).await?;
    error::forbidden("An admin token signs nobody in.").when(user.is_admin())?;

    let entry = Entry {
        user: user.id,
        visit: None,
        navigation: options.navigation,
    };
    let mut tx = browser.context.app.database.begin().await?;
    let outcome = write(&browser, &mut tx, token, &options, &entry).await;
    let cookie = settle(tx, outcome).await?;
    Ok(browser.enter(&cookie, StatusCode::FOUND, next))
}

async fn write(
    browser: &Browser,
    tx: &mut Tx,
    token: &str,
    options: &Options,
    entry: &Entry,
) -> Result<crate::model::Secret> {
    let (realm, now) = (browser.context.realm.id, browser.context.now);
    if options.invalidate_token {
        let ended = store::users::invalidate_token(tx, realm, &digest(token), now).await?;
        error::unauthorized("The token was invalidated.").when(!ended)?;
    }
    if options.disable_emails {
        store::users::stop_emails(tx, realm, entry.user).await?;
    }
    browser.begin(tx, entry).await.map_err(VseeError::from)
}
