//! `PUT|GET /v1/patients`, `GET /v1/patients/{code}`, `POST /v2/patients/bulk`: an organization's patients.
//!
//! A write is answered at once and becomes visible later, after the delay of the policy: each write adds a version with
//! the time from which it is visible. Invalid input is refused at once, and then nothing is written.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    call::{Call, Reply},
    error::{self, Result},
    input::{Fields, LONGEST_TEXT, Validation},
    model::{Organization, PROFILE, Patient, Profile},
    store::{organizations, patients as store},
    wire,
};
use crate::{
    app::{App, Realm},
    model::{MediquoPolicy, PatientUpdate, RepeatedCodes},
    store::{Conn, Tx, settle},
};

/// How many patients one request may have, as documented.
const MOST_PATIENTS: usize = 100;
/// How many patients are listed. The real list, if there is one, is not documented.
const MOST_LISTED: i64 = 1000;
const DEFAULT_LOCALE: &str = "es";

/// A write of one patient.
pub struct Write {
    pub code: String,
    /// The members that were sent, including nulls. They have been checked.
    sent: Map<String, Value>,
}

/// `PUT /v1/patients`, `POST /v2/patients/bulk`.
pub async fn upsert(call: &Call) -> Result<Reply> {
    let writes = read(&call.body, call.policy())?;

    let mut tx = call.app.database.begin().await?;
    let visible_at = visible_at(call);
    let outcome = write_all(&mut tx, call, &writes, visible_at).await;
    settle(tx, outcome).await?;
    Ok(wire::success().into())
}

/// `GET /v1/patients`, where the policy has it.
pub async fn list(call: &Call) -> Result<Reply> {
    let mut conn = call.read().await?;
    let found = store::list(&mut conn, call.realm.id, &call.organization.id, call.now, MOST_LISTED).await?;
    let patients: Vec<_> = found.iter().map(wire::patient).collect();
    Ok(Value::Array(patients).into())
}

/// `GET /v1/patients/{code}`.
pub async fn show(call: &Call) -> Result<Reply> {
    let mut conn = call.read().await?;
    let found = find(call, &mut conn, &call.code).await?;
    let patient = found.ok_or_else(|| error::not_found("there is no such patient, or it is not visible yet"))?;
    Ok(wire::patient(&patient).into())
}

/// The patient of the organization with that code.
///
/// # Errors
/// 403 when only another organization has one.
pub async fn find(call: &Call, conn: &mut Conn, code: &str) -> Result<Option<Patient>> {
    let realm = call.realm.id;
    let found = store::find(conn, realm, &call.organization.id, code, call.now).await?;
    if found.is_none() {
        let elsewhere = store::exists_anywhere(conn, realm, code, call.now).await?;
        error::forbidden("the patient belongs to another organization").when(elsewhere)?;
    }
    Ok(found)
}

fn visible_at(call: &Call) -> Timestamp {
    let delay = SignedDuration::from_millis(call.policy().patient_delay.into());
    call.now.checked_add(delay).unwrap_or(call.now)
}

fn read(body: &Map<String, Value>, policy: &MediquoPolicy) -> Result<Vec<Write>> {
    let entries = match body.get("patients") {
        None | Some(Value::Null) => return Err(error::unacceptable("The patients field is required.")),
        Some(Value::Array(entries)) => entries,
        Some(_) => return Err(error::invalid_field("patients", "The patients must be an array.")),
    };
    let too_many = format!("The patients may not have more than {MOST_PATIENTS} items.");
    error::invalid_field("patients", &too_many).when(entries.len() > MOST_PATIENTS)?;
    let mut validation = Validation::default();
    let mut writes = Vec::with_capacity(entries.len());
    for (number, entry) in entries.iter().enumerate() {
        match entry {
            Value::Object(members) => {
                writes.push(read_one(
                    &mut validation.fields(&format!("patients.{number}."), members),
                ));
            }
            _ => {
                let field = format!("patients.{number}");
                validation.wrong(&field, format!("The {field} must be an array."));
            }
        }
    }
    if policy.repeated_patient_codes == RepeatedCodes::Refused {
        let mut seen = HashSet::new();
        for (number, write) in writes.iter().enumerate() {
            if !seen.insert(&write.code) {
                let field = format!("patients.{number}.code");
                validation.wrong(&field, format!("The {field} field has a duplicate value."));
            }
        }
    }
    validation.finish()?;
    Ok(writes)
}

