//! `/u/{slug}`: the waiting room, where a patient sees their visits, turns a form they have filled in into a visit, and
//! with `?intake_id=…&action=appointment` picks a time by hand (D:CASE).

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use http::request::Parts;
use jiff::{SignedDuration, Timestamp, ZonedDateTime};

use super::{
    Mount, Placeholder,
    browser::{Browser, Visitor},
    paths::{START, WAITING_ROOM, fill},
    shown::{ShownIntake, ShownVisit},
    text, unknown_answer,
};
use crate::{
    app::{App, Realm},
    portals::vsee::{
        availability::{Search, free_slots},
        booking::{Wish, make, time_and_payment},
        error,
        input::read_number,
        model::{Intake, Room, User, VisitType},
        store::{self, visits::Filter},
    },
    schedule::Interval,
    store::Conn,
    web::{
        page::{Layout, Page},
        page_error::PageError,
        page_form::PageForm,
    },
};

/// Visits and forms that are shown.
const MOST_SHOWN: i64 = 50;
/// Times to pick from on one page.
const MOST_TIMES: usize = 48;
/// How far ahead one page looks.
const SPAN: SignedDuration = SignedDuration::from_hours(14 * 24);

#[derive(Template)]
#[template(path = "portals/vsee/waiting_room.html")]
struct WaitingRoomPage {
    layout: Layout,
    visitor: Option<Visitor>,
    address: String,
    room: Room,
    patient: bool,
    visits: Vec<ShownVisit>,
    intakes: Vec<ShownIntake>,
    scheduling: Option<Scheduling>,
}

/// Picking a time.
struct Scheduling {
    intake: ShownIntake,
    minutes: i64,
    times: Vec<Time>,
    /// Where the later times begin.
    later: Option<i64>,
}

struct Time {
    /// What the button sends: start and provider.
    value: String,
    start: ZonedDateTime,
    provider: String,
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
            Some(scheduling(&browser, &mut conn, &room, &intake).await?)
        }
        _ => None,
    };
    let (visits, intakes) = if user.is_patient() {
        of_patient(&browser, &mut conn, user, &room).await?
    } else {
        (Vec::new(), Vec::new())
    };
    drop(conn); // the next question takes a connection of its own
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

/// What a patient has in a room: visits that are not over, the next first, and forms that are not used.
async fn of_patient(
    browser: &Browser,
    conn: &mut Conn,
    user: &User,
    room: &Room,
) -> crate::store::Result<(Vec<ShownVisit>, Vec<ShownIntake>)> {
    let realm = browser.context.realm.id;
    let filter = Filter {
        member: Some(user.id),
        room: Some(room.id),
        ..Filter::default()
    };
    let (mut visits, _) = store::visits::list(conn, realm, &user.account, &filter, (0, MOST_SHOWN)).await?;
    visits.retain(|visit| !visit.status.over());
    visits.sort_by_key(|visit| (visit.start, visit.id));
    let intakes = store::intakes::list_unused(conn, realm, user.id, room.id, MOST_SHOWN).await?;
    let zone = room.zone();
    Ok((
        visits.iter().map(|visit| ShownVisit::new(browser, visit)).collect(),
        intakes.iter().map(|intake| ShownIntake::new(intake, &zone)).collect(),
    ))
}

