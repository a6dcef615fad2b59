//! Bounds, order and numbers of what is recorded, redacted and dropped.

use std::time::Duration;

use http::{HeaderMap, Method, Version};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    super::{
        exchange::Ending,
        flow::FlowId,
        raw::{Head, RawRequest},
        recording::{Begun, Recording},
        redaction::Key,
    },
    *,
};
use crate::web::endpoint::TOKEN;

const HERE: RealmId = RealmId(1);
const THERE: RealmId = RealmId(2);

/// Rings of two realms that have been asked for something.
struct Journal {
    rings: Rings,
    key: Key,
}

impl Journal {
    fn with(bounds: Bounds) -> Self {
        let mut rings = Rings::with(bounds);
        for realm in [HERE, THERE] {
            rings.open(realm);
        }
        let key = Key::default();
        Self { rings, key }
    }

    /// Records a request with this query, without redacting it.
    fn record_raw(&mut self, realm: RealmId, query: &str) {
        let recording = Recording::default();
        let (id, at) = (Uuid::nil(), Timestamp::UNIX_EPOCH);
        recording.begin(Begun::new(realm, id, at, &TOKEN, "http://localhost", "/oauth/token"));
        let request = RawRequest {
            method: Method::GET,
            version: Version::HTTP_11,
            head: Head::new(Some(query), &HeaderMap::new()),
        };
        let raw = RawExchange::new(recording, request, None, Ending::Answered, Duration::ZERO);
        let raw = raw.expect("it has begun");
        let weight = raw.weight();
        self.rings
            .record(realm, Arc::new(Unredacted::new(raw)), weight, Vec::new());
    }

    /// Records a request with this query, and redacts it.
    fn record(&mut self, realm: RealmId, query: &str) -> Arc<Exchange> {
        self.record_raw(realm, query);
        self.redact(realm);
        self.ring(realm).exchanges().next_back().expect("it is kept").clone()
    }

    fn redact(&mut self, realm: RealmId) {
        for pending in self.ring(realm).take_pending(usize::MAX) {
            let exchange = pending.1.redact(&self.key);
            self.rings.redacted(realm, &pending, exchange);
        }
    }

    fn ring(&self, realm: RealmId) -> &Ring {
        self.rings.of(realm).expect("the realm is there")
    }

    fn sequences(&self, realm: RealmId) -> Vec<u64> {
        let ring = self.rings.of(realm).into_iter();
        ring.flat_map(Ring::exchanges)
            .map(|exchange| exchange.sequence)
            .collect()
    }

