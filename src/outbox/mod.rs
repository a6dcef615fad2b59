//! The outbox: messages and webhooks, written in the caller's transaction and delivered after it.
//!
//! | file | what |
//! | --- | --- |
//! | [`message`] | e-mails about to be written |
//! | [`post`] | handing messages to a mail server |
//! | [`webhook`] | requests to others about to be written, and their signatures |
//! | [`outcome`] | what a try led to |
//! | [`delivery_worker`] | delivering what is due, and trying again by the realm's clock |
//! | `in_progress` | the deliveries being made, shared fairly among realms |
//!
//! A message or webhook is a row from the moment its cause is committed, and nothing is sent before that. Writing
//! takes a number in the realm's outbox and holds it until the transaction ends, so **write last**: after every other
//! lock. Then [`Outbox::notify`].
//!
//! Delivery is *at least once*. Each try is leased by one conditional statement, for a while by the machine's clock, so
//! two delivery workers, or two processes, never send the same thing at the same time; a process that dies while
//! sending leaves a lease that runs out, and what it held is sent again.

pub mod delivery_worker;
mod in_progress;
pub mod message;
pub mod outcome;
pub mod post;
pub mod webhook;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::{
    keys::sealing::Sealer,
    model::{Channel, DeliveryKind, OutboxMessage, Pauses, RealmId, WrittenWebhook},
    random::{self, Random},
    store::{
        self, Tx,
        deliveries::{self, NewDelivery},
        webhooks::SealedWebhook,
    },
};
pub use message::{Email, Link, Message, TextMessage};
pub use webhook::{Signature, Webhook};

/// Writes what is sent to others, and notifies when something was written or delivered in this process. Cheap to clone.
#[derive(Clone)]
pub struct Outbox(Arc<Shared>);

struct Shared {
    notify: watch::Sender<u64>,
    sealer: Arc<Sealer>,
    /// Whether a mail server is configured; otherwise messages are only stored.
    messages_leave: AtomicBool,
}

pub use crate::store::deliveries::RETRY;

/// How long to wait after the failures of a message: six tries within eleven hours.
const PAUSES_OF_MESSAGES: [i64; 5] = [60, 5 * 60, 30 * 60, 2 * 3600, 8 * 3600];

impl Outbox {
    /// An outbox that seals secrets with `sealer`.
    pub fn new(sealer: Arc<Sealer>) -> Self {
        Self(Arc::new(Shared {
            notify: watch::Sender::new(0),
            sealer,
            messages_leave: AtomicBool::new(false),
        }))
    }

    /// From now on messages are due when they are written, because a mail server is configured.
    fn messages_leave(&self) {
        self.0.messages_leave.store(true, Ordering::Relaxed);
    }

    fn do_messages_leave(&self) -> bool {
        self.0.messages_leave.load(Ordering::Relaxed)
    }

    /// Writes an e-mail in the transaction that causes it, last in it; its id. [`ring`](Self::ring) once it is
    /// committed.
    pub async fn write(
        &self,
        tx: &mut Tx,
        realm: RealmId,
        random: &Random,
        email: Email,
        now: Timestamp,
    ) -> store::Result<String> {
        let message = OutboxMessage {
            id: random.id(now),
            channel: Channel::Email,
            recipient: email.recipient,
            subject: email.subject,
            body: email.body,
            html: email.html,
            reason: email.reason.to_owned(),
            written_at: now,
        };
        self.keep(tx, realm, message).await
    }

    /// Writes a text message, as [`write`](Self::write) does an e-mail.
    pub async fn write_text_message(
        &self,
        tx: &mut Tx,
        realm: RealmId,
        random: &Random,
        message: TextMessage,
        now: Timestamp,
    ) -> store::Result<String> {
        let message = OutboxMessage {
            id: random.id(now),
            channel: Channel::Sms,
            recipient: message.recipient,
            subject: String::new(),
            body: message.body,
            html: None,
            reason: message.reason.to_owned(),
            written_at: now,
        };
        self.keep(tx, realm, message).await
    }

