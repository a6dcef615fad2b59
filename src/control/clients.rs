//! `…/control/api/clients`: applications, added, changed and deleted while the realm runs, in the words of RFC 7591.
//!
//! A client that is not public gets a secret, chosen or made; one that was made is shown once and never again. A new
//! secret ends the old one at once. A deleted client is gone at once: what it was granted is revoked, the tokens it got
//! for itself are dead, consents and rules for claims about it are forgotten. What it did in the portals stays.

use crate::{
    api::{
        operation::{Answer, Body, Content},
        parameters::{JsonBody, Parameters},
        problem::Problem,
        schema,
    },
    app::{
        App, Realm,
        control_operation::{ControlOperation, Reach},
    },
    clock::system_now,
    model::{Client, ClientId, ClientMetadata, RealmSettings, Secret, StoredSecret},
    random::digest,
    realms::seed::{Phc, SeedClient, SeedSecret, loading},
    store::{self, Tx, settle},
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
use serde_json::{Map, Value, json};

use super::{
    change::begin_change,
    merge_patch::merge_patch,
    page::{AFTER, LIMIT, Page},
};

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: CLIENTS,
        id: "listClients",
        tag: TAG,
        summary: "List the realm's clients, in the order in which they were added",
        access: Reach::Realm,
        query: &[AFTER, LIMIT],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("A page of clients; `next` if there are more."),
            content: Content::Json(schema::of_answer::<List>),
        },
        refusals: &[
            (400, "A parameter cannot be read."),
            (404, "There is no client of the id in `after`."),
        ],
        handler: || get(list),
    },
    ControlOperation {
        method: Method::POST,
        path: CLIENTS,
        id: "addClient",
        tag: TAG,
        summary: "Add a client, with the metadata of RFC 7591, as in a seed",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(new_client_schema),
        answer: Answer {
            status: 201,
            description: Some("The client was added; with `client_secret` if the server generated it."),
            content: Content::Json(schema::of_answer::<ClientView>),
        },
        refusals: &[(400, "The client is invalid."), (409, "There is a client of that id.")],
        handler: || post(add),
    },
    ControlOperation {
        method: Method::GET,
        path: CLIENT,
        id: "readClient",
        tag: TAG,
        summary: "One client",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: SHOWN,
        refusals: UNKNOWN,
        handler: || get(show),
    },
    ControlOperation {
        method: Method::PATCH,
        path: CLIENT,
        id: "changeClient",
        tag: TAG,
        summary: "Change a client by a merge patch (RFC 7396)",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(metadata_schema),
        answer: SHOWN,
        refusals: &[
            (400, "The changed client would be invalid."),
            (404, "There is no such client."),
        ],
        handler: || patch(change),
    },
    ControlOperation {
        method: Method::DELETE,
        path: CLIENT,
        id: "deleteClient",
        tag: TAG,
        summary: "Delete a client with its grants, tokens and consents",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 204,
            description: Some("The client, its grants, tokens and consents are deleted."),
            content: Content::Nothing,
        },
        refusals: UNKNOWN,
        handler: || delete(remove),
    },
    ControlOperation {
        method: Method::POST,
        path: SECRET,
        id: "rotateClientSecret",
        tag: TAG,
        summary: "Set a new client secret; the old one is refused from then on",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(schema::of_body::<NewSecret>),
        answer: Answer {
            status: 200,
            description: Some("The client; with `client_secret` if the server generated it. It is not shown again."),
            content: Content::Json(schema::of_answer::<ClientView>),
        },
        refusals: &[
            (400, "The secret is invalid."),
            (404, "There is no such client."),
            (409, "The client is public and has no secret."),
        ],
        handler: || post(rotate),
    },
];

const CLIENTS: &str = "/control/api/clients";
const CLIENT: &str = "/control/api/clients/{client_id}";
const SECRET: &str = "/control/api/clients/{client_id}/secret";
const TAG: &str = "Clients";
const SHOWN: Answer = Answer {
    status: 200,
    description: Some("The client as it is now; with `client_secret` if the change made it confidential."),
    content: Content::Json(schema::of_answer::<ClientView>),
};
const UNKNOWN: &[(u16, &str)] = &[(404, "There is no such client.")];

/// A client of a seed, whose id and secret are generated where they are left out.
fn new_client_schema() -> Value {
    let mut schema = SeedClient::schema();
    schema::require_nothing(&mut schema);
    let properties = &mut schema["properties"];
    properties["client_id"]["description"] = "Default: generated.".into();
    properties["client_secret"]["description"] =
        "Default: generated, unless the client is public, and shown in this answer only.".into();
    schema
}

fn metadata_schema() -> Value {
    let mut schema = schema::of_body::<ClientMetadata>();
    schema::require_nothing(&mut schema);
    schema
}

