//! `…/control/api/scopes`: what clients may ask for, in words for the consent page, and the claims it opens.
//!
//! The policy's switch `scopes_supported` names the built-in ones. A scope that is set up here stands beside them, or
//! in place of the one of its name: then its words and its claims count, and deleting it brings the built-in one back.

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
    model::{Descriptions, RealmSettings, Scope},
    realms::seed::SeedScope,
    store::{self, Tx, settle},
    tokens::claims,
};
use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::{delete, get, post, put},
};
use http::{Method, StatusCode};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::change::begin_change;

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: SCOPES,
        id: "listScopes",
        tag: TAG,
        summary: "List the scopes that the realm supports: those of the policy and its own",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The scopes, as discovery advertises them."),
            content: Content::Json(schema::of_answer::<List>),
        },
        refusals: &[],
        handler: || get(list),
    },
    ControlOperation {
        method: Method::POST,
        path: SCOPES,
        id: "addScope",
        tag: TAG,
        summary: "Add a scope",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(SeedScope::schema),
        answer: Answer {
            status: 201,
            description: Some("The scope was added."),
            content: Content::Json(schema::of_answer::<ScopeView>),
        },
        refusals: &[
            (400, "The scope is invalid."),
            (409, "There is already a scope of that name."),
        ],
        handler: || post(add),
    },
    ControlOperation {
        method: Method::PUT,
        path: SCOPE,
        id: "replaceScope",
        tag: TAG,
        summary: "Add or replace a scope",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(replacement_schema),
        answer: Answer {
            status: 200,
            description: Some("The scope as it is now."),
            content: Content::Json(schema::of_answer::<ScopeView>),
        },
        refusals: &[(400, "The scope is invalid.")],
        handler: || put(replace),
    },
    ControlOperation {
        method: Method::DELETE,
        path: SCOPE,
        id: "deleteScope",
        tag: TAG,
        summary: "Delete a scope that was added",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 204,
            description: Some("The scope is deleted; tokens that have it keep it."),
            content: Content::Nothing,
        },
        refusals: &[(404, "No scope of that name was set up.")],
        handler: || delete(remove),
    },
];

const SCOPES: &str = "/control/api/scopes";
const SCOPE: &str = "/control/api/scopes/{name}";
const TAG: &str = "Scopes";

/// A scope without its name, which is in the path.
fn replacement_schema() -> Value {
    let mut schema = SeedScope::schema();
    schema::require_nothing(&mut schema);
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.shift_remove("name");
    }
    schema
}

/// A scope as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
struct ScopeView {
    name: String,
    /// The text on the consent page.
    descriptions: Descriptions,
    /// The claims of the user that the scope gives access to.
    claims: Vec<String>,
    /// False for a scope of the policy.
    set_up: bool,
}

impl From<Scope> for ScopeView {
    fn from(scope: Scope) -> Self {
        Self {
            name: scope.name,
            descriptions: scope.descriptions,
            claims: scope.claims,
            set_up: true,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct List {
    scopes: Vec<ScopeView>,
}

async fn list(realm: Realm) -> Json<List> {
    let shown = |name: &String| match realm.scopes.iter().find(|own| own.name == *name) {
        Some(own) => ScopeView::from(own.clone()),
        None => ScopeView {
            name: name.clone(),
            descriptions: Descriptions::default(),
            claims: claims::built_in(name).iter().map(|&claim| claim.to_owned()).collect(),
            set_up: false,
        },
    };
    let scopes = realm.policy.scopes_supported.iter().map(shown).collect();
    Json(List { scopes })
}

async fn add(
    State(app): State<App>,
    realm: Realm,
    JsonBody(SeedScope(scope)): JsonBody<SeedScope>,
) -> Result<Response, Problem> {
    let mut tx = app.database.begin().await?;
    let outcome = added(&mut tx, &realm, &scope).await;
    let settings = settle(tx, outcome).await?;

    app.realms.put(&app.database, settings).await?;
    Ok((StatusCode::CREATED, Json(ScopeView::from(scope))).into_response())
}

async fn added(tx: &mut Tx, realm: &Realm, scope: &Scope) -> Result<RealmSettings, Problem> {
    let settings = begin_change(tx, realm).await?;
    if store::scopes::insert(tx, realm.id, scope).await? {
        Ok(settings)
    } else {
        let detail = format!("there is already a scope {:?}: replace it with PUT", scope.name);
        Err(Problem::conflict(detail))
    }
}

async fn replace(
    State(app): State<App>,
    realm: Realm,
    Path(name): Path<String>,
    JsonBody(mut members): JsonBody<Map<String, Value>>,
) -> Result<Json<ScopeView>, Problem> {
    if members.insert("name".to_owned(), json!(name)).is_some() {
        return Err(Problem::bad_request("the name is in the path, not in the body"));
    }
    let unsound = |error: serde_json::Error| Problem::bad_request(error.to_string());
    let SeedScope(scope) = serde_json::from_value(Value::Object(members)).map_err(unsound)?;

    let mut tx = app.database.begin().await?;
    let outcome = replaced(&mut tx, &realm, &scope).await;
    let settings = settle(tx, outcome).await?;

    app.realms.put(&app.database, settings).await?;
    Ok(Json(ScopeView::from(scope)))
}

async fn replaced(tx: &mut Tx, realm: &Realm, scope: &Scope) -> Result<RealmSettings, Problem> {
    let settings = begin_change(tx, realm).await?;
    if !store::scopes::update(tx, realm.id, scope).await? {
        store::scopes::insert(tx, realm.id, scope).await?;
    }
    Ok(settings)
}

async fn remove(State(app): State<App>, realm: Realm, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    let mut tx = app.database.begin().await?;
    let outcome = removed(&mut tx, &realm, &name).await;
    let settings = settle(tx, outcome).await?;

    app.realms.put(&app.database, settings).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn removed(tx: &mut Tx, realm: &Realm, name: &str) -> Result<RealmSettings, Problem> {
    let settings = begin_change(tx, realm).await?;
    if store::scopes::delete(tx, realm.id, name).await? {
        return Ok(settings);
    }
    let of_policy = realm.policy.scopes_supported.iter().any(|supported| supported == name);
    Err(Problem::not_found(if of_policy {
        format!("the scope {name:?} belongs to the policy: change its switch `scopes_supported`")
    } else {
        format!("no scope {name:?} was set up")
    }))
}
