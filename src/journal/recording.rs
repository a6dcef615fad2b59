//! What is noted while a request is answered, by those who come to know it: the realm, the exchange's id, and who
//! takes part.
//!
//! It goes with the request as a task-local value and not as an argument: a refusal is written deep down, where
//! nobody knows the request any more, and must still be able to say where it is explained (`error_uri`); and whom a
//! refused code belonged to is known only where it was refused. Nothing is ever decided by what stands here.

use std::{
    mem,
    sync::{Arc, OnceLock},
};

use jiff::Timestamp;
use parking_lot::Mutex;
use uuid::Uuid;

use super::passed::Passed;
use crate::{
    model::{ClientId, GrantId, RealmId, User, UserId},
    web::{endpoint::Endpoint, paths},
};

tokio::task_local! {
    static CURRENT: Recording;
}

/// An exchange that is going on. Cheap to clone.
#[derive(Clone, Default)]
pub struct Recording(Arc<Notes>);

#[derive(Default)]
struct Notes {
    begun: OnceLock<Begun>,
    parties: Mutex<Parties>,
    /// What has passed of the request's body.
    sent: Mutex<Passed>,
}

/// Where an exchange belongs: known as soon as the realm is.
pub struct Begun {
    pub realm: RealmId,
    pub id: Uuid,
    /// By the realm's clock.
    pub at: Timestamp,
    pub endpoint: &'static Endpoint,
    /// The issuer, and behind it the path within the realm.
    address: String,
    /// The length of the issuer.
    issuer: usize,
}

/// Who takes part in an exchange, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parties {
    pub client: Option<ClientId>,
    pub user: Option<(UserId, String)>,
    pub grant: Option<GrantId>,
}

impl Begun {
    pub fn new(realm: RealmId, id: Uuid, at: Timestamp, endpoint: &'static Endpoint, issuer: &str, path: &str) -> Self {
        Self {
            realm,
            id,
            at,
            endpoint,
            address: [issuer, path].concat(),
            issuer: issuer.len(),
        }
    }

    pub fn issuer(&self) -> &str {
        self.address.get(..self.issuer).unwrap_or_default()
    }

    /// Within the realm: `/oauth/token`.
    pub fn path(&self) -> &str {
        self.address.get(self.issuer..).unwrap_or_default()
    }
}

impl Parties {
    /// These, and `others` where these are unknown.
    pub fn or(&self, others: &Self) -> Self {
        Self {
            client: self.client.clone().or_else(|| others.client.clone()),
            user: self.user.clone().or_else(|| others.user.clone()),
            grant: self.grant.clone().or_else(|| others.grant.clone()),
        }
    }

    /// Bytes of memory it holds besides itself.
    pub fn weight(&self) -> usize {
        let user = self.user.as_ref();
        self.client.as_ref().map_or(0, |client| client.0.capacity())
            + user.map_or(0, |(id, name)| id.0.capacity() + name.capacity())
            + self.grant.as_ref().map_or(0, |grant| grant.0.capacity())
    }
}

impl Recording {
    /// Says where the exchange belongs; only the first time counts.
    pub fn begin(&self, begun: Begun) {
        let _ = self.0.begun.set(begun);
    }

    /// Where it belongs; `None` where it is not recorded.
    pub fn begun(&self) -> Option<&Begun> {
        self.0.begun.get()
    }

    /// Runs `answer` as part of this exchange.
    pub async fn around<F: Future>(self, answer: F) -> F::Output {
        CURRENT.scope(self, answer).await
    }

    /// Changes what has passed of the request's body.
    pub(super) fn pass(&self, change: impl FnOnce(&mut Passed)) {
        change(&mut self.0.sent.lock());
    }

    /// Hands over what was noted up to now. What is noted later belongs to nothing any more.
    pub(super) fn take(&self) -> (Parties, Passed) {
        (
            mem::take(&mut *self.0.parties.lock()),
            mem::take(&mut *self.0.sent.lock()),
        )
    }

    /// Bytes of memory it holds besides itself, once the notes are handed over.
    pub(super) fn weight(&self) -> usize {
        size_of::<Notes>() + self.begun().map_or(0, |begun| begun.address.capacity())
    }

    fn note(change: impl FnOnce(&mut Parties)) {
        let _ = CURRENT.try_with(|recording| change(&mut recording.0.parties.lock()));
    }
}

/// Takes the exchange along into a task of its own, where task-local values do not follow.
pub fn carried<F: Future>(answer: F) -> impl Future<Output = F::Output> {
    let current = CURRENT.try_with(Clone::clone).ok();
    async move {
        match current {
            Some(recording) => recording.around(answer).await,
            None => answer.await,
        }
    }
}

/// Where the exchange that is going on can be looked at; `None` where it is not recorded.
pub fn address() -> Option<String> {
    CURRENT
        .try_with(|recording| {
            let begun = recording.begun()?;
            Some(format!("{}{}/{}", begun.issuer(), paths::EXCHANGES, begun.id))
        })
        .ok()
        .flatten()
}

/// This client takes part.
pub fn note_client(client: &ClientId) {
    Recording::note(|parties| parties.client = Some(client.clone()));
}

/// This user takes part.
pub fn note_user(user: &User) {
    Recording::note(|parties| parties.user = Some((user.id.clone(), user.username.clone())));
}

/// This grant is spoken of.
pub fn note_grant(grant: &GrantId) {
    Recording::note(|parties| parties.grant = Some(grant.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::endpoint::TOKEN;

    fn recording() -> Recording {
        let recording = Recording::default();
        let (issuer, path) = ("http://localhost:8080", "/oauth/token");
        let (id, at) = (Uuid::nil(), Timestamp::UNIX_EPOCH);
        recording.begin(Begun::new(RealmId(1), id, at, &TOKEN, issuer, path));
        recording
    }

    #[tokio::test]
    async fn an_exchange_goes_along_into_a_task_that_is_seen_through() {
        let (lost, taken) = recording()
            .around(async {
                let lost = tokio::spawn(async { address() });
                let taken = tokio::spawn(carried(async { address() }));
                (lost.await.unwrap(), taken.await.unwrap())
            })
            .await;

        assert_eq!(lost, None);
        let address = "http://localhost:8080/control/exchanges/00000000-0000-0000-0000-000000000000";
        assert_eq!(taken.as_deref(), Some(address));
    }

    #[tokio::test]
    async fn outside_of_an_exchange_nothing_is_noted_and_nothing_breaks() {
        note_client(&ClientId::from("demo-client"));

        assert_eq!(address(), None);
        assert_eq!(carried(async { 1 }).await, 1);
    }

    #[tokio::test]
    async fn who_takes_part_is_noted_from_within() {
        let recording = recording();

        recording
            .clone()
            .around(async { note_client(&ClientId::from("demo-client")) })
            .await;

        assert_eq!(recording.take().0.client, Some(ClientId::from("demo-client")));
    }
}
