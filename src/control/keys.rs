//! `…/control/api/keys`: what the realm signs with and what it publishes.
//!
//! A realm begins with the development keys that all realms share. The first change here makes the keys its own. The
//! key added last signs; those before stay published and accepted until they are withdrawn, and one that was added
//! unused is published only. Withdrawing a key changes what other parties accept: our own endpoints know access tokens
//! by their rows, so it ends none.

use crate::{
    api::{
        operation::{Answer, Body, Content},
        parameters::JsonBody,
        problem::Problem,
        schema,
    },
    app::{
        App, Realm,
        control_operation::{ControlOperation, Reach},
    },
    keys::{
        Jwk, KeyRing, SigningKey,
        import::{ImportError, PrivateJwk, from_jwk, from_pem},
        sealing::Sealer,
    },
    model::{RealmSettings, Secret, SigningAlgorithm, StoredKey},
    store::{self, Tx, settle},
};
use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use http::{Method, StatusCode};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::task::spawn_blocking;

use super::change::begin_change;

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: KEYS,
        id: "listKeys",
        tag: TAG,
        summary: "List the realm's keys, newest first",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: LISTED,
        refusals: &[],
        handler: || get(list),
    },
    ControlOperation {
        method: Method::POST,
        path: KEYS,
        id: "addKey",
        tag: TAG,
        summary: "Import a private key, or add one that is only published",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(schema::of_body::<AddKey>),
        answer: Answer {
            status: 201,
            description: Some("The realm's keys as they are now."),
            content: Content::Json(schema::of_answer::<List>),
        },
        refusals: UNSOUND,
        handler: || post(add),
    },
    ControlOperation {
        method: Method::POST,
        path: ROTATE,
        id: "rotateKeys",
        tag: TAG,
        summary: "Generate a new key. It signs tokens from now on where its algorithm is the realm's, id_token_signing_alg",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(schema::of_body::<Rotation>),
        answer: LISTED,
        refusals: UNSOUND,
        handler: || post(rotate),
    },
    ControlOperation {
        method: Method::DELETE,
        path: KEY,
        id: "withdrawKey",
        tag: TAG,
        summary: "Withdraw a key",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 204,
            description: Some("The key is not published, signs nothing and verifies nothing."),
            content: Content::Nothing,
        },
        refusals: &[
            (404, "There is no key of that `kid`."),
            (
                409,
                "It is the last one that signs with the algorithm the policy signs with.",
            ),
        ],
        handler: || delete(withdraw),
    },
];

const KEYS: &str = "/control/api/keys";
const ROTATE: &str = "/control/api/keys/rotate";
const KEY: &str = "/control/api/keys/{kid}";
const TAG: &str = "Keys";
const LISTED: Answer = Answer {
    status: 200,
    description: Some("The realm's keys as they are now, the newest first."),
    content: Content::Json(schema::of_answer::<List>),
};
const UNSOUND: &[(u16, &str)] = &[
    (400, "The request or the key is invalid."),
    (409, "There is already a key of that `kid`."),
];

/// A key as it is shown: its public half.
#[derive(Debug, Serialize, JsonSchema)]
struct KeyView {
    kid: String,
    alg: SigningAlgorithm,
    /// Whether it may sign.
    signs: bool,
    /// Whether it is the newest that may sign with its algorithm.
    in_use: bool,
    /// Whether it signs ID tokens and JWT access tokens now: it is in use, and its algorithm is the realm's.
    signs_tokens: bool,
    /// The published JWK (RFC 7517).
    #[schemars(with = "Map<String, Value>")]
    jwk: Jwk,
}

#[derive(Debug, Serialize, JsonSchema)]
struct List {
    keys: Vec<KeyView>,
}