fn read_one(fields: &mut Fields<'_>) -> Write {
    let code = fields.required_text("code");
    fields.require("first_name");
    let mut sent = Map::new();
    for member in PROFILE {
        let mentioned = fields.mentions(member);
        let value = match member {
            "gender" => json!(fields.choice(member, &["male", "female"])),
            "birth_date" => json!(fields.date(member)),
            "email" => json!(fields.email(member)),
            "locale" => json!(fields.choice(member, &["de", "en", "es", "pt"])),
            "meta" => meta(fields),
            member => json!(fields.text_up_to(member, LONGEST_TEXT)),
        };
        if mentioned {
            sent.insert(member.to_owned(), value);
        }
    }
    Write { code, sent }
}

/// Documented as an array and shown as an object: both are accepted and returned unchanged.
fn meta(fields: &mut Fields<'_>) -> Value {
    match fields.get("meta") {
        None => Value::Null,
        Some(meta @ (Value::Object(_) | Value::Array(_))) => meta.clone(),
        Some(_) => {
            fields.must_be("meta", "an array");
            Value::Null
        }
    }
}

async fn write_all(tx: &mut Tx, call: &Call, writes: &[Write], visible_at: Timestamp) -> Result<()> {
    let version = organizations::lock(tx, call.realm.id, &call.organization.id).await?;
    let mut written = HashSet::new();
    for write in writes.iter().rev() {
        if written.insert(&write.code) {
            let update = call.policy().patient_update;
            write_one(tx, call, write, update, version, visible_at).await?;
        }
    }
    Ok(())
}

async fn write_one(
    tx: &mut Tx,
    call: &Call,
    write: &Write,
    update: PatientUpdate,
    version: i64,
    visible_at: Timestamp,
) -> Result<()> {
    let (realm, organization) = (call.realm.id, call.organization.id.as_str());
    store::delete_replaced(tx, realm, organization, &write.code, call.now).await?;
    let before = store::find_latest(tx, realm, organization, &write.code).await?;
    let patient = write.applied_to(before, update, call.now);
    store::insert(tx, realm, organization, version, &patient, visible_at).await?;
    Ok(())
}

impl Write {
    /// A write that does not come from the API.
    pub fn of(code: &str, sent: Map<String, Value>) -> Self {
        Self {
            code: code.to_owned(),
            sent,
        }
    }

    /// The patient after this write.
    pub fn applied_to(&self, before: Option<Patient>, update: PatientUpdate, now: Timestamp) -> Patient {
        let kept = |member: &str| match (&before, update) {
            // A plan that is left out is removed, whatever the policy says about the other members.
            (Some(before), PatientUpdate::Merge) if member != "plan" => before.profile.get(member).cloned(),
            _ => None,
        };
        let mut profile = Profile::new();
        for member in PROFILE {
            let value = self.sent.get(member).cloned().or_else(|| kept(member));
            profile.insert(member.to_owned(), value.unwrap_or_default());
        }
        if profile["locale"].is_null() {
            profile.insert("locale".to_owned(), DEFAULT_LOCALE.into());
        }
        let unsubscribed_at = match profile["plan"] {
            Value::Null => Some(before.as_ref().and_then(|before| before.unsubscribed_at).unwrap_or(now)),
            _ => None,
        };
        Patient {
            code: self.code.clone(),
            profile,
            created_at: before.as_ref().map_or(now, |before| before.created_at),
            history: before.map(|before| before.history).unwrap_or_default(),
            updated_at: now,
            unsubscribed_at,
        }
    }
}

