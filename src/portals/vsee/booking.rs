//! An intake becomes a visit: walk-in, appointment or e-consult (documented under "Visit API" and in the use cases).
//!
//! An intake can be used for one visit; a unique index decides which. An appointment of a patient needs a free slot of
//! a provider. The provider's row is the lock: of all transactions that want a time of one provider, one at a time sees
//! what is booked and adds to it. An admin's token overrides the schedule: any time, also one that is taken, also on an
//! empty calendar. Locks are taken in this order: provider (by number), number of the visit, visit, outbox.

use axum::response::Response;
use jiff::{SignedDuration, Timestamp};

use super::{
    availability::unknown_consultation,
    call::Call,
    context::Context,
    error::{self, Result},
    input::Reader,
    intakes::find_intake,
    messages,
    model::{Event, Intake, NewVisit, Payment, Room, User, Visit, VisitType, hexadecimal},
    rooms::find_room,
    store::{
        self,
        accounts::{Numbered, next_number},
    },
    users::{find_patient, find_provider, unknown_provider},
    visits::visit_answer,
    webhooks,
};
use crate::{
    schedule::{Interval, SlotLength, Unbookable},
    store::{Conn, Tx, settle},
};

/// A visit to be booked, checked as far as that is possible without a lock.
#[derive(Debug)]
pub struct Booking {
    pub kind: VisitType,
    pub intake: Intake,
    pub room: Room,
    /// The provider, where the request or the intake names one.
    pub provider: Option<i64>,
    /// Only for an appointment.
    pub time: Option<Interval>,
    pub payment: Payment,
}

impl Booking {
    /// A visit without an appointment. What it costs follows from the intake's consultation.
    pub fn without_time(kind: VisitType, intake: Intake, room: Room, provider: Option<i64>) -> Self {
        let consultation = intake.consultation_id().and_then(|id| room.consultation(id));
        Self {
            kind,
            provider,
            time: None,
            payment: room.payment(consultation),
            intake,
            room,
        }
    }
}

/// `POST /visits/add_walkin`.
pub async fn add_walk_in(call: &Call) -> Result<Response> {
    let booking = {
        let mut conn = call.read().await?;
        let (intake, room) = intake_and_room(call, &mut conn, call.body()).await?;
        let provider = provider(call, &mut conn, call.body(), &room, &intake).await?;
        Booking::without_time(VisitType::WalkIn, intake, room, provider)
    };
    let visit = book(call, call.caller(), &booking).await?;
    visit_answer(call, visit)
}

/// `POST /visits/add_econsult`: every provider of the room sees it until one accepts it.
pub async fn add_e_consult(call: &Call) -> Result<Response> {
    let booking = {
        let mut conn = call.read().await?;
        let (intake, room) = intake_and_room(call, &mut conn, call.body()).await?;
        Booking::without_time(VisitType::EConsult, intake, room, None)
    };
    let visit = book(call, call.caller(), &booking).await?;
    visit_answer(call, visit)
}

/// `POST /visits`: an appointment.
pub async fn create(call: &Call) -> Result<Response> {
    let booking = read_appointment(call).await?;
    let visit = book(call, call.caller(), &booking).await?;
    visit_answer(call, visit)
}

async fn read_appointment(call: &Call) -> Result<Booking> {
    let body = call.body();
    let start = body.seconds("start")?.ok_or_else(|| error::missing("start"))?;
    let end = body.seconds("end")?;
    let mut conn = call.read().await?;
    let (intake, room) = intake_and_room(call, &mut conn, body).await?;
    if let Some(member) = body.text("member_id")? {
        let member = find_patient(call, &mut conn, &member).await?;
        error::not_possible("The intake belongs to another patient.").when(member.id != intake.member)?;
    }
    let consultation = body.text("consultation_id")?;
    let (time, payment) = time_and_payment(&room, &intake, start, end, consultation.as_deref())?;
    Ok(Booking {
        kind: VisitType::Scheduled,
        provider: provider(call, &mut conn, body, &room, &intake).await?,
        time: Some(time),
        payment,
        intake,
        room,
    })
}