/// A client as it is shown: with a secret only where one has just been made up.
#[derive(Debug, Serialize, JsonSchema)]
struct ClientView {
    #[schemars(with = "String")]
    client_id: ClientId,
    #[serde(flatten)]
    metadata: ClientMetadata,
    /// Whether the client is confidential.
    has_secret: bool,
    /// Shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

impl ClientView {
    fn new(client: Client, generated: Option<&Secret>) -> Self {
        Self {
            client_id: client.id,
            metadata: client.metadata,
            has_secret: client.secret.is_some(),
            client_secret: generated.map(|secret| secret.reveal().to_owned()),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct List {
    clients: Vec<ClientView>,
    /// The value of `after` for the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A chosen secret; without one, one is made up.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct NewSecret {
    /// Default: generated, and shown in this answer only.
    #[schemars(with = "Option<String>")]
    client_secret: Option<Secret>,
    /// An Argon2id PHC string instead of the secret.
    #[schemars(with = "Option<String>")]
    client_secret_hash: Option<Phc>,
}

async fn list(State(app): State<App>, realm: Realm, parameters: Parameters) -> Result<Json<List>, Problem> {
    let page = Page::read(&parameters)?;
    let after = page.after.as_deref().map(ClientId::from);
    let mut conn = app.database.read().await?;
    if let Some(after) = &after
        && store::clients::find(&mut conn, realm.id, after).await?.is_none()
    {
        return Err(unknown(after));
    }
    let mut clients = store::clients::list_page(&mut conn, realm.id, after.as_ref(), page.limit_and_one()).await?;
    let next = page.cut(&mut clients, |client| client.id.0.clone());
    Ok(Json(List {
        clients: clients
            .into_iter()
            .map(|client| ClientView::new(client, None))
            .collect(),
        next,
    }))
}

async fn add(
    State(app): State<App>,
    realm: Realm,
    JsonBody(mut members): JsonBody<Map<String, Value>>,
) -> Result<Response, Problem> {
    let now = realm.clock.now();
    members
        .entry("client_id")
        .or_insert_with(|| Value::String(realm.random.id(now)));
    let generated = wants_secret(&members).then(|| Secret::new(realm.random.token()));
    if let Some(secret) = &generated {
        members.insert("client_secret".to_owned(), json!(secret.reveal()));
    }
    let seed = read(members)?;
    let client = match &generated {
        Some(secret) => Client {
            id: seed.id.clone(),
            secret: Some(StoredSecret::Digest(digest(secret.reveal()))),
            metadata: seed.metadata(&realm.issuer),
        },
        None => loading::client(&seed, &realm.issuer, &app.passwords, &realm.random).await?,
    };

    let mut tx = app.database.begin().await?;
    let outcome = added(&mut tx, &realm, &client, now).await;
    let settings = settle(tx, outcome).await?;

    app.realms.put(&app.database, settings).await?;
    let encoded: String = form_urlencoded::byte_serialize(client.id.0.as_bytes()).collect();
    let location = realm.path(&format!("{CLIENTS}/{}", encoded.replace('+', "%20")));
    let shown = Json(ClientView::new(client, generated.as_ref()));
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], shown).into_response())
}

/// Whether a client that is described like this is confidential and brings no secret of its own.
fn wants_secret(members: &Map<String, Value>) -> bool {
    let public = members
        .get("token_endpoint_auth_method")
        .is_some_and(|method| method == "none");
    !public && !members.contains_key("client_secret") && !members.contains_key("client_secret_hash")
}

/// Checks a client as a seed's is checked.
fn read(members: Map<String, Value>) -> Result<SeedClient, Problem> {
    serde_json::from_value(Value::Object(members)).map_err(|error| Problem::bad_request(error.to_string()))
}

async fn added(tx: &mut Tx, realm: &Realm, client: &Client, now: Timestamp) -> Result<RealmSettings, Problem> {
    let settings = begin_change(tx, realm).await?;
    if !store::clients::insert(tx, realm.id, client, now).await? {
        let detail = format!("there is a client {:?} already", client.id.0);
        return Err(Problem::conflict(detail));
    }
    end(tx, realm, &client.id, now).await?; // a client of that id may have been deleted a moment ago
    Ok(settings)
}

/// Everything a client was granted ends.
async fn end(tx: &mut Tx, realm: &Realm, client: &ClientId, now: Timestamp) -> store::Result<()> {
    store::consents::delete_of_client(tx, realm.id, client).await?;
    store::grants::revoke_of_client(tx, realm.id, client, now).await?;
    store::access_tokens::revoke_own(tx, realm.id, client, now).await
}

async fn show(State(app): State<App>, realm: Realm, Path(client): Path<ClientId>) -> Result<Json<ClientView>, Problem> {
    let found = store::clients::find(&mut app.database.read().await?, realm.id, &client).await?;
    Ok(Json(ClientView::new(found.ok_or_else(|| unknown(&client))?, None)))
}

async fn change(
    State(app): State<App>,
    realm: Realm,
    Path(client): Path<ClientId>,
    JsonBody(patch): JsonBody<Map<String, Value>>,
) -> Result<Json<ClientView>, Problem> {
    for member in ["client_id", "client_secret", "client_secret_hash"] {
        if patch.contains_key(member) {
            let detail = format!("`{member}` cannot be changed here: the id is fixed, and …/secret sets a new secret");
            return Err(Problem::bad_request(detail));
        }
    }
    let generated = Secret::new(realm.random.token());

    let mut tx = app.database.begin().await?;
    let outcome = changed(&mut tx, &realm, &client, patch, &generated).await;
    let (client, new_secret, settings) = settle(tx, outcome).await?;

    app.realms.put(&app.database, settings).await?;
    Ok(Json(ClientView::new(client, new_secret.then_some(&generated))))
}

async fn changed(
    tx: &mut Tx,
    realm: &Realm,
    id: &ClientId,
    patch: Map<String, Value>,
    generated: &Secret,
) -> Result<(Client, bool, RealmSettings), Problem> {
    let settings = begin_change(tx, realm).await?;
    let found = store::clients::find(tx, realm.id, id).await?;
    let mut client = found.ok_or_else(|| unknown(id))?;
    let Value::Object(mut members) = serde_json::to_value(&client.metadata).map_err(Problem::failure)? else {
        return Err(Problem::failure("the metadata of a client must be an object"));
    };
    merge_patch(&mut members, patch);
    // Left out, the method would follow from the secret, which stands in for whatever is stored.
    members
        .entry("token_endpoint_auth_method")
        .or_insert(json!("client_secret"));
    members.insert("client_id".to_owned(), json!(id));
    let confidential = wants_secret(&members);
    if confidential {
        members.insert("client_secret".to_owned(), json!("…"));
    }
    client.metadata = read(members)?.metadata(&realm.issuer);
    let new_secret = confidential && client.secret.is_none();
    if new_secret {
        client.secret = Some(StoredSecret::Digest(digest(generated.reveal())));
    } else if !confidential {
        client.secret = None;
    }
    store::clients::update(tx, realm.id, &client).await?;
    Ok((client, new_secret, settings))
}

async fn remove(State(app): State<App>, realm: Realm, Path(client): Path<ClientId>) -> Result<StatusCode, Problem> {
    let mut tx = app.database.begin().await?;
    let outcome = removed(&mut tx, &realm, &client).await;
    let settings = settle(tx, outcome).await?;

    app.realms.put(&app.database, settings).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn removed(tx: &mut Tx, realm: &Realm, client: &ClientId) -> Result<RealmSettings, Problem> {
    let settings = begin_change(tx, realm).await?;
    if !store::clients::delete(tx, realm.id, client, system_now()).await? {
        return Err(unknown(client));
    }
    end(tx, realm, client, realm.clock.now()).await?;
    store::claim_rules::delete_of_client(tx, realm.id, client).await?;
    Ok(settings)
}

async fn rotate(
    State(app): State<App>,
    realm: Realm,
    Path(client): Path<ClientId>,
    JsonBody(wish): JsonBody<NewSecret>,
) -> Result<Json<ClientView>, Problem> {
    let chosen = SeedSecret::read(wish.client_secret, wish.client_secret_hash).map_err(Problem::bad_request)?;
    let (secret, generated) = match loading::hashed(chosen.as_ref(), &app.passwords, &realm.random).await? {
        Some(phc) => (StoredSecret::Phc(phc), None),
        None => {
            let generated = Secret::new(realm.random.token());
            (StoredSecret::Digest(digest(generated.reveal())), Some(generated))
        }
    };

    let mut tx = app.database.begin().await?;
    let outcome = rotated(&mut tx, &realm, &client, secret).await;
    let (client, settings) = settle(tx, outcome).await?;

    app.realms.put(&app.database, settings).await?;
    Ok(Json(ClientView::new(client, generated.as_ref())))
}

async fn rotated(
    tx: &mut Tx,
    realm: &Realm,
    id: &ClientId,
    secret: StoredSecret,
) -> Result<(Client, RealmSettings), Problem> {
    let settings = begin_change(tx, realm).await?;
    let found = store::clients::find(tx, realm.id, id).await?;
    let mut client = found.ok_or_else(|| unknown(id))?;
    if client.public() {
        let detail = format!(
            "client {:?} is public (token_endpoint_auth_method none) and has no secret",
            id.0
        );
        return Err(Problem::conflict(detail));
    }
    client.secret = Some(secret);
    store::clients::update(tx, realm.id, &client).await?;
    Ok((client, settings))
}

fn unknown(client: &ClientId) -> Problem {
    Problem::not_found(format!("there is no client {:?}", client.0))
}
