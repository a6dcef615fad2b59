//! Row 6: move an appointment. Its id stays the same and its old slot is free at once.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    asap_list,
    availabilities::{check_reschedulable, offer_of},
    availability_id::Availability,
    booking::{check_age, check_free, read_availability},
    call::Call,
    error::{self, Result},
    model::born_on,
    reminders, store, wire,
};
use crate::store::{Tx, settle};

/// `POST /appointments/{id}/reschedule`.
pub async fn reschedule(call: &Call) -> Result<Value> {
    // The owner is checked before the body, and neither check needs a transaction.
    call.appointment(&mut call.read().await?).await?;
    let availability = read_availability(call)?;

    let mut tx = call.app.database.begin().await?;
    let outcome = write(call, &mut tx, &availability).await;
    let notified = settle(tx, outcome).await?;
    call.app.agenda.notify(call.realm.id);
    if notified {
        call.app.outbox.notify();
    }
    Ok(wire::id(call.text_in_path()))
}

/// Moves the appointment. Returns whether anybody on the ASAP list was notified.
async fn write(call: &Call, tx: &mut Tx, availability: &Availability) -> Result<bool> {
    let before = call.appointment(tx).await?;
    check_reschedulable(call, &before)?;
    check_same_type(
        availability,
        before.appointment_type.id,
        before.appointment_type.category,
    )?;
    let offer = offer_of(call, tx, &before).await?;
    for calendar in BTreeSet::from([&before.calendar, &offer.calendar.id]) {
        store::lock_calendar(tx, call.realm.id, calendar).await?;
    }
    // Read again under the lock: it may have changed.
    let before = call.appointment(tx).await?;
    check_reschedulable(call, &before)?;
    let (realm, slot) = (call.realm.id, availability.interval());
    check_free(call, tx, &offer, slot, Some(&before.id)).await?;
    check_age(&offer, born_on(call.user()), slot.start)?;
    let moved = store::reschedule(tx, realm, &before.id, &offer.calendar.id, slot).await?;
    error::not_now("Appointment cannot be rescheduled.", "it has just been cancelled").when(!moved)?;
    reminders::plan(tx, &call.realm, &offer.practice, &before.id, slot.start, call.now).await?;
    if slot == before.interval() {
        return Ok(false);
    }
    asap_list::notify_waiting(call, tx, &before.calendar, before.interval(), &before.id).await
}

fn check_same_type(availability: &Availability, appointment_type: i64, category: i64) -> Result<()> {
    let same = availability.appointment_type == appointment_type && availability.category == category;
    error::not_now(
        "The availability belongs to another appointment type.",
        "an appointment keeps its type and category",
    )
    .compare(
        format!("type {appointment_type} of category {category}"),
        format!(
            "type {} of category {}",
            availability.appointment_type, availability.category
        ),
    )
    .when(!same)
}
