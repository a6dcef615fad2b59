//! Rows 8, 9, 10 and 15 to 18: what can be booked, where and by whom.
//!
//! `scope` beside a list is `limited` if something in it cannot be booked with every insurance, and `all` otherwise.
//! The
//! `insurance_id` of the query does not change it: it only shortens the list.

use jiff::{civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use super::{
    call::Call,
    error::{self, Result},
    model::{AppointmentType, Category, Insurance, Practice},
    store, wire,
};
use crate::store::Conn;

/// `GET /insurances`.
pub async fn list_insurances(call: &Call) -> Result<Value> {
    let insurances = store::list_insurances(&mut call.read().await?, call.realm.id).await?;
    Ok(wire::data(insurances.iter().map(wire::insurance).collect::<Vec<_>>()))
}

/// `GET /appointment_categories`: those with a type for this patient.
pub async fn list_categories(call: &Call) -> Result<Value> {
    let patient = Patient::read(call)?;
    let practice = call.query().text("practice_id")?;
    let mut conn = call.read().await?;
    let realm = call.realm.id;
    patient.check_insurance(call, &mut conn).await?;
    if let Some(practice) = practice {
        error::no_practice().when(store::find_practice(&mut conn, realm, practice).await?.is_none())?;
    }
    let insurances = store::list_insurances(&mut conn, realm).await?;
    let types = store::list_types(&mut conn, realm, None).await?;
    let mut categories = store::list_categories(&mut conn, realm, practice).await?;
    let types_of = |category: &Category| {
        let id = category.id;
        types.iter().filter(move |one| one.category == id)
    };
    let limited = categories.iter().any(|category| {
        let closed_to =
            |insurance: &Insurance| !types_of(category).any(|one| one.open_to_insurance(Some(insurance.id)));
        insurances.iter().any(closed_to)
    });
    let practices = store::list_practices(&mut conn, realm).await?;
    let today_at = |id: &str| today(call, practices.iter().find(|practice| practice.id == id));
    categories.retain(|category| types_of(category).any(|one| patient.may_book(one, today_at(&category.practice))));
    let data: Vec<_> = categories.iter().map(wire::category).collect();
    Ok(json!({"data": data, "scope": scope(limited)}))
}

/// `GET /appointment_types`: those of a category, for this patient.
pub async fn list_types(call: &Call) -> Result<Value> {
    let category = call.query().required_id("appointment_category_id")?;
    let patient = Patient::read(call)?;
    let mut conn = call.read().await?;
    let found = store::find_category(&mut conn, call.realm.id, category)
        .await?
        .ok_or_else(error::no_type)?;
    patient.check_insurance(call, &mut conn).await?;
    let practice = store::find_practice(&mut conn, call.realm.id, &found.practice).await?;
    let today = today(call, practice.as_ref());
    let mut types = store::list_types(&mut conn, call.realm.id, Some(category)).await?;
    let limited = types.iter().any(|one| one.insurances.is_some());
    types.retain(|one| patient.may_book(one, today));
    let data: Vec<_> = types.iter().map(wire::appointment_type).collect();
    Ok(json!({"data": data, "scope": scope(limited), "appointment_category_id": category}))
}

/// `GET /practices`.
pub async fn list_practices(call: &Call) -> Result<Value> {
    let practices = store::list_practices(&mut call.read().await?, call.realm.id).await?;
    Ok(wire::data(practices.iter().map(wire::practice).collect::<Vec<_>>()))
}

/// `GET /practices/{id}`.
pub async fn show_practice(call: &Call) -> Result<Value> {
    let id = call.text_in_path();
    error::no_practice().when(!id.bytes().all(|byte| byte.is_ascii_alphanumeric()))?;
    let practice = store::find_practice(&mut call.read().await?, call.realm.id, id).await?;
    let practice = practice.ok_or_else(error::no_practice)?;
    Ok(wire::data(wire::practice_in_detail(&practice)))
}

/// `GET /appointment_categories/{id}`.
pub async fn show_category(call: &Call) -> Result<Value> {
    let id = call.number_in_path().ok_or_else(error::no_type)?;
    let category = store::find_category(&mut call.read().await?, call.realm.id, id).await?;
    Ok(wire::data(wire::category(&category.ok_or_else(error::no_type)?)))
}

/// `GET /appointment_types/{id}`.
pub async fn show_type(call: &Call) -> Result<Value> {
    let id = call.number_in_path().ok_or_else(error::no_type)?;
    let category = call.query().id("appointment_category_id")?;
    let found = store::find_type(&mut call.read().await?, call.realm.id, id).await?;
    let found = found.filter(|one| category.is_none_or(|category| one.category == category));
    Ok(wire::data(wire::appointment_type(&found.ok_or_else(error::no_type)?)))
}

/// The patient for whom the catalogue is listed, as far as the query says.
struct Patient {
    insurance: Option<i64>,
    born_on: Option<Date>,
}

impl Patient {
    fn read(call: &Call) -> Result<Self> {
        Ok(Self {
            insurance: call.query().id("insurance_id")?,
            born_on: call.query().date("born_on")?,
        })
    }

    async fn check_insurance(&self, call: &Call, conn: &mut Conn) -> Result<()> {
        check_insurance(call, conn, self.insurance).await
    }

    /// Without an insurance everything is listed.
    fn may_book(&self, one: &AppointmentType, today: Date) -> bool {
        let insured = self.insurance.is_none() || one.open_to_insurance(self.insurance);
        insured && one.ages.admit(self.born_on, today)
    }
}

/// # Errors
/// When there is no such insurance.
pub async fn check_insurance(call: &Call, conn: &mut Conn, insurance: Option<i64>) -> Result<()> {
    let Some(insurance) = insurance else { return Ok(()) };
    let known = store::insurance_exists(conn, call.realm.id, insurance).await?;
    error::insurance_refused(format!("there is no insurance {insurance}")).when(!known)
}

/// Today's date at the practice, on which ages are counted.
fn today(call: &Call, practice: Option<&Practice>) -> Date {
    let zone = practice.map_or(TimeZone::UTC, |practice| practice.zone.clone());
    zone.to_datetime(call.now).date()
}

fn scope(limited: bool) -> &'static str {
    if limited { "limited" } else { "all" }
}
