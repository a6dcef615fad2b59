//! Row 7: cancel an appointment, before its notice period begins.

use serde_json::Value;

use super::{
    asap_list,
    call::Call,
    error::{self, Result},
    model::Appointment,
    reminders, store, wire,
};
use crate::store::{Tx, settle};

/// `POST /appointments/{id}/cancel`.
pub async fn cancel(call: &Call) -> Result<Value> {
    let mut tx = call.app.database.begin().await?;
    let outcome = write(call, &mut tx).await;
    let notified = settle(tx, outcome).await?;
    if notified {
        call.app.outbox.notify();
    }
    Ok(wire::id(call.text_in_path()))
}

/// Cancels the appointment. Returns whether anybody on the ASAP list was notified.
async fn write(call: &Call, tx: &mut Tx) -> Result<bool> {
    let appointment = call.appointment(tx).await?;
    check_cancellable(call, &appointment)?;
    store::lock_calendar(tx, call.realm.id, &appointment.calendar).await?;
    // Read again under the lock: it may have changed.
    let appointment = call.appointment(tx).await?;
    check_cancellable(call, &appointment)?;
    let cancelled = store::cancel(tx, call.realm.id, &appointment.id, call.now).await?;
    error::not_now("Appointment cannot be cancelled.", "it has just been cancelled").when(!cancelled)?;
    reminders::forget(tx, &call.realm, &appointment.id).await?;
    asap_list::notify_waiting(call, tx, &appointment.calendar, appointment.interval(), &appointment.id).await
}

fn check_cancellable(call: &Call, appointment: &Appointment) -> Result<()> {
    let why = if appointment.cancelled_at.is_some() {
        "it is already cancelled".to_owned()
    } else if !appointment.upcoming_at(call.now) {
        "it is past".to_owned()
    } else {
        let until = appointment.cancelable_until().unwrap_or(appointment.starts_at);
        format!(
            "it could be cancelled until {}",
            wire::time(&until.to_zoned_datetime(appointment.practice.zone.clone()))
        )
    };
    error::not_now("Appointment cannot be cancelled.", why).when(!appointment.cancellable_at(call.now))
}