/// The intake, which the caller can use, and the room: the named one, else the intake's.
async fn intake_and_room(call: &Call, conn: &mut Conn, body: Reader<'_>) -> Result<(Intake, Room)> {
    let id = body.required_text("intake_id")?;
    let intake = find_intake(call, conn, &id).await?;
    let room = match body.text("room_code")? {
        Some(code) => find_room(call, conn, &code).await?,
        None => {
            let room = store::rooms::find(conn, call.realm.id, intake.room).await?;
            room.ok_or_else(|| error::not_found("the intake's room does not exist"))?
        }
    };
    Ok((intake, room))
}

/// The named provider, else the intake's; found to work in the room.
async fn provider(call: &Call, conn: &mut Conn, body: Reader<'_>, room: &Room, intake: &Intake) -> Result<Option<i64>> {
    let Some(id) = body.number("provider_id")?.or(intake.provider) else {
        return Ok(None);
    };
    let provider = find_provider(call, conn, "provider_id", id).await?;
    unknown_provider("provider_id")
        .compare(format!("a provider of the room {}", room.code), provider.to_string())
        .when(!room.providers.contains(&provider))?;
    Ok(Some(provider))
}

/// The time of an appointment and what it costs: by the named consultation, else the intake's, else the one of the same
/// length, else the room's first.
///
/// # Errors
/// 400 for a consultation the room does not have, or an end that is not 1 to 1440 minutes after the start.
pub fn time_and_payment(
    room: &Room,
    intake: &Intake,
    start: Timestamp,
    end: Option<Timestamp>,
    consultation: Option<&str>,
) -> Result<(Interval, Payment)> {
    let minutes = end.map(|end| minutes_between(start, end)).transpose()?;
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
    Ok((interval_from(start, &payment), payment))
}

fn minutes_between(start: Timestamp, end: Timestamp) -> Result<i64> {
    let length = end.duration_since(start);
    let minutes = (length.as_secs() % 60 == 0).then_some(length.as_mins());
    let sound = minutes.filter(|minutes| SlotLength::from_minutes(*minutes).is_some());
    sound.ok_or_else(|| error::malformed("end", "1 to 1440 minutes after start are expected"))
}

fn interval_from(start: Timestamp, payment: &Payment) -> Interval {
    let length = SignedDuration::from_mins(payment.minutes);
    Interval {
        start,
        end: start.saturating_add(length).unwrap_or(Timestamp::MAX),
    }
}

/// Inserts the visit and stores webhooks and the e-mail to the patient, in one transaction.
pub async fn book(context: &Context, user: &User, booking: &Booking) -> Result<Visit> {
    check_room(user, booking)?;
    let mut tx = context.app.database.begin().await?;
    let outcome = book_in(&mut tx, context, user, booking).await;
    let visit = settle(tx, outcome).await?;
    context.app.outbox.notify();
    Ok(visit)
}

/// # Errors
/// 400 where the room does not accept such visits or is closed. Admins are not checked.
fn check_room(user: &User, booking: &Booking) -> Result<()> {
    let settings = &booking.room.settings;
    let no_walk_ins = error::not_possible("This room does not accept walk-in visits.");
    let no_appointments = error::not_possible("This room does not accept appointments.");
    if user.is_admin() {
        return Ok(());
    }
    match booking.kind {
        VisitType::WalkIn => no_walk_ins.when(!settings.walkin_enabled)?,
        VisitType::Scheduled => no_appointments.when(!settings.appointment_enabled)?,
        VisitType::EConsult => return Ok(()),
    }
    error::not_possible(&settings.close_msg).when(settings.is_closed)
}

