//! The instants of a civil time, also when clocks go forward or back.

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};

/// The first instant of the civil time `time`; `None` inside a gap, where it does not exist.
pub fn first_occurrence(zone: &TimeZone, time: DateTime) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(time);
    match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => None,
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok(),
    }
}

/// Which of the two instants a time inside a fold means.
#[derive(Clone, Copy)]
pub enum Occurrence {
    First,
    Last,
}

/// The instant of the civil time `time`; inside a gap the moment of the change. `None` only if the time is out of
/// range.
pub fn passed(zone: &TimeZone, time: DateTime, which: Occurrence) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(time);
    match (ambiguous.offset(), which) {
        (AmbiguousOffset::Gap { .. }, _) => {
            let before = ambiguous.earlier().ok()?;
            zone.following(before).next().map(|change| change.timestamp())
        }
        (_, Occurrence::First) => ambiguous.earlier().ok(),
        (_, Occurrence::Last) => ambiguous.later().ok(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("a known zone")
    }

    fn instant(text: &str) -> Option<Timestamp> {
        Some(text.parse().expect("a test's instant"))
    }

    #[test]
    fn a_time_inside_a_gap_never_occurs() {
        assert_eq!(
            first_occurrence(&zone("Europe/Berlin"), date(2025, 3, 30).at(2, 30, 0, 0)),
            None
        );
    }

    #[test]
    fn a_time_inside_a_fold_occurs_first_with_the_summer_offset() {
        let first = first_occurrence(&zone("Europe/Berlin"), date(2025, 10, 26).at(2, 30, 0, 0));

        assert_eq!(first, instant("2025-10-26T02:30:00+02:00"));
    }

    #[test]
    fn a_time_inside_a_gap_is_passed_at_the_moment_of_the_change() {
        let half_past_two = date(2025, 3, 30).at(2, 30, 0, 0);

        for which in [Occurrence::First, Occurrence::Last] {
            let passed = passed(&zone("Europe/Berlin"), half_past_two, which);
            assert_eq!(passed, instant("2025-03-30T01:00:00Z"));
        }
    }

    #[test]
    fn a_time_inside_a_fold_is_passed_twice() {
        let berlin = zone("Europe/Berlin");
        let half_past_two = date(2025, 10, 26).at(2, 30, 0, 0);

        let (first, last) = (Occurrence::First, Occurrence::Last);

        assert_eq!(
            passed(&berlin, half_past_two, first),
            instant("2025-10-26T02:30:00+02:00")
        );
        assert_eq!(
            passed(&berlin, half_past_two, last),
            instant("2025-10-26T02:30:00+01:00")
        );
    }

    #[test]
    fn a_gap_of_half_an_hour_is_a_gap() {
        assert_eq!(
            first_occurrence(&zone("Australia/Lord_Howe"), date(2025, 10, 5).at(2, 15, 0, 0)),
            None
        );
        assert!(first_occurrence(&zone("Australia/Lord_Howe"), date(2025, 10, 5).at(2, 30, 0, 0)).is_some());
    }
}
