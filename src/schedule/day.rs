//! All slots of one day, free or not.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
};

use super::{
    Interval, Schedule, SlotLength,
    wall_clock::{self, Occurrence},
};

/// The slots that start on `date`, in order, none overlapping another.
///
/// They depend on schedule, day and length only: booked times do not move them.
pub(super) fn slots(schedule: &Schedule, date: Date, length: SlotLength) -> Vec<Interval> {
    let mut slots = Vec::new();
    let mut free_from = Timestamp::MIN;
    for (opens, closes) in openings(schedule, date) {
        let Some(closing) = wall_clock::passed(&schedule.zone, closes, Occurrence::First) else {
            continue;
        };
        for start in grid(opens, closes, length) {
            let slot = wall_clock::first_occurrence(&schedule.zone, start).and_then(|start| lasting(start, length));
            let Some(slot) = slot else { continue };
            if slot.start >= free_from && slot.end <= closing {
                free_from = slot.end;
                slots.push(slot);
            }
        }
    }
    slots
}

/// The day's opening hours in order, overlapping ones merged.
fn openings(schedule: &Schedule, date: Date) -> Vec<(DateTime, DateTime)> {
    let mut hours: Vec<_> = schedule
        .openings
        .iter()
        .filter(|opening| opening.weekday == date.weekday())
        .filter_map(|opening| {
            let opens = date.to_datetime(opening.opens);
            let closes = match opening.closes {
                time if time == Time::midnight() => date.tomorrow().ok()?.to_datetime(time),
                time => date.to_datetime(time),
            };
            (opens < closes).then_some((opens, closes))
        })
        .collect();
    hours.sort_unstable();
    hours.dedup_by(|later, earlier| {
        let overlap = later.0 < earlier.1;
        if overlap {
            earlier.1 = earlier.1.max(later.1);
        }
        overlap
    });
    hours
}

/// The civil times between opening and closing at which a slot would start.
fn grid(opens: DateTime, closes: DateTime, length: SlotLength) -> impl Iterator<Item = DateTime> {
    opens
        .series(length.minutes().minutes())
        .take_while(move |start| *start < closes)
}

fn lasting(start: Timestamp, length: SlotLength) -> Option<Interval> {
    Some(Interval {
        start,
        end: start.checked_add(length.duration()).ok()?,
    })
}
