//! Appointments.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::catalogue::{appointment_type, practice, practice_columns, type_columns};
use crate::{
    model::{ClientId, RealmId, UserId},
    portals::mypatientportal::model::{Appointment, Booking, Owner},
    schedule::Interval,
    store::{
        Conn, Result, Row, Tx,
        columns::json,
        database::{execute, fetch_all, fetch_optional},
    },
};

macro_rules! select_appointments {
    ($rest:expr) => {
        concat!(
            "select a.id, a.calendar_id, a.user_id, a.client_id, a.starts_at, a.ends_at, a.cancelled_at,
                    a.insurance_id, a.asap_email, ",
            type_columns!(),
            ", ",
            practice_columns!(),
            " from mypatientportal_appointments a
             join mypatientportal_types t on t.realm = a.realm and t.id = a.type_id
             join mypatientportal_categories k on k.realm = t.realm and k.id = t.category_id
             join mypatientportal_practices p on p.realm = k.realm and p.id = k.practice_id ",
            $rest
        )
    };
}

pub async fn find_appointment(conn: &mut Conn, realm: RealmId, id: &str) -> Result<Option<Appointment>> {
    let row = fetch_optional!(
        conn,
        select_appointments!("where a.realm = $1 and a.id = $2"),
        realm,
        *id
    )?;
    row.as_ref().map(appointment).transpose()
}

/// The recipient of messages about an appointment.
pub struct Contact {
    /// False where the booking asked for no e-mails.
    pub wants_email: bool,
    /// JSON object: the guest it is for.
    pub attendant: Option<Map<String, Value>>,
}

pub async fn find_contact(conn: &mut Conn, realm: RealmId, id: &str) -> Result<Option<Contact>> {
    let row = fetch_optional!(
        conn,
        "select attendant, allow_email_notifications from mypatientportal_appointments where realm = $1 and id = $2",
        realm,
        *id,
    )?;
    row.map(|row| {
        let guest = row.optional::<String>("attendant")?.is_some();
        Ok(Contact {
            wants_email: row.optional("allow_email_notifications")?.unwrap_or(true),
            attendant: guest.then(|| row.json("attendant")).transpose()?,
        })
    })
    .transpose()
}

/// A user's appointments, the latest first.
pub async fn list_appointments(conn: &mut Conn, realm: RealmId, user: &UserId) -> Result<Vec<Appointment>> {
    let rows = fetch_all!(
        conn,
        select_appointments!(
            "where a.realm = $1 and a.user_id = $2 order by a.starts_at desc, a.calendar_id, a.sequence desc"
        ),
        realm,
        user,
    )?;
    rows.iter().map(appointment).collect()
}

/// A user's appointments that start at `now` or later, the next first.
pub async fn list_upcoming(conn: &mut Conn, realm: RealmId, user: &UserId, now: Timestamp) -> Result<Vec<Appointment>> {
    let rows = fetch_all!(
        conn,
        select_appointments!(
            "where a.realm = $1 and a.user_id = $2 and a.starts_at >= $3
             order by a.starts_at, a.calendar_id, a.sequence"
        ),
        realm,
        user,
        now,
    )?;
    rows.iter().map(appointment).collect()
}

/// The appointments on the ASAP list of a calendar that start after `earliest`, the next first.
pub async fn list_waiting(
    conn: &mut Conn,
    realm: RealmId,
    calendar: &str,
    earliest: Timestamp,
) -> Result<Vec<Appointment>> {
    let rows = fetch_all!(
        conn,
        select_appointments!(
            "where a.realm = $1 and a.calendar_id = $2 and a.starts_at > $3
             and a.cancelled_at is null and a.asap_email is not null
             order by a.starts_at, a.calendar_id, a.sequence"
        ),
        realm,
        *calendar,
        earliest,
    )?;
    rows.iter().map(appointment).collect()
}

