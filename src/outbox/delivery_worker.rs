//! The delivery worker: delivers what is due, and tries again by the realm's clock.
//!
//! What goes to one address goes one after the other, in the order it was written; addresses do not wait for one
//! another, nor do realms, and what failed does not hold up what comes after it. Two processes may deliver to one
//! address at the same time.
//!
//! The first try needs no clock: it is made as soon as the transaction is committed, also where the clock stands still.
//! A failed try is followed by the next one when the realm's clock has gone on for the pause that was asked for,
//! counted from when the failed one was due, so that a clock that leaps makes the same tries as one that walks.

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue, header};
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{
    Outbox, RETRY,
    in_progress::{InProgress, Places},
    outcome::{Outcome, secrets_among},
    post::Post,
    webhook,
};
use crate::{
    clock::system_now,
    fetch::{self, Fetch},
    model::{Attempt, DeliveryKind, DeliveryState, RealmId, remembered},
    store::{
        self, Conn, Database, Tx,
        deliveries::{self, LeasedDelivery},
        settle,
    },
};

/// How long a delivery worker may hold what it sends: longer than any try takes.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// How often a delivery worker looks without having been notified: another process may have written, or died.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How many receivers of webhooks are called at the same time.
const WEBHOOKS: Places = Places {
    all: 256,
    of_a_realm: 16,
};
/// How many messages are handed to the mail server at the same time, which is one for all realms.
const MESSAGES: Places = Places { all: 8, of_a_realm: 2 };

/// Delivers for one process.
pub struct DeliveryWorker {
    outbox: Outbox,
    database: Database,
    fetch: Fetch,
    /// Without one, messages are not sent.
    post: Option<Post>,
    /// Called when something was put on a realm's agenda.
    on_agenda: Box<dyn Fn(RealmId) + Send + Sync>,
    shutdown: CancellationToken,
}

