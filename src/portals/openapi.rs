//! What is left of the writers that are not on [`crate::api::openapi`] yet.

use http::Method;
use serde_json::{Map, Value, json};

pub use crate::api::{
    openapi::{json_content, names_in_path},
    schema::{described, integer, list, nullable, object, object_of, schema, text, truth},
};

#[cfg(test)]
pub use crate::api::checks::broken_references;

/// `{"$ref": …}`: one of the document's own responses.
pub fn response(name: &str) -> Value {
    json!({"$ref": format!("#/components/responses/{name}")})
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
