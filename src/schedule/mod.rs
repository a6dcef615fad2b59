//! Computes free slots from opening hours and closures, also when daylight saving time begins or ends.
//!
//! Pure arithmetic: no database, no HTTP, no clock. Opening hours and closures are *civil* times in the IANA time zone
//! of the practice. Booked and offered times are *instants*. The rules between the two:
//!
//! * Slots begin at the opening and every slot length after it, in civil time. A clock change earlier that night does
//!   not shift them.
//! * A time that does not exist, because clocks go forward, is not offered.
//! * A time that exists twice, because clocks go back, is offered once, at its first occurrence. The repeated hour
//!   stays free.
//! * A slot lasts its length in elapsed time. If it reaches across a change, times that it would overlap are left out.
//! * Opening and closing times that exist twice mean their first occurrence, so a practice that closes at 02:30 closes
//!   once. A closure lasts to the last occurrence of its end. A bound that does not exist is the moment of the change.
//!
//! | file | holds |
//! | --- | --- |
//! | `mod.rs` | the schedule: which slots are free, and whether one can be booked |
//! | `wall_clock.rs` | civil times → instants |
//! | `day.rs` | all slots of one day, free or not |
//! | `interval.rs` | intervals, and searching many of them |
//! | `hours.rs` | openings and closures as seeds write them and the database stores them |

mod day;
pub mod hours;
mod interval;
#[cfg(test)]
mod properties;
mod wall_clock;

use jiff::{
    SignedDuration, Timestamp, ToSpan, ZonedDateTime,
    civil::{Date, DateTime, Time, Weekday},
    tz::TimeZone,
};

pub use interval::Interval;
use interval::Intervals;
use wall_clock::Occurrence;

/// Days: the farthest that a schedule looks ahead.
pub const TEN_YEARS: i64 = 3660;

/// The bookable times of a calendar.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The time zone of the hours and closures.
    pub zone: TimeZone,
    pub openings: Vec<Opening>,
    pub closures: Vec<Closure>,
    /// How long before its start a slot stops being offered. Negative values count as none.
    pub lead_time: SignedDuration,
    /// The last day on offer, counted from today in [`Schedule::zone`]; 0 offers today alone.
    pub horizon_days: u16,
}

/// Opening hours on one weekday, every week.
///
/// Openings of one weekday that overlap are merged. Openings that only touch are not: slots begin anew with the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    pub weekday: Weekday,
    pub opens: Time,
    /// 00:00 is the midnight at the end of the day. Any other time that is not after `opens` means never open.
    pub closes: Time,
}

/// A time in which nothing is offered, in the time zone of the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closure {
    /// Whole days, the last one included.
    Days { first: Date, last: Date },
    /// From one civil time to another; the second is not included.
    Times { from: DateTime, until: DateTime },
}

/// How long a slot lasts: 1 to 1440 minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotLength(u16);

impl SlotLength {
    /// A quarter of an hour.
    pub const USUAL: Self = Self(15);

    /// `None` outside of 1 to 1440 minutes.
    pub fn from_minutes(minutes: i64) -> Option<Self> {
        let minutes = u16::try_from(minutes).ok()?;
        (1..=1440).contains(&minutes).then_some(Self(minutes))
    }

    pub fn minutes(self) -> i64 {
        i64::from(self.0)
    }

    fn duration(self) -> SignedDuration {
        SignedDuration::from_mins(self.minutes())
    }
}

/// A time for an appointment, with its offset from UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub start: ZonedDateTime,
    /// Half-open: the next appointment may start at this very instant.
    pub end: ZonedDateTime,
}

impl Slot {
    fn new(interval: Interval, zone: &TimeZone) -> Self {
        Self {
            start: interval.start.to_zoned_datetime(zone.clone()),
            end: interval.end.to_zoned_datetime(zone.clone()),
        }
    }
}

/// Why a slot cannot be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unbookable {
    /// It starts before now plus the lead time.
    TooSoon,
    /// It lies on a day after the horizon.
    TooFar,
    /// The opening hours have no such slot.
    NotOffered,
    /// A closure covers part of it.
    Closed,
    /// It overlaps something already booked.
    Taken,
}

