//! The schemas of the OpenAPI document: those of answers, derived from the structures of `wire`, and those of
//! parameters.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::wire::{
    AccountView, AttachmentView, IntakeIdView, IntakeView, Profile, ProviderView, RoomAssigned, RoomInList, RoomView,
    SignedOn, SlotView, UploadView, UserInList, VisitView,
};
use crate::api::schema::{self, integer, object, text};

/// The latest second that is accepted: see [`crate::api::dates::read_unix_seconds`].
const LAST_SECOND: i64 = 253_370_764_800;

/// `{"data": …}`.
pub fn data<T: JsonSchema>() -> Value {
    object(json!({"data": reference::<T>()}))
}

/// `{"data": […]}`.
pub fn array<T: JsonSchema>() -> Value {
    object(json!({"data": schema::list(reference::<T>())}))
}

/// `{"data": […], "total_count": …}`.
pub fn list<T: JsonSchema>() -> Value {
    object(json!({"data": schema::list(reference::<T>()), "total_count": integer()}))
}

fn reference<T: JsonSchema>() -> Value {
    schema::schema(&T::schema_name())
}

/// What [`data`], [`array`] and [`list`] refer to, and `Error`, the body of every refusal.
pub fn components() -> Map<String, Value> {
    let derived = [
        component::<AccountView>(),
        component::<AttachmentView>(),
        component::<IntakeIdView>(),
        component::<IntakeView>(),
        component::<Profile>(),
        component::<ProviderView>(),
        component::<RoomAssigned>(),
        component::<RoomInList>(),
        component::<RoomView>(),
        component::<SignedOn>(),
        component::<SlotView>(),
        component::<UploadView>(),
        component::<UserInList>(),
        component::<VisitView>(),
    ];
    let error = (
        Cow::Borrowed("Error"),
        object(json!({"code": integer(), "message": text()})),
    );
    let all = derived.into_iter().chain([error]);
    all.map(|(name, schema)| (name.into_owned(), schema)).collect()
}

fn component<T: JsonSchema>() -> (Cow<'static, str>, Value) {
    (T::schema_name(), schema::of_answer::<T>())
}

/// Text; a number stands for its digits.
pub fn lenient_text() -> Value {
    json!({"type": ["string", "number", "null"]})
}

/// A whole number, or its digits as text.
pub fn number() -> Value {
    json!({"type": ["integer", "string", "null"], "minimum": 0, "pattern": "^[0-9]{0,18}$"})
}

/// Unix seconds, as a number or as text.
pub fn seconds() -> Value {
    json!({"type": ["integer", "string", "null"], "minimum": 0, "maximum": LAST_SECOND, "pattern": "^[0-9]{0,11}$"})
}

/// `YYYY-MM-DD`.
pub fn date() -> Value {
    json!({"type": "string", "format": "date"})
}

pub fn boolean() -> Value {
    json!({"enum": [true, false, 1, 0, "1", "0", "true", "false"]})
}

pub fn ids() -> Value {
    json!({"oneOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}},
        {"type": "array", "items": {
            "type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"],
        }},
    ]})
}

/// Any JSON value.
pub fn anything() -> Value {
    json!({})
}

/// A whole number in a query.
pub fn number_in_query() -> Value {
    json!({"type": "integer", "minimum": 0})
}

/// Unix seconds in a query.
pub fn seconds_in_query() -> Value {
    json!({"type": "integer", "minimum": 0, "maximum": LAST_SECOND})
}
