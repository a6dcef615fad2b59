//! An intake becomes a visit: walk-in, appointment or e-consult (D:VISIT, D:CASE).
//!
//! Each intake becomes one visit, which a unique index decides. An appointment of a patient needs a free slot of a
//! provider: the provider's row is the lock, so of all who want a time, one at a time sees what is booked and adds to
//! it. An admin's token overrides the schedule: any time, also one that is taken, also on an empty calendar.
//! Locks are taken in the order provider (by number), number of the visit, visit, outbox.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    availability::unknown_consultation,
    call::{Call, Context},
    error::{self, Result},
    input::Reader,
    intakes::find_intake,
    messages,
    model::{Intake, NewVisit, Payment, Room, User, Visit, VisitType, hexadecimal},
    rooms::find_room,
    store::{
        self,
        accounts::{Numbered, next_number},
    },
    users::{find_patient, find_provider, unknown_provider},
    webhooks::{self, Event},
    wire,
};
use crate::{
    schedule::{Interval, SlotLength, Unbookable},
    store::{Conn, Tx, settle},
};

/// What somebody wants, looked up and found possible as far as that needs no lock.
#[derive(Debug)]
pub struct Wish {
    pub kind: VisitType,
    pub intake: Intake,
    pub room: Room,
    /// Whom, where it matters to somebody.
    pub provider: Option<i64>,
    /// For an appointment: when.
    pub time: Option<Interval>,
    pub payment: Payment,
}

/// `POST /visits/add_walkin`.
pub async fn add_walk_in(call: &Call) -> Result<Value> {
    let wish = {
        let mut conn = call.read().await?;
        let (intake, room) = intake_and_room(call, &mut conn, call.body()).await?;
        let provider = provider(call, &mut conn, call.body(), &room, &intake).await?;
        let payment = room.payment(intake.consultation_id().and_then(|id| room.consultation(id)));
        Wish {
            kind: VisitType::WalkIn,
            provider,
            time: None,
            payment,
            intake,
            room,
        }
    };
    let visit = make(call, call.caller(), &wish).await?;
    Ok(wire::data(wire::visit(&call.realm, &visit)))
}

/// `POST /visits/add_econsult`: every provider of the room sees it until one accepts.
pub async fn add_e_consult(call: &Call) -> Result<Value> {
    let wish = {
        let mut conn = call.read().await?;
        let (intake, room) = intake_and_room(call, &mut conn, call.body()).await?;
        let payment = room.payment(intake.consultation_id().and_then(|id| room.consultation(id)));
        Wish {
            kind: VisitType::EConsult,
            provider: None,
            time: None,
            payment,
            intake,
            room,
        }
    };
    let visit = make(call, call.caller(), &wish).await?;
    Ok(wire::data(wire::visit(&call.realm, &visit)))
}

/// `POST /visits`: an appointment.
pub async fn create(call: &Call) -> Result<Value> {
    let body = call.body();
    let start = body.seconds("start")?.ok_or_else(|| error::missing("start"))?;
    let end = body.seconds("end")?;
    let wish = {
        let mut conn = call.read().await?;
        let (intake, room) = intake_and_room(call, &mut conn, body).await?;
        if let Some(member) = body.text("member_id")? {
            let member = find_patient(call, &mut conn, &member).await?;
            error::not_possible("The intake belongs to another patient.").when(member.id != intake.member)?;
        }
        let consultation = body.text("consultation_id")?;
        let (time, payment) = time_and_payment(&room, &intake, start, end, consultation.as_deref())?;
        Wish {
            kind: VisitType::Scheduled,
            provider: provider(call, &mut conn, body, &room, &intake).await?,
            time: Some(time),
            payment,
            intake,
            room,
        }
    };
    let visit = make(call, call.caller(), &wish).await?;
    Ok(wire::data(wire::visit(&call.realm, &visit)))
}

