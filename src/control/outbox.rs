//! `GET /control/api/outbox`: the letters a realm has written, and waiting for the next one.

use std::time::Duration;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::routing::get;
use http::Method;
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::json;

use super::problem::Problem;
use super::route_table::{Answer, Content, Parameter, Reach, Row};
use crate::app::{App, Realm};
use crate::model::Letter;
use crate::store;
use crate::web::parameters::read_form;

pub const ROWS: &[Row] = &[Row {
    method: Method::GET,
    path: "/control/api/outbox",
    operation: "listLetters",
    tag: "Outbox",
    summary: "The letters the realm has written, or waiting for the next one",
    reach: Reach::Realm,
    query: &[
        Parameter {
            name: "after",
            description: "Only letters written after the one of this id.",
            kind: "string",
        },
        Parameter {
            name: "recipient",
            description: "Only letters to this address or number.",
            kind: "string",
        },
        Parameter {
            name: "wait",
            description: "How long to wait when there is none, such as 10s; 30 s at the most.",
            kind: "string",
        },
    ],
    body: None,
    answer: Answer {
        status: 200,
        description: "The letters, in the order they were written.",
        content: Content::Json(|| json!({"type": "object", "properties": {"letters": {"type": "array"}}})),
    },
    refusals: &[
        (400, "A parameter cannot be read."),
        (404, "There is no letter of that id."),
    ],
    serve: || get(list),
}];

/// How many letters are shown: the newest.
const MOST_LETTERS: i64 = 500;
/// How long a request may wait; longer ones are cut short, and the client asks again.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How often a waiting request looks without having been rung for: another process may have written.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What is asked for.
#[derive(Debug, Default, PartialEq)]
struct Question {
    /// Only letters written after the one of this id.
    after: Option<String>,
    /// Only letters to this address or number.
    recipient: Option<String>,
    /// How long to wait when there is none.
    wait: Duration,
}

/// The letters, in the order they were written.
#[derive(Debug, Serialize)]
pub struct Letters {
    letters: Vec<Letter>,
}

