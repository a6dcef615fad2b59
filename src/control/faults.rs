//! `/control/api/faults`: what can go wrong on purpose, what is armed, and how often it has triggered.
//!
//! Armed in memory, in this process, for this realm. An invalid request arms nothing.

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
    faults::{
        ArmFault, Armed, Often, catalogue,
        parameter::{Kind, Parameter},
    },
    model::{Client, ClientId, Members, UserId},
    store,
    web::endpoint::EndpointTable,
};
use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use http::{Method, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

const FAULTS: &str = "/control/api/faults";
const CATALOGUE: &str = "/control/api/faults/catalogue";
const ONE_FAULT: &str = "/control/api/faults/{id}";
const TAG: &str = "Faults";

/// How many users a pairwise subject is looked for among.
const MOST_USERS: i64 = 10_000;

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: CATALOGUE,
        id: "listFaultCatalogue",
        tag: TAG,
        summary: "List the faults: what each does, what a correct client does, where it triggers, its parameters",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The catalogue, by family."),
            content: Content::Json(schema::of_answer::<Catalogue>),
        },
        refusals: &[],
        handler: || get(show_catalogue),
    },
    ControlOperation {
        method: Method::GET,
        path: FAULTS,
        id: "listFaults",
        tag: TAG,
        summary: "List the armed faults, and how often each has triggered",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The armed faults, in the order in which they were armed."),
            content: Content::Json(schema::of_answer::<ArmedFaults<'_>>),
        },
        refusals: &[],
        handler: || get(list),
    },
    ControlOperation {
        method: Method::POST,
        path: FAULTS,
        id: "armFault",
        tag: TAG,
        summary: "Arm a fault",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(schema::of_body::<ArmFault>),
        answer: Answer {
            status: 201,
            description: Some("The fault is armed."),
            content: Content::Json(schema::of_answer::<ArmedFaultView<'_>>),
        },
        refusals: &[
            (
                400,
                "Invalid request: an unknown name, an unsuitable limit, or counts that contradict one another.",
            ),
            (409, "The realm has the maximum number of armed faults."),
        ],
        handler: || post(arm),
    },
    ControlOperation {
        method: Method::DELETE,
        path: FAULTS,
        id: "disarmAllFaults",
        tag: TAG,
        summary: "Disarm all faults",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 204,
            description: Some("No fault is armed."),
            content: Content::Nothing,
        },
        refusals: &[],
        handler: || delete(disarm_all),
    },
    ControlOperation {
        method: Method::DELETE,
        path: ONE_FAULT,
        id: "disarmFault",
        tag: TAG,
        summary: "Disarm one fault",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 204,
            description: Some("The fault is not armed."),
            content: Content::Nothing,
        },
        refusals: &[(404, "No fault of that id is armed.")],
        handler: || delete(disarm),
    },
];

#[derive(Serialize, JsonSchema)]
struct Catalogue {
    faults: Vec<Listed>,
}

#[derive(Serialize, JsonSchema)]
struct ArmedFaults<'a> {
    faults: Vec<ArmedFaultView<'a>>,
}

/// A fault of the catalogue.
#[derive(Debug, Serialize, JsonSchema)]
struct Listed {
    fault: &'static str,
    family: &'static str,
    does: &'static str,
    /// What a correct client does.
    good_client: &'static str,
    section: &'static str,
    endpoints: Vec<&'static str>,
    /// Whether it lasts until it is disarmed, and so takes no counts.
    holds: bool,
    /// Whether it can be narrowed to a client.
    by_client: bool,
    by_user: bool,
    /// How often it triggers by default; absent: until it is disarmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
    parameters: Vec<Value>,
}

/// A fault that is armed.
#[derive(Debug, Serialize, JsonSchema)]
struct ArmedFaultView<'a> {
    id: &'a str,
    fault: &'a str,
    does: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nth: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<&'a str>,
    parameters: &'a Members,
    /// How many matching calls there have been.
    calls: u64,
    /// How many of them triggered it.
    triggered: u64,
    /// Whether it has triggered as often as it was armed for.
    used_up: bool,
}

/// `GET /control/api/faults/catalogue`
async fn show_catalogue(State(app): State<App>) -> Json<Catalogue> {
    let listed = |row| Listed::new(row, &app.endpoints);
    Json(Catalogue {
        faults: catalogue::rows().map(listed).collect(),
    })
}

/// `GET /control/api/faults`
async fn list(State(app): State<App>, realm: Realm) -> Response {
    let armed = app.faults.of(realm.id);
    let armed = armed.iter().flat_map(|armed| armed.iter());
    let faults = armed.map(|armed| ArmedFaultView::new(armed)).collect();
    Json(ArmedFaults { faults }).into_response()
}

