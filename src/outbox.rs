//! The outbox: letters written in the caller's transaction, and a bell for those who wait for them.
//!
//! A letter is a row from the moment its cause is committed. Nothing is sent from here.

use jiff::Timestamp;
use tokio::sync::watch;

use crate::{
    model::{Channel, Letter, RealmId},
    random::Random,
    store::{self, Tx},
};

/// Rings when letters were written in this process.
pub struct Outbox {
    bell: watch::Sender<u64>,
}

impl Default for Outbox {
    fn default() -> Self {
        Self {
            bell: watch::Sender::new(0),
        }
    }
}

/// An e-mail about to be written.
pub struct Email {
    pub recipient: String,
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// What makes us write, such as `asap_list.earlier_slot`.
    pub reason: &'static str,
}

impl Outbox {
    /// Writes an e-mail in the transaction that causes it. [`ring`](Self::ring) once it is committed.
    pub async fn write(tx: &mut Tx, realm: RealmId, random: &Random, email: Email, now: Timestamp) -> sqlx::Result<()> {
        let letter = Letter {
            id: random.id(now),
            channel: Channel::Email,
            recipient: email.recipient,
            subject: email.subject,
            body: email.body,
            html: None,
            reason: email.reason.to_owned(),
            written_at: now,
        };
        store::letters::insert(tx, realm, &letter).await
    }

    /// Wakes those who wait: after the commit.
    pub fn ring(&self) {
        self.bell.send_modify(|rung| *rung += 1);
    }

    /// A receiver that changes with every [`ring`](Self::ring).
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }
}
