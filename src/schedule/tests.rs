//! The rules in the documentation of the module, one by one, on days with known clock changes.

use jiff::civil::{date, time};

use super::*;

fn schedule(zone: &str, hours: &[(Time, Time)]) -> Schedule {
    let week = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    Schedule {
        zone: TimeZone::get(zone).expect("a known zone"),
        openings: week
            .into_iter()
            .flat_map(|weekday| {
                hours
                    .iter()
                    .map(move |&(opens, closes)| Opening { weekday, opens, closes })
            })
            .collect(),
        closures: Vec::new(),
        lead_time: SignedDuration::ZERO,
        horizon_days: 365,
    }
}

fn hm(hour: i8, minute: i8) -> Time {
    time(hour, minute, 0, 0)
}

fn minutes(minutes: i64) -> SlotLength {
    SlotLength::from_minutes(minutes).expect("a slot's length")
}

fn instant(text: &str) -> Timestamp {
    text.parse().expect("a test's instant")
}

fn interval(start: &str, end: &str) -> Interval {
    Interval {
        start: instant(start),
        end: instant(end),
    }
}

/// The starts of a day's slots as "09:00+02", asked a week before.
fn starts(schedule: &Schedule, day: Date, length: i64) -> Vec<String> {
    let now = schedule
        .zone
        .to_timestamp(day.saturating_sub(7.days()).at(0, 0, 0, 0))
        .expect("in range");
    let slots = schedule.free_slots(minutes(length), day, day, &[], now);
    slots
        .iter()
        .map(|slot| slot.start.strftime("%H:%M%:::z").to_string())
        .collect()
}

#[test]
fn an_ordinary_morning_is_cut_into_slots_that_end_in_time() {
    let practice = schedule("Europe/Berlin", &[(hm(9, 0), hm(10, 10))]);

    assert_eq!(
        starts(&practice, date(2025, 6, 3), 20),
        ["09:00+02", "09:20+02", "09:40+02"]
    );
}

#[test]
fn hours_that_overlap_are_one_stretch_and_hours_that_touch_are_two() {
    let overlapping = schedule("Europe/Berlin", &[(hm(9, 0), hm(9, 40)), (hm(9, 30), hm(10, 30))]);
    let touching = schedule("Europe/Berlin", &[(hm(9, 0), hm(9, 50)), (hm(9, 50), hm(10, 30))]);

    assert_eq!(
        starts(&overlapping, date(2025, 6, 3), 30),
        ["09:00+02", "09:30+02", "10:00+02"]
    );
    assert_eq!(starts(&touching, date(2025, 6, 3), 30), ["09:00+02", "09:50+02"]);
}

#[test]
fn a_practice_that_closes_at_midnight_offers_the_last_slot_before_it() {
    let late = schedule("Europe/Berlin", &[(hm(23, 0), hm(0, 0))]);

    assert_eq!(starts(&late, date(2025, 6, 3), 30), ["23:00+02", "23:30+02"]);
}

#[test]
fn hours_that_end_before_they_begin_are_never_open() {
    let reversed = schedule("Europe/Berlin", &[(hm(12, 0), hm(9, 0))]);

    assert!(starts(&reversed, date(2025, 6, 3), 20).is_empty());
}

#[test]
fn clocks_going_forward_in_berlin_take_the_slots_of_that_hour_away() {
    let night = schedule("Europe/Berlin", &[(hm(1, 0), hm(4, 0))]);

    assert_eq!(
        starts(&night, date(2025, 3, 30), 30),
        ["01:00+01", "01:30+01", "03:00+02", "03:30+02"],
        "02:00 and 02:30 do not exist"
    );
}

#[test]
fn clocks_going_back_in_berlin_do_not_offer_the_hour_twice() {
    let night = schedule("Europe/Berlin", &[(hm(1, 0), hm(4, 0))]);

    assert_eq!(
        starts(&night, date(2025, 10, 26), 30),
        ["01:00+02", "01:30+02", "02:00+02", "02:30+02", "03:00+01", "03:30+01"]
    );
}

