//! The JSON Schemas of bodies and answers, named by the rows of the table.

use serde_json::{Value, json};

use crate::api::schema::{boolean, described, integer, list, nullable, object, object_of, schema, text};

/// The schemas that are referred to by name.
pub fn named() -> Value {
    json!({
        "Message": object(json!({"message": text()})),
        "Invalid": object(json!({
            "message": text(),
            "errors": {"type": "object", "additionalProperties": list(text())},
        })),
        "Patient": object(patient_members()),
        "PatientToWrite": patient_to_write(),
        "Professional": object(json!({
            "hash": text(),
            "speciality_id": {"type": "string", "pattern": "^[0-9]+$"},
            "name": text(), "avatar": text(), "title": text(), "description": text(),
            "status": {"type": "string", "enum": ["online", "offline"]},
            "collegiate_number": nullable(text()),
        })),
        "ActivationCode": activation_code(),
    })
}

fn filled(longest: u32) -> Value {
    // Blank is absent, and U+0000 is nowhere.
    json!({"type": "string", "minLength": 1, "maxLength": longest, "pattern": r"^[^\u0000]*[^\s\u0000][^\u0000]*$"})
}

fn short() -> Value {
    json!({"type": "string", "maxLength": 255, "pattern": r"^[^\u0000]*$"})
}

fn date() -> Value {
    json!({"type": "string", "format": "date"})
}

