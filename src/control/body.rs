//! A JSON body of a control request, read strictly; and durations as people write them.

use axum::body::Bytes;
use http::{HeaderMap, StatusCode, header};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::problem::Problem;
use crate::web::json_object::check_characters;

/// Reads a JSON object; no body at all is an empty one.
///
/// Asking for `application/json` keeps forms of other sites out: browsers send that type only after asking first.
pub fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T, Problem> {
    if body.is_empty() {
        return parse(b"{}");
    }
    check_type(headers)?;
    parse(body)
}

/// Whether a body says that it is JSON.
pub fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    let essence = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = essence
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body is expected as application/json",
        ));
    }
    Ok(())
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let object = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if !object {
        return Err(Problem::bad_request("the body is expected to be a JSON object"));
    }
    let unreadable = |error: serde_json::Error| Problem::bad_request(error.to_string());
    check_characters(&serde_json::from_slice(body).map_err(unreadable)?).map_err(Problem::bad_request)?;
    serde_json::from_slice(body).map_err(unreadable)
}

/// A member that was said, be it `null`: apart from one that was not, where `#[serde(default)]` stands beside this.
pub fn said<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A stretch of time: ISO 8601 (`PT2H`, `P30D`, `P1M`), or as people write it (`90s`, `2 hours`).
///
/// Days have 24 hours and months the length they have in UTC from the instant they are counted from.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub struct Duration(Span);

impl Duration {
    /// The instant this long after `from`; `None` where time ends.
    pub fn after(self, from: Timestamp) -> Option<Timestamp> {
        Some(
            from.to_zoned_datetime(TimeZone::UTC)
                .checked_add(self.0)
                .ok()?
                .timestamp(),
        )
    }
}