/// When a calendar is taken between two instants, by all but the appointment `except`.
pub async fn list_busy(
    conn: &mut Conn,
    realm: RealmId,
    calendar: &str,
    between: Interval,
    except: Option<&str>,
) -> Result<Vec<Interval>> {
    let rows = fetch_all!(
        conn,
        "select starts_at, ends_at from mypatientportal_appointments
         where realm = $1 and calendar_id = $2 and cancelled_at is null and ends_at > $3 and starts_at < $4
         and id <> $5",
        realm,
        *calendar,
        between.start,
        between.end,
        *except.unwrap_or_default(),
    )?;
    rows.iter()
        .map(|row| {
            Ok(Interval {
                start: row.get("starts_at")?,
                end: row.get("ends_at")?,
            })
        })
        .collect()
}

/// Writes an appointment; false when there is one of that id. `sequence` is what locking the calendar gave.
pub async fn insert_appointment(
    tx: &mut Tx,
    realm: RealmId,
    booking: &Booking,
    client: &ClientId,
    sequence: i64,
) -> Result<bool> {
    let user = match &booking.owner {
        Owner::User(user) => Some(user.clone()),
        Owner::Guest(_) => None,
    };
    let rows = execute!(
        tx,
        "insert into mypatientportal_appointments
             (realm, id, sequence, calendar_id, type_id, user_id, client_id, starts_at, ends_at, booked_at,
              insurance_id, asap_email, comments, structured_comment, source, attendant,
              allow_email_notifications, allow_sms_notifications)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         on conflict do nothing",
        realm,
        booking.id,
        sequence,
        booking.calendar,
        booking.appointment_type,
        user,
        client,
        booking.interval.start,
        booking.interval.end,
        booking.booked_at,
        booking.insurance,
        booking.asap_email,
        booking.comments,
        json(&booking.structured_comment)?,
        booking.source,
        booking.attendant.as_ref().map(json).transpose()?,
        booking.allow_email_notifications,
        booking.allow_sms_notifications,
    )?;
    Ok(rows == 1)
}

/// The id set for the next booking, if there is one. Each is returned once.
pub async fn take_next_id(tx: &mut Tx, realm: RealmId) -> Result<Option<String>> {
    let row = fetch_optional!(
        tx,
        "delete from mypatientportal_next_appointment_ids
         where realm = $1
         and sequence = (select min(sequence) from mypatientportal_next_appointment_ids where realm = $1)
         returning id",
        realm,
    )?;
    row.map(|row| row.get("id")).transpose()
}

/// Moves an appointment; false when it is cancelled.
pub async fn reschedule(tx: &mut Tx, realm: RealmId, id: &str, calendar: &str, to: Interval) -> Result<bool> {
    let rows = execute!(
        tx,
        "update mypatientportal_appointments set calendar_id = $3, starts_at = $4, ends_at = $5
         where realm = $1 and id = $2 and cancelled_at is null",
        realm,
        *id,
        *calendar,
        to.start,
        to.end,
    )?;
    Ok(rows == 1)
}

/// Cancels an appointment and takes it off the ASAP list; false when it was cancelled before.
pub async fn cancel(tx: &mut Tx, realm: RealmId, id: &str, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update mypatientportal_appointments set cancelled_at = $3, asap_email = null
         where realm = $1 and id = $2 and cancelled_at is null",
        realm,
        *id,
        now,
    )?;
    Ok(rows == 1)
}

/// Puts an appointment on the ASAP list, or takes it off; false when it is cancelled.
pub async fn set_asap_email(tx: &mut Tx, realm: RealmId, id: &str, email: Option<&str>) -> Result<bool> {
    let rows = execute!(
        tx,
        "update mypatientportal_appointments set asap_email = $3
         where realm = $1 and id = $2 and cancelled_at is null",
        realm,
        *id,
        email,
    )?;
    Ok(rows == 1)
}

fn appointment(row: &Row) -> Result<Appointment> {
    let user: Option<UserId> = row.optional("user_id")?;
    let client: ClientId = row.get("client_id")?;
    Ok(Appointment {
        id: row.get("id")?,
        owner: user.map_or(Owner::Guest(client), Owner::User),
        calendar: row.get("calendar_id")?,
        practice: practice(row)?,
        appointment_type: appointment_type(row)?,
        starts_at: row.get("starts_at")?,
        ends_at: row.get("ends_at")?,
        cancelled_at: row.optional("cancelled_at")?,
        insurance: row.optional("insurance_id")?,
        asap_email: row.optional("asap_email")?,
    })
}
