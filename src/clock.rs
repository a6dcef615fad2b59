//! The emulator's own time.
//!
//! Each realm has one [`Clock`]: a value that says which instant it showed when it was last set, when
//! that was by the machine's clock, and how fast it has run since. Reading it needs no lock, moving it
//! makes a new value. This is the only file that looks at the machine's clock.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// A realm's time: real, shifted, frozen or faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// What this clock showed when it was last set.
    pub shown: Timestamp,
    /// The machine's time at that moment.
    pub set_at: Timestamp,
    /// Speed in thousandths: 0 is frozen, 1000 is real time.
    pub rate: i64,
    /// The speed at which a frozen clock goes on when it is resumed; of a running one, its rate.
    pub resumes_at: i64,
}

impl Clock {
    /// The rate of a clock that follows real time, in thousandths.
    pub const REAL_TIME: i64 = 1000;
    /// Thousandths of real time at which a clock runs at the most: more than a day in a second.
    pub const FASTEST: i64 = 100_000 * Self::REAL_TIME;

    /// A clock that shows the machine's time.
    pub fn real() -> Self {
        let now = system_now();
        Self {
            shown: now,
            set_at: now,
            rate: Self::REAL_TIME,
            resumes_at: Self::REAL_TIME,
        }
    }

    /// A clock that shows `shown` now and runs on from there, or stands still there.
    pub fn starting_at(shown: Timestamp, frozen: bool) -> Self {
        let rate = if frozen { 0 } else { Self::REAL_TIME };
        Self {
            shown: to_millisecond(shown),
            set_at: system_now(),
            rate,
            resumes_at: Self::REAL_TIME,
        }
    }

    /// What this clock shows now, to the millisecond.
    ///
    /// Milliseconds because that is what the database keeps: an instant is the same before and after
    /// it was stored. At the end of representable time the clock stands still.
    pub fn now(&self) -> Timestamp {
        if self.rate == 0 {
            return self.shown;
        }
        let passed = system_now().as_millisecond() - self.set_at.as_millisecond();
        let shown = self
            .shown
            .as_millisecond()
            .saturating_add(passed.saturating_mul(self.rate) / Self::REAL_TIME);
        Timestamp::from_millisecond(shown).unwrap_or(Timestamp::MAX)
    }

    pub fn frozen(&self) -> bool {
        self.rate == 0
    }

    /// The same clock, set forward by `by`. `None` where time ends.
    pub fn advanced(&self, by: SignedDuration) -> Option<Self> {
        let shown = self.now().checked_add(by).ok()?;
        Some(self.set_to(shown))
    }

    /// The same clock showing `shown` from now on, at the speed it had.
    pub fn set_to(&self, shown: Timestamp) -> Self {
        Self {
            shown: to_millisecond(shown),
            set_at: system_now(),
            ..*self
        }
    }

    /// The same clock at another speed from now on, in thousandths (not 0), or frozen until it is resumed at that
    /// speed.
    pub fn at_speed(&self, resumes_at: i64, frozen: bool) -> Self {
        let rate = if frozen { 0 } else { resumes_at };
        if rate == self.rate {
            return Self { resumes_at, ..*self }; // setting a clock anew costs it a part of a millisecond
        }
        Self {
            shown: self.now(),
            set_at: system_now(),
            rate,
            resumes_at,
        }
    }

    /// How long it takes, by the machine's clock, until this one shows `then`; `None` while it stands still before
    /// that.
    pub fn time_until(&self, then: Timestamp) -> Option<Duration> {
        let missing = then.as_millisecond().saturating_sub(self.now().as_millisecond());
        if missing <= 0 {
            return Some(Duration::ZERO);
        }
        let milliseconds = missing.saturating_mul(Self::REAL_TIME).checked_div(self.rate)? + 1;
        Some(Duration::from_millis(milliseconds.unsigned_abs()))
    }
}

fn to_millisecond(instant: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(instant.as_millisecond()).unwrap_or(instant)
}

/// The machine's time to the millisecond, for what no realm owns: when a realm was created, and when
/// its time to live is over.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
pub fn system_now() -> Timestamp {
    to_millisecond(Timestamp::now())
}

/// The machine's monotonic clock, for limits that protect this process and must not follow a realm's clock.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
pub fn monotonic() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Timestamp {
        text.parse().expect("a test's instant")
    }

    #[test]
    fn a_frozen_clock_does_not_move() {
        let clock = Clock::starting_at(instant("2025-06-02T06:00:00Z"), true);

        assert_eq!(clock.now(), instant("2025-06-02T06:00:00Z"));
        assert_eq!(clock.now(), clock.now());
    }

    #[test]
    fn a_running_clock_follows_the_machine_at_its_rate() {
        let set_at = system_now()
            .checked_sub(SignedDuration::from_secs(10))
            .expect("in range");
        let clock = Clock {
            shown: instant("2030-01-01T00:00:00Z"),
            set_at,
            rate: 60_000,
            resumes_at: 60_000,
        };

        let passed = clock.now().duration_since(clock.shown);

        assert!(passed >= SignedDuration::from_secs(600), "{passed:?}");
    }

    #[test]
    fn advancing_keeps_a_frozen_clock_frozen() {
        let clock = Clock::starting_at(instant("2025-06-02T06:00:00Z"), true);

        let later = clock.advanced(SignedDuration::from_hours(2)).expect("in range");

        assert_eq!(later.now(), instant("2025-06-02T08:00:00Z"));
        assert!(later.frozen());
    }

    #[test]
    fn a_clock_cannot_be_advanced_past_the_end_of_time() {
        let clock = Clock::starting_at(Timestamp::MAX, true);

        assert_eq!(clock.advanced(SignedDuration::from_hours(1)), None);
    }

    #[test]
    fn waiting_for_an_instant_follows_the_rate() {
        let frozen = Clock::starting_at(instant("2025-06-02T06:00:00Z"), true);
        let then = instant("2025-06-02T07:00:00Z");

        assert_eq!(frozen.time_until(then), None);
        assert_eq!(frozen.time_until(frozen.now()), Some(Duration::ZERO));
        let wait = frozen.at_speed(60_000, false).time_until(then).expect("it runs");
        assert!((55..=61).contains(&wait.as_secs()), "{wait:?}");
    }

    #[test]
    fn a_clock_that_is_resumed_runs_as_fast_as_before() {
        let fast = Clock::real().at_speed(60_000, false);

        let frozen = fast.at_speed(fast.resumes_at, true);

        assert_eq!((frozen.rate, frozen.resumes_at), (0, 60_000));
        assert_eq!(frozen.at_speed(frozen.resumes_at, false).rate, 60_000);
    }

    #[test]
    fn an_instant_is_cut_to_the_millisecond_the_database_keeps() {
        let clock = Clock::starting_at(instant("2025-06-02T06:00:00.123456789Z"), true);

        assert_eq!(clock.now(), instant("2025-06-02T06:00:00.123Z"));
    }
}
