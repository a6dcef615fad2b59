//! `/control/api/outbox`: the messages and webhooks a realm has written, read, waited for and delivered again.
//!
//! | file | what |
//! | --- | --- |
//! | [`messages`] | `/control/api/outbox` and `…/{id}`: e-mails and text messages |
//! | [`webhooks`] | `/control/api/outbox/webhooks` and `…/{id}`: requests to others |

pub mod messages;
pub mod webhooks;

use std::time::Duration;

use axum::extract::{Path, rejection::PathRejection};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::timeout;

use super::page::{Page, PageSize};
use crate::{
    api::{operation::Parameter, parameters::Parameters, problem::Problem, schema, waiting::Waiting},
    app::App,
    model::{Delivery, DeliveryState},
};

const PAGE_SIZE: PageSize = PageSize {
    default: 500,
    most: 500,
};
/// How often a waiting request looks without having been rung for: another process may have written.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

const AFTER: Parameter = Parameter::optional("after", schema::text, "Only those written after the one with this id.");
const LIMIT: Parameter = Parameter::optional("limit", schema::integer, "The maximum number, 1 to 500.");
const STATE: Parameter = Parameter::optional(
    "state",
    schema::text,
    "Only those in this state: kept, due, waiting, delivered or given_up.",
);

/// Something written, and how its delivery stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Posted<T> {
    #[serde(flatten)]
    pub what: T,
    pub delivery: Delivery,
}

/// What every list of the outbox documents, beside its filters.
#[derive(Debug, PartialEq)]
struct Question {
    page: Page,
    /// How long to wait when there is none.
    wait: Duration,
    state: Option<String>,
}

impl Question {
    fn read(parameters: &Parameters) -> Result<Self, Problem> {
        let states = format!("one of {}", DeliveryState::ALL.map(DeliveryState::name).join(", "));
        let state = |text: &str| DeliveryState::named(text).map(|_| text.to_owned());
        Ok(Self {
            page: Page::read_sized(parameters, PAGE_SIZE)?,
            wait: parameters.wait()?,
            state: parameters.read_by("state", states, state)?,
        })
    }
}

/// Looks until there is something to show, or the time is over.
async fn watch<T, F, L>(app: &App, wait: Duration, look: L) -> Result<Vec<T>, Problem>
where
    L: Fn() -> F,
    F: Future<Output = Result<Vec<T>, Problem>>,
{
    let mut notify = app.outbox.listen(); // before looking, so that nothing falls in between
    let mut waiting = Waiting::new(wait, &app.shutdown);
    loop {
        let found = look().await?;
        let changed = async {
            tracing::debug!("waiting for the outbox");
            // Another process writes without a notification here.
            let _ = timeout(LOOK_AGAIN, notify.changed()).await;
            true
        };
        if !found.is_empty() || !waiting.until(changed).await {
            return Ok(found);
        }
    }
}

/// The id in a path; one that is no text is nobody's.
fn id(path: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    match path {
        Ok(Path(id)) if !id.contains('\0') => Ok(id),
        Ok(_) | Err(_) => Err(Problem::not_found("there is nothing with this id in the outbox")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::waiting::WAIT;

    #[test]
    fn a_question_is_read_strictly() {
        let read = |query| Question::read(&Parameters::read(Some(query), &[AFTER, LIMIT, WAIT, STATE])?);
        let question = read("wait=2s&limit=7&state=given_up").unwrap();

        assert_eq!((question.wait, question.page.limit), (Duration::from_secs(2), 7));
        assert_eq!(question.state.as_deref(), Some("given_up"));
        for wrong in [
            "to=anne",
            "wait=",
            "limit=0",
            "limit=501",
            "limit=x",
            "state=lost",
            "after=%ff",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
