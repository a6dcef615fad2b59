//! `/control/api/realms…`: issuers made, copied, put back and removed while the server runs.
//!
//! Only at the root: a realm does not reach beyond itself. A new one shares the development keys and stands in
//! milliseconds, so a test can have one of its own.

use crate::{
    api::{
        operation::{Answer, Body, Content, Parameter},
        parameters::{JsonBody, Parameters},
        problem::Problem,
        schema,
    },
    app::{
        App, Realm,
        control_operation::{ControlOperation, Reach},
    },
    clock,
    model::{Preset, RealmId, RealmName, RealmSettings},
    portals::{self, portal::Portal},
    realms::{
        self,
        creation::{self, NewRealmRequest, issuer_of, random_name},
        origin::Origin,
        seed::{RandomSeed, SeedClock},
    },
    store::{self, settle},
};
use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::{self, get, post},
};
use http::{Method, StatusCode, header};
use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    clock::ClockView,
    duration::Duration,
    page::{Page, PageSize},
};

const PAGE_SIZE: PageSize = PageSize {
    default: 1000,
    most: 1000,
};

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: REALMS,
        id: "listRealms",
        tag: "Realms",
        summary: "List the realms, in the order in which they were created",
        access: Reach::Server,
        query: &[
            Parameter::optional(
                "limit",
                schema::integer,
                "The maximum number: 1 to 1000, which is the default.",
            ),
            Parameter::optional(
                "after",
                schema::text,
                "Only realms created after the realm of this name, which may have been deleted.",
            ),
        ],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The realms."),
            content: Content::Json(schema::of_answer::<List>),
        },
        refusals: &[(400, "There is no such page."), NO_REALM],
        handler: || get(list),
    },
    ControlOperation {
        method: Method::POST,
        path: REALMS,
        id: "createRealm",
        tag: "Realms",
        summary: "Create a realm from a seed",
        access: Reach::Server,
        query: &[],
        body: Body::optional_json(schema::of_body::<CreateRealm>),
        answer: Answer {
            status: 201,
            description: Some("The new realm."),
            content: Content::Json(made_schema),
        },
        refusals: &[
            (400, "The request cannot be read."),
            (409, "There is already a realm of that name."),
        ],
        handler: || post(create),
    },
    ControlOperation {
        method: Method::GET,
        path: ONE_REALM,
        id: "showRealm",
        tag: "Realms",
        summary: "One realm",
        access: Reach::Server,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The realm."),
            content: Content::Json(schema::of_answer::<Listed>),
        },
        refusals: &[NO_REALM],
        handler: || get(show),
    },
    ControlOperation {
        method: Method::DELETE,
        path: ONE_REALM,
        id: "deleteRealm",
        tag: "Realms",
        summary: "Delete a realm. It is gone at once; its rows are removed later",
        access: Reach::Server,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 204,
            description: Some("The realm is deleted."),
            content: Content::Nothing,
        },
        refusals: &[NO_REALM, (409, "The default realm cannot be deleted.")],
        handler: || routing::delete(delete),
    },
    ControlOperation {
        method: Method::POST,
        path: "/control/api/realms/{realm}/fork",
        id: "forkRealm",
        tag: "Realms",
        summary: "Copy a realm, with its tokens and its clock, to another name and issuer",
        access: Reach::Server,
        query: &[],
        body: Body::optional_json(schema::of_body::<CopyRealm>),
        answer: Answer {
            status: 201,
            description: Some("The copy."),
            content: Content::Json(made_schema),
        },
        refusals: &[
            (400, "The request cannot be read."),
            NO_REALM,
            (409, "There is already a realm of that name."),
        ],
        handler: || post(fork),
    },
    ControlOperation {
        method: Method::POST,
        path: "/control/api/realms/{realm}/reset",
        id: "resetRealm",
        tag: "Realms",
        summary: "Reset a realm to the seed, policy and clock it was created from; it keeps its name, issuer and expiry",
        access: Reach::Server,
        query: &[],
        body: Body::optional_json(|| json!({"type": "object", "additionalProperties": false})),
        answer: Answer {
            status: 200,
            description: Some("The realm is as it was when it was created."),
            content: Content::Json(made_schema),
        },
        refusals: &[
            (400, "The body cannot be read."),
            NO_REALM,
            (409, "The seed the realm was created from is not known."),
        ],
        handler: || post(reset),
    },
];

