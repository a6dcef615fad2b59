//! `POST|GET /control/api/realms`, `DELETE /control/api/realms/{realm}`: issuers made and removed while the server runs.
//!
//! Only at the root: a realm does not reach beyond itself. A new one shares the development keys and stands in milliseconds,
//! so a test can have one of its own.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{self, get, post};
use http::{HeaderMap, Method, StatusCode, header};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::body::{self, Stretch};
use super::clock::{Shown, clock_schema};
use super::problem::Problem;
use super::route_table::{Answer, Content, Reach, Row};
use super::seed::loading::{LoadingError, Ready};
use super::seed::{Seed, SeedClock, SeedError};
use crate::app::{App, DirectoryError, Realm};
use crate::clock::{self, Clock};
use crate::model::{Policy, Preset, RealmName, RealmSettings};
use crate::random::Random;
use crate::store::realms::NewRealm;
use crate::store::{self, Tx, settle};
use crate::web::paths;

/// Generated names draw from letters and digits that cannot be mistaken for one another.
const NAME_ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
const NAME_LENGTH: usize = 12;

pub const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: REALMS,
        operation: "listRealms",
        tag: "Realms",
        summary: "The realms that live, in the order they were made",
        reach: Reach::Root,
        query: &[],
        body: None,
        answer: Answer {
            status: 200,
            description: "The realms.",
            content: Content::Json(
                || json!({"type": "object", "properties": {"realms": {"type": "array", "items": listed()}}}),
            ),
        },
        refusals: &[],
        serve: || get(list),
    },
    Row {
        method: Method::POST,
        path: REALMS,
        operation: "createRealm",
        tag: "Realms",
        summary: "Make a realm and fill it with a seed",
        reach: Reach::Root,
        query: &[],
        body: Some(|| {
            json!({"type": "object", "additionalProperties": false, "properties": {
                "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$", "description": "Without it: made up."},
                "policy": {"type": ["string", "object"], "description": "A preset's name, or switches over the seed's policy."},
                "seed": {"type": ["string", "object"], "description": "`demo` (the default), `walkthrough`, `none`, or a seed."},
                "clock": {"type": "object", "additionalProperties": false, "properties": {
                    "now": {"type": "string", "format": "date-time"},
                    "frozen": {"type": "boolean"},
                }},
                "ttl": {"type": "string", "description": "How long it lives by the machine's clock, such as PT30M."},
            }})
        }),
        answer: Answer {
            status: 201,
            description: "The realm stands.",
            content: Content::Json(|| {
                json!({"type": "object", "required": ["name", "issuer"], "properties": {
                    "name": {"type": "string"}, "issuer": {"type": "string", "format": "uri"},
                }})
            }),
        },
        refusals: &[
            (400, "The wishes cannot be read."),
            (409, "A realm of that name lives."),
        ],
        serve: || post(create),
    },
    Row {
        method: Method::GET,
        path: ONE_REALM,
        operation: "showRealm",
        tag: "Realms",
        summary: "One realm",
        reach: Reach::Root,
        query: &[],
        body: None,
        answer: Answer {
            status: 200,
            description: "The realm.",
            content: Content::Json(listed),
        },
        refusals: &[NO_REALM],
        serve: || get(show),
    },
    Row {
        method: Method::DELETE,
        path: ONE_REALM,
        operation: "deleteRealm",
        tag: "Realms",
        summary: "Remove a realm: gone at once, its rows follow",
        reach: Reach::Root,
        query: &[],
        body: None,
        answer: Answer {
            status: 204,
            description: "It is gone.",
            content: Content::Nothing,
        },
        refusals: &[NO_REALM, (409, "The realm at the root stays.")],
        serve: || routing::delete(delete),
    },
];

const REALMS: &str = "/control/api/realms";
const ONE_REALM: &str = "/control/api/realms/{realm}";
const NO_REALM: (u16, &str) = (404, "There is no such realm.");