impl DeliveryWorker {
    /// A delivery worker that stops taking on new deliveries when `shutdown` is cancelled.
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
        let worker = Arc::new(self);
        let mut notify = worker.outbox.listen();
        let mut look_again = tokio::time::interval(LOOK_AGAIN);
        let mut webhooks = InProgress::new(WEBHOOKS);
        let mut messages = InProgress::new(MESSAGES);
        while !worker.shutdown.is_cancelled() {
            notify.mark_unchanged(); // before looking, so that nothing falls in between
            if let Err(error) = worker.start_what_is_due(&mut webhooks, &mut messages).await {
                tracing::warn!(%error, "the outbox could not be read; this will be retried");
            }
            tokio::select! {
                () = worker.shutdown.cancelled() => {}
                _ = notify.changed() => {}
                () = webhooks.one_ends() => {}
                () = messages.one_ends() => {}
                _ = look_again.tick() => worker.end_those_of_deleted_realms(&[&webhooks, &messages]).await,
            }
        }
        webhooks.all_end().await;
        messages.all_end().await;
    }

    async fn start_what_is_due(
        self: &Arc<Self>,
        webhooks: &mut InProgress,
        messages: &mut InProgress,
    ) -> store::Result<()> {
        let mut conn = self.database.read().await?;
        self.start_kind(&mut conn, DeliveryKind::Webhook, webhooks, WEBHOOKS)
            .await?;
        if self.post.is_some() {
            self.start_kind(&mut conn, DeliveryKind::OutboxMessage, messages, MESSAGES)
                .await?;
        }
        Ok(())
    }

    /// Starts a task for every address that has something due and none in progress, as far as there are places.
    async fn start_kind(
        self: &Arc<Self>,
        conn: &mut Conn,
        kind: DeliveryKind,
        in_progress: &mut InProgress,
        places: Places,
    ) -> store::Result<()> {
        // Twice as many as there are places, since as many of those that are due may be in progress.
        let due = deliveries::list_due(conn, system_now(), kind, 2 * places.of_a_realm, 2 * places.all).await?;
        for (realm, destination) in due {
            let worker = self.clone();
            let place = destination.clone();
            in_progress.start(
                (realm, destination),
                async move { worker.deliver_all(realm, &place).await },
            );
        }
        Ok(())
    }

    async fn end_those_of_deleted_realms(&self, in_progress: &[&InProgress]) {
        for tasks in in_progress {
            for realm in tasks.realms() {
                match self.exists(realm).await {
                    Ok(true) => {}
                    Ok(false) => tasks.end_those_of(realm),
                    Err(error) => return tracing::warn!(%error, "whether realms were deleted could not be read"),
                }
            }
        }
    }

    async fn exists(&self, realm: RealmId) -> store::Result<bool> {
        let clock = store::realms::clock(&mut self.database.read().await?, realm).await?;
        Ok(clock.is_some())
    }

    async fn deliver_all(&self, realm: RealmId, destination: &str) {
        while !self.shutdown.is_cancelled() {
            match self.deliver_next(realm, destination).await {
                Ok(true) => self.outbox.notify(),
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, "a delivery failed, or its result could not be stored; it will be retried");
                    return;
                }
            }
        }
    }

    /// Leases what is next for an address, sends it, and writes down what came of it. False when nothing was due.
    async fn deliver_next(&self, realm: RealmId, destination: &str) -> store::Result<bool> {
        let now = system_now();
        let until = now.checked_add(LEASE).unwrap_or(now);
        let mut tx = self.database.write_once().await?;
        let held = deliveries::lease(&mut tx, realm, destination, now, until).await?;
        drop(tx);
        let Some(held) = held else {
            return Ok(false);
        };
        let outcome = match held.kind {
            DeliveryKind::Webhook => self.send_webhook(&held).await?,
            DeliveryKind::OutboxMessage => self.send_message(&held).await?,
        };
        self.record(held, outcome).await?;
        Ok(true)
    }

    async fn send_message(&self, held: &LeasedDelivery) -> store::Result<Outcome> {
        let Some(post) = &self.post else {
            return Ok(Outcome::failure("nothing is configured to send messages"));
        };
        let found = store::messages::find(&mut self.database.read().await?, held.realm, &held.id).await?;
        let Some((message, _)) = found else {
            return Ok(Outcome::permanent_failure("it was removed"));
        };
        tracing::debug!(reason = message.reason, "sending a message");
        Ok(post.send(&message).await)
    }

    async fn send_webhook(&self, held: &LeasedDelivery) -> store::Result<Outcome> {
        let found = store::webhooks::find(&mut self.database.read().await?, held.realm, &held.id).await?;
        let Some(sealed) = found else {
            return Ok(Outcome::permanent_failure("it was removed"));
        };
        let hook = sealed.webhook;
        let opened = webhook::open(&hook.headers, sealed.secret_headers.as_deref(), &self.outbox.0.sealer);
        let headers = opened.map_err(|error| error.to_string());
        let (headers, secrets) = match headers.and_then(|headers| {
            let secrets = secrets_among(&hook.headers, &headers);
            Ok((sendable(headers)?, secrets))
        }) {
            Ok(opened) => opened,
            Err(reason) => return Ok(Outcome::permanent_failure(reason)),
        };
        tracing::debug!(event = hook.event, "sending a webhook");
        Ok(Outcome::of(
            self.fetch.post(hook.url_source, &hook.url, headers, hook.body).await,
            &secrets,
        ))
    }

    async fn record(&self, held: LeasedDelivery, outcome: Outcome) -> store::Result<()> {
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
        let outcome = record_in(&mut tx, &held, state, due_at, &history).await;
        settle(tx, outcome).await?;
        if state == DeliveryState::Waiting {
            (self.on_agenda)(held.realm);
        }
        Ok(())
    }
}

async fn record_in(
    tx: &mut Tx,
    held: &LeasedDelivery,
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