/// Writes a patient of `organization` that is visible at once, for the widget.
///
/// # Errors
/// When the database fails.
pub async fn write_now(
    tx: &mut Tx,
    realm: &Realm,
    organization: &Organization,
    write: &Write,
    now: Timestamp,
) -> crate::store::Result<()> {
    let version = organizations::lock(tx, realm.id, &organization.id).await?;
    store::delete_replaced(tx, realm.id, &organization.id, &write.code, now).await?;
    let before = store::find_latest(tx, realm.id, &organization.id, &write.code).await?;
    let patient = write.applied_to(before, PatientUpdate::Merge, now);
    store::insert(tx, realm.id, &organization.id, version, &patient, now).await
}

/// The writes that are not visible yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    pub pending: i64,
    /// When the next one becomes visible.
    pub next_at: Option<Timestamp>,
}

/// The writes of a realm that are not visible yet.
///
/// # Errors
/// When the database fails.
pub async fn queue(app: &App, realm: &Realm) -> crate::store::Result<Queue> {
    let mut conn = app.database.read().await?;
    let (pending, next_at) = store::pending(&mut conn, realm.id, realm.clock.now()).await?;
    Ok(Queue { pending, next_at })
}

/// Makes all pending writes visible. Returns how many there were.
///
/// # Errors
/// When the database fails.
pub async fn process(app: &App, realm: &Realm) -> crate::store::Result<u64> {
    let mut tx = app.database.write_once().await?;
    store::process_pending(&mut tx, realm.id, realm.clock.now()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a test's instant")
    }

    fn write(sent: Value) -> Write {
        let body = json!({"patients": [sent]});
        let body = body.as_object().expect("an object");
        read(body, &MediquoPolicy::default()).expect("sound").remove(0)
    }

    #[test]
    fn a_patient_without_a_plan_is_unsubscribed_and_one_with_a_plan_is_not() {
        let with = write(json!({"code": "jane-1", "first_name": "Jane", "plan": "gold"}));
        let without = write(json!({"code": "jane-1", "first_name": "Jane"}));
        let null = write(json!({"code": "jane-1", "first_name": "Jane", "plan": null}));

        let one = with.applied_to(None, PatientUpdate::Replace, at(1));
        let two = without.applied_to(Some(one.clone()), PatientUpdate::Replace, at(2));
        let three = null.applied_to(Some(two.clone()), PatientUpdate::Merge, at(3));
        let four = with.applied_to(Some(three.clone()), PatientUpdate::Merge, at(4));

        let ended = [&one, &two, &three, &four].map(|patient| patient.unsubscribed_at);
        assert_eq!(ended, [None, Some(at(2)), Some(at(2)), None]);
        assert_eq!((four.created_at, four.updated_at), (at(1), at(4)));
    }

    #[test]
    fn what_an_update_leaves_out_becomes_null_or_stays_as_the_policy_says() {
        let first = write(json!({"code": "jane-1", "first_name": "Jane", "tax_id": "X1", "locale": "de"}));
        let second = write(json!({"code": "jane-1", "first_name": "Janet"}));
        let before = first.applied_to(None, PatientUpdate::Replace, at(1));

        let replaced = second.applied_to(Some(before.clone()), PatientUpdate::Replace, at(2));
        let merged = second.applied_to(Some(before), PatientUpdate::Merge, at(2));

        let texts = |patient: &Patient| {
            let text = |member| patient.text(member).map(str::to_owned);
            (text("first_name"), text("tax_id"), text("locale"))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(texts(&replaced), (some("Janet"), None, some("es")));
        assert_eq!(texts(&merged), (some("Janet"), some("X1"), some("de")));
    }
}