fn listed() -> Value {
    json!({"type": "object", "properties": {
        "name": {"type": "string"},
        "issuer": {"type": "string", "format": "uri"},
        "policy": {"type": "string"},
        "clock": clock_schema(),
        "created_at": {"type": "string", "format": "date-time"},
        "expires_at": {"type": "string", "format": "date-time"},
    }})
}

/// What a new realm should be. Everything has a default: the demo seed, its policy and clock, a name that is made up.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Wishes {
    name: Option<String>,
    /// A preset's name, or switches over the seed's policy.
    policy: Option<Value>,
    seed: Option<Value>,
    clock: Option<SeedClock>,
    /// How long it lives, by the machine's clock.
    ttl: Option<Stretch>,
}

/// A realm as it was made.
#[derive(Debug, Serialize)]
struct Made<'a> {
    name: &'a RealmName,
    issuer: &'a str,
}

/// A realm in the list.
#[derive(Debug, Serialize)]
struct Listed {
    name: RealmName,
    issuer: String,
    policy: Preset,
    clock: Shown,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct List {
    realms: Vec<Listed>,
}

/// `POST /control/api/realms` → 201 `{name, issuer}`
pub async fn create(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    let wishes: Wishes = body::read(&headers, &body)?;
    let beginning = wishes.read()?;

    let made = make(&app, beginning).await?;

    let location = format!("{}/{}", REALMS, made.name);
    let body = Json(Made {
        name: &made.name,
        issuer: &made.issuer,
    })
    .into_response();
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], body).into_response())
}

/// `GET /control/api/realms`
pub async fn list(State(app): State<App>) -> Result<Response, Problem> {
    let realms = store::realms::list(&mut app.database.read().await?).await?;
    let now = clock::system_now();
    let living = realms.into_iter().filter(|realm| realm.lives_at(now));
    let realms = living.map(|settings| Listed::new(&app, settings)).collect();
    Ok(Json(List { realms }).into_response())
}

/// `GET /control/api/realms/{realm}`
pub async fn show(State(app): State<App>, Path(name): Path<String>) -> Result<Response, Problem> {
    let found = app.realms.find(&app.database, &name).await?;
    let found = found.ok_or_else(|| unknown(&name))?;
    Ok(Json(Listed::new(&app, found.settings.clone())).into_response())
}

/// `DELETE /control/api/realms/{realm}` → 204
pub async fn delete(State(app): State<App>, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    if name == RealmName::DEFAULT {
        return Err(Problem::conflict("the realm at the root stays"));
    }
    let doomed = app
        .realms
        .find(&app.database, &name)
        .await?
        .ok_or_else(|| unknown(&name))?;

    let mut tx = app.database.write_once().await?;
    let gone = store::realms::delete(&mut tx, doomed.id, clock::system_now()).await?;
    drop(tx);

    app.realms.forget(doomed.id);
    if gone {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(unknown(&name))
    }
}

fn unknown(name: &str) -> Problem {
    Problem::not_found(format!("there is no realm {name:?}"))
}

impl Listed {
    fn new(app: &App, settings: RealmSettings) -> Self {
        Self {
            issuer: issuer_of(&app.issuer, &settings.name),
            name: settings.name,
            policy: settings.policy.preset,
            clock: Shown::from(&settings.clock),
            created_at: settings.created_at,
            expires_at: settings.expires_at,
        }
    }
}

fn issuer_of(base: &str, name: &RealmName) -> String {
    if name.is_default() {
        base.to_owned()
    } else {
        format!("{base}{}{name}", paths::REALMS)
    }
}

