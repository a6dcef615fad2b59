//! `/control/api/mediquo/…`: what a tester can change in mediQuo.

use crate::{
    api::{
        operation::{Answer, Body, Content, Parameter},
        parameters::{JsonBody, Parameters},
        problem::Problem,
        schema,
        waiting::Waiting,
    },
    app::{
        App, Realm,
        control_operation::{ControlOperation, Reach},
    },
};
use std::time::Duration;

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    routing::{delete, get, post},
};
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    control_operations::{self, EventRequest, OperationError},
    model::{NewEndpoint, WebhookEndpoint},
    webhooks::Event,
};

const TAG: &str = "mediQuo";
/// How often a waiting request looks at the queue.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: "/control/api/mediquo/organizations",
        id: "listMediquoOrganizations",
        tag: TAG,
        summary: "List the organizations, with their public keys",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The organizations, in the order of the seed."),
            content: Content::Json(organizations_schema),
        },
        refusals: &[],
        handler: || get(list_organizations),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/mediquo/webhook-endpoints",
        id: "listMediquoWebhookEndpoints",
        tag: TAG,
        summary: "List the organizations' webhook endpoints",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The endpoints, in the order in which they were added. Secrets are not shown."),
            content: Content::Json(endpoints_schema),
        },
        refusals: &[],
        handler: || get(list_endpoints),
    },
    ControlOperation {
        method: Method::POST,
        path: "/control/api/mediquo/webhook-endpoints",
        id: "addMediquoWebhookEndpoint",
        tag: TAG,
        summary: "Add a webhook endpoint",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(new_endpoint_schema),
        answer: Answer {
            status: 201,
            description: Some("The endpoint. Its secret is not shown."),
            content: Content::Json(endpoint_schema),
        },
        refusals: &[
            (400, "The URL, an event or the secret is invalid."),
            (404, "There is no such organization."),
        ],
        handler: || post(add_endpoint),
    },
    ControlOperation {
        method: Method::DELETE,
        path: "/control/api/mediquo/webhook-endpoints/{id}",
        id: "removeMediquoWebhookEndpoint",
        tag: TAG,
        summary: "Delete a webhook endpoint",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 204,
            description: Some("The endpoint is deleted. Webhooks in the outbox stay."),
            content: Content::Nothing,
        },
        refusals: &[(404, "There is no such endpoint.")],
        handler: || delete(remove_endpoint),
    },
    ControlOperation {
        method: Method::POST,
        path: "/control/api/mediquo/events",
        id: "tellMediquoEvent",
        tag: TAG,
        summary: "Send an event to the webhook endpoints",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(event_schema),
        answer: Answer {
            status: 202,
            description: Some("The event, and the webhook in the outbox for each endpoint that subscribes to it."),
            content: Content::Json(told_schema),
        },
        refusals: &[
            (400, "There is no such event."),
            (404, "The subject of the event does not exist."),
        ],
        handler: || post(tell),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/mediquo/patient-queue",
        id: "showMediquoPatientQueue",
        tag: TAG,
        summary: "Count the written patients that cannot be read yet, or wait until there are none",
        access: Reach::Realm,
        query: &[Parameter::optional(
            "wait",
            schema::text,
            "How long to wait until the queue is empty, such as 10s; 30 s at the most. It empties by the \
                          realm's clock.",
        )],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The number of patients, and when the next of them can be read."),
            content: Content::Json(queue_schema),
        },
        refusals: &[(400, "A parameter cannot be read.")],
        handler: || get(show_queue),
    },
    ControlOperation {
        method: Method::POST,
        path: "/control/api/mediquo/patient-queue/process",
        id: "processMediquoPatientQueue",
        tag: TAG,
        summary: "Make all written patients readable now, without changing the clock",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The number of writes."),
            content: Content::Json(|| {
                json!({
                    "type": "object",
                    "required": ["processed"],
                    "properties": {"processed": {"type": "integer"}},
                })
            }),
        },
        refusals: &[],
        handler: || post(process_queue),
    },
];

