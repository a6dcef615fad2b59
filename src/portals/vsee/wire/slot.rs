//! Free slots of providers.

use schemars::JsonSchema;
use serde::Serialize;

use super::text_numbers::Id;

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Slot")]
pub struct SlotView {
    /// Unix seconds.
    pub start: i64,
    /// Unix seconds.
    pub end: i64,
    /// Minutes.
    pub duration: i64,
    pub provider_id: Id,
    pub room_code: String,
}
