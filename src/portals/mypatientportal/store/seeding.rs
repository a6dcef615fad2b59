//! Writes a seed that has been checked.
//!
//! Table by table, with many rows in one statement, because a client waits while a realm is created.

use super::TABLES;
use crate::{
    model::{RealmId, User},
    portals::mypatientportal::seed::{AppointmentType, Practice, Seed},
    store::{
        Result, Tx,
        columns::json,
        database::{Value, execute, values},
        tables,
    },
};

/// Writes it into an empty portal. Blocked patients have to exist, which the caller has checked.
pub async fn insert_seed(tx: &mut Tx, realm: RealmId, seed: &Seed) -> Result<()> {
    let rows = Rows::of(seed)?;
    for table in TABLES {
        let rows = match table.name {
            "mypatientportal_practices" => &rows.practices,
            "mypatientportal_insurances" => &rows.insurances,
            "mypatientportal_calendars" => &rows.calendars,
            "mypatientportal_categories" => &rows.categories,
            "mypatientportal_types" => &rows.types,
            "mypatientportal_next_appointment_ids" => &rows.next_appointment_ids,
            _ => continue, // what a seed does not fill, and the blocked patients below
        };
        tables::insert(tx, realm, table, rows).await?;
    }
    for practice in &seed.practices {
        insert_blocked_patients(tx, realm, practice).await?;
    }
    Ok(())
}

/// The rows of each table, each with its columns as they are declared.
#[derive(Default)]
struct Rows {
    practices: Vec<Vec<Value>>,
    insurances: Vec<Vec<Value>>,
    calendars: Vec<Vec<Value>>,
    categories: Vec<Vec<Value>>,
    types: Vec<Vec<Value>>,
    next_appointment_ids: Vec<Vec<Value>>,
}

/// The number of the next row of a list, so that lists keep the seed's order across practices.
fn next(rows: &[Vec<Value>]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX) + 1
}

impl Rows {
    fn of(seed: &Seed) -> Result<Self> {
        let mut rows = Self::default();
        for insurance in &seed.insurances {
            let (sequence, kind) = (next(&rows.insurances), insurance.kind.name());
            rows.insurances
                .push(values!(insurance.id, sequence, insurance.name, *kind));
        }
        for practice in &seed.practices {
            rows.add_practice(practice)?;
        }
        for id in &seed.next_appointment_ids {
            let sequence = next(&rows.next_appointment_ids);
            rows.next_appointment_ids.push(values!(sequence, *id));
        }
        Ok(rows)
    }

    fn add_practice(&mut self, practice: &Practice) -> Result<()> {
        self.practices.push(values!(
            practice.id,
            next(&self.practices),
            practice.name,
            practice.zone,
            practice.language,
            practice.photo_url,
            json(&practice.required_patient_fields)?,
            practice.reminder_minutes
        ));
        for calendar in &practice.calendars {
            let changes = 0_i64;
            self.calendars.push(values!(
                calendar.id,
                practice.id,
                json(&calendar.openings)?,
                json(&calendar.closures)?,
                calendar.lead_time_minutes,
                calendar.horizon_days,
                changes
            ));
        }
        for category in &practice.categories {
            self.categories.push(values!(
                category.id,
                next(&self.categories),
                practice.id,
                category.calendar,
                category.name,
                category.description,
                category.subtitle,
                category.photo_url
            ));
            for one in &category.types {
                self.add_type(category.id, one)?;
            }
        }
        Ok(())
    }

    fn add_type(&mut self, category: i64, one: &AppointmentType) -> Result<()> {
        self.types.push(values!(
            one.id,
            next(&self.types),
            category,
            one.name,
            one.description,
            one.length_minutes,
            one.insurances.as_ref().map(json).transpose()?,
            one.age_from,
            one.age_to,
            one.is_video_consultation,
            one.comment_form.as_ref().map(json).transpose()?,
            one.asap_notifications_enabled,
            one.attendant_user_required,
            one.patient_can_book_without_account,
            one.cancellation_notice_minutes
        ));
        Ok(())
    }
}

async fn insert_blocked_patients(tx: &mut Tx, realm: RealmId, practice: &Practice) -> Result<()> {
    for username in &practice.blocked_patients {
        execute!(
            tx,
            "insert into mypatientportal_blocked_patients (realm, practice_id, user_id)
             select $1, $2, id from users where realm = $1 and username_folded = $3",
            realm,
            practice.id,
            User::folded(username),
        )?;
    }
    Ok(())
}
