//! Creating a realm from a seed.
//!
//! Whatever has to be hashed or opened is done first; then the realm is written as a whole, or not at all. The number
//! of a realm is taken first in every such transaction, so that of two that create or replace a realm of the same name,
//! one follows the other.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    error::CreationError,
    origin::Origin,
    seed::{Seed, SeedClock, loading::PreparedSeed},
};
use crate::{
    app::{App, DirectoryError, Realm},
    clock::{self, Clock},
    model::{Policy, RealmId, RealmName, RealmSettings},
    portals::portal::Portal,
    random::Random,
    store::{
        self, Tx,
        realms::{Chance, NewRealm},
        settle,
    },
    web::paths,
};

/// Generated names draw from letters and digits that cannot be mistaken for one another.
const NAME_ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
const NAME_LENGTH: usize = 12;

/// What a new realm shall be.
pub struct NewRealmRequest {
    pub name: RealmName,
    pub policy: Policy,
    pub clock: Clock,
    pub expires_at: Option<Timestamp>,
    pub seed: Arc<Seed>,
    /// What its random numbers are drawn from, where they shall repeat.
    pub random_seed: Option<String>,
    pub origin: Origin,
}

impl NewRealmRequest {
    /// The default realm, made from `seed`.
    pub fn default_realm(seed: Arc<Seed>) -> Self {
        let origin = Origin {
            seed: Some(seed.source()),
            ..Origin::default()
        };
        let policy = seed.policy.as_ref().map(|policy| policy.0.clone()).unwrap_or_default();
        Self::with(RealmName::default_realm(), policy, origin, seed, None)
    }

