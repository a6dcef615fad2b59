//! Intervals of time, and a fast search among many of them.

use jiff::Timestamp;

/// From `start` up to, but not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Interval {
    /// Whether they have an instant in common. Intervals that only touch do not.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// Sorted and merged intervals, so that a search is a binary search.
pub(super) struct Intervals(Vec<Interval>);

impl Intervals {
    /// Empty and reversed intervals are dropped.
    pub fn new(intervals: impl Iterator<Item = Interval>) -> Self {
        let mut sorted: Vec<_> = intervals.filter(|interval| !interval.is_empty()).collect();
        sorted.sort_unstable();
        let mut merged: Vec<Interval> = Vec::with_capacity(sorted.len());
        for interval in sorted {
            match merged.last_mut() {
                Some(last) if interval.start <= last.end => last.end = last.end.max(interval.end),
                _ => merged.push(interval),
            }
        }
        Self(merged)
    }

    /// Whether any of them overlaps `interval`.
    pub fn touches(&self, interval: Interval) -> bool {
        let after = self.0.partition_point(|one| one.end <= interval.start);
        self.0.get(after).is_some_and(|one| one.overlaps(interval))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(start: i64, end: i64) -> Interval {
        let at = |minute: i64| Timestamp::from_second(minute * 60).expect("in range");
        Interval {
            start: at(start),
            end: at(end),
        }
    }

    #[test]
    fn intervals_that_only_meet_do_not_overlap() {
        assert!(!interval(0, 10).overlaps(interval(10, 20)));
        assert!(!interval(10, 20).overlaps(interval(0, 10)));
    }

    #[test]
    fn an_interval_inside_another_overlaps_it() {
        assert!(interval(0, 30).overlaps(interval(10, 20)));
        assert!(interval(10, 20).overlaps(interval(0, 30)));
    }

    #[test]
    fn a_long_interval_is_found_behind_a_short_one_that_starts_later() {
        let intervals = Intervals::new([interval(0, 100), interval(10, 20)].into_iter());

        assert!(intervals.touches(interval(50, 60)));
    }

    #[test]
    fn empty_and_reversed_intervals_count_as_nothing() {
        let intervals = Intervals::new([interval(10, 10), interval(30, 20)].into_iter());

        assert!(!intervals.touches(interval(0, 100)));
    }

    #[test]
    fn the_free_stretch_between_two_intervals_is_not_touched() {
        let intervals = Intervals::new([interval(30, 40), interval(0, 10)].into_iter());

        assert!(!intervals.touches(interval(10, 30)));
        assert!(intervals.touches(interval(10, 31)));
        assert!(intervals.touches(interval(9, 30)));
    }
}