#[test]
fn clocks_going_forward_in_new_york_take_the_slots_of_that_hour_away() {
    let night = schedule("America/New_York", &[(hm(1, 0), hm(4, 0))]);

    assert_eq!(starts(&night, date(2025, 3, 9), 60), ["01:00-05", "03:00-04"]);
}

#[test]
fn half_an_hour_missing_on_lord_howe_island_takes_only_that_half_hour() {
    let night = schedule("Australia/Lord_Howe", &[(hm(1, 0), hm(3, 0))]);

    assert_eq!(
        starts(&night, date(2025, 10, 5), 15),
        [
            "01:00+10:30",
            "01:15+10:30",
            "01:30+10:30",
            "01:45+10:30",
            "02:30+11",
            "02:45+11"
        ]
    );
}

#[test]
fn half_an_hour_repeated_on_lord_howe_island_is_offered_once() {
    let night = schedule("Australia/Lord_Howe", &[(hm(1, 0), hm(3, 0))]);

    assert_eq!(
        starts(&night, date(2025, 4, 6), 30),
        ["01:00+11", "01:30+11", "02:00+10:30", "02:30+10:30"],
        "01:30 comes twice that night"
    );
}

#[test]
fn a_slot_across_a_change_lasts_its_length_and_pushes_the_grid_time_it_runs_into_aside() {
    let night = schedule("Europe/Berlin", &[(hm(1, 0), hm(6, 0))]);
    let day = date(2025, 3, 30);

    let slots = night.free_slots(minutes(50), day, day, &[], instant("2025-03-29T00:00:00Z"));

    let shown: Vec<_> = slots
        .iter()
        .map(|slot| slot.start.strftime("%H:%M").to_string())
        .collect();
    assert_eq!(
        shown,
        ["01:00", "01:50", "04:20", "05:10"],
        "02:40 does not exist, 03:30 is run into"
    );
    assert!(
        slots
            .iter()
            .all(|slot| { slot.end.timestamp().duration_since(slot.start.timestamp()).as_mins() == 50 })
    );
}

#[test]
fn a_slot_may_not_outlast_closing_time_because_an_hour_went_missing() {
    let night = schedule("Europe/Berlin", &[(hm(1, 0), hm(3, 0))]);

    assert_eq!(
        starts(&night, date(2025, 3, 30), 50),
        ["01:00+01"],
        "from 01:50, 50 minutes end at 03:40"
    );
}

#[test]
fn a_closing_time_that_does_not_exist_is_the_moment_of_the_change() {
    let night = schedule("Europe/Berlin", &[(hm(1, 0), hm(2, 30))]);

    assert_eq!(starts(&night, date(2025, 3, 30), 30), ["01:00+01", "01:30+01"]);
}

#[test]
fn a_practice_that_closes_within_a_repeated_hour_closes_once() {
    let night = schedule("Europe/Berlin", &[(hm(1, 0), hm(2, 30))]);

    assert_eq!(
        starts(&night, date(2025, 10, 26), 30),
        ["01:00+02", "01:30+02", "02:00+02"]
    );
}

#[test]
fn a_closure_within_a_repeated_hour_closes_both_its_occurrences() {
    let mut night = schedule("Europe/Berlin", &[(hm(1, 0), hm(4, 0))]);
    let day = date(2025, 10, 26);
    night.closures.push(Closure::Times {
        from: day.at(2, 0, 0, 0),
        until: day.at(2, 30, 0, 0),
    });

    assert_eq!(
        starts(&night, day, 30),
        ["01:00+02", "01:30+02", "03:00+01", "03:30+01"]
    );
}

#[test]
fn a_midnight_that_comes_twice_does_not_let_two_days_overlap() {
    // Havana goes back at 01:00 to 00:00 on 2025-11-02.
    let always = schedule("America/Havana", &[(hm(0, 0), hm(0, 0))]);
    let (saturday, sunday) = (date(2025, 11, 1), date(2025, 11, 2));

    let slots = always.free_slots(minutes(60), saturday, sunday, &[], instant("2025-10-31T00:00:00Z"));

    assert!(
        slots
            .windows(2)
            .all(|pair| pair[0].end.timestamp() <= pair[1].start.timestamp())
    );
    assert_eq!(slots.len(), 48);
}

