//! `/control/api/exchanges`: what was asked and answered in a realm, and why a refusal was a refusal.
//!
//! | file | what |
//! | --- | --- |
//! | here | the rows and their handlers |
//! | [`question`] | which exchanges are asked for, and waiting for them |
//! | [`shown`] | an exchange and a flow as JSON |
//! | [`page`] | `/control/exchanges/{id}`, where `error_uri` leads: the same for people |

mod page;
mod question;
mod shown;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

use super::problem::Problem;
use crate::api::operation::{Answer, Body, Content};
use crate::api::parameters::Parameters;
use crate::app::control_operation::{ControlOperation, Reach};
use crate::app::{App, Realm};
use crate::journal::{Entry, curl, har};
use crate::web::paths;
use question::{FILTERS, FILTERS_AND_EXPECT, FILTERS_AND_PAGE, Question, watch};
use shown::{exchange_schema, flow_schema, flows_of};

const TAG: &str = "Journal";
const NO_SUCH: (u16, &str) = (
    404,
    "There is no such exchange or flow, or it has fallen out of the ring.",
);

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: "/control/api/exchanges",
        id: "listExchanges",
        tag: TAG,
        summary: "The recorded exchanges, newest last, or waiting for one",
        access: Reach::Realm,
        query: FILTERS_AND_PAGE,
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The exchanges that fit, in the order they came to their end."),
            content: Content::Json(|| {
                json!({"type": "object", "required": ["exchanges", "dropped"], "properties": {
                    "exchanges": {"type": "array", "items": exchange_schema()},
                    "dropped": {"type": "integer", "description": "How many have fallen out of the ring or were cleared away."},
                }})
            }),
        },
        refusals: &[(400, "A parameter cannot be read.")],
        handler: || get(list),
    },
    ControlOperation {
        method: Method::DELETE,
        path: "/control/api/exchanges",
        id: "clearExchanges",
        tag: TAG,
        summary: "Empty the journal",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 204,
            description: Some("It is empty. Numbers go on."),
            content: Content::Nothing,
        },
        refusals: &[],
        handler: || delete(clear),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/exchanges/count",
        id: "countExchanges",
        tag: TAG,
        summary: "How many exchanges fit, or whether it is as many as expected",
        access: Reach::Realm,
        query: FILTERS_AND_EXPECT,
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The number."),
            content: Content::Json(|| {
                json!({"type": "object", "required": ["count", "dropped"], "properties": {
                    "count": {"type": "integer"}, "dropped": {"type": "integer"},
                }})
            }),
        },
        refusals: &[
            (400, "A parameter cannot be read."),
            (409, "There are more or fewer than `expect` says."),
        ],
        handler: || get(count),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/exchanges/flows",
        id: "listFlows",
        tag: TAG,
        summary: "The flows: exchanges that belong together, from the authorization request to the last use of its tokens",
        access: Reach::Realm,
        query: FILTERS,
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The flows with an exchange that fits, newest last."),
            content: Content::Json(|| {
                json!({"type": "object", "required": ["flows"], "properties": {
                    "flows": {"type": "array", "items": flow_schema()},
                }})
            }),
        },
        refusals: &[(400, "A parameter cannot be read.")],
        handler: || get(list_flows),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/exchanges/flows/{flow}",
        id: "readFlow",
        tag: TAG,
        summary: "One flow with all its exchanges",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The flow."),
            content: Content::Json(|| {
                let mut schema = flow_schema();
                schema["properties"]["exchanges"] = json!({"type": "array", "items": exchange_schema()});
                schema
            }),
        },
        refusals: &[NO_SUCH],
        handler: || get(show_flow),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/exchanges/flows/{flow}/har",
        id: "exportFlow",
        tag: TAG,
        summary: "One flow as an HTTP Archive (HAR 1.2)",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The archive."),
            content: Content::Json(|| json!({"type": "object", "required": ["log"]})),
        },
        refusals: &[NO_SUCH],
        handler: || get(export_flow),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/exchanges/{id}",
        id: "readExchange",
        tag: TAG,
        summary: "One exchange; a refusal is explained",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The exchange."),
            content: Content::Json(exchange_schema),
        },
        refusals: &[NO_SUCH],
        handler: || get(show),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/exchanges/{id}/curl",
        id: "exportExchange",
        tag: TAG,
        summary: "One request as a command for curl; secrets are variables of the shell",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The command."),
            content: Content::Bytes("text/plain"),
        },
        refusals: &[NO_SUCH],
        handler: || get(export),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/exchanges/{id}",
        id: "showExchange",
        tag: TAG,
        summary: "One exchange as a page; where error_uri leads. Asked for application/json, as it is",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The exchange, explained."),
            content: Content::Bytes("text/html"),
        },
        refusals: &[NO_SUCH],
        handler: || get(page::show),
    },
];

