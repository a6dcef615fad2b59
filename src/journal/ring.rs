//! The newest exchanges and events of one realm.
//!
//! Exchanges are put in as they passed and redacted later, in their order: those that are not redacted yet are the
//! newest ones.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::watch;

use super::{
    bounds::Bounds,
    event::{Event, JournalEvent},
    event_queue::EventQueue,
    exchange::Exchange,
    flows::Flows,
    raw::RawExchange,
    recording::Parties,
    unredacted::Unredacted,
};

/// From how many exchanges on that are not redacted yet a ring is crowded.
const CROWDED: usize = 32;

/// An exchange that is not redacted yet, and its number.
pub(super) type Pending = (u64, Arc<Unredacted<RawExchange>>);

pub struct Ring {
    /// Their sequences follow one another.
    exchanges: VecDeque<Place>,
    /// How many of the exchanges, the newest ones, are not redacted yet.
    pending: usize,
    bytes_of_exchanges: usize,
    flows: Flows,
    events: EventQueue,
    /// How many requests have begun.
    begun: u64,
    /// How many exchanges were recorded.
    recorded: u64,
    /// How many of them were dropped or cleared.
    pub dropped: u64,
    /// Sends the number of each event, when it is given.
    notify: watch::Sender<u64>,
    /// Held by whoever redacts, so that nothing is redacted twice.
    redacting: Arc<Mutex<()>>,
    /// When something was recorded last, in the order of all realms.
    pub(super) turn: u64,
}

struct Place {
    sequence: u64,
    /// The number of its event.
    event: u64,
    weight: usize,
    state: State,
}

enum State {
    Raw(Arc<Unredacted<RawExchange>>),
    Redacted(Arc<Exchange>),
}

impl Default for Ring {
    fn default() -> Self {
        Self {
            exchanges: VecDeque::new(),
            pending: 0,
            bytes_of_exchanges: 0,
            flows: Flows::default(),
            events: EventQueue::default(),
            begun: 0,
            recorded: 0,
            dropped: 0,
            notify: watch::Sender::new(0),
            redacting: Arc::default(),
            turn: 0,
        }
    }
}

impl Ring {
    /// The redacted exchanges, from the oldest to the newest.
    pub fn exchanges(&self) -> impl DoubleEndedIterator<Item = &Arc<Exchange>> {
        self.exchanges.iter().filter_map(|place| match &place.state {
            State::Redacted(exchange) => Some(exchange),
            State::Raw(_) => None,
        })
    }

    /// Who takes part in an exchange: as it says itself, else as its flow has learnt since.
    pub fn parties(&self, exchange: &Exchange) -> Parties {
        let of_flow = exchange.flow.and_then(|flow| self.flows.parties(flow));
        of_flow.map_or_else(|| exchange.parties.clone(), |parties| exchange.parties.or(parties))
    }

    /// The events after the one of this number, up to the first whose exchange is not redacted yet.
    pub fn events_after(&self, number: u64) -> Vec<Arc<Event>> {
        self.events.after(number)
    }

    pub fn last_event(&self) -> u64 {
        self.events.last()
    }

    pub fn listen(&self) -> watch::Receiver<u64> {
        self.notify.subscribe()
    }

    /// Whether somebody listens and more is recorded than is redacted. Then whoever records redacts as well, so that
    /// no event is lost.
    pub(super) fn is_crowded(&self) -> bool {
        self.pending > CROWDED && self.notify.receiver_count() > 0
    }

    /// Bytes of memory that exchanges and events hold.
    pub fn bytes(&self) -> usize {
        self.bytes_of_exchanges + self.events.bytes()
    }

    /// The number of a request that begins.
    pub(super) fn begin(&mut self) -> u64 {
        self.begun += 1;
        self.begun
    }

    /// The number of the exchange that was recorded last.
    pub(super) fn recorded(&self) -> u64 {
        self.recorded
    }

    /// Takes in an exchange as it passed. Its number, and that of its event, are given now.
    pub(super) fn record(&mut self, raw: Arc<Unredacted<RawExchange>>, weight: usize) {
        self.recorded += 1;
        let weight = weight + WEIGHT_OF_A_PLACE;
        self.exchanges.push_back(Place {
            sequence: self.recorded,
            event: self.events.reserve(),
            weight,
            state: State::Raw(raw),
        });
        self.pending += 1;
        self.bytes_of_exchanges += weight;
        self.notify.send_replace(self.events.last());
    }

