//! Making realms: out of a seed, out of what one was once made from, out of another realm.
//!
//! Whatever has to be hashed or opened is done first; then the realm stands as a whole, or not at all. Numbers of realms are taken
//! first in every such transaction, so that of two that make or replace one of the same name, one follows the other.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::problem::Problem;
use super::seed::loading::{LoadingError, Ready};
use super::seed::{RandomSeed, Seed, SeedClock, SeedError};
use crate::app::{App, DirectoryError, Realm};
use crate::clock::{self, Clock};
use crate::keys::sealing::SealingError;
use crate::model::{Policy, RealmId, RealmName, RealmSettings};
use crate::random::Random;
use crate::store::realms::{Chance, NewRealm};
use crate::store::tables::{self, Moving};
use crate::store::{self, Tx, settle};
use crate::web::paths;

/// Generated names draw from letters and digits that cannot be mistaken for one another.
const NAME_ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
const NAME_LENGTH: usize = 12;
/// What a realm's sealed origin is bound to.
const ORIGIN: &[u8] = b"realm origin";

/// What a realm is made from, and what a reset goes back to: what was wished for, in the words of the request.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Origin {
    /// `demo`, `walkthrough`, `none`, or a seed; without it: demo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<Value>,
    /// A preset's name, or switches over the seed's policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<SeedClock>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub random_seed: Option<RandomSeed>,
}

/// What a realm begins with.
pub struct Beginning {
    pub name: RealmName,
    pub policy: Policy,
    pub clock: Clock,
    pub expires_at: Option<Timestamp>,
    pub seed: Arc<Seed>,
    /// What its chance is drawn from, where it can be repeated.
    pub random_seed: Option<String>,
    pub origin: Origin,
}

impl Beginning {
    /// The realm at the root, as a seed says it.
    pub fn at_the_root(seed: Arc<Seed>) -> Self {
        let origin = Origin {
            seed: Some(seed.source()),
            ..Origin::default()
        };
        let policy = seed.policy.as_ref().map(|policy| policy.0.clone()).unwrap_or_default();
        Self::with(RealmName::default_realm(), policy, origin, seed, None)
    }

