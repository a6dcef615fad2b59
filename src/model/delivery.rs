//! The delivery of a message or webhook: its attempts, and the pauses between them.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The number of attempts that are kept of a delivery: the newest ones.
const REMEMBERED: usize = 20;

/// What is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryKind {
    OutboxMessage,
    Webhook,
}

impl DeliveryKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::OutboxMessage => "message",
            Self::Webhook => "webhook",
        }
    }
}

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is only kept in the outbox: nothing is configured to send it.
    Kept,
    /// It is tried as soon as possible, independent of the realm's clock.
    Due,
    /// It failed, and is tried again when the realm's clock reaches `next_attempt_at`.
    Waiting,
    Delivered,
    /// It failed for the last time. It is tried again on request only.
    GivenUp,
}

impl DeliveryState {
    pub const ALL: [Self; 5] = [Self::Kept, Self::Due, Self::Waiting, Self::Delivered, Self::GivenUp];

    pub fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Due => "due",
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// One attempt and its result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attempt {
    /// By the realm's clock.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
    /// The HTTP status, or the SMTP reply code, when there was an answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<u16>,
    /// Why it failed; `None`: it was delivered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// Another attempt would fail in the same way, so none is made.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub permanent: bool,
}

/// A delivery as it is shown.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Delivery {
    pub state: DeliveryState,
    /// Oldest first; the newest twenty.
    pub attempts: Vec<Attempt>,
    /// By the realm's clock; only while another attempt is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub next_attempt_at: Option<Timestamp>,
}

impl Delivery {
    /// The delivery of a message that is only kept.
    pub fn kept() -> Self {
        Self {
            state: DeliveryState::Kept,
            attempts: Vec::new(),
            next_attempt_at: None,
        }
    }
}

/// How long to wait after the first, second, … failure. After the last pause there is one more attempt: `n` pauses make
/// `n + 1` attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pauses(pub Vec<SignedDuration>);

impl Pauses {
    /// Pauses of so many seconds.
    pub fn of_seconds(seconds: &[i64]) -> Self {
        Self(seconds.iter().copied().map(SignedDuration::from_secs).collect())
    }

    /// How long to wait after `tries` failures (the first is 1); `None`: no further attempt.
    pub fn after(&self, tries: i64) -> Option<SignedDuration> {
        let index = usize::try_from(tries.checked_sub(1)?).ok()?;
        self.0.get(index).copied()
    }
}

/// A history with one more attempt, and without the oldest where there would be too many.
pub fn remembered(mut history: Vec<Attempt>, attempt: Attempt) -> Vec<Attempt> {
    history.push(attempt);
    let forgotten = history.len().saturating_sub(REMEMBERED);
    history.drain(..forgotten);
    history
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_tries_have_two_pauses_between_them() {
        let pauses = Pauses::of_seconds(&[10, 60]);

        assert_eq!(pauses.after(1), Some(SignedDuration::from_secs(10)));
        assert_eq!(pauses.after(2), Some(SignedDuration::from_secs(60)));
        assert_eq!(pauses.after(3), None);
        assert_eq!(pauses.after(0), None);
    }

    #[test]
    fn a_long_history_loses_its_oldest_attempts() {
        let attempt = |status| Attempt {
            at: Timestamp::UNIX_EPOCH,
            status: Some(status),
            error: None,
            permanent: false,
        };
        let history = (0..30).fold(Vec::new(), |history, status| remembered(history, attempt(status)));

        assert_eq!(history.len(), 20);
        assert_eq!(history.first(), Some(&attempt(10)));
    }

    #[test]
    fn every_state_is_found_by_its_name() {
        for state in DeliveryState::ALL {
            assert_eq!(DeliveryState::named(state.name()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
    }
}
