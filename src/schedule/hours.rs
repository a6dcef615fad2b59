//! Opening hours and closures as seeds write them and the database stores them.

use jiff::civil::{Date, DateTime, Time, Weekday};
use serde::{Deserialize, Serialize};

use super::{Closure, Opening};

/// Opening hours, the same on some weekdays.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    pub days: Vec<Day>,
    pub opens: Time,
    /// `00:00` is the end of the day.
    pub closes: Time,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// Whole days (`first`, `last`), or from one civil time to another (`from`, `until`).
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Closed {
    Days(ClosedDays),
    Times(ClosedTimes),
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosedDays {
    pub first: Date,
    /// Included.
    pub last: Date,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosedTimes {
    pub from: DateTime,
    pub until: DateTime,
}

impl Hours {
    pub fn ever_open(&self) -> bool {
        self.closes == Time::midnight() || self.opens < self.closes
    }

    /// How long it is open in a week, in civil time.
    pub fn minutes_a_week(&self) -> i64 {
        let since_midnight = |time: Time| i64::from(time.hour()) * 60 + i64::from(time.minute());
        let closes = match since_midnight(self.closes) {
            0 => 24 * 60,
            minutes => minutes,
        };
        let days = i64::try_from(self.days.len()).unwrap_or(i64::MAX);
        (closes - since_midnight(self.opens)).max(0).saturating_mul(days)
    }

    /// One opening for each of the days.
    pub fn openings(&self) -> impl Iterator<Item = Opening> {
        self.days.iter().map(|day| Opening {
            weekday: day.weekday(),
            opens: self.opens,
            closes: self.closes,
        })
    }
}

impl Closed {
    pub fn closes_something(&self) -> bool {
        match self {
            Self::Days(ClosedDays { first, last }) => first <= last,
            Self::Times(ClosedTimes { from, until }) => from < until,
        }
    }
}

impl Day {
    fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

impl From<Closed> for Closure {
    fn from(closed: Closed) -> Self {
        match closed {
            Closed::Days(ClosedDays { first, last }) => Self::Days { first, last },
            Closed::Times(ClosedTimes { from, until }) => Self::Times { from, until },
        }
    }
}
