//! Where a realm's random numbers, policy and clock begin.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

use crate::{api::schema, clock::Clock, model::Policy, realms::rate::Rate};

/// What a realm's random numbers are drawn from: 1 to 255 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RandomSeed(pub String);

impl<'de> Deserialize<'de> for RandomSeed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if (1..=255).contains(&text.chars().count()) {
            Ok(Self(text))
        } else {
            Err(D::Error::custom("random_seed has 1 to 255 characters"))
        }
    }
}

/// A policy preset's name, or an object of switches; see [`Policy::read`].
#[derive(Clone, Debug)]
pub struct SeedPolicy(pub Policy);

impl<'de> Deserialize<'de> for SeedPolicy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Policy::read(&value).map(Self).map_err(D::Error::custom)
    }
}

/// Where a realm's clock begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SeedClock {
    /// Without it: the machine's time.
    #[schemars(schema_with = "schema::date_time", default)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
}

impl<'de> Deserialize<'de> for SeedClock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default, deny_unknown_fields, rename = "clock")]
        struct Written {
            now: Option<Timestamp>,
            frozen: Option<bool>,
            rate: Option<Rate>,
        }
        let Written { now, frozen, rate } = Written::deserialize(deserializer)?;
        Rate::speed(rate, frozen).map_err(D::Error::custom)?;
        Ok(Self { now, frozen, rate })
    }
}

impl SeedClock {
    /// The clock of a realm that begins with it.
    pub fn clock(self) -> Clock {
        let clock = match self.now {
            Some(now) => Clock::starting_at(now, true),
            None => Clock::real(),
        };
        let speed = Rate::speed(self.rate, self.frozen).unwrap_or_default();
        let frozen = speed.frozen.unwrap_or(false);
        clock.at_speed(speed.rate.unwrap_or(Clock::REAL_TIME), frozen)
    }
}
