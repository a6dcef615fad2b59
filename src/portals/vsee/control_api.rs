//! `/control/api/vsee/…`: where the clinics of a realm want to be told of things, and telling them on demand what
//! nobody here does by himself: signed notes and paid invoices.

use crate::{
    api::{
        dates::read_digits,
        operation::{Answer, Body, Content},
        parameters::JsonBody,
        problem::Problem,
    },
    app::{
        App, Realm,
        control_operation::{ControlOperation, Reach},
    },
    store::{Tx, settle},
};
use axum::{
    Json,
    extract::{Path, State},
    routing::{delete, get, post},
};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    context::Context,
    model::{Event, NOTE_STATUSES, Note, WebhookEndpoint, WebhookVersion, check_endpoint},
    store::{accounts, visits, webhook_endpoints},
    webhooks,
};

const ENDPOINTS: &str = "/control/api/vsee/webhook-endpoints";

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: ENDPOINTS,
        id: "listVseeWebhookEndpoints",
        tag: "VSee",
        summary: "List the clinics' webhook endpoints",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The endpoints, in the order in which they were added."),
            content: Content::Json(|| {
                json!({
                    "type": "object",
                    "properties": {"webhook_endpoints": {"type": "array", "items": endpoint_schema()}},
                    "required": ["webhook_endpoints"],
                })
            }),
        },
        refusals: &[],
        handler: || get(list),
    },
    ControlOperation {
        method: Method::POST,
        path: ENDPOINTS,
        id: "addVseeWebhookEndpoint",
        tag: "VSee",
        summary: "Add a webhook endpoint for a clinic",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(|| {
            json!({
                "type": "object",
                "properties": {
                    "account": {"type": "string", "description": "The clinic's code; the first without it."},
                    "url": {"type": "string", "format": "uri"},
                    "version": {"type": "string", "enum": ["1.0", "2.0"]},
                    "events": events_schema(),
                },
                "required": ["url", "version"],
                "additionalProperties": false,
            })
        }),
        answer: Answer {
            status: 201,
            description: Some("The endpoint."),
            content: Content::Json(endpoint_schema),
        },
        refusals: &[
            (400, "The URL, the version or an event is invalid."),
            (404, "There is no such clinic."),
        ],
        handler: || post(add),
    },
    ControlOperation {
        method: Method::DELETE,
        path: "/control/api/vsee/webhook-endpoints/{endpoint}",
        id: "removeVseeWebhookEndpoint",
        tag: "VSee",
        summary: "Delete a webhook endpoint",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 204,
            description: Some("The endpoint is deleted. Webhooks that were written before are still sent."),
            content: Content::Nothing,
        },
        refusals: &[(404, "There is no such endpoint.")],
        handler: || delete(remove),
    },
    ControlOperation {
        method: Method::POST,
        path: "/control/api/vsee/webhook-events",
        id: "fireVseeWebhook",
        tag: "VSee",
        summary: "Send an event of a visit to the clinic's webhook endpoints, whether or not it happened",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(|| {
            json!({
                "type": "object",
                "properties": {
                    "visit_id": {"type": "string"},
                    "type": {"type": "string", "enum": Event::ALL.map(Event::name)},
                    "note_status": {
                        "type": "string", "enum": NOTE_STATUSES,
                        "description": "Of the event about notes, in version 2.0; signed without it.",
                    },
                },
                "required": ["visit_id", "type"],
                "additionalProperties": false,
            })
        }),
        answer: Answer {
            status: 200,
            description: Some("The number of endpoints."),
            content: Content::Json(
                || json!({"type": "object", "properties": {"told": {"type": "integer"}}, "required": ["told"]}),
            ),
        },
        refusals: &[
            (400, "The event or the status of the note is invalid."),
            (404, "There is no such visit."),
        ],
        handler: || post(send_event),
    },
];

fn events_schema() -> Value {
    json!({
        "type": ["array", "null"], "items": {"type": "string", "enum": Event::ALL.map(Event::name)},
        "description": "Only these; all without it.",
    })
}

fn endpoint_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": {"type": "string"}, "account": {"type": "string"}, "url": {"type": "string"},
            "version": {"type": "string"}, "events": events_schema(), "created_at": {"type": "string"},
        },
        "required": ["id", "account", "url", "version", "events", "created_at"],
    })
}

