//! `GET|PUT /control/api/realms/{realm}/snapshot`: a realm as one document, and a realm from one
//! (see [`crate::realms::snapshot`]).

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use http::{HeaderMap, HeaderValue, Method, header};
use serde_json::json;

use super::{
    body::{self, Duration},
    problem::Problem,
    realms::{created, end_of, find, made_schema, read_name, stands},
    route_table::{Answer, Content, Parameter, Reach, Row},
};
use crate::{app::App, realms::snapshot, web::parameters::read_form};

pub const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: SNAPSHOT,
        operation: "takeSnapshot",
        tag: "Realms",
        summary: "The realm as one JSON document, secrets included, to be kept and compared",
        reach: Reach::Root,
        query: &[],
        body: None,
        answer: Answer {
            status: 200,
            description: "The snapshot: stable in order and form, one row of the database a line.",
            content: Content::Json(|| json!({"type": "object", "required": ["anteroom_snapshot"]})),
        },
        refusals: &[NO_REALM],
        serve: || get(take),
    },
    Row {
        method: Method::PUT,
        path: SNAPSHOT,
        operation: "restoreSnapshot",
        tag: "Realms",
        summary: "Make the realm what a snapshot says, all of it or nothing; makes it where there is none",
        reach: Reach::Root,
        query: &[Parameter {
            name: "ttl",
            description: "How long it lives by the machine's clock; without it, as long as the one it replaces.",
            kind: "string",
        }],
        body: Some(|| json!({"type": "object", "required": ["anteroom_snapshot"]})),
        answer: Answer {
            status: 200,
            description: "The realm stands; 201 where there was none of its name.",
            content: Content::Json(made_schema),
        },
        refusals: &[
            (400, "It is no snapshot, or not a sound one; the detail says where."),
            (413, "It is too large."),
        ],
        serve: || put(restore),
    },
];

const SNAPSHOT: &str = "/control/api/realms/{realm}/snapshot";
const NO_REALM: (u16, &str) = (404, "There is no such realm.");

/// `GET /control/api/realms/{realm}/snapshot`
pub async fn take(State(app): State<App>, Path(name): Path<String>) -> Result<Response, Problem> {
    let realm = find(&app, &name).await?;
    let text = snapshot::take(&app, realm.id).await?;
    let text = text.ok_or_else(|| Problem::not_found(format!("there is no realm {name:?}")))?;
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(([kind], text).into_response())
}

/// `PUT /control/api/realms/{realm}/snapshot?ttl=…`
pub async fn restore(
    State(app): State<App>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let name = read_name(&name)?;
    let ttl = read_ttl(query.as_deref().unwrap_or_default())?;
    if ttl.is_some() && name.is_default() {
        return Err(Problem::bad_request("`ttl`: the default realm does not expire"));
    }
    body::check_type(&headers)?;

    let (realm, replaced) = snapshot::restore(&app, name, &body, end_of(ttl)?).await?;
    Ok(if replaced { stands(&realm) } else { created(&realm) })
}

fn read_ttl(query: &str) -> Result<Option<Duration>, Problem> {
    let mut ttl = None;
    for (name, value) in read_form(query.as_bytes()).map_err(|error| Problem::bad_request(error.to_string()))? {
        if name != "ttl" {
            return Err(Problem::bad_request(format!("there is no parameter {name:?}: ttl")));
        }
        let stretch = serde_json::from_value(value.into());
        ttl = Some(stretch.map_err(|_| Problem::bad_request("`ttl` is a stretch of time, like PT30M"))?);
    }
    Ok(ttl)
}