const REALMS: &str = "/control/api/realms";
const ONE_REALM: &str = "/control/api/realms/{realm}";
const NO_REALM: (u16, &str) = (404, "There is no such realm.");

/// The JSON Schema of a realm that was made.
pub fn made_schema() -> Value {
    schema::of_answer::<Made<'_>>()
}

/// The name of a realm that is to be made.
fn name(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({
        "type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$", "description": "Default: generated.",
    })
}

/// A name, or an object.
fn named_or_written(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({"type": ["string", "object"]})
}

/// What a new realm should be. Everything has a default: the demo seed, its policy and clock, a name that is made up.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct CreateRealm {
    #[schemars(schema_with = "name")]
    name: Option<String>,
    /// The name of a preset, or switches that change the seed's policy.
    #[schemars(schema_with = "named_or_written")]
    policy: Option<Value>,
    /// `demo` (the default), `walkthrough`, `none`, or a seed.
    #[schemars(schema_with = "named_or_written")]
    seed: Option<Value>,
    clock: Option<SeedClock>,
    /// The same seed and the same requests give the same ids, codes and tokens.
    #[schemars(with = "String", length(min = 1, max = 255))]
    random_seed: Option<RandomSeed>,
    /// How long the realm lives by the machine's clock, such as PT30M.
    ttl: Option<Duration>,
}

/// What a copy should be.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct CopyRealm {
    #[schemars(schema_with = "name")]
    name: Option<String>,
    /// How long the copy lives by the machine's clock.
    ttl: Option<Duration>,
}

/// A realm as it was made.
#[derive(Debug, Serialize, JsonSchema)]
struct Made<'a> {
    #[schemars(with = "String")]
    name: &'a RealmName,
    #[schemars(schema_with = "schema::uri")]
    issuer: &'a str,
}

/// A realm in the list.
#[derive(Debug, Serialize, JsonSchema)]
struct Listed {
    #[schemars(with = "String")]
    name: RealmName,
    #[schemars(schema_with = "schema::uri")]
    issuer: String,
    policy: Preset,
    clock: ClockView,
    #[schemars(schema_with = "schema::date_time")]
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::date_time")]
    expires_at: Option<Timestamp>,
    /// Whether its ids and tokens repeat.
    random_seeded: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct List {
    realms: Vec<Listed>,
    /// The value of `after` for the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// `POST /control/api/realms` → 201 `{name, issuer}`
async fn create(State(app): State<App>, JsonBody(request): JsonBody<CreateRealm>) -> Result<Response, Problem> {
    let made = creation::create(&app, request.read(&portals::of(&app))?).await?;
    Ok(created(&made))
}

/// 201, and where the realm is described.
pub fn created(realm: &Realm) -> Response {
    let location = format!("{REALMS}/{}", realm.name);
    (StatusCode::CREATED, [(header::LOCATION, location)], described(realm)).into_response()
}

/// 200, and the realm's name and issuer.
pub fn described(realm: &Realm) -> Response {
    let body = Json(Made {
        name: &realm.name,
        issuer: &realm.issuer,
    });
    body.into_response()
}

/// `GET /control/api/realms?limit=…&after=…`
async fn list(State(app): State<App>, parameters: Parameters) -> Result<Response, Problem> {
    let page = Page::read_sized(&parameters, PAGE_SIZE)?;
    let mut conn = app.database.read().await?;
    let after = match &page.after {
        None => RealmId(0),
        Some(name) => {
            let after = store::realms::last_of_name(&mut conn, name).await?;
            after.ok_or_else(|| Problem::not_found(format!("`after`: there is no realm {name:?}")))?
        }
    };
    let mut found = store::realms::list_after(&mut conn, after, page.limit_and_one()).await?;
    let next = page.cut(&mut found, |realm| realm.name.to_string());
    let now = clock::system_now();
    let living = found.into_iter().filter(|realm| realm.lives_at(now));
    let realms = living.map(|settings| Listed::new(&app, settings)).collect();
    Ok(Json(List { realms, next }).into_response())
}

/// `GET /control/api/realms/{realm}`
async fn show(State(app): State<App>, Path(name): Path<String>) -> Result<Response, Problem> {
    let found = find(&app, &name).await?;
    Ok(Json(Listed::new(&app, found.settings.clone())).into_response())
}

/// `DELETE /control/api/realms/{realm}` → 204
async fn delete(State(app): State<App>, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    if name == RealmName::DEFAULT {
        return Err(Problem::conflict("the default realm cannot be deleted"));
    }
    let doomed = find(&app, &name).await?;

    let mut tx = app.database.begin().await?;
    let outcome = store::realms::delete(&mut tx, doomed.id, clock::system_now()).await;
    let gone = settle(tx, outcome).await?;

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
            clock: ClockView::from(&settings.clock),
            created_at: settings.created_at,
            expires_at: settings.expires_at,
            random_seeded: settings.chance_seed.is_some(),
        }
    }
}

