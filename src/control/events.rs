//! `GET /control/events`: what happens in a realm, as it happens (server-sent events), so that no test needs to
//! sleep.
//!
//! An event's id says how far its reader has read: the number of what happened in this process, and the number of the
//! last message. A reader that lost the connection brings it as `Last-Event-ID` and goes on from there, as far as the
//! journal reaches back; what is no longer kept is announced by an event `missed`. Messages come from the database
//! and are never missed.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
    routing::get,
};
use futures_util::stream::{self, Stream};
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{
    api::{
        operation::{Answer, Body, Content, Parameter},
        parameters::Parameters,
        problem::Problem,
        schema,
    },
    app::{
        App, Realm,
        control_operation::{ControlOperation, Reach},
    },
    model::OutboxMessage,
    store,
};

pub const OPERATIONS: &[ControlOperation] = &[ControlOperation {
    method: Method::GET,
    path: "/control/events",
    id: "listen",
    tag: "Journal",
    summary: "Stream the realm's events: exchange, message, clock, fault, realm",
    access: Reach::Realm,
    query: &[Parameter::optional(
        "only",
        schema::text,
        "Only events of these kinds, separated by commas: exchange, message, clock, fault, realm.",
    )],
    body: Body::Nothing,
    answer: Answer {
        status: 200,
        description: Some("Server-sent events. With Last-Event-ID the stream continues after that event."),
        content: Content::Bytes("text/event-stream"),
    },
    refusals: &[(400, "The parameter or Last-Event-ID is invalid.")],
    handler: || get(listen),
}];

/// The kinds of events one can choose from.
const KINDS: [&str; 5] = ["exchange", "message", "clock", "fault", "realm"];
/// How often a comment keeps the connection from looking dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often one looks without having been notified: another process may have written a message.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How many messages are sent at a time.
const MESSAGES_AT_A_TIME: i64 = 100;

async fn listen(
    State(app): State<App>,
    realm: Realm,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let only = parameters.read_by("only", format!("a list of {}", KINDS.join(", ")), read_kinds)?;
    let only = only.unwrap_or_else(|| KINDS.to_vec());
    let listener = Listener::begin(app, realm, only, read_so_far(&headers)?).await?;
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// How far a reader has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Read {
    event: u64,
    message: i64,
}

impl Read {
    fn id(self) -> String {
        format!("{}-{}", self.event, self.message)
    }

    fn parse(id: &str) -> Option<Self> {
        let (event, message) = id.split_once('-')?;
        Some(Self {
            event: event.parse().ok()?,
            message: message.parse().ok()?,
        })
    }
}

fn read_so_far(headers: &HeaderMap) -> Result<Option<Read>, Problem> {
    let Some(id) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let read = id.to_str().ok().and_then(Read::parse);
    read.map(Some)
        .ok_or_else(|| Problem::bad_request("Last-Event-ID is not an id that this server has sent"))
}

/// Kinds separated by commas.
fn read_kinds(text: &str) -> Option<Vec<&'static str>> {
    let known = |kind: &str| KINDS.into_iter().find(|known| *known == kind);
    text.split(',').map(known).collect()
}

/// Somebody who listens.
struct Listener {
    app: App,
    realm: Realm,
    only: Vec<&'static str>,
    read: Read,
    notify: watch::Receiver<u64>,
    message_notify: watch::Receiver<u64>,
    /// What is sent next.
    waiting: VecDeque<Event>,
}

impl Listener {
    /// Listens from here on, or from where the reader stopped.
    async fn begin(app: App, realm: Realm, only: Vec<&'static str>, read: Option<Read>) -> Result<Self, Problem> {
        let notify = app.journal.listen(realm.id);
        let message_notify = app.outbox.listen();
        let last = app.journal.last_event(realm.id);
        let last_message = store::messages::last_number(&mut app.database.read().await?, realm.id).await?;
        let here = Read {
            event: last,
            message: last_message,
        };
        let mut read = read.unwrap_or(here);
        if read.event > last {
            read.event = 0; // of an earlier life of this server, which counted for itself
        }
        let mut listener = Self {
            app,
            realm,
            only,
            read,
            notify,
            message_notify,
            waiting: VecDeque::new(),
        };
        let data = json!({"realm": listener.realm.name, "now": listener.realm.clock.now()});
        listener.tell("listening", &data.to_string());
        Ok(listener)
    }

    /// The next event; `None` when the server ends or the realm is gone.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            self.look().await;
            if !self.waiting.is_empty() {
                continue;
            }
            tokio::select! {
                () = self.app.shutdown.cancelled() => return None,
                changed = self.notify.changed() => changed.ok()?,
                changed = self.message_notify.changed() => changed.ok()?,
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }

    async fn look(&mut self) {
        for event in self.app.journal.events_after(self.realm.id, self.read.event).await {
            let missed = event.number - self.read.event - 1;
            self.read.event = event.number;
            if missed > 0 {
                self.tell("missed", &json!({"events": missed}).to_string());
            }
            if self.only.contains(&event.event.kind) {
                self.tell(event.event.kind, &event.event.data);
            }
        }
        if self.only.contains(&"message")
            && let Err(error) = self.look_for_messages().await
        {
            tracing::warn!(%error, "messages could not be read; reading them is tried again");
        }
    }

    async fn look_for_messages(&mut self) -> store::Result<()> {
        let mut conn = self.app.database.read().await?;
        let messages =
            store::messages::numbered(&mut conn, self.realm.id, self.read.message, MESSAGES_AT_A_TIME).await?;
        drop(conn);
        for (number, message) in messages {
            self.read.message = number;
            self.tell("message", &of_message(&message).to_string());
        }
        Ok(())
    }

    /// `data` is JSON.
    fn tell(&mut self, kind: &str, data: &str) {
        let event = Event::default().id(self.read.id()).event(kind).data(data);
        self.waiting.push_back(event);
    }
}

/// Enough to know whether one wants to read it.
fn of_message(message: &OutboxMessage) -> Value {
    json!({
        "id": message.id,
        "channel": message.channel.name(),
        "recipient": message.recipient,
        "subject": message.subject,
        "reason": message.reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_how_far_one_has_read_and_nothing_else_does() {
        let read = Read { event: 17, message: 4 };

        assert_eq!(Read::parse(&read.id()), Some(read));
        for wrong in ["", "17", "17-", "-4", "a-b", "17-4-1"] {
            assert_eq!(Read::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn one_may_choose_what_to_hear() {
        assert_eq!(read_kinds("message,clock").unwrap(), ["message", "clock"]);
        for wrong in ["", "messages", "message,,clock"] {
            assert!(read_kinds(wrong).is_none(), "{wrong}");
        }
    }
}
