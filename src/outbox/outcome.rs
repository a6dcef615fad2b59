//! What a try to deliver something led to.

use http::StatusCode;
use jiff::Timestamp;

use crate::{
    fetch::{FetchError, Fetched},
    model::{DeliveryState, ShownHeaders},
    store::deliveries::LeasedDelivery,
};

/// How much of a refusing answer is remembered, in characters.
const REMEMBERED_ANSWER: usize = 200;

/// The result of a try.
pub struct Outcome {
    /// The HTTP status or SMTP reply code, when there was an answer.
    pub status: Option<u16>,
    /// Why it does not count as delivered.
    pub error: Option<String>,
    /// It would end the same way however often it were tried.
    pub permanent: bool,
}

impl Outcome {
    pub fn of(answer: Result<Fetched, FetchError>, secrets: &[String]) -> Self {
        match answer {
            Ok(answer) if (200..300).contains(&answer.status) => Self::success(answer.status),
            Ok(answer) => Self {
                status: Some(answer.status),
                ..Self::failure(refusal(&answer, secrets))
            },
            Err(error @ (FetchError::TimedOut | FetchError::Failed(_))) => Self::failure(error.to_string()),
            Err(error) => Self::permanent_failure(error.to_string()),
        }
    }

    pub fn success(status: u16) -> Self {
        Self {
            status: Some(status),
            error: None,
            permanent: false,
        }
    }

    /// It may end better another time.
    pub fn failure(reason: impl Into<String>) -> Self {
        Self {
            status: None,
            error: Some(reason.into()),
            permanent: false,
        }
    }

    /// It would end the same way however often it were tried.
    pub fn permanent_failure(reason: impl Into<String>) -> Self {
        Self {
            permanent: true,
            ..Self::failure(reason)
        }
    }

    /// Where the delivery stands after this, and when what comes next is due by the realm's clock.
    pub fn next(&self, held: &LeasedDelivery, now: Timestamp) -> (DeliveryState, Timestamp) {
        let pause = held.pauses.after(held.tries).filter(|_| !self.permanent);
        match (&self.error, pause) {
            (None, _) => (DeliveryState::Delivered, held.due_at),
            (Some(_), None) => (DeliveryState::GivenUp, held.due_at),
            (Some(_), Some(pause)) => {
                let due_at = held.due_at.checked_add(pause).unwrap_or(Timestamp::MAX);
                if due_at <= now {
                    (DeliveryState::Due, due_at)
                } else {
                    (DeliveryState::Waiting, due_at)
                }
            }
        }
    }
}

/// The secrets in the headers that are sent, the longest first: each secret value, and of one that has a scheme
/// before it (`Bearer …`) what follows.
pub fn secrets_among(shown: &ShownHeaders, sent: &[(String, String)]) -> Vec<String> {
    let both = shown.0.iter().zip(sent);
    let hidden = both
        .filter(|((_, open), _)| open.is_none())
        .map(|(_, (_, value))| value);
    let mut secrets: Vec<String> = hidden
        .flat_map(|value| [value.trim(), value.split_whitespace().last().unwrap_or_default()])
        .filter(|secret| !secret.is_empty())
        .map(str::to_owned)
        .collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.dedup();
    secrets
}

/// What an answer that is no success said: its status, and how it began. What it repeats of our secrets is left out.
fn refusal(answer: &Fetched, secrets: &[String]) -> String {
    let name = StatusCode::from_u16(answer.status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("no status of HTTP");
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let text = secrets
        .iter()
        .fold(text, |text, secret| text.replace(secret.as_str(), "…"));
    let text: String = text
        .trim()
        .chars()
        .filter(|c| *c != '\0')
        .take(REMEMBERED_ANSWER)
        .collect();
    let colon = if text.is_empty() { "" } else { ": " };
    format!("answered {} {name}{colon}{text}", answer.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_that_repeats_our_secrets_is_remembered_without_them() {
        let pair = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        let shown = ShownHeaders(vec![
            pair("authorization", None),
            pair("x-event", Some("created")),
            pair("x-signature", None),
        ]);
        let sent = [
            ("authorization", "Bearer hunter2-hunter2"),
            ("x-event", "created"),
            ("x-signature", "agreed"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let answer = Fetched {
            status: 401,
            body: b"created? Bearer hunter2-hunter2, hunter2-hunter2 and agreed are unknown".to_vec(),
        };

        let kept = refusal(&answer, &secrets_among(&shown, &sent));

        assert_eq!(
            kept,
            "answered 401 Unauthorized: created? \u{2026}, \u{2026} and \u{2026} are unknown"
        );
    }
}
