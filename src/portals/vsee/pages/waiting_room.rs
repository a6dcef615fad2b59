//! `/u/{slug}`: the waiting room, where a patient sees their visits and books a visit with an intake. With
//! `?intake_id=…&action=appointment` the patient picks a time (documented in the use cases).

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use http::request::Parts;
use jiff::Timestamp;

use super::{
    Mount, Placeholder,
    browser::{Browser, Visitor},
    scheduling::Scheduling,
    text, unknown_answer,
    views::{IntakeView, VisitView},
};
use crate::{
    api::dates::read_digits,
    app::{App, Realm},
    portals::vsee::{
        booking::{Booking, book, time_and_payment},
        error,
        links::{START, WAITING_ROOM, fill},
        model::{Intake, Room, User, VisitType},
        store::{self, visits::Filter},
    },
    store::Conn,
    web::{
        page::{Layout, Page},
        page_error::PageError,
        page_form::PageForm,
    },
};

/// The most visits and intakes on the page.
const MOST_SHOWN: i64 = 50;
/// What a form has to contain.
const EXPECTED: &str = "intake_id with visit=walk-in, or with time";

#[derive(Template)]
#[template(path = "portals/vsee/waiting_room.html")]
struct WaitingRoomPage {
    layout: Layout,
    visitor: Option<Visitor>,
    address: String,
    room: Room,
    patient: bool,
    visits: Vec<VisitView>,
    intakes: Vec<IntakeView>,
    scheduling: Option<Scheduling>,
}

pub async fn show(
    State(app): State<App>,
    realm: Realm,
    Extension(mount): Extension<Mount>,
    slug: Placeholder,
    parts: Parts,
) -> Result<Page, PageError> {
    let browser = Browser::read(app, realm, mount, &parts).await?;
    let user = browser.user()?;
    let mut conn = browser.context.read().await?;
    let room = find_room(&browser, &mut conn, user, &text(slug)?).await?;
    let scheduling = match (browser.query.get("action"), browser.query.get("intake_id")) {
        (Some("appointment"), Some(intake)) => {
            let intake = find_intake(&browser, &mut conn, user, intake).await?;
            Some(Scheduling::new(&browser, &mut conn, &room, &intake).await?)
        }
        _ => None,
    };
    let (visits, intakes) = if user.is_patient() {
        of_patient(&browser, &mut conn, user, &room).await?
    } else {
        (Vec::new(), Vec::new())
    };
    drop(conn); // `visitor` takes a connection of its own
    let page = WaitingRoomPage {
        visitor: browser.visitor().await?,
        address: browser.path(&fill(WAITING_ROOM, &room.slug)),
        patient: user.is_patient(),
        visits,
        intakes,
        scheduling,
        room,
        layout: browser.layout,
    };
    Ok(Page::new(&page))
}

/// A patient's visits in a room that are not over, the next first, and the intakes that were not used.
async fn of_patient(
    browser: &Browser,
    conn: &mut Conn,
    user: &User,
    room: &Room,
) -> crate::store::Result<(Vec<VisitView>, Vec<IntakeView>)> {
    let realm = browser.context.realm.id;
    let filter = Filter {
        member: Some(user.id),
        room: Some(room.id),
        ..Filter::default()
    };
    let (mut visits, _) = store::visits::list(conn, realm, &user.account, &filter, (0, MOST_SHOWN)).await?;
    visits.retain(|visit| !visit.status.is_over());
    visits.sort_by_key(|visit| (visit.start, visit.id));
    let intakes = store::intakes::list_unused(conn, realm, user.id, room.id, MOST_SHOWN).await?;
    let zone = room.zone();
    Ok((
        visits.iter().map(|visit| VisitView::new(browser, visit)).collect(),
        intakes.iter().map(|intake| IntakeView::new(intake, &zone)).collect(),
    ))
}

/// Books a visit with an intake: `visit=walk-in`, or `time=<start>-<provider>`.
pub async fn act(
    State(app): State<App>,
    realm: Realm,
    Extension(mount): Extension<Mount>,
    slug: Placeholder,
    parts: Parts,
    form: PageForm,
) -> Result<Response, PageError> {
    let browser = Browser::read(app, realm, mount, &parts).await?;
    let user = browser.user()?;
    error::forbidden("Only patients can book visits.").when(!user.is_patient())?;
    let booking = {
        let mut conn = browser.context.read().await?;
        let room = find_room(&browser, &mut conn, user, &text(slug)?).await?;
        let intake = form.get("intake_id").ok_or_else(|| unknown_answer(EXPECTED))?;
        let intake = find_intake(&browser, &mut conn, user, intake).await?;
        read_booking(&form, intake, room)?
    };
    let visit = book(&browser.context, user, &booking).await?;
    Ok(match booking.kind {
        VisitType::WalkIn => browser.see_other(&fill(START, &visit.id.to_string())),
        _ => browser.see_other(&fill(WAITING_ROOM, &booking.room.slug)),
    })
}

fn read_booking(form: &PageForm, intake: Intake, room: Room) -> Result<Booking, PageError> {
    if form.get("visit") == Some("walk-in") {
        let provider = intake.provider.filter(|provider| room.providers.contains(provider));
        return Ok(Booking::without_time(VisitType::WalkIn, intake, room, provider));
    }
    let (start, provider) = form
        .get("time")
        .and_then(|time| time.split_once('-'))
        .ok_or_else(|| unknown_answer(EXPECTED))?;
    let start = read_digits(start).and_then(|seconds| Timestamp::from_second(seconds).ok());
    let provider = read_digits(provider).filter(|provider| room.providers.contains(provider));
    let (start, provider) = start.zip(provider).ok_or_else(|| unknown_answer(EXPECTED))?;
    let (time, payment) = time_and_payment(&room, &intake, start, None, None)?;
    Ok(Booking {
        kind: VisitType::Scheduled,
        provider: Some(provider),
        time: Some(time),
        payment,
        intake,
        room,
    })
}

async fn find_room(browser: &Browser, conn: &mut Conn, user: &User, slug: &str) -> Result<Room, PageError> {
    let realm = browser.context.realm.id;
    let room = store::rooms::find_by_slug(conn, realm, &user.account, slug).await?;
    room.ok_or_else(PageError::not_found)
}

/// An intake of the user.
async fn find_intake(browser: &Browser, conn: &mut Conn, user: &User, id: &str) -> Result<Intake, PageError> {
    let intake = store::intakes::find(conn, browser.context.realm.id, id).await?;
    let intake = intake.ok_or_else(|| error::not_found("there is no intake with this id"))?;
    error::forbidden("This is another user's intake.").when(intake.member != user.id)?;
    Ok(intake)
}
