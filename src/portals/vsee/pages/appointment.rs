//! `/members/appointment/{id}?token=`: an appointment opened by its one-time link, without a sign-up (documented in the
//! use cases and the help pages).
//!
//! The link can be opened any number of times until the visit is over. It *starts* the visit once, from 15 minutes
//! before the appointment by the realm's clock. Of simultaneous starts one succeeds, by a conditional statement. It
//! starts a session that gives access to this visit only.

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use http::{StatusCode, request::Parts};
use jiff::{Timestamp, ZonedDateTime};

use super::{
    Mount, Placeholder,
    browser::{Browser, BrowserSession, Visitor},
    number,
    views::VisitView,
};
use crate::{
    app::{App, Realm},
    model::{Refusal, Secret},
    portals::vsee::{
        error::{self, Result, VseeError},
        links::{START, fill, is_token_of},
        model::{START_WINDOW, Visit},
        store,
        visits::start_in,
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
    visit: VisitView,
    link: Link,
    opens: ZonedDateTime,
}

/// The state of the link.
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
    let visit = visit_of_link(&browser, number(id)?).await?;
    let opens = visit.start_window_opens();
    let link = match visit.link_used_at {
        Some(_) => Link::Used,
        None if browser.context.now < opens => Link::Early,
        None => Link::Open,
    };
    let page = AppointmentPage {
        visit: VisitView::new(&browser, &visit),
        visitor: None,
        link,
        opens: opens.to_zoned_datetime(visit.room.time_zone()),
        layout: browser.layout,
    };
    Ok(Page::new(&page))
}

/// Starts the visit, and a session for it.
pub async fn start(
    State(app): State<App>,
    realm: Realm,
    Extension(mount): Extension<Mount>,
    id: Placeholder,
    parts: Parts,
) -> std::result::Result<Response, PageError> {
    let browser = Browser::read(app, realm, mount, &parts).await?;
    let visit = visit_of_link(&browser, number(id)?).await?;
    check_time(&visit, browser.context.now)?;

    let mut tx = browser.context.app.database.begin().await?;
    let outcome = start_visit_in(&mut tx, &browser, &visit).await;
    let cookie = settle(tx, outcome).await?;
    browser.context.app.outbox.notify();
    let path = fill(START, &visit.id.to_string());
    Ok(browser.redirect_signed_in(&cookie, StatusCode::SEE_OTHER, &path))
}

fn check_time(visit: &Visit, now: Timestamp) -> std::result::Result<(), PageError> {
    let opens = visit.start_window_opens();
    let early = Refusal::new(
        "too_early",
        "the appointment can be started from 15 minutes before its time",
    );
    PageError::bad_request(early.compare(format!("from {opens}"), now.to_string())).when(now < opens)
}

async fn start_visit_in(tx: &mut Tx, browser: &Browser, visit: &Visit) -> Result<Secret> {
    let context = &browser.context;
    let latest = context.now.checked_add(START_WINDOW).unwrap_or(context.now);
    let first = store::visits::use_link(tx, context.realm.id, visit.id, latest, context.now).await?;
    error::not_possible("The link was already used to start the appointment.").when(!first)?;
    let member = store::users::find(tx, context.realm.id, visit.member.id).await?;
    let member = member.ok_or_else(crate::store::Error::missing_row)?;
    let session = BrowserSession {
        user: member.id,
        visit: Some(visit.id),
        navigation: false,
    };
    let cookie = browser.start_session_in(tx, &session).await.map_err(VseeError::from)?;
    start_in(tx, context, &member, visit.id).await?;
    Ok(cookie)
}

/// The visit of a link.
///
/// # Errors
/// 404 for an unknown visit, 401 for a wrong token, 410 when the visit is over.
async fn visit_of_link(browser: &Browser, id: i64) -> std::result::Result<Visit, PageError> {
    let context = &browser.context;
    let found = store::visits::find(&mut context.read().await?, context.realm.id, id).await?;
    let visit = found.ok_or_else(PageError::not_found)?;
    let token = browser.query.get("token").unwrap_or_default();
    let wrong = !visit.one_time_link || !is_token_of(&context.realm, id, token);
    let refusal = Refusal::new("unauthorized", "the token of the link is wrong");
    PageError::new(StatusCode::UNAUTHORIZED, refusal).when(wrong)?;
    let refusal = Refusal::new("link_expired", "the appointment is over, so its link has expired");
    PageError::new(StatusCode::GONE, refusal).when(visit.status.is_over())?;
    Ok(visit)
}
