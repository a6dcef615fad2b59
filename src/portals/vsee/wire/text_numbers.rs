//! Numbers that the API writes as text.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// A number as text.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("pattern" = "^[0-9]+$"))]
pub struct Id(String);

impl From<i64> for Id {
    fn from(id: i64) -> Self {
        Self(id.to_string())
    }
}

/// Unix seconds as text.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("pattern" = "^-?[0-9]+$"))]
pub struct Seconds(String);

impl From<Timestamp> for Seconds {
    fn from(time: Timestamp) -> Self {
        Self(time.as_second().to_string())
    }
}
