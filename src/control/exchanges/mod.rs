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

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
    routing::{delete, get},
};
use http::{HeaderValue, Method, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    api::{
        operation::{Answer, Body, Content},
        parameters::Parameters,
        problem::Problem,
        schema,
    },
    app::{
        App, Realm,
        control_operation::{ControlOperation, Reach},
    },
    journal::{Entry, advice::notes, curl, har},
    web::paths,
};
use filter::{FILTERS, FILTERS_AND_EXPECT, FILTERS_AND_PAGE, Filter, watch};
use shown::{ExchangeView, FlowView, flows_of};

const TAG: &str = "Journal";
const NO_SUCH: (u16, &str) = (
    404,
    "The exchange or flow is not in the journal, which keeps at most the newest 500 exchanges.",
);

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: "/control/api/exchanges",
        id: "listExchanges",
        tag: TAG,
        summary: "List the recorded exchanges, newest last, or wait for one",
        access: Reach::Realm,
        query: FILTERS_AND_PAGE,
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The exchanges that match, in the order in which they ended."),
            content: Content::Json(schema::of_answer::<Exchanges<'_>>),
        },
        refusals: &[(400, "A parameter is invalid.")],
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
            description: Some("The journal is empty. Sequence numbers are not reused."),
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
        summary: "Count the exchanges that match, or check that there are as many as expected",
        access: Reach::Realm,
        query: FILTERS_AND_EXPECT,
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The number."),
            content: Content::Json(schema::of_answer::<Count>),
        },
        refusals: &[
            (400, "A parameter is invalid."),
            (409, "There are more or fewer than `expect` says."),
        ],
        handler: || get(count),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/exchanges/flows",
        id: "listFlows",
        tag: TAG,
        summary: "List the flows: exchanges that belong together, from the authorization request to the last use of its tokens",
        access: Reach::Realm,
        query: FILTERS,
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The flows with an exchange that matches, newest last."),
            content: Content::Json(schema::of_answer::<Flows<'_>>),
        },
        refusals: &[(400, "A parameter is invalid.")],
        handler: || get(list_flows),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/exchanges/flows/{flow}",
        id: "readFlow",
        tag: TAG,
        summary: "Read one flow with all its exchanges",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The flow."),
            content: Content::Json(schema::of_answer::<FlowView<'_>>),
        },
        refusals: &[NO_SUCH],
        handler: || get(show_flow),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/exchanges/flows/{flow}/har",
        id: "exportFlow",
        tag: TAG,
        summary: "Export one flow as an HTTP Archive (HAR 1.2)",
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
        summary: "Read one exchange; a refusal is explained",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The exchange."),
            content: Content::Json(schema::of_answer::<ExchangeView<'_>>),
        },
        refusals: &[NO_SUCH],
        handler: || get(show),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/exchanges/{id}/curl",
        id: "exportExchange",
        tag: TAG,
        summary: "Export one request as a curl command; secrets are shell variables",
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
        summary: "Show one exchange as a page, to which error_uri leads; with Accept: application/json, as JSON",
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

/// A path parameter; an error where it is not UTF-8.
type Named = Result<Path<String>, PathRejection>;

#[derive(Serialize, JsonSchema)]
struct Exchanges<'e> {
    exchanges: Vec<ExchangeView<'e>>,
    /// How many exchanges are no longer kept, because newer ones took their place or the journal was cleared.
    dropped: u64,
}

#[derive(Serialize, JsonSchema)]
struct Count {
    count: usize,
    /// How many exchanges are no longer kept.
    dropped: u64,
}

#[derive(Serialize, JsonSchema)]
struct Flows<'e> {
    flows: Vec<FlowView<'e>>,
}

/// `GET /control/api/exchanges?flow=…&client_id=…&wait=10s`
async fn list(State(app): State<App>, realm: Realm, parameters: Parameters) -> Result<Response, Problem> {
    let filter = Filter::read_page(&parameters)?;
    let (entries, dropped) = watch(&app, &realm, &filter).await;
    let exchanges = entries.iter().map(ExchangeView::of).collect();
    Ok(Json(Exchanges { exchanges, dropped }).into_response())
}

async fn clear(State(app): State<App>, realm: Realm) -> StatusCode {
    app.journal.clear(realm.id).await;
    StatusCode::NO_CONTENT
}

/// `GET /control/api/exchanges/count?endpoint=token&expect=2`
async fn count(State(app): State<App>, realm: Realm, parameters: Parameters) -> Result<Json<Count>, Problem> {
    let filter = Filter::read_expect(&parameters)?;
    let (entries, dropped) = app.journal.list(realm.id).await;
    let count = entries.iter().filter(|entry| filter.matches(entry)).count();
    match filter.expect {
        Some(expected) if expected != count => Err(Problem::conflict(format!(
            "{expected} exchanges were expected, but there are {count}"
        ))),
        _ => Ok(Json(Count { count, dropped })),
    }
}

async fn show(State(app): State<App>, realm: Realm, id: Named) -> Result<Response, Problem> {
    let entry = find(&app, &realm, id).await?;
    Ok(whole(&app, &realm, &entry).await)
}

/// One exchange with everything that is recorded and worth knowing of it.
async fn whole(app: &App, realm: &Realm, entry: &Entry) -> Response {
    let (all, _) = app.journal.list(realm.id).await;
    let notes = notes(entry, &realm.issuer, &all);
    Json(ExchangeView::with_notes(entry, notes)).into_response()
}

async fn export(State(app): State<App>, realm: Realm, id: Named) -> Result<Response, Problem> {
    let entry = find(&app, &realm, id).await?;
    let command = curl::command(&entry.exchange.request, &realm.issuer);
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, plain)], command).into_response())
}

async fn list_flows(State(app): State<App>, realm: Realm, parameters: Parameters) -> Result<Response, Problem> {
    let filter = Filter::read(&parameters)?;
    let (entries, _) = app.journal.list(realm.id).await;
    let flows = flows_of(&entries)
        .iter()
        .filter(|flow| flow.iter().any(|entry| filter.matches(entry)))
        .map(|flow| FlowView::of(flow))
        .collect();
    Ok(Json(Flows { flows }).into_response())
}

async fn show_flow(State(app): State<App>, realm: Realm, flow: Named) -> Result<Response, Problem> {
    let entries = find_flow(&app, &realm, flow).await?;
    let mut flow = FlowView::of(&entries.iter().collect::<Vec<_>>());
    flow.exchanges = Some(entries.iter().map(ExchangeView::of).collect());
    Ok(Json(flow).into_response())
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
    found.ok_or_else(|| Problem::not_found(
            "there is no such exchange in the journal, which keeps at most the newest 500: name it by its id, the beginning \
             of its id (8 characters at least, and no other id begins so), its sequence number, or `last`",
        ))
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
