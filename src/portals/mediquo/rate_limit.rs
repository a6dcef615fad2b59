//! The documented rate limit: a number of requests a minute for each endpoint and client address.
//!
//! A window is a minute of the clock of the realm, so moving the clock begins the next one. Requests are counted in
//! this process only: the limit is emulated behaviour, not a protection.

use std::{collections::HashMap, net::IpAddr};

use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::Timestamp;
use parking_lot::Mutex;

use crate::model::RealmId;

const WINDOW_SECONDS: i64 = 60;
/// How many counts are kept. With more, all start again.
const MOST_COUNTS: usize = 10_000;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// The counts of all realms.
#[derive(Debug, Default)]
pub struct RateLimits(Mutex<HashMap<Key, Count>>);

/// Realm, client and the path with its placeholders.
type Key = (RealmId, IpAddr, &'static str);

#[derive(Clone, Copy, Debug)]
struct Count {
    window: i64,
    requests: u32,
}

/// What is left of the limit after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    pub limit: u32,
    pub remaining: u32,
    /// Seconds until the next window, if this request exceeds the limit.
    pub exceeded: Option<i64>,
    /// Unix seconds at which the next window begins.
    reset: i64,
}

impl RateLimits {
    /// Counts a request.
    pub fn count(&self, key: Key, limit: u32, now: Timestamp) -> Allowance {
        let window = now.as_second().div_euclid(WINDOW_SECONDS);
        let mut counts = self.0.lock();
        if counts.len() >= MOST_COUNTS && !counts.contains_key(&key) {
            counts.clear();
        }
        let count = counts.entry(key).or_insert(Count { window, requests: 0 });
        if count.window != window {
            *count = Count { window, requests: 0 };
        }
        count.requests = count.requests.saturating_add(1);
        let reset = (window + 1) * WINDOW_SECONDS;
        Allowance {
            limit,
            remaining: limit.saturating_sub(count.requests),
            exceeded: (count.requests > limit).then_some(reset - now.as_second()),
            reset,
        }
    }
}

impl Allowance {
    /// The documented headers of every answer, and one more if the limit is exceeded.
    pub fn write(self, headers: &mut HeaderMap) {
        headers.insert(LIMIT, HeaderValue::from(self.limit));
        headers.insert(REMAINING, HeaderValue::from(self.remaining));
        if self.exceeded.is_some() {
            headers.insert(RESET, HeaderValue::from(self.reset));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = (RealmId(1), IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), "/v1/patients");

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a test's instant")
    }

    #[test]
    fn a_window_is_a_minute_of_the_clock() {
        let limits = RateLimits::default();
        let remaining = |second| limits.count(KEY, 2, at(second)).remaining;

        assert_eq!([remaining(119), remaining(119), remaining(120)], [1, 0, 1]);
    }

    #[test]
    fn one_too_many_is_told_how_long_to_wait() {
        let limits = RateLimits::default();
        for _ in 0..2 {
            assert_eq!(limits.count(KEY, 2, at(90)).exceeded, None);
        }

        let third = limits.count(KEY, 2, at(90));

        assert_eq!((third.remaining, third.exceeded, third.reset), (0, Some(30), 120));
    }

    #[test]
    fn realms_clients_and_endpoints_are_counted_apart() {
        let limits = RateLimits::default();
        let other_address = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
        limits.count(KEY, 1, at(0));

        for other in [
            (RealmId(2), KEY.1, KEY.2),
            (KEY.0, other_address, KEY.2),
            (KEY.0, KEY.1, "/v1/consultants"),
            (KEY.0, KEY.1, "/v2/patients"),
        ] {
            assert_eq!(limits.count(other, 1, at(0)).exceeded, None, "{other:?}");
        }
        assert!(limits.count(KEY, 1, at(0)).exceeded.is_some());
    }

    #[test]
    fn what_is_kept_has_its_bounds() {
        let limits = RateLimits::default();
        for realm in 0..=MOST_COUNTS {
            limits.count((RealmId(realm as i64), KEY.1, KEY.2), 1, at(0));
        }

        assert!(limits.0.lock().len() <= MOST_COUNTS);
    }
}