/// The intake, which is the caller's to use, and the room: the one that is named, else the intake's.
async fn intake_and_room(call: &Call, conn: &mut Conn, body: Reader<'_>) -> Result<(Intake, Room)> {
    let id = body.required_text("intake_id")?;
    let intake = find_intake(call, conn, &id).await?;
    let room = match body.text("room_code")? {
        Some(code) => find_room(call, conn, &code).await?,
        None => {
            let room = store::rooms::find(conn, call.realm.id, intake.room).await?;
            room.ok_or_else(|| error::not_found("there is no such room"))?
        }
    };
    Ok((intake, room))
}

/// The provider that is named, else the one the intake wishes for; found to work in the room.
async fn provider(call: &Call, conn: &mut Conn, body: Reader<'_>, room: &Room, intake: &Intake) -> Result<Option<i64>> {
    let Some(id) = body.number("provider_id")?.or(intake.provider) else {
        return Ok(None);
    };
    let provider = find_provider(call, conn, "provider_id", id).await?;
    unknown_provider("provider_id")
        .compare(format!("a provider of the room {}", room.code), wire::id(provider))
        .when(!room.providers.contains(&provider))?;
    Ok(Some(provider))
}

/// When an appointment is, and what it costs: by the consultation that is named, else the one of that length, else the
/// room's first.
///
/// # Errors
/// 400 for a consultation the room has not, or an end that makes no appointment.
pub fn time_and_payment(
    room: &Room,
    intake: &Intake,
    start: Timestamp,
    end: Option<Timestamp>,
    consultation: Option<&str>,
) -> Result<(Interval, Payment)> {
    let minutes = match end {
        None => None,
        Some(end) => {
            let length = end.duration_since(start);
            let minutes = (length.as_secs() % 60 == 0).then_some(length.as_mins());
            let sound = minutes.filter(|minutes| SlotLength::from_minutes(*minutes).is_some());
            Some(sound.ok_or_else(|| error::malformed("end", "1 to 1440 minutes after start are expected"))?)
        }
    };
    let chosen = match consultation.or(intake.consultation_id()) {
        Some(id) => Some(room.consultation(id).ok_or_else(unknown_consultation)?),
        None => minutes.and_then(|minutes| {
            let mut all = room.settings.consultations.iter();
            all.find(|one| one.duration == minutes)
        }),
    };
    let mut payment = room.payment(chosen);
    if let Some(minutes) = minutes {
        payment.minutes = minutes;
    }
    Ok((after(start, &payment), payment))
}

fn after(start: Timestamp, payment: &Payment) -> Interval {
    let length = SignedDuration::from_mins(payment.minutes);
    Interval {
        start,
        end: start.saturating_add(length).unwrap_or(Timestamp::MAX),
    }
}

/// Makes the visit, tells the clinic, and writes to the patient: all of it or nothing.
pub async fn make(context: &Context, user: &User, wish: &Wish) -> Result<Visit> {
    check_doors(user, wish)?;
    let mut tx = context.app.database.begin().await?;
    let outcome = write(context, &mut tx, user, wish).await;
    let visit = settle(tx, outcome).await?;
    context.app.outbox.ring();
    Ok(visit)
}

/// # Errors
/// 400 where a room takes no such visits, which stops patients only.
fn check_doors(user: &User, wish: &Wish) -> Result<()> {
    let settings = &wish.room.settings;
    let no_walk_ins = error::not_possible("This room takes no walk-in visits.");
    let no_appointments = error::not_possible("This room takes no appointments.");
    if user.is_admin() {
        return Ok(());
    }
    match wish.kind {
        VisitType::WalkIn => no_walk_ins.when(!settings.walkin_enabled)?,
        VisitType::Scheduled => no_appointments.when(!settings.appointment_enabled)?,
        VisitType::EConsult => return Ok(()),
    }
    error::not_possible(&settings.close_msg).when(settings.is_closed)
}

