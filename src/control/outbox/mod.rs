//! `/control/api/outbox`: the messages and webhooks a realm has written, read, waited for and delivered again.
//!
//! | file | what |
//! | --- | --- |
//! | [`messages`] | `/control/api/outbox` and `…/{id}`: e-mails and text messages |
//! | [`webhooks`] | `/control/api/outbox/webhooks` and `…/{id}`: requests to others |

pub mod messages;
pub mod webhooks;

use std::time::Duration;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::{Value, json};

use super::problem::Problem;
use super::route_table::Parameter;
use crate::app::App;
use crate::model::{Delivery, DeliveryState};
use crate::web::parameters::read_form;

/// How many are shown at a time, unless fewer are asked for.
const MOST_AT_A_TIME: i64 = 500;
/// How long a request may wait; longer ones are cut short, and the client asks again.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How often a waiting request looks without having been rung for: another process may have written.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

const AFTER: Parameter = Parameter {
    name: "after",
    description: "Only what was written after the one of this id.",
    kind: "string",
};
const LIMIT: Parameter = Parameter {
    name: "limit",
    description: "How many at the most, 1 to 500.",
    kind: "integer",
};
const STATE: Parameter = Parameter {
    name: "state",
    description: "Only what stands so: kept, due, waiting, delivered or given_up.",
    kind: "string",
};
pub const WAIT: Parameter = Parameter {
    name: "wait",
    description: "How long to wait when there is none, such as 10s; 30 s at the most.",
    kind: "string",
};

/// Something written, and how its delivery stands.
#[derive(Debug, Serialize)]
pub struct Posted<T> {
    #[serde(flatten)]
    pub what: T,
    pub delivery: Delivery,
}

/// What is asked for, beside filters.
#[derive(Debug, PartialEq)]
struct Question {
    /// The id of the last one seen.
    after: Option<String>,
    limit: i64,
    /// How long to wait when there is none.
    wait: Duration,
    state: Option<String>,
}

impl Question {
    /// Reads a query whose further parameters `filter` takes; it says whether it knows one.
    fn read(query: &str, known: &str, mut filter: impl FnMut(&str, &str) -> bool) -> Result<Self, Problem> {
        let mut question = Self {
            after: None,
            limit: MOST_AT_A_TIME,
            wait: Duration::ZERO,
            state: None,
        };
        for (name, value) in read_form(query.as_bytes()).map_err(|error| Problem::bad_request(error.to_string()))? {
            match name.as_str() {
                "after" => question.after = Some(value),
                "limit" => question.limit = limit(&value)?,
                "wait" => question.wait = wait(&value)?,
                "state" => question.state = Some(state(value)?),
                _ if filter(&name, &value) => {}
                _ => {
                    return Err(Problem::bad_request(format!(
                        "there is no parameter {name:?}: after, limit, wait, state, {known}"
                    )));
                }
            }
        }
        Ok(question)
    }
}

fn limit(text: &str) -> Result<i64, Problem> {
    let limit = text.parse().ok().filter(|limit| (1..=MOST_AT_A_TIME).contains(limit));
    limit.ok_or_else(|| Problem::bad_request(format!("`limit` is a number from 1 to {MOST_AT_A_TIME}")))
}

fn state(text: String) -> Result<String, Problem> {
    if DeliveryState::named(&text).is_some() {
        return Ok(text);
    }
    let known = DeliveryState::ALL.map(DeliveryState::name).join(", ");
    Err(Problem::bad_request(format!("`state` is one of {known}")))
}

/// A duration (`PT10S`, `10s`) or a number of seconds.
pub fn wait(text: &str) -> Result<Duration, Problem> {
    let seconds = text
        .parse::<u32>()
        .ok()
        .map(|seconds| SignedDuration::from_secs(seconds.into()));
    let wait = seconds.or_else(|| text.parse().ok()).filter(|wait| !wait.is_negative());
    let wait = wait.ok_or_else(|| Problem::bad_request("`wait` is a duration, like 10s"))?;
    Ok(wait.unsigned_abs().min(LONGEST_WAIT))
}

