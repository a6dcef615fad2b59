//! A call on its way from request to answer, and what its handler can read of it.
//!
//! The order of refusals: 404 and 405 of the path, 401, 403, then those of the handler.

use std::{net::IpAddr, ops::Deref};

use axum::{body::Body as RequestBody, extract::Request, response::Response};
use futures_util::future::BoxFuture;
use http::HeaderMap;

use super::{
    access::Access,
    caller::identify,
    context::Context,
    error::{self, Result},
    input::Reader,
    model::{Account, User},
};
use crate::{
    api::{
        dates::read_digits,
        input::{File, Input, read_bytes},
        operation::{Body, Operation},
    },
    app::{App, Realm},
    web::media_type::{FORM, JSON, MULTIPART},
    web::received,
};

/// The media types of a body: the documentation and clients use all three.
const ACCEPTED: &[&str] = &[JSON, FORM, MULTIPART];
/// Bytes of a body without files.
const LARGEST_BODY: usize = 64 * 1024;
/// Bytes of a body with files.
const LARGEST_BODY_WITH_FILES: usize = 896 * 1024;

/// Serves a row of the call table.
pub type Handler = for<'a> fn(&'a Call) -> BoxFuture<'a, Result<Response>>;
/// A row of the call table.
pub type Row = Operation<Handler, Access>;

/// A request whose caller may make it.
pub struct Call {
    pub context: Context,
    /// The clinic it is for.
    pub account: Account,
    /// The address of the client, as far as it is known.
    pub from: Option<IpAddr>,
    caller: Option<User>,
    row: &'static Row,
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

/// Answers a request for `row`; `path_values` stand for the placeholders of its path, in order.
pub async fn serve(row: &'static Row, path_values: Vec<String>, app: App, realm: Realm, request: Request) -> Response {
    let now = realm.clock.now();
    let context = Context { app, realm, now };
    let answer = answer(row, path_values, context, request).await;
    answer.unwrap_or_else(|error| error.answer(&(), row.path))
}

async fn answer(row: &'static Row, path_values: Vec<String>, context: Context, request: Request) -> Result<Response> {
    let (parts, body) = request.into_parts();
    let (account, caller) = identify(&context, row.access, &parts.headers).await?;
    row.access.check(caller.as_ref())?;
    let call = Call {
        context,
        account,
        from: received::client(&parts.extensions),
        caller,
        row,
        path_values,
        query: Input::of_query(parts.uri.query())?,
        body: read_body(&row.body, &parts.headers, body).await?,
    };
    (row.handler)(&call).await
}

async fn read_body(documented: &Body, headers: &HeaderMap, body: RequestBody) -> Result<Input> {
    let Body::Members { files, .. } = documented else {
        return Ok(Input::default());
    };
    let most = if files.is_some() {
        LARGEST_BODY_WITH_FILES
    } else {
        LARGEST_BODY
    };
    let bytes = read_bytes(body, most).await?;
    let input = Input::of_body_with_files(headers, bytes, ACCEPTED).await?;
    let unexpected = files.is_none() && !input.files().is_empty();
    error::malformed("body", "this call takes no files").when(unexpected)?;
    Ok(input)
}

impl Call {
    pub fn query(&self) -> Reader<'_> {
        Reader(self.query.reader(self.row.query))
    }

    pub fn body(&self) -> Reader<'_> {
        Reader(self.body.reader(self.row.body.members()))
    }

    /// Whether the call changes something.
    pub fn writes(&self) -> bool {
        self.row.writes()
    }

    pub fn files(&self) -> &[File] {
        self.body.files()
    }

    /// The caller, where the row asks for a token.
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
        read_digits(self.in_path(nth)).ok_or_else(|| error::not_found("ids are numbers"))
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
