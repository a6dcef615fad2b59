//! `/members/appointment/{id}?token=`: an appointment from its one-time link, without signing up (D:CASE, D:HELP).
//!
//! The link can be looked at as often as one likes until the visit is over; it *starts* the visit once, from 15 minutes
//! before its time by the realm's clock. Of many who start it at once one gets in: one conditional statement decides.
//! Whoever gets in has a session that opens this visit and nothing else.

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use http::{StatusCode, request::Parts};
use jiff::ZonedDateTime;

use super::{
    Mount, Placeholder,
    browser::{Browser, Entry, Visitor},
    number,
    paths::{START, fill},
    shown::ShownVisit,
};
use crate::{
    app::{App, Realm},
    model::{Refusal, Secret},
    portals::vsee::{
        error::{self, Result, VseeError},
        links,
        model::{START_WINDOW, Visit},
        store,
        visits::write_start,
    },
    store::{Tx, settle},
    web::{
        page::{Layout, Page},
        page_error::PageError,
    },
};

#[derive(Template)]
#[template(path = "portals/vsee/appointment.html")]
struct AppointmentPage {
    layout: Layout,
    visitor: Option<Visitor>,
    visit: ShownVisit,
    link: Link,
    opens: ZonedDateTime,
}

/// What can be done with the link now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    Early,
    Open,
    Used,
}

impl Link {
    fn name(self) -> &'static str {
        match self {
            Self::Early => "early",
            Self::Open => "open",
            Self::Used => "used",
        }
    }
}

impl AppointmentPage {
    fn explained(&self) -> String {
        match self.link {
            Link::Early => {
                let opens = self.layout.say_moment(&self.opens);
                self.layout.say_with("vsee-appointment-early", "moment", &opens)
            }
            Link::Open => self.layout.say("vsee-appointment-open"),
            Link::Used => self.layout.say("vsee-appointment-used"),
        }
    }
}

pub async fn show(
    State(app): State<App>,
    realm: Realm,
    Extension(mount): Extension<Mount>,
    id: Placeholder,
    parts: Parts,
) -> std::result::Result<Page, PageError> {
    let browser = Browser::read(app, realm, mount, &parts).await?;
    let visit = behind(&browser, number(id)?).await?;
    let opens = visit.start_window_opens();
    let link = match visit.link_used_at {
        Some(_) => Link::Used,
        None if browser.context.now < opens => Link::Early,
        None => Link::Open,
    };
    let page = AppointmentPage {
        visit: ShownVisit::new(&browser, &visit),
        visitor: None,
        link,
        opens: opens.to_zoned_datetime(visit.room.time_zone()),
        layout: browser.layout,
    };
    Ok(Page::new(&page))
}

/// The button: begins the visit, and a session for it.
pub async fn start(
    State(app): State<App>,
    realm: Realm,
    Extension(mount): Extension<Mount>,
    id: Placeholder,
    parts: Parts,
) -> std::result::Result<Response, PageError> {
    let browser = Browser::read(app, realm, mount, &parts).await?;
    let visit = behind(&browser, number(id)?).await?;
    let (opens, now) = (visit.start_window_opens(), browser.context.now);
    let early = Refusal::new(
        "too_early",
        "the appointment can be started from 15 minutes before its time",
    );
    PageError::bad_request(early.compare(format!("from {opens}"), now.to_string())).when(now < opens)?;

    let mut tx = browser.context.app.database.begin().await?;
    let outcome = write(&browser, &mut tx, &visit).await;
    let cookie = settle(tx, outcome).await?;
    browser.context.app.outbox.ring();
    let path = fill(START, &visit.id.to_string());
    Ok(browser.enter(&cookie, StatusCode::SEE_OTHER, &path))
}

async fn write(browser: &Browser, tx: &mut Tx, visit: &Visit) -> Result<Secret> {
    let context = &browser.context;
    let latest = context.now.checked_add(START_WINDOW).unwrap_or(context.now);
    let first = store::visits::use_link(tx, context.realm.id, visit.id, latest, context.now).await?;
    error::not_possible("The link has started its appointment already.").when(!first)?;
    let member = store::users::find(tx, context.realm.id, visit.member.id).await?;
    let member = member.ok_or_else(crate::store::Error::missing_row)?;
    let entry = Entry {
        user: member.id,
        visit: Some(visit.id),
        navigation: false,
    };
    let cookie = browser.begin(tx, &entry).await.map_err(VseeError::from)?;
    write_start(context, tx, &member, visit.id).await?;
    Ok(cookie)
}

/// The visit a link leads to.
///
/// # Errors
/// 404 for an unknown visit, 401 for a wrong token, 410 when the visit is over.
async fn behind(browser: &Browser, id: i64) -> std::result::Result<Visit, PageError> {
    let context = &browser.context;
    let found = store::visits::find(&mut context.read().await?, context.realm.id, id).await?;
    let visit = found.ok_or_else(PageError::not_found)?;
    let token = browser.query.get("token").unwrap_or_default();
    let wrong = !visit.one_time_link || !links::is_token_of(&context.realm, id, token);
    let refusal = Refusal::new("unauthorized", "this is not the link of the appointment");
    PageError::new(StatusCode::UNAUTHORIZED, refusal).when(wrong)?;
    let refusal = Refusal::new("link_expired", "the appointment is over, and its link with it");
    PageError::new(StatusCode::GONE, refusal).when(visit.status.over())?;
    Ok(visit)
}
