//! From a request to an answer, the same for all operations: the caller, the scopes, the input.
//!
//! The order of refusals is the documented one: 405, 401, 403, then the operation's own.

use std::pin::Pin;

use axum::{
    extract::{RawPathParams, Request, rejection::RawPathParamsRejection},
    response::Response,
};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;

use super::{
    access::Access,
    availability_id::Keys,
    error::{self, Result},
    links::APPOINTMENT_ID,
    model::{Appointment, Owner},
    store, wire,
};
use crate::{
    api::{
        dates::read_digits,
        input::{self, Input, Reader},
        operation::{self, Body},
    },
    app::{App, Realm, behaviour_effects},
    model::User,
    portals::caller::Caller,
    store::Conn,
};

/// The largest body, in bytes.
const LARGEST_BODY: usize = 64 * 1024;
/// How long availability ids are sealed with the same key. The previous key is accepted too, so an id is valid at least
/// as long.
const KEY_LIFE_DAYS: i64 = 30;

/// What a handler gets: the caller, the time and the input.
pub struct Call {
    pub app: App,
    pub realm: Realm,
    pub caller: Caller,
    /// The time of the request, the same for all decisions.
    pub now: Timestamp,
    operation: &'static Operation,
    /// The `{id}` of the path; empty where the path has none.
    id: String,
    query: Input,
    body: Input,
}

/// An error where the path is not UTF-8.
pub type PathParams = std::result::Result<RawPathParams, RawPathParamsRejection>;

/// What serves an operation.
pub type Handler = for<'a> fn(&'a Call) -> Pin<Box<dyn Future<Output = Result<Value>> + Send + 'a>>;

/// A row of the table of calls.
pub type Operation = operation::Operation<Handler, Access>;

/// Answers a request to an operation.
pub async fn serve(
    operation: &'static Operation,
    app: App,
    realm: Realm,
    params: PathParams,
    request: Request,
) -> Response {
    let policy = realm.policy.clone();
    match answer(operation, app, realm, params, request).await {
        Ok(answer) => wire::answer(StatusCode::OK, answer),
        Err(error) => error.answer(&policy, operation.path),
    }
}

async fn answer(
    operation: &'static Operation,
    app: App,
    realm: Realm,
    params: PathParams,
    request: Request,
) -> Result<Value> {
    let now = realm.clock.now();
    let (parts, body) = request.into_parts();
    let caller = {
        let mut conn = app.database.read().await?;
        let caller = Caller::identify(&mut conn, &realm, &parts.headers, now).await;
        caller.map_err(|error| error::not_identified(error, &realm.policy))?
    };
    behaviour_effects::token_is_used(&app, &realm, caller.user.as_ref(), &caller.token_digest, now)
        .await
        .map_err(|error| error::not_identified(error.into(), &realm.policy))?;
    let allowed = operation.access.check(&caller.scopes, caller.user.is_some());
    allowed.map_err(|missing| error::insufficient_scope(&missing, &caller.scopes, &realm.policy))?;

    let query = Input::of_query(parts.uri.query())?;
    let body = if let Body::Members { media_types, .. } = operation.body {
        let bytes = input::read_bytes(body, LARGEST_BODY).await?;
        Input::of_body(&parts.headers, &bytes, media_types)?
    } else {
        Input::default()
    };
    let call = Call {
        app,
        realm,
        caller,
        now,
        operation,
        // What cannot be read names nothing: the handler answers 404.
        id: input::path_parameter(params).ok().flatten().unwrap_or_default(),
        query,
        body,
    };
    (operation.handler)(&call).await
}

impl Call {
    pub fn query(&self) -> Reader<'_> {
        self.query.reader(self.operation.query)
    }

    pub fn body(&self) -> Reader<'_> {
        self.body.reader(self.operation.body.members())
    }

    /// A connection for reading. It has to be dropped before a transaction begins.
    pub async fn read(&self) -> Result<Conn> {
        Ok(self.app.database.read().await?)
    }

    /// The user who calls, where guests are refused.
    pub fn user(&self) -> &User {
        self.caller
            .user
            .as_ref()
            .expect("the scope check refuses a client without a user here")
    }

    /// The `{id}` of the path, as it came.
    pub fn text_in_path(&self) -> &str {
        &self.id
    }

    /// The `{id}` of the path, where it is a number.
    pub fn number_in_path(&self) -> Option<i64> {
        read_digits(self.text_in_path())
    }

    /// The appointment the path names, if it is the caller's.
    ///
    /// # Errors
    /// 404 for anything else, also for what cannot be an id.
    pub async fn appointment(&self, conn: &mut Conn) -> Result<Appointment> {
        let id = self.text_in_path();
        let possible = id.len() == APPOINTMENT_ID && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        error::no_appointment().when(!possible)?;
        let found = store::find_appointment(conn, self.realm.id, id).await?;
        found
            .filter(|appointment| appointment.owner == self.owner())
            .ok_or_else(error::no_appointment)
    }

    /// Who owns what this caller books.
    pub fn owner(&self) -> Owner {
        match &self.caller.user {
            Some(user) => Owner::User(user.id.clone()),
            None => Owner::Guest(self.caller.client.clone()),
        }
    }

    /// The keys for availability ids at this time.
    pub fn availability_keys(&self) -> Keys {
        let number = self.now.as_second().div_euclid(KEY_LIFE_DAYS * 24 * 60 * 60);
        let key = |number| {
            self.realm
                .derive_key(&format!("mypatientportal availability ids {number}"))
        };
        Keys::new(&self.realm.issuer, &key(number), &key(number - 1))
    }
}