fn patient_time() -> Value {
    json!({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\+0000$"})
}

fn gender() -> Value {
    json!({"type": "string", "enum": ["male", "female"]})
}

fn locale() -> Value {
    json!({"type": "string", "enum": ["de", "en", "es", "pt"]})
}

fn meta() -> Value {
    json!({"type": ["array", "object", "null"], "description": "Stored and returned unchanged."})
}

fn patient_members() -> Value {
    json!({
        "code": text(),
        "first_name": nullable(text()), "last_name": nullable(text()), "gender": nullable(gender()),
        "birth_date": nullable(date()), "tax_id": nullable(text()), "email": nullable(text()),
        "plan": nullable(text()), "phone": nullable(text()), "locale": locale(),
        "created_at": patient_time(), "updated_at": patient_time(), "unsubscribed_at": nullable(patient_time()),
        "meta": meta(),
    })
}

fn patient_to_write() -> Value {
    object_of(
        json!({
            "code": described(filled(255), "Your own code, unique among your patients. A patient with this code is updated."),
            "first_name": filled(255),
            "last_name": nullable(short()), "gender": nullable(gender()), "birth_date": nullable(date()),
            "tax_id": nullable(short()), "email": nullable(json!({"type": "string", "format": "email"})),
            "plan": described(nullable(short()), "Without a plan the patient is unsubscribed."),
            "phone": nullable(short()), "phone_prefix": described(nullable(short()), "API v2 only."),
            "locale": nullable(locale()),
            "meta": meta(),
        }),
        &["code", "first_name"],
    )
}

fn activation_code() -> Value {
    object(json!({
        "code": text(), "plan_name": nullable(text()), "tag": nullable(text()),
        "duration": {"type": "string", "enum": ["forever", "limited"]},
        "duration_in_months": nullable(integer()), "duration_in_days": nullable(integer()),
        "expires_at": nullable(date()), "max_redemptions": integer(), "meta": nullable(text()), "active": boolean(),
        "redemptions": list(object(json!({"first_name": text(), "last_name": nullable(text())}))),
        "messages": object(json!({
            "last_phone_number": nullable(text()), "last_phone_prefix": nullable(text()),
        })),
        "emails": object(json!({"last_email": nullable(text())})),
        "created_at": instant(),
    }))
}

pub fn success() -> Value {
    schema("Message")
}

pub fn patients() -> Value {
    let patients = json!({"type": "array", "items": schema("PatientToWrite"), "maxItems": 100});
    object(json!({"patients": patients}))
}

pub fn patient() -> Value {
    schema("Patient")
}

pub fn patient_list() -> Value {
    list(schema("Patient"))
}

pub fn patient_code() -> Value {
    object(json!({"code": filled(255)}))
}

pub fn token() -> Value {
    object(json!({"access_token": text(), "token_type": {"type": "string", "enum": ["Bearer", "bearer"]}}))
}

pub fn new_appointment() -> Value {
    object(json!({
        "appointment": object_of(
            json!({
                "code": filled(255),
                "starts_at": described(instant(), "May not be in the past."),
                "duration": described(
                    json!({"type": ["integer", "null"], "minimum": 1, "maximum": 86400}),
                    "Seconds. Default: 900.",
                ),
            }),
            &["code", "starts_at"],
        ),
        "patient": object(json!({"code": filled(255)})),
        "professional": object(json!({"hash": filled(255)})),
    }))
}

pub fn moved_appointment() -> Value {
    object(json!({"appointment": object(json!({"starts_at": described(instant(), "May not be in the past.")}))}))
}

pub fn appointment() -> Value {
    let appointment = object(json!({"code": text(), "url": {"type": "string", "format": "uri"}}));
    object(json!({"data": object(json!({"appointment": appointment}))}))
}

/// An array, or one bare object where the policy says so.
fn one_or_many(name: &str) -> Value {
    json!({"anyOf": [list(schema(name)), schema(name), {"type": "object", "maxProperties": 0}]})
}

pub fn consultants() -> Value {
    one_or_many("Professional")
}

pub fn message() -> Value {
    object_of(
        json!({
            "text": filled(10_000),
            "type": {"type": "string", "enum": ["welcome"]},
            "patient_code": filled(255),
            "sender_candidates": nullable(json!({"type": "array", "items": text(), "maxItems": 100})),
        }),
        &["text", "type", "patient_code"],
    )
}

pub fn prescription() -> Value {
    object(json!({"data": object_of(
        json!({
            "patient": object(json!({
                "first_name": nullable(text()), "last_name": nullable(text()), "gender": nullable(text()),
                "birth_date": nullable(date()),
            })),
            "active_substances": list(text()),
            "download_url": {"type": "string", "format": "uri"},
            "url": described(json!({"type": "string", "format": "uri"}), "Only if the policy says so."),
        }),
        &["patient", "active_substances", "download_url"],
    )}))
}

fn count() -> Value {
    json!({"type": "integer", "minimum": 1, "maximum": i32::MAX})
}

pub fn new_activation_code() -> Value {
    object_of(
        json!({
            "code": described(filled(255), "The code, as patients enter it."),
            "plan_name": nullable(short()), "tag": nullable(short()),
            "duration": {"type": ["string", "null"], "enum": ["forever", "limited", null]},
            "duration_in_months": described(nullable(count()), "Only with `limited`."),
            "duration_in_days": described(nullable(count()), "Only with `limited`."),
            "expires_at": described(nullable(date()), "The last day, in UTC, on which it can be used."),
            "max_redemptions": described(nullable(count()), "Default: 1."),
            "meta": nullable(json!({"type": "string", "maxLength": 10_000})),
        }),
        &["code"],
    )
}

pub fn activation_codes() -> Value {
    one_or_many("ActivationCode")
}

pub fn activation_status() -> Value {
    json!({"type": "string", "enum": ["active", "expired"]})
}

pub fn short_text() -> Value {
    short()
}

pub fn instant() -> Value {
    json!({"type": "string", "format": "date-time"})
}

pub fn positive() -> Value {
    count()
}

pub fn recipient() -> Value {
    object_of(
        json!({
            "name": filled(255),
            "prefix": described(
                json!({"type": ["string", "null"], "pattern": r"^\+\d{1,4}$"}),
                "Required with `phone`.",
            ),
            "phone": described(
                json!({"type": ["string", "null"], "pattern": r"^\d{4,20}$"}),
                "Required with `prefix`.",
            ),
            "email": nullable(json!({"type": "string", "format": "email"})),
            "language": described(
                json!({"type": ["string", "null"], "enum": ["es", "en", "pt", "de", null]}),
                "The language of the e-mail. Default: es.",
            ),
        }),
        &["name"],
    )
}

pub fn sent() -> Value {
    let outcome = || json!({"type": "string", "enum": ["delivered", "failed"]});
    object(json!({"data": object_of(json!({"sms": outcome(), "email": outcome()}), &[])}))
}

pub fn login() -> Value {
    object(json!({"username": described(filled(255), "The organization's id."), "password": filled(255)}))
}

pub fn redemption() -> Value {
    object_of(
        json!({
            "code": filled(255),
            "first_name": described(nullable(short()), "Required without `access_token`."),
            "last_name": nullable(short()),
            "access_token": described(
                nullable(json!({"type": "string", "maxLength": 2048})),
                "The access token of the patient who redeems the code and gets the plan.",
            ),
        }),
        &["code"],
    )
}

pub fn redeemed() -> Value {
    object(json!({
        "message": text(), "plan_name": nullable(text()),
        "duration": {"type": "string", "enum": ["forever", "limited"]},
        "duration_in_months": nullable(integer()), "duration_in_days": nullable(integer()),
    }))
}