    async fn keep(&self, tx: &mut Tx, realm: RealmId, message: OutboxMessage) -> store::Result<String> {
        let sequence = deliveries::next_number(tx, realm).await?;
        store::messages::insert(tx, realm, sequence, &message).await?;
        if self.do_messages_leave() && message.channel == Channel::Email {
            deliver_message(tx, realm, sequence, &message, message.written_at).await?;
        }
        Ok(message.id)
    }

    /// Writes a webhook in the transaction that causes it, last in it; its id. [`ring`](Self::ring) once it is
    /// committed: it is sent at once, and again by the realm's clock where that fails.
    pub async fn post_webhook(
        &self,
        tx: &mut Tx,
        realm: RealmId,
        random: &Random,
        webhook: Webhook,
        now: Timestamp,
    ) -> store::Result<String> {
        let sealed = webhook::seal(&webhook.headers, &self.0.sealer);
        let (headers, secret_headers) = sealed.map_err(store::Error::broken)?;
        let id = random.id(now);
        let delivery = NewDelivery {
            id: &id,
            sequence: deliveries::next_number(tx, realm).await?,
            kind: DeliveryKind::Webhook,
            destination: random::digest(&webhook.url),
            pauses: &webhook.pauses,
        };
        let sequence = delivery.sequence;
        deliveries::insert(tx, realm, delivery, now).await?;
        let written = SealedWebhook {
            webhook: WrittenWebhook {
                id: id.clone(),
                event: webhook.event,
                url: webhook.url,
                url_source: webhook.url_source,
                headers,
                body: webhook.body,
                written_at: now,
            },
            secret_headers,
        };
        store::webhooks::insert(tx, realm, sequence, &written).await?;
        Ok(id)
    }

    /// Makes a message due once more, with all its tries before it; for the first time, if it was only stored so
    /// far.
    /// [`ring`](Self::ring) once it is committed.
    ///
    /// `now` is the realm's, `machine_now` the machine's, by which a delivery worker holds what it is just sending.
    pub async fn send_message_again(
        &self,
        tx: &mut Tx,
        realm: RealmId,
        message: &OutboxMessage,
        now: Timestamp,
        machine_now: Timestamp,
    ) -> store::Result<Redelivery> {
        if !self.do_messages_leave() || message.channel != Channel::Email {
            return Ok(Redelivery::Nowhere);
        }
        if deliveries::ask_again(tx, realm, &message.id, now, machine_now).await? {
            return Ok(Redelivery::Due);
        }
        let Some(sequence) = store::messages::sequence(tx, realm, &message.id).await? else {
            return Ok(Redelivery::Nowhere); // cleared a moment ago
        };
        let first = deliver_message(tx, realm, sequence, message, now).await?;
        Ok(if first { Redelivery::Due } else { Redelivery::Busy })
    }

    /// Makes a webhook due once more, as [`send_message_again`](Self::send_message_again) does a message.
    pub async fn send_webhook_again(
        &self,
        tx: &mut Tx,
        realm: RealmId,
        id: &str,
        now: Timestamp,
        machine_now: Timestamp,
    ) -> store::Result<Redelivery> {
        let due = deliveries::ask_again(tx, realm, id, now, machine_now).await?;
        Ok(if due { Redelivery::Due } else { Redelivery::Busy })
    }

    /// Wakes the delivery worker and those who wait: after the commit.
    pub fn notify(&self) {
        self.0.notify.send_modify(|rung| *rung += 1);
    }

    /// A receiver that changes with every [`ring`](Self::ring).
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.0.notify.subscribe()
    }
}

/// Writes down that a message is due; false when its delivery is known already.
async fn deliver_message(
    tx: &mut Tx,
    realm: RealmId,
    sequence: i64,
    message: &OutboxMessage,
    now: Timestamp,
) -> store::Result<bool> {
    let delivery = NewDelivery {
        id: &message.id,
        sequence,
        kind: DeliveryKind::OutboxMessage,
        destination: random::digest(&format!("mailto:{}", message.recipient)),
        pauses: &Pauses::of_seconds(&PAUSES_OF_MESSAGES),
    };
    deliveries::insert(tx, realm, delivery, now).await
}

/// The result of a request to send a message or webhook again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redelivery {
    Due,
    /// It is just being sent.
    Busy,
    /// No mail server or destination is configured for it.
    Nowhere,
}
