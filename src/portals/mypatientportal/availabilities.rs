//! Rows 11, 12 and 13: free slots, and the ids to book them with.

use jiff::{Timestamp, ToSpan, civil::Date};
use serde_json::{Value, json};

use super::{
    availability_id::{Availability, Keys},
    call::Call,
    catalogue::check_insurance,
    error::{self, PortalError, Result},
    model::{Appointment, born_on},
    store::{self, Offer},
    wire,
};
use crate::{
    schedule::{Interval, Slot},
    store::Conn,
};

/// Days after the first one, unless the query says how many.
const DEFAULT_DAYS: i64 = 30;
/// Slots in one answer. A client gets the following ones with another request, from the day of the last one.
const MOST_SLOTS: usize = 5000;

/// `GET /availabilities`: the free slots of a type.
pub async fn list(call: &Call) -> Result<Value> {
    let query = call.query();
    let category = query.required_id("appointment_category_id")?;
    let appointment_type = query.required_id("appointment_type_id")?;
    let (insurance, born_on) = (query.id("insurance_id")?, query.date("born_on")?);
    let days = Days::read(call)?;

    let mut conn = call.read().await?;
    let offer = store::find_offer(&mut conn, call.realm.id, appointment_type, category).await?;
    let offer = offer.ok_or_else(error::no_type)?;
    check_insurance(call, &mut conn, insurance).await?;
    let open = insurance.is_none() || offer.appointment_type.open_to_insurance(insurance);
    error::insurance_refused(format!(
        "the type {appointment_type} cannot be booked with this insurance"
    ))
    .when(!open)?;

    let slots = free_slots(call, &mut conn, &offer, days, born_on, None).await?;
    Ok(listed(call, &offer, insurance, &slots))
}

/// `GET /appointments/{id}/availabilities`: the slots to which an appointment can be moved.
pub async fn list_of_appointment(call: &Call) -> Result<Value> {
    let mut conn = call.read().await?;
    let appointment = call.appointment(&mut conn).await?;
    let days = Days::read(call)?;
    check_reschedulable(call, &appointment)?;
    let offer = offer_of(call, &mut conn, &appointment).await?;
    let born_on = born_on(call.user());
    let mut slots = free_slots(call, &mut conn, &offer, days, born_on, Some(&appointment)).await?;
    slots.retain(|slot| slot.start.timestamp() != appointment.starts_at);
    Ok(listed(call, &offer, appointment.insurance, &slots))
}

/// `GET /appointments/{id}/earlier_availability`: the earliest slot, for an appointment on the ASAP list.
pub async fn show_earlier(call: &Call) -> Result<Value> {
    let mut conn = call.read().await?;
    let appointment = call.appointment(&mut conn).await?;
    error::not_now(
        "Appointment is not on the ASAP list.",
        "put it on the list with PUT …/asap_list, or when booking",
    )
    .when(!appointment.on_asap_list())?;
    check_reschedulable(call, &appointment)?;
    let offer = offer_of(call, &mut conn, &appointment).await?;
    let zone = &appointment.practice.zone;
    let days = Days {
        first: None,
        last: Some(zone.to_datetime(appointment.starts_at).date()),
    };
    let born_on = born_on(call.user());
    let slots = free_slots(call, &mut conn, &offer, days, born_on, Some(&appointment)).await?;
    let earlier = slots.iter().find(|slot| slot.start.timestamp() < appointment.starts_at);
    let keys = call.availability_keys();
    let earlier = earlier.map(|slot| availability(&keys, &offer, appointment.insurance, slot));
    Ok(wire::data(json!({
        "appointment": wire::appointment(&call.realm, &appointment, call.now),
        "availability": earlier,
    })))
}

/// # Errors
/// When the appointment is cancelled or past.
pub fn check_reschedulable(call: &Call, appointment: &Appointment) -> Result<()> {
    let why = if appointment.cancelled_at.is_some() {
        "it is cancelled"
    } else {
        "it is past"
    };
    error::not_now("Appointment cannot be rescheduled.", why).when(!appointment.reschedulable_at(call.now))
}

/// The type of an appointment with its calendar and practice, as they are now.
pub async fn offer_of(call: &Call, conn: &mut Conn, appointment: &Appointment) -> Result<Offer> {
    let one = &appointment.appointment_type;
    let offer = store::find_offer(conn, call.realm.id, one.id, one.category).await?;
    offer.ok_or_else(|| {
        PortalError::Failed(anyhow::anyhow!(
            "the type {} of an appointment no longer exists",
            one.id
        ))
    })
}

/// The days of a list. `None` is the default, which depends on today's date at the practice.
#[derive(Clone, Copy)]
struct Days {
    first: Option<Date>,
    last: Option<Date>,
}

impl Days {
    fn read(call: &Call) -> Result<Self> {
        let (first, last) = (call.query().date("from")?, call.query().date("to")?);
        let reversed = first.zip(last).is_some_and(|(first, last)| last < first);
        error::malformed("to", "it is before from").when(reversed)?;
        Ok(Self { first, last })
    }
}

/// The free slots of an offer that a patient born on `born_on` can book by age. The time of `own` counts as free.
async fn free_slots(
    call: &Call,
    conn: &mut Conn,
    offer: &Offer,
    days: Days,
    born_on: Option<Date>,
    own: Option<&Appointment>,
) -> Result<Vec<Slot>> {
    let schedule = &offer.calendar.schedule;
    let first = days.first.unwrap_or_else(|| schedule.today(call.now));
    let last = days.last.unwrap_or_else(|| first.saturating_add(DEFAULT_DAYS.days()));
    let until = last
        .saturating_add(2.days())
        .at(0, 0, 0, 0)
        .to_zoned_datetime(schedule.zone.clone());
    let between = Interval {
        start: call.now,
        end: until.map_or(Timestamp::MAX, |until| until.timestamp()),
    };
    let except = own.map(|appointment| appointment.id.as_str());
    let busy = store::list_busy(conn, call.realm.id, &offer.calendar.id, between, except).await?;
    let one = &offer.appointment_type;
    let free = schedule.each_free_slot(one.length, first, last, &busy, call.now);
    let of_age = free.filter(|slot| one.ages.admit(born_on, slot.start.date()));
    Ok(of_age.take(MOST_SLOTS).collect())
}

fn listed(call: &Call, offer: &Offer, insurance: Option<i64>, slots: &[Slot]) -> Value {
    let keys = call.availability_keys();
    let listed: Vec<_> = slots
        .iter()
        .map(|slot| availability(&keys, offer, insurance, slot))
        .collect();
    wire::data(listed)
}

fn availability(keys: &Keys, offer: &Offer, insurance: Option<i64>, slot: &Slot) -> Value {
    let sealed = keys.seal(&Availability {
        practice: offer.practice.id.clone(),
        category: offer.appointment_type.category,
        appointment_type: offer.appointment_type.id,
        start: slot.start.timestamp(),
        end: slot.end.timestamp(),
        insurance,
    });
    json!({"id": sealed, "starts_at": wire::time(&slot.start), "ends_at": wire::time(&slot.end)})
}
