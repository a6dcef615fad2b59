//! An exchange and a flow as JSON.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    api::schema,
    journal::{
        Entry,
        exchange::{Body, Ending, Exchange, Header, Request},
        explanation::Explanation,
        redaction::jwt::Jwt,
    },
    model::{ClientId, FaultMarks, GrantId, UserId},
};

/// One exchange with everything that is recorded of it.
#[derive(Serialize, JsonSchema)]
pub struct ExchangeView<'e> {
    #[schemars(with = "String")]
    id: Uuid,
    /// Its number in the order in which exchanges ended.
    sequence: u64,
    /// By the realm's clock.
    #[schemars(schema_with = "schema::date_time")]
    started_at: Timestamp,
    /// Duration up to the last byte of the answer, by the machine's clock.
    milliseconds: f64,
    endpoint: &'e str,
    request: RequestView<'e>,
    response: Option<ResponseView<'e>>,
    #[schemars(with = "Option<String>")]
    client_id: Option<&'e ClientId>,
    user: Option<&'e str>,
    #[schemars(with = "Option<String>")]
    user_id: Option<&'e UserId>,
    #[schemars(with = "Option<String>")]
    grant_id: Option<&'e GrantId>,
    flow: Option<String>,
    jwts: Vec<JwtView<'e>>,
    /// Why there is no complete answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    ending: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Explanation<'e>>,
    /// The faults that changed it.
    #[serde(skip_serializing_if = "is_empty")]
    faults: &'e FaultMarks,
    /// What is worth knowing of it; where one exchange is shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

fn is_empty(faults: &&FaultMarks) -> bool {
    faults.0.is_empty()
}

#[derive(Serialize, JsonSchema)]
struct RequestView<'e> {
    method: &'e str,
    path: &'e str,
    query: Option<&'e str>,
    headers: Vec<HeaderView<'e>>,
    body: BodyView<'e>,
}

#[derive(Serialize, JsonSchema)]
struct ResponseView<'e> {
    status: u16,
    headers: Vec<HeaderView<'e>>,
    body: BodyView<'e>,
}

#[derive(Serialize, JsonSchema)]
struct HeaderView<'e> {
    name: &'e str,
    value: &'e str,
}

#[derive(Serialize, JsonSchema)]
struct BodyView<'e> {
    /// How many bytes the body has.
    bytes: u64,
    /// The first 16 KiB, without secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'e str>,
    /// Whether there was more text.
    #[serde(skip_serializing_if = "Option::is_none")]
    truncated: Option<bool>,
    /// Why no text is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<&'static str>,
}

/// A signed token, decoded and without its signature.
#[derive(Serialize, JsonSchema)]
struct JwtView<'e> {
    found_in: &'e str,
    header: Value,
    claims: Value,
}

/// A flow at a glance.
#[derive(Serialize, JsonSchema)]
pub struct FlowView<'e> {
    flow: Option<String>,
    #[schemars(schema_with = "schema::optional_date_time")]
    started_at: Option<Timestamp>,
    #[schemars(schema_with = "schema::optional_date_time")]
    last_at: Option<Timestamp>,
    #[schemars(with = "Option<String>")]
    client_id: Option<&'e ClientId>,
    user: Option<&'e str>,
    #[schemars(with = "Option<String>")]
    grant_id: Option<&'e GrantId>,
    /// How many of its exchanges were refused.
    refused: usize,
    steps: Vec<StepView<'e>>,
    /// Where one flow is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchanges: Option<Vec<ExchangeView<'e>>>,
}

/// An exchange of a flow.
#[derive(Serialize, JsonSchema)]
struct StepView<'e> {
    #[schemars(with = "String")]
    id: Uuid,
    sequence: u64,
    endpoint: &'e str,
    method: &'e str,
    path: &'e str,
    status: Option<u16>,
    refused: Option<&'static str>,
}

