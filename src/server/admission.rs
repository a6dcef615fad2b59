//! How many of something there may be at once. What is turned away is counted, and the log says so now and then.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::monotonic;

/// How often the log says that something is turned away.
const LOGGED: Duration = Duration::from_secs(10);

/// A bound on a number, without a queue.
#[derive(Debug)]
pub struct Admission {
    permits: Arc<Semaphore>,
    most: usize,
    /// What the log says when the bound is reached.
    refused: &'static str,
    turned_away: AtomicU64,
    logged: Mutex<Option<Instant>>,
}

impl Admission {
    pub fn new(most: usize, refused: &'static str) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(most)),
            most,
            refused,
            turned_away: AtomicU64::new(0),
            logged: Mutex::new(None),
        }
    }

    /// One more, until the permit is dropped; `None` when there are as many as may be.
    pub fn admit(&self) -> Option<OwnedSemaphorePermit> {
        let permit = self.permits.clone().try_acquire_owned().ok();
        if permit.is_none() {
            self.count_refusal();
        }
        permit
    }

    pub fn nobody_is_in(&self) -> bool {
        self.permits.available_permits() == self.most
    }

    fn count_refusal(&self) {
        let turned_away = self.turned_away.fetch_add(1, Ordering::Relaxed) + 1;
        let (mut logged, now) = (self.logged.lock(), monotonic());
        if logged.is_none_or(|before| now.saturating_duration_since(before) >= LOGGED) {
            *logged = Some(now);
            tracing::warn!(turned_away, most = self.most, "{}", self.refused);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_admitted_as_may_be_and_one_more_when_one_has_left() {
        let admission = Admission::new(2, "too many");
        assert!(admission.nobody_is_in());
        let (first, second) = (admission.admit(), admission.admit());
        assert!(first.is_some() && second.is_some());
        assert!(admission.admit().is_none());

        drop(first);

        assert!(admission.admit().is_some());
        assert!(!admission.nobody_is_in());
        assert_eq!(admission.turned_away.load(Ordering::Relaxed), 1);
    }
}
