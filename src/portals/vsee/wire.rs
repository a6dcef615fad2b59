//! The JSON of answers: the documented members, in the documented order, with the documented types.
//!
//! Ids are numbers as text, a visit's `start` and `end` are seconds as text, `created` and `modified` are seconds as numbers.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    links,
    model::{Account, Attachment, Intake, Participant, Room, User, UserType, Visit, hexadecimal},
};
use crate::app::Realm;

/// `status` of an active user.
pub const ACTIVE: i64 = 20;
/// `status` of an inactive user: inferred.
pub const INACTIVE: i64 = 10;

/// A JSON response. It is about patients, so no cache may store it.
pub fn answer(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body.to_string()).into_response()
}

/// `{"data": …}`: the envelope of every answer.
pub fn data(data: impl Into<Value>) -> Value {
    json!({"data": data.into()})
}

/// A part of a list, with the number of all items.
pub fn counted(data: Vec<Value>, total: i64) -> Value {
    json!({"data": data, "total_count": total})
}

/// An id as it goes over the wire.
pub fn id(id: i64) -> String {
    id.to_string()
}

fn optional_id(id: Option<i64>) -> Option<String> {
    id.map(self::id)
}

/// Seconds as text: in visits.
fn seconds(time: Timestamp) -> String {
    time.as_second().to_string()
}

/// A user as SSO and login answer, with the new token.
pub fn signed_on(user: &User, token: Value) -> Map<String, Value> {
    let mut members = person(user);
    members.insert("token".to_owned(), token);
    members
}

/// The members of a user in every answer, `dob` only where it is known.
fn person(user: &User) -> Map<String, Value> {
    let mut members = object(json!({
        "id": id(user.id),
        "code": user.code,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "username": user.username,
        "vseeid": user.vsee_id(),
    }));
    if let Some(dob) = &user.details.dob {
        members.insert("dob".to_owned(), dob.as_str().into());
    }
    members.extend(object(json!({
        "active": user.active,
        "tos": false,
        "subtype": user.subtype,
    })));
    members
}

/// A user's profile.
pub fn profile(user: &User, zone: &str) -> Map<String, Value> {
    let details = &user.details;
    let mut members = person(user);
    members.extend(object(json!({
        "full_name": user.full_name(),
        "type": user.kind.number().to_string(),
        "email": details.email,
        "gender": details.gender.map(super::model::Gender::number),
        "street_addr": details.street_addr,
        "city": details.city,
        "state": details.state,
        "zip": details.zip,
        "phone": details.phone,
        "status": if user.active { ACTIVE } else { INACTIVE },
        "timezone": zone,
        "email_verified": false,
        "signup_step": 0,
        "extra": {},
    })));
    members
}

/// A provider of a room.
pub fn provider(user: &User) -> Value {
    json!({
        "id": id(user.id),
        "username": user.username,
        "code": user.code,
        "subtype": user.subtype,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "vseeid": user.vsee_id(),
        "photo": "",
        "title": user.title,
        "suffix": user.suffix,
        "status": user.active,
        "short_bio": user.short_bio,
    })
}

/// A room in a list.
pub fn room_in_short(room: &Room) -> Value {
    json!({
        "slug": room.slug,
        "name": room.name,
        "domain": room.domain,
        "code": room.code,
        "created": room.created_at.as_second(),
        "modified": room.modified_at.as_second(),
    })
}

/// A room. `users` has the same ids as `provider_ids`, joined.
pub fn room(room: &Room) -> Value {
    let settings = &room.settings;
    let providers: Vec<_> = room.providers.iter().copied().map(id).collect();
    json!({
        "id": id(room.id),
        "code": room.code,
        "slug": room.slug,
        "name": room.name,
        "domain": room.domain,
        "active": settings.active,
        "subtitle": settings.subtitle,
        "account_code": room.account,
        "users": providers.join(","),
        "provider_ids": providers,
        "public_access_room": settings.public_access_room,
        "created": room.created_at.as_second(),
        "modified": room.modified_at.as_second(),
        "visits": {
            "walkin": {"enabled": settings.walkin_enabled},
            "appointment": {"enabled": settings.appointment_enabled},
        },
        "auth": {"guest": {
            "type": UserType::Guest.number(),
            "log_in": {"enabled": settings.guest_log_in_enabled},
        }},
        "payment": {"consultations": settings.consultations, "currency": settings.currency},
        "operation_settings": {
            "is_closed": settings.is_closed,
            "close_msg": settings.close_msg,
            "default_timezone": settings.default_timezone,
        },
        "specialties": settings.specialties,
    })
}

pub fn account(account: &Account) -> Value {
    json!({
        "id": id(account.id),
        "code": account.code,
        "domain": account.domain,
        "name": account.name,
        "portal_title": account.portal_title,
        "states": account.states,
    })
}

