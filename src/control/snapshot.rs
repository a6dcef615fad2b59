//! `GET|PUT /control/api/realms/{realm}/snapshot`: a realm as one document, and a realm from one
//! (see [`crate::realms::snapshot`]).

use axum::{
    body::Bytes,
    extract::{FromRequest as _, Path, Request, State},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use http::{HeaderMap, HeaderValue, Method, header};
use http_body_util::BodyExt as _;
use serde_json::json;

use super::{
    duration::Duration,
    realms::{created, described, end_of, find, made_schema, read_name},
};
use crate::{
    api::{
        input,
        operation::{Answer, Body, Content, Parameter},
        parameters::Parameters,
        problem::Problem,
        schema,
    },
    app::{
        App,
        control_operation::{ControlOperation, Reach},
    },
    realms::snapshot,
};

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: SNAPSHOT,
        id: "takeSnapshot",
        tag: "Realms",
        summary: "Take a snapshot of the realm: one JSON document, secrets included",
        access: Reach::Server,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The snapshot. Its order and form are stable: one line for each row of the database."),
            content: Content::Json(|| json!({"type": "object", "required": ["anteroom_snapshot"]})),
        },
        refusals: &[NO_REALM],
        handler: || get(take),
    },
    ControlOperation {
        method: Method::PUT,
        path: SNAPSHOT,
        id: "restoreSnapshot",
        tag: "Realms",
        summary: "Restore a realm from a snapshot, completely or not at all; creates the realm if there is none",
        access: Reach::Server,
        query: &[Parameter::optional(
            "ttl",
            schema::text,
            "How long it lives by the machine's clock; without it, as long as the one it replaces.",
        )],
        body: Body::optional_json(|| json!({"type": "object", "required": ["anteroom_snapshot"]})),
        answer: Answer {
            status: 200,
            description: Some("The restored realm; 201 if there was none of that name."),
            content: Content::Json(made_schema),
        },
        refusals: &[
            (400, "The snapshot is invalid; `detail` says where."),
            (413, "It is too large."),
        ],
        handler: || put(restore),
    },
];

const SNAPSHOT: &str = "/control/api/realms/{realm}/snapshot";
const NO_REALM: (u16, &str) = (404, "There is no such realm.");

/// `GET /control/api/realms/{realm}/snapshot`
async fn take(State(app): State<App>, Path(name): Path<String>) -> Result<Response, Problem> {
    let realm = find(&app, &name).await?;
    let permit = app.snapshots.acquire(()).await?;
    let text = snapshot::take(&app, realm.id).await?;
    let text = text.ok_or_else(|| Problem::not_found(format!("there is no realm {name:?}")))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")), // it holds secrets
    ];
    // The text is in memory until the client has taken it.
    let body = axum::body::Body::from(text).map_frame(move |frame| {
        let _held = &permit;
        frame
    });
    Ok((headers, axum::body::Body::new(body)).into_response())
}

/// `PUT /control/api/realms/{realm}/snapshot?ttl=…`
async fn restore(
    State(app): State<App>,
    Path(name): Path<String>,
    parameters: Parameters,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let name = read_name(&name)?;
    let ttl = parameters.read_by("ttl", "a duration, such as PT30M", Duration::parse)?;
    if ttl.is_some() && name.is_default() {
        return Err(Problem::bad_request("`ttl`: the default realm does not expire"));
    }
    input::check_json(&headers)?;
    let _held = app.snapshots.acquire(()).await?;
    let body = match Bytes::from_request(request, &app).await {
        Ok(body) => body,
        Err(rejection) => return Ok(rejection.into_response()),
    };

    let (realm, replaced) = snapshot::restore(&app, name, &body, end_of(ttl)?).await?;
    Ok(if replaced { described(&realm) } else { created(&realm) })
}
