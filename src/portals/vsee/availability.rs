//! `GET /availability`: the free slots of a room's providers (documented in the demo pages; the answer is inferred).
//!
//! Slots are those of the providers' office hours in the time zone of the room, without the times they are booked. The
//! documented sample sends a form, which its tool would post; so `POST` is served, too.

use axum::response::Response;
use jiff::{SignedDuration, Timestamp};

use super::{
    call::Call,
    context::Context,
    error::{self, Result},
    input::Reader,
    intakes::find_intake,
    model::{Intake, Room, User},
    rooms::find_room,
    store,
    users::{find_patient, find_provider},
    wire::{self, SlotView},
};
use crate::{
    schedule::{Interval, SlotLength},
    store::Conn,
};

/// Slots in one answer, the earliest.
const MOST_SLOTS: usize = 5000;
/// The default time span, which is that of the documented sample.
const SPAN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A time at which a provider is free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeSlot {
    pub interval: Interval,
    pub provider: i64,
}

/// Which slots to look for.
#[derive(Debug)]
pub struct Search {
    pub between: Interval,
    pub length: SlotLength,
    pub provider: Option<i64>,
}

/// `GET /availability`.
pub async fn list(call: &Call) -> Result<Response> {
    list_by(call, call.query()).await
}

/// `POST /availability`.
pub async fn list_by_post(call: &Call) -> Result<Response> {
    list_by(call, call.body()).await
}

async fn list_by(call: &Call, input: Reader<'_>) -> Result<Response> {
    let between = read_interval(input, call.now)?;
    let duration = read_duration(input)?;
    let mut conn = call.read().await?;
    let intake = match input.text("intake_id")? {
        Some(id) => Some(find_intake(call, &mut conn, &id).await?),
        None => None,
    };
    check_member(call, &mut conn, input).await?;
    let room = room(call, &mut conn, input, intake.as_ref()).await?;
    let length = length(input, &room, intake.as_ref(), duration)?;
    // As for a booking: the intake's provider, where none is named.
    let provider = input
        .number("provider_id")?
        .or(intake.and_then(|intake| intake.provider));
    let provider = match provider {
        Some(id) => Some(find_provider(call, &mut conn, "provider_id", id).await?),
        None => None,
    };
    let search = Search {
        between,
        length,
        provider,
    };
    let slots = free_slots(call, &mut conn, &room, &search).await?;
    let views: Vec<_> = slots.into_iter().map(|slot| view(slot, length, &room)).collect();
    Ok(wire::data(views)?)
}

fn read_interval(input: Reader<'_>, now: Timestamp) -> Result<Interval> {
    let start = input.seconds("start")?.unwrap_or(now);
    let end = input.seconds("end")?;
    let end = end.unwrap_or_else(|| start.saturating_add(SPAN).unwrap_or(Timestamp::MAX));
    error::malformed("end", "it is before start").when(end < start)?;
    Ok(Interval { start, end })
}

fn read_duration(input: Reader<'_>) -> Result<Option<SlotLength>> {
    let Some(minutes) = input.number("duration")? else {
        return Ok(None);
    };
    let length = SlotLength::from_minutes(minutes);
    let wrong = || error::malformed("duration", "1 to 1440 minutes are expected");
    length.map(Some).ok_or_else(wrong)
}

/// # Errors
/// 403 for a patient who names another one; 404 for an unknown patient.
async fn check_member(call: &Call, conn: &mut Conn, input: Reader<'_>) -> Result<()> {
    let Some(member) = input.text("member_id")? else {
        return Ok(());
    };
    let member = find_patient(call, conn, &member).await?;
    let other = member.id != call.caller().id && call.caller().is_patient();
    error::forbidden("Only admins and providers can act for other users.").when(other)
}

/// The named room, else the intake's.
async fn room(call: &Call, conn: &mut Conn, input: Reader<'_>, intake: Option<&Intake>) -> Result<Room> {
    match (input.text("room_code")?, intake) {
        (Some(code), _) => find_room(call, conn, &code).await,
        (None, Some(intake)) => {
            let room = store::rooms::find(conn, call.realm.id, intake.room).await?;
            room.ok_or_else(|| error::not_found("the intake's room does not exist"))
        }
        (None, None) => Err(error::missing("room_code")),
    }
}

/// The length of a slot: by the named consultation, else the intake's, else `duration`, else the room's first
/// consultation.
fn length(input: Reader<'_>, room: &Room, intake: Option<&Intake>, duration: Option<SlotLength>) -> Result<SlotLength> {
    let named = input.text("consultation_id")?;
    let id = named.as_deref().or(intake.and_then(Intake::consultation_id));
    let chosen = match id {
        Some(id) => Some(room.consultation(id).ok_or_else(unknown_consultation)?),
        None => None,
    };
    Ok(match (chosen, duration) {
        (None, Some(duration)) => duration,
        (chosen, _) => room.payment(chosen).length(),
    })
}

fn view(slot: FreeSlot, length: SlotLength, room: &Room) -> SlotView {
    SlotView {
        start: slot.interval.start.as_second(),
        end: slot.interval.end.as_second(),
        duration: length.minutes(),
        provider_id: slot.provider.into(),
        room_code: room.code.clone(),
    }
}

/// 400: the room has no such consultation.
pub fn unknown_consultation() -> error::VseeError {
    error::malformed("consultation_id", "the room has no such consultation")
}

/// The free slots of a room's providers, the earliest first.
pub async fn free_slots(
    context: &Context,
    conn: &mut Conn,
    room: &Room,
    search: &Search,
) -> crate::store::Result<Vec<FreeSlot>> {
    let providers = store::rooms::list_providers(conn, context.realm.id, room.id).await?;
    let wanted = |provider: &&User| search.provider.is_none_or(|id| id == provider.id);
    let mut slots = Vec::new();
    for provider in providers.iter().filter(wanted) {
        slots.extend(slots_of(context, conn, room, provider, search).await?);
    }
    slots.sort_by_key(|slot| (slot.interval, slot.provider));
    slots.truncate(MOST_SLOTS);
    Ok(slots)
}

async fn slots_of(
    context: &Context,
    conn: &mut Conn,
    room: &Room,
    provider: &User,
    search: &Search,
) -> crate::store::Result<Vec<FreeSlot>> {
    let Some(hours) = &provider.hours else {
        return Ok(Vec::new());
    };
    let (schedule, between) = (hours.schedule(room.zone()), search.between);
    let busy = store::visits::list_busy(conn, context.realm.id, provider.id, between).await?;
    let day = |time: Timestamp| schedule.zone.to_datetime(time).date();
    let (first, last) = (day(between.start), day(between.end));
    let free = schedule.each_free_slot(search.length, first, last, &busy, context.now);
    let intervals = free.map(|slot| Interval {
        start: slot.start.timestamp(),
        end: slot.end.timestamp(),
    });
    let within = intervals
        .skip_while(|slot| slot.start < between.start)
        .take_while(|slot| slot.end <= between.end);
    Ok(within
        .take(MOST_SLOTS)
        .map(|interval| FreeSlot {
            interval,
            provider: provider.id,
        })
        .collect())
}