async fn book_in(tx: &mut Tx, context: &Context, user: &User, booking: &Booking) -> Result<Visit> {
    let provider = match (booking.kind, booking.time) {
        (VisitType::Scheduled, Some(time)) => lock_free_provider_in(tx, context, user, booking, time).await?,
        _ => booking.provider,
    };
    let new = NewVisit {
        kind: booking.kind,
        room: booking.room.id,
        member: booking.intake.member,
        provider,
        intake: booking.intake.id.clone(),
        interval: booking
            .time
            .unwrap_or_else(|| interval_from(context.now, &booking.payment)),
        payment: booking.payment.clone(),
        one_time_link: booking.kind == VisitType::Scheduled && context.realm.policy.vsee.one_time_links,
    };
    let id = insert_in(tx, context, &new).await?;
    let visit = store::visits::find(tx, context.realm.id, id).await?;
    let visit = visit.ok_or_else(crate::store::Error::missing_row)?;
    webhooks::send_in(tx, context, Event::VisitCreated, &visit, None).await?;
    if visit.kind == VisitType::Scheduled {
        messages::confirm_in(tx, context, &visit).await?;
    }
    Ok(visit)
}

/// Inserts the visit under the next free number.
async fn insert_in(tx: &mut Tx, context: &Context, new: &NewVisit) -> Result<i64> {
    let realm = &context.realm;
    loop {
        let id = next_number(tx, realm.id, Numbered::Visit).await?;
        let code = hexadecimal(&realm.random.bytes::<16>());
        if store::visits::insert(tx, realm.id, id, &code, new, context.now).await? {
            return Ok(id);
        }
        let used = store::visits::intake_is_used(tx, realm.id, &new.intake).await?;
        error::not_possible("The intake was already used.").when(used)?;
    }
}

/// The provider who has the appointment; their row is locked.
///
/// # Errors
/// 400 where no provider is free, with the reason of the last one. Admins get any time.
async fn lock_free_provider_in(
    tx: &mut Tx,
    context: &Context,
    user: &User,
    booking: &Booking,
    time: Interval,
) -> Result<Option<i64>> {
    if user.is_admin() {
        let provider = booking.provider.or(booking.room.providers.first().copied());
        if let Some(provider) = provider {
            store::users::lock_provider(tx, context.realm.id, provider).await?;
        }
        return Ok(provider);
    }
    let mut candidates = match booking.provider {
        Some(provider) => vec![provider],
        None => booking.room.providers.clone(),
    };
    candidates.sort_unstable();
    let mut why = "no provider of the room has office hours";
    for provider in candidates {
        store::users::lock_provider(tx, context.realm.id, provider).await?;
        match check_free_in(tx, context, booking, provider, time).await? {
            Ok(()) => return Ok(Some(provider)),
            Err(reason) => why = reason,
        }
    }
    Err(error::slot_unavailable(why))
}

/// Whether a provider, whose row is locked, is free at that time; `Err` says why not.
async fn check_free_in(
    tx: &mut Tx,
    context: &Context,
    booking: &Booking,
    provider: i64,
    time: Interval,
) -> crate::store::Result<std::result::Result<(), &'static str>> {
    let found = store::users::find(tx, context.realm.id, provider).await?;
    let Some(hours) = found.and_then(|user| user.hours) else {
        return Ok(Err("the provider has no office hours"));
    };
    let busy = store::visits::list_busy(tx, context.realm.id, provider, time).await?;
    let schedule = hours.schedule(booking.room.zone());
    let free = schedule.check_bookable(time, booking.payment.length(), &busy, context.now);
    Ok(free.map(drop).map_err(|reason| match reason {
        Unbookable::TooSoon => "it is in the past, or too soon for the provider",
        Unbookable::TooFar => "it is too far in the future for the provider",
        Unbookable::NotOffered => "it is outside the provider's office hours",
        Unbookable::Closed => "the provider is away",
        Unbookable::Taken => "it is already booked",
    }))
}
