//! The rings: the newest exchanges of each realm, within bounds. What is older falls out.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use tokio::sync::watch;

use super::{
    event::{Event, Happening},
    exchange::Exchange,
    flow::{FlowId, Flows},
    recording::Parties,
};
use crate::model::RealmId;

/// How much is kept (design §10).
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Exchanges of a realm.
    pub exchanges: usize,
    /// Bytes of a realm, exchanges and events.
    pub bytes: usize,
    /// Bytes of all realms together.
    pub bytes_of_all: usize,
    /// Events of a realm.
    pub events: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            exchanges: 500,
            bytes: 2 * 1024 * 1024,
            bytes_of_all: 64 * 1024 * 1024,
            events: 1000,
        }
    }
}

/// Which part of the bytes of a realm's exchanges its events may have beside them.
const PART_OF_EVENTS: usize = 4;

/// The rings of all realms.
#[derive(Default)]
pub struct Rings {
    bounds: Bounds,
    of_realm: HashMap<RealmId, Ring>,
    bytes: usize,
    /// Counts what was recorded, to know which realm has been silent longest.
    turn: u64,
}

/// What is kept of one realm.
pub struct Ring {
    exchanges: VecDeque<(Arc<Exchange>, usize)>,
    /// Of exchanges and events.
    bytes: usize,
    bytes_of_events: usize,
    pub flows: Flows,
    /// How many requests have begun.
    begun: u64,
    /// How many exchanges were recorded.
    recorded: u64,
    /// How many of them have fallen out or were cleared away.
    pub dropped: u64,
    events: VecDeque<(Arc<Event>, usize)>,
    last_event: u64,
    /// Rings with every event.
    notify: watch::Sender<u64>,
    turn: u64,
}

impl Default for Ring {
    fn default() -> Self {
        Self {
            exchanges: VecDeque::new(),
            bytes: 0,
            bytes_of_events: 0,
            flows: Flows::default(),
            begun: 0,
            recorded: 0,
            dropped: 0,
            events: VecDeque::new(),
            last_event: 0,
            notify: watch::Sender::new(0),
            turn: 0,
        }
    }
}

impl Rings {
    #[cfg(test)]
    pub fn with(bounds: Bounds) -> Self {
        Self {
            bounds,
            ..Self::default()
        }
    }

    pub fn of(&self, realm: RealmId) -> Option<&Ring> {
        self.of_realm.get(&realm)
    }

    /// Makes the ring of a realm that is asked for something. Nothing else makes one: what is still said of a realm that was
    /// forgotten finds none, and is not kept.
    pub fn open(&mut self, realm: RealmId) -> &mut Ring {
        self.of_realm.entry(realm).or_default()
    }

    /// The number of a request that begins.
    pub fn begin(&mut self, realm: RealmId) -> u64 {
        let ring = self.open(realm);
        ring.begun += 1;
        ring.begun
    }

    /// Records an exchange and drops what no longer fits; `None` where the realm is gone.
    pub fn record(&mut self, realm: RealmId, mut exchange: Exchange) -> Option<Arc<Exchange>> {
        let bounds = self.bounds;
        let ring = self.of_realm.get_mut(&realm)?;
        self.turn += 1;
        ring.turn = self.turn;
        ring.recorded += 1;
        exchange.sequence = ring.recorded;
        ring.flows.admit(&mut exchange);
        let weight = exchange.weight();
        let exchange = Arc::new(exchange);
        ring.exchanges.push_back((exchange.clone(), weight));
        ring.bytes += weight;
        let freed = ring.fit(bounds);
        self.weigh(weight, freed);
        Some(exchange)
    }

    /// Takes note of what has come and gone, and makes room where all realms together have too much.
    fn weigh(&mut self, come: usize, gone: usize) {
        self.bytes = (self.bytes + come).saturating_sub(gone);
        while self.bytes > self.bounds.bytes_of_all && self.drop_of_most_silent() {}
    }

