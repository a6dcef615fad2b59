//! A bounded pool that is shared fairly: permits for work that is scarce, given in turn to those who wait.
//!
//! A semaphore is first come, first served, so one realm with a thousand requests would make every other realm wait for
//! all of them. Here each key (a realm) has a queue of its own, of bounded length, and a permit that becomes free goes
//! to the first in the queue of the next key.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::Arc,
};

use parking_lot::Mutex;
use tokio::sync::oneshot;

/// The pool. Cheap to clone.
#[derive(Debug)]
pub struct FairPermits<K: Hash + Eq> {
    shared: Arc<Shared<K>>,
}

#[derive(Debug)]
struct Shared<K: Hash + Eq> {
    longest_queue: usize,
    state: Mutex<State<K>>,
}

#[derive(Debug)]
struct State<K: Hash + Eq> {
    free: usize,
    /// Each key with a queue, in the order of their turns.
    turns: VecDeque<K>,
    queues: HashMap<K, VecDeque<oneshot::Sender<Permit<K>>>>,
}

/// A place in the pool; dropping it gives it to the next who waits.
#[derive(Debug)]
pub struct Permit<K: Hash + Eq> {
    /// Empty once the place has been passed on.
    pool: Option<Arc<Shared<K>>>,
}

/// The queue of a key is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many requests are waiting for the same scarce work; try again shortly")]
pub struct Exhausted;

impl<K: Clone + Hash + Eq> FairPermits<K> {
    /// A pool of `permits`, of which at least one exists; `longest_queue` may wait for one key.
    pub fn new(permits: usize, longest_queue: usize) -> Self {
        let state = State {
            free: permits.max(1),
            turns: VecDeque::new(),
            queues: HashMap::new(),
        };
        Self {
            shared: Arc::new(Shared {
                longest_queue,
                state: Mutex::new(state),
            }),
        }
    }

    /// Waits for a permit. Whoever stops waiting gives up the place in the queue.
    ///
    /// # Errors
    /// When too many wait for the same key already.
    pub async fn acquire(&self, key: K) -> Result<Permit<K>, Exhausted> {
        let receiver = {
            let mut state = self.shared.state.lock();
            if state.free > 0 {
                state.free -= 1;
                return Ok(self.shared.permit());
            }
            let state = &mut *state;
            let queue = state.queues.entry(key).or_insert_with_key(|key| {
                state.turns.push_back(key.clone());
                VecDeque::new()
            });
            queue.retain(|waiting| !waiting.is_closed());
            if queue.len() >= self.shared.longest_queue {
                return Err(Exhausted);
            }
            let (sender, receiver) = oneshot::channel();
            queue.push_back(sender);
            receiver
        };
        receiver.await.map_err(|_| Exhausted)
    }
}

impl<K: Hash + Eq> Clone for FairPermits<K> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<K: Hash + Eq> Shared<K> {
    fn permit(self: &Arc<Self>) -> Permit<K> {
        Permit {
            pool: Some(self.clone()),
        }
    }
}

impl<K: Hash + Eq> State<K> {
    /// The first who waits for the key whose turn it is; its key goes to the end.
    fn next(&mut self) -> Option<oneshot::Sender<Permit<K>>> {
        while let Some(key) = self.turns.pop_front() {
            let queue = self.queues.get_mut(&key)?;
            let next = queue.pop_front();
            if queue.is_empty() {
                self.queues.remove(&key);
            } else {
                self.turns.push_back(key);
            }
            if next.is_some() {
                return next;
            }
        }
        None
    }
}

impl<K: Hash + Eq> Drop for Permit<K> {
    fn drop(&mut self) {
        let Some(pool) = self.pool.take() else { return };
        loop {
            let next = {
                let mut state = pool.state.lock();
                let next = state.next();
                if next.is_none() {
                    state.free += 1;
                }
                next
            };
            let Some(next) = next else { return };
            match next.send(pool.permit()) {
                Ok(()) => return,
                // That one hung up: the permit comes back, and must not look for the next one by itself, which would
                // recurse.
                Err(mut permit) => permit.pool = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn keys_take_turns_and_within_a_key_the_first_comes_first() {
        let pool = FairPermits::new(1, 10);
        let held = pool.acquire("a").await.unwrap();
        let mut waiting: Vec<_> = ["a", "a", "a", "b", "c"]
            .into_iter()
            .enumerate()
            .map(|(number, key)| {
                let mut waiting = Box::pin(pool.acquire(key));
                assert!(waiting.as_mut().now_or_never().is_none());
                (number, waiting)
            })
            .collect();

        let mut order = Vec::new();
        drop(held);
        while !waiting.is_empty() {
            let ready = waiting.iter_mut().position(|(_, waiting)| {
                let permit = waiting.as_mut().now_or_never();
                permit.is_some() // and dropped, so that the next one may go on
            });
            order.push(waiting.remove(ready.expect("somebody's turn")).0);
        }

        assert_eq!(order, [0, 3, 4, 1, 2]);
    }

    #[tokio::test]
    async fn a_queue_is_bounded_and_others_still_get_in() {
        let pool = FairPermits::new(1, 2);
        let _held = pool.acquire("a").await.unwrap();
        let mut first = Box::pin(pool.acquire("a"));
        let mut second = Box::pin(pool.acquire("a"));
        assert!(first.as_mut().now_or_never().is_none() && second.as_mut().now_or_never().is_none());

        assert_eq!(pool.acquire("a").await.err(), Some(Exhausted));
        assert!(pool.acquire("b").now_or_never().is_none(), "another key may wait");

        drop(first);
        assert!(pool.acquire("a").now_or_never().is_none(), "who hung up left the queue");
    }

    #[tokio::test]
    async fn ten_thousand_that_hung_up_neither_lose_the_permit_nor_the_stack() {
        let pool = FairPermits::new(1, 20_000);
        let held = pool.acquire(0).await.unwrap();
        let mut waiting: Vec<_> = (0..10_000).map(|key| Box::pin(pool.acquire(key))).collect();
        for one in &mut waiting {
            assert!(one.as_mut().now_or_never().is_none());
        }
        drop(waiting);

        drop(held);

        assert!(pool.acquire(0).now_or_never().is_some());
        assert!(pool.shared.state.lock().queues.is_empty());
    }
}
