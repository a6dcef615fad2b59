//! The JSON of this portal: the envelopes and the documented members, in the documented order.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};
use serde_json::{Value, json};

use super::{
    links,
    model::{Appointment, AppointmentType, Category, Insurance, Practice, born_on},
};
use crate::{
    app::Realm,
    model::{Claims, User},
};

/// A JSON answer. It is about patients, so no cache may store it.
pub fn answer(status: StatusCode, body: Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body.to_string()).into_response()
}

/// `{"data": …}`: the envelope of nearly all answers.
pub fn data(data: impl Into<Value>) -> Value {
    json!({"data": data.into()})
}

/// The answer of every operation that writes.
pub fn id(id: &str) -> Value {
    data(json!({"id": id}))
}

/// `2025-06-02T09:00:00+02:00`.
pub fn time(moment: &ZonedDateTime) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn time_in(zone: &TimeZone, moment: Timestamp) -> String {
    time(&moment.to_zoned_datetime(zone.clone()))
}

/// The documented member `cancellation_link` is always null, since the emulator has no such page. Row 7 cancels.
pub fn appointment(realm: &Realm, appointment: &Appointment, now: Timestamp) -> Value {
    let (one, zone) = (&appointment.appointment_type, &appointment.practice.zone);
    let booked = appointment.cancelled_at.is_none();
    let video_link = (one.video && booked).then(|| links::video_consultation(realm, &appointment.id));
    json!({
        "id": appointment.id,
        "name": one.name,
        "practice_id": appointment.practice.id,
        "practice_name": appointment.practice.name,
        "appointment_category_id": one.category,
        "appointment_type_id": one.id,
        "starts_at": time_in(zone, appointment.starts_at),
        "ends_at": time_in(zone, appointment.ends_at),
        "cancelled_at": appointment.cancelled_at.map(|at| time_in(zone, at)),
        "is_cancellable": appointment.cancellable_at(now),
        "cancelable_until": appointment.cancelable_until().map(|until| time_in(zone, until)),
        "is_video_consultation": one.video,
        "cancellation_link": null,
        "access_video_consultation_link": video_link,
        "insurance_id": appointment.insurance,
        "asap_list": appointment.on_asap_list(),
        "is_reschedulable": appointment.reschedulable_at(now),
    })
}

pub fn insurance(insurance: &Insurance) -> Value {
    json!(insurance)
}

pub fn category(category: &Category) -> Value {
    json!({
        "id": category.id,
        "name": category.name,
        "description": category.description,
        "subtitle": category.subtitle,
        "photo_url": category.photo_url,
    })
}

pub fn appointment_type(one: &AppointmentType) -> Value {
    json!({
        "id": one.id,
        "name": one.name,
        "description": one.description,
        "comment_form": one.comment_form,
        "attendant_user_required": one.attendant_user_required,
        "is_video_consultation": one.video,
        "patient_can_book_without_account": one.bookable_without_account,
        "asap_notifications_enabled": one.asap_notifications,
    })
}

pub fn practice(practice: &Practice) -> Value {
    json!({"id": practice.id, "name": practice.name})
}

pub fn practice_in_detail(practice: &Practice) -> Value {
    json!({
        "id": practice.id,
        "name": practice.name,
        "required_patient_fields": practice.required_patient_fields,
        "photo_url": practice.photo_url,
    })
}

/// The profile, from the claims of the user. What is not known is null.
pub fn user(id: &str, user: &User) -> Value {
    let text = |name| user.claim(name);
    let (first_name, last_name) = (text("given_name"), text("family_name"));
    let full_name = match (last_name, first_name) {
        (Some(last), Some(first)) => format!("{last}, {first}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => user.name().to_owned(),
    };
    let address = |name| address(&user.claims, name);
    json!({
        "id": id,
        "full_name": full_name,
        "last_name": last_name,
        "first_name": first_name,
        "email": text("email"),
        "insurance_number": text("insurance_number"),
        "insurance_company_id": user.claims.get("insurance_company_id"),
        "gender": text("gender"),
        "born_on": born_on(user).map(|date| date.to_string()),
        "phone": text("phone_number"),
        "mobile": text("mobile_phone_number"),
        "street": address("street_address"),
        "zip": address("postal_code"),
        "city": address("locality"),
        "country": address("country"),
    })
}

fn address<'a>(claims: &'a Claims, member: &str) -> Option<&'a Value> {
    claims.get("address")?.get(member)
}