    /// The realm that has been silent longest gives what it has oldest.
    fn drop_of_most_silent(&mut self) -> bool {
        let silent = self.of_realm.values_mut().filter(|ring| ring.bytes > 0);
        let Some(ring) = silent.min_by_key(|ring| ring.turn) else {
            return false;
        };
        self.bytes = self.bytes.saturating_sub(ring.make_room());
        true
    }

    /// Tells those who listen.
    pub fn tell(&mut self, realm: RealmId, happening: Happening) {
        let bounds = self.bounds;
        let Some(ring) = self.of_realm.get_mut(&realm) else {
            return;
        };
        let weight = ring.tell(happening);
        let freed = ring.fit(bounds);
        self.weigh(weight, freed);
    }

    /// Empties a realm's ring. Numbers go on, so that nobody waits for one that was given already.
    pub fn clear(&mut self, realm: RealmId) {
        if let Some(ring) = self.of_realm.get_mut(&realm) {
            let mut freed = 0;
            while !ring.exchanges.is_empty() {
                freed += ring.drop_oldest();
            }
            self.bytes = self.bytes.saturating_sub(freed);
        }
    }

    /// Forgets a realm that is gone.
    pub fn forget(&mut self, realm: RealmId) {
        if let Some(ring) = self.of_realm.remove(&realm) {
            self.bytes = self.bytes.saturating_sub(ring.bytes);
        }
    }

    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Ring {
    /// From the oldest to the newest.
    pub fn exchanges(&self) -> impl DoubleEndedIterator<Item = &Arc<Exchange>> {
        self.exchanges.iter().map(|(exchange, _)| exchange)
    }

    /// Who takes part in an exchange: as it says itself, else as its flow has learnt since.
    pub fn parties(&self, exchange: &Exchange) -> Parties {
        let of_flow = exchange.flow.and_then(|flow: FlowId| self.flows.parties(flow));
        of_flow.map_or_else(|| exchange.parties.clone(), |parties| exchange.parties.or(parties))
    }

    /// The events after the one of this number.
    pub fn events_after(&self, number: u64) -> Vec<Arc<Event>> {
        self.events
            .iter()
            .map(|(event, _)| event)
            .filter(|event| event.number > number)
            .cloned()
            .collect()
    }

    pub fn last_event(&self) -> u64 {
        self.last_event
    }

    pub fn listen(&self) -> watch::Receiver<u64> {
        self.notify.subscribe()
    }

    /// Keeps the event, and returns what it weighs.
    fn tell(&mut self, happening: Happening) -> usize {
        self.last_event += 1;
        let number = self.last_event;
        let weight = happening.weight();
        self.events.push_back((Arc::new(Event { number, happening }), weight));
        self.bytes += weight;
        self.bytes_of_events += weight;
        self.notify.send_replace(number);
        weight
    }

    /// Drops what is beyond the bounds, and returns the bytes that frees.
    fn fit(&mut self, bounds: Bounds) -> usize {
        let mut freed = 0;
        while self.exchanges.len() > bounds.exchanges {
            freed += self.drop_oldest();
        }
        while self.events.len() > bounds.events {
            freed += self.drop_oldest_event();
        }
        while self.bytes.saturating_sub(self.bytes_of_events) > bounds.bytes {
            freed += self.drop_oldest();
        }
        while self.bytes_of_events > bounds.bytes / PART_OF_EVENTS {
            freed += self.drop_oldest_event();
        }
        freed
    }

    /// Gives up an exchange, or an event where there is none.
    fn make_room(&mut self) -> usize {
        if self.exchanges.is_empty() {
            self.drop_oldest_event()
        } else {
            self.drop_oldest()
        }
    }

    fn drop_oldest_event(&mut self) -> usize {
        let Some((_, weight)) = self.events.pop_front() else {
            return 0;
        };
        self.bytes = self.bytes.saturating_sub(weight);
        self.bytes_of_events = self.bytes_of_events.saturating_sub(weight);
        weight
    }

    /// Frees the bytes it returns.
    fn drop_oldest(&mut self) -> usize {
        let Some((exchange, weight)) = self.exchanges.pop_front() else {
            return 0;
        };
        self.flows.dismiss(&exchange);
        self.bytes = self.bytes.saturating_sub(weight);
        self.dropped += 1;
        weight
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::super::exchange::{Body, Ending, Request};
    use super::*;

    const HERE: RealmId = RealmId(1);
    const THERE: RealmId = RealmId(2);

    fn exchange(ties: &[u64], bytes: usize) -> Exchange {
        Exchange {
            id: String::new(),
            sequence: 0,
            started_at: Timestamp::UNIX_EPOCH,
            duration: Duration::ZERO,
            request: Request {
                method: "GET".to_owned(),
                path: "a".repeat(bytes),
                query: None,
                version: "HTTP/1.1",
                headers: Vec::new(),
                body: Body::default(),
            },
            response: None,
            ending: Ending::Answered,
            refusal: None,
            faults: crate::model::FaultMarks::default(),
            parties: Parties::default(),
            jwts: Vec::new(),
            flow: None,
            ties: ties.to_vec(),
        }
    }

    fn bounds(exchanges: usize, bytes: usize, bytes_of_all: usize) -> Bounds {
        Bounds {
            exchanges,
            bytes,
            bytes_of_all,
            events: 3,
        }
    }

    fn sequences(rings: &Rings, realm: RealmId) -> Vec<u64> {
        let ring = rings.of(realm).into_iter();
        ring.flat_map(Ring::exchanges)
            .map(|exchange| exchange.sequence)
            .collect()
    }

    /// Rings of two realms that have been asked for something.
    fn opened(bounds: Bounds) -> Rings {
        let mut rings = Rings::with(bounds);
        for realm in [HERE, THERE] {
            rings.begin(realm);
        }
        rings
    }

    fn recorded(rings: &mut Rings, realm: RealmId, exchange: Exchange) -> Arc<Exchange> {
        rings.record(realm, exchange).expect("the realm is there")
    }

    #[test]
    fn the_one_too_many_drops_the_first() {
        let mut rings = opened(bounds(3, usize::MAX, usize::MAX));

        for _ in 0..4 {
            rings.record(HERE, exchange(&[], 0));
        }

        assert_eq!(sequences(&rings, HERE), [2, 3, 4]);
        assert_eq!(rings.of(HERE).unwrap().dropped, 1);
    }

    #[test]
    fn the_heavy_one_drops_as_many_as_it_takes() {
        let mut rings = opened(bounds(100, 20_000, usize::MAX));
        for _ in 0..5 {
            rings.record(HERE, exchange(&[], 1000));
        }

        rings.record(HERE, exchange(&[], 16_000));

        assert_eq!(sequences(&rings, HERE), [5, 6]);
        assert!(rings.bytes() <= 20_000, "{}", rings.bytes());
    }

    #[test]
    fn the_realm_that_has_been_silent_longest_makes_room_for_all() {
        let mut rings = opened(bounds(100, usize::MAX, 10_000));
        rings.record(HERE, exchange(&[], 2000));
        rings.record(HERE, exchange(&[], 2000));
        rings.record(THERE, exchange(&[], 2000));

        rings.record(THERE, exchange(&[], 2000));

        assert_eq!(sequences(&rings, HERE), [2]);
        assert_eq!(sequences(&rings, THERE), [1, 2]);
        assert!(rings.bytes() <= 10_000, "{}", rings.bytes());
    }

    #[test]
    fn what_falls_out_takes_its_ties_along() {
        let mut rings = opened(bounds(2, usize::MAX, usize::MAX));

        rings.record(HERE, exchange(&[1, 2], 0));
        let second = recorded(&mut rings, HERE, exchange(&[2], 0));
        rings.record(HERE, exchange(&[], 0));
        let fourth = recorded(&mut rings, HERE, exchange(&[1], 0));

        assert_eq!(second.flow, Some(FlowId(1)));
        assert_eq!(fourth.flow, Some(FlowId(2)), "nobody remembers the first tie");
        rings.clear(HERE);
        assert!(rings.of(HERE).unwrap().flows.is_empty());
        assert_eq!(rings.bytes(), 0);
    }

    #[test]
    fn two_flows_that_meet_stay_two() {
        let mut rings = opened(Bounds::default());
        rings.record(HERE, exchange(&[1], 0));
        rings.record(HERE, exchange(&[2], 0));

        let meeting = recorded(&mut rings, HERE, exchange(&[2, 1], 0));

        assert_eq!(meeting.flow, Some(FlowId(2)), "the deciding tie comes first");
        assert_eq!(recorded(&mut rings, HERE, exchange(&[1], 0)).flow, Some(FlowId(1)));
    }

    #[test]
    fn numbers_go_on_after_clearing_and_realms_count_for_themselves() {
        let mut rings = opened(Bounds::default());
        rings.record(HERE, exchange(&[], 0));
        rings.clear(HERE);

        assert_eq!(recorded(&mut rings, HERE, exchange(&[], 0)).sequence, 2);
        assert_eq!(recorded(&mut rings, THERE, exchange(&[], 0)).sequence, 1);
        rings.forget(HERE);
        assert_eq!(sequences(&rings, HERE), [0; 0]);
        assert_eq!(sequences(&rings, THERE), [1]);
    }

    #[test]
    fn of_events_the_newest_are_kept_and_their_numbers_tell_what_is_missing() {
        let mut rings = opened(bounds(1, usize::MAX, usize::MAX));
        for _ in 0..5 {
            rings.tell(HERE, Happening::new("realm", serde_json::json!({})));
        }

        let numbers: Vec<u64> = rings
            .of(HERE)
            .unwrap()
            .events_after(0)
            .iter()
            .map(|event| event.number)
            .collect();

        assert_eq!(numbers, [3, 4, 5]);
        assert_eq!(rings.of(HERE).unwrap().events_after(4).len(), 1);
        assert_eq!(*rings.of(HERE).unwrap().listen().borrow(), 5);
    }

    #[test]
    fn events_weigh_as_well() {
        let heavy = || Happening::new("realm", serde_json::json!({"text": "a".repeat(1000)}));
        let mut rings = opened(Bounds {
            events: usize::MAX,
            ..bounds(100, 20_000, 30_000)
        });
        for _ in 0..4 {
            recorded(&mut rings, HERE, exchange(&[], 1000));
        }

        for _ in 0..100 {
            rings.tell(HERE, heavy());
        }

        let ring = rings.of(HERE).unwrap();
        assert!(ring.bytes_of_events <= 5_000, "{}", ring.bytes_of_events);
        assert!(!ring.events_after(99).is_empty() && ring.events_after(0).len() < 5);
        assert_eq!(ring.exchanges().count(), 4, "events take no room of exchanges");
        for _ in 0..100 {
            rings.tell(THERE, heavy());
        }
        assert!(rings.bytes() <= 30_000, "{}", rings.bytes());
        rings.forget(HERE);
        rings.forget(THERE);
        assert_eq!(rings.bytes(), 0);
    }

    #[test]
    fn what_is_said_of_a_realm_that_is_gone_makes_no_ring() {
        let mut rings = opened(Bounds::default());
        rings.forget(HERE);

        assert!(rings.record(HERE, exchange(&[], 0)).is_none());
        rings.tell(HERE, Happening::new("realm", serde_json::json!({})));

        assert!(rings.of(HERE).is_none());
        assert_eq!(rings.bytes(), 0);
    }
}
