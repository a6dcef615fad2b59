//! The outbox: letters and webhooks, written in the caller's transaction and delivered after it.
//!
//! | file | what |
//! | --- | --- |
//! | [`letter`] | e-mails about to be written |
//! | [`post`] | handing letters to a mail server |
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
pub mod post;
pub mod webhook;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::{
    keys::sealing::Sealer,
    model::{Channel, DeliveryKind, Letter, Pauses, RealmId, WrittenWebhook},
    random::{self, Random},
    store::{
        self, Tx,
        deliveries::{self, NewDelivery},
        webhooks::SealedWebhook,
    },
};
pub use letter::{Email, Link, Message, TextMessage};
pub use webhook::{Signature, Webhook};

/// Writes what leaves the house, and rings when something was written or delivered in this process. Cheap to clone.
#[derive(Clone)]
pub struct Outbox(Arc<Shared>);

struct Shared {
    bell: watch::Sender<u64>,
    sealer: Arc<Sealer>,
    /// Whether there is a post office: else letters stay in the house.
    letters_leave: AtomicBool,
}

pub use crate::store::deliveries::RETRY;

/// How long to wait after the failures of a letter: six tries within eleven hours.
const PAUSES_OF_LETTERS: [i64; 5] = [60, 5 * 60, 30 * 60, 2 * 3600, 8 * 3600];

impl Outbox {
    /// An outbox that seals secrets with `sealer`.
    pub fn new(sealer: Arc<Sealer>) -> Self {
        Self(Arc::new(Shared {
            bell: watch::Sender::new(0),
            sealer,
            letters_leave: AtomicBool::new(false),
        }))
    }

    /// From now on letters are due when they are written: somebody takes them to a post office.
    fn letters_leave(&self) {
        self.0.letters_leave.store(true, Ordering::Relaxed);
    }

    fn do_letters_leave(&self) -> bool {
        self.0.letters_leave.load(Ordering::Relaxed)
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
        self.keep(tx, realm, letter).await
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
        self.keep(tx, realm, letter).await
    }

    async fn keep(&self, tx: &mut Tx, realm: RealmId, letter: Letter) -> sqlx::Result<String> {
        let sequence = deliveries::next_number(tx, realm).await?;
        store::letters::insert(tx, realm, sequence, &letter).await?;
        if self.do_letters_leave() && letter.channel == Channel::Email {
            deliver_letter(tx, realm, sequence, &letter, letter.written_at).await?;
        }
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

    /// Makes a letter due once more, with all its tries before it; for the first time, if it stayed in the house so far.
    /// [`ring`](Self::ring) once it is committed.
    ///
    /// `now` is the realm's, `machine_now` the machine's, by which a courier holds what it is just sending.
    pub async fn send_letter_again(
        &self,
        tx: &mut Tx,
        realm: RealmId,
        letter: &Letter,
        now: Timestamp,
        machine_now: Timestamp,
    ) -> sqlx::Result<Redelivery> {
        if !self.do_letters_leave() || letter.channel != Channel::Email {
            return Ok(Redelivery::Nowhere);
        }
        if deliveries::ask_again(tx, realm, &letter.id, now, machine_now).await? {
            return Ok(Redelivery::Due);
        }
        let Some(sequence) = store::letters::sequence(tx, realm, &letter.id).await? else {
            return Ok(Redelivery::Nowhere); // cleared a moment ago
        };
        let first = deliver_letter(tx, realm, sequence, letter, now).await?;
        Ok(if first { Redelivery::Due } else { Redelivery::Busy })
    }

    /// Makes a webhook due once more, as [`send_letter_again`](Self::send_letter_again) does a letter.
    pub async fn send_webhook_again(
        &self,
        tx: &mut Tx,
        realm: RealmId,
        id: &str,
        now: Timestamp,
        machine_now: Timestamp,
    ) -> sqlx::Result<Redelivery> {
        let due = deliveries::ask_again(tx, realm, id, now, machine_now).await?;
        Ok(if due { Redelivery::Due } else { Redelivery::Busy })
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

/// Writes down that a letter is due; false when its delivery is known already.
async fn deliver_letter(
    tx: &mut Tx,
    realm: RealmId,
    sequence: i64,
    letter: &Letter,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let delivery = NewDelivery {
        id: &letter.id,
        sequence,
        kind: DeliveryKind::Letter,
        destination: random::digest(&format!("mailto:{}", letter.recipient)),
        pauses: &Pauses::of_seconds(&PAUSES_OF_LETTERS),
    };
    deliveries::insert(tx, realm, delivery, now).await
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
