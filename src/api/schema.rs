//! JSON Schemas (draft 2020-12, which OpenAPI 3.1 uses): derived from structures, or written in a few words.
//!
//! [`of_answer`] and [`of_body`] turn a structure that derives [`JsonSchema`] into a schema that stands alone, without
//! references, so it can be used anywhere in a document or be named in `components/schemas`. Doc comments become
//! descriptions: write them for readers of the API. Fields whose type has no schema of its own say so:
//! `#[schemars(schema_with = "schema::date_time")]`.

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

/// What is written as JSON: members that are never left out are required, and the others are never null.
pub fn of_answer<T: JsonSchema>() -> Value {
    let mut schema = derived::<T>(SchemaSettings::draft2020_12().for_serialize());
    each(&mut schema, &|schema| {
        schema.shift_remove("default"); // how it is read, where it is read, too
        leave_out_instead_of_null(schema);
    });
    schema
}

/// What is read as JSON: members without a default are required.
pub fn of_body<T: JsonSchema>() -> Value {
    derived::<T>(SchemaSettings::draft2020_12().for_deserialize())
}

/// Makes all members of objects optional, at any depth: the schema of a change that names some of them. What it leaves
/// out stays as it is, so there are no defaults.
pub fn require_nothing(schema: &mut Value) {
    each(schema, &|schema| {
        schema.shift_remove("required");
        schema.shift_remove("default");
    });
}

fn derived<T: JsonSchema>(settings: SchemaSettings) -> Value {
    let settings = settings.with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    each(&mut schema, &tidy);
    if let Value::Object(members) = &mut schema {
        members.shift_remove("title"); // the name of the structure, which is nobody's business
    }
    schema
}

/// Changes a schema and all schemas in it.
fn each(schema: &mut Value, change: &impl Fn(&mut Map<String, Value>)) {
    match schema {
        Value::Object(members) => {
            change(members);
            for (keyword, value) in members {
                match (keyword.as_str(), value) {
                    ("properties", Value::Object(properties)) => {
                        properties.values_mut().for_each(|property| each(property, change));
                    }
                    ("default" | "const" | "enum", _) => {} // values, and no schemas
                    (_, value) => each(value, change),
                }
            }
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(|schema| each(schema, change)),
        _ => {}
    }
}

/// Removes what belongs to Rust: formats such as `uint32`, the largest number of a type, the default of an `Option`,
/// and the line breaks of doc comments.
fn tidy(schema: &mut Map<String, Value>) {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    if format.starts_with("uint") {
        schema.shift_remove("format");
        if schema.get("maximum") == Some(&json!(u16::MAX)) {
            schema.shift_remove("maximum");
        }
    }
    if schema.get("default") == Some(&Value::Null) {
        schema.shift_remove("default"); // null says the same as leaving it out
    }
    if let Some(Value::String(description)) = schema.get_mut("description") {
        let paragraphs = description.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
        *description = paragraphs.collect::<Vec<_>>().join("\n\n");
    }
}

/// `None` is left out by `skip_serializing_if`: members that are not required cannot be null.
fn leave_out_instead_of_null(schema: &mut Map<String, Value>) {
    let required = schema.get("required").cloned().unwrap_or_default();
    let is_required = |name: &String| {
        required
            .as_array()
            .is_some_and(|names| names.iter().any(|one| one == name))
    };
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        let optional = properties.iter_mut().filter(|(name, _)| !is_required(name));
        optional.for_each(|(_, property)| forbid_null(property));
    }
}

/// The reverse of what an `Option` does to the schema of what is in it.
fn forbid_null(schema: &mut Value) {
    let Value::Object(members) = schema else { return };
    if let Some(Value::Array(types)) = members.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            members.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = members.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    let alternatives = members.get("anyOf").and_then(Value::as_array);
    if let Some([Value::Object(own), null]) = alternatives.map(Vec::as_slice)
        && *null == json!({"type": "null"})
    {
        let own = own.clone();
        members.shift_remove("anyOf");
        own.into_iter().for_each(|(name, value)| {
            members.entry(name).or_insert(value); // the description of the member, rather than that of its type
        });
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

    #[test]
    fn what_is_left_out_of_an_answer_instead_of_being_null_is_not_documented_as_null() {
        #[derive(Serialize, JsonSchema)]
        struct Answer {
            /// Null on the last page.
            next: Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            default: Option<u16>,
        }

        assert_eq!(
            of_answer::<Answer>()["properties"],
            json!({
                "next": {"type": ["string", "null"], "description": "Null on the last page."},
                "default": {"type": "integer", "minimum": 0},
            })
        );
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
                    "rate": {"type": "integer", "minimum": 0},
                    "zone": zone,
                },
                "additionalProperties": false,
                "required": ["now", "rate"],
            })
        );
        let body = of_body::<Clock>();
        assert_eq!(body["required"], json!(["now"]));
        assert_eq!(body["properties"]["rate"]["default"], 0);
        assert_eq!(body["properties"]["zone"], json!({"anyOf": [zone, {"type": "null"}]}));
    }
}