/// `GET /control/api/outbox?after=…&recipient=…&wait=10s`
///
/// With `wait` the answer comes as soon as there is a letter to show, or empty when the time is over. The time is the
/// machine's: a realm whose clock stands still would wait for ever.
pub async fn list(State(app): State<App>, realm: Realm, RawQuery(query): RawQuery) -> Result<Json<Letters>, Problem> {
    let question = Question::read(query.as_deref().unwrap_or_default())?;
    let mut bell = app.outbox.listen(); // before looking, so that no letter falls in between
    let deadline = tokio::time::sleep(question.wait);
    tokio::pin!(deadline);
    loop {
        let letters = find(&app, &realm, &question).await?;
        if !letters.is_empty() || question.wait.is_zero() {
            return Ok(Json(Letters { letters }));
        }
        tracing::debug!("waiting for a letter");
        tokio::select! {
            () = &mut deadline => return Ok(Json(Letters { letters })),
            () = app.shutdown.cancelled() => return Ok(Json(Letters { letters })),
            _ = bell.changed() => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

async fn find(app: &App, realm: &Realm, question: &Question) -> Result<Vec<Letter>, Problem> {
    let mut letters = store::letters::list(&mut app.database.read().await?, realm.id, MOST_LETTERS).await?;
    if let Some(after) = &question.after {
        let at = letters.iter().position(|letter| letter.id == *after);
        let at = at.ok_or_else(|| Problem::not_found(format!("there is no letter {after:?} to begin after")))?;
        letters.drain(..=at);
    }
    if let Some(recipient) = &question.recipient {
        letters.retain(|letter| letter.recipient == *recipient);
    }
    Ok(letters)
}

impl Question {
    fn read(query: &str) -> Result<Self, Problem> {
        let mut question = Self::default();
        for (name, value) in read_form(query.as_bytes()).map_err(|error| Problem::bad_request(error.to_string()))? {
            match name.as_str() {
                "after" => question.after = Some(value),
                "recipient" => question.recipient = Some(value),
                "wait" => question.wait = wait(&value)?,
                _ => {
                    return Err(Problem::bad_request(format!(
                        "there is no parameter {name:?}: after, recipient, wait"
                    )));
                }
            }
        }
        Ok(question)
    }
}

/// A duration (`PT10S`, `10s`) or a number of seconds.
fn wait(text: &str) -> Result<Duration, Problem> {
    let seconds = text
        .parse::<u32>()
        .ok()
        .map(|seconds| SignedDuration::from_secs(seconds.into()));
    let wait = seconds.or_else(|| text.parse().ok()).filter(|wait| !wait.is_negative());
    let wait = wait.ok_or_else(|| Problem::bad_request("`wait` is a duration, like 10s"))?;
    Ok(wait.unsigned_abs().min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::realms::{Beginning, make};
    use crate::keys::sealing::Sealer;
    use crate::outbox::{Email, Outbox};
    use crate::passwords::Passwords;
    use crate::random::Random;
    use crate::store::Database;

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
        let question = Question::read("recipient=anne%40example.com&wait=2s").unwrap();

        assert_eq!(question.recipient.as_deref(), Some("anne@example.com"));
        assert_eq!(question.wait, Duration::from_secs(2));
        for wrong in ["to=anne", "wait=", "recipient=%ff"] {
            assert!(Question::read(wrong).is_err(), "{wrong}");
        }
    }

    async fn empty_realm() -> (App, Realm) {
        let database = Database::open("sqlite::memory:").await.unwrap();
        let (sealer, passwords) = (Sealer::ephemeral().unwrap(), Passwords::new().unwrap());
        let app = App::new("http://localhost:8080".to_owned(), database, sealer, passwords);
        let realm = make(&app, Beginning::at_the_root(std::sync::Arc::default()))
            .await
            .unwrap();
        (app, realm)
    }

    async fn write(app: &App, realm: &Realm, recipient: &str) {
        let email = Email {
            recipient: recipient.to_owned(),
            subject: "An earlier appointment".to_owned(),
            body: "There is one.".to_owned(),
            reason: "test",
        };
        let mut tx = app.database.begin().await.unwrap();
        Outbox::write(&mut tx, realm.id, &Random, email, realm.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        app.outbox.ring();
    }

    async fn ask(app: &App, realm: &Realm, query: &str) -> Vec<Letter> {
        let query = RawQuery(Some(query.to_owned()));
        list(State(app.clone()), realm.clone(), query).await.unwrap().0.letters
    }

    #[tokio::test]
    async fn a_waiting_request_is_answered_when_a_letter_for_it_is_written() {
        let (app, realm) = empty_realm().await;

        let (letters, ()) = tokio::join!(ask(&app, &realm, "wait=30&recipient=anne%40example.com"), async {
            write(&app, &realm, "ben@example.com").await;
            write(&app, &realm, "anne@example.com").await;
        });

        let recipients: Vec<_> = letters.iter().map(|letter| letter.recipient.as_str()).collect();
        assert_eq!(recipients, ["anne@example.com"]);
    }

    #[tokio::test]
    async fn a_wait_ends_when_the_server_does() {
        let (app, realm) = empty_realm().await;

        let (letters, ()) = tokio::join!(ask(&app, &realm, "wait=30"), async { app.shutdown.cancel() });

        assert!(letters.is_empty());
    }

    #[tokio::test]
    async fn letters_can_be_read_on_from_the_last_one_seen() {
        let (app, realm) = empty_realm().await;
        for recipient in ["one", "two", "three"] {
            write(&app, &realm, recipient).await;
        }
        let all = ask(&app, &realm, "").await;

        let later = ask(&app, &realm, &format!("after={}", all[0].id)).await;

        assert_eq!(all.len(), 3);
        assert_eq!(
            later.iter().map(|letter| letter.recipient.as_str()).collect::<Vec<_>>(),
            ["two", "three"]
        );
        let unknown = RawQuery(Some("after=nothing".to_owned()));
        let problem = list(State(app), realm, unknown).await.unwrap_err();
        assert_eq!(problem.status(), http::StatusCode::NOT_FOUND);
    }
}
