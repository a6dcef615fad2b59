//! From a request to an answer, the same for all operations: the rate, the caller, the input.
//!
//! The order of refusals: 429, 405, 401, then the query and the body (400, 413, 415), then the operation's own.

use std::{
    net::{IpAddr, Ipv4Addr},
    pin::Pin,
    sync::Arc,
};

use axum::{
    extract::{RawPathParams, Request, rejection::RawPathParamsRejection},
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    access::{self, Access},
    access_token::AccessToken,
    error::{self, Result},
    model::Organization,
    rate_limit::{Allowance, RateLimits},
    wire,
};
use crate::{
    api::{
        input::{self, Input, Query},
        operation,
    },
    app::{App, Realm},
    model::MediquoPolicy,
    store::Conn,
    web::{media_type::JSON, paths, received},
};

/// The largest body, in bytes: room for a hundred patients with long texts.
const LARGEST_BODY: usize = 512 * 1024;

/// What a handler gets: the caller, the time and the input.
pub struct Call {
    pub app: App,
    pub realm: Realm,
    pub organization: Organization,
    /// The address of the client, as far as it is known.
    pub from: Option<IpAddr>,
    /// The time of the request, the same for all decisions.
    pub now: Timestamp,
    /// The `{code}` of the path; empty where the path has none.
    pub code: String,
    pub query: Map<String, Value>,
    pub body: Map<String, Value>,
    /// The access token, where a patient calls and not an organization.
    pub token: Option<AccessToken>,
}

/// An error where the path is not UTF-8.
pub type PathParams = std::result::Result<RawPathParams, RawPathParamsRejection>;

/// What serves an operation.
pub type Handler = for<'a> fn(&'a Call) -> Pin<Box<dyn Future<Output = Result<Reply>> + Send + 'a>>;

/// A row of the table of calls.
pub type Operation = operation::Operation<Handler, Access>;

/// What a handler answers with.
pub enum Reply {
    Json(Value),
    Pdf(Vec<u8>),
    Nothing,
}

impl From<Value> for Reply {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

/// Answers a request at a path with these operations. The rate is counted by path.
pub async fn serve(
    operations: Arc<[&'static Operation]>,
    limits: Arc<RateLimits>,
    app: App,
    realm: Realm,
    params: PathParams,
    request: Request,
) -> Response {
    let path = operations.first().map_or("", |operation| operation.path);
    let allowance = allow(&limits, &realm, &request, path);
    let answered = match allowance.exceeded {
        Some(seconds) => Err(error::too_many(allowance.limit, seconds)),
        None => answer(&operations, app, realm, params, request).await,
    };
    let mut response = match answered {
        Ok(Reply::Json(body)) => wire::json(StatusCode::OK, &body),
        Ok(Reply::Pdf(bytes)) => wire::pdf(bytes),
        Ok(Reply::Nothing) => (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")]).into_response(),
        Err(error) => error.answer(&(), path),
    };
    allowance.write(response.headers_mut());
    response
}

/// 404 for all paths without an operation, which share one rate.
pub fn nothing_here(limits: &RateLimits, realm: &Realm, request: &Request) -> Response {
    let allowance = allow(limits, realm, request, "");
    let error = match allowance.exceeded {
        Some(seconds) => error::too_many(allowance.limit, seconds),
        None => error::not_found("there is nothing at this path"),
    };
    let mut response = error.answer(&(), paths::MEDIQUO);
    allowance.write(response.headers_mut());
    response
}

/// Requests without an address, as in a test without a connection, count as one client.
fn allow(limits: &RateLimits, realm: &Realm, request: &Request, path: &'static str) -> Allowance {
    let client = received::client(request.extensions());
    let client = client.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    limits.count(
        (realm.id, client, path),
        realm.policy.mediquo.rate_limit.get(),
        realm.clock.now(),
    )
}

async fn answer(
    operations: &[&'static Operation],
    app: App,
    realm: Realm,
    params: PathParams,
    request: Request,
) -> Result<Reply> {
    let now = realm.clock.now();
    let (parts, body) = request.into_parts();
    let operation = find(operations, &parts.method, &realm.policy.mediquo)?;
    let (organization, token) = {
        let mut conn = app.database.read().await?;
        access::identify(&mut conn, &realm, operation.access.credentials, &parts.headers, now).await?
    };
    let code = input::path_parameter(params)?.unwrap_or_default();
    let query = read_query(parts.uri.query())?;
    let body = if operation.body.is_read() {
        let bytes = input::read_bytes(body, LARGEST_BODY).await?;
        Input::of_body(&parts.headers, &bytes, &[JSON])?.into_members()
    } else {
        Map::new()
    };
    let call = Call {
        app,
        realm,
        organization,
        from: received::client(&parts.extensions),
        now,
        code,
        query,
        body,
        token,
    };
    (operation.handler)(&call).await
}

/// The query as an object of texts.
fn read_query(query: Option<&str>) -> Result<Map<String, Value>> {
    let query = Query::read(query)?;
    let members = query.iter().map(|(name, value)| (name.to_owned(), value.into()));
    Ok(members.collect())
}

/// The operation of the method. One that the policy switches off does not exist.
fn find(operations: &[&'static Operation], method: &Method, policy: &MediquoPolicy) -> Result<&'static Operation> {
    let exists = |operation: &&&'static Operation| (operation.access.exists)(policy);
    let existing: Vec<_> = operations.iter().filter(exists).copied().collect();
    let found = existing.iter().find(|operation| operation.serves(method)).copied();
    found.ok_or_else(|| {
        let allowed: Vec<_> = existing.iter().map(|operation| operation.method.as_str()).collect();
        error::wrong_method(&allowed, method.as_str())
    })
}

impl Call {
    pub fn policy(&self) -> &MediquoPolicy {
        &self.realm.policy.mediquo
    }

    /// A connection for reading. It has to be dropped before a transaction begins.
    pub async fn read(&self) -> Result<Conn> {
        Ok(self.app.database.read().await?)
    }
}