impl List {
    fn of(realm: &Realm) -> Self {
        let ring = &realm.keys;
        let shown = |held: &crate::keys::RingKey| {
            let key = &held.key;
            let signing = ring.signs_with(key.algorithm()).map(SigningKey::kid);
            let in_use = held.signs && signing == Some(key.kid());
            KeyView {
                kid: key.kid().to_owned(),
                alg: key.algorithm(),
                signs: held.signs,
                in_use,
                signs_tokens: in_use && key.algorithm() == realm.policy.id_token_signing_alg,
                jwk: key.jwk().clone(),
            }
        };
        Self {
            keys: ring.keys().iter().map(shown).collect(),
        }
    }
}

/// A key to take in, or to make.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AddKey {
    /// Default: that of the JWK, or else the key's thumbprint (RFC 7638).
    #[schemars(with = "Option<String>", length(min = 1, max = 255))]
    kid: Option<Kid>,
    /// PKCS#8, PKCS#1 or SEC 1.
    #[schemars(with = "Option<String>")]
    pem: Option<Secret>,
    /// A private JWK (RFC 7517): RSA, or EC on P-256.
    #[schemars(with = "Option<Map<String, Value>>")]
    jwk: Option<PrivateJwk>,
    /// The algorithm of a new key, if neither `pem` nor `jwk` is given.
    alg: Option<SigningAlgorithm>,
    /// `false`: the key is published and accepted, but does not sign.
    #[serde(default = "yes")]
    signs: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Rotation {
    /// Default: the realm's algorithm.
    alg: Option<SigningAlgorithm>,
    /// Default: the key's thumbprint (RFC 7638).
    #[schemars(with = "Option<String>", length(min = 1, max = 255))]
    kid: Option<Kid>,
    /// Withdraw the keys of its algorithm that signed before.
    withdraw_old: bool,
    /// Make the key's algorithm the realm's (policy switch `id_token_signing_alg`), so that the key signs tokens.
    set_algorithm: bool,
}

/// The name of a key: printable ASCII, since it stands in headers and addresses.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Kid(String);

impl TryFrom<String> for Kid {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let sound = (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        sound
            .then_some(Self(text))
            .ok_or("a kid has 1 to 255 characters of printable ASCII")
    }
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        Self::bad_request(error.to_string())
    }
}

async fn list(realm: Realm) -> Json<List> {
    Json(List::of(&realm))
}

async fn add(State(app): State<App>, realm: Realm, JsonBody(request): JsonBody<AddKey>) -> Result<Response, Problem> {
    let signs = request.signs;
    let (key, pem) = request.key(&realm).await?;
    let new = key.to_row(&pem, app.realms.sealer(), signs, realm.clock.now())?;

    let change = KeyChange::Add {
        new,
        alone: false,
        set_algorithm: false,
    };
    let realm = apply(&app, &realm, change).await?;
    Ok((StatusCode::CREATED, Json(List::of(&realm))).into_response())
}

async fn rotate(
    State(app): State<App>,
    realm: Realm,
    JsonBody(rotation): JsonBody<Rotation>,
) -> Result<Json<List>, Problem> {
    let algorithm = rotation.alg.unwrap_or(realm.policy.id_token_signing_alg);
    let (key, pem) = generated(algorithm).await?;
    let key = named(key, rotation.kid);
    let new = key.to_row(&pem, app.realms.sealer(), true, realm.clock.now())?;

    let change = KeyChange::Add {
        new,
        alone: rotation.withdraw_old,
        set_algorithm: rotation.set_algorithm,
    };
    let realm = apply(&app, &realm, change).await?;
    Ok(Json(List::of(&realm)))
}

