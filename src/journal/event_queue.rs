//! The newest events of a realm, in the order of their numbers.
//!
//! The event of an exchange has its number from the moment the exchange is recorded, and its data once the exchange
//! is redacted. Until then no later event is given out, so that events are sent in order.

use std::{collections::VecDeque, sync::Arc};

use super::event::{Event, JournalEvent};

/// Bytes of the counters of an `Arc`.
const COUNTERS: usize = 2 * size_of::<usize>();

#[derive(Default)]
pub struct EventQueue {
    /// Their numbers follow one another; the last one has the number `last`.
    places: VecDeque<Place>,
    last: u64,
    bytes: usize,
}

struct Place {
    state: State,
    weight: usize,
}

enum State {
    /// Its exchange is not redacted yet.
    Awaited,
    Known(Arc<Event>),
    /// Its exchange was dropped before it was redacted. Readers see that a number is missing.
    Lost,
}

impl EventQueue {
    /// The number of the last event, known or awaited.
    pub fn last(&self) -> u64 {
        self.last
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Bytes of memory the events hold.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds an event.
    pub fn push(&mut self, event: JournalEvent) {
        self.last += 1;
        self.add(Place::of(self.last, event));
    }

    /// Adds the place of an event that becomes known later, and returns its number.
    pub fn reserve(&mut self) -> u64 {
        self.last += 1;
        self.add(Place::empty(State::Awaited));
        self.last
    }

    /// Puts an event into the place that was reserved for it, where that is still kept.
    pub fn fill(&mut self, number: u64, event: JournalEvent) {
        self.replace(number, Place::of(number, event));
    }

    /// The event of this number never becomes known.
    pub fn lose(&mut self, number: u64) {
        self.replace(number, Place::empty(State::Lost));
    }

    /// The events after the one of this number, up to the first that is not known yet.
    pub fn after(&self, number: u64) -> Vec<Arc<Event>> {
        let from = usize::try_from((number + 1).saturating_sub(self.first())).unwrap_or(usize::MAX);
        let mut events = Vec::new();
        for place in self.places.iter().skip(from) {
            match &place.state {
                State::Awaited => break,
                State::Known(event) => events.push(event.clone()),
                State::Lost => {}
            }
        }
        events
    }

    pub fn drop_oldest(&mut self) {
        if let Some(place) = self.places.pop_front() {
            self.bytes -= place.weight;
        }
    }

    /// The number of the oldest event that is kept.
    fn first(&self) -> u64 {
        let kept = u64::try_from(self.places.len()).unwrap_or(u64::MAX);
        (self.last + 1).saturating_sub(kept)
    }

    fn add(&mut self, place: Place) {
        self.bytes += place.weight;
        self.places.push_back(place);
    }

    /// Only a place that is awaited is replaced.
    fn replace(&mut self, number: u64, place: Place) {
        let index = number.checked_sub(self.first());
        let index = index.and_then(|index| usize::try_from(index).ok());
        let Some(held) = index.and_then(|index| self.places.get_mut(index)) else {
            return;
        };
        if matches!(held.state, State::Awaited) {
            self.bytes = self.bytes - held.weight + place.weight;
            *held = place;
        }
    }
}

impl Place {
    fn of(number: u64, event: JournalEvent) -> Self {
        let held = COUNTERS + size_of::<Event>() + event.data.capacity();
        let mut place = Self::empty(State::Known(Arc::new(Event { number, event })));
        place.weight += held;
        place
    }

    /// A queue that grew by doubling has room for twice as many places as there are.
    fn empty(state: State) -> Self {
        let weight = 2 * size_of::<Self>();
        Self { state, weight }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(text: &str) -> JournalEvent {
        JournalEvent::new("realm", &json!(text))
    }

    fn numbers(queue: &EventQueue, after: u64) -> Vec<u64> {
        queue.after(after).iter().map(|event| event.number).collect()
    }

    #[test]
    fn events_are_told_in_order_and_wait_for_one_that_is_not_known_yet() {
        let mut queue = EventQueue::default();
        queue.push(event("first"));
        let awaited = queue.reserve();
        queue.push(event("third"));

        assert_eq!(numbers(&queue, 0), [1]);
        queue.fill(awaited, event("second"));

        assert_eq!(numbers(&queue, 0), [1, 2, 3]);
        assert_eq!(numbers(&queue, 2), [3]);
        assert_eq!(numbers(&queue, 3), [0; 0]);
        assert_eq!(queue.after(1)[0].event.data, "\"second\"");
    }

    #[test]
    fn a_lost_event_is_a_missing_number_and_cannot_come_back() {
        let mut queue = EventQueue::default();
        let awaited = queue.reserve();
        queue.push(event("second"));

        queue.lose(awaited);
        queue.fill(awaited, event("first"));

        assert_eq!(numbers(&queue, 0), [2]);
    }

    #[test]
    fn what_was_dropped_is_not_filled_and_no_byte_stays_counted() {
        let mut queue = EventQueue::default();
        let awaited = queue.reserve();
        queue.push(event("second"));

        queue.drop_oldest();
        queue.fill(awaited, event("first"));
        assert_eq!(numbers(&queue, 0), [2]);
        queue.drop_oldest();
        queue.drop_oldest();

        assert_eq!((queue.bytes(), queue.len(), queue.last()), (0, 0, 2));
    }
}
