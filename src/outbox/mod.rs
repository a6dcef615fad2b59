//! The outbox: letters and webhooks, written in the caller's transaction and delivered after it.
//!
//! | file | what |
//! | --- | --- |
//! | [`letter`] | e-mails about to be written |
//! | [`webhook`] | requests to others about to be written, and their signatures |
//! | [`courier`] | delivering what is due, and trying again by the realm's clock |
//!
//! A letter or webhook is a row from the moment its cause is committed, and nothing leaves the house before that. Writing
//! takes a number in the realm's outbox and holds it until the transaction ends, so **write last**: after every other
//! lock. Then [`Outbox::ring`].
//!
//! Delivery is *at least once*. Each try is claimed by one conditional statement with a lease by the machine's clock, so
//! two couriers, or two processes, never send the same thing at the same time; a process that dies while sending
//! leaves a lease that runs out, and what it held is sent again.

pub mod courier;
pub mod letter;
pub mod webhook;

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::{
    keys::sealing::Sealer,
    model::{Channel, DeliveryKind, Letter, RealmId, WrittenWebhook},
    random::{self, Random},
    store::{
        self, Tx,
        deliveries::{self, NewDelivery},
        webhooks::SealedWebhook,
    },
};
pub use letter::{Email, TextMessage};
pub use webhook::{Signature, Webhook};

/// Writes what leaves the house, and rings when something was written or delivered in this process. Cheap to clone.
#[derive(Clone)]
pub struct Outbox(Arc<Shared>);

struct Shared {
    bell: watch::Sender<u64>,
    sealer: Arc<Sealer>,
}

impl Outbox {
    /// An outbox that seals secrets with `sealer`.
    pub fn new(sealer: Arc<Sealer>) -> Self {
        Self(Arc::new(Shared {
            bell: watch::Sender::new(0),
            sealer,
        }))
    }

    /// Writes an e-mail in the transaction that causes it, last in it; its id. [`ring`](Self::ring) once it is committed.
    pub async fn write(
        &self,
        tx: &mut Tx,
        realm: RealmId,
        random: &Random,
        email: Email,
        now: Timestamp,
    ) -> sqlx::Result<String> {
        let letter = Letter {
            id: random.id(now),
            channel: Channel::Email,
            recipient: email.recipient,
            subject: email.subject,
            body: email.body,
            html: email.html,
            reason: email.reason.to_owned(),
            written_at: now,
        };
        Self::keep(tx, realm, letter).await
    }

    /// Writes a text message, as [`write`](Self::write) does an e-mail.
    pub async fn write_text_message(
        &self,
        tx: &mut Tx,
        realm: RealmId,
        random: &Random,
        message: TextMessage,
        now: Timestamp,
    ) -> sqlx::Result<String> {
        let letter = Letter {
            id: random.id(now),
            channel: Channel::Sms,
            recipient: message.recipient,
            subject: String::new(),
            body: message.body,
            html: None,
            reason: message.reason.to_owned(),
            written_at: now,
        };
        Self::keep(tx, realm, letter).await
    }

    async fn keep(tx: &mut Tx, realm: RealmId, letter: Letter) -> sqlx::Result<String> {
        let sequence = deliveries::next_number(tx, realm).await?;
        store::letters::insert(tx, realm, sequence, &letter).await?;
        Ok(letter.id)
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
    ) -> sqlx::Result<String> {
        let sealed = webhook::seal(&webhook.headers, &self.0.sealer);
        let (headers, secret_headers) = sealed.map_err(|error| sqlx::Error::Encode(error.into()))?;
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

    /// Makes something due once more, with all its tries before it. [`ring`](Self::ring) once it is committed.
    ///
    /// `now` is the realm's, `machine_now` the machine's, by which a courier holds what it is just sending.
    pub async fn send_again(
        &self,
        tx: &mut Tx,
        realm: RealmId,
        id: &str,
        now: Timestamp,
        machine_now: Timestamp,
    ) -> sqlx::Result<Redelivery> {
        if deliveries::ask_again(tx, realm, id, now, machine_now).await? {
            return Ok(Redelivery::Due);
        }
        let known = deliveries::find(tx, realm, id).await?.is_some();
        Ok(if known { Redelivery::Busy } else { Redelivery::Nowhere })
    }

    /// Wakes the courier and those who wait: after the commit.
    pub fn ring(&self) {
        self.0.bell.send_modify(|rung| *rung += 1);
    }

    /// A receiver that changes with every [`ring`](Self::ring).
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.0.bell.subscribe()
    }
}

/// What became of the wish to send something again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redelivery {
    Due,
    /// It is just being sent.
    Busy,
    /// There is no way for it out of the house.
    Nowhere,
}
