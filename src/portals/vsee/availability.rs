//! `GET /availability`: the free slots of a room's providers (D:DEMO; the answer is inferred).
//!
//! Slots are those of the providers' hours, read on the wall clock of the room, less what they are booked for. The
//! documented sample sends form data, which its tool would post: so a posted form is answered, too.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    call::{Call, Context},
    error::{self, Result},
    input::Reader,
    intakes::find_intake,
    model::{Room, User},
    rooms::find_room,
    store,
    users::{find_patient, find_provider},
    wire,
};
use crate::{
    schedule::{Interval, SlotLength},
    store::Conn,
};

/// Slots in one answer, the earliest.
const MOST_SLOTS: usize = 5000;
/// As long a span as the documented sample asks for.
const SPAN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A time somebody is free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeSlot {
    pub interval: Interval,
    pub provider: i64,
}

/// What free time is looked for.
#[derive(Debug)]
pub struct Search {
    pub between: Interval,
    pub length: SlotLength,
    pub provider: Option<i64>,
}

/// `GET /availability`, `POST /availability`.
pub async fn list(call: &Call, input: Reader<'_>) -> Result<Value> {
    let start = input.seconds("start")?.unwrap_or(call.now);
    let end = input
        .seconds("end")?
        .unwrap_or_else(|| start.saturating_add(SPAN).unwrap_or(Timestamp::MAX));
    error::malformed("end", "it lies before start").when(end < start)?;
    let duration = input.number("duration")?.map(|minutes| {
        let wrong = || error::malformed("duration", "1 to 1440 minutes are expected");
        SlotLength::from_minutes(minutes).ok_or_else(wrong)
    });
    let duration = duration.transpose()?;

    let mut conn = call.read().await?;
    let intake = match input.text("intake_id")? {
        Some(id) => Some(find_intake(call, &mut conn, &id).await?),
        None => None,
    };
    if let Some(member) = input.text("member_id")? {
        let member = find_patient(call, &mut conn, &member).await?;
        let other = member.id != call.caller().id && call.caller().is_patient();
        error::forbidden("Only admins and providers act for others.").when(other)?;
    }
    let room = match (input.text("room_code")?, &intake) {
        (Some(code), _) => find_room(call, &mut conn, &code).await?,
        (None, Some(intake)) => {
            let room = store::rooms::find(&mut conn, call.realm.id, intake.room).await?;
            room.ok_or_else(|| error::not_found("there is no such room"))?
        }
        (None, None) => return Err(error::missing("room_code")),
    };
    let consultation = input.text("consultation_id")?;
    let consultation = consultation
        .as_deref()
        .or(intake.as_ref().and_then(|intake| intake.consultation_id()));
    let chosen = match consultation {
        Some(id) => Some(room.consultation(id).ok_or_else(unknown_consultation)?),
        None => None,
    };
    let length = match (chosen, duration) {
        (None, Some(duration)) => duration,
        (chosen, _) => room.payment(chosen).length(),
    };
    // As booking has it: whom the intake wishes for, where nobody is named.
    let wished = intake.as_ref().and_then(|intake| intake.provider);
    let provider = match input.number("provider_id")?.or(wished) {
        Some(id) => Some(find_provider(call, &mut conn, "provider_id", id).await?),
        None => None,
    };
    let search = Search {
        between: Interval { start, end },
        length,
        provider,
    };
    let slots = free_slots(call, &mut conn, &room, &search).await?;
    let listed: Vec<_> = slots.iter().map(|slot| shown(slot, length, &room)).collect();
    Ok(wire::data(listed))
}

fn shown(slot: &FreeSlot, length: SlotLength, room: &Room) -> Value {
    json!({
        "start": slot.interval.start.as_second(),
        "end": slot.interval.end.as_second(),
        "duration": length.minutes(),
        "provider_id": wire::id(slot.provider),
        "room_code": room.code,
    })
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
