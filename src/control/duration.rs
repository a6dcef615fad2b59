//! Durations of a realm's clock, as people write them.

use jiff::{Span, Timestamp, tz::TimeZone};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// ISO 8601 (`PT2H`, `P30D`, `P1M`) or as people write it (`90s`, `2 hours`).
///
/// Days have 24 hours. Months and years have the length they have in UTC, counted from the time they are added to.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub struct Duration(Span);

impl Duration {
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// The time this long after `from`; `None` beyond the last time there is.
    pub fn after(self, from: Timestamp) -> Option<Timestamp> {
        let later = from.to_zoned_datetime(TimeZone::UTC).checked_add(self.0);
        later.ok().map(|later| later.timestamp())
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "description": "A duration, such as `PT2H` or `90s`."})
    }
}
