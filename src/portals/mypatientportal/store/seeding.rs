//! A seed, written. What it names has been checked.

use crate::{
    model::{RealmId, User},
    portals::mypatientportal::seed::{AppointmentType, Calendar, Category, Practice, Seed},
    store::{Tx, columns::json, database::execute},
};

/// Writes a portal that has nothing yet. Patients that are blocked by user name must be there already: whoever
/// loads the seed has checked that they are.
pub async fn insert_seed(tx: &mut Tx, realm: RealmId, seed: &Seed) -> sqlx::Result<()> {
    for (sequence, insurance) in numbered(&seed.insurances) {
        execute!(
            tx,
            "insert into mypatientportal_insurances (realm, id, sequence, name, kind) values ($1, $2, $3, $4, $5)",
            realm,
            insurance.id,
            sequence,
            insurance.name,
            *insurance.kind.name(),
        )?;
    }
    let mut numbers = Numbers::default();
    for practice in &seed.practices {
        insert_practice(tx, realm, practice, &mut numbers).await?;
    }
    for (sequence, id) in numbered(&seed.next_appointment_ids) {
        execute!(
            tx,
            "insert into mypatientportal_next_appointment_ids (realm, sequence, id) values ($1, $2, $3)",
            realm,
            sequence,
            id,
        )?;
    }
    Ok(())
}

/// The last number of each list, so that lists keep the seed's order across practices.
#[derive(Default)]
struct Numbers {
    practices: i64,
    categories: i64,
    types: i64,
}

async fn insert_practice(tx: &mut Tx, realm: RealmId, practice: &Practice, numbers: &mut Numbers) -> sqlx::Result<()> {
    numbers.practices += 1;
    execute!(
        tx,
        "insert into mypatientportal_practices
             (realm, id, sequence, name, zone, language, photo_url, required_patient_fields, reminder_minutes)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        realm,
        practice.id,
        numbers.practices,
        practice.name,
        practice.zone,
        practice.language,
        practice.photo_url,
        json(&practice.required_patient_fields)?,
        practice.reminder_minutes,
    )?;
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
    for calendar in &practice.calendars {
        insert_calendar(tx, realm, &practice.id, calendar).await?;
    }
    for category in &practice.categories {
        insert_category(tx, realm, &practice.id, category, numbers).await?;
    }
    Ok(())
}

async fn insert_calendar(tx: &mut Tx, realm: RealmId, practice: &str, calendar: &Calendar) -> sqlx::Result<()> {
    execute!(
        tx,
        "insert into mypatientportal_calendars
             (realm, id, practice_id, openings, closures, lead_time_minutes, horizon_days, changes)
         values ($1, $2, $3, $4, $5, $6, $7, 0)",
        realm,
        calendar.id,
        *practice,
        json(&calendar.openings)?,
        json(&calendar.closures)?,
        calendar.lead_time_minutes,
        calendar.horizon_days,
    )?;
    Ok(())
}

async fn insert_category(
    tx: &mut Tx,
    realm: RealmId,
    practice: &str,
    category: &Category,
    numbers: &mut Numbers,
) -> sqlx::Result<()> {
    numbers.categories += 1;
    execute!(
        tx,
        "insert into mypatientportal_categories
             (realm, id, sequence, practice_id, calendar_id, name, description, subtitle, photo_url)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        realm,
        category.id,
        numbers.categories,
        *practice,
        category.calendar,
        category.name,
        category.description,
        category.subtitle,
        category.photo_url,
    )?;
    for one in &category.types {
        numbers.types += 1;
        insert_type(tx, realm, category.id, one, numbers.types).await?;
    }
    Ok(())
}

async fn insert_type(
    tx: &mut Tx,
    realm: RealmId,
    category: i64,
    one: &AppointmentType,
    sequence: i64,
) -> sqlx::Result<()> {
    execute!(
        tx,
        "insert into mypatientportal_types
             (realm, id, sequence, category_id, name, description, length_minutes, insurances, age_from, age_to,
              video, comment_form, asap_notifications, attendant_user_required, bookable_without_account,
              cancellation_notice_minutes)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        realm,
        one.id,
        sequence,
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
        one.cancellation_notice_minutes,
    )?;
    Ok(())
}

fn numbered<T>(items: &[T]) -> impl Iterator<Item = (i64, &T)> {
    (1..).zip(items)
}
