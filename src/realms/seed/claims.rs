//! Claims in a seed: any members, as they go over the wire.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::model::Claims;

/// The one member of what the `toml` crate makes of an unquoted date when JSON is asked for.
const TOML_DATE: &str = "$__toml_private_datetime";

/// Reads claims; dates that TOML allows without quotes become the texts they look like.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Claims, D::Error> {
    let claims = Map::<String, Value>::deserialize(deserializer)?;
    Ok(claims
        .into_iter()
        .map(|(name, value)| (name, with_dates_as_text(value)))
        .collect())
}

fn with_dates_as_text(value: Value) -> Value {
    match value {
        Value::Object(mut members) => match members.remove(TOML_DATE) {
            Some(date) => date,
            None => Value::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (name, with_dates_as_text(value)))
                    .collect(),
            ),
        },
        Value::Array(items) => Value::Array(items.into_iter().map(with_dates_as_text).collect()),
        other => other,
    }
}