/// `POST /control/api/realms/{realm}/fork` → 201
async fn fork(
    State(app): State<App>,
    Path(name): Path<String>,
    JsonBody(request): JsonBody<CopyRealm>,
) -> Result<Response, Problem> {
    let (copy, expires_at) = (new_name(request.name)?, end_of(request.ttl)?);
    let original = find(&app, &name).await?;
    let copy = realms::fork::fork(&app, &original, copy, expires_at).await?;
    Ok(created(&copy))
}

/// `POST /control/api/realms/{realm}/reset` → 200
async fn reset(
    State(app): State<App>,
    Path(name): Path<String>,
    JsonBody(Nothing {}): JsonBody<Nothing>,
) -> Result<Response, Problem> {
    let realm = find(&app, &name).await?;
    let realm = realms::reset::reset(&app, &realm).await?;
    Ok(described(&realm))
}

/// No member at all.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// The living realm of that name.
pub async fn find(app: &App, name: &str) -> Result<Realm, Problem> {
    let found = app.realms.find(&app.database, name).await?;
    found.ok_or_else(|| unknown(name))
}

impl CreateRealm {
    fn read(self, portals: &[&'static Portal]) -> Result<NewRealmRequest, Problem> {
        let (name, expires_at) = (new_name(self.name)?, end_of(self.ttl)?);
        let origin = Origin {
            seed: self.seed,
            policy: self.policy,
            clock: self.clock,
            random_seed: self.random_seed,
        };
        Ok(NewRealmRequest::read(name, origin, expires_at, portals)?)
    }
}

fn new_name(requested: Option<String>) -> Result<RealmName, Problem> {
    let name = requested.map_or_else(|| Ok(random_name()), |name| read_name(&name))?;
    if name.is_default() {
        return Err(Problem::conflict("the default realm exists already"));
    }
    Ok(name)
}

pub fn read_name(name: &str) -> Result<RealmName, Problem> {
    let name = name.parse();
    name.map_err(|reason: &str| Problem::bad_request(format!("`name`: {reason}")))
}

/// When a realm of that time to live ends, by the machine's clock.
pub fn end_of(ttl: Option<Duration>) -> Result<Option<Timestamp>, Problem> {
    let Some(ttl) = ttl else {
        return Ok(None);
    };
    let now = clock::system_now();
    let end = ttl.after(now).filter(|end| *end > now);
    let end = end.ok_or_else(|| Problem::bad_request("`ttl` must be a duration, such as PT30M"))?;
    Ok(Some(end))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(request: Value) -> Result<NewRealmRequest, Problem> {
        serde_json::from_value::<CreateRealm>(request)
            .unwrap()
            .read(portals::ALL)
    }

    #[test]
    fn a_time_to_live_counts_from_now() {
        let expires_at = read(json!({"ttl": "PT30M"})).unwrap().expires_at.unwrap();

        let minutes = expires_at.duration_since(clock::system_now()).as_mins();
        assert!((29..=30).contains(&minutes), "{minutes}");
    }

    #[test]
    fn invalid_requests_are_refused() {
        for (request, status) in [
            (json!({"name": "Suite"}), 400),
            (json!({"name": ""}), 400),
            (json!({"name": "../x"}), 400),
            (json!({"name": "default"}), 409),
            (json!({"ttl": "PT0S"}), 400),
            (json!({"ttl": "-PT1H"}), 400),
        ] {
            let problem = read(request.clone()).map(|_| ()).unwrap_err();
            assert_eq!(problem.status().as_u16(), status, "{request}");
        }
        for malformed in [json!({"nmae": "x"}), json!({"ttl": 30}), json!({"random_seed": ""})] {
            assert!(
                serde_json::from_value::<CreateRealm>(malformed.clone()).is_err(),
                "{malformed}"
            );
        }
    }
}