#[test]
fn closed_days_are_closed_to_their_last_midnight() {
    let mut practice = schedule("Europe/Berlin", &[(hm(9, 0), hm(10, 0))]);
    practice.closures.push(Closure::Days {
        first: date(2025, 6, 4),
        last: date(2025, 6, 5),
    });

    assert!(starts(&practice, date(2025, 6, 4), 30).is_empty());
    assert!(starts(&practice, date(2025, 6, 5), 30).is_empty());
    assert_eq!(starts(&practice, date(2025, 6, 6), 30).len(), 2);
}

#[test]
fn a_closure_by_the_hour_takes_every_slot_it_touches() {
    let mut practice = schedule("Europe/Berlin", &[(hm(9, 0), hm(11, 0))]);
    practice.closures.push(Closure::Times {
        from: date(2025, 6, 4).at(9, 45, 0, 0),
        until: date(2025, 6, 4).at(10, 30, 0, 0),
    });

    assert_eq!(starts(&practice, date(2025, 6, 4), 30), ["09:00+02", "10:30+02"]);
}

#[test]
fn the_lead_time_is_kept_to_the_instant() {
    let mut practice = schedule("Europe/Berlin", &[(hm(9, 0), hm(10, 0))]);
    practice.lead_time = SignedDuration::from_hours(24);
    let day = date(2025, 6, 3);

    let exactly = practice.free_slots(minutes(30), day, day, &[], instant("2025-06-02T09:00:00+02:00"));
    let a_moment_late = practice.free_slots(minutes(30), day, day, &[], instant("2025-06-02T09:00:00.001+02:00"));

    assert_eq!(exactly.len(), 2);
    assert_eq!(a_moment_late.len(), 1);
}

#[test]
fn the_horizon_counts_days_on_the_practices_wall() {
    let mut practice = schedule("Pacific/Auckland", &[(hm(9, 0), hm(10, 0))]);
    practice.horizon_days = 1;
    // Already the 3rd in Auckland, still the 2nd in Greenwich.
    let now = instant("2025-06-02T23:00:00Z");

    let slots = practice.free_slots(minutes(60), date(2025, 6, 1), date(2025, 6, 30), &[], now);

    let days: Vec<_> = slots.iter().map(|slot| slot.start.date()).collect();
    assert_eq!(days, [date(2025, 6, 4)], "09:00 on the 3rd is over at 11:00");
}

#[test]
fn what_is_booked_takes_every_slot_it_overlaps_and_leaves_the_grid_alone() {
    let practice = schedule("Europe/Berlin", &[(hm(9, 0), hm(11, 0))]);
    let day = date(2025, 6, 3);
    let busy = [interval("2025-06-03T09:30:00+02:00", "2025-06-03T10:00:00+02:00")];

    let slots = practice.free_slots(minutes(20), day, day, &busy, instant("2025-06-01T00:00:00Z"));

    let shown: Vec<_> = slots
        .iter()
        .map(|slot| slot.start.strftime("%H:%M").to_string())
        .collect();
    assert_eq!(shown, ["09:00", "10:00", "10:20", "10:40"]);
}

#[test]
fn a_slot_is_written_with_the_offset_its_day_has() {
    let practice = schedule("Europe/Berlin", &[(hm(9, 0), hm(9, 20))]);

    assert_eq!(starts(&practice, date(2025, 10, 25), 20), ["09:00+02"]);
    assert_eq!(starts(&practice, date(2025, 10, 26), 20), ["09:00+01"]);
}

#[test]
fn a_slot_beside_the_grid_cannot_be_booked() {
    let practice = schedule("Europe/Berlin", &[(hm(9, 0), hm(10, 0))]);
    let now = instant("2025-06-01T00:00:00Z");
    let refused = |start: &str, end: &str| {
        practice
            .check_bookable(interval(start, end), minutes(20), &[], now)
            .err()
    };

    let off_the_grid = refused("2025-06-03T09:10:00+02:00", "2025-06-03T09:30:00+02:00");
    let too_long = refused("2025-06-03T09:00:00+02:00", "2025-06-03T09:40:00+02:00");
    let at_night = refused("2025-06-03T03:00:00+02:00", "2025-06-03T03:20:00+02:00");

    assert_eq!(off_the_grid, Some(Unbookable::NotOffered));
    assert_eq!(too_long, Some(Unbookable::NotOffered));
    assert_eq!(at_night, Some(Unbookable::NotOffered));
}