/// An intake, with its custom members after ours. A custom member never replaces one of ours.
pub fn intake(intake: &Intake, attachments: &[Value]) -> Value {
    let mut members = object(json!({
        "id": intake.id,
        "type": intake.kind,
        "room_id": id(intake.room),
        "member_id": id(intake.member),
        "provider_id": optional_id(intake.provider),
        "reason_for_visit": intake.reason_for_visit,
        "location": intake.location,
        "phone": intake.phone,
        "created": intake.created_at.as_second(),
        "modified": intake.modified_at.as_second(),
        "attachments": attachments,
    }));
    if let Some(consultation) = &intake.consultation {
        members.insert("consultation".to_owned(), consultation.clone());
    }
    beside(members, &intake.custom)
}

/// The answer to creating and changing an intake: its id and its custom members.
pub fn intake_id(intake: &Intake) -> Value {
    beside(object(json!({"id": intake.id})), &intake.custom)
}

fn beside(mut members: Map<String, Value>, custom: &Map<String, Value>) -> Value {
    for (name, value) in custom {
        members.entry(name.clone()).or_insert_with(|| value.clone());
    }
    Value::Object(members)
}

/// A file. `path` is where to download it, below the address of the API.
pub fn attachment(attachment: &Attachment, using: bool) -> Value {
    let moment = json!({
        "sec": attachment.created_at.as_second(),
        "usec": attachment.created_at.subsec_microsecond(),
    });
    json!({
        "_id": attachment.id,
        "name": attachment.name,
        "path": format!("/attachments/{}", attachment.id),
        "size": attachment.size,
        "ext": attachment.ext,
        "type": attachment.media_type,
        "creator_id": id(attachment.creator),
        "remark": attachment.remark,
        "using": using,
        "modified": moment,
        "created": moment,
    })
}

/// The answer to an upload: the same, with the id under the name that an intake expects.
pub fn uploaded(one: &Attachment) -> Value {
    let mut members = object(json!({"id": one.id}));
    members.extend(object(attachment(one, false)));
    Value::Object(members)
}

/// A visit. The members that are always null were so in the documented sample.
pub fn visit(realm: &Realm, visit: &Visit) -> Value {
    let provider = visit.provider.as_ref();
    let mut members = object(json!({
        "id": id(visit.id),
        "member_id": id(visit.member.id),
        "provider_id": provider.map(|provider| id(provider.id)),
        "account_code": null,
        "code": visit.code,
        "start": seconds(visit.start),
        "end": seconds(visit.end),
        "actual_start": visit.actual_start.map(seconds),
        "actual_end": visit.actual_end.map(seconds),
        "specialty_id": null,
        "state": null,
        "type": visit.kind.number(),
        "status": visit.status.number(),
        "completed_by": optional_id(visit.completed_by),
        "created": visit.created_at.as_second(),
        "modified": visit.modified_at.as_second(),
        "room_id": null,
        "_id": id(visit.id),
        "payment": {
            "duration": visit.payment.minutes,
            "amount": visit.payment.amount,
            "description": visit.payment.description,
        },
        "intake": {
            "id": visit.intake.id,
            "provider": optional_id(visit.intake.provider),
            "reason_for_visit": visit.intake.reason_for_visit,
            "type": visit.intake.kind,
            "modified": visit.intake.modified_at.as_second(),
            "created": visit.intake.created_at.as_second(),
            "visit_id": id(visit.id),
        },
        "provider": provider.map(|provider| json!({
            "id": id(provider.id),
            "first_name": provider.first_name,
            "last_name": provider.last_name,
            "vseeid": provider.vsee_id,
            "title": provider.title,
        })),
        "member": member(&visit.member, visit.intake.phone.as_deref()),
    }));
    if visit.one_time_link {
        let token = links::one_time_token(realm, visit.id);
        members.insert("one_time_link_token".to_owned(), token.into());
    }
    Value::Object(members)
}

/// A patient in a visit. Unknown members are left out, as for users.
fn member(member: &Participant, phone_of_intake: Option<&str>) -> Value {
    let mut members = object(json!({
        "id": id(member.id),
        "first_name": member.first_name,
        "last_name": member.last_name,
        "vseeid": member.vsee_id,
    }));
    let known = [
        ("dob", member.dob.as_deref().map(Value::from)),
        ("gender", member.gender.map(|gender| gender.number().into())),
        ("phone", member.phone.as_deref().or(phone_of_intake).map(Value::from)),
    ];
    for (name, value) in known {
        if let Some(value) = value {
            members.insert(name.to_owned(), value);
        }
    }
    Value::Object(members)
}

/// `"vsee":{"id":"<account>+<hex>","token":"<hex>"}`.
pub fn vsee(user: &User, token: [u8; 16]) -> Value {
    json!({"id": user.vsee_id(), "token": hexadecimal(&token)})
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
