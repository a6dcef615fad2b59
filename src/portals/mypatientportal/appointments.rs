//! Rows 2, 3 and 4: the appointments of the patient.

use serde_json::Value;

use super::{
    call::Call,
    error::{self, Result},
    model::Appointment,
    store, wire,
};

/// `GET /appointments`: all of them, the latest first.
pub async fn list(call: &Call) -> Result<Value> {
    let query = call.query();
    let (from, to) = (query.date("from")?, query.date("to")?);
    let cancelled_too = query.boolean("include_cancelled")?.unwrap_or(true);
    error::malformed("to", "it is before from").when(from.zip(to).is_some_and(|(from, to)| to < from))?;

    let found = store::list_appointments(&mut call.read().await?, call.realm.id, &call.user().id).await?;
    let wanted = found.iter().filter(|appointment| {
        let day = appointment.practice.zone.to_datetime(appointment.starts_at).date();
        let within = from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to);
        within && (cancelled_too || appointment.cancelled_at.is_none())
    });
    Ok(listed(call, wanted))
}

/// `GET /appointments/upcoming`: future appointments, the next first, cancelled ones included.
pub async fn list_upcoming(call: &Call) -> Result<Value> {
    let found = store::list_upcoming(&mut call.read().await?, call.realm.id, &call.user().id, call.now).await?;
    Ok(listed(call, found.iter()))
}

/// `GET /appointments/{id}`.
pub async fn show(call: &Call) -> Result<Value> {
    let appointment = call.appointment(&mut call.read().await?).await?;
    Ok(wire::data(wire::appointment(&call.realm, &appointment, call.now)))
}

fn listed<'a>(call: &Call, appointments: impl Iterator<Item = &'a Appointment>) -> Value {
    let listed: Vec<_> = appointments
        .map(|one| wire::appointment(&call.realm, one, call.now))
        .collect();
    wire::data(listed)
}
