//! Appointments, welcome messages and prescriptions.

use jiff::Timestamp;

use crate::{
    model::RealmId,
    portals::mediquo::model::{Appointment, Message, Prescription},
    store::{
        Conn, Result, Row, Tx,
        columns::json,
        database::{execute, fetch_all, fetch_optional},
    },
};

macro_rules! columns_of_appointments {
    () => {
        "code, id, patient_code, professional_hash, starts_at, duration_seconds, link_version, created_at, cancelled_at"
    };
}

fn appointment(row: &Row) -> Result<Appointment> {
    Ok(Appointment {
        code: row.get("code")?,
        id: row.get("id")?,
        patient_code: row.get("patient_code")?,
        professional_hash: row.get("professional_hash")?,
        starts_at: row.get("starts_at")?,
        duration_seconds: row.get("duration_seconds")?,
        link_version: row.get("link_version")?,
        created_at: row.get("created_at")?,
        cancelled_at: row.optional("cancelled_at")?,
    })
}

/// Writes a new appointment; false when its code is taken.
pub async fn insert(tx: &mut Tx, realm: RealmId, organization: &str, new: &Appointment) -> Result<bool> {
    let rows = execute!(
        tx,
        "insert into mediquo_appointments
             (realm, organization_id, code, id, sequence, patient_code, professional_hash, starts_at,
              duration_seconds, link_version, created_at)
         select $1, $2, $3, $4, coalesce(max(sequence), 0) + 1, $5, $6, $7, $8, $9, $10
         from mediquo_appointments where realm = $1
         on conflict do nothing",
        realm,
        *organization,
        new.code,
        new.id,
        new.patient_code,
        new.professional_hash,
        new.starts_at,
        new.duration_seconds,
        new.link_version,
        new.created_at,
    )?;
    Ok(rows == 1)
}

/// Locks an appointment until the transaction ends.
pub async fn lock(tx: &mut Tx, realm: RealmId, organization: &str, code: &str) -> Result<()> {
    execute!(
        tx,
        "update mediquo_appointments set link_version = link_version
         where realm = $1 and organization_id = $2 and code = $3",
        realm,
        *organization,
        *code,
    )?;
    Ok(())
}

pub async fn find(conn: &mut Conn, realm: RealmId, organization: &str, code: &str) -> Result<Option<Appointment>> {
    let sql = concat!(
        "select ",
        columns_of_appointments!(),
        " from mediquo_appointments where realm = $1 and organization_id = $2 and code = $3"
    );
    let row = fetch_optional!(conn, sql, realm, *organization, *code)?;
    row.as_ref().map(appointment).transpose()
}

/// An appointment by its internal id, and the organization to which it belongs.
pub async fn find_by_id(conn: &mut Conn, realm: RealmId, id: &str) -> Result<Option<(Appointment, String)>> {
    let sql = concat!(
        "select organization_id, ",
        columns_of_appointments!(),
        " from mediquo_appointments where realm = $1 and id = $2"
    );
    let row = fetch_optional!(conn, sql, realm, *id)?;
    let found = row.as_ref();
    found
        .map(|row| Ok((appointment(row)?, row.get("organization_id")?)))
        .transpose()
}

/// Whether any organization has an appointment of that code.
pub async fn exists_anywhere(conn: &mut Conn, realm: RealmId, code: &str) -> Result<bool> {
    let sql = "select code from mediquo_appointments where realm = $1 and code = $2 limit 1";
    Ok(fetch_optional!(conn, sql, realm, *code)?.is_some())
}

/// The appointments of a patient that are neither cancelled nor over, the next first.
pub async fn list_of_patient(
    conn: &mut Conn,
    realm: RealmId,
    organization: &str,
    patient: &str,
    now: Timestamp,
) -> Result<Vec<Appointment>> {
    let sql = concat!(
        "select ",
        columns_of_appointments!(),
        " from mediquo_appointments
         where realm = $1 and organization_id = $2 and patient_code = $3 and cancelled_at is null
           and starts_at + duration_seconds * 1000 > $4
         order by starts_at, sequence, id limit 50"
    );
    let rows = fetch_all!(conn, sql, realm, *organization, *patient, now)?;
    rows.iter().map(appointment).collect()
}

