//! Row 14: the ASAP list, and the letters to those on it.
//!
//! Whoever is on the list is told when a slot of the same type becomes free that lies before their own
//! appointment and can still be booked. The letter is written in the transaction that frees the slot. It
//! reserves nothing: whoever comes first gets the slot.

use serde_json::Value;

use super::{
    availabilities::check_reschedulable,
    booking::asap_refused,
    call::Call,
    error::{self, Result},
    model::Appointment,
    store::{self, Offer},
    wire,
};
use crate::{
    outbox::{Email, Outbox},
    schedule::{Interval, Slot},
    store::{Tx, settle},
    text,
};

/// `PUT /appointments/{id}/asap_list`: again with another address, it replaces the address.
pub async fn join(call: &Call) -> Result<Value> {
    let mut tx = call.app.database.begin().await?;
    let outcome = subscribe(call, &mut tx).await;
    settle(tx, outcome).await?;
    Ok(wire::id(call.text_in_path()))
}

async fn subscribe(call: &Call, tx: &mut Tx) -> Result<()> {
    let appointment = call.appointment(tx).await?;
    let email = call.body().email("email")?.ok_or_else(|| error::missing("email"))?;
    let one = &appointment.appointment_type;
    asap_refused(one.id).when(!one.asap_notifications)?;
    check_reschedulable(call, &appointment)?;
    let stands = store::set_asap_email(tx, call.realm.id, &appointment.id, Some(email)).await?;
    error::not_now("Appointment cannot be rescheduled.", "it was cancelled a moment ago").when(!stands)
}

/// `DELETE /appointments/{id}/asap_list`: also when it was not on the list.
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

/// Writes to everybody who waits for a slot like the one that became `free`, but not to the one who left it.
/// Whether there was anybody. The calendar is locked.
pub async fn tell_waiting(call: &Call, tx: &mut Tx, offer: &Offer, free: Interval, left_by: &str) -> Result<bool> {
    let waiting = store::list_waiting(tx, call.realm.id, offer.appointment_type.id, free.start).await?;
    if waiting.iter().all(|one| one.id == left_by) {
        return Ok(false);
    }
    let slots = bookable_within(call, tx, offer, free).await?;
    let mut told = false;
    for appointment in waiting.iter().filter(|one| one.id != left_by) {
        let earlier = slots.iter().find(|slot| slot.start.timestamp() < appointment.starts_at);
        if let (Some(slot), Some(email)) = (earlier, &appointment.asap_email) {
            let letter = letter(appointment, email, slot);
            Outbox::write(tx, call.realm.id, &call.realm.random, letter, call.now).await?;
            told = true;
        }
    }
    Ok(told)
}

/// The slots that can be booked now and overlap what became free.
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

fn letter(appointment: &Appointment, email: &str, earlier: &Slot) -> Email {
    let (practice, language) = (&appointment.practice, appointment.practice.language);
    let booked = appointment.starts_at.to_zoned(practice.zone.clone());
    let name = appointment.appointment_type.name.as_str();
    let words = [
        ("appointment", name),
        ("practice", practice.name.as_str()),
        ("earlier", &text::say_moment(language, &earlier.start)),
        ("booked", &text::say_moment(language, &booked)),
    ];
    Email {
        recipient: email.to_owned(),
        subject: text::say_with(language, "asap-letter-subject", &[("appointment", name)]),
        body: text::say_with(language, "asap-letter-body", &words),
        reason: "asap_list.earlier_slot",
    }
}