fn organizations_schema() -> Value {
    let text = || json!({"type": "string"});
    let organization = json!({
        "type": "object",
        "required": ["id", "name", "api_key"],
        "properties": {"id": text(), "name": text(), "api_key": text()},
    });
    json!({
        "type": "object",
        "required": ["organizations"],
        "properties": {"organizations": {"type": "array", "items": organization}},
    })
}

fn endpoint_members() -> Value {
    json!({
        "organization": {"type": "string", "description": "Default: the first."},
        "url": {"type": "string", "format": "uri"},
        "events": {
            "type": ["array", "null"],
            "items": {"type": "string"},
            "description": "The events it receives. Default: all.",
        },
        "signature": {
            "type": "string",
            "enum": ["fixed", "hmac-sha256"],
            "description": "What x-webhook-signature contains: the secret itself (as documented), or an HMAC of the body.",
        },
        "version": {"type": "integer", "enum": [1, 2], "description": "The version of the payload, for events that have both."},
    })
}

fn new_endpoint_schema() -> Value {
    let mut properties = endpoint_members();
    properties["secret"] = json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"});
    json!({"type": "object", "required": ["url", "secret"], "properties": properties, "additionalProperties": false})
}

fn endpoint_schema() -> Value {
    let mut properties = endpoint_members();
    properties["id"] = json!({"type": "string"});
    json!({
        "type": "object",
        "required": ["id", "organization", "url", "events", "signature", "version"],
        "properties": properties,
    })
}

fn endpoints_schema() -> Value {
    json!({
        "type": "object",
        "required": ["webhook_endpoints"],
        "properties": {"webhook_endpoints": {"type": "array", "items": endpoint_schema()}},
    })
}

fn event_schema() -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    json!({
        "type": "object",
        "required": ["type"],
        "additionalProperties": false,
        "properties": {
            "type": text("As in the envelope: patient_consultation_finished, …"),
            "organization": text("Default: the first."),
            "patient": text("Its code. Default: the appointment's, or the first."),
            "professional": text("Its hash. Default: the appointment's, or the first."),
            "appointment": text("Its code. Without it, the consultation is a chat."),
            "payload": {"type": "object", "description": "Members that replace those of the payload."},
        },
    })
}

fn told_schema() -> Value {
    let sent = json!({
        "type": "object",
        "required": ["endpoint", "webhook"],
        "properties": {"endpoint": {"type": "string"}, "webhook": {"type": "string"}},
    });
    json!({
        "type": "object",
        "required": ["type", "webhooks"],
        "properties": {"type": {"type": "string"}, "webhooks": {"type": "array", "items": sent}},
    })
}

fn queue_schema() -> Value {
    json!({
        "type": "object",
        "required": ["pending", "next_at"],
        "properties": {
            "pending": {"type": "integer"},
            "next_at": {"type": ["string", "null"], "format": "date-time"},
        },
    })
}

impl From<OperationError> for Problem {
    fn from(error: OperationError) -> Self {
        match error {
            OperationError::Unknown { .. } => Self::not_found(error.to_string()),
            OperationError::Unsound(reason) => Self::bad_request(reason),
            OperationError::Database(error) => error.into(),
            OperationError::Sealing(error) => error.into(),
        }
    }
}

/// `GET /control/api/mediquo/organizations`
async fn list_organizations(State(app): State<App>, realm: Realm) -> Result<Json<Value>, Problem> {
    let found = control_operations::list_organizations(&app, &realm).await?;
    let shown = found
        .iter()
        .map(|one| json!({"id": one.id, "name": one.name, "api_key": one.api_key}));
    Ok(Json(json!({"organizations": shown.collect::<Vec<_>>()})))
}

fn shown(endpoint: &WebhookEndpoint) -> Value {
    json!({
        "id": endpoint.id,
        "organization": endpoint.organization,
        "url": endpoint.url,
        "events": endpoint.events,
        "signature": endpoint.signature.name(),
        "version": i64::from(endpoint.version),
    })
}

