//! Row 14: the ASAP list, and the messages to the patients on it.
//!
//! A message is sent when time becomes free on the calendar of an appointment, whatever its type was, and makes an
//! earlier slot of the appointment's own type bookable, on a day on which the patient has the right age. Guests cannot
//! be on the list, since they have no operation to leave it. The message is written in the transaction that frees the
//! slot. It does not reserve the slot.

use std::collections::{BTreeMap, btree_map::Entry};

use jiff::civil::Date;
use serde_json::Value;

use super::{
    availabilities::{check_reschedulable, offer_of},
    call::Call,
    error::{self, Result},
    input::email,
    model::{Ages, Appointment, Owner, born_on},
    store::{self, Offer},
    wire,
};
use crate::{
    api::{operation::Parameter, schema},
    outbox::{Email, Message},
    schedule::{Interval, Slot},
    store::{Tx, settle, users},
    text,
};

/// The address of a `PUT`.
pub const EMAIL: Parameter = Parameter::required("email", schema::text, "Where the messages are sent.");

/// `PUT /appointments/{id}/asap_list`: a second call replaces the address.
pub async fn join(call: &Call) -> Result<Value> {
    // The owner is checked before the body, and neither check needs a transaction.
    call.appointment(&mut call.read().await?).await?;
    let email = email(call.body(), "email")?.ok_or_else(|| error::missing("email"))?;

    let mut tx = call.app.database.begin().await?;
    let outcome = subscribe(call, &mut tx, email).await;
    settle(tx, outcome).await?;
    Ok(wire::id(call.text_in_path()))
}

async fn subscribe(call: &Call, tx: &mut Tx, email: &str) -> Result<()> {
    let appointment = call.appointment(tx).await?;
    let one = &appointment.appointment_type;
    error::asap_refused(one.id).when(!one.asap_notifications)?;
    check_reschedulable(call, &appointment)?;
    let updated = store::set_asap_email(tx, call.realm.id, &appointment.id, Some(email)).await?;
    error::not_now("Appointment cannot be rescheduled.", "it has just been cancelled").when(!updated)
}

/// `DELETE /appointments/{id}/asap_list`: succeeds also when the appointment is not on the list.
pub async fn leave(call: &Call) -> Result<Value> {
    let mut tx = call.app.database.begin().await?;
    let outcome = unsubscribe(call, &mut tx).await;
    settle(tx, outcome).await?;
    Ok(wire::id(call.text_in_path()))
}

async fn unsubscribe(call: &Call, tx: &mut Tx) -> Result<()> {
    let appointment = call.appointment(tx).await?;
    store::set_asap_email(tx, call.realm.id, &appointment.id, None).await?;
    Ok(())
}

/// Writes a message for each appointment on the list for which `free` makes an earlier slot bookable, except `left_by`,
/// which has left it. Returns whether there was any. The caller holds the lock on the calendar.
pub async fn notify_waiting(call: &Call, tx: &mut Tx, calendar: &str, free: Interval, left_by: &str) -> Result<bool> {
    let mut waiting = store::list_waiting(tx, call.realm.id, calendar, free.start).await?;
    waiting.retain(|one| one.id != left_by);
    let mut slots_of_types = BTreeMap::new();
    let mut any = false;
    for appointment in &waiting {
        let slots = match slots_of_types.entry(appointment.appointment_type.id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let offer = offer_of(call, tx, appointment).await?;
                unknown.insert(bookable_within(call, tx, &offer, free).await?)
            }
        };
        let born_on = owner_born_on(call, tx, appointment).await?;
        let ages = appointment.appointment_type.ages;
        let earlier = slots
            .iter()
            .find(|slot| slot.start.timestamp() < appointment.starts_at && ages.admit(born_on, slot.start.date()));
        if let (Some(slot), Some(email)) = (earlier, &appointment.asap_email) {
            let message = message(appointment, email, slot);
            let outbox = &call.app.outbox;
            outbox
                .write(tx, call.realm.id, &call.realm.random, message, call.now)
                .await?;
            any = true;
        }
    }
    Ok(any)
}

/// Read only if the type has an age limit.
async fn owner_born_on(call: &Call, tx: &mut Tx, appointment: &Appointment) -> Result<Option<Date>> {
    match &appointment.owner {
        Owner::User(user) if appointment.appointment_type.ages != Ages::default() => {
            let user = users::find(tx, call.realm.id, user).await?;
            Ok(user.as_ref().and_then(born_on))
        }
        _ => Ok(None),
    }
}

/// The slots that can be booked now and overlap the time that became free.
async fn bookable_within(call: &Call, tx: &mut Tx, offer: &Offer, free: Interval) -> Result<Vec<Slot>> {
    let (schedule, length) = (&offer.calendar.schedule, offer.appointment_type.length);
    let day = schedule.zone.to_datetime(free.start).date();
    let last = schedule.zone.to_datetime(free.end).date();
    let a_day = jiff::SignedDuration::from_hours(48);
    let around = Interval {
        start: free.start.checked_sub(a_day).unwrap_or(free.start),
        end: free.end.checked_add(a_day).unwrap_or(free.end),
    };
    let busy = store::list_busy(tx, call.realm.id, &offer.calendar.id, around, None).await?;
    let mut slots = schedule.free_slots(length, day, last, &busy, call.now);
    slots.retain(|slot| {
        Interval {
            start: slot.start.timestamp(),
            end: slot.end.timestamp(),
        }
        .overlaps(free)
    });
    Ok(slots)
}

fn message(appointment: &Appointment, email: &str, earlier: &Slot) -> Email {
    let (practice, language) = (&appointment.practice, appointment.practice.language);
    let booked = appointment.starts_at.to_zoned_datetime(practice.zone.clone());
    let name = appointment.appointment_type.name.as_str();
    let words = [
        ("appointment", name),
        ("practice", practice.name.as_str()),
        ("earlier", &text::say_moment(language, &earlier.start)),
        ("booked", &text::say_moment(language, &booked)),
    ];
    let message = Message {
        language,
        subject: text::say_with(language, "asap-message-subject", &[("appointment", name)]),
        text: text::say_with(language, "asap-message-body", &words),
        link: None, // the portal is an API: there is no page to move an appointment on
        why: text::say(language, "asap-message-why"),
    };
    message.to(email, "asap_list.earlier_slot")
}
