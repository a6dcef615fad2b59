//! Properties that hold for any opening hours, on days around a clock change and on ordinary ones.
//!
//! The oracle walks the minutes of a slot on the wall clock and never asks the code under test how it
//! converts.

use jiff::civil::{date, time};
use proptest::prelude::*;

use super::*;

/// A zone with the days around which to look: two changes of a year, and an ordinary day.
fn places() -> impl Strategy<Value = (TimeZone, Date)> {
    let places = [
        (
            "Europe/Berlin",
            [date(2025, 3, 30), date(2025, 10, 26), date(2025, 6, 3)],
        ),
        (
            "America/New_York",
            [date(2025, 3, 9), date(2025, 11, 2), date(2025, 6, 3)],
        ),
        (
            "Australia/Lord_Howe",
            [date(2025, 10, 5), date(2025, 4, 6), date(2025, 6, 3)],
        ),
        (
            "Asia/Kolkata",
            [date(2025, 3, 30), date(2025, 10, 26), date(2025, 6, 3)],
        ),
    ];
    (0..places.len(), 0..3_usize, -1..=1_i64).prop_map(move |(place, day, shift)| {
        let (zone, days) = places[place];
        (
            TimeZone::get(zone).expect("a known zone"),
            days[day].saturating_add(shift.days()),
        )
    })
}

/// A time of day on the five-minute grid, most of them in the night hours in which clocks change.
fn times() -> impl Strategy<Value = Time> {
    prop_oneof![3 => 0..60_i16, 1 => 0..288_i16].prop_map(|fives| {
        let hour = i8::try_from(fives / 12).expect("below 24");
        let minute = i8::try_from(fives % 12 * 5).expect("below 60");
        time(hour, minute, 0, 0)
    })
}

prop_compose! {
    fn openings()(hours in prop::collection::vec((0..7_i8, times(), 0..480_i64), 4..16)) -> Vec<Opening> {
        hours
            .into_iter()
            .map(|(weekday, opens, minutes)| {
                // Wraps at midnight: some of them close before they open.
                let closes = opens.wrapping_add(minutes.minutes());
                let weekday = Weekday::from_monday_zero_offset(weekday).expect("below 7");
                Opening { weekday, opens, closes }
            })
            .collect()
    }
}

fn closures(around: Date) -> impl Strategy<Value = Vec<Closure>> {
    let one =
        (any::<bool>(), -3..=3_i64, times(), 0..=2_i64, times()).prop_map(move |(whole, from, opens, days, closes)| {
            let first = around.saturating_add(from.days());
            let last = first.saturating_add(days.days());
            match whole {
                true => Closure::Days { first, last },
                false => Closure::Times {
                    from: first.to_datetime(opens),
                    until: last.to_datetime(closes),
                },
            }
        });
    prop::collection::vec(one, 0..3)
}

#[derive(Clone, Debug)]
struct Case {
    schedule: Schedule,
    length: SlotLength,
    around: Date,
    busy: Vec<Interval>,
    now: Timestamp,
}

impl Case {
    fn free(&self) -> Vec<Slot> {
        let from = self.around.saturating_sub(3.days());
        let to = self.around.saturating_add(3.days());
        self.schedule.free_slots(self.length, from, to, &self.busy, self.now)
    }
}

fn cases() -> impl Strategy<Value = Case> {
    places().prop_flat_map(|(zone, around)| {
        let midnight = zone.to_timestamp(around.at(0, 0, 0, 0)).expect("in range");
        let busy = (-4000..4000_i64, 1..200_i64).prop_map(move |(start, length)| Interval {
            start: midnight + SignedDuration::from_mins(start),
            end: midnight + SignedDuration::from_mins(start + length),
        });
        (
            openings(),
            closures(around),
            prop::collection::vec(busy, 0..6),
            (1..=120_i64, 0..=48_i64, 0..=8_u16, -6000..2000_i64),
        )
            .prop_map(
                move |(openings, closures, busy, (length, lead_hours, horizon_days, now))| Case {
                    schedule: Schedule {
                        zone: zone.clone(),
                        openings,
                        closures,
                        lead_time: SignedDuration::from_hours(lead_hours),
                        horizon_days,
                    },
                    length: SlotLength::from_minutes(length).expect("in range"),
                    around,
                    busy,
                    now: midnight + SignedDuration::from_mins(now),
                },
            )
    })
}

/// What the wall shows at each minute of a slot, and whether it shows it for the second time.
fn minutes_on_the_wall(slot: &Slot) -> Vec<(DateTime, bool)> {
    let zone = slot.start.time_zone();
    let mut minutes = Vec::new();
    let mut instant = slot.start.timestamp();
    while instant < slot.end.timestamp() {
        let shown = zone.to_datetime(instant);
        let hour_before = instant - SignedDuration::from_mins(60);
        let half_before = instant - SignedDuration::from_mins(30);
        let again = zone.to_datetime(hour_before) == shown || zone.to_datetime(half_before) == shown;
        minutes.push((shown, again));
        instant += SignedDuration::from_mins(1);
    }
    minutes
}

fn open_at(openings: &[Opening], shown: DateTime) -> bool {
    openings.iter().any(|opening| {
        let before_closing = opening.closes == Time::midnight() || shown.time() < opening.closes;
        opening.weekday == shown.date().weekday() && opening.opens <= shown.time() && before_closing
    })
}

