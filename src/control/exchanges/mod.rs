//! `/control/api/exchanges`: the requests and answers of a realm, and the reasons for refusals.
//!
//! | file | what |
//! | --- | --- |
//! | here | the rows and their handlers |
//! | [`filter`] | which exchanges are asked for, and waiting for them |
//! | [`shown`] | an exchange and a flow as JSON |
//! | [`page`] | `/control/exchanges/{id}`, where `error_uri` leads: the same for people |

mod filter;
mod page;
mod shown;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};
use uuid::Uuid;

use super::problem::Problem;
use super::route_table::{Answer, Content, Reach, Row};
use crate::app::{App, Realm};
use crate::journal::{Entry, curl, har};
use crate::web::paths;
use filter::{FILTERS, FILTERS_AND_EXPECT, FILTERS_AND_PAGE, Filter, watch};
use shown::{exchange_schema, flow_schema, flows_of};

const TAG: &str = "Journal";
const NO_SUCH: (u16, &str) = (
    404,
    "The exchange or flow is not in the journal, which keeps at most the newest 500 exchanges.",
);

pub const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: "/control/api/exchanges",
        operation: "listExchanges",
        tag: TAG,
        summary: "List the recorded exchanges, newest last, or wait for one",
        reach: Reach::Realm,
        query: FILTERS_AND_PAGE,
        body: None,
        answer: Answer {
            status: 200,
            description: "The exchanges that match, in the order in which they ended.",
            content: Content::Json(|| {
                json!({"type": "object", "required": ["exchanges", "dropped"], "properties": {
                    "exchanges": {"type": "array", "items": exchange_schema()},
                    "dropped": {"type": "integer", "description": "How many exchanges are no longer kept, because newer ones took their place or the journal was cleared."},
                }})
            }),
        },
        refusals: &[(400, "A parameter is invalid.")],
        serve: || get(list),
    },
    Row {
        method: Method::DELETE,
        path: "/control/api/exchanges",
        operation: "clearExchanges",
        tag: TAG,
        summary: "Empty the journal",
        reach: Reach::Realm,
        query: &[],
        body: None,
        answer: Answer {
            status: 204,
            description: "The journal is empty. Sequence numbers are not reused.",
            content: Content::Nothing,
        },
        refusals: &[],
        serve: || delete(clear),
    },
    Row {
        method: Method::GET,
        path: "/control/api/exchanges/count",
        operation: "countExchanges",
        tag: TAG,
        summary: "Count the exchanges that match, or check that there are as many as expected",
        reach: Reach::Realm,
        query: FILTERS_AND_EXPECT,
        body: None,
        answer: Answer {
            status: 200,
            description: "The number.",
            content: Content::Json(|| {
                json!({"type": "object", "required": ["count", "dropped"], "properties": {
                    "count": {"type": "integer"}, "dropped": {"type": "integer"},
                }})
            }),
        },
        refusals: &[
            (400, "A parameter is invalid."),
            (409, "There are more or fewer than `expect` says."),
        ],
        serve: || get(count),
    },
    Row {
        method: Method::GET,
        path: "/control/api/exchanges/flows",
        operation: "listFlows",
        tag: TAG,
        summary: "List the flows: exchanges that belong together, from the authorization request to the last use of its tokens",
        reach: Reach::Realm,
        query: FILTERS,
        body: None,
        answer: Answer {
            status: 200,
            description: "The flows with an exchange that matches, newest last.",
            content: Content::Json(|| {
                json!({"type": "object", "required": ["flows"], "properties": {
                    "flows": {"type": "array", "items": flow_schema()},
                }})
            }),
        },
        refusals: &[(400, "A parameter is invalid.")],
        serve: || get(list_flows),
    },
    Row {
        method: Method::GET,
        path: "/control/api/exchanges/flows/{flow}",
        operation: "readFlow",
        tag: TAG,
        summary: "Read one flow with all its exchanges",
        reach: Reach::Realm,
        query: &[],
        body: None,
        answer: Answer {
            status: 200,
            description: "The flow.",
            content: Content::Json(|| {
                let mut schema = flow_schema();
                schema["properties"]["exchanges"] = json!({"type": "array", "items": exchange_schema()});
                schema
            }),
        },
        refusals: &[NO_SUCH],
        serve: || get(show_flow),
    },
    Row {
        method: Method::GET,
        path: "/control/api/exchanges/flows/{flow}/har",
        operation: "exportFlow",
        tag: TAG,
        summary: "Export one flow as an HTTP Archive (HAR 1.2)",
        reach: Reach::Realm,
        query: &[],
        body: None,
        answer: Answer {
            status: 200,
            description: "The archive.",
            content: Content::Json(|| json!({"type": "object", "required": ["log"]})),
        },
        refusals: &[NO_SUCH],
        serve: || get(export_flow),
    },
    Row {
        method: Method::GET,
        path: "/control/api/exchanges/{id}",
        operation: "readExchange",
        tag: TAG,
        summary: "Read one exchange; a refusal is explained",
        reach: Reach::Realm,
        query: &[],
        body: None,
        answer: Answer {
            status: 200,
            description: "The exchange.",
            content: Content::Json(exchange_schema),
        },
        refusals: &[NO_SUCH],
        serve: || get(show),
    },
    Row {
        method: Method::GET,
        path: "/control/api/exchanges/{id}/curl",
        operation: "exportExchange",
        tag: TAG,
        summary: "Export one request as a curl command; secrets are shell variables",
        reach: Reach::Realm,
        query: &[],
        body: None,
        answer: Answer {
            status: 200,
            description: "The command.",
            content: Content::Other("text/plain"),
        },
        refusals: &[NO_SUCH],
        serve: || get(export),
    },
    Row {
        method: Method::GET,
        path: "/control/exchanges/{id}",
        operation: "showExchange",
        tag: TAG,
        summary: "Show one exchange as a page, to which error_uri leads; with Accept: application/json, as JSON",
        reach: Reach::Realm,
        query: &[],
        body: None,
        answer: Answer {
            status: 200,
            description: "The exchange, explained.",
            content: Content::Other("text/html"),
        },
        refusals: &[NO_SUCH],
        serve: || get(page::show),
    },
];

