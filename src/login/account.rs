//! `/account`: the signed-in user, the clients with access, and the open sessions.
//!
//! Withdrawing a consent revokes everything the user has granted that client; ending a session leaves grants alone.

use askama::Template;
use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse, Response},
};
use form_urlencoded::byte_serialize;
use http::{header, request::Parts};
use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};

use crate::{
    app::{App, Realm},
    login::{
        scopes::description_of,
        visit::{Visit, see_other, unknown_form},
    },
    model::{ClientId, Consent, SignedIn, User},
    store::{self, Tx, settle},
    web::{
        monogram::{Monogram, monogram},
        page::{Layout, Page},
        page_error::PageError,
        page_form::{PageForm, PageQuery},
        paths, session_cookie,
    },
};

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
    /// Descriptions of what it may do.
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
    let Some(signed_in) = &visit.signed_in else {
        return Ok(see_other(&realm.path(paths::LOGIN)));
    };
    let zone = time_zone(&signed_in.user);
    let page = AccountPage {
        person: signed_in.user.name().to_owned(),
        username: signed_in.user.username.clone(),
        email: signed_in.user.claim("email").map(str::to_owned),
        clients: allowed_clients(&app, &realm, &visit.layout, &signed_in.user, &zone).await?,
        sessions: open_sessions(&app, &realm, signed_in, visit.now, &zone).await?,
        done: done(&app, &realm, &parts).await?,
        layout: visit.layout,
    };
    Ok(Page::new(&page).into_response())
}

pub async fn change(State(app): State<App>, realm: Realm, parts: Parts, form: PageForm) -> Result<Response, PageError> {
    let visit = Visit::read(&app, &realm, &parts).await?;
    let Some(signed_in) = &visit.signed_in else {
        return Ok(see_other(&realm.path(paths::LOGIN)));
    };
    if let Some(client) = form.get("withdraw") {
        let client = ClientId::from(client);
        let mut tx = app.database.begin().await?;
        let outcome = withdraw(&mut tx, &realm, &signed_in.user, &client, visit.now).await;
        settle(tx, outcome).await?;
        let withdrawn: String = byte_serialize(client.0.as_bytes()).collect();
        return Ok(see_other(
            &realm.path(&format!("{}?withdrawn={withdrawn}", paths::ACCOUNT)),
        ));
    }
    if let Some(sid) = form.get("end_session") {
        let mut tx = app.database.write_once().await?;
        store::sessions::end_by_sid(&mut tx, realm.id, &signed_in.user.id, sid, visit.now).await?;
        return Ok(after_session_end(&realm, signed_in, sid));
    }
    Err(unknown_form("withdraw=<client> or end_session=<session>"))
}

async fn withdraw(tx: &mut Tx, realm: &Realm, user: &User, client: &ClientId, now: Timestamp) -> Result<(), PageError> {
    store::grants::revoke_all(tx, realm.id, &user.id, client, now).await?;
    store::consents::delete(tx, realm.id, &user.id, client).await?;
    Ok(())
}

fn after_session_end(realm: &Realm, signed_in: &SignedIn, sid: &str) -> Response {
    if sid != signed_in.session.sid {
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
    let in_words = |scope: &str| description_of(layout, &realm.scopes, scope);
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
    signed_in: &SignedIn,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Vec<OpenSession>, PageError> {
    let sessions = store::sessions::list(&mut app.database.read().await?, realm.id, &signed_in.user.id, now).await?;
    let open = sessions.into_iter().map(|session| OpenSession {
        this_browser: session.id == signed_in.session.id,
        since: session.auth_time.to_zoned_datetime(zone.clone()),
        sid: session.sid,
    });
    Ok(open.collect())
}

/// What the last form did, as the address says. It names the client by its id, so that a link cannot put other words
/// on the page.
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

    fn done_message(&self) -> Option<String> {
        Some(match self.done.as_ref()? {
            Done::Withdrawn { client } => self.layout.say_with("account-withdrawn", "client", client),
            Done::SessionEnded => self.layout.say("account-session-ended"),
        })
    }
}
