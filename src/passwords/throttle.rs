//! Slows down whoever guesses passwords.
//!
//! Every attempt costs a turn before anything is hashed; turns come back one by one, and all at once with success. It
//! protects this process and the people in it, so it runs on the machine's monotonic clock, which is passed in, and not
//! on a realm's: turning a realm's clock must not let anybody guess faster.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How many attempts are heard without waiting.
const TURNS: u32 = 10;
/// How long it takes until another attempt is heard.
const INTERVAL: Duration = Duration::from_secs(6);
/// How many names are kept in mind.
const MOST_NAMES: usize = 10_000;

/// Who has tried how often. The names are whatever the caller tells attempts apart by.
#[derive(Debug, Default)]
pub struct Throttle {
    /// Per name: when all its turns will be back.
    whole_at: Mutex<HashMap<String, Instant>>,
}

impl Throttle {
    /// Takes a turn for this attempt.
    ///
    /// # Errors
    /// How long to wait, when there is no turn left. Being refused costs no turn.
    pub fn admit(&self, name: &str, now: Instant) -> Result<(), Duration> {
        let mut whole_at = self.names();
        let already_spent = whole_at
            .get(name)
            .map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        let spent = already_spent + INTERVAL;
        let wait = spent.saturating_sub(INTERVAL * TURNS);
        if !wait.is_zero() {
            return Err(wait);
        }
        if whole_at.len() >= MOST_NAMES {
            whole_at.retain(|_, at| *at > now);
        }
        if whole_at.len() >= MOST_NAMES {
            whole_at.clear(); // ten thousand names in a minute: hashing them has slowed the guesser down already
        }
        whole_at.insert(name.to_owned(), now + spent);
        Ok(())
    }

    /// Gives all turns back: the attempt was right.
    pub fn forgive(&self, name: &str) {
        self.names().remove(name);
    }

    fn names(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        // A panic while the map was held leaves it at worst without an entry.
        self.whole_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::monotonic;

    fn exhausted(now: Instant) -> Throttle {
        let throttle = Throttle::default();
        for _ in 0..TURNS {
            assert_eq!(throttle.admit("anne", now), Ok(()));
        }
        throttle
    }

    #[test]
    fn who_guesses_too_often_is_told_how_long_to_wait() {
        let now = monotonic();
        let throttle = exhausted(now);

        assert_eq!(throttle.admit("anne", now), Err(INTERVAL));
        assert_eq!(throttle.admit("anne", now + INTERVAL / 2), Err(INTERVAL / 2));
    }

    #[test]
    fn after_the_wait_one_attempt_is_heard_and_not_two() {
        let now = monotonic();
        let throttle = exhausted(now);

        assert_eq!(throttle.admit("anne", now + INTERVAL), Ok(()));
        assert_eq!(throttle.admit("anne", now + INTERVAL), Err(INTERVAL));
    }

    #[test]
    fn being_refused_does_not_prolong_the_wait() {
        let now = monotonic();
        let throttle = exhausted(now);
        for _ in 0..100 {
            assert!(throttle.admit("anne", now).is_err());
        }

        assert_eq!(throttle.admit("anne", now + INTERVAL), Ok(()));
    }

    #[test]
    fn one_name_does_not_slow_another_down_and_success_forgives() {
        let now = monotonic();
        let throttle = exhausted(now);

        assert_eq!(throttle.admit("berta", now), Ok(()));
        throttle.forgive("anne");
        assert_eq!(throttle.admit("anne", now), Ok(()));
    }

    #[test]
    fn its_memory_is_bounded() {
        let now = monotonic();
        let throttle = Throttle::default();

        for number in 0..=MOST_NAMES {
            assert_eq!(throttle.admit(&number.to_string(), now), Ok(()));
        }

        assert!(throttle.names().len() <= MOST_NAMES);
    }
}
