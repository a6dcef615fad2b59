//! `…/control/api/users`: people who can sign in, added, changed and deleted while the realm runs.
//!
//! A deleted user is gone at once, with all that is theirs: sessions end, grants are revoked and their tokens dead,
//! consents and rules for claims about them are forgotten, and so is what they had in the portals (appointments free
//! their time and nobody is written to). A changed password ends neither sessions nor grants.

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
    clock::system_now,
    model::{Behaviour, Claims, RealmSettings, Secret, User, UserId},
    portals,
    realms::{
        self,
        seed::{Phc, SeedSecret, SeedUser, check_claims, loading},
    },
    store::{self, Tx, settle, tables},
};
use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::{delete, get, patch, post},
};
use http::{Method, StatusCode, header};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    change::begin_change,
    merge_patch::{merge_patch, present},
    page::{AFTER, LIMIT, Page},
};

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: USERS,
        id: "listUsers",
        tag: TAG,
        summary: "List the realm's users, in the order in which they were added",
        access: Reach::Realm,
        query: &[
            Parameter::optional(
                "q",
                schema::text,
                "Only users whose user name contains this, whatever its case.",
            ),
            AFTER,
            LIMIT,
        ],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("A page of users; `next` if there are more."),
            content: Content::Json(schema::of_answer::<List>),
        },
        refusals: &[(400, "A parameter cannot be read.")],
        handler: || get(list),
    },
    ControlOperation {
        method: Method::POST,
        path: USERS,
        id: "addUser",
        tag: TAG,
        summary: "Add a user, as in a seed",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(SeedUser::schema),
        answer: Answer {
            status: 201,
            description: Some("The user was added."),
            content: Content::Json(schema::of_answer::<UserView>),
        },
        refusals: &[
            (400, "The user is invalid."),
            (409, "There is a user of that id or user name."),
        ],
        handler: || post(add),
    },
    ControlOperation {
        method: Method::GET,
        path: USER,
        id: "readUser",
        tag: TAG,
        summary: "Read one user, by id or user name",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: SHOWN,
        refusals: UNKNOWN,
        handler: || get(show),
    },
    ControlOperation {
        method: Method::PATCH,
        path: USER,
        id: "changeUser",
        tag: TAG,
        summary: "Change a user's password, persona, behaviour or claims",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(schema::of_body::<Change>),
        answer: SHOWN,
        refusals: &[(400, "The change is invalid."), (404, "There is no such user.")],
        handler: || patch(change),
    },
    ControlOperation {
        method: Method::DELETE,
        path: USER,
        id: "deleteUser",
        tag: TAG,
        summary: "Delete a user with their sessions, grants, tokens, consents and appointments",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 204,
            description: Some("The user and all that belongs to them is deleted."),
            content: Content::Nothing,
        },
        refusals: UNKNOWN,
        handler: || delete(remove),
    },
];

const USERS: &str = "/control/api/users";
const USER: &str = "/control/api/users/{user}";
const TAG: &str = "Users";
const SHOWN: Answer = Answer {
    status: 200,
    description: Some("The changed user."),
    content: Content::Json(schema::of_answer::<UserView>),
};
const UNKNOWN: &[(u16, &str)] = &[(404, "There is no such user.")];

/// A user as they are shown: never with a password or its hash.
#[derive(Debug, Serialize, JsonSchema)]
struct UserView {
    #[schemars(with = "String")]
    id: UserId,
    username: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    persona: Option<String>,
    /// The user's scripted behaviour; /control/api/behaviours explains each.
    #[serde(skip_serializing_if = "Option::is_none")]
    behaviour: Option<Behaviour>,
    has_password: bool,
    claims: Claims,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            username: user.username,
            persona: user.persona,
            behaviour: user.behaviour,
            has_password: user.password.is_some(),
            claims: user.claims,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct List {
    users: Vec<UserView>,
    /// The value of `after` for the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What is to be different.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
struct Change {
    /// null: remove the password.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>")]
    password: Option<Option<Secret>>,
    /// An Argon2id PHC string instead of the password.
    #[schemars(with = "Option<String>")]
    password_hash: Option<Phc>,
    /// null: the sign-in page does not offer the user.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>")]
    persona: Option<Option<String>>,
    /// null: no behaviour.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<Behaviour>")]
    behaviour: Option<Option<Behaviour>>,
    /// A merge patch (RFC 7396): null removes a claim.
    claims: Option<Map<String, Value>>,
}

/// A change with nothing left to hash.
struct ReadyChange {
    password: Option<Option<String>>,
    persona: Option<Option<String>>,
    behaviour: Option<Option<Behaviour>>,
    claims: Option<Map<String, Value>>,
}

async fn list(State(app): State<App>, realm: Realm, parameters: Parameters) -> Result<Json<List>, Problem> {
    let page = Page::read(&parameters)?;
    let after = page.after.as_deref().map(UserId::from);
    let mut conn = app.database.read().await?;
    if let Some(after) = &after
        && store::users::find(&mut conn, realm.id, after).await?.is_none()
    {
        return Err(unknown(&after.0));
    }
    let q = parameters.text("q").unwrap_or_default();
    let mut users = store::users::list(&mut conn, realm.id, q, after.as_ref(), page.limit_and_one()).await?;
    let next = page.cut(&mut users, |user| user.id.0.clone());
    Ok(Json(List {
        users: users.into_iter().map(UserView::from).collect(),
        next,
    }))
}

async fn add(State(app): State<App>, realm: Realm, JsonBody(seed): JsonBody<SeedUser>) -> Result<Response, Problem> {
    let now = realm.clock.now();
    let user = loading::user(&seed, &app.passwords, &realm.random, now).await?;

    let mut tx = app.database.begin().await?;
    let outcome = added(&mut tx, &realm, &user, now).await;
    let settings = settle(tx, outcome).await?;

    app.realms.put(&app.database, settings).await?;
    let location = realm.path(&format!("{USERS}/{}", user.id));
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        Json(UserView::from(user)),
    )
        .into_response())
}