async fn scheduling(browser: &Browser, conn: &mut Conn, room: &Room, intake: &Intake) -> Result<Scheduling, PageError> {
    let payment = room.payment(intake.consultation_id().and_then(|id| room.consultation(id)));
    let from = browser.query.get("from").and_then(read_number);
    let from = from.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let start = from.unwrap_or(browser.context.now).max(browser.context.now);
    let search = Search {
        between: Interval {
            start,
            end: start.saturating_add(SPAN).unwrap_or(Timestamp::MAX),
        },
        length: payment.length(),
        provider: intake.provider,
    };
    let slots = free_slots(&browser.context, conn, room, &search).await?;
    let providers = store::rooms::list_providers(conn, browser.context.realm.id, room.id).await?;
    let name = |id: i64| {
        let provider = providers.iter().find(|provider| provider.id == id);
        provider.map(User::full_name).unwrap_or_default()
    };
    let zone = room.zone();
    let time = |slot: &crate::portals::vsee::availability::FreeSlot| Time {
        value: format!("{}-{}", slot.interval.start.as_second(), slot.provider),
        start: slot.interval.start.to_zoned_datetime(zone.clone()),
        provider: name(slot.provider),
    };
    let later = match slots.get(MOST_TIMES) {
        Some(slot) => Some(slot.interval.start.as_second()),
        None => after_the_span(&search, &providers, browser.context.now),
    };
    Ok(Scheduling {
        intake: ShownIntake::new(intake, &zone),
        minutes: payment.minutes,
        times: slots.iter().take(MOST_TIMES).map(time).collect(),
        later,
    })
}

/// Where to look on when all of a span is shown: while a provider gives appointments that far ahead.
fn after_the_span(search: &Search, providers: &[User], now: Timestamp) -> Option<i64> {
    let wanted = providers
        .iter()
        .filter(|one| search.provider.is_none_or(|id| id == one.id));
    let days = wanted.filter_map(|one| Some(one.hours.as_ref()?.horizon_days)).max()?;
    let horizon = now
        .checked_add(SignedDuration::from_hours(days.checked_mul(24)?))
        .ok()?;
    // A slot may begin within the span and end behind it.
    let next = search.between.end.as_second() - search.length.minutes() * 60 + 1;
    (search.between.end <= horizon).then_some(next)
}

/// Turns a form into a visit: `visit=walk-in`, or `time=<start>-<provider>`.
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
    error::forbidden("Visits are made by patients.").when(!user.is_patient())?;
    let wish = {
        let mut conn = browser.context.read().await?;
        let room = find_room(&browser, &mut conn, user, &text(slug)?).await?;
        let intake = form.get("intake_id");
        let intake = intake.ok_or_else(|| unknown_answer("intake_id with visit=walk-in, or with time"))?;
        let intake = find_intake(&browser, &mut conn, user, intake).await?;
        wish(&form, intake, room)?
    };
    let kind = wish.kind;
    let slug = wish.room.slug.clone();
    let visit = make(&browser.context, user, &wish).await?;
    Ok(match kind {
        VisitType::WalkIn => browser.see_other(&fill(START, &visit.id.to_string())),
        _ => browser.see_other(&fill(WAITING_ROOM, &slug)),
    })
}

fn wish(form: &PageForm, intake: Intake, room: Room) -> Result<Wish, PageError> {
    if form.get("visit") == Some("walk-in") {
        let payment = room.payment(intake.consultation_id().and_then(|id| room.consultation(id)));
        return Ok(Wish {
            kind: VisitType::WalkIn,
            provider: intake.provider.filter(|provider| room.providers.contains(provider)),
            time: None,
            payment,
            intake,
            room,
        });
    }
    let unknown = || unknown_answer("intake_id with visit=walk-in, or with time");
    let (start, provider) = form
        .get("time")
        .and_then(|time| time.split_once('-'))
        .ok_or_else(unknown)?;
    let start = read_number(start).and_then(|seconds| Timestamp::from_second(seconds).ok());
    let provider = read_number(provider).filter(|provider| room.providers.contains(provider));
    let (start, provider) = start.zip(provider).ok_or_else(unknown)?;
    let (time, payment) = time_and_payment(&room, &intake, start, None, None)?;
    Ok(Wish {
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

/// One's own form.
async fn find_intake(browser: &Browser, conn: &mut Conn, user: &User, id: &str) -> Result<Intake, PageError> {
    let intake = store::intakes::find(conn, browser.context.realm.id, id).await?;
    let intake = intake.ok_or_else(|| error::not_found("there is no such intake"))?;
    error::forbidden("This is somebody else's intake.").when(intake.member != user.id)?;
    Ok(intake)
}
