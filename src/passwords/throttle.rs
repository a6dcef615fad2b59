//! Slows down whoever guesses passwords.
//!
//! Attempts are told apart by account and address together, so that a stranger who guesses does not lock out whoever
//! has the account. Every attempt costs a turn before anything is hashed; turns come back one by one, and all at once
//! with success. It
//! protects this process and the people in it, so it runs on the machine's monotonic clock, which is passed in, and not
//! on a realm's: turning a realm's clock must not let anybody guess faster.

use std::{
    collections::HashMap,
    net::IpAddr,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::random::digest;

/// How many attempts are heard without waiting.
const TURNS: u32 = 10;
/// How long it takes until another attempt is heard.
const INTERVAL: Duration = Duration::from_secs(6);
/// How many names are remembered.
const MOST_NAMES: usize = 10_000;

/// What attempts are told apart by: a digest of the account, which the caller names uniquely in this process, and of
/// the address it is tried from, so that it is short. Of an IPv6 address the network counts, since one host may have
/// 2⁶⁴.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attempts(String);

impl Attempts {
    pub fn at(account: &str, from: Option<IpAddr>) -> Self {
        let network = match from {
            None => String::new(),
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => format!("{:x}", address.to_bits() >> 64),
        };
        Self(digest(&format!("{network} {account}")))
    }
}

/// Who has tried how often.
#[derive(Debug, Default)]
pub struct Throttle {
    /// When all turns will be back.
    whole_at: Mutex<HashMap<Attempts, Instant>>,
}

impl Throttle {
    /// Takes a turn for this attempt.
    ///
    /// # Errors
    /// How long to wait, when there is no turn left. Being refused costs no turn.
    pub fn admit(&self, attempts: &Attempts, now: Instant) -> Result<(), Duration> {
        let mut whole_at = self.whole_at.lock();
        let already_spent = whole_at
            .get(attempts)
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
        whole_at.insert(attempts.clone(), now + spent);
        Ok(())
    }

    /// Gives all turns back: the attempt was right.
    pub fn forgive(&self, attempts: &Attempts) {
        self.whole_at.lock().remove(attempts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::monotonic;

    fn of(account: &str) -> Attempts {
        Attempts::at(account, "192.0.2.1".parse().ok())
    }

    #[test]
    fn attempts_are_told_apart_by_account_and_network() {
        let at = |account, address: &str| Attempts::at(account, address.parse().ok());

        assert_ne!(at("anne", "192.0.2.1"), at("berta", "192.0.2.1"));
        assert_ne!(at("anne", "192.0.2.1"), at("anne", "192.0.2.2"));
        assert_eq!(at("anne", "2001:db8::1"), at("anne", "2001:db8::2"));
        assert_ne!(at("anne", "2001:db8:0:1::1"), at("anne", "2001:db8:0:2::1"));
    }

    fn exhausted(now: Instant) -> Throttle {
        let throttle = Throttle::default();
        for _ in 0..TURNS {
            assert_eq!(throttle.admit(&of("anne"), now), Ok(()));
        }
        throttle
    }

    #[test]
    fn who_guesses_too_often_is_told_how_long_to_wait() {
        let now = monotonic();
        let throttle = exhausted(now);

        assert_eq!(throttle.admit(&of("anne"), now), Err(INTERVAL));
        assert_eq!(throttle.admit(&of("anne"), now + INTERVAL / 2), Err(INTERVAL / 2));
    }

    #[test]
    fn after_the_wait_one_attempt_is_heard_and_not_two() {
        let now = monotonic();
        let throttle = exhausted(now);

        assert_eq!(throttle.admit(&of("anne"), now + INTERVAL), Ok(()));
        assert_eq!(throttle.admit(&of("anne"), now + INTERVAL), Err(INTERVAL));
    }

    #[test]
    fn being_refused_does_not_prolong_the_wait() {
        let now = monotonic();
        let throttle = exhausted(now);
        for _ in 0..100 {
            assert!(throttle.admit(&of("anne"), now).is_err());
        }

        assert_eq!(throttle.admit(&of("anne"), now + INTERVAL), Ok(()));
    }

    #[test]
    fn one_name_does_not_slow_another_down_and_success_forgives() {
        let now = monotonic();
        let throttle = exhausted(now);

        assert_eq!(throttle.admit(&of("berta"), now), Ok(()));
        throttle.forgive(&of("anne"));
        assert_eq!(throttle.admit(&of("anne"), now), Ok(()));
    }

    #[test]
    fn its_memory_is_bounded() {
        let now = monotonic();
        let throttle = Throttle::default();

        for number in 0..=MOST_NAMES {
            assert_eq!(throttle.admit(&of(&number.to_string()), now), Ok(()));
        }

        assert!(throttle.whole_at.lock().len() <= MOST_NAMES);
    }
}