impl<'e> ExchangeView<'e> {
    pub fn of(entry: &'e Entry) -> Self {
        let exchange = &entry.exchange;
        let parties = &entry.parties;
        Self {
            id: exchange.id,
            sequence: exchange.sequence,
            started_at: exchange.started_at,
            milliseconds: exchange.duration.as_micros() as f64 / 1000.0,
            endpoint: exchange.endpoint(),
            request: RequestView::of(&exchange.request),
            response: exchange.response.as_ref().map(|response| ResponseView {
                status: response.status,
                headers: headers(&response.headers),
                body: BodyView::of(&response.body),
            }),
            client_id: parties.client.as_ref(),
            user: parties.user.as_ref().map(|(_, username)| username.as_str()),
            user_id: parties.user.as_ref().map(|(id, _)| id),
            grant_id: parties.grant.as_ref(),
            flow: exchange.flow.map(|flow| flow.to_string()),
            jwts: exchange.jwts.iter().map(JwtView::of).collect(),
            ending: ending(exchange.ending),
            refusal: exchange.refusal.as_ref().map(Explanation::of),
            faults: &exchange.faults,
            notes: Vec::new(),
        }
    }

    /// The same, with what is worth knowing of it.
    pub fn with_notes(entry: &'e Entry, notes: Vec<String>) -> Self {
        Self {
            notes,
            ..Self::of(entry)
        }
    }
}

impl<'e> RequestView<'e> {
    fn of(request: &'e Request) -> Self {
        Self {
            method: &request.method,
            path: &request.path,
            query: request.query.as_deref(),
            headers: headers(&request.headers),
            body: BodyView::of(&request.body),
        }
    }
}

impl<'e> BodyView<'e> {
    fn of(body: &'e Body) -> Self {
        Self {
            bytes: body.bytes,
            text: body.text.as_deref(),
            truncated: body.text.as_ref().map(|_| body.truncated),
            left_out: body.left_out,
        }
    }
}

impl<'e> JwtView<'e> {
    fn of(jwt: &'e Jwt) -> Self {
        let (header, claims) = jwt.parsed();
        Self {
            found_in: &jwt.found_in,
            header,
            claims,
        }
    }
}

fn headers(headers: &[Header]) -> Vec<HeaderView<'_>> {
    let shown = headers.iter().map(|(name, value)| HeaderView { name, value });
    shown.collect()
}

/// Why there is no complete answer.
pub fn ending(ending: Ending) -> Option<&'static str> {
    match ending {
        Ending::Answered => None,
        Ending::GoneBefore => Some("the client closed the connection before the answer"),
        Ending::BrokenOff => Some("the answer was interrupted, or the client closed the connection while it was sent"),
    }
}

/// The exchanges that belong to flows, by flow, in the order the flows began.
pub fn flows_of(entries: &[Entry]) -> Vec<Vec<&Entry>> {
    let mut flows: Vec<Vec<&Entry>> = Vec::new();
    for entry in entries {
        let Some(flow) = entry.exchange.flow else { continue };
        match flows
            .iter_mut()
            .find(|known| known.first().and_then(|one| one.exchange.flow) == Some(flow))
        {
            Some(known) => known.push(entry),
            None => flows.push(vec![entry]),
        }
    }
    flows
}

impl<'e> FlowView<'e> {
    /// Of the exchanges of a flow, of which there is at least one.
    pub fn of(entries: &[&'e Entry]) -> Self {
        let (first, last) = (entries.first(), entries.last());
        let parties = last.map(|entry| &entry.parties);
        Self {
            flow: first.and_then(|entry| entry.exchange.flow).map(|flow| flow.to_string()),
            started_at: first.map(|entry| entry.exchange.started_at),
            last_at: last.map(|entry| entry.exchange.started_at),
            client_id: parties.and_then(|parties| parties.client.as_ref()),
            user: parties
                .and_then(|parties| parties.user.as_ref())
                .map(|(_, username)| username.as_str()),
            grant_id: parties.and_then(|parties| parties.grant.as_ref()),
            refused: entries.iter().filter(|entry| entry.exchange.refusal.is_some()).count(),
            steps: entries.iter().map(|entry| StepView::of(&entry.exchange)).collect(),
            exchanges: None,
        }
    }
}

impl<'e> StepView<'e> {
    fn of(exchange: &'e Exchange) -> Self {
        Self {
            id: exchange.id,
            sequence: exchange.sequence,
            endpoint: exchange.endpoint(),
            method: &exchange.request.method,
            path: &exchange.request.path,
            status: exchange.status(),
            refused: exchange.refusal.as_ref().map(|refusal| refusal.code),
        }
    }
}