async fn withdraw(State(app): State<App>, realm: Realm, Path(kid): Path<String>) -> Result<StatusCode, Problem> {
    apply(&app, &realm, KeyChange::Withdraw { kid }).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl AddKey {
    async fn key(self, realm: &Realm) -> Result<(SigningKey, Secret), Problem> {
        let (read, alg) = match (self.pem, self.jwk) {
            (Some(_), Some(_)) => return Err(Problem::bad_request("send `pem` or `jwk`, not both")),
            (Some(pem), None) => (spawn_blocking(move || from_pem(pem.reveal())).await??, self.alg),
            (None, Some(jwk)) => {
                let (key, pem) = spawn_blocking({
                    let jwk = jwk.clone();
                    move || from_jwk(&jwk)
                })
                .await??;
                let kid = jwk.kid.map(Kid::try_from).transpose().map_err(Problem::bad_request)?;
                ((named(key, kid), pem), self.alg)
            }
            (None, None) => {
                let algorithm = self.alg.unwrap_or(realm.policy.id_token_signing_alg);
                (generated(algorithm).await?, None)
            }
        };
        let (key, pem) = read;
        if alg.is_some_and(|alg| alg != key.algorithm()) {
            let detail = format!("this key signs with {}, and with nothing else", key.algorithm());
            return Err(Problem::bad_request(detail));
        }
        Ok((named(key, self.kid), pem))
    }
}

/// RSA takes long, above all unoptimised: not on a thread that serves others.
async fn generated(algorithm: SigningAlgorithm) -> Result<(SigningKey, Secret), Problem> {
    Ok(spawn_blocking(move || SigningKey::generate(algorithm)).await??)
}

fn named(key: SigningKey, kid: Option<Kid>) -> SigningKey {
    match kid {
        Some(Kid(kid)) => key.named(&kid),
        None => key,
    }
}

/// What is to become of the realm's keys.
enum KeyChange {
    Add {
        new: StoredKey,
        /// The others that sign with its algorithm are withdrawn.
        alone: bool,
        /// Its algorithm becomes the realm's.
        set_algorithm: bool,
    },
    Withdraw {
        kid: String,
    },
}

async fn apply(app: &App, realm: &Realm, change: KeyChange) -> Result<Realm, Problem> {
    let now = realm.clock.now();
    let mut tx = app.database.begin().await?;
    let outcome = changed(&mut tx, realm, change, app.realms.sealer(), now).await;
    let settings = settle(tx, outcome).await?;

    Ok(app.realms.put(&app.database, settings).await?)
}

async fn changed(
    tx: &mut Tx,
    realm: &Realm,
    change: KeyChange,
    sealer: &Sealer,
    now: Timestamp,
) -> Result<RealmSettings, Problem> {
    let mut settings = begin_change(tx, realm).await?;
    let mut keys = store::signing_keys::list(tx, realm.id).await?;
    if keys.is_empty() {
        keys = KeyRing::development_rows(sealer, now)?;
        for key in &keys {
            store::signing_keys::insert(tx, realm.id, key).await?;
        }
    }
    match change {
        KeyChange::Add {
            new,
            alone,
            set_algorithm,
        } => {
            if !store::signing_keys::insert(tx, realm.id, &new).await? {
                let detail = format!("there is a key {:?} already", new.kid);
                return Err(Problem::conflict(detail));
            }
            let old = keys
                .iter()
                .filter(|key| alone && key.signs && key.algorithm == new.algorithm);
            for key in old {
                store::signing_keys::delete(tx, realm.id, &key.kid).await?;
            }
            if set_algorithm {
                settings.policy.id_token_signing_alg = new.algorithm;
                store::realms::update_policy(tx, realm.id, &settings.policy).await?;
            }
        }
        KeyChange::Withdraw { kid } => {
            if !store::signing_keys::delete(tx, realm.id, &kid).await? {
                return Err(Problem::not_found(format!("there is no key {kid:?}")));
            }
            keys.retain(|key| key.kid != kid);
            let algorithm = settings.policy.id_token_signing_alg;
            if keys.is_empty() || !StoredKey::some_signs_with(&keys, algorithm) {
                let detail = format!("{kid:?} is the last key that signs with {algorithm}: rotate first");
                return Err(Problem::conflict(detail));
            }
        }
    }
    Ok(settings)
}