impl Schedule {
    /// The free slots that start on the days `from` to `to` (both included), in order.
    ///
    /// `busy` may come in any order and may overlap; empty and reversed intervals count as nothing. The
    /// work is bounded by the horizon, whatever days are asked for.
    pub fn free_slots(&self, length: SlotLength, from: Date, to: Date, busy: &[Interval], now: Timestamp) -> Vec<Slot> {
        self.each_free_slot(length, from, to, busy, now).collect()
    }

    /// As [`free_slots`](Self::free_slots), computed day by day: a caller that stops early saves the rest of the work.
    pub fn each_free_slot<'a>(
        &'a self,
        length: SlotLength,
        from: Date,
        to: Date,
        busy: &[Interval],
        now: Timestamp,
    ) -> impl Iterator<Item = Slot> + use<'a> {
        let busy = Intervals::new(busy.iter().copied());
        let closed = self.closed();
        let first = from.max(self.today(now));
        let last = to.min(self.last_day(now));
        let free = move |earliest: Timestamp, slot: Interval| {
            slot.start >= earliest && !closed.touches(slot) && !busy.touches(slot)
        };
        let earliest = self.earliest_start(now);
        first
            .series(1.day())
            .take_while(move |date| earliest.is_some() && *date <= last)
            .flat_map(move |date| day::slots(self, date, length))
            .filter(move |slot| earliest.is_some_and(|earliest| free(earliest, *slot)))
            .map(|slot| Slot::new(slot, &self.zone))
    }

    /// Whether exactly this slot can be booked, for the moment of booking.
    ///
    /// # Errors The first reason against it, in this order: the opening hours, closures, the horizon, the lead time,
    /// booked times.
    pub fn check_bookable(
        &self,
        slot: Interval,
        length: SlotLength,
        busy: &[Interval],
        now: Timestamp,
    ) -> Result<Slot, Unbookable> {
        let date = self.zone.to_datetime(slot.start).date();
        if !day::slots(self, date, length).contains(&slot) {
            return Err(Unbookable::NotOffered);
        }
        if self.closed().touches(slot) {
            return Err(Unbookable::Closed);
        }
        if date > self.last_day(now) {
            return Err(Unbookable::TooFar);
        }
        if self.earliest_start(now).is_none_or(|earliest| slot.start < earliest) {
            return Err(Unbookable::TooSoon);
        }
        if Intervals::new(busy.iter().copied()).touches(slot) {
            return Err(Unbookable::Taken);
        }
        Ok(Slot::new(slot, &self.zone))
    }

    /// Today's date in the time zone of the practice.
    pub fn today(&self, now: Timestamp) -> Date {
        self.zone.to_datetime(now).date()
    }

    fn last_day(&self, now: Timestamp) -> Date {
        self.today(now).saturating_add(i64::from(self.horizon_days).days())
    }

    /// `None` if the time is out of range; then nothing is offered.
    fn earliest_start(&self, now: Timestamp) -> Option<Timestamp> {
        now.checked_add(self.lead_time.max(SignedDuration::ZERO)).ok()
    }

    fn closed(&self) -> Intervals {
        Intervals::new(self.closures.iter().filter_map(|closure| {
            let (from, until) = closure.bounds()?;
            Some(Interval {
                start: wall_clock::passed(&self.zone, from, Occurrence::First)?,
                end: wall_clock::passed(&self.zone, until, Occurrence::Last)?,
            })
        }))
    }
}

impl Closure {
    /// Half-open, in civil time; `None` when it is empty.
    fn bounds(self) -> Option<(DateTime, DateTime)> {
        let (from, until) = match self {
            Self::Days { first, last } => (first.at(0, 0, 0, 0), last.tomorrow().ok()?.at(0, 0, 0, 0)),
            Self::Times { from, until } => (from, until),
        };
        (from < until).then_some((from, until))
    }
}

/// The last instant at which an appointment may be cancelled: `notice` before it starts.
///
/// Elapsed time, not wall-clock time: 24 hours' notice are 24 hours also in a night of 23 or 25.
/// A negative notice counts as none.
pub fn cancellation_deadline(start: Timestamp, notice: SignedDuration) -> Timestamp {
    start
        .checked_sub(notice.max(SignedDuration::ZERO))
        .unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests;
