//! `wait=`: a request that is answered as soon as there is something to answer, or when its time is over.
//!
//! The time is the machine's. A realm's clock may stand still, and would let a request wait for ever.

use std::{pin::Pin, time::Duration};

use jiff::SignedDuration;
use tokio::time::{Sleep, sleep};
use tokio_util::sync::CancellationToken;

use super::{operation::Parameter, schema::text};

/// How long a request may wait. Longer waits are cut short, and the client asks again.
pub const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How it is documented, unless an operation has more to say.
pub const WAIT: Parameter = Parameter::optional(
    "wait",
    text,
    "How long to wait while there is nothing to return, such as `10s`; at most 30 seconds.",
);

/// What `wait` says: a duration (`PT10S`, `10s`) or a number of seconds. `None` where it is neither.
pub fn read_wait(text: &str) -> Option<Duration> {
    let seconds = text.parse::<u32>().ok();
    let seconds = seconds.map(|seconds| SignedDuration::from_secs(seconds.into()));
    let wait = seconds.or_else(|| text.parse().ok()).filter(|wait| !wait.is_negative());
    wait.map(|wait| wait.unsigned_abs().min(LONGEST_WAIT))
}

/// A request that waits.
#[derive(Debug)]
pub struct Waiting {
    /// Ends when the time is over; `None`: it does not wait.
    deadline: Option<Pin<Box<Sleep>>>,
    shutdown: CancellationToken,
}

impl Waiting {
    /// Waits `wait` from now on, and not at all when it is zero; no longer than the server runs.
    pub fn new(wait: Duration, shutdown: &CancellationToken) -> Self {
        Self {
            deadline: (!wait.is_zero()).then(|| Box::pin(sleep(wait))),
            shutdown: shutdown.clone(),
        }
    }

    /// Waits for `change`, which says whether looking again is of use. False also when the time is over: what was found
    /// last is the answer.
    pub async fn until(&mut self, change: impl Future<Output = bool>) -> bool {
        let Some(deadline) = &mut self.deadline else {
            return false;
        };
        tokio::select! {
            () = deadline => false,
            () = self.shutdown.cancelled() => false,
            changed = change => changed,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[test]
    fn a_wait_is_a_duration_or_seconds_and_has_an_end() {
        for (text, wait) in [
            ("PT10S", 10),
            ("10s", 10),
            ("10", 10),
            ("0", 0),
            ("2 hours", 30),
            ("31", 30),
        ] {
            assert_eq!(read_wait(text), Some(Duration::from_secs(wait)), "{text}");
        }
        for wrong in ["", "soon", "-1", "-1s", "1.5.2", "99999999999"] {
            assert_eq!(read_wait(wrong), None, "{wrong}");
        }
    }

    #[tokio::test]
    async fn it_ends_with_a_change_its_time_or_the_server() {
        let shutdown = CancellationToken::new();
        let mut long = Waiting::new(Duration::from_secs(600), &shutdown);

        assert!(long.until(ready(true)).await);
        assert!(!long.until(ready(false)).await);
        assert!(!Waiting::new(Duration::from_millis(1), &shutdown).until(pending()).await);
        assert!(!Waiting::new(Duration::ZERO, &shutdown).until(ready(true)).await);
        shutdown.cancel();
        assert!(!long.until(pending()).await);
    }
}
