//! Practices, insurances, calendars, categories and types.

use jiff::{SignedDuration, tz::TimeZone};

use crate::{
    model::{RealmId, UserId},
    portals::mypatientportal::model::{Ages, AppointmentType, Calendar, Category, Insurance, InsuranceKind, Practice},
    schedule::{
        Schedule, SlotLength,
        hours::{Closed, Hours},
    },
    store::{
        Conn, Error, Result, Row, Tx,
        database::{fetch_all, fetch_one, fetch_optional},
    },
};

/// A type with everything that decides whether and when it can be booked.
#[derive(Clone, Debug)]
pub struct Offer {
    pub practice: Practice,
    pub calendar: Calendar,
    pub appointment_type: AppointmentType,
}

macro_rules! practice_columns {
    () => {
        "p.id as practice_id, p.name as practice_name, p.zone, p.language, p.photo_url as practice_photo_url,
         p.required_patient_fields, p.reminder_minutes"
    };
}

macro_rules! type_columns {
    () => {
        "t.id as type_id, t.category_id, t.name as type_name, t.description as type_description, t.length_minutes,
         t.insurances, t.age_from, t.age_to, t.video, t.comment_form, t.asap_notifications,
         t.attendant_user_required, t.bookable_without_account, t.cancellation_notice_minutes"
    };
}

pub(super) use practice_columns;
pub(super) use type_columns;

pub async fn list_practices(conn: &mut Conn, realm: RealmId) -> Result<Vec<Practice>> {
    let rows = fetch_all!(
        conn,
        concat!(
            "select ",
            practice_columns!(),
            " from mypatientportal_practices p where p.realm = $1 order by p.sequence, p.id"
        ),
        realm,
    )?;
    rows.iter().map(practice).collect()
}

pub async fn find_practice(conn: &mut Conn, realm: RealmId, id: &str) -> Result<Option<Practice>> {
    let row = fetch_optional!(
        conn,
        concat!(
            "select ",
            practice_columns!(),
            " from mypatientportal_practices p where p.realm = $1 and p.id = $2"
        ),
        realm,
        *id,
    )?;
    row.as_ref().map(practice).transpose()
}

pub async fn patient_is_blocked(conn: &mut Conn, realm: RealmId, practice: &str, user: &UserId) -> Result<bool> {
    let row = fetch_optional!(
        conn,
        "select 1 as one from mypatientportal_blocked_patients
         where realm = $1 and practice_id = $2 and user_id = $3",
        realm,
        *practice,
        user,
    )?;
    Ok(row.is_some())
}

pub async fn list_insurances(conn: &mut Conn, realm: RealmId) -> Result<Vec<Insurance>> {
    let rows = fetch_all!(
        conn,
        "select id, name, kind from mypatientportal_insurances where realm = $1 order by sequence, id",
        realm,
    )?;
    let insurance = |row: &Row| {
        Ok(Insurance {
            id: row.get("id")?,
            name: row.get("name")?,
            kind: kind(row)?,
        })
    };
    rows.iter().map(insurance).collect()
}

pub async fn insurance_exists(conn: &mut Conn, realm: RealmId, id: i64) -> Result<bool> {
    let row = fetch_optional!(
        conn,
        "select 1 as one from mypatientportal_insurances where realm = $1 and id = $2",
        realm,
        id,
    )?;
    Ok(row.is_some())
}

/// All categories, or those of one practice.
pub async fn list_categories(conn: &mut Conn, realm: RealmId, practice: Option<&str>) -> Result<Vec<Category>> {
    let rows = fetch_all!(
        conn,
        "select id, practice_id, name, description, subtitle, photo_url from mypatientportal_categories
         where realm = $1 and ($2 is null or practice_id = $2) order by sequence, id",
        realm,
        practice,
    )?;
    rows.iter().map(category).collect()
}

pub async fn find_category(conn: &mut Conn, realm: RealmId, id: i64) -> Result<Option<Category>> {
    let row = fetch_optional!(
        conn,
        "select id, practice_id, name, description, subtitle, photo_url from mypatientportal_categories
         where realm = $1 and id = $2",
        realm,
        id,
    )?;
    row.as_ref().map(category).transpose()
}

/// All types, or those of one category.
pub async fn list_types(conn: &mut Conn, realm: RealmId, category: Option<i64>) -> Result<Vec<AppointmentType>> {
    let rows = fetch_all!(
        conn,
        concat!(
            "select ",
            type_columns!(),
            " from mypatientportal_types t
             where t.realm = $1 and ($2 is null or t.category_id = $2) order by t.sequence, t.id"
        ),
        realm,
        category,
    )?;
    rows.iter().map(appointment_type).collect()
}