    /// A realm as it is wished for.
    ///
    /// # Errors
    /// When there is no such seed, preset or switch.
    pub fn read(name: RealmName, origin: Origin, expires_at: Option<Timestamp>) -> Result<Self, MakingError> {
        let seed = Seed::read_json(origin.seed.clone().unwrap_or_else(|| "demo".into())).map_err(LoadingError::from)?;
        let policy = policy(origin.policy.as_ref(), &seed).map_err(MakingError::Policy)?;
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

/// The seed's policy, unless another preset is named, with the switches that are wished for.
fn policy(wish: Option<&Value>, seed: &Seed) -> Result<Policy, String> {
    let of_seed = || seed.policy.as_ref().map(|policy| policy.0.clone()).unwrap_or_default();
    match wish {
        None => Ok(of_seed()),
        Some(switches @ Value::Object(members)) if !members.contains_key("preset") => of_seed().changed(switches),
        Some(named) => Policy::read(named),
    }
}

/// A name nobody has thought of.
pub fn made_up_name() -> RealmName {
    let name = Random::system().characters(NAME_ALPHABET, NAME_LENGTH);
    name.parse().expect("the alphabet has nothing that a name has not")
}

/// The issuer of a realm of that name.
pub fn issuer_of(base: &str, name: &RealmName) -> String {
    if name.is_default() {
        base.to_owned()
    } else {
        format!("{base}{}{name}", paths::REALMS)
    }
}

/// Why a realm was not made.
#[derive(Debug, thiserror::Error)]
pub enum MakingError {
    #[error("there is a realm {0:?} already")]
    Taken(String),
    #[error("there is no realm {0:?} any more")]
    Gone(String),
    #[error("the realm is older than resets: nobody has written down what it was made from")]
    NoOrigin,
    #[error(transparent)]
    Loading(#[from] LoadingError),
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    #[error("`policy`: {0}")]
    Policy(String),
}

impl From<store::Error> for MakingError {
    fn from(error: store::Error) -> Self {
        Self::Loading(error.into())
    }
}

impl From<SealingError> for MakingError {
    fn from(error: SealingError) -> Self {
        Self::Directory(error.into())
    }
}

impl store::Keeps for MakingError {
    fn keeps(&self) -> bool {
        false
    }
}

impl From<MakingError> for Problem {
    fn from(error: MakingError) -> Self {
        match error {
            MakingError::Taken(_) | MakingError::NoOrigin => Self::conflict(error.to_string()),
            MakingError::Gone(_) => Self::not_found(error.to_string()),
            MakingError::Loading(error) => error.into(),
            MakingError::Directory(error) => error.into(),
            MakingError::Policy(_) => Self::bad_request(error.to_string()),
        }
    }
}

/// Seals what a realm is made from.
pub fn seal_origin(app: &App, origin: &Origin) -> Result<String, MakingError> {
    let text = serde_json::to_vec(origin).map_err(store::Error::broken)?;
    Ok(app.realms.sealer().seal(&text, ORIGIN)?)
}

/// What a realm was made from.
pub fn open_origin(app: &App, sealed: &str) -> Result<Origin, MakingError> {
    let text = app.realms.sealer().open(sealed, ORIGIN)?;
    Ok(serde_json::from_slice(&text).map_err(|reason| store::Error::column("origin", reason))?)
}

/// A realm about to be written: its row, its seed with nothing left to hash, and its chance.
struct Prepared {
    realm: NewRealm,
    seed: Ready,
    random: Option<Random>,
    now: Timestamp,
}

async fn prepare(
    app: &App,
    beginning: Beginning,
    root_secret: String,
    created_at: Timestamp,
) -> Result<Prepared, MakingError> {
    let now = beginning.clock.now();
    let origin = seal_origin(app, &beginning.origin)?;
    let chance = beginning.random_seed.map(|seed| Chance { seed, epoch: 1 });
    let random = chance
        .as_ref()
        .map(|chance| Random::seeded(&chance.seed, &chance.epoch.to_string()));
    let issuer = issuer_of(&app.issuer, &beginning.name);
    let drawn = random.clone().unwrap_or_default();
    let seed = Ready::new(
        &beginning.seed,
        &issuer,
        &app.passwords,
        app.realms.sealer(),
        &drawn,
        now,
    )
    .await;
    Ok(Prepared {
        seed: seed?,
        realm: NewRealm {
            name: beginning.name,
            policy: beginning.policy,
            clock: beginning.clock,
            root_secret,
            created_at,
            expires_at: beginning.expires_at,
            chance,
            origin: Some(origin),
        },
        random,
        now,
    })
}

/// Makes a realm and fills it, in one transaction.
pub async fn make(app: &App, beginning: Beginning) -> Result<Realm, MakingError> {
    let root_secret = Realm::new_root_secret(app.realms.sealer())?;
    let prepared = prepare(app, beginning, root_secret, clock::system_now()).await?;
    let id = next_id(app).await?;

    let mut tx = app.database.begin().await?;
    let outcome = made(&mut tx, id, prepared.realm, &prepared.seed, prepared.now).await;
    let settings = settle(tx, outcome).await?;

    Ok(stands(app, settings, prepared.random).await?)
}

/// The number of a realm that is about to be made, in a statement of its own: realms are filled side by side.
async fn next_id(app: &App) -> store::Result<RealmId> {
    let mut tx = app.database.write_once().await?;
    store::realms::next_id(&mut tx).await
}

async fn made(
    tx: &mut Tx,
    id: RealmId,
    realm: NewRealm,
    seed: &Ready,
    now: Timestamp,
) -> Result<RealmSettings, MakingError> {
    let name = realm.name.to_string();
    let settings = store::realms::insert(tx, id, realm).await?;
    let settings = settings.ok_or(MakingError::Taken(name))?;
    seed.load(tx, settings.id, now).await?;
    Ok(settings)
}

/// A realm that was just committed: from now on requests see it.
pub async fn stands(app: &App, settings: RealmSettings, random: Option<Random>) -> Result<Realm, DirectoryError> {
    if let Some(random) = random {
        app.realms.begin_stream(settings.id, random);
    }
    app.agenda.ring(settings.id);
    app.realms.put(&app.database, settings).await
}

/// Puts a realm back to what it was made from: seed, policy, clock, chance. What survives is its name and issuer, when it was
/// made and when it ends, and its root secret, so that pairwise subjects stay the same.
pub async fn reset(app: &App, realm: &Realm) -> Result<Realm, MakingError> {
    let gone = || MakingError::Gone(realm.name.to_string());
    let found = store::realms::find_beginnings(&mut app.database.read().await?, realm.id).await?;
    let (_, origin) = found.ok_or_else(gone)?;
    let origin = open_origin(app, &origin.ok_or(MakingError::NoOrigin)?)?;
    let beginning = Beginning::read(realm.name.clone(), origin, realm.settings.expires_at)?;
    let root_secret = realm.settings.root_secret.clone();
    let prepared = prepare(app, beginning, root_secret, realm.settings.created_at).await?;

    let mut tx = app.database.begin().await?;
    let outcome = remade(&mut tx, prepared.realm, &prepared.seed, prepared.now).await;
    let (settings, old) = settle(tx, outcome).await?;

    let realm = stands(app, settings, prepared.random).await?;
    app.realms.forget(old);
    Ok(realm)
}

async fn remade(
    tx: &mut Tx,
    realm: NewRealm,
    seed: &Ready,
    now: Timestamp,
) -> Result<(RealmSettings, RealmId), MakingError> {
    let name = realm.name.to_string();
    let (settings, old) = store::realms::replace(tx, realm, clock::system_now()).await?;
    let (Some(settings), Some(old)) = (settings, old) else {
        return Err(MakingError::Gone(name));
    };
    seed.load(tx, settings.id, now).await?;
    Ok((settings, old))
}

/// Copies a realm as it stands to another name, table by table inside the database.
///
/// Codes, tokens and sessions are copied like everything else: what a tester holds of the original is good at the copy too, until
/// it is used up or revoked there. What the original signs with a key derived for itself alone (mediQuo's widget tokens, one-time
/// links, links to video calls, slots on offer) is good at the original only. What is still to be sent, the original sends; at the
/// copy it is given up.
pub async fn fork(
    app: &App,
    original: &Realm,
    name: RealmName,
    expires_at: Option<Timestamp>,
) -> Result<Realm, MakingError> {
    let id = next_id(app).await?; // before: the next transaction sees one state only
    let issuer = issuer_of(&app.issuer, &name);
    let mut tx = app.database.begin_consistent().await?;
    let outcome = copied(&mut tx, app, original, (id, &name, &issuer), expires_at).await;
    let outcome = settle(tx, outcome).await;
    let settings = match outcome {
        // PostgreSQL does not wait for others in such a transaction: somebody took the name meanwhile.
        Err(MakingError::Loading(LoadingError::Database(error))) if is_taken(app, &name).await? => {
            tracing::debug!(%error, "a fork was overtaken");
            Err(MakingError::Taken(name.to_string()))
        }
        outcome => outcome,
    }?;

    let random = match store::realms::find_beginnings(&mut app.database.read().await?, settings.id).await? {
        Some((Some(chance), _)) => Some(Random::seeded(&chance.seed, &format!("{} of {name}", chance.epoch))),
        _ => None,
    };
    Ok(stands(app, settings, random).await?)
}

async fn is_taken(app: &App, name: &RealmName) -> store::Result<bool> {
    Ok(store::realms::find(&mut app.database.read().await?, name)
        .await?
        .is_some())
}

async fn copied(
    tx: &mut Tx,
    app: &App,
    original: &Realm,
    (id, name, issuer): (RealmId, &RealmName, &str),
    expires_at: Option<Timestamp>,
) -> Result<RealmSettings, MakingError> {
    let settings = store::realms::copy(tx, original.id, id, name, clock::system_now(), expires_at).await?;
    let Some(settings) = settings else {
        return Err(match store::realms::find(tx, name).await? {
            Some(_) => MakingError::Taken(name.to_string()),
            None => MakingError::Gone(original.name.to_string()),
        });
    };
    let moving = Moving {
        from: &original.issuer,
        to: issuer,
        base: &app.issuer,
    };
    for table in super::tables() {
        tables::copy(tx, original.id, id, table, moving, paths::REALMS).await?;
    }
    Ok(settings)
}

/// Fills a realm that is there and empty, and gives it the seed's policy and clock.
pub async fn fill(app: &App, realm: &Realm, seed: Arc<Seed>) -> Result<(), MakingError> {
    let beginning = Beginning::at_the_root(seed.clone());
    let origin = seal_origin(app, &beginning.origin)?;
    let ready = Ready::new(
        &seed,
        &realm.issuer,
        &app.passwords,
        app.realms.sealer(),
        &realm.random,
        realm.clock.now(),
    )
    .await?;

    let mut tx = app.database.begin().await?;
    let outcome = filled(&mut tx, realm, &beginning, &ready, &origin).await;
    let settings = settle(tx, outcome).await?;

    app.realms.put(&app.database, settings).await?;
    Ok(())
}

async fn filled(
    tx: &mut Tx,
    realm: &Realm,
    beginning: &Beginning,
    ready: &Ready,
    origin: &str,
) -> Result<RealmSettings, MakingError> {
    let gone = || MakingError::Loading(SeedError::NotEmpty.into());
    let mut settings = store::realms::touch(tx, realm.id).await?.ok_or_else(gone)?;
    if beginning.seed.policy.is_some() {
        settings.policy = beginning.policy.clone();
        store::realms::update_policy(tx, realm.id, &settings.policy).await?;
    }
    if beginning.seed.clock.is_some() {
        settings.clock = beginning.clock;
        store::realms::update_clock(tx, realm.id, &settings.clock).await?;
    }
    store::realms::update_origin(tx, realm.id, origin).await?;
    ready.load(tx, realm.id, settings.clock.now()).await?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Preset;

    fn read(wishes: Value) -> Result<Beginning, Problem> {
        let origin = serde_json::from_value(wishes).unwrap();
        Ok(Beginning::read(made_up_name(), origin, None)?)
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
        let beginning = read(json!({
            "seed": {"based_on": "walkthrough", "random_seed": "the seed's"},
            "policy": "default",
            "clock": {"now": "2030-01-01T00:00:00Z", "frozen": true, "rate": 60},
            "random_seed": "the request's",
        }))
        .unwrap();

        assert_eq!(beginning.policy.preset, Preset::Default);
        assert_eq!(beginning.clock.now().to_string(), "2030-01-01T00:00:00Z");
        assert_eq!((beginning.clock.rate, beginning.clock.resumes_at), (0, 60_000));
        assert_eq!(beginning.random_seed.as_deref(), Some("the request's"));
    }

    #[test]
    fn switches_without_a_preset_change_the_policy_of_the_seed() {
        let beginning = read(json!({"seed": "walkthrough", "policy": {"auto_login": true}})).unwrap();

        assert!(beginning.policy.auto_login);
        assert_eq!(beginning.policy.preset, Preset::Portal);
        let frozen_at: Timestamp = "2025-06-02T06:00:00Z".parse().unwrap();
        assert_eq!(beginning.clock.now(), frozen_at);
    }

    #[test]
    fn wishes_that_cannot_be_fulfilled_are_refused() {
        for wishes in [
            json!({"policy": "strict"}),
            json!({"policy": {"pcke": "ignored"}}),
            json!({"policy": 7}),
            json!({"seed": "unknown"}),
            json!({"seed": {"usrs": []}}),
            json!({"seed": {"random_seed": ""}}),
        ] {
            let problem = read(wishes.clone()).map(|_| ()).unwrap_err();
            assert_eq!(problem.status().as_u16(), 400, "{wishes}");
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
