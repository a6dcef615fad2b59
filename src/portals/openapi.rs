//! What the portals' OpenAPI 3.1 documents have in common: the words that schemas and operations are written in, as JSON.

use http::Method;
use serde_json::{Map, Value, json};

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

pub fn truth() -> Value {
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

/// A body or answer of that schema.
pub fn json_content(schema: Value) -> Value {
    json!({"application/json": {"schema": schema}})
}

/// The placeholders of a path: `/patients/{code}` → `code`.
pub fn names_in_path(path: &str) -> impl Iterator<Item = &str> {
    path.split(['{', '}']).skip(1).step_by(2)
}

/// The path's placeholders as parameters.
pub fn parameters_in_path(path: &str) -> Vec<Value> {
    names_in_path(path)
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": text()}))
        .collect()
}

pub fn parameter_in_query(name: &str, schema: Value, description: &str) -> Value {
    json!({"name": name, "in": "query", "required": false, "description": description, "schema": schema})
}

/// `ShowEarlierAvailability` → `showEarlierAvailability`.
pub fn operation_id(operation: impl std::fmt::Debug) -> String {
    let name = format!("{operation:?}");
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_lowercase())
        .into_iter()
        .chain(letters)
        .collect()
}

/// Puts an operation at its path and method.
pub fn put(paths: &mut Map<String, Value>, path: &str, method: &Method, operation: Value) {
    let item = paths.entry(path).or_insert_with(|| json!({}));
    item[method.as_str().to_ascii_lowercase()] = operation;
}

/// References of a document that lead nowhere, and how many there are in all.
#[cfg(test)]
pub fn broken_references(document: &Value) -> (Vec<String>, usize) {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    references(document, &mut found);
    let all = found.len();
    found.retain(|reference| {
        let pointer = reference.strip_prefix('#');
        pointer.is_none_or(|pointer| document.pointer(pointer).is_none())
    });
    (found, all)
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn a_reference_that_leads_nowhere_is_found() {
        let document = json!({"a": schema("Here"), "b": [schema("Gone")], "components": {"schemas": {"Here": {}}}});

        assert_eq!(
            broken_references(&document),
            (vec!["#/components/schemas/Gone".to_owned()], 2)
        );
    }

    #[test]
    fn a_path_says_its_parameters() {
        assert_eq!(names_in_path("/a/{b}/c/{d}").collect::<Vec<_>>(), ["b", "d"]);
        assert_eq!(names_in_path("/a").count(), 0);
    }
}
