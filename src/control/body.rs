//! A JSON body of a control request, read strictly; and durations and speeds as people write them.

use axum::body::Bytes;
use http::{HeaderMap, StatusCode, header};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::problem::Problem;
use crate::app::agenda::Speed;
use crate::clock::Clock;

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

/// U+0000 is in no text of ours: PostgreSQL keeps none, and no two databases should disagree about what is sound.
///
/// # Errors
/// Where it is, as in `users[0].persona`.
pub fn check_characters(value: &Value) -> Result<(), String> {
    match zero_within(value, String::new()) {
        None => Ok(()),
        Some(place) => Err(format!("`{place}` contains U+0000, which is not accepted")),
    }
}

fn zero_within(value: &Value, place: String) -> Option<String> {
    match value {
        Value::String(text) if text.contains('\0') => Some(place),
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(number, item)| zero_within(item, format!("{place}[{number}]")))
        }
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            let dot = if place.is_empty() { "" } else { "." };
            let place = format!("{place}{dot}{}", name.replace('\0', "?"));
            if name.contains('\0') {
                Some(place)
            } else {
                zero_within(member, place)
            }
        }),
        _ => None,
    }
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

/// The speed of a clock, in thousandths of real time; written as a number: 1 is real time, 0 frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub i64);

impl Rate {
    /// How a clock goes on for which these were said.
    pub fn speed(rate: Option<Self>, frozen: Option<bool>) -> Result<Speed, &'static str> {
        match (rate, frozen) {
            (Some(Self(0)), Some(false)) => Err("a clock of `rate` 0 is frozen, and `frozen` says that it is not"),
            (Some(Self(0)), _) => Ok(Speed {
                rate: None,
                frozen: Some(true),
            }),
            (rate, frozen) => Ok(Speed {
                rate: rate.map(|rate| rate.0),
                frozen,
            }),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "up to 100,000,000 thousandths"
)]
impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rate = f64::deserialize(deserializer)?;
        let thousandths = (rate * Clock::REAL_TIME as f64).round();
        let sound = (0.0..=Clock::FASTEST as f64).contains(&thousandths)
            && (thousandths / Clock::REAL_TIME as f64 - rate).abs() < 1e-9;
        if sound {
            Ok(Self(thousandths as i64))
        } else {
            let fastest = Clock::FASTEST / Clock::REAL_TIME;
            Err(D::Error::custom(format!(
                "a clock's rate is 0 (frozen) to {fastest}, in thousandths"
            )))
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "up to 100,000,000 thousandths")]
impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % Clock::REAL_TIME == 0 {
            serializer.serialize_i64(self.0 / Clock::REAL_TIME)
        } else {
            serializer.serialize_f64(self.0 as f64 / Clock::REAL_TIME as f64)
        }
    }
}
