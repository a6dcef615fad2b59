//! JSON Schemas (draft 2020-12, which OpenAPI 3.1 uses): derived from structures, or written in a few words.
//!
//! [`of_answer`] and [`of_body`] turn a structure that derives [`JsonSchema`] into a schema that stands alone, without
//! references, so it can be used anywhere in a document or be named in `components/schemas`. Doc comments become
//! descriptions: write them for readers of the API. Fields whose type has no schema of its own say so:
//! `#[schemars(schema_with = "schema::date_time")]`.

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

/// What is written as JSON: members that are never left out are required.
pub fn of_answer<T: JsonSchema>() -> Value {
    derived::<T>(SchemaSettings::draft2020_12().for_serialize())
}

/// What is read as JSON: members without a default are required.
pub fn of_body<T: JsonSchema>() -> Value {
    derived::<T>(SchemaSettings::draft2020_12().for_deserialize())
}

fn derived<T: JsonSchema>(settings: SchemaSettings) -> Value {
    let settings = settings.with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    tidy(&mut schema);
    if let Value::Object(members) = &mut schema {
        members.shift_remove("title"); // the name of the structure, which is nobody's business
    }
    schema
}

/// Removes what belongs to Rust: formats such as `uint32`, and the line breaks of doc comments.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let of_rust = |format: &Value| format.as_str().is_some_and(|format| format.starts_with("uint"));
            if members.get("format").is_some_and(of_rust) {
                members.shift_remove("format");
            }
            if let Some(Value::String(description)) = members.get_mut("description") {
                let paragraphs = description.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
                *description = paragraphs.collect::<Vec<_>>().join("\n\n");
            }
            members.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Makes all members of objects optional, at any depth: the schema of a change that names some of them.
pub fn require_nothing(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.shift_remove("required");
            members.values_mut().for_each(require_nothing);
        }
        Value::Array(items) => items.iter_mut().for_each(require_nothing),
        _ => {}
    }
}

/// Any value.
pub fn anything(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({})
}

/// A time as a string (RFC 3339).
pub fn date_time(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({"type": "string", "format": "date-time"})
}

/// A time as a string, or null.
pub fn optional_date_time(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({"type": ["string", "null"], "format": "date-time"})
}

/// A URI as a string (RFC 3986).
pub fn uri(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({"type": "string", "format": "uri"})
}

/// An object all of whose members are always there.
pub fn object(properties: Value) -> Value {
    let names: Vec<_> = properties
        .as_object()
        .into_iter()
        .flat_map(|members| members.keys().cloned())
        .collect();
    object_of(properties, &names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// An object of which only these members are always there.
pub fn object_of(properties: Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": properties, "required": required})
}

/// `{"$ref": …}`: one of the document's own schemas.
pub fn schema(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// `{"$ref": …}`: one of the document's own responses.
pub fn response(name: &str) -> Value {
    json!({"$ref": format!("#/components/responses/{name}")})
}

pub fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

pub fn text() -> Value {
    json!({"type": "string"})
}

pub fn integer() -> Value {
    json!({"type": "integer"})
}

pub fn boolean() -> Value {
    json!({"type": "boolean"})
}

/// The same, or null.
pub fn nullable(mut schema: Value) -> Value {
    match schema.get("type").and_then(Value::as_str) {
        Some(kind) => {
            schema["type"] = json!([kind, "null"]);
            if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
                values.push(Value::Null);
            }
            schema
        }
        None => json!({"oneOf": [schema, {"type": "null"}]}),
    }
}

/// The schema with a sentence beside it.
pub fn described(mut schema: Value, description: &str) -> Value {
    schema["description"] = description.into();
    schema
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde::{Deserialize, Serialize};

    use super::*;

    #[test]
    fn what_may_be_null_keeps_what_it_was() {
        assert_eq!(nullable(text()), json!({"type": ["string", "null"]}));
        assert_eq!(
            nullable(json!({"type": "string", "enum": ["a"]})),
            json!({"type": ["string", "null"], "enum": ["a", null]})
        );
        assert_eq!(
            nullable(schema("Thing")),
            json!({"oneOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]})
        );
    }

    /// A clock
    /// of a realm.
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Clock {
        /// The time.
        #[schemars(schema_with = "date_time")]
        now: Timestamp,
        #[serde(default)]
        rate: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        zone: Option<Zone>,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Zone {
        Utc,
        /// That of the practice.
        Local,
    }

    #[test]
    fn a_structure_gives_its_schema_without_references() {
        let zone = json!({
            "oneOf": [
                {"type": "string", "enum": ["utc"]},
                {"type": "string", "const": "local", "description": "That of the practice."},
            ],
        });
        assert_eq!(
            of_answer::<Clock>(),
            json!({
                "description": "A clock of a realm.",
                "type": "object",
                "properties": {
                    "now": {"type": "string", "format": "date-time", "description": "The time."},
                    "rate": {"type": "integer", "minimum": 0, "default": 0},
                    "zone": {"anyOf": [zone, {"type": "null"}]},
                },
                "additionalProperties": false,
                "required": ["now", "rate"],
            })
        );
        assert_eq!(of_body::<Clock>()["required"], json!(["now"]));
    }
}
