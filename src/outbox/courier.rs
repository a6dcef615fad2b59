//! The courier: delivers what is due, and tries again by the realm's clock.
//!
//! What goes to one address goes one after the other, in the order it was written; addresses do not wait for one another,
//! and what failed does not hold up what comes after it. Two processes may deliver to one address at the same time.
//!
//! The first try needs no clock: it is made as soon as the transaction is committed, also where the clock stands still.
//! A failed try is followed by the next one when the realm's clock has gone on for the pause that was asked for, counted
//! from when the failed one was due, so that a clock that leaps makes the same tries as one that walks.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use tokio::task::{self, JoinSet};
use tokio_util::sync::CancellationToken;

use super::{Outbox, RETRY, post::Post, webhook};
use crate::clock::system_now;
use crate::fetch::{self, Fetch, FetchError, Fetched};
use crate::model::{Attempt, DeliveryKind, DeliveryState, RealmId, ShownHeaders, remembered};
use crate::store::deliveries::{self, Claimed};
use crate::store::{self, Database, Tx, settle};

/// How long a courier may hold what it sends: longer than any try takes.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// How often a courier looks without having been rung for: another process may have written, or died.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How many addresses are called at the same time.
const AT_ONCE: usize = 32;
/// How much of a refusing answer is remembered, in characters.
const REMEMBERED_ANSWER: usize = 200;

/// Delivers for one process.
pub struct Courier {
    outbox: Outbox,
    database: Database,
    fetch: Fetch,
    /// Without one, messages stay in the house.
    post: Option<Post>,
    /// Called when something was put on a realm's agenda.
    on_agenda: Box<dyn Fn(RealmId) + Send + Sync>,
    shutdown: CancellationToken,
}

/// An address within a realm.
type Destination = (RealmId, String);

/// The addresses being called.
#[derive(Default)]
struct Errands {
    running: JoinSet<()>,
    known: HashMap<task::Id, Destination>,
    busy: HashSet<Destination>,
}

/// What came of a try.
pub(super) struct Outcome {
    /// The HTTP status or SMTP reply code, when there was an answer.
    pub status: Option<u16>,
    /// Why it does not count as delivered.
    pub error: Option<String>,
    /// It would end the same way however often it were tried.
    pub permanent: bool,
}

impl Courier {
    /// A courier that stops taking on new errands when `shutdown` is cancelled.
    pub fn new(
        outbox: Outbox,
        database: Database,
        fetch: Fetch,
        post: Option<Post>,
        on_agenda: impl Fn(RealmId) + Send + Sync + 'static,
        shutdown: CancellationToken,
    ) -> Self {
        if post.is_some() {
            outbox.messages_leave();
        }
        Self {
            outbox,
            database,
            fetch,
            post,
            on_agenda: Box::new(on_agenda),
            shutdown,
        }
    }

    /// Delivers until the process is asked to end; what is being sent then is sent to its end.
    pub async fn run(self) {
        let courier = Arc::new(self);
        let mut notify = courier.outbox.listen();
        let mut errands = Errands::default();
        while !courier.shutdown.is_cancelled() {
            notify.mark_unchanged(); // before looking, so that nothing falls in between
            if let Err(error) = courier.set_out(&mut errands).await {
                tracing::warn!(%error, "the outbox could not be read, and is tried again");
            }
            tokio::select! {
                () = courier.shutdown.cancelled() => {}
                _ = notify.changed() => {}
                () = errands.one_ends() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
        while errands.running.join_next().await.is_some() {}
    }

    /// Starts an errand for every address that has something due and none under way.
    async fn set_out(self: &Arc<Self>, errands: &mut Errands) -> store::Result<()> {
        let limit = i64::try_from(2 * AT_ONCE).unwrap_or(i64::MAX);
        let messages = self.post.is_some();
        let due = deliveries::list_due(&mut self.database.read().await?, system_now(), messages, limit).await?;
        for (realm, destination) in due {
            if errands.running.len() >= AT_ONCE {
                break;
            }
            let courier = self.clone();
            let place = destination.clone();
            errands.start(
                (realm, destination),
                async move { courier.deliver_all(realm, &place).await },
            );
        }
        Ok(())
    }

    async fn deliver_all(&self, realm: RealmId, destination: &str) {
        while !self.shutdown.is_cancelled() {
            match self.deliver_next(realm, destination).await {
                Ok(true) => self.outbox.ring(),
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, "a delivery could not be made or written down, and is tried again");
                    return;
                }
            }
        }
    }

    /// Claims what is next for an address, sends it, and writes down what came of it. False when nothing was due.
    async fn deliver_next(&self, realm: RealmId, destination: &str) -> store::Result<bool> {
        let now = system_now();
        let until = now.checked_add(LEASE).unwrap_or(now);
        let mut tx = self.database.write_once().await?;
        let held = deliveries::claim(&mut tx, realm, destination, now, until).await?;
        drop(tx);
        let Some(held) = held else {
            return Ok(false);
        };
        let outcome = match held.kind {
            DeliveryKind::Webhook => self.send_webhook(&held).await?,
            DeliveryKind::OutboxMessage => self.send_message(&held).await?,
        };
        self.write_down(held, outcome).await?;
        Ok(true)
    }

