//! The schemas of what is sent and answered: the things, and the envelopes around them.

use serde_json::{Map, Value, json};

use super::{comment_form::Field, model::Insurance};
use crate::api::schema::{self, boolean, integer, list, nullable, object, schema as of, text};

/// A number of 1 or more.
pub fn id() -> Value {
    json!({"type": "integer", "minimum": 1})
}

/// `YYYY-MM-DD`.
pub fn date() -> Value {
    json!({"type": "string", "format": "date"})
}

/// An object with any members.
pub fn any_object() -> Value {
    json!({"type": "object", "additionalProperties": true})
}

/// All schemas by name: the things, and the envelopes around them.
pub fn named() -> Value {
    let schemas = things().into_iter().chain(answers());
    Value::Object(
        schemas
            .map(|(name, schema)| (name.to_owned(), schema))
            .collect::<Map<_, _>>(),
    )
}

fn answers() -> Vec<(&'static str, Value)> {
    let list = |name: &str| list(of(name));
    let data = |data: Value| object(json!({"data": data}));
    let scope = || json!({"type": "string", "enum": ["all", "limited"]});
    vec![
        ("UserAnswer", data(of("User"))),
        ("AppointmentAnswer", data(of("Appointment"))),
        ("AppointmentsAnswer", data(list("Appointment"))),
        ("AppointmentIdAnswer", data(object(json!({"id": appointment_id()})))),
        ("InsurancesAnswer", data(list("Insurance"))),
        ("CategoryAnswer", data(of("Category"))),
        (
            "CategoriesAnswer",
            object(json!({"data": list("Category"), "scope": scope()})),
        ),
        ("TypeAnswer", data(of("Type"))),
        (
            "TypesAnswer",
            object(json!({"data": list("Type"), "scope": scope(), "appointment_category_id": integer()})),
        ),
        ("AvailabilitiesAnswer", data(list("Availability"))),
        (
            "EarlierAvailabilityAnswer",
            data(object(json!({
                "appointment": of("Appointment"),
                "availability": {"oneOf": [of("Availability"), {"type": "null"}]},
            }))),
        ),
        ("PracticeAnswer", data(of("PracticeInDetail"))),
        ("PracticesAnswer", data(list("Practice"))),
        (
            "VideoConsultationAnswer",
            data(object(
                json!({"id": appointment_id(), "access_video_consultation_link": uri()}),
            )),
        ),
    ]
}

fn things() -> [(&'static str, Value); 11] {
    [
        ("Error", error()),
        ("CommentFormInvalid", comment_form_invalid()),
        ("User", user()),
        ("Appointment", appointment()),
        ("Insurance", schema::of_answer::<Insurance>()),
        ("Category", category()),
        ("Type", appointment_type()),
        ("CommentFormField", schema::of_answer::<Field>()),
        ("Availability", availability()),
        ("Practice", object(json!({"id": text(), "name": text()}))),
        ("PracticeInDetail", practice_in_detail()),
    ]
}

fn error() -> Value {
    json!({
        "type": "object",
        "description": "`error` is the documented text or code. Two errors have a `reason` instead.",
        "properties": {"error": text(), "error_description": text(), "reason": text(), "overridable": boolean()},
    })
}

fn comment_form_invalid() -> Value {
    object(json!({
        "reason": {"type": "string", "enum": ["structured_comment_invalid"]},
        "overridable": boolean(),
        "invalid_fields": {
            "type": "array",
            "description": "One object for each field: its name, and what is wrong in the language of the practice.",
            "items": {"type": "object", "additionalProperties": text()},
        },
    }))
}

fn user() -> Value {
    object(json!({
        "id": text(), "full_name": text(), "last_name": optional_text(), "first_name": optional_text(),
        "email": optional_text(), "insurance_number": optional_text(), "insurance_company_id": optional_integer(),
        "gender": optional_text(), "born_on": nullable(date()), "phone": optional_text(), "mobile": optional_text(),
        "street": optional_text(), "zip": optional_text(), "city": optional_text(), "country": optional_text(),
    }))
}

fn appointment() -> Value {
    object(json!({
        "id": appointment_id(), "name": text(), "practice_id": text(), "practice_name": optional_text(),
        "appointment_category_id": optional_integer(), "appointment_type_id": integer(), "starts_at": time(),
        "ends_at": time(), "cancelled_at": nullable(time()), "is_cancellable": boolean(),
        "cancelable_until": nullable(time()), "is_video_consultation": boolean(), "cancellation_link": optional_uri(),
        "access_video_consultation_link": optional_uri(), "insurance_id": optional_integer(), "asap_list": boolean(),
        "is_reschedulable": boolean(),
    }))
}

fn category() -> Value {
    object(json!({
        "id": integer(), "name": text(), "description": optional_text(), "subtitle": optional_text(),
        "photo_url": optional_uri(),
    }))
}

fn appointment_type() -> Value {
    object(json!({
        "id": integer(), "name": text(), "description": optional_text(),
        "comment_form": {"type": ["array", "null"], "items": of("CommentFormField")},
        "attendant_user_required": boolean(), "is_video_consultation": boolean(),
        "patient_can_book_without_account": boolean(), "asap_notifications_enabled": boolean(),
    }))
}

fn availability() -> Value {
    object(json!({
        "id": {"type": "string", "pattern": "^[A-Za-z0-9+_=]+--[A-Za-z0-9+_=]+--[A-Za-z0-9+_=]+$"},
        "starts_at": time(), "ends_at": time(),
    }))
}

fn practice_in_detail() -> Value {
    object(json!({
        "id": text(), "name": text(), "required_patient_fields": list(text()), "photo_url": optional_uri(),
    }))
}

fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

fn optional_text() -> Value {
    nullable(text())
}

fn optional_uri() -> Value {
    nullable(uri())
}

fn appointment_id() -> Value {
    json!({"type": "string", "pattern": "^[A-Za-z0-9]{28}$"})
}

fn uri() -> Value {
    json!({"type": "string", "format": "uri"})
}

fn optional_integer() -> Value {
    nullable(integer())
}