/// A path parameter; an error where it is not UTF-8.
type Named = Result<Path<String>, PathRejection>;

/// `GET /control/api/exchanges?flow=…&client_id=…&wait=10s`
async fn list(State(app): State<App>, realm: Realm, RawQuery(query): RawQuery) -> Result<Json<Value>, Problem> {
    let filter = Filter::read(query.as_deref().unwrap_or_default(), FILTERS_AND_PAGE)?;
    let (entries, dropped) = watch(&app, &realm, &filter).await;
    let exchanges: Vec<Value> = entries.iter().map(shown::exchange).collect();
    Ok(Json(json!({"exchanges": exchanges, "dropped": dropped})))
}

async fn clear(State(app): State<App>, realm: Realm) -> StatusCode {
    app.journal.clear(realm.id).await;
    StatusCode::NO_CONTENT
}

/// `GET /control/api/exchanges/count?endpoint=token&expect=2`
async fn count(State(app): State<App>, realm: Realm, RawQuery(query): RawQuery) -> Result<Json<Value>, Problem> {
    let filter = Filter::read(query.as_deref().unwrap_or_default(), FILTERS_AND_EXPECT)?;
    let (entries, dropped) = app.journal.list(realm.id).await;
    let count = entries.iter().filter(|entry| filter.matches(entry)).count();
    match filter.expect {
        Some(expected) if expected != count => Err(Problem::conflict(format!(
            "{expected} exchanges were expected, but there are {count}"
        ))),
        _ => Ok(Json(json!({"count": count, "dropped": dropped}))),
    }
}

async fn show(State(app): State<App>, realm: Realm, id: Named) -> Result<Json<Value>, Problem> {
    let entry = find(&app, &realm, id).await?;
    Ok(Json(shown::exchange(&entry)))
}

async fn export(State(app): State<App>, realm: Realm, id: Named) -> Result<Response, Problem> {
    let entry = find(&app, &realm, id).await?;
    let command = curl::command(&entry.exchange.request, &realm.issuer);
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, plain)], command).into_response())
}

async fn list_flows(State(app): State<App>, realm: Realm, RawQuery(query): RawQuery) -> Result<Json<Value>, Problem> {
    let filter = Filter::read(query.as_deref().unwrap_or_default(), FILTERS)?;
    let (entries, _) = app.journal.list(realm.id).await;
    let flows: Vec<Value> = flows_of(&entries)
        .iter()
        .filter(|flow| flow.iter().any(|entry| filter.matches(entry)))
        .map(|flow| shown::flow(flow))
        .collect();
    Ok(Json(json!({"flows": flows})))
}

async fn show_flow(State(app): State<App>, realm: Realm, flow: Named) -> Result<Json<Value>, Problem> {
    let entries = find_flow(&app, &realm, flow).await?;
    let mut flow = shown::flow(&entries.iter().collect::<Vec<_>>());
    flow["exchanges"] = entries.iter().map(shown::exchange).collect();
    Ok(Json(flow))
}

async fn export_flow(State(app): State<App>, realm: Realm, flow: Named) -> Result<Json<Value>, Problem> {
    let entries = find_flow(&app, &realm, flow).await?;
    Ok(Json(har::archive(&entries, &realm.issuer)))
}

async fn find(app: &App, realm: &Realm, id: Named) -> Result<Entry, Problem> {
    let found = match id {
        Ok(Path(id)) => app.journal.find(realm.id, &id).await,
        Err(_) => None,
    };
    found.ok_or_else(|| Problem::not_found("this exchange is not in the journal (it keeps at most the newest 500)"))
}

async fn find_flow(app: &App, realm: &Realm, flow: Named) -> Result<Vec<Entry>, Problem> {
    let number = flow.ok().and_then(|Path(flow)| flow.parse::<u64>().ok());
    let (entries, _) = app.journal.list(realm.id).await;
    let of_flow = |entry: &Entry| entry.exchange.flow.is_some_and(|flow| Some(flow.0) == number);
    let found: Vec<Entry> = entries.into_iter().filter(of_flow).collect();
    if found.is_empty() {
        return Err(Problem::not_found(
            "this flow is not in the journal (it keeps at most the newest 500 exchanges)",
        ));
    }
    Ok(found)
}

/// The address of the page of an exchange.
fn address(realm: &Realm, id: Uuid) -> String {
    realm.path(&format!("{}/{id}", paths::EXCHANGES))
}