#[test]
fn each_reason_against_a_slot_is_told_apart() {
    let mut practice = schedule("Europe/Berlin", &[(hm(9, 0), hm(10, 0))]);
    practice.lead_time = SignedDuration::from_hours(24);
    practice.horizon_days = 10;
    practice.closures.push(Closure::Days {
        first: date(2025, 6, 5),
        last: date(2025, 6, 5),
    });
    let slot = |day: i8| {
        let start = date(2025, 6, day)
            .at(9, 0, 0, 0)
            .to_zoned_datetime(practice.zone.clone())
            .expect("in range")
            .timestamp();
        Interval {
            start,
            end: start + SignedDuration::from_mins(30),
        }
    };
    let now = instant("2025-06-02T10:00:00+02:00");
    let check = |day, busy: &[Interval]| practice.check_bookable(slot(day), minutes(30), busy, now).err();

    assert_eq!(check(3, &[]), Some(Unbookable::TooSoon));
    assert_eq!(check(13, &[]), Some(Unbookable::TooFar));
    assert_eq!(check(5, &[]), Some(Unbookable::Closed));
    assert_eq!(check(6, &[slot(6)]), Some(Unbookable::Taken));
    assert_eq!(check(6, &[]), None);
}

#[test]
fn a_repeated_hour_can_be_booked_at_its_first_occurrence_only() {
    let night = schedule("Europe/Berlin", &[(hm(1, 0), hm(4, 0))]);
    let now = instant("2025-10-20T00:00:00Z");
    let check = |start, end| night.check_bookable(interval(start, end), minutes(30), &[], now).err();

    assert_eq!(check("2025-10-26T02:30:00+02:00", "2025-10-26T02:00:00+01:00"), None);
    assert_eq!(
        check("2025-10-26T02:30:00+01:00", "2025-10-26T03:00:00+01:00"),
        Some(Unbookable::NotOffered)
    );
}

#[test]
fn at_the_ends_of_time_nothing_is_offered_and_nothing_breaks() {
    let mut practice = schedule("Europe/Berlin", &[(hm(0, 0), hm(0, 0))]);
    practice.lead_time = SignedDuration::from_hours(24);
    let slots = practice.free_slots(minutes(20), Date::MIN, Date::MAX, &[], Timestamp::MAX);

    assert!(slots.is_empty());
    let last = Interval {
        start: Timestamp::MAX,
        end: Timestamp::MAX,
    };
    assert!(practice.check_bookable(last, minutes(20), &[], Timestamp::MIN).is_err());
}

#[test]
fn a_length_below_a_minute_or_above_a_day_is_none() {
    assert_eq!(SlotLength::from_minutes(0), None);
    assert_eq!(SlotLength::from_minutes(-20), None);
    assert_eq!(SlotLength::from_minutes(1441), None);
    assert_eq!(SlotLength::from_minutes(1440).map(SlotLength::minutes), Some(1440));
}

#[test]
fn the_cancellation_deadline_is_elapsed_time_also_over_a_change() {
    let monday_after = instant("2025-10-27T01:30:00+01:00");

    let deadline = cancellation_deadline(monday_after, SignedDuration::from_hours(24));

    assert_eq!(deadline, instant("2025-10-26T01:30:00+01:00"));
    assert_eq!(
        cancellation_deadline(instant("2025-10-26T09:00:00+01:00"), SignedDuration::from_hours(24)),
        instant("2025-10-25T10:00:00+02:00")
    );
}

#[test]
fn a_deadline_before_the_beginning_of_time_is_the_beginning() {
    assert_eq!(
        cancellation_deadline(Timestamp::MIN, SignedDuration::from_hours(1)),
        Timestamp::MIN
    );
}
