//! `POST /v1/appointments`, `PUT|DELETE /v1/appointments/{code}`.
//!
//! Each change is reported to the webhooks of the organization. A cancelled appointment keeps its code.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    call::{Call, Reply},
    error::{self, Result},
    input::Validation,
    links,
    model::{Appointment, Patient, Professional},
    patients,
    store::{appointments as store, organizations},
    webhooks::{self, Event, Subject},
    wire,
};
use crate::store::{Conn, Tx, settle};

/// Documented: 15 minutes.
const DEFAULT_DURATION: i64 = 900;
/// A day.
const LONGEST_DURATION: i64 = 24 * 60 * 60;

/// `POST /v1/appointments`.
pub async fn create(call: &Call) -> Result<Reply> {
    let new = NewAppointment::read(call)?;
    let (patient, professional) = {
        let mut conn = call.read().await?;
        let patient = patients::find(call, &mut conn, &new.patient).await?;
        let patient = patient.ok_or_else(|| error::unknown_in_appointment(call.policy(), "patient"))?;
        (patient, find_professional(call, &mut conn, &new.professional).await?)
    };
    let appointment = Appointment {
        code: new.code,
        id: call.realm.random.id(call.now),
        patient_code: patient.code.clone(),
        professional_hash: professional.hash.clone(),
        starts_at: new.starts_at,
        duration_seconds: new.duration,
        link_version: 1,
        created_at: call.now,
        cancelled_at: None,
    };

    let mut tx = call.app.database.begin().await?;
    let outcome = insert(&mut tx, call, &appointment, &patient, &professional).await;
    settle(tx, outcome).await?;
    call.app.outbox.notify();
    Ok(answer(call, &appointment).into())
}

async fn insert(
    tx: &mut Tx,
    call: &Call,
    appointment: &Appointment,
    patient: &Patient,
    professional: &Professional,
) -> Result<()> {
    let inserted = store::insert(tx, call.realm.id, &call.organization.id, appointment).await?;
    error::unacceptable("An appointment with this code already exists.").when(!inserted)?;
    let subject = Subject {
        patient: Some(patient),
        professional: Some(professional),
        appointment: Some(appointment),
        ..Subject::default()
    };
    send_in(tx, call, Event::ConsultationCreated, subject).await
}

/// `PUT /v1/appointments/{code}`.
pub async fn reschedule(call: &Call) -> Result<Reply> {
    let mut validation = Validation::default();
    let appointment = validation.fields("", &call.body).required_object("appointment");
    let starts_at = starts_at(call, &mut validation, &appointment);
    validation.finish()?;

    let mut tx = call.app.database.begin().await?;
    let outcome = moved(&mut tx, call, starts_at).await;
    let appointment = settle(tx, outcome).await?;
    call.app.outbox.notify();
    Ok(answer(call, &appointment).into())
}

async fn moved(tx: &mut Tx, call: &Call, starts_at: Timestamp) -> Result<Appointment> {
    let organization = call.organization.id.as_str();
    // Locked before it is read, so that the webhook reports the times it really had before.
    store::lock(tx, call.realm.id, organization, &call.code).await?;
    let before = find(call, tx).await?;
    let moved = store::reschedule(tx, call.realm.id, organization, &before.code, starts_at).await?;
    let moved = moved.ok_or_else(|| error::unacceptable("The appointment is cancelled."))?;
    send_event_in(tx, call, Event::ConsultationRescheduled, &moved, Some(&before)).await?;
    Ok(moved)
}

/// `DELETE /v1/appointments/{code}`.
pub async fn cancel(call: &Call) -> Result<Reply> {
    let mut tx = call.app.database.begin().await?;
    let outcome = cancelled(&mut tx, call).await;
    settle(tx, outcome).await?;
    call.app.outbox.notify();
    Ok(wire::success().into())
}

async fn cancelled(tx: &mut Tx, call: &Call) -> Result<()> {
    let appointment = find(call, tx).await?;
    let organization = call.organization.id.as_str();
    let gone = store::cancel(tx, call.realm.id, organization, &appointment.code, call.now).await?;
    let gone = gone.ok_or_else(|| error::unacceptable("The appointment is cancelled."))?;
    send_event_in(tx, call, Event::ConsultationCancelled, &gone, None).await
}