fn closed_at(closures: &[Closure], shown: DateTime) -> bool {
    closures.iter().any(|closure| match *closure {
        Closure::Days { first, last } => first <= shown.date() && shown.date() <= last,
        Closure::Times { from, until } => from <= shown && shown < until,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn slots_are_in_order_and_never_overlap(case in cases()) {
        let slots = case.free();
        for pair in slots.windows(2) {
            prop_assert!(pair[0].end.timestamp() <= pair[1].start.timestamp(), "{pair:?}");
        }
    }

    #[test]
    fn a_slot_lasts_its_length(case in cases()) {
        for slot in case.free() {
            let lasted = slot.end.timestamp().duration_since(slot.start.timestamp());
            prop_assert_eq!(lasted, SignedDuration::from_mins(case.length.minutes()));
        }
    }

    #[test]
    fn every_minute_of_a_slot_lies_within_the_hours_on_the_wall(case in cases()) {
        for slot in case.free() {
            for (shown, again) in minutes_on_the_wall(&slot) {
                prop_assert!(again || open_at(&case.schedule.openings, shown), "{shown} of {slot:?}");
            }
        }
    }

    #[test]
    fn a_slot_starts_at_a_time_the_wall_shows_for_the_first_time(case in cases()) {
        for slot in case.free() {
            let (shown, again) = minutes_on_the_wall(&slot)[0];
            prop_assert!(!again, "{shown}");
            prop_assert_eq!(shown, slot.start.datetime());
        }
    }

    #[test]
    fn no_minute_of_a_slot_lies_in_a_closure(case in cases()) {
        for slot in case.free() {
            for (shown, _) in minutes_on_the_wall(&slot) {
                prop_assert!(!closed_at(&case.schedule.closures, shown), "{shown} of {slot:?}");
            }
        }
    }

    #[test]
    fn no_slot_lies_before_the_lead_time_or_after_the_horizon(case in cases()) {
        let today = case.schedule.zone.to_datetime(case.now).date();
        for slot in case.free() {
            let ahead = slot.start.timestamp().duration_since(case.now);
            prop_assert!(ahead >= case.schedule.lead_time);
            let days = today.until(slot.start.date()).expect("in range").get_days();
            prop_assert!(days <= i32::from(case.schedule.horizon_days));
        }
    }

    #[test]
    fn no_slot_overlaps_what_is_booked(case in cases()) {
        for slot in case.free() {
            for busy in &case.busy {
                let apart = slot.end.timestamp() <= busy.start || busy.end <= slot.start.timestamp();
                prop_assert!(apart, "{slot:?} {busy:?}");
            }
        }
    }

    #[test]
    fn offered_slots_can_be_booked_and_times_between_them_cannot(case in cases()) {
        for slot in case.free() {
            let interval = Interval { start: slot.start.timestamp(), end: slot.end.timestamp() };
            let check = |interval| case.schedule.check_bookable(interval, case.length, &case.busy, case.now);
            prop_assert_eq!(check(interval), Ok(slot));
            let second = SignedDuration::from_secs(1);
            let shifted = Interval { start: interval.start + second, end: interval.end + second };
            prop_assert_eq!(check(shifted), Err(Unbookable::NotOffered));
        }
    }

    #[test]
    fn booking_one_slot_takes_that_slot_and_no_other_away(case in cases(), pick in any::<prop::sample::Index>()) {
        let before = case.free();
        if before.is_empty() {
            return Ok(());
        }
        let taken = pick.get(&before).clone();
        let mut after = case.clone();
        after.busy.push(Interval { start: taken.start.timestamp(), end: taken.end.timestamp() });
        let expected: Vec<_> = before.into_iter().filter(|slot| *slot != taken).collect();
        prop_assert_eq!(after.free(), expected);
    }

    /// Completeness: where no clock changes, civil arithmetic alone gives the whole answer.
    #[test]
    fn without_a_clock_change_no_slot_is_missing(
        opens in 0..120_i64,
        open_for in 1..600_i64,
        length in 1..=120_i64,
        day in 0..300_i64,
    ) {
        let zone = TimeZone::get("Asia/Kolkata").expect("a known zone");
        let day = date(2025, 1, 1).saturating_add(day.days());
        let midnight = day.at(0, 0, 0, 0);
        let (opening, closing) = (midnight + opens.minutes(), midnight + (opens + open_for).minutes());
        let schedule = Schedule {
            zone: zone.clone(),
            openings: vec![Opening { weekday: day.weekday(), opens: opening.time(), closes: closing.time() }],
            closures: Vec::new(),
            lead_time: SignedDuration::ZERO,
            horizon_days: 400,
        };
        let now: Timestamp = "2024-12-31T00:00:00Z".parse().expect("an instant");

        let offered = schedule.free_slots(SlotLength::from_minutes(length).expect("in range"), day, day, &[], now);

        let expected: Vec<_> = (0..open_for / length).map(|nth| opening + (nth * length).minutes()).collect();
        let offered: Vec<_> = offered.iter().map(|slot| slot.start.datetime()).collect();
        prop_assert_eq!(offered, expected);
    }
}