    /// The realm an origin describes.
    ///
    /// # Errors
    /// When there is no such seed, preset or switch.
    pub fn read(
        name: RealmName,
        origin: Origin,
        expires_at: Option<Timestamp>,
        portals: &[&'static Portal],
    ) -> Result<Self, CreationError> {
        let seed = Seed::read_json(origin.seed.clone().unwrap_or_else(|| "demo".into()), portals)?;
        let policy = policy(origin.policy.as_ref(), &seed).map_err(CreationError::Policy)?;
        Ok(Self::with(name, policy, origin, seed, expires_at))
    }

    fn with(name: RealmName, policy: Policy, origin: Origin, seed: Arc<Seed>, expires_at: Option<Timestamp>) -> Self {
        let random_seed = origin.random_seed.as_ref().or(seed.random_seed.as_ref());
        Self {
            name,
            policy,
            clock: origin.clock.or(seed.clock).map_or_else(Clock::real, SeedClock::clock),
            expires_at,
            random_seed: random_seed.map(|seed| seed.0.clone()),
            seed,
            origin,
        }
    }
}

/// The seed's policy, unless another preset is named, with the switches that are asked for.
fn policy(requested: Option<&Value>, seed: &Seed) -> Result<Policy, String> {
    let of_seed = || seed.policy.as_ref().map(|policy| policy.0.clone()).unwrap_or_default();
    match requested {
        None => Ok(of_seed()),
        Some(switches @ Value::Object(members)) if !members.contains_key("preset") => of_seed().changed(switches),
        Some(named) => Policy::read(named),
    }
}

/// A random name for a realm.
pub fn random_name() -> RealmName {
    let name = Random::system().characters(NAME_ALPHABET, NAME_LENGTH);
    name.parse()
        .expect("the alphabet has only characters that a name may have")
}

/// The issuer of a realm of that name; `base` is the issuer of the default realm.
pub fn issuer_of(base: &str, name: &RealmName) -> String {
    format!("{base}{}", paths::realm_base(name))
}

/// A realm about to be written: its row, its seed with nothing left to hash, and its source of random numbers.
pub(super) struct PreparedRealm {
    pub realm: NewRealm,
    pub seed: PreparedSeed,
    pub random: Option<Random>,
    pub now: Timestamp,
}

pub(super) async fn prepare(
    app: &App,
    request: NewRealmRequest,
    root_secret: String,
    created_at: Timestamp,
) -> Result<PreparedRealm, CreationError> {
    let now = request.clock.now();
    let origin = request.origin.seal(app)?;
    let chance = request.random_seed.map(|seed| Chance { seed, epoch: 1 });
    let random = chance
        .as_ref()
        .map(|chance| Random::seeded(&chance.seed, &chance.epoch.to_string()));
    let issuer = issuer_of(&app.issuer, &request.name);
    let drawn = random.clone().unwrap_or_default();
    let seed = PreparedSeed::new(&request.seed, &issuer, &app.passwords, app.realms.sealer(), &drawn, now).await?;
    Ok(PreparedRealm {
        seed,
        realm: NewRealm {
            name: request.name,
            policy: request.policy,
            clock: request.clock,
            root_secret,
            created_at,
            expires_at: request.expires_at,
            chance,
            origin: Some(origin),
        },
        random,
        now,
    })
}

/// Creates a realm and loads its seed, in one transaction.
///
/// # Errors
/// When the name is taken, the seed contradicts itself, or the server fails.
pub async fn create(app: &App, request: NewRealmRequest) -> Result<Realm, CreationError> {
    let root_secret = Realm::new_root_secret(app.realms.sealer())?;
    let prepared = prepare(app, request, root_secret, clock::system_now()).await?;
    let id = next_id(app).await?;

    let inserting = async {
        let mut tx = app.database.begin().await?;
        let outcome = insert_in(&mut tx, id, prepared.realm, &prepared.seed, prepared.now).await;
        settle(tx, outcome).await
    };
    let settings = app.database.long(inserting).await?;

    Ok(activate(app, settings, prepared.random).await?)
}

/// The number of a realm that is about to be created, in a statement of its own: realms are filled side by side.
pub(super) async fn next_id(app: &App) -> store::Result<RealmId> {
    let mut tx = app.database.write_once().await?;
    store::realms::next_id(&mut tx).await
}

async fn insert_in(
    tx: &mut Tx,
    id: RealmId,
    realm: NewRealm,
    seed: &PreparedSeed,
    now: Timestamp,
) -> Result<RealmSettings, CreationError> {
    let name = realm.name.to_string();
    let settings = store::realms::insert(tx, id, realm).await?;
    let settings = settings.ok_or(CreationError::Taken(name))?;
    seed.load(tx, settings.id, now).await?;
    Ok(settings)
}

/// Makes a realm that was just committed visible to requests.
///
/// # Errors
/// When the database fails, or the realm's keys cannot be opened.
pub async fn activate(app: &App, settings: RealmSettings, random: Option<Random>) -> Result<Realm, DirectoryError> {
    if let Some(random) = random {
        app.realms.begin_stream(settings.id, random);
    }
    app.agenda.notify(settings.id);
    app.realms.put(&app.database, settings).await
}

/// Loads a seed into an existing realm that is empty, and gives it the seed's policy and clock.
///
/// # Errors
/// When the realm is not empty, the seed contradicts itself, or the server fails.
pub async fn fill(app: &App, realm: &Realm, seed: Arc<Seed>) -> Result<(), CreationError> {
    let request = NewRealmRequest::default_realm(seed.clone());
    let origin = request.origin.seal(app)?;
    let prepared = PreparedSeed::new(
        &seed,
        &realm.issuer,
        &app.passwords,
        app.realms.sealer(),
        &realm.random,
        realm.clock.now(),
    )
    .await?;

    let filling = async {
        let mut tx = app.database.begin().await?;
        let outcome = fill_in(&mut tx, realm, &request, &prepared, &origin).await;
        settle(tx, outcome).await
    };
    let settings = app.database.long(filling).await?;

    app.realms.put(&app.database, settings).await?;
    Ok(())
}

async fn fill_in(
    tx: &mut Tx,
    realm: &Realm,
    request: &NewRealmRequest,
    seed: &PreparedSeed,
    origin: &str,
) -> Result<RealmSettings, CreationError> {
    let settings = store::realms::begin_change(tx, realm.id).await?;
    let mut settings = settings.ok_or_else(|| CreationError::Gone(realm.name.to_string()))?;
    if request.seed.policy.is_some() {
        settings.policy = request.policy.clone();
        store::realms::update_policy(tx, realm.id, &settings.policy).await?;
    }
    if request.seed.clock.is_some() {
        settings.clock = request.clock;
        store::realms::update_clock(tx, realm.id, &settings.clock).await?;
    }
    store::realms::update_origin(tx, realm.id, origin).await?;
    seed.load(tx, realm.id, settings.clock.now()).await?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{model::Preset, portals, realms::seed::loading::LoadingError};

    fn read(written: Value) -> Result<NewRealmRequest, CreationError> {
        let origin = serde_json::from_value(written).unwrap();
        NewRealmRequest::read(random_name(), origin, None, portals::ALL)
    }

    #[test]
    fn a_realm_nobody_describes_is_the_demo_with_a_name_of_its_own() {
        let (one, other) = (read(json!({})).unwrap(), read(json!({})).unwrap());

        assert_ne!(one.name, other.name);
        assert_eq!(one.policy, Policy::default());
        assert!(!one.clock.frozen() && one.expires_at.is_none() && one.random_seed.is_none());
        assert_eq!(one.seed.users[0].username, "anne");
    }

    #[test]
    fn what_the_request_says_wins_over_the_seed() {
        let request = read(json!({
            "seed": {"based_on": "walkthrough", "random_seed": "the seed's"},
            "policy": "default",
            "clock": {"now": "2030-01-01T00:00:00Z", "frozen": true, "rate": 60},
            "random_seed": "the request's",
        }))
        .unwrap();

        assert_eq!(request.policy.preset, Preset::Default);
        assert_eq!(request.clock.now().to_string(), "2030-01-01T00:00:00Z");
        assert_eq!((request.clock.rate, request.clock.resumes_at), (0, 60_000));
        assert_eq!(request.random_seed.as_deref(), Some("the request's"));
    }

    #[test]
    fn switches_without_a_preset_change_the_policy_of_the_seed() {
        let request = read(json!({"seed": "walkthrough", "policy": {"auto_login": true}})).unwrap();

        assert!(request.policy.auto_login);
        assert_eq!(request.policy.preset, Preset::Portal);
        let frozen_at: Timestamp = "2025-06-02T06:00:00Z".parse().unwrap();
        assert_eq!(request.clock.now(), frozen_at);
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        for written in [
            json!({"policy": "strict"}),
            json!({"policy": {"pcke": "ignored"}}),
            json!({"policy": 7}),
            json!({"seed": "unknown"}),
            json!({"seed": {"usrs": []}}),
            json!({"seed": {"random_seed": ""}}),
        ] {
            let error = read(written.clone()).map(|_| ()).unwrap_err();
            let refused = matches!(
                error,
                CreationError::Policy(_) | CreationError::Loading(LoadingError::Seed(_))
            );
            assert!(refused, "{written}: {error:?}");
        }
        for malformed in [
            json!({"clock": {"now": "noon"}}),
            json!({"clock": {"frosen": true}}),
            json!({"clock": {"rate": 0, "frozen": false}}),
            json!({"random_seed": ""}),
            json!({"random_seed": "x".repeat(256)}),
            json!({"random_seed": 7}),
        ] {
            assert!(
                serde_json::from_value::<Origin>(malformed.clone()).is_err(),
                "{malformed}"
            );
        }
    }
}