/// Moves an appointment and ends its link. Returns the appointment as it is now; `None` when it is cancelled.
pub async fn reschedule(
    tx: &mut Tx,
    realm: RealmId,
    organization: &str,
    code: &str,
    starts_at: Timestamp,
) -> Result<Option<Appointment>> {
    let sql = concat!(
        "update mediquo_appointments set starts_at = $4, link_version = link_version + 1
         where realm = $1 and organization_id = $2 and code = $3 and cancelled_at is null returning ",
        columns_of_appointments!()
    );
    let row = fetch_optional!(tx, sql, realm, *organization, *code, starts_at)?;
    row.as_ref().map(appointment).transpose()
}

/// Cancels an appointment. Returns it as it is now; `None` when it was already cancelled.
pub async fn cancel(
    tx: &mut Tx,
    realm: RealmId,
    organization: &str,
    code: &str,
    now: Timestamp,
) -> Result<Option<Appointment>> {
    let sql = concat!(
        "update mediquo_appointments set cancelled_at = $4
         where realm = $1 and organization_id = $2 and code = $3 and cancelled_at is null returning ",
        columns_of_appointments!()
    );
    let row = fetch_optional!(tx, sql, realm, *organization, *code, now)?;
    row.as_ref().map(appointment).transpose()
}

pub async fn insert_message(tx: &mut Tx, realm: RealmId, organization: &str, new: &Message) -> Result<()> {
    execute!(
        tx,
        "insert into mediquo_messages
             (realm, id, organization_id, sequence, patient_code, professional_hash, body, sent_at)
         select $1, $2, $3, coalesce(max(sequence), 0) + 1, $4, $5, $6, $7 from mediquo_messages where realm = $1",
        realm,
        new.id,
        *organization,
        new.patient_code,
        new.professional_hash,
        new.text,
        new.sent_at,
    )?;
    Ok(())
}

/// The newest messages to a patient, in the order they were sent.
pub async fn list_messages(conn: &mut Conn, realm: RealmId, organization: &str, patient: &str) -> Result<Vec<Message>> {
    let rows = fetch_all!(
        conn,
        "select id, patient_code, professional_hash, body, sent_at from mediquo_messages
         where realm = $1 and organization_id = $2 and patient_code = $3 order by sequence desc, id desc limit 20",
        realm,
        *organization,
        *patient,
    )?;
    let message = |row: &Row| {
        Ok(Message {
            id: row.get("id")?,
            patient_code: row.get("patient_code")?,
            professional_hash: row.optional("professional_hash")?,
            text: row.get("body")?,
            sent_at: row.get("sent_at")?,
        })
    };
    rows.iter().rev().map(message).collect()
}

fn prescription(row: &Row) -> Result<Prescription> {
    Ok(Prescription {
        code: row.get("code")?,
        organization: row.get("organization_id")?,
        patient_code: row.optional("patient_code")?,
        patient: row.json("patient")?,
        active_substances: row.json("active_substances")?,
        issued_at: row.get("issued_at")?,
    })
}

pub async fn find_prescription(conn: &mut Conn, realm: RealmId, code: &str) -> Result<Option<Prescription>> {
    let row = fetch_optional!(
        conn,
        "select code, organization_id, patient_code, patient, active_substances, issued_at
         from mediquo_prescriptions where realm = $1 and code = $2",
        realm,
        *code,
    )?;
    row.as_ref().map(prescription).transpose()
}

pub async fn list_prescriptions(
    conn: &mut Conn,
    realm: RealmId,
    organization: &str,
    patient: &str,
) -> Result<Vec<Prescription>> {
    let rows = fetch_all!(
        conn,
        "select code, organization_id, patient_code, patient, active_substances, issued_at
         from mediquo_prescriptions
         where realm = $1 and organization_id = $2 and patient_code = $3 order by sequence, code",
        realm,
        *organization,
        *patient,
    )?;
    rows.iter().map(prescription).collect()
}

/// Writes a prescription; false when its code is taken.
pub async fn insert_prescription(tx: &mut Tx, realm: RealmId, new: &Prescription) -> Result<bool> {
    let rows = execute!(
        tx,
        "insert into mediquo_prescriptions
             (realm, code, organization_id, sequence, patient_code, patient, active_substances, issued_at)
         select $1, $2, $3, coalesce(max(sequence), 0) + 1, $4, $5, $6, $7 from mediquo_prescriptions where realm = $1
         on conflict do nothing",
        realm,
        new.code,
        new.organization,
        new.patient_code,
        json(&new.patient)?,
        json(&new.active_substances)?,
        new.issued_at,
    )?;
    Ok(rows == 1)
}