    /// Tells those who listen.
    pub(super) fn tell(&mut self, event: JournalEvent) {
        self.events.push(event);
        self.notify.send_replace(self.events.last());
    }

    /// What whoever redacts holds meanwhile.
    pub(super) fn redacting(&self) -> Arc<Mutex<()>> {
        self.redacting.clone()
    }

    /// How many exchanges are not redacted yet.
    pub(super) fn pending(&self) -> usize {
        self.pending
    }

    /// The sequence of the oldest exchange that is not redacted yet.
    pub(super) fn first_pending(&self) -> Option<u64> {
        let first = self.exchanges.len() - self.pending;
        self.exchanges.get(first).map(|place| place.sequence)
    }

    /// The oldest exchanges that are not redacted yet, at most this many.
    pub(super) fn take_pending(&self, most: usize) -> Vec<Pending> {
        let pending = self.exchanges.iter().skip(self.exchanges.len() - self.pending);
        let pending = pending.take(most).filter_map(|place| match &place.state {
            State::Raw(raw) => Some((place.sequence, raw.clone())),
            State::Redacted(_) => None,
        });
        pending.collect()
    }

    /// Puts an exchange in the place of the raw one it was made of. Where that is gone, the redacted one is dropped,
    /// too.
    pub(super) fn redacted(&mut self, (sequence, raw): &Pending, mut exchange: Exchange) {
        let Some(index) = self.index_of(*sequence, raw) else {
            return;
        };
        exchange.sequence = *sequence;
        self.flows.admit(&mut exchange);
        let weight = exchange.weight() + WEIGHT_OF_A_PLACE;
        let event = JournalEvent::exchange(&exchange);
        let Some(place) = self.exchanges.get_mut(index) else {
            return;
        };
        self.events.fill(place.event, event);
        self.bytes_of_exchanges = self.bytes_of_exchanges - place.weight + weight;
        place.weight = weight;
        place.state = State::Redacted(Arc::new(exchange));
        self.pending -= 1;
    }

    /// Where this very exchange still stands raw. After a realm was forgotten another one may have its number.
    fn index_of(&self, sequence: u64, raw: &Arc<Unredacted<RawExchange>>) -> Option<usize> {
        let first = self.exchanges.front()?.sequence;
        let index = usize::try_from(sequence.checked_sub(first)?).ok()?;
        match &self.exchanges.get(index)?.state {
            State::Raw(held) => Arc::ptr_eq(held, raw).then_some(index),
            State::Redacted(_) => None,
        }
    }

    /// Drops what is beyond the bounds.
    pub(super) fn fit(&mut self, bounds: &Bounds) {
        while self.exchanges.len() > bounds.exchanges || self.bytes_of_exchanges > bounds.bytes {
            self.drop_oldest();
        }
        while self.events.len() > bounds.events || self.events.bytes() > bounds.bytes_of_events() {
            self.events.drop_oldest();
        }
    }

    /// Drops an exchange, or an event where there is none.
    pub(super) fn make_room(&mut self) {
        if self.exchanges.is_empty() {
            self.events.drop_oldest();
        } else {
            self.drop_oldest();
        }
    }

    /// Drops all exchanges. Numbers go on, so that nobody waits for one that was given already.
    pub(super) fn clear(&mut self) {
        while !self.exchanges.is_empty() {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let Some(place) = self.exchanges.pop_front() else {
            return;
        };
        self.bytes_of_exchanges -= place.weight;
        self.dropped += 1;
        match place.state {
            State::Raw(_) => {
                self.pending -= 1;
                self.events.lose(place.event);
            }
            State::Redacted(exchange) => self.flows.dismiss(&exchange),
        }
    }

    #[cfg(test)]
    pub(super) fn flows(&self) -> &Flows {
        &self.flows
    }

    #[cfg(test)]
    pub(super) fn bytes_of_events(&self) -> usize {
        self.events.bytes()
    }
}

/// A queue that grew by doubling has room for twice as many places as there are; an `Arc` has two counters.
const WEIGHT_OF_A_PLACE: usize = 2 * size_of::<Place>() + 2 * size_of::<usize>();
