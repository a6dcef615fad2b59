//! The schemas of the answers: the objects, and the envelopes around them.

use serde_json::{Map, Value, json};

use crate::portals::{
    openapi::{integer, list, nullable, object, object_of, schema as of, text, truth},
    vsee::operation::Answer,
};

/// The name of the schema of a whole answer.
pub fn name(answer: Answer) -> String {
    format!("{answer:?}Answer")
}

/// All schemas by name.
pub fn all() -> Map<String, Value> {
    let answers = answers().into_iter().map(|(answer, schema)| (name(answer), schema));
    let things = things().into_iter().map(|(name, schema)| (name.to_owned(), schema));
    answers.chain(things).collect()
}

fn answers() -> Vec<(Answer, Value)> {
    let data = |data: Value| object(json!({"data": data}));
    let counted = |name: &str| object(json!({"data": list(of(name)), "total_count": integer()}));
    vec![
        (Answer::SignedOn, data(of("SignedOn"))),
        (Answer::User, data(of("Profile"))),
        (Answer::Users, counted("UserInShort")),
        (
            Answer::RoomAssigned,
            data(object(json!({"id": id(), "room_code": text()}))),
        ),
        (Answer::IntakeId, data(of("IntakeId"))),
        (Answer::Intake, data(of("Intake"))),
        (Answer::Attachment, data(of("Attachment"))),
        (Answer::Visit, data(of("Visit"))),
        (Answer::Visits, counted("Visit")),
        (Answer::Slots, data(list(of("Slot")))),
        (Answer::Room, data(of("Room"))),
        (Answer::Rooms, counted("RoomInShort")),
        (Answer::Provider, data(of("Provider"))),
        (Answer::Providers, data(list(of("Provider")))),
        (Answer::Account, data(of("Account"))),
        (Answer::Accounts, data(list(of("Account")))),
    ]
}

/// A number as text.
fn id() -> Value {
    json!({"type": "string", "pattern": "^[0-9]+$"})
}

fn hexadecimal() -> Value {
    json!({"type": "string", "pattern": "^[0-9a-f]{32}$"})
}

/// Unix seconds as text.
fn seconds() -> Value {
    json!({"type": "string", "pattern": "^-?[0-9]+$"})
}

fn maybe_text() -> Value {
    nullable(text())
}

fn things() -> Vec<(&'static str, Value)> {
    let enabled = || object(json!({"enabled": truth()}));
    let moment = || object(json!({"sec": integer(), "usec": integer()}));
    vec![
        ("Error", object(json!({"code": integer(), "message": text()}))),
        ("Token", token()),
        (
            "SignedOn",
            with_person(
                json!({
                    "token": of("Token"),
                    "vsee": object(json!({"id": text(), "token": hexadecimal()})),
                }),
                &["token"],
            ),
        ),
        ("Profile", with_person(profile(), &["full_name", "status"])),
        (
            "UserInShort",
            object_of(
                json!({"id": id(), "email": maybe_text(), "full_name": text()}),
                &["id", "email", "full_name"],
            ),
        ),
        ("IntakeId", object(json!({"id": text()}))),
        ("Intake", intake()),
        (
            "Attachment",
            object_of(
                json!({
                    "id": text(), "_id": text(), "name": text(), "path": text(), "size": integer(), "ext": text(),
                    "type": text(), "creator_id": id(), "remark": maybe_text(), "using": truth(), "modified": moment(),
                    "created": moment(),
                }),
                &[
                    "_id",
                    "name",
                    "path",
                    "size",
                    "ext",
                    "type",
                    "creator_id",
                    "using",
                    "created",
                ],
            ),
        ),
        ("Visit", visit()),
        (
            "Slot",
            object(json!({
                "start": integer(), "end": integer(), "duration": integer(), "provider_id": id(), "room_code": text(),
            })),
        ),
        (
            "RoomInShort",
            object(json!({
                "slug": text(), "name": text(), "domain": text(), "code": text(), "created": integer(),
                "modified": integer(),
            })),
        ),
        (
            "Room",
            object(json!({
                "id": id(), "code": text(), "slug": text(), "name": text(), "domain": text(), "active": truth(),
                "subtitle": text(), "account_code": text(), "users": text(), "provider_ids": list(id()),
                "public_access_room": truth(), "created": integer(), "modified": integer(),
                "visits": object(json!({"walkin": enabled(), "appointment": enabled()})),
                "auth": object(json!({"guest": object(json!({"type": integer(), "log_in": enabled()}))})),
                "payment": object(json!({"consultations": list(of("Consultation")), "currency": text()})),
                "operation_settings": object(json!({
                    "is_closed": truth(), "close_msg": text(), "default_timezone": text(),
                })),
                "specialties": list(object(json!({"code": text(), "name": text(), "duration": integer()}))),
            })),
        ),
        (
            "Consultation",
            object(json!({
                "id": text(), "description": text(), "duration": integer(), "amount": integer(), "group": truth(),
                "charge": truth(), "slots": integer(),
            })),
        ),
        (
            "Provider",
            object(json!({
                "id": id(), "username": text(), "code": hexadecimal(), "subtype": text(), "first_name": text(),
                "last_name": text(), "vseeid": text(), "photo": text(), "title": text(), "suffix": text(),
                "status": truth(), "short_bio": text(),
            })),
        ),
        (
            "Account",
            object(json!({
                "id": id(), "code": text(), "domain": text(), "name": text(), "portal_title": text(),
                "states": {"type": "object", "additionalProperties": text()},
            })),
        ),
    ]
}