impl Wishes {
    fn read(self) -> Result<Beginning, Problem> {
        let name = match self.name {
            Some(name) => name
                .parse()
                .map_err(|reason: &str| Problem::bad_request(format!("`name`: {reason}")))?,
            None => made_up_name(),
        };
        if name.is_default() {
            return Err(Problem::conflict("the realm at the root is there already"));
        }
        let seed = Seed::read_json(self.seed.unwrap_or_else(|| "demo".into()))?;
        let policy = policy(self.policy.as_ref(), &seed)
            .map_err(|reason| Problem::bad_request(format!("`policy`: {reason}")))?;
        let now = clock::system_now();
        let expires_at = match self.ttl {
            None => None,
            Some(ttl) => {
                let end = ttl.after(now).filter(|end| *end > now);
                Some(end.ok_or_else(|| Problem::bad_request("`ttl` is a stretch of time, like PT30M"))?)
            }
        };
        Ok(Beginning {
            name,
            policy,
            clock: starting_clock(self.clock.or(seed.clock)),
            expires_at,
            seed,
        })
    }
}

fn made_up_name() -> RealmName {
    let name = Random.characters(NAME_ALPHABET, NAME_LENGTH);
    name.parse().expect("the alphabet has nothing that a name has not")
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

fn starting_clock(wish: Option<SeedClock>) -> Clock {
    match wish {
        None => Clock::real(),
        Some(SeedClock { now, frozen }) => Clock::starting_at(now.unwrap_or_else(clock::system_now), frozen),
    }
}

/// What a realm begins with.
pub struct Beginning {
    pub name: RealmName,
    pub policy: Policy,
    pub clock: Clock,
    pub expires_at: Option<Timestamp>,
    pub seed: std::sync::Arc<Seed>,
}

impl Beginning {
    /// The realm at the root, as a seed says it.
    pub fn at_the_root(seed: std::sync::Arc<Seed>) -> Self {
        Self {
            name: RealmName::default_realm(),
            policy: seed.policy.as_ref().map(|policy| policy.0.clone()).unwrap_or_default(),
            clock: starting_clock(seed.clock),
            expires_at: None,
            seed,
        }
    }
}

/// Why a realm was not made.
#[derive(Debug, thiserror::Error)]
pub enum MakingError {
    #[error("there is a realm {0:?} already")]
    Taken(String),
    #[error(transparent)]
    Loading(#[from] LoadingError),
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

impl From<sqlx::Error> for MakingError {
    fn from(error: sqlx::Error) -> Self {
        Self::Loading(error.into())
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
            MakingError::Taken(_) => Self::conflict(error.to_string()),
            MakingError::Loading(error) => error.into(),
            MakingError::Directory(error) => error.into(),
        }
    }
}

/// Makes a realm and fills it, in one transaction.
pub async fn make(app: &App, beginning: Beginning) -> Result<Realm, MakingError> {
    let root_secret = app.realms.new_root_secret(&Random).map_err(DirectoryError::from)?;
    let issuer = issuer_of(&app.issuer, &beginning.name);
    let now = beginning.clock.now();
    let seed = Ready::new(
        &beginning.seed,
        &issuer,
        &app.passwords,
        app.realms.sealer(),
        &Random,
        now,
    )
    .await?;
    let name = beginning.name.to_string();
    let realm = NewRealm {
        name: beginning.name,
        policy: beginning.policy,
        clock: beginning.clock,
        root_secret,
        created_at: clock::system_now(),
        expires_at: beginning.expires_at,
    };

    let mut tx = app.database.begin().await?;
    let outcome = filled(&mut tx, realm, name, &seed, now).await;
    let settings = settle(tx, outcome).await?;

    Ok(app.realms.put(&app.database, settings).await?)
}

/// Fills a realm that is there and empty, and gives it the seed's policy and clock.
pub async fn fill(app: &App, realm: &Realm, seed: &Seed) -> Result<(), MakingError> {
    let ready = Ready::new(
        seed,
        &realm.issuer,
        &app.passwords,
        app.realms.sealer(),
        &Random,
        realm.clock.now(),
    );
    let ready = ready.await?;

    let mut tx = app.database.begin().await?;
    let outcome = refilled(&mut tx, realm, seed, &ready).await;
    let settings = settle(tx, outcome).await?;

    app.realms.put(&app.database, settings).await?;
    Ok(())
}

async fn refilled(tx: &mut Tx, realm: &Realm, seed: &Seed, ready: &Ready) -> Result<RealmSettings, MakingError> {
    let gone = || MakingError::Loading(SeedError::NotEmpty.into());
    let mut settings = store::realms::touch(tx, realm.id).await?.ok_or_else(gone)?;
    if let Some(policy) = &seed.policy {
        settings.policy = policy.0.clone();
        store::realms::update_policy(tx, realm.id, &settings.policy).await?;
    }
    if let Some(clock) = seed.clock {
        settings.clock = starting_clock(Some(clock));
        store::realms::update_clock(tx, realm.id, &settings.clock).await?;
    }
    ready.load(tx, realm.id, settings.clock.now()).await?;
    Ok(settings)
}

async fn filled(
    tx: &mut Tx,
    realm: NewRealm,
    name: String,
    seed: &Ready,
    now: Timestamp,
) -> Result<RealmSettings, MakingError> {
    let settings = store::realms::insert(tx, realm)
        .await?
        .ok_or(MakingError::Taken(name))?;
    seed.load(tx, settings.id, now).await?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(wishes: Value) -> Result<Beginning, Problem> {
        serde_json::from_value::<Wishes>(wishes).unwrap().read()
    }

    #[test]
    fn a_realm_nobody_describes_is_the_demo_with_a_name_of_its_own() {
        let (one, other) = (read(json!({})).unwrap(), read(json!({})).unwrap());

        assert_ne!(one.name, other.name);
        assert_eq!(one.policy, Policy::default());
        assert!(!one.clock.frozen() && one.expires_at.is_none());
        assert_eq!(one.seed.users[0].username, "anne");
    }

    #[test]
    fn what_the_request_says_wins_over_the_seed() {
        let beginning = read(json!({
            "name": "suite-17",
            "seed": "walkthrough",
            "policy": "default",
            "clock": {"now": "2030-01-01T00:00:00Z", "frozen": true},
        }))
        .unwrap();

        assert_eq!(beginning.name.as_str(), "suite-17");
        assert_eq!(beginning.policy.preset, Preset::Default);
        assert_eq!(beginning.clock.now().to_string(), "2030-01-01T00:00:00Z");
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
    fn a_time_to_live_counts_from_now() {
        let expires_at = read(json!({"ttl": "PT30M"})).unwrap().expires_at.unwrap();

        let minutes = expires_at.duration_since(clock::system_now()).as_mins();
        assert!((29..=30).contains(&minutes), "{minutes}");
    }

    #[test]
    fn wishes_that_cannot_be_fulfilled_are_refused() {
        for (wishes, status) in [
            (json!({"name": "Suite"}), 400),
            (json!({"name": ""}), 400),
            (json!({"name": "../x"}), 400),
            (json!({"name": "default"}), 409),
            (json!({"policy": "strict"}), 400),
            (json!({"policy": {"pcke": "ignored"}}), 400),
            (json!({"policy": 7}), 400),
            (json!({"seed": "unknown"}), 400),
            (json!({"seed": {"usrs": []}}), 400),
            (json!({"ttl": "PT0S"}), 400),
            (json!({"ttl": "-PT1H"}), 400),
        ] {
            let problem = read(wishes.clone()).map(|_| ()).unwrap_err();
            assert_eq!(problem.status().as_u16(), status, "{wishes}");
        }
        for malformed in [
            json!({"nmae": "x"}),
            json!({"ttl": 30}),
            json!({"clock": {"now": "noon"}}),
            json!({"clock": {"frosen": true}}),
        ] {
            assert!(
                serde_json::from_value::<Wishes>(malformed.clone()).is_err(),
                "{malformed}"
            );
        }
    }
}