/// `GET /control/api/mediquo/webhook-endpoints`
async fn list_endpoints(State(app): State<App>, realm: Realm) -> Result<Json<Value>, Problem> {
    let found = control_operations::list_endpoints(&app, &realm).await?;
    Ok(Json(
        json!({"webhook_endpoints": found.iter().map(shown).collect::<Vec<_>>()}),
    ))
}

/// `POST /control/api/mediquo/webhook-endpoints`
async fn add_endpoint(
    State(app): State<App>,
    realm: Realm,
    JsonBody(mut request): JsonBody<Value>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let organization = match request
        .as_object_mut()
        .and_then(|members| members.remove("organization"))
    {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) => Some(id),
        Some(_) => {
            return Err(Problem::bad_request(
                "there is no organization with the id in `organization`",
            ));
        }
    };
    let unreadable = |error: serde_json::Error| Problem::bad_request(error.to_string());
    let new: NewEndpoint = serde_json::from_value(request).map_err(unreadable)?;
    let endpoint = control_operations::add_endpoint(&app, &realm, organization.as_deref(), &new).await?;
    Ok((StatusCode::CREATED, Json(shown(&endpoint))))
}

/// `DELETE /control/api/mediquo/webhook-endpoints/{id}`
async fn remove_endpoint(
    State(app): State<App>,
    realm: Realm,
    path: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Problem> {
    let no_text = |_| Problem::not_found("there is no webhook endpoint with this id");
    let Path(id) = path.map_err(no_text)?;
    if id.contains('\0') {
        return Err(Problem::not_found("there is no webhook endpoint with this id"));
    }
    control_operations::remove_endpoint(&app, &realm, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An event somebody wants told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SendEvent {
    #[serde(rename = "type")]
    event: String,
    organization: Option<String>,
    patient: Option<String>,
    professional: Option<String>,
    appointment: Option<String>,
    payload: Option<Value>,
}

/// `POST /control/api/mediquo/events`
async fn tell(
    State(app): State<App>,
    realm: Realm,
    JsonBody(request): JsonBody<SendEvent>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let unknown = || Problem::bad_request(format!("there is no event {:?}", request.event));
    let event = Event::named(&request.event).ok_or_else(unknown)?;
    if request.payload.as_ref().is_some_and(|payload| !payload.is_object()) {
        return Err(Problem::bad_request("`payload` must be an object"));
    }
    let told = control_operations::send_event(
        &app,
        &realm,
        &EventRequest {
            event,
            organization: request.organization.as_deref(),
            patient: request.patient.as_deref(),
            professional: request.professional.as_deref(),
            appointment: request.appointment.as_deref(),
            payload: request.payload.as_ref(),
        },
    )
    .await?;
    let sent = told.webhooks.iter();
    let sent: Vec<_> = sent
        .map(|(endpoint, webhook)| json!({"endpoint": endpoint, "webhook": webhook}))
        .collect();
    Ok((
        StatusCode::ACCEPTED,
        Json(json!({"type": told.event, "webhooks": sent})),
    ))
}

/// `GET /control/api/mediquo/patient-queue?wait=10s`
///
/// The wait is by the machine's clock, the queue by the realm's: where that stands still, nothing becomes readable.
async fn show_queue(State(app): State<App>, realm: Realm, parameters: Parameters) -> Result<Json<Value>, Problem> {
    let mut waiting = Waiting::new(parameters.wait()?, &app.shutdown);
    loop {
        let queue = control_operations::patient_queue(&app, &realm).await?;
        let pause = async {
            tokio::time::sleep(LOOK_AGAIN).await;
            true
        };
        if queue.pending == 0 || !waiting.until(pause).await {
            return Ok(Json(json!({"pending": queue.pending, "next_at": queue.next_at})));
        }
    }
}

/// `POST /control/api/mediquo/patient-queue/process`
async fn process_queue(State(app): State<App>, realm: Realm) -> Result<Json<Value>, Problem> {
    let processed = control_operations::process_patients(&app, &realm).await?;
    Ok(Json(json!({"processed": processed})))
}