    async fn send_message(&self, held: &Claimed) -> store::Result<Outcome> {
        let Some(post) = &self.post else {
            return Ok(Outcome::failure("nothing is configured to send messages"));
        };
        let found = store::messages::find(&mut self.database.read().await?, held.realm, &held.id).await?;
        let Some((message, _)) = found else {
            return Ok(Outcome::hopeless("it was removed"));
        };
        tracing::debug!(reason = message.reason, "sending a message");
        Ok(post.send(&message).await)
    }

    async fn send_webhook(&self, held: &Claimed) -> store::Result<Outcome> {
        let found = store::webhooks::find(&mut self.database.read().await?, held.realm, &held.id).await?;
        let Some(sealed) = found else {
            return Ok(Outcome::hopeless("it was removed"));
        };
        let hook = sealed.webhook;
        let opened = webhook::open(&hook.headers, sealed.secret_headers.as_deref(), &self.outbox.0.sealer);
        let headers = opened.map_err(|error| error.to_string());
        let (headers, secrets) = match headers.and_then(|headers| {
            let secrets = secrets_among(&hook.headers, &headers);
            Ok((sendable(headers)?, secrets))
        }) {
            Ok(opened) => opened,
            Err(reason) => return Ok(Outcome::hopeless(reason)),
        };
        tracing::debug!(event = hook.event, "sending a webhook");
        Ok(Outcome::of(
            self.fetch.post(hook.url_source, &hook.url, headers, hook.body).await,
            &secrets,
        ))
    }

    async fn write_down(&self, held: Claimed, outcome: Outcome) -> store::Result<()> {
        let clock = store::realms::clock(&mut self.database.read().await?, held.realm).await?;
        let Some(now) = clock.map(|clock| clock.now()) else {
            return Ok(()); // the realm is gone
        };
        let (state, due_at) = outcome.next(&held, now);
        let attempt = Attempt {
            at: now,
            status: outcome.status,
            error: outcome.error,
            permanent: outcome.permanent,
        };
        let history = remembered(held.history.clone(), attempt);
        let mut tx = self.database.begin().await?;
        let outcome = written_down(&mut tx, &held, state, due_at, &history).await;
        settle(tx, outcome).await?;
        if state == DeliveryState::Waiting {
            (self.on_agenda)(held.realm);
        }
        Ok(())
    }
}

async fn written_down(
    tx: &mut Tx,
    held: &Claimed,
    state: DeliveryState,
    due_at: Timestamp,
    history: &[Attempt],
) -> store::Result<()> {
    if !deliveries::settle(tx, held, state, due_at, history).await? {
        tracing::info!("a delivery took longer than its lease, or was removed meanwhile");
    } else if state == DeliveryState::Waiting {
        let event = format!("{}.{}", held.id, held.attempts); // once only, and no chance is asked for it
        store::agenda::insert(tx, held.realm, &event, due_at, RETRY, &held.id).await?;
    }
    Ok(())
}

impl Errands {
    fn start(&mut self, destination: Destination, errand: impl Future<Output = ()> + Send + 'static) {
        if self.busy.insert(destination.clone()) {
            let id = self.running.spawn(errand).id();
            self.known.insert(id, destination);
        }
    }

    /// Waits until one errand ends; for ever while there is none.
    async fn one_ends(&mut self) {
        let id = match self.running.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => {
                tracing::error!(%error, "an errand ended badly");
                error.id()
            }
            None => std::future::pending().await,
        };
        if let Some(destination) = self.known.remove(&id) {
            self.busy.remove(&destination);
        }
    }
}

impl Outcome {
    fn of(answer: Result<Fetched, FetchError>, secrets: &[String]) -> Self {
        match answer {
            Ok(answer) if (200..300).contains(&answer.status) => Self::success(answer.status),
            Ok(answer) => Self {
                status: Some(answer.status),
                ..Self::failure(refusal(&answer, secrets))
            },
            Err(error @ (FetchError::TimedOut | FetchError::Failed(_))) => Self::failure(error.to_string()),
            Err(error) => Self::hopeless(error.to_string()),
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
    pub fn hopeless(reason: impl Into<String>) -> Self {
        Self {
            permanent: true,
            ..Self::failure(reason)
        }
    }

    /// Where the delivery stands after this, and when what comes next is due by the realm's clock.
    fn next(&self, held: &Claimed, now: Timestamp) -> (DeliveryState, Timestamp) {
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

/// What nobody is to read of the headers that are sent, the longest first: each secret value, and of one that has a scheme
/// before it (`Bearer …`) what follows.
fn secrets_among(shown: &ShownHeaders, sent: &[(String, String)]) -> Vec<String> {
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

/// Headers as they are sent: JSON unless one of them says another.
fn sendable(headers: Vec<(String, String)>) -> Result<HeaderMap, String> {
    let mut sent = HeaderMap::new();
    for (name, value) in headers {
        let (name, value) = fetch::header(&name, &value).map_err(|error| error.to_string())?;
        sent.append(name, value);
    }
    sent.entry(header::CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/json"));
    Ok(sent)
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
