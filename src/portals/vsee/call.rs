//! A call on its way from request to answer, and what its handler can read of it.
//!
//! The order of refusals: 404 and 405 of the path, 401, 403, then those of the handler.

use std::ops::Deref;

use axum::{body::to_bytes, extract::Request, response::Response};
use futures_util::future::BoxFuture;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    caller::identify,
    error::{self, Result},
    input::{File, Input, Reader, read_number},
    model::{Account, User},
    operation::Operation,
    wire,
};
use crate::{
    app::{App, Realm},
    store::Conn,
};

/// Bytes of a body without files.
const LARGEST_BODY: usize = 64 * 1024;
/// Bytes of a body with files.
const LARGEST_BODY_WITH_FILES: usize = 896 * 1024;

/// The realm in which something is done, and when.
#[derive(Clone)]
pub struct Context {
    pub app: App,
    pub realm: Realm,
    /// The one instant that all decisions of a request see.
    pub now: Timestamp,
}

impl Context {
    /// A connection to read with; to be dropped before a transaction begins.
    pub async fn read(&self) -> crate::store::Result<Conn> {
        self.app.database.read().await
    }
}

/// Serves an operation.
pub type Handler = for<'a> fn(&'a Call) -> BoxFuture<'a, Result<Reply>>;

/// A request whose caller may make it.
pub struct Call {
    pub context: Context,
    /// The clinic it is for.
    pub account: Account,
    caller: Option<User>,
    operation: &'static Operation<Handler>,
    path_values: Vec<String>,
    query: Input,
    body: Input,
}

impl Deref for Call {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.context
    }
}

/// What a handler answers with.
pub enum Reply {
    Json(Value),
    /// A whole response: a file.
    Response(Response),
}

impl From<Value> for Reply {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self::Response(response)
    }
}

/// Answers a request for `operation`; `path_values` stand for the placeholders of its path, in order.
pub async fn serve(
    operation: &'static Operation<Handler>,
    path_values: Vec<String>,
    app: App,
    realm: Realm,
    request: Request,
) -> Response {
    let now = realm.clock.now();
    let context = Context { app, realm, now };
    match answer(operation, path_values, context, request).await {
        Ok(Reply::Json(answer)) => wire::answer(StatusCode::OK, &answer),
        Ok(Reply::Response(response)) => response,
        Err(error) => error.answer(operation.path),
    }
}

async fn answer(
    operation: &'static Operation<Handler>,
    path_values: Vec<String>,
    context: Context,
    request: Request,
) -> Result<Reply> {
    let (parts, body) = request.into_parts();
    let (account, caller) = identify(&context, operation.access, &parts.headers).await?;
    operation.access.check(caller.as_ref())?;
    let call = Call {
        context,
        account,
        caller,
        operation,
        path_values,
        query: Input::of_query(parts.uri.query())?,
        body: read_body(operation, &parts.headers, body).await?,
    };
    (operation.handler)(&call).await
}

async fn read_body(operation: &Operation<Handler>, headers: &HeaderMap, body: axum::body::Body) -> Result<Input> {
    if !operation.has_body() {
        return Ok(Input::default());
    }
    let most = if operation.files {
        LARGEST_BODY_WITH_FILES
    } else {
        LARGEST_BODY
    };
    let bytes = to_bytes(body, most).await.map_err(|_| error::too_large(most))?;
    let input = Input::of_body(headers, bytes).await?;
    error::malformed("body", "this call takes no files").when(!operation.files && !input.files.is_empty())?;
    Ok(input)
}

impl Call {
    pub fn query(&self) -> Reader<'_> {
        self.query.declared_by(self.operation.query)
    }

    pub fn body(&self) -> Reader<'_> {
        self.body.declared_by(self.operation.body)
    }

    /// Whether the call changes something.
    pub fn writes(&self) -> bool {
        self.operation.writes()
    }

    pub fn files(&self) -> &[File] {
        &self.body.files
    }

    /// The caller of an operation that asks for a token.
    pub fn caller(&self) -> &User {
        self.caller
            .as_ref()
            .expect("a handler that asks for the caller stands in a row whose access is Token or Admin")
    }

    /// The value of the nth placeholder of the path.
    pub fn in_path(&self, nth: usize) -> &str {
        self.path_values.get(nth).map_or("", String::as_str)
    }

    /// The value of the nth placeholder of the path, where it is a number.
    ///
    /// # Errors
    /// 404 for anything else.
    pub fn number_in_path(&self, nth: usize) -> Result<i64> {
        read_number(self.in_path(nth)).ok_or_else(|| error::not_found("ids are numbers"))
    }

    /// How many items of a list to answer.
    ///
    /// # Errors
    /// 400 where `limit` is not 1 to 500.
    pub fn limit(&self) -> Result<i64> {
        let limit = self.query().number("limit")?.unwrap_or(100);
        error::malformed("limit", "1 to 500 is expected").when(!(1..=500).contains(&limit))?;
        Ok(limit)
    }

    /// The part of a list to answer: how many items to skip, and how many to answer.
    ///
    /// # Errors
    /// 400 where `offset` or `limit` is malformed.
    pub fn page(&self) -> Result<(i64, i64)> {
        Ok((self.query().number("offset")?.unwrap_or(0), self.limit()?))
    }
}