    fn events(&self, realm: RealmId) -> Vec<u64> {
        let events = self.ring(realm).events_after(0);
        events.iter().map(|event| event.number).collect()
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

fn open_value(length: usize) -> String {
    format!("a={}", "b".repeat(length))
}

#[test]
fn one_exchange_too_many_drops_the_first() {
    let mut journal = Journal::with(bounds(3, usize::MAX, usize::MAX));

    for _ in 0..4 {
        journal.record(HERE, "a=b");
    }

    assert_eq!(journal.sequences(HERE), [2, 3, 4]);
    assert_eq!(journal.ring(HERE).dropped, 1);
}

#[test]
fn a_large_exchange_drops_as_many_as_it_takes() {
    let mut journal = Journal::with(bounds(100, 20_000, usize::MAX));
    for _ in 0..5 {
        journal.record(HERE, &open_value(1000));
    }

    journal.record(HERE, &open_value(16_000));

    assert_eq!(journal.sequences(HERE), [5, 6]);
    assert!(journal.rings.bytes() <= 20_000 + 5_000, "{}", journal.rings.bytes());
}

#[test]
fn raw_exchanges_are_within_the_same_bounds() {
    let mut journal = Journal::with(bounds(100, 20_000, usize::MAX));
    for _ in 0..20 {
        journal.record_raw(HERE, &open_value(4000));
    }

    let held = journal.ring(HERE).bytes() - journal.ring(HERE).bytes_of_events();
    assert!((12_000..=20_000).contains(&held), "{held}");
    journal.redact(HERE);

    assert_eq!(journal.sequences(HERE).last(), Some(&20));
    let held = journal.ring(HERE).bytes() - journal.ring(HERE).bytes_of_events();
    assert!((12_000..=20_000).contains(&held), "{held}");
}

#[test]
fn raw_exchanges_of_all_realms_are_within_the_bound_of_all() {
    let mut journal = Journal::with(bounds(100, usize::MAX, 40_000));
    for _ in 0..10 {
        for realm in [HERE, THERE] {
            journal.record_raw(realm, &open_value(4000));
        }
    }

    assert!(journal.rings.bytes() <= 40_000, "{}", journal.rings.bytes());
    let pending = journal.ring(HERE).pending() + journal.ring(THERE).pending();
    assert!((4..10).contains(&pending), "{pending}");
}

#[test]
fn what_is_allocated_is_counted_and_no_byte_stays_counted() {
    let mut journal = Journal::with(Bounds::default());
    journal.record_raw(HERE, &open_value(10_000));
    let raw = journal.rings.bytes();
    journal.redact(HERE);
    let redacted = journal.rings.bytes();

    assert!(raw >= 10_000 && redacted >= 10_000, "{raw} {redacted}");
    journal.record_raw(HERE, &open_value(10_000));
    journal.rings.clear(HERE);
    assert_eq!(journal.rings.bytes(), journal.ring(HERE).bytes_of_events());
    journal.rings.forget(HERE);
    assert_eq!(journal.rings.bytes(), 0);
}

#[test]
fn the_realm_that_has_been_silent_longest_makes_room_for_all() {
    let mut journal = Journal::with(bounds(100, usize::MAX, 20_000));
    journal.record(HERE, &open_value(4000));
    journal.record(HERE, &open_value(4000));
    journal.record(THERE, &open_value(4000));

    journal.record(THERE, &open_value(4000));

    assert_eq!(journal.sequences(HERE), [2]);
    assert_eq!(journal.sequences(THERE), [1, 2]);
    assert!(journal.rings.bytes() <= 20_000, "{}", journal.rings.bytes());
}

#[test]
fn what_is_dropped_takes_its_ties_along() {
    let mut journal = Journal::with(bounds(2, usize::MAX, usize::MAX));

    journal.record(HERE, "code=one&token=two");
    let second = journal.record(HERE, "token=two");
    journal.record(HERE, "a=b");
    let fourth = journal.record(HERE, "code=one");

    assert_eq!(second.flow, Some(FlowId(1)));
    assert_eq!(fourth.flow, Some(FlowId(2)), "nobody remembers the first tie");
    journal.rings.clear(HERE);
    assert!(journal.ring(HERE).flows().is_empty());
}

#[test]
fn two_flows_that_meet_stay_two() {
    let mut journal = Journal::with(Bounds::default());
    journal.record(HERE, "code=one");
    journal.record(HERE, "code=two");

    let meeting = journal.record(HERE, "token=one&code=two");

    assert_eq!(meeting.flow, Some(FlowId(2)), "the deciding tie comes first");
    assert_eq!(journal.record(HERE, "code=one").flow, Some(FlowId(1)));
}

#[test]
fn numbers_go_on_after_clearing_and_realms_count_for_themselves() {
    let mut journal = Journal::with(Bounds::default());
    journal.record(HERE, "a=b");
    journal.rings.clear(HERE);

    assert_eq!(journal.record(HERE, "a=b").sequence, 2);
    assert_eq!(journal.record(THERE, "a=b").sequence, 1);
    journal.rings.forget(HERE);
    assert_eq!(journal.sequences(HERE), [0; 0]);
    assert_eq!(journal.sequences(THERE), [1]);
}

#[test]
fn an_exchange_that_was_dropped_while_it_was_redacted_stays_dropped() {
    let mut journal = Journal::with(bounds(2, usize::MAX, usize::MAX));
    journal.record_raw(HERE, "code=one");
    journal.record_raw(HERE, "code=two");
    let taken = journal.ring(HERE).take_pending(2);
    journal.record_raw(HERE, "code=three");

    for pending in &taken {
        let exchange = pending.1.redact(&journal.key);
        journal.rings.redacted(HERE, pending, exchange);
    }

    assert_eq!(journal.sequences(HERE), [2]);
    assert_eq!(
        journal.events(HERE),
        [2],
        "the first is lost, the third is not known yet"
    );
    journal.redact(HERE);
    assert_eq!(
        (journal.sequences(HERE), journal.events(HERE)),
        (vec![2, 3], vec![2, 3])
    );
    journal.rings.clear(HERE);
    assert!(journal.ring(HERE).flows().is_empty());
}

#[test]
fn an_exchange_that_was_cleared_or_forgotten_while_it_was_redacted_does_not_come_back() {
    for forget in [false, true] {
        let mut journal = Journal::with(Bounds::default());
        journal.record_raw(HERE, "code=one");
        let taken = journal.ring(HERE).take_pending(1);
        if forget {
            journal.rings.forget(HERE);
            journal.rings.open(HERE);
            journal.record_raw(HERE, "a=another"); // with the same number
        } else {
            journal.rings.clear(HERE);
        }
        let (bytes, pending) = (journal.rings.bytes(), journal.ring(HERE).pending());

        let exchange = taken[0].1.redact(&journal.key);
        journal.rings.redacted(HERE, &taken[0], exchange);

        assert_eq!(journal.sequences(HERE), [0; 0], "{forget}");
        assert_eq!((journal.rings.bytes(), journal.ring(HERE).pending()), (bytes, pending));
        assert!(journal.ring(HERE).flows().is_empty());
    }
}

#[test]
fn of_events_the_newest_are_kept_and_their_numbers_tell_what_is_missing() {
    let mut journal = Journal::with(bounds(1, usize::MAX, usize::MAX));
    for _ in 0..5 {
        journal
            .rings
            .tell(HERE, JournalEvent::new("realm", &serde_json::json!({})));
    }

    assert_eq!(journal.events(HERE), [3, 4, 5]);
    assert_eq!(journal.ring(HERE).events_after(4).len(), 1);
    assert_eq!(*journal.ring(HERE).listen().borrow(), 5);
}

#[test]
fn events_have_a_bound_of_bytes_too() {
    let heavy = || JournalEvent::new("realm", &serde_json::json!({"text": "a".repeat(1000)}));
    let mut journal = Journal::with(Bounds {
        events: usize::MAX,
        ..bounds(100, 20_000, 30_000)
    });
    for _ in 0..4 {
        journal.record(HERE, &open_value(1000));
    }

    for _ in 0..100 {
        journal.rings.tell(HERE, heavy());
    }

    let ring = journal.ring(HERE);
    assert!(ring.bytes_of_events() <= 5_000, "{}", ring.bytes_of_events());
    assert!(!ring.events_after(103).is_empty() && ring.events_after(0).len() < 6);
    assert_eq!(ring.exchanges().count(), 4, "events take no room of exchanges");
    for _ in 0..100 {
        journal.rings.tell(THERE, heavy());
    }
    assert!(journal.rings.bytes() <= 30_000, "{}", journal.rings.bytes());
    journal.rings.forget(HERE);
    journal.rings.forget(THERE);
    assert_eq!(journal.rings.bytes(), 0);
}

#[test]
fn what_is_said_of_a_realm_that_is_gone_makes_no_ring() {
    let mut journal = Journal::with(Bounds::default());
    journal.rings.forget(HERE);

    journal.record_raw(HERE, "a=b");
    journal
        .rings
        .tell(HERE, JournalEvent::new("realm", &serde_json::json!({})));

    assert!(journal.rings.of(HERE).is_none());
    assert_eq!(journal.rings.bytes(), 0);
}
