//! The JSON of mediQuo: the documented members, in the documented order, and the documented formats of times.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::model::{ActivationCode, Patient, Prescription, Professional, Redemption};
use crate::{
    app::Realm,
    model::{ListShape, MediquoPolicy},
    web::paths,
};

/// A JSON answer. It is about patients, so no cache may store it.
pub fn json(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache, private, no-store"),
    ];
    (status, headers, body.to_string()).into_response()
}

/// A prescription as a PDF file. It is about a patient, so no cache may store it.
pub fn pdf(bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"prescription.pdf\""),
        (header::CACHE_CONTROL, "no-cache, private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, bytes).into_response()
}

/// `{"message": "Success"}`
pub fn success() -> Value {
    json!({"message": "Success"})
}

/// `2023-07-14T15:12:27Z`
pub fn instant(moment: Timestamp) -> String {
    utc(moment, "%Y-%m-%dT%H:%M:%SZ")
}

/// `2000-01-01 10:00:00+0000`: the format in patients.
pub fn patient_instant(moment: Timestamp) -> String {
    utc(moment, "%Y-%m-%d %H:%M:%S+0000")
}

/// `2024-01-01T00:00:00`: the format in webhooks of version 1, in UTC.
pub fn bare_instant(moment: Timestamp) -> String {
    utc(moment, "%Y-%m-%dT%H:%M:%S")
}

/// `2024-01-01T00:00:00+00:00`: the format in webhooks of version 2.
pub fn offset_instant(moment: Timestamp) -> String {
    utc(moment, "%Y-%m-%dT%H:%M:%S+00:00")
}

fn utc(moment: Timestamp, format: &str) -> String {
    moment.to_zoned_datetime(TimeZone::UTC).strftime(format).to_string()
}

/// A list, or its first item, as the examples of the documentation show it. For an empty list that is an empty object.
pub fn list(shape: ListShape, items: Vec<Value>) -> Value {
    match shape {
        ListShape::Array => Value::Array(items),
        ListShape::Object => items.into_iter().next().unwrap_or_else(|| json!({})),
    }
}

pub fn patient(patient: &Patient) -> Value {
    let value_of = |member: &str| patient.profile.get(member).cloned().unwrap_or_default();
    let mut members = Map::new();
    members.insert("code".to_owned(), json!(patient.code));
    for member in [
        "first_name",
        "last_name",
        "gender",
        "birth_date",
        "tax_id",
        "email",
        "plan",
        "phone",
        "locale",
    ] {
        members.insert(member.to_owned(), value_of(member));
    }
    let times = [
        ("created_at", Some(patient.created_at)),
        ("updated_at", Some(patient.updated_at)),
        ("unsubscribed_at", patient.unsubscribed_at),
    ];
    for (member, moment) in times {
        members.insert(member.to_owned(), json!(moment.map(patient_instant)));
    }
    members.insert("meta".to_owned(), value_of("meta"));
    Value::Object(members)
}

pub fn professional(one: &Professional) -> Value {
    json!({
        "hash": one.hash,
        "speciality_id": one.speciality_id.to_string(),
        "name": one.name,
        "avatar": one.avatar,
        "title": one.title,
        "description": one.description,
        "status": one.status.name(),
        "collegiate_number": one.collegiate_number,
    })
}

pub fn appointment(code: &str, url: &str) -> Value {
    json!({"data": {"appointment": {"code": code, "url": url}}})
}

pub fn prescription(realm: &Realm, policy: &MediquoPolicy, one: &Prescription) -> Value {
    let download = realm.url(&format!(
        "{}/api/v1/prescriptions/{}/download",
        paths::MEDIQUO,
        one.code
    ));
    let mut data = json!({
        "patient": {
            "first_name": one.patient.first_name,
            "last_name": one.patient.last_name,
            "gender": one.patient.gender,
            "birth_date": one.patient.birth_date,
        },
        "active_substances": one.active_substances,
        "download_url": download,
    });
    if policy.prescription_url {
        data["url"] = json!(download);
    }
    json!({"data": data})
}

pub fn activation_code(one: &ActivationCode, redemptions: &[Redemption]) -> Value {
    let redemption = |one: &Redemption| json!({"first_name": one.first_name, "last_name": one.last_name});
    json!({
        "code": one.code,
        "plan_name": one.plan_name,
        "tag": one.tag,
        "duration": one.duration.name(),
        "duration_in_months": one.duration_in_months,
        "duration_in_days": one.duration_in_days,
        "expires_at": one.expires_on,
        "max_redemptions": one.max_redemptions,
        "meta": one.meta,
        "active": one.active,
        "redemptions": redemptions.iter().map(redemption).collect::<Vec<_>>(),
        "messages": {"last_phone_number": one.last_phone_number, "last_phone_prefix": one.last_phone_prefix},
        "emails": {"last_email": one.last_email},
        "created_at": instant(one.created_at),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_the_documented_ways() {
        let moment: Timestamp = "2023-07-14T15:12:27.9Z".parse().expect("a test's instant");

        assert_eq!(instant(moment), "2023-07-14T15:12:27Z");
        assert_eq!(patient_instant(moment), "2023-07-14 15:12:27+0000");
        assert_eq!(bare_instant(moment), "2023-07-14T15:12:27");
        assert_eq!(offset_instant(moment), "2023-07-14T15:12:27+00:00");
    }

    #[test]
    fn an_object_in_place_of_a_list_is_its_first() {
        assert_eq!(list(ListShape::Object, vec![json!(1), json!(2)]), json!(1));
        assert_eq!(list(ListShape::Object, vec![]), json!({}));
        assert_eq!(list(ListShape::Array, vec![]), json!([]));
    }
}