pub async fn find_type(conn: &mut Conn, realm: RealmId, id: i64) -> Result<Option<AppointmentType>> {
    let row = fetch_optional!(
        conn,
        concat!(
            "select ",
            type_columns!(),
            " from mypatientportal_types t where t.realm = $1 and t.id = $2"
        ),
        realm,
        id,
    )?;
    row.as_ref().map(appointment_type).transpose()
}

/// A type of a category with its calendar and practice, in one statement.
pub async fn find_offer(
    conn: &mut Conn,
    realm: RealmId,
    appointment_type: i64,
    category: i64,
) -> Result<Option<Offer>> {
    let row = fetch_optional!(
        conn,
        concat!(
            "select ",
            type_columns!(),
            ", ",
            practice_columns!(),
            ", c.id as calendar_id, c.openings, c.closures, c.lead_time_minutes, c.horizon_days
             from mypatientportal_types t
             join mypatientportal_categories k on k.realm = t.realm and k.id = t.category_id
             join mypatientportal_calendars c on c.realm = k.realm and c.id = k.calendar_id
             join mypatientportal_practices p on p.realm = k.realm and p.id = k.practice_id
             where t.realm = $1 and t.id = $2 and t.category_id = $3"
        ),
        realm,
        appointment_type,
        category,
    )?;
    row.as_ref().map(offer).transpose()
}

/// Locks a calendar until the transaction ends. Returns the number of this change, which a booking stores.
pub async fn lock_calendar(tx: &mut Tx, realm: RealmId, calendar: &str) -> Result<i64> {
    let row = fetch_one!(
        tx,
        "update mypatientportal_calendars set changes = changes + 1 where realm = $1 and id = $2 returning changes",
        realm,
        *calendar,
    )?;
    row.get("changes")
}

fn offer(row: &Row) -> Result<Offer> {
    let practice = practice(row)?;
    let openings: Vec<Hours> = row.json("openings")?;
    let closures: Vec<Closed> = row.json("closures")?;
    let horizon: i64 = row.get("horizon_days")?;
    let calendar = Calendar {
        id: row.get("calendar_id")?,
        schedule: Schedule {
            zone: practice.zone.clone(),
            openings: openings.iter().flat_map(Hours::openings).collect(),
            closures: closures.into_iter().map(Into::into).collect(),
            lead_time: SignedDuration::from_mins(row.get("lead_time_minutes")?),
            horizon_days: u16::try_from(horizon).unwrap_or(u16::MAX),
        },
    };
    Ok(Offer {
        practice,
        calendar,
        appointment_type: appointment_type(row)?,
    })
}

pub(super) fn practice(row: &Row) -> Result<Practice> {
    let (zone, language): (String, String) = (row.get("zone")?, row.get("language")?);
    let reminder: i64 = row.get("reminder_minutes")?;
    Ok(Practice {
        id: row.get("practice_id")?,
        name: row.get("practice_name")?,
        zone: TimeZone::get(&zone).map_err(|reason| Error::column("zone", reason))?,
        language: language.parse().map_err(|reason| Error::column("language", reason))?,
        photo_url: row.optional("practice_photo_url")?,
        required_patient_fields: row.json("required_patient_fields")?,
        reminder: (reminder > 0).then(|| SignedDuration::from_mins(reminder)),
    })
}

fn category(row: &Row) -> Result<Category> {
    Ok(Category {
        id: row.get("id")?,
        practice: row.get("practice_id")?,
        name: row.get("name")?,
        description: row.optional("description")?,
        subtitle: row.optional("subtitle")?,
        photo_url: row.optional("photo_url")?,
    })
}

pub(super) fn appointment_type(row: &Row) -> Result<AppointmentType> {
    let length: i64 = row.get("length_minutes")?;
    let notice: Option<i64> = row.optional("cancellation_notice_minutes")?;
    let optional_json = |column| Ok::<_, Error>(row.optional::<String>(column)?.is_some());
    Ok(AppointmentType {
        id: row.get("type_id")?,
        category: row.get("category_id")?,
        name: row.get("type_name")?,
        description: row.optional("type_description")?,
        length: SlotLength::from_minutes(length).ok_or_else(|| Error::column("length_minutes", length))?,
        insurances: optional_json("insurances")?
            .then(|| row.json("insurances"))
            .transpose()?,
        ages: Ages {
            from: row.optional("age_from")?,
            to: row.optional("age_to")?,
        },
        video: row.get("video")?,
        comment_form: optional_json("comment_form")?
            .then(|| row.json("comment_form"))
            .transpose()?,
        asap_notifications: row.get("asap_notifications")?,
        attendant_user_required: row.get("attendant_user_required")?,
        bookable_without_account: row.get("bookable_without_account")?,
        cancellation_notice: notice.map(SignedDuration::from_mins),
    })
}

fn kind(row: &Row) -> Result<InsuranceKind> {
    let kind: String = row.get("kind")?;
    InsuranceKind::ALL
        .into_iter()
        .find(|one| one.name() == kind)
        .ok_or_else(|| Error::column("kind", kind))
}