async fn send_event_in(
    tx: &mut Tx,
    call: &Call,
    event: Event,
    appointment: &Appointment,
    before: Option<&Appointment>,
) -> Result<()> {
    let organization = call.organization.id.as_str();
    let patient =
        super::store::patients::find(tx, call.realm.id, organization, &appointment.patient_code, call.now).await?;
    let professional = organizations::find_professional(tx, call.realm.id, &appointment.professional_hash).await?;
    let subject = Subject {
        patient: patient.as_ref(),
        professional: professional.as_ref().map(|(professional, _)| professional),
        appointment: Some(appointment),
        previous: before,
        ..Subject::default()
    };
    send_in(tx, call, event, subject).await
}

async fn send_in(tx: &mut Tx, call: &Call, event: Event, subject: Subject<'_>) -> Result<()> {
    webhooks::send_in(
        tx,
        &call.app,
        &call.realm,
        &call.organization,
        event,
        &subject,
        None,
        call.now,
    )
    .await?;
    Ok(())
}

fn answer(call: &Call, appointment: &Appointment) -> Value {
    wire::appointment(&appointment.code, &links::join(&call.realm, appointment))
}

/// The appointment the path names, if it is the organization's.
async fn find(call: &Call, conn: &mut Conn) -> Result<Appointment> {
    let found = store::find(conn, call.realm.id, &call.organization.id, &call.code).await?;
    if found.is_none() {
        let elsewhere = store::exists_anywhere(conn, call.realm.id, &call.code).await?;
        error::forbidden("the appointment belongs to another organization").when(elsewhere)?;
    }
    found.ok_or_else(|| error::unknown_in_appointment(call.policy(), "appointment"))
}

async fn find_professional(call: &Call, conn: &mut Conn, hash: &str) -> Result<Professional> {
    let found = organizations::find_professional(conn, call.realm.id, hash).await?;
    let (professional, organization) =
        found.ok_or_else(|| error::unknown_in_appointment(call.policy(), "professional"))?;
    error::forbidden("the professional belongs to another organization").when(organization != call.organization.id)?;
    Ok(professional)
}

/// A new appointment, as the body describes it.
struct NewAppointment {
    code: String,
    starts_at: Timestamp,
    duration: i64,
    patient: String,
    professional: String,
}

impl NewAppointment {
    fn read(call: &Call) -> Result<Self> {
        let mut validation = Validation::default();
        let mut fields = validation.fields("", &call.body);
        let appointment = fields.required_object("appointment");
        let patient = fields.required_object("patient");
        let professional = fields.required_object("professional");
        let patient = validation.fields("patient.", &patient).required_text("code");
        let professional = validation.fields("professional.", &professional).required_text("hash");
        let mut fields = validation.fields("appointment.", &appointment);
        let code = fields.required_text("code");
        let duration = fields.number("duration", 1).unwrap_or(DEFAULT_DURATION);
        if duration > LONGEST_DURATION {
            let wrong = format!("The appointment.duration may not be greater than {LONGEST_DURATION}.");
            validation.wrong("appointment.duration", wrong);
        }
        let starts_at = starts_at(call, &mut validation, &appointment);
        validation.finish()?;
        Ok(Self {
            code,
            starts_at,
            duration,
            patient,
            professional,
        })
    }
}

/// When it begins, which may not be in the past.
fn starts_at(call: &Call, validation: &mut Validation, appointment: &serde_json::Map<String, Value>) -> Timestamp {
    let mut fields = validation.fields("appointment.", appointment);
    fields.require("starts_at");
    let starts_at = fields.time("starts_at");
    if starts_at.is_some_and(|starts_at| starts_at < call.now) {
        let wrong = "The appointment.starts_at must be a date after or equal to now.";
        validation.wrong("appointment.starts_at", wrong);
    }
    starts_at.unwrap_or(call.now)
}
