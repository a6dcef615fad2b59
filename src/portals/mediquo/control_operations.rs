//! What a tester can do with mediQuo through the control API.

use jiff::Timestamp;
use serde_json::Value;

pub use super::patients::{Queue, process as process_patients, queue as patient_queue};
use super::{
    model::{Appointment, NewEndpoint, Organization, Patient, Professional, WebhookEndpoint},
    seeding,
    store::{appointments, organizations, patients, webhook_endpoints},
    webhooks::{self, Event, EventError, SentEvent, Subject},
};
use crate::{
    app::{App, Realm},
    keys::sealing::SealingError,
    store::{Conn, Keeps, Tx, settle},
};

/// Why an operation is refused or fails.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    #[error("there is no {what} {name:?}")]
    Unknown { what: &'static str, name: String },
    #[error("{0}")]
    Unsound(String),
    #[error("the database failed: {0}")]
    Database(#[from] crate::store::Error),
    #[error("a secret cannot be sealed: {0}")]
    Sealing(#[from] SealingError),
}

impl From<EventError> for OperationError {
    fn from(error: EventError) -> Self {
        match error {
            EventError::Database(error) => error.into(),
            EventError::Sealing(error) => error.into(),
        }
    }
}

impl Keeps for OperationError {
    fn keeps(&self) -> bool {
        false
    }
}

fn unknown(what: &'static str, name: &str) -> OperationError {
    OperationError::Unknown {
        what,
        name: name.to_owned(),
    }
}

/// # Errors
/// When the database fails.
pub async fn list_organizations(app: &App, realm: &Realm) -> crate::store::Result<Vec<Organization>> {
    organizations::list(&mut app.database.read().await?, realm.id).await
}

/// # Errors
/// When the database fails.
pub async fn list_endpoints(app: &App, realm: &Realm) -> crate::store::Result<Vec<WebhookEndpoint>> {
    webhook_endpoints::list(&mut app.database.read().await?, realm.id).await
}

/// Adds a webhook endpoint to an organization, by default to the first one.
///
/// # Errors
/// When there is no such organization, or the endpoint is invalid.
pub async fn add_endpoint(
    app: &App,
    realm: &Realm,
    organization: Option<&str>,
    new: &NewEndpoint,
) -> Result<WebhookEndpoint, OperationError> {
    webhooks::check_endpoint(new).map_err(OperationError::Unsound)?;
    let organization = find_organization(&mut app.database.read().await?, realm, organization).await?;
    let sealer = app.realms.sealer();
    let endpoint = seeding::endpoint(new, &organization.id, sealer, &realm.random, realm.clock.now())?;
    let mut tx = app.database.write_once().await?;
    webhook_endpoints::insert(&mut tx, realm.id, &endpoint).await?;
    Ok(endpoint)
}

/// # Errors
/// When there is no such endpoint.
pub async fn remove_endpoint(app: &App, realm: &Realm, id: &str) -> Result<(), OperationError> {
    let mut tx = app.database.write_once().await?;
    if webhook_endpoints::delete(&mut tx, realm.id, id).await? {
        Ok(())
    } else {
        Err(unknown("webhook endpoint", id))
    }
}

/// An event to be sent, and what it is about. The defaults are the first organization, its first professional and its
/// first patient.
#[derive(Debug)]
pub struct EventRequest<'a> {
    pub event: Event,
    pub organization: Option<&'a str>,
    /// A code, as in the API; the professional is given by hash.
    pub patient: Option<&'a str>,
    pub professional: Option<&'a str>,
    pub appointment: Option<&'a str>,
    /// Replaces members of the payload.
    pub payload: Option<&'a Value>,
}

/// Sends an event to the endpoints of an organization. An immediate video call without an appointment gets a new one,
/// so that its address works.
///
/// # Errors
/// When something it is about does not exist.
pub async fn send_event(app: &App, realm: &Realm, request: &EventRequest<'_>) -> Result<SentEvent, OperationError> {
    let now = realm.clock.now();
    let mut tx = app.database.begin().await?;
    let outcome = send_in(&mut tx, app, realm, request, now).await;
    let sent = settle(tx, outcome).await?;
    app.outbox.notify();
    Ok(sent)
}

async fn send_in(
    tx: &mut Tx,
    app: &App,
    realm: &Realm,
    request: &EventRequest<'_>,
    now: Timestamp,
) -> Result<SentEvent, OperationError> {
    let organization = find_organization(tx, realm, request.organization).await?;
    let appointment = match request.appointment {
        None => None,
        Some(code) => {
            let found = appointments::find(tx, realm.id, &organization.id, code).await?;
            Some(found.ok_or_else(|| unknown("appointment", code))?)
        }
    };
    let patient = request
        .patient
        .or(appointment.as_ref().map(|one| one.patient_code.as_str()));
    let patient = find_patient(tx, realm, &organization, patient, now).await?;
    let professional = request
        .professional
        .or(appointment.as_ref().map(|one| one.professional_hash.as_str()));
    let professional = find_professional(tx, realm, &organization, professional).await?;
    let appointment = match (appointment, request.event) {
        (None, Event::ImmediateVideoCallAssigned) => {
            Some(immediate_call(tx, realm, &organization, patient.as_ref(), professional.as_ref(), now).await?)
        }
        (appointment, _) => appointment,
    };
    let prescriptions = match &patient {
        None => Vec::new(),
        Some(patient) => appointments::list_prescriptions(tx, realm.id, &organization.id, &patient.code).await?,
    };
    let subject = Subject {
        patient: patient.as_ref(),
        professional: professional.as_ref(),
        appointment: appointment.as_ref(),
        previous: None,
        prescriptions: &prescriptions,
    };
    let sent = webhooks::send_in(
        tx,
        app,
        realm,
        &organization,
        request.event,
        &subject,
        request.payload,
        now,
    );
    Ok(sent.await?)
}

async fn immediate_call(
    tx: &mut Tx,
    realm: &Realm,
    organization: &Organization,
    patient: Option<&Patient>,
    professional: Option<&Professional>,
    now: Timestamp,
) -> Result<Appointment, OperationError> {
    let patient = patient.ok_or_else(|| unknown("patient", ""))?;
    let professional = professional.ok_or_else(|| unknown("professional", ""))?;
    let id = realm.random.id(now);
    let appointment = Appointment {
        code: format!("immediate-{id}"),
        id,
        patient_code: patient.code.clone(),
        professional_hash: professional.hash.clone(),
        starts_at: now,
        duration_seconds: 900,
        link_version: 1,
        created_at: now,
        cancelled_at: None,
    };
    appointments::insert(tx, realm.id, &organization.id, &appointment).await?;
    Ok(appointment)
}

async fn find_organization(conn: &mut Conn, realm: &Realm, id: Option<&str>) -> Result<Organization, OperationError> {
    match id {
        Some(id) => organizations::find(conn, realm.id, id)
            .await?
            .ok_or_else(|| unknown("organization", id)),
        None => {
            let first = organizations::list(conn, realm.id).await?.into_iter().next();
            first.ok_or_else(|| unknown("organization", ""))
        }
    }
}

async fn find_patient(
    conn: &mut Conn,
    realm: &Realm,
    organization: &Organization,
    code: Option<&str>,
    now: Timestamp,
) -> Result<Option<Patient>, OperationError> {
    match code {
        Some(code) => {
            let found = patients::find(conn, realm.id, &organization.id, code, now).await?;
            Ok(Some(found.ok_or_else(|| unknown("patient", code))?))
        }
        None => {
            let listed = patients::list(conn, realm.id, &organization.id, now, 1).await?;
            Ok(listed.into_iter().next())
        }
    }
}

async fn find_professional(
    conn: &mut Conn,
    realm: &Realm,
    organization: &Organization,
    hash: Option<&str>,
) -> Result<Option<Professional>, OperationError> {
    match hash {
        Some(hash) => {
            let found = organizations::find_professional(conn, realm.id, hash).await?;
            let own = found.filter(|(_, owner)| *owner == organization.id);
            Ok(Some(own.ok_or_else(|| unknown("professional", hash))?.0))
        }
        None => {
            let listed = organizations::list_professionals(conn, realm.id, &organization.id).await?;
            Ok(listed.into_iter().next())
        }
    }
}
