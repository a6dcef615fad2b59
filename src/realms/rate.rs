//! The speed of a clock, as seeds and the control API write it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{app::agenda::Speed, clock::Clock};

/// The speed of a clock, in thousandths of real time; written as a number: 1 is real time, 0 frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(pub i64);

impl Rate {
    /// How a clock goes on for which these were said.
    pub fn speed(rate: Option<Self>, frozen: Option<bool>) -> Result<Speed, &'static str> {
        match (rate, frozen) {
            (Some(Self(0)), Some(false)) => Err("`rate` 0 means frozen, but `frozen` is false"),
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

impl JsonSchema for Rate {
    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "number", "minimum": 0, "maximum": Clock::FASTEST / Clock::REAL_TIME, "multipleOf": 0.001,
            "description": "1 is real time, 60 a minute in a second, 0 frozen.",
        })
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