/// `POST /control/api/faults` → 201
async fn arm(State(app): State<App>, realm: Realm, JsonBody(request): JsonBody<ArmFault>) -> Result<Response, Problem> {
    let id = realm.random.id(realm.clock.now());
    let mut armed = request.check(id, &app.endpoints).map_err(Problem::bad_request)?;
    look_up(&app, &realm, &mut armed).await?;

    let shown = json!(ArmedFaultView::new(&armed));
    let location = format!("{}/{}", realm.path(FAULTS), armed.id);
    if !app.faults.arm(realm.id, armed) {
        return Err(Problem::conflict(
            "too many faults are armed in this realm: disarm some",
        ));
    }
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(shown)).into_response())
}

/// `DELETE /control/api/faults` → 204
async fn disarm_all(State(app): State<App>, realm: Realm) -> StatusCode {
    app.faults.forget(realm.id);
    StatusCode::NO_CONTENT
}

/// `DELETE /control/api/faults/{id}` → 204
async fn disarm(State(app): State<App>, realm: Realm, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    if app.faults.disarm(realm.id, &id) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found(format!("no fault of the id {id:?} is armed")))
}

/// The client and the user that a request names, where they exist.
async fn look_up(app: &App, realm: &Realm, armed: &mut Armed) -> Result<(), Problem> {
    let mut client = None;
    if let Some(named) = &armed.request.client_id {
        let found = realm.client(&app.database, &ClientId::from(named.as_str())).await?;
        client = Some(found.ok_or_else(|| Problem::bad_request(format!("there is no client {named:?}")))?);
    }
    if let Some(named) = &armed.request.user {
        let found = find_user(app, realm, client.as_deref(), named).await?;
        armed.user = Some(
            found
                .ok_or_else(|| Problem::bad_request(format!("there is no user {named:?}")))?
                .0,
        );
    }
    Ok(())
}

/// By user name, by identifier (the `sub` where subjects are public), or by the `sub` under which the client knows the
/// user.
async fn find_user(app: &App, realm: &Realm, client: Option<&Client>, named: &str) -> Result<Option<UserId>, Problem> {
    let mut conn = app.database.read().await?;
    if let Some(user) = store::users::find_by_username(&mut conn, realm.id, named).await? {
        return Ok(Some(user.id));
    }
    if let Some(user) = store::users::find(&mut conn, realm.id, &UserId::from(named)).await? {
        return Ok(Some(user.id));
    }
    let Some(client) = client else { return Ok(None) };
    let users = store::users::list(&mut conn, realm.id, "", None, MOST_USERS).await?;
    let mut ids = users.into_iter().map(|user| user.id);
    Ok(ids.find(|id| realm.mint.subject(client, id) == named))
}

impl Listed {
    fn new(row: &'static catalogue::Row, endpoints: &EndpointTable) -> Self {
        let by_subject = !row.of_issuer && row.knows_subject(endpoints);
        Self {
            fault: row.name,
            family: row.family,
            does: row.does,
            good_client: row.good_client,
            section: row.section,
            endpoints: endpoints.fault_groups(row.endpoints),
            holds: row.holds,
            by_client: by_subject,
            by_user: by_subject,
            times: row.times,
            parameters: row.parameters.iter().map(parameter).collect(),
        }
    }
}

fn parameter(parameter: &Parameter) -> Value {
    let mut listed = json!({"name": parameter.name, "meaning": parameter.meaning});
    listed["schema"] = match parameter.kind {
        Kind::Integer { least, most, .. } => json!({"type": "integer", "minimum": least, "maximum": most}),
        Kind::Seconds { most, .. } => json!({"type": "number", "minimum": 0, "maximum": most}),
        Kind::Choice(choices) => json!({"type": "string", "enum": choices}),
        Kind::Text { .. } | Kind::RequiredText => json!({"type": "string"}),
    };
    match parameter.usual() {
        Some(usual) => listed["default"] = usual,
        None => listed["required"] = json!(true),
    }
    listed
}

impl<'a> ArmedFaultView<'a> {
    fn new(armed: &'a Armed) -> Self {
        let request = &armed.request;
        let times = match armed.often {
            Often::Counted { times, .. } => Some(times),
            Often::Always | Often::Share(_) => None,
        };
        Self {
            id: &armed.id,
            fault: armed.row.name,
            does: armed.row.does,
            times,
            share: request.share,
            nth: request.nth,
            client_id: request.client_id.as_deref(),
            user: request.user.as_deref(),
            endpoint: request.endpoint.as_deref(),
            parameters: armed.parameters.members(),
            calls: armed.seen(),
            triggered: armed.triggered(),
            used_up: armed.is_used_up(),
        }
    }
}
