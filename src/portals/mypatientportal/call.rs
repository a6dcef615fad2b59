//! From a request to an answer: who calls, with which scopes, saying what. One shell for all rows.
//!
//! The order of refusals is the documented one: 405, 401, 403, then what the row itself has to say.

use std::pin::Pin;

use axum::{
    body::to_bytes,
    extract::{RawPathParams, Request},
    response::Response,
};
use http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    access::Access,
    availability_id::Keys,
    error::{self, Result},
    input::{Input, Reader, read_id},
    links::APPOINTMENT_ID,
    model::{Appointment, Owner},
    parameters::Parameter,
    store, wire,
};
use crate::{
    app::{App, Realm, behaviour_effects},
    model::User,
    portals::caller::Caller,
    store::Conn,
};

/// The largest body anybody may send.
const LARGEST_BODY: usize = 64 * 1024;
/// How long availability ids are sealed with the same key. The key before stays good, so an id is good for at
/// least as long.
const KEY_LIFE_DAYS: i64 = 30;

/// A request that may be answered: everything a row's handler gets.
pub struct Call {
    pub app: App,
    pub realm: Realm,
    pub caller: Caller,
    /// The one instant all decisions see.
    pub now: Timestamp,
    row: &'static Row,
    /// What stands for `{id}` in the path.
    id: Option<String>,
    query: Input,
    body: Input,
}

/// What serves a call.
pub type Handler = for<'a> fn(&'a Call) -> Pin<Box<dyn Future<Output = Result<Value>> + Send + 'a>>;

/// One method at one path, and what serves it.
#[derive(Debug)]
pub struct Row {
    /// The row of the documentation.
    pub number: u8,
    pub method: Method,
    /// Below `web::paths::PORTAL`.
    pub path: &'static str,
    pub operation_id: &'static str,
    pub tag: &'static str,
    pub access: Access,
    pub summary: &'static str,
    pub query: &'static [Parameter],
    pub body: &'static [Parameter],
    /// The name of the answer's schema.
    pub answer: &'static str,
    /// The row's own refusals; 401, 403 and 405 can happen on all of them.
    pub refusals: &'static [(u16, &'static str)],
    pub handler: Handler,
}

impl Row {
    /// Whether a query parameter or a member of the body has this name.
    pub fn documents(&self, name: &str) -> bool {
        let mut inputs = self.query.iter().chain(self.body);
        inputs.any(|input| input.name == name)
    }

    pub fn writes(&self) -> bool {
        self.method != Method::GET
    }
}

/// Answers a request at `row`.
pub async fn serve(
    row: &'static Row,
    app: App,
    realm: Realm,
    params: Option<RawPathParams>,
    request: Request,
) -> Response {
    let policy = realm.policy.clone();
    match answer(row, app, realm, params, request).await {
        Ok(answer) => wire::answer(StatusCode::OK, answer),
        Err(error) => error.answer(&policy, row.path),
    }
}

async fn answer(
    row: &'static Row,
    app: App,
    realm: Realm,
    params: Option<RawPathParams>,
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
    row.access
        .check(&caller.scopes, caller.user.is_some())
        .map_err(|missing| error::insufficient_scope(&missing, &caller.scopes, &realm.policy))?;

    let query = Input::of_query(parts.uri.query())?;
    let body = if row.body.is_empty() {
        Input::default()
    } else {
        let bytes = to_bytes(body, LARGEST_BODY)
            .await
            .map_err(|_| error::too_large(LARGEST_BODY))?;
        Input::of_body(&parts.headers, &bytes)?
    };
    let id = params.and_then(|params| params.iter().next().map(|(_, value)| value.to_owned()));
    let call = Call {
        app,
        realm,
        caller,
        now,
        row,
        id,
        query,
        body,
    };
    (row.handler)(&call).await
}

impl Call {
    pub fn query(&self) -> Reader<'_> {
        self.query.read(self.row.query)
    }

    pub fn body(&self) -> Reader<'_> {
        self.body.read(self.row.body)
    }

    /// A connection to read with; to be given back before a transaction begins.
    pub async fn read(&self) -> Result<Conn> {
        Ok(self.app.database.read().await?)
    }

    /// The user of a row that guests are refused at.
    pub fn user(&self) -> &User {
        self.caller
            .user
            .as_ref()
            .expect("the scope check lets no client in here on its own")
    }

    /// The `{id}` of the path, as it came.
    pub fn text_in_path(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }

    /// The `{id}` of the path, where it is a number.
    pub fn number_in_path(&self) -> Option<i64> {
        read_id(self.text_in_path())
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

    /// Whose a booking of this caller is.
    pub fn owner(&self) -> Owner {
        match &self.caller.user {
            Some(user) => Owner::User(user.id.clone()),
            None => Owner::Guest(self.caller.client.clone()),
        }
    }

    /// The keys of availability ids at this time.
    pub fn availability_keys(&self) -> Keys {
        let number = self.now.as_second().div_euclid(KEY_LIFE_DAYS * 24 * 60 * 60);
        let key = |number| {
            self.realm
                .derive_key(&format!("mypatientportal availability ids {number}"))
        };
        Keys::new(&self.realm.issuer, &key(number), &key(number - 1))
    }
}
