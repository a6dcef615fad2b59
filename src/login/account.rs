//! `/account`: who I am here, what I have allowed, where I am signed in.
//!
//! Withdrawing a consent revokes everything the user has granted that client; ending a session leaves grants alone.

use askama::Template;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};
use form_urlencoded::byte_serialize;
use http::header;
use http::request::Parts;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

use crate::app::{App, Realm};
use crate::login::scopes::in_plain_words;
use crate::login::visit::{Visit, see_other, unknown_answer};
use crate::model::{ClientId, Consent, SignedIn, User};
use crate::store::{self, Tx, settle};
use crate::web::monogram::{Monogram, monogram};
use crate::web::page::{Layout, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::{PageForm, PageQuery};
use crate::web::{paths, session_cookie};

#[derive(Template)]
#[template(path = "login/account.html")]
struct AccountPage {
    layout: Layout,
    person: String,
    username: String,
    email: Option<String>,
    clients: Vec<AllowedClient>,
    sessions: Vec<OpenSession>,
    done: Option<Done>,
}

/// A client with access.
struct AllowedClient {
    client_id: String,
    name: String,
    /// What it may do, in plain words.
    scopes: Vec<String>,
    since: ZonedDateTime,
}

/// A browser with a session.
struct OpenSession {
    sid: String,
    since: ZonedDateTime,
    this_browser: bool,
}

/// What the last form did.
enum Done {
    Withdrawn { client: String },
    SessionEnded,
}

pub async fn show(State(app): State<App>, realm: Realm, parts: Parts) -> Result<Response, PageError> {
    let visit = Visit::read(&app, &realm, &parts).await?;
    let Some(here) = &visit.here else {
        return Ok(see_other(&realm.path(paths::LOGIN)));
    };
    let zone = time_zone(&here.user);
    let page = AccountPage {
        person: here.user.name().to_owned(),
        username: here.user.username.clone(),
        email: here.user.claim("email").map(str::to_owned),
        clients: allowed_clients(&app, &realm, &visit.layout, &here.user, &zone).await?,
        sessions: open_sessions(&app, &realm, here, visit.now, &zone).await?,
        done: done(&app, &realm, &parts).await?,
        layout: visit.layout,
    };
    Ok(Page::new(&page).into_response())
}

pub async fn change(State(app): State<App>, realm: Realm, parts: Parts, form: PageForm) -> Result<Response, PageError> {
    let visit = Visit::read(&app, &realm, &parts).await?;
    let Some(here) = &visit.here else {
        return Ok(see_other(&realm.path(paths::LOGIN)));
    };
    if let Some(client) = form.get("withdraw") {
        let client = ClientId::from(client);
        let mut tx = app.database.begin().await?;
        let outcome = withdraw(&mut tx, &realm, &here.user, &client, visit.now).await;
        settle(tx, outcome).await?;
        let withdrawn: String = byte_serialize(client.0.as_bytes()).collect();
        return Ok(see_other(
            &realm.path(&format!("{}?withdrawn={withdrawn}", paths::ACCOUNT)),
        ));
    }
    if let Some(sid) = form.get("end_session") {
        let mut tx = app.database.write_once().await?;
        store::sessions::end_by_sid(&mut tx, realm.id, &here.user.id, sid, visit.now).await?;
        return Ok(after_the_end(&realm, here, sid));
    }
    Err(unknown_answer("withdraw=<client> or end_session=<session>"))
}

async fn withdraw(tx: &mut Tx, realm: &Realm, user: &User, client: &ClientId, now: Timestamp) -> Result<(), PageError> {
    store::grants::revoke_all(tx, realm.id, &user.id, client, now).await?;
    store::consents::delete(tx, realm.id, &user.id, client).await?;
    Ok(())
}

fn after_the_end(realm: &Realm, here: &SignedIn, sid: &str) -> Response {
    if sid != here.session.sid {
        return see_other(&realm.path(&format!("{}?session_ended=1", paths::ACCOUNT)));
    }
    let cleared = AppendHeaders([(header::SET_COOKIE, session_cookie::take_away(&realm.issuer))]);
    (cleared, see_other(&realm.path(paths::LOGOUT))).into_response()
}

async fn allowed_clients(
    app: &App,
    realm: &Realm,
    layout: &Layout,
    user: &User,
    zone: &TimeZone,
) -> Result<Vec<AllowedClient>, PageError> {
    let in_words = |scope: &str| in_plain_words(layout, &realm.scopes, scope);
    let consents = store::consents::list(&mut app.database.read().await?, realm.id, &user.id).await?;
    let mut clients = Vec::with_capacity(consents.len());
    for Consent {
        client,
        scopes,
        given_at,
        ..
    } in consents
    {
        let known = realm.client(&app.database, &client).await?;
        clients.push(AllowedClient {
            name: known.map_or_else(|| client.to_string(), |known| known.name().to_owned()),
            client_id: client.0,
            scopes: scopes.iter().map(in_words).collect(),
            since: given_at.to_zoned_datetime(zone.clone()),
        });
    }
    Ok(clients)
}

async fn open_sessions(
    app: &App,
    realm: &Realm,
    here: &SignedIn,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Vec<OpenSession>, PageError> {
    let sessions = store::sessions::list(&mut app.database.read().await?, realm.id, &here.user.id, now).await?;
    let open = sessions.into_iter().map(|session| OpenSession {
        this_browser: session.id == here.session.id,
        since: session.auth_time.to_zoned_datetime(zone.clone()),
        sid: session.sid,
    });
    Ok(open.collect())
}

/// What the address says was done just now. It names the client by its id, so that nobody can put words of their own on the page.
async fn done(app: &App, realm: &Realm, parts: &Parts) -> Result<Option<Done>, PageError> {
    let query = PageQuery::read(&parts.uri)?;
    if let Some(client) = query.get("withdrawn") {
        let client = realm.client(&app.database, &ClientId::from(client)).await?;
        return Ok(client.map(|client| Done::Withdrawn {
            client: client.name().to_owned(),
        }));
    }
    Ok(query.get("session_ended").map(|_| Done::SessionEnded))
}

/// The zone the user lives in (`zoneinfo`, OIDC Core §5.1), else UTC.
fn time_zone(user: &User) -> TimeZone {
    let named = user.claim("zoneinfo").and_then(|name| TimeZone::get(name).ok());
    named.unwrap_or(TimeZone::UTC)
}

impl AllowedClient {
    fn monogram(&self) -> Monogram {
        monogram(&self.name)
    }
}

impl AccountPage {
    fn monogram(&self) -> Monogram {
        monogram(&self.person)
    }

    fn since(&self, key: &str, moment: &ZonedDateTime) -> String {
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
