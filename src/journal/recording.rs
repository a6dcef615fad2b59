//! What is noted while a request is answered, by those who come to know it: the realm, the exchange's id, and who takes part.
//!
//! It goes with the request as a task-local value and not as an argument: a refusal is written deep down, where nobody knows the request any
//! more, and must still be able to say where it is explained (`error_uri`); and whom a refused code belonged to is known only
//! where it was refused. Nothing is ever decided by what stands here.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::Timestamp;

use crate::{
    model::{ClientId, GrantId, RealmId, User, UserId},
    web::paths,
};

tokio::task_local! {
    static CURRENT: Recording;
}

/// An exchange that is going on. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Recording(Arc<Notes>);

#[derive(Debug, Default)]
struct Notes {
    begun: OnceLock<Begun>,
    parties: Mutex<Parties>,
}

/// Where an exchange belongs: known as soon as the realm is.
#[derive(Debug)]
pub struct Begun {
    pub realm: RealmId,
    pub issuer: String,
    pub id: String,
    /// By the realm's clock.
    pub at: Timestamp,
    /// Within the realm.
    pub path: String,
}

/// Who takes part in an exchange, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parties {
    pub client: Option<ClientId>,
    pub user: Option<(UserId, String)>,
    pub grant: Option<GrantId>,
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

    pub fn parties(&self) -> Parties {
        self.0.parties.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs `answer` as part of this exchange.
    pub async fn around<F: Future>(self, answer: F) -> F::Output {
        CURRENT.scope(self, answer).await
    }

    fn note(change: impl FnOnce(&mut Parties)) {
        let _ = CURRENT.try_with(|recording| {
            change(&mut recording.0.parties.lock().unwrap_or_else(PoisonError::into_inner));
        });
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
            Some(format!("{}{}/{}", begun.issuer, paths::EXCHANGES, begun.id))
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

    fn recording() -> Recording {
        let recording = Recording::default();
        recording.begin(Begun {
            realm: RealmId(1),
            issuer: "http://localhost:8080".to_owned(),
            id: "7".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            path: "/oauth/token".to_owned(),
        });
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
        assert_eq!(taken.as_deref(), Some("http://localhost:8080/control/exchanges/7"));
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

        assert_eq!(recording.parties().client, Some(ClientId::from("demo-client")));
    }
}