/// Looks until there is something to show, or the time is over.
///
/// The time is the machine's: a realm whose clock stands still would wait for ever.
async fn watch<T, F, L>(app: &App, wait: Duration, look: L) -> Result<Vec<T>, Problem>
where
    L: Fn() -> F,
    F: Future<Output = Result<Vec<T>, Problem>>,
{
    let mut notify = app.outbox.listen(); // before looking, so that nothing falls in between
    let deadline = tokio::time::sleep(wait);
    tokio::pin!(deadline);
    loop {
        let found = look().await?;
        if !found.is_empty() || wait.is_zero() {
            return Ok(found);
        }
        tracing::debug!("waiting for the outbox");
        tokio::select! {
            () = &mut deadline => return Ok(found),
            () = app.shutdown.cancelled() => return Ok(found),
            _ = notify.changed() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

/// Takes the one too many away that was looked for: the id to read on after, where there is more.
fn page<T>(found: &mut Vec<T>, limit: i64, id: impl Fn(&T) -> &str) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > limit;
    found.truncate(limit);
    found.last().filter(|_| more).map(|last| id(last).to_owned())
}

/// The id in a path; one that is no text is nobody's.
fn id(path: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    match path {
        Ok(Path(id)) if !id.contains('\0') => Ok(id),
        Ok(_) | Err(_) => Err(Problem::not_found("there is nothing of that id in the outbox")),
    }
}

fn delivery_schema() -> Value {
    let instant = json!({"type": "string", "format": "date-time"});
    json!({
        "type": "object",
        "required": ["state", "attempts"],
        "properties": {
            "state": {
                "type": "string",
                "enum": DeliveryState::ALL.map(DeliveryState::name),
                "description": "kept: nothing is configured to send it; due: tried at once; waiting: failed, and tried again \
                                when the realm's clock shows next_attempt_at",
            },
            "attempts": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["at"],
                    "properties": {
                        "at": instant,
                        "status": {"type": "integer", "description": "HTTP status or SMTP reply code"},
                        "error": {"type": "string"},
                        "permanent": {"type": "boolean"},
                    },
                },
            },
            "next_attempt_at": instant,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_seconds_or_a_duration_and_never_long() {
        for (text, seconds) in [
            ("0", 0),
            ("10", 10),
            ("10s", 10),
            ("PT10S", 10),
            ("3600", 30),
            ("PT1H", 30),
        ] {
            assert_eq!(wait(text).unwrap(), Duration::from_secs(seconds), "{text}");
        }
        for text in ["", "-1", "-10s", "soon", "1.5.2"] {
            assert!(wait(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_question_names_only_what_there_is() {
        let mut event = None;
        let mut filter = |name: &str, value: &str| {
            event = Some(value.to_owned());
            name == "event"
        };
        let question = Question::read("event=made&wait=2s&limit=7&state=given_up", "event", &mut filter).unwrap();

        assert_eq!((question.wait, question.limit), (Duration::from_secs(2), 7));
        assert_eq!(question.state.as_deref(), Some("given_up"));
        for wrong in [
            "to=anne",
            "wait=",
            "limit=0",
            "limit=501",
            "limit=x",
            "state=lost",
            "event=%ff",
        ] {
            assert!(Question::read(wrong, "event", &mut filter).is_err(), "{wrong}");
        }
        assert_eq!(event.as_deref(), Some("anne"));
    }

    #[test]
    fn a_page_says_where_to_read_on_only_where_there_is_more() {
        let id = |id: &&'static str| -> &'static str { id };
        let (mut more, mut all) = (vec!["a", "b", "c"], vec!["a", "b"]);

        assert_eq!(page(&mut more, 2, |one| id(one)), Some("b".to_owned()));
        assert_eq!(more, ["a", "b"]);
        assert_eq!(page(&mut all, 2, |one| id(one)), None);
    }
}