/// What every answer says of a user; `dob` only where it is known.
fn with_person(more: Value, required: &[&str]) -> Value {
    let mut members = json!({
        "id": id(), "code": hexadecimal(), "first_name": text(), "last_name": text(), "username": text(),
        "vseeid": text(), "dob": json!({"type": "string", "format": "date"}), "active": truth(), "tos": truth(),
        "subtype": text(),
    });
    if let (Some(members), Value::Object(more)) = (members.as_object_mut(), more) {
        members.extend(more);
    }
    let always = [
        "id",
        "code",
        "first_name",
        "last_name",
        "username",
        "vseeid",
        "active",
        "tos",
        "subtype",
    ];
    object_of(members, &[&always, required].concat())
}

fn profile() -> Value {
    json!({
        "full_name": text(), "type": text(), "email": maybe_text(), "gender": nullable(integer()),
        "street_addr": maybe_text(), "city": maybe_text(), "state": maybe_text(), "zip": maybe_text(),
        "phone": maybe_text(), "status": integer(), "timezone": text(), "email_verified": truth(),
        "signup_step": integer(), "extra": {"type": "object"},
    })
}

fn token() -> Value {
    object(json!({
        "user_id": id(), "token": hexadecimal(), "expiry": integer(),
        "refresh_token": object(json!({
            "user_id": id(), "token": hexadecimal(), "expiry": integer(), "created": integer(),
        })),
    }))
}

/// Custom members stand beside these.
fn intake() -> Value {
    object_of(
        json!({
            "id": text(), "type": {"type": "string", "enum": ["1", "2"]}, "room_id": id(), "member_id": id(),
            "provider_id": nullable(id()), "reason_for_visit": maybe_text(), "location": maybe_text(),
            "phone": maybe_text(), "created": integer(), "modified": integer(),
            "attachments": list(of("Attachment")), "consultation": {},
        }),
        &["id", "type", "created", "modified", "attachments"],
    )
}

fn visit() -> Value {
    let participant = |more: Value| {
        let mut members = json!({"id": id(), "first_name": text(), "last_name": text(), "vseeid": text()});
        if let (Some(members), Value::Object(more)) = (members.as_object_mut(), more) {
            members.extend(more);
        }
        object_of(members, &["id", "first_name", "last_name", "vseeid"])
    };
    let nothing = || json!({"type": "null"});
    let members = json!({
        "id": id(), "member_id": id(), "provider_id": nullable(id()), "account_code": nothing(), "code": hexadecimal(),
        "start": seconds(), "end": seconds(), "actual_start": nullable(seconds()), "actual_end": nullable(seconds()),
        "specialty_id": nothing(), "state": nothing(), "type": {"type": "string", "enum": ["1", "2", "3"]},
        "status": {"type": "string", "enum": ["10", "20", "30", "40"]}, "completed_by": nullable(id()),
        "created": integer(), "modified": integer(), "room_id": nothing(), "_id": id(),
        "payment": object(json!({"duration": integer(), "amount": text(), "description": text()})),
        "intake": object(json!({
            "id": text(), "provider": nullable(id()), "reason_for_visit": maybe_text(), "type": text(),
            "modified": integer(), "created": integer(), "visit_id": id(),
        })),
        "provider": nullable(participant(json!({"title": text()}))),
        "member": participant(json!({"dob": text(), "gender": integer(), "phone": text()})),
        "one_time_link_token": {"type": "string", "pattern": "^[a-z0-9]{10}$"},
    });
    let always: Vec<_> = members
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .filter(|name| *name != "one_time_link_token")
        .map(String::as_str)
        .collect();
    object_of(members.clone(), &always)
}
