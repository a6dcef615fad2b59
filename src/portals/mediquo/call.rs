//! From a request to an answer: how often, who asks, saying what. One shell for all rows.
//!
//! The order of refusals: 429, 405, 401, then the body (413, 415, 400), then what the row itself has to say.

use std::{
    net::{IpAddr, Ipv4Addr},
    pin::Pin,
    sync::Arc,
};

use axum::{
    body::to_bytes,
    extract::{RawPathParams, Request},
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    access::{self, Access},
    access_token::AccessToken,
    error::{self, Result},
    input,
    model::Organization,
    rate_limit::{Allowance, RateLimits},
    wire,
};
use crate::{
    app::{App, Realm},
    model::MediquoPolicy,
    store::Conn,
    web::client_address::ClientAddress,
};

/// The largest body anybody may send: a hundred patients with much to say.
const LARGEST_BODY: usize = 512 * 1024;

/// A request that may be answered: everything a row's handler gets.
pub struct Call {
    pub app: App,
    pub realm: Realm,
    pub organization: Organization,
    /// The one instant all decisions see.
    pub now: Timestamp,
    /// What stands for `{code}` in the path.
    pub code: String,
    pub query: Map<String, Value>,
    pub body: Map<String, Value>,
    /// Where a patient asks, not an organization.
    pub token: Option<AccessToken>,
}

/// What serves a call.
pub type Handler = for<'a> fn(&'a Call) -> Pin<Box<dyn Future<Output = Result<Answer>> + Send + 'a>>;

/// A query parameter: name, JSON Schema and meaning.
pub type Parameter = (&'static str, fn() -> Value, &'static str);

/// One method at one path, and what serves it.
#[derive(Debug)]
pub struct Row {
    pub method: Method,
    /// Below the portal's mount.
    pub path: &'static str,
    pub operation_id: &'static str,
    pub tag: &'static str,
    pub access: Access,
    pub summary: &'static str,
    pub query: &'static [Parameter],
    /// The JSON Schema of the body.
    pub body: Option<fn() -> Value>,
    pub answer: AnswerSchema,
    /// The row's own refusals; 400, 401, 405, 429 and 500 can happen on all of them, 413, 415 and 422 wherever there is a body.
    pub refusals: &'static [(u16, &'static str)],
    pub handler: Handler,
}

impl Row {
    pub fn writes(&self) -> bool {
        self.method != Method::GET
    }
}

/// What a row answers with.
#[derive(Clone, Copy, Debug)]
pub enum AnswerSchema {
    /// 200 with JSON of this schema.
    Json(fn() -> Value),
    /// 200 with a PDF.
    Pdf,
    /// 204.
    Nothing,
}

/// What a row answers with.
pub enum Answer {
    Json(Value),
    Pdf(Vec<u8>),
    Nothing,
}

impl From<Value> for Answer {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

/// Answers a request at one of the `rows` of a path, by which the rate is counted.
pub async fn serve(
    rows: Arc<[&'static Row]>,
    limits: Arc<RateLimits>,
    app: App,
    realm: Realm,
    params: Option<RawPathParams>,
    request: Request,
) -> Response {
    let path = rows.first().map_or("", |row| row.path);
    let allowance = allow(&limits, &realm, &request, path);
    let answered = match allowance.exceeded {
        Some(seconds) => Err(error::too_many(allowance.limit, seconds)),
        None => answer(&rows, app, realm, params, request).await,
    };
    let mut response = match answered {
        Ok(Answer::Json(body)) => wire::json(StatusCode::OK, &body),
        Ok(Answer::Pdf(bytes)) => wire::pdf(bytes),
        Ok(Answer::Nothing) => (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")]).into_response(),
        Err(error) => error.answer(path),
    };
    allowance.write(response.headers_mut());
    response
}

/// 404 where no row is, counted as one endpoint.
pub fn nothing_here(limits: &RateLimits, realm: &Realm, request: &Request) -> Response {
    let allowance = allow(limits, realm, request, "");
    let error = match allowance.exceeded {
        Some(seconds) => error::too_many(allowance.limit, seconds),
        None => error::not_found("there is nothing at this path"),
    };
    let mut response = error.answer("/mediquo");
    allowance.write(response.headers_mut());
    response
}

/// Where there is no address, as in a test without a connection, all are one client.
fn allow(limits: &RateLimits, realm: &Realm, request: &Request, path: &'static str) -> Allowance {
    let client = request.extensions().get::<ClientAddress>();
    let client = client.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |client| client.0);
    limits.count(
        (realm.id, client, path),
        realm.policy.mediquo.rate_limit,
        realm.clock.now(),
    )
}

async fn answer(
    rows: &[&'static Row],
    app: App,
    realm: Realm,
    params: Option<RawPathParams>,
    request: Request,
) -> Result<Answer> {
    let now = realm.clock.now();
    let (parts, body) = request.into_parts();
    let row = row_of(rows, &parts.method, &realm.policy.mediquo)?;
    let (organization, token) = {
        let mut conn = app.database.read().await?;
        access::identify(&mut conn, &realm, row.access.credentials, &parts.headers, now).await?
    };
    let code = match params {
        Some(params) => params
            .iter()
            .next()
            .map(|(_, value)| value.to_owned())
            .unwrap_or_default(),
        None => return Err(error::unacceptable("The path is not UTF-8.")),
    };
    error::unacceptable("The character U+0000 is not accepted.").when(code.contains('\0'))?;
    let query = input::query(parts.uri.query())?;
    let body = if row.body.is_some() {
        let bytes = to_bytes(body, LARGEST_BODY)
            .await
            .map_err(|_| error::too_large(LARGEST_BODY))?;
        input::body(&parts.headers, &bytes)?
    } else {
        Map::new()
    };
    let call = Call {
        app,
        realm,
        organization,
        now,
        code,
        query,
        body,
        token,
    };
    (row.handler)(&call).await
}

/// The row of the method. What the policy switches off is not there.
fn row_of(rows: &[&'static Row], method: &Method, policy: &MediquoPolicy) -> Result<&'static Row> {
    // HEAD is GET without the body, which the server leaves out.
    let asked = if method == Method::HEAD { &Method::GET } else { method };
    let on = |row: &&&'static Row| (row.access.exists)(policy);
    let found = rows.iter().filter(on).find(|row| row.method == *asked).copied();
    found.ok_or_else(|| {
        let allowed: Vec<_> = rows.iter().filter(on).map(|row| row.method.as_str()).collect();
        error::wrong_method(&allowed, method.as_str())
    })
}

impl Call {
    pub fn policy(&self) -> &MediquoPolicy {
        &self.realm.policy.mediquo
    }

    /// A connection to read with; to be given back before a transaction begins.
    pub async fn read(&self) -> Result<Conn> {
        Ok(self.app.database.read().await?)
    }
}