async fn write(context: &Context, tx: &mut Tx, user: &User, wish: &Wish) -> Result<Visit> {
    let provider = match (wish.kind, wish.time) {
        (VisitType::Scheduled, Some(time)) => free_provider(context, tx, user, wish, time).await?,
        _ => wish.provider,
    };
    let new = NewVisit {
        kind: wish.kind,
        room: wish.room.id,
        member: wish.intake.member,
        provider,
        intake: wish.intake.id.clone(),
        interval: wish.time.unwrap_or_else(|| after(context.now, &wish.payment)),
        payment: wish.payment.clone(),
        one_time_link: wish.kind == VisitType::Scheduled && context.realm.policy.vsee.one_time_links,
    };
    let id = insert(context, tx, &new).await?;
    let visit = store::visits::find(tx, context.realm.id, id).await?;
    let visit = visit.ok_or_else(crate::store::Error::missing_row)?;
    webhooks::tell(context, tx, Event::VisitCreated, &visit, None).await?;
    if visit.kind == VisitType::Scheduled {
        messages::confirm(context, tx, &visit).await?;
    }
    Ok(visit)
}

/// Writes the visit under the next number that is free.
async fn insert(context: &Context, tx: &mut Tx, new: &NewVisit) -> Result<i64> {
    let realm = &context.realm;
    loop {
        let id = next_number(tx, realm.id, Numbered::Visit).await?;
        let code = hexadecimal(&realm.random.bytes::<16>());
        if store::visits::insert(tx, realm.id, id, &code, new, context.now).await? {
            return Ok(id);
        }
        let used = store::visits::intake_is_used(tx, realm.id, &new.intake).await?;
        error::not_possible("The intake is used already.").when(used)?;
    }
}

/// Who has the appointment, locked.
///
/// # Errors
/// 400 where nobody is free: the last provider's reason. Not for admins.
async fn free_provider(
    context: &Context,
    tx: &mut Tx,
    user: &User,
    wish: &Wish,
    time: Interval,
) -> Result<Option<i64>> {
    if user.is_admin() {
        let provider = wish.provider.or(wish.room.providers.first().copied());
        if let Some(provider) = provider {
            store::users::lock_provider(tx, context.realm.id, provider).await?;
        }
        return Ok(provider);
    }
    let mut candidates = match wish.provider {
        Some(provider) => vec![provider],
        None => wish.room.providers.clone(),
    };
    candidates.sort_unstable();
    let mut why = "no provider of the room has set up hours";
    for provider in candidates {
        store::users::lock_provider(tx, context.realm.id, provider).await?;
        match check_free(context, tx, wish, provider, time).await? {
            Ok(()) => return Ok(Some(provider)),
            Err(reason) => why = reason,
        }
    }
    Err(error::slot_unavailable(why))
}

/// Whether a provider, locked, is free at that time; else why not.
async fn check_free(
    context: &Context,
    tx: &mut Tx,
    wish: &Wish,
    provider: i64,
    time: Interval,
) -> crate::store::Result<std::result::Result<(), &'static str>> {
    let found = store::users::find(tx, context.realm.id, provider).await?;
    let Some(hours) = found.and_then(|user| user.hours) else {
        return Ok(Err("the provider has set up no hours"));
    };
    let busy = store::visits::list_busy(tx, context.realm.id, provider, time).await?;
    let schedule = hours.schedule(wish.room.zone());
    let free = schedule.check_bookable(time, wish.payment.length(), &busy, context.now);
    Ok(free.map(drop).map_err(|reason| match reason {
        Unbookable::TooSoon => "it is past, or sooner than the provider takes appointments for",
        Unbookable::TooFar => "it is further ahead than the provider takes appointments for",
        Unbookable::NotOffered => "it is outside the provider's hours",
        Unbookable::Closed => "the provider is away",
        Unbookable::Taken => "it is taken",
    }))
}