async fn added(tx: &mut Tx, realm: &Realm, user: &User, now: Timestamp) -> Result<RealmSettings, Problem> {
    let settings = begin_change(tx, realm).await?; // one after the other: two may bring the same name
    if !store::users::insert(tx, realm.id, user, now).await? {
        let detail = format!("there is a user {:?} already, or one of that id", user.username);
        return Err(Problem::conflict(detail));
    }
    // A user of that id may have been deleted a moment ago, while somebody signed in as them.
    store::consents::delete_of_user(tx, realm.id, &user.id).await?;
    store::grants::revoke_of_user(tx, realm.id, &user.id, now).await?;
    store::sessions::end_all(tx, realm.id, &user.id, now).await?;
    Ok(settings)
}

async fn show(State(app): State<App>, realm: Realm, Path(user): Path<String>) -> Result<Json<UserView>, Problem> {
    Ok(Json(UserView::from(find(&app, &realm, &user).await?)))
}

async fn change(
    State(app): State<App>,
    realm: Realm,
    Path(user): Path<String>,
    JsonBody(change): JsonBody<Change>,
) -> Result<Json<UserView>, Problem> {
    let user = find(&app, &realm, &user).await?;
    let change = change.ready(&app, &realm).await?;

    let mut tx = app.database.begin().await?;
    let outcome = changed(&mut tx, &realm, &user, change).await;
    let user = settle(tx, outcome).await?;

    Ok(Json(UserView::from(user)))
}

async fn changed(tx: &mut Tx, realm: &Realm, user: &User, change: ReadyChange) -> Result<User, Problem> {
    let held = store::users::hold(tx, realm.id, &user.id).await?;
    let mut user = held.ok_or_else(|| unknown(&user.username))?;
    if let Some(password) = change.password {
        user.password = password;
    }
    if let Some(persona) = change.persona {
        user.persona = persona;
    }
    if let Some(behaviour) = change.behaviour {
        user.behaviour = behaviour;
    }
    if let Some(patch) = change.claims {
        merge_patch(&mut user.claims, patch);
        check_claims(&user.claims).map_err(Problem::bad_request)?;
    }
    store::users::update(tx, realm.id, &user).await?;
    Ok(user)
}

async fn remove(State(app): State<App>, realm: Realm, Path(user): Path<String>) -> Result<StatusCode, Problem> {
    let user = find(&app, &realm, &user).await?;

    let mut tx = app.database.begin().await?;
    let outcome = removed(&mut tx, &app, &realm, &user).await;
    let settings = settle(tx, outcome).await?;

    app.realms.put(&app.database, settings).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// In the order of locks: realm, consents, grants; the portals' rows last.
async fn removed(tx: &mut Tx, app: &App, realm: &Realm, user: &User) -> Result<RealmSettings, Problem> {
    let now = realm.clock.now();
    let settings = begin_change(tx, realm).await?; // rules for claims may go
    store::consents::delete_of_user(tx, realm.id, &user.id).await?;
    if !store::users::delete(tx, realm.id, &user.id, system_now()).await? {
        return Err(unknown(&user.username)); // somebody was faster by a blink
    }
    store::grants::revoke_of_user(tx, realm.id, &user.id, now).await?;
    store::sessions::end_all(tx, realm.id, &user.id, now).await?;
    store::claim_rules::delete_of_user(tx, realm.id, &user.id).await?;
    let portals = portals::of(app);
    let all = realms::tables(&portals);
    let of_portals: Vec<_> = portals.iter().flat_map(|portal| portal.tables).collect();
    for table in of_portals.into_iter().rev() {
        tables::remove_of(tx, realm.id, table, &all, "users", &user.id.0).await?;
    }
    Ok(settings)
}

async fn find(app: &App, realm: &Realm, user: &str) -> Result<User, Problem> {
    let mut conn = app.database.read().await?;
    let found = store::users::find_by_id_or_name(&mut conn, realm.id, user).await?;
    found.ok_or_else(|| unknown(user))
}

fn unknown(user: &str) -> Problem {
    Problem::not_found(format!("there is no user {user:?}"))
}

impl Change {
    async fn ready(self, app: &App, realm: &Realm) -> Result<ReadyChange, Problem> {
        let password = match (self.password, self.password_hash) {
            (None, None) => None,
            (Some(None), None) => Some(None),
            (Some(None), Some(_)) => {
                return Err(Problem::bad_request("send `password` or `password_hash`, not both"));
            }
            (plain, hash) => {
                let secret = SeedSecret::read(plain.flatten(), hash).map_err(Problem::bad_request)?;
                Some(loading::hashed(secret.as_ref(), &app.passwords, &realm.random).await?)
            }
        };
        let nothing_else = self.persona.is_none() && self.behaviour.is_none() && self.claims.is_none();
        if password.is_none() && nothing_else {
            return Err(Problem::bad_request(
                "send at least one of `password`, `password_hash`, `persona`, `behaviour` or `claims`; id and user name stay",
            ));
        }
        Ok(ReadyChange {
            password,
            persona: self.persona,
            behaviour: self.behaviour,
            claims: self.claims,
        })
    }
}
