//! The times a patient can pick from for an appointment.

use jiff::{SignedDuration, Timestamp, ZonedDateTime};

use super::{browser::Browser, views::IntakeView};
use crate::{
    api::dates::read_digits,
    portals::vsee::{
        availability::{FreeSlot, Search, free_slots},
        model::{Intake, Room, User},
        store,
    },
    schedule::Interval,
    store::Conn,
};

/// The most times on one page.
const MOST_TIMES: usize = 48;
/// The time span of one page.
const SPAN: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Free times for an intake.
pub struct Scheduling {
    pub intake: IntakeView,
    pub minutes: i64,
    pub times: Vec<Time>,
    /// Where the next page begins, in Unix seconds.
    pub later: Option<i64>,
}

pub struct Time {
    /// What the button sends: start and provider.
    pub value: String,
    pub start: ZonedDateTime,
    pub provider: String,
}

impl Scheduling {
    pub async fn new(browser: &Browser, conn: &mut Conn, room: &Room, intake: &Intake) -> crate::store::Result<Self> {
        let payment = room.payment(intake.consultation_id().and_then(|id| room.consultation(id)));
        let search = Search {
            between: interval(browser),
            length: payment.length(),
            provider: intake.provider,
        };
        let slots = free_slots(&browser.context, conn, room, &search).await?;
        let providers = store::rooms::list_providers(conn, browser.context.realm.id, room.id).await?;
        let later = match slots.get(MOST_TIMES) {
            Some(slot) => Some(slot.interval.start.as_second()),
            None => after_the_span(&search, &providers, browser.context.now),
        };
        let times = slots.iter().take(MOST_TIMES);
        Ok(Self {
            intake: IntakeView::new(intake, &room.zone()),
            minutes: payment.minutes,
            times: times.map(|slot| Time::new(slot, room, &providers)).collect(),
            later,
        })
    }
}

impl Time {
    fn new(slot: &FreeSlot, room: &Room, providers: &[User]) -> Self {
        let provider = providers.iter().find(|provider| provider.id == slot.provider);
        Self {
            value: format!("{}-{}", slot.interval.start.as_second(), slot.provider),
            start: slot.interval.start.to_zoned_datetime(room.zone()),
            provider: provider.map(User::full_name).unwrap_or_default(),
        }
    }
}

/// The time span of the page, which begins at `from`, but not in the past.
fn interval(browser: &Browser) -> Interval {
    let now = browser.context.now;
    let from = browser.query.get("from").and_then(read_digits);
    let from = from.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let start = from.unwrap_or(now).max(now);
    Interval {
        start,
        end: start.saturating_add(SPAN).unwrap_or(Timestamp::MAX),
    }
}

/// Where the next page begins when all slots of the span are shown; `None` where no provider can be booked that far
/// ahead.
fn after_the_span(search: &Search, providers: &[User], now: Timestamp) -> Option<i64> {
    let fitting = providers
        .iter()
        .filter(|one| search.provider.is_none_or(|id| id == one.id));
    let days = fitting.filter_map(|one| Some(one.hours.as_ref()?.horizon_days)).max()?;
    let horizon = now
        .checked_add(SignedDuration::from_hours(days.checked_mul(24)?))
        .ok()?;
    // A slot can begin within the span and end after it.
    let next = search.between.end.as_second() - search.length.minutes() * 60 + 1;
    (search.between.end <= horizon).then_some(next)
}