/// A path's parameter; one that is no text names nothing.
type Named = Result<Path<String>, PathRejection>;

/// `GET /control/api/exchanges?flow=…&client_id=…&wait=10s`
async fn list(State(app): State<App>, realm: Realm, parameters: Parameters) -> Result<Json<Value>, Problem> {
    let question = Question::read_page(&parameters)?;
    let (entries, dropped) = watch(&app, &realm, &question).await;
    let exchanges: Vec<Value> = entries.iter().map(shown::exchange).collect();
    Ok(Json(json!({"exchanges": exchanges, "dropped": dropped})))
}

async fn clear(State(app): State<App>, realm: Realm) -> StatusCode {
    app.journal.clear(realm.id);
    StatusCode::NO_CONTENT
}

/// `GET /control/api/exchanges/count?endpoint=token&expect=2`
async fn count(State(app): State<App>, realm: Realm, parameters: Parameters) -> Result<Json<Value>, Problem> {
    let question = Question::read_expect(&parameters)?;
    let (entries, dropped) = app.journal.list(realm.id);
    let count = entries.iter().filter(|entry| question.fits(entry)).count();
    match question.expect {
        Some(expected) if expected != count => Err(Problem::conflict(format!(
            "{expected} exchanges were expected, and there are {count}"
        ))),
        _ => Ok(Json(json!({"count": count, "dropped": dropped}))),
    }
}

async fn show(State(app): State<App>, realm: Realm, id: Named) -> Result<Json<Value>, Problem> {
    let entry = find(&app, &realm, id)?;
    Ok(Json(shown::exchange(&entry)))
}

async fn export(State(app): State<App>, realm: Realm, id: Named) -> Result<Response, Problem> {
    let entry = find(&app, &realm, id)?;
    let command = curl::command(&entry.exchange.request, &realm.issuer);
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, plain)], command).into_response())
}

async fn list_flows(State(app): State<App>, realm: Realm, parameters: Parameters) -> Result<Json<Value>, Problem> {
    let question = Question::read(&parameters)?;
    let (entries, _) = app.journal.list(realm.id);
    let flows: Vec<Value> = flows_of(&entries)
        .iter()
        .filter(|flow| flow.iter().any(|entry| question.fits(entry)))
        .map(|flow| shown::flow(flow))
        .collect();
    Ok(Json(json!({"flows": flows})))
}

async fn show_flow(State(app): State<App>, realm: Realm, flow: Named) -> Result<Json<Value>, Problem> {
    let entries = find_flow(&app, &realm, flow)?;
    let mut flow = shown::flow(&entries.iter().collect::<Vec<_>>());
    flow["exchanges"] = entries.iter().map(shown::exchange).collect();
    Ok(Json(flow))
}

async fn export_flow(State(app): State<App>, realm: Realm, flow: Named) -> Result<Json<Value>, Problem> {
    let entries = find_flow(&app, &realm, flow)?;
    Ok(Json(har::archive(&entries, &realm.issuer)))
}

fn find(app: &App, realm: &Realm, id: Named) -> Result<Entry, Problem> {
    let found = id.ok().and_then(|Path(id)| app.journal.find(realm.id, &id));
    found.ok_or_else(|| {
        Problem::not_found(
            "there is no exchange of that id: it has fallen out of the ring, was cleared away, or never was",
        )
    })
}

fn find_flow(app: &App, realm: &Realm, flow: Named) -> Result<Vec<Entry>, Problem> {
    let number = flow.ok().and_then(|Path(flow)| flow.parse::<u64>().ok());
    let (entries, _) = app.journal.list(realm.id);
    let of_flow = |entry: &Entry| entry.exchange.flow.is_some_and(|flow| Some(flow.0) == number);
    let found: Vec<Entry> = entries.into_iter().filter(of_flow).collect();
    if found.is_empty() {
        return Err(Problem::not_found(
            "there is no flow of that number, or nothing is left of it",
        ));
    }
    Ok(found)
}

/// Where an exchange is looked at.
fn address(realm: &Realm, id: &str) -> String {
    realm.path(&format!("{}/{id}", paths::EXCHANGES))
}