#[derive(Serialize)]
struct WebhookEndpointView {
    id: String,
    account: String,
    url: String,
    version: WebhookVersion,
    events: Option<Vec<String>>,
    created_at: jiff::Timestamp,
}

impl From<WebhookEndpoint> for WebhookEndpointView {
    fn from(endpoint: WebhookEndpoint) -> Self {
        Self {
            id: endpoint.id,
            account: endpoint.account,
            url: endpoint.url,
            version: endpoint.version,
            events: endpoint.events,
            created_at: endpoint.created_at,
        }
    }
}

async fn list(State(app): State<App>, realm: Realm) -> Result<Json<Value>, Problem> {
    let endpoints = webhook_endpoints::list(&mut app.database.read().await?, realm.id).await?;
    let shown: Vec<_> = endpoints.into_iter().map(WebhookEndpointView::from).collect();
    Ok(Json(json!({ "webhook_endpoints": shown })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddWebhookEndpoint {
    account: Option<String>,
    url: String,
    version: WebhookVersion,
    events: Option<Vec<String>>,
}

async fn add(
    State(app): State<App>,
    realm: Realm,
    JsonBody(request): JsonBody<AddWebhookEndpoint>,
) -> Result<(StatusCode, Json<WebhookEndpointView>), Problem> {
    check_endpoint(&request.url, request.events.as_deref()).map_err(Problem::bad_request)?;
    let now = realm.clock.now();
    let account = {
        let accounts = accounts::list(&mut app.database.read().await?, realm.id).await?;
        let mut codes = accounts.into_iter().map(|account| account.code);
        let found = codes.find(|code| request.account.as_ref().is_none_or(|account| account == code));
        found.ok_or_else(|| Problem::not_found("the realm has no such clinic"))?
    };
    let endpoint = WebhookEndpoint {
        id: realm.random.id(now),
        account,
        url: request.url,
        version: request.version,
        events: request.events,
        created_at: now,
    };
    let mut tx = app.database.write_once().await?;
    webhook_endpoints::insert(&mut tx, realm.id, &endpoint).await?;
    Ok((StatusCode::CREATED, Json(endpoint.into())))
}

async fn remove(State(app): State<App>, realm: Realm, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let mut tx = app.database.write_once().await?;
    if webhook_endpoints::delete(&mut tx, realm.id, &id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("there is no such endpoint"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SendEvent {
    visit_id: String,
    #[serde(rename = "type")]
    kind: String,
    note_status: Option<String>,
}

async fn send_event(
    State(app): State<App>,
    realm: Realm,
    JsonBody(request): JsonBody<SendEvent>,
) -> Result<Json<Value>, Problem> {
    let event = Event::of_name(&request.kind);
    let event = event.ok_or_else(|| Problem::bad_request(format!("there is no event {:?}", request.kind)))?;
    let status = request.note_status.unwrap_or_else(|| "signed".to_owned());
    if !NOTE_STATUSES.contains(&status.as_str()) {
        let known = NOTE_STATUSES.join(", ");
        return Err(Problem::bad_request(format!("note_status is one of {known}")));
    }
    let visit = read_digits(&request.visit_id).ok_or_else(no_visit)?;
    let now = realm.clock.now();
    let note = (event == Event::NoteSignedAndSent).then(|| Note {
        id: realm.random.id(now),
        status,
    });
    let context = Context { app, realm, now };

    let mut tx = context.app.database.begin().await?;
    let outcome = tell(&context, &mut tx, visit, event, note.as_ref()).await;
    let told = settle(tx, outcome).await?;
    context.app.outbox.notify();
    Ok(Json(json!({ "told": told })))
}

async fn tell(context: &Context, tx: &mut Tx, visit: i64, event: Event, note: Option<&Note>) -> Result<usize, Problem> {
    let visit = visits::find(tx, context.realm.id, visit).await?;
    let visit = visit.ok_or_else(no_visit)?;
    Ok(webhooks::send_in(tx, context, event, &visit, note).await?)
}

fn no_visit() -> Problem {
    Problem::not_found("there is no such visit")
}
