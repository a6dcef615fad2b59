//! Redacts what was recorded, in its order, outside of the lock of the rings: when somebody looks, waits or listens,
//! and from time to time when nobody does.

use tokio::task::yield_now;

use super::{Journal, ring::Ring};
use crate::model::RealmId;

/// How many exchanges are redacted at a time. Other tasks run in between.
const BATCH: usize = 8;

impl Journal {
    /// Redacts what all realms have recorded up to now. To be called every few seconds: what is redacted needs less
    /// memory, and whoever looks waits for less.
    pub async fn redact_all(&self) {
        let realms = self.rings().with_pending();
        for realm in realms {
            self.redact_recorded(realm).await;
        }
    }

    /// Returns once everything is redacted that was recorded before the call.
    pub(super) async fn redact_recorded(&self, realm: RealmId) {
        let Some(last) = self.rings().of(realm).map(Ring::recorded) else {
            return;
        };
        while self.is_pending(realm, last) {
            self.redact_batch(realm);
            yield_now().await;
        }
    }

    /// Whether an exchange up to this sequence is not redacted yet.
    fn is_pending(&self, realm: RealmId, last: u64) -> bool {
        let rings = self.rings();
        let first = rings.of(realm).and_then(Ring::first_pending);
        first.is_some_and(|first| first <= last)
    }

    pub(super) fn redact_batch(&self, realm: RealmId) {
        let Some(redacting) = self.rings().of(realm).map(Ring::redacting) else {
            return;
        };
        let _one_at_a_time = redacting.lock();
        let batch = self.rings().of(realm).map(|ring| ring.take_pending(BATCH));
        for pending in batch.unwrap_or_default() {
            let exchange = pending.1.redact(&self.0.key);
            self.rings().redacted(realm, &pending, exchange);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, time::Duration};

    use http::Request;
    use jiff::Timestamp;
    use tokio::task::JoinSet;

    use super::*;
    use crate::web::endpoint::EndpointTable;

    const HERE: RealmId = RealmId(1);

    /// Records a request with this query that nobody waits for.
    fn record(journal: &Journal, query: &str) {
        let request = Request::get(format!("/oauth/token?{query}")).body(()).unwrap();
        let endpoint = EndpointTable::new([]).find("/oauth/token");
        let exchange = journal
            .start(endpoint, &request.into_parts().0)
            .expect("it is recorded");
        exchange.begin(HERE, "http://localhost", "/oauth/token", Timestamp::UNIX_EPOCH);
    }

    #[tokio::test]
    async fn whoever_looks_sees_everything_in_its_order_and_without_its_secrets() {
        let journal = Journal::default();
        for number in 0..100 {
            record(&journal, &format!("a={number}&code=secret{number}"));
        }

        let (entries, dropped) = journal.list(HERE).await;

        let exchanges = entries.iter().map(|entry| &entry.exchange);
        let sequences: Vec<u64> = exchanges.clone().map(|exchange| exchange.sequence).collect();
        let flows: Vec<u64> = exchanges
            .clone()
            .filter_map(|exchange| Some(exchange.flow?.0))
            .collect();
        let all: Vec<u64> = (1..=100).collect();
        assert_eq!((sequences, flows, dropped), (all.clone(), all, 0));
        for (number, exchange) in exchanges.enumerate() {
            let query = exchange.request.query.as_deref().unwrap();
            assert!(query.starts_with(&format!("a={number}&code=…(")), "{query}");
            assert!(!format!("{exchange:?}").contains("secret"), "{exchange:?}");
        }
    }

    #[tokio::test]
    async fn clearing_keeps_events_and_the_numbers_of_flows() {
        let journal = Journal::default();
        journal.rings().open(HERE);
        record(&journal, "code=one");

        journal.clear(HERE).await;
        record(&journal, "code=two");

        let (entries, dropped) = journal.list(HERE).await;
        assert_eq!((entries.len(), dropped), (1, 1));
        assert_eq!(entries[0].exchange.flow.map(|flow| flow.0), Some(2));
        assert_eq!(journal.events_after(HERE, 0).await.len(), 2);
    }

    #[tokio::test]
    async fn nobody_who_listens_misses_an_event_however_many_exchanges_there_are() {
        let journal = Journal::default();
        let _listener = journal.listen(HERE);

        for _ in 0..900 {
            record(&journal, "a=b");
        }

        let events = journal.events_after(HERE, 0).await;
        let numbers: Vec<u64> = events.iter().map(|event| event.number).collect();
        assert_eq!(numbers, (1..=900).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn what_nobody_looks_at_is_redacted_by_the_way() {
        let journal = Journal::default();
        record(&journal, "code=one");
        assert_eq!(journal.rings().with_pending(), [HERE]);

        journal.redact_all().await;

        assert_eq!(journal.rings().with_pending(), []);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_who_record_look_listen_and_clear_agree_on_the_order() {
        let journal = Journal::default();
        let mut events = journal.listen(HERE);
        let mut tasks = JoinSet::new();
        for recorder in 0..4 {
            let journal = journal.clone();
            tasks.spawn(async move {
                for number in 0..100 {
                    record(&journal, &format!("code={recorder}-{number}"));
                    let (entries, _) = journal.list(HERE).await;
                    let sequences: Vec<u64> = entries.iter().map(|entry| entry.exchange.sequence).collect();
                    assert!(sequences.is_sorted());
                    if number == 50 {
                        journal.clear(HERE).await;
                    }
                }
            });
        }
        let listener = journal.clone();
        let told = tokio::spawn(async move {
            let mut numbers = Vec::new();
            while numbers.len() < 400 {
                let changed = tokio::time::timeout(Duration::from_secs(30), events.changed()).await;
                changed.expect("there is more").expect("the realm is there");
                let last = numbers.last().copied().unwrap_or(0);
                let new = listener.events_after(HERE, last).await;
                numbers.extend(new.iter().map(|event| event.number));
            }
            numbers
        });

        tasks.join_all().await;

        assert_eq!(told.await.unwrap(), (1..=400).collect::<Vec<_>>());
        let (entries, dropped) = journal.list(HERE).await;
        let flows: BTreeSet<u64> = entries
            .iter()
            .filter_map(|entry| Some(entry.exchange.flow?.0))
            .collect();
        assert_eq!(
            (entries.len() + usize::try_from(dropped).unwrap(), flows.len()),
            (400, entries.len())
        );
    }
}
