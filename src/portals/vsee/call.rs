//! From a request to an answer: who calls, for which clinic, saying what. One shell for all rows.
//!
//! The order of refusals: 404 and 405 of the path, 401, 403, then what the row itself has to say.

use std::ops::Deref;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    body::to_bytes,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    accounts, attachments, availability, booking,
    error::{self, Result},
    input::{Input, Reader, read_number},
    intakes, login,
    model::{Account, User, UserType},
    rooms,
    route_table::{Access, Operation, Row},
    sso, store, users, visits, wire,
};
use crate::{
    app::{App, Realm},
    model::VseeSecret,
    random::digest,
    store::Conn,
};

/// The largest body without files.
const LARGEST_BODY: usize = 64 * 1024;
/// The largest body with files.
const LARGEST_BODY_WITH_FILES: usize = 896 * 1024;

/// Where and when something is done.
#[derive(Clone)]
pub struct Context {
    pub app: App,
    pub realm: Realm,
    /// The one instant all decisions see.
    pub now: Timestamp,
}

impl Context {
    /// A connection to read with; to be given back before a transaction begins.
    pub async fn read(&self) -> crate::store::Result<Conn> {
        self.app.database.read().await
    }
}

/// A request that may be answered: everything a row's handler gets.
pub struct Call {
    pub context: Context,
    /// The clinic it is for.
    pub account: Account,
    /// Who calls, where the row asks.
    caller: Option<User>,
    row: &'static Row,
    /// What stands for the placeholders of the path, in order.
    values: Vec<String>,
    query: Input,
    body: Input,
}

impl Deref for Call {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.context
    }
}

/// What a row answers with.
pub enum Reply {
    Json(Value),
    /// As it is: a file.
    Whole(Response),
}

impl From<Value> for Reply {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

/// Answers a request at `row`.
pub async fn serve(row: &'static Row, values: Vec<String>, app: App, realm: Realm, request: Request) -> Response {
    match answer(row, values, app, realm, request).await {
        Ok(Reply::Json(answer)) => wire::answer(StatusCode::OK, &answer),
        Ok(Reply::Whole(response)) => response.into_response(),
        Err(error) => error.answer(row.path),
    }
}

async fn answer(row: &'static Row, values: Vec<String>, app: App, realm: Realm, request: Request) -> Result<Reply> {
    let now = realm.clock.now();
    let (parts, body) = request.into_parts();
    let context = Context { app, realm, now };
    let (account, caller) = identify(&context, row, &parts.headers).await?;
    if row.access == Access::Admin {
        let admin = caller.as_ref().is_some_and(User::is_admin);
        error::forbidden("This call is for admins only.").when(!admin)?;
    }

    let query = Input::of_query(parts.uri.query())?;
    let body = if row.body.is_empty() && !row.files {
        Input::default()
    } else {
        let most = if row.files {
            LARGEST_BODY_WITH_FILES
        } else {
            LARGEST_BODY
        };
        let bytes = to_bytes(body, most).await.map_err(|_| error::too_large(most))?;
        Input::of_body(&parts.headers, bytes).await?
    };
    error::malformed("body", "this call takes no files").when(!row.files && !body.files.is_empty())?;
    let call = Call {
        context,
        account,
        caller,
        row,
        values,
        query,
        body,
    };
    call.perform().await
}

/// The clinic of a request, and who calls where the row asks for a token.
async fn identify(context: &Context, row: &Row, headers: &HeaderMap) -> Result<(Account, Option<User>)> {
    let named = header(headers, "x-accountcode");
    match row.access {
        Access::Public => Ok((account(context, named).await?, None)),
        Access::Key => Ok((account_of_key(context, named, headers).await?, None)),
        Access::Token | Access::Admin => {
            let token = header(headers, "x-apitoken").ok_or_else(|| error::unauthorized("Missing X-ApiToken."))?;
            let user = user_of_token(context, token).await?;
            let other = named.is_some_and(|named| named != user.account);
            error::unauthorized("The token is not of this account.")
                .compare(&user.account, named.unwrap_or_default())
                .when(other)?;
            let found = store::accounts::find(&mut context.read().await?, context.realm.id, &user.account).await?;
            let account = found.ok_or_else(unknown_account)?;
            Ok((account, Some(user)))
        }
    }
}

/// Whose a good token is.
///
/// # Errors
/// 401 when it is unknown, expired or invalidated.
pub async fn user_of_token(context: &Context, token: &str) -> Result<User> {
    let held = store::users::find_token(&mut context.read().await?, context.realm.id, &digest(token)).await?;
    let held = held.ok_or_else(|| error::unauthorized("Invalid token."))?;
    error::unauthorized("The token was invalidated.").when(held.invalidated_at.is_some())?;
    if let Some(expires_at) = held.expires_at {
        error::unauthorized("The token has expired.")
            .compare(format!("a call before {expires_at}"), context.now.to_string())
            .when(expires_at <= context.now)?;
    }
    error::unauthorized("The user is not active.").when(!held.user.active)?;
    Ok(held.user)
}

/// The clinic that is named, else the realm's first.
async fn account(context: &Context, named: Option<&str>) -> Result<Account> {
    let mut conn = context.read().await?;
    let found = match named {
        Some(code) => store::accounts::find(&mut conn, context.realm.id, code).await?,
        None => store::accounts::list(&mut conn, context.realm.id)
            .await?
            .into_iter()
            .next(),
    };
    found.ok_or_else(unknown_account)
}

/// The clinic whose key, and whose secret where the policy asks for it, the request brings.
async fn account_of_key(context: &Context, named: Option<&str>, headers: &HeaderMap) -> Result<Account> {
    let key = header(headers, "x-apikey").ok_or_else(|| error::unauthorized("Missing X-ApiKey."))?;
    let accounts = store::accounts::list(&mut context.read().await?, context.realm.id).await?;
    let key = digest(key);
    let account = accounts.into_iter().find(|account| match named {
        Some(code) => account.code == code,
        None => is_same(&account.key_digest, &key),
    });
    let wrong = || error::unauthorized("Invalid account code, API key or secret.");
    let account = account.ok_or_else(wrong)?;
    wrong().when(!is_same(&account.key_digest, &key))?;
    match header(headers, "x-apisecret") {
        Some(secret) => wrong().when(!is_same(&account.secret_digest, &digest(secret)))?,
        None => {
            let required = context.realm.policy.vsee.sso_secret == VseeSecret::Required;
            error::unauthorized("Missing X-ApiSecret.").when(required)?;
        }
    }
    Ok(account)
}

/// In a time that says nothing of where they differ.
fn is_same(known: &str, given: &str) -> bool {
    verify_slices_are_equal(known.as_bytes(), given.as_bytes()).is_ok()
}

fn unknown_account() -> error::VseeError {
    error::unauthorized("Unknown account.")
}

/// The value of a header, if it says something.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty()).then_some(value)
}

impl User {
    pub fn is_admin(&self) -> bool {
        self.kind == UserType::Admin
    }

    pub fn is_provider(&self) -> bool {
        self.kind == UserType::Provider
    }

    /// A member or a guest.
    pub fn is_patient(&self) -> bool {
        matches!(self.kind, UserType::Member | UserType::Guest)
    }
}

impl Call {
    async fn perform(&self) -> Result<Reply> {
        Ok(match self.row.operation {
            Operation::SignOn => sso::sign_on(self).await?.into(),
            Operation::LogIn => login::log_in(self).await?.into(),
            Operation::ListUsers => users::list(self).await?.into(),
            Operation::ShowUser => users::show(self).await?.into(),
            Operation::AssignRoom => users::assign_room(self).await?.into(),
            Operation::CreateIntake => intakes::create(self).await?.into(),
            Operation::UpdateIntake => intakes::update(self).await?.into(),
            Operation::ShowIntake => intakes::show(self).await?.into(),
            Operation::UploadAttachment => attachments::upload(self).await?.into(),
            Operation::DownloadAttachment => Reply::Whole(attachments::download(self).await?),
            Operation::AddWalkIn => booking::add_walk_in(self).await?.into(),
            Operation::AddEConsult | Operation::AddEConsultAlias => booking::add_e_consult(self).await?.into(),
            Operation::CreateVisit => booking::create(self).await?.into(),
            Operation::ListVisits => visits::list(self).await?.into(),
            Operation::ShowVisit => visits::show(self).await?.into(),
            Operation::EndVisit => visits::end(self).await?.into(),
            Operation::AcceptVisit => visits::accept(self).await?.into(),
            Operation::ListAvailability => availability::list(self, self.query()).await?.into(),
            Operation::ListAvailabilityByPost => availability::list(self, self.body()).await?.into(),
            Operation::ListRooms => rooms::list(self).await?.into(),
            Operation::CreateRoom => rooms::create(self).await?.into(),
            Operation::ShowRoom => rooms::show(self).await?.into(),
            Operation::ListProvidersOfRoom => rooms::list_providers(self).await?.into(),
            Operation::ShowProviderOfRoom => rooms::show_provider(self).await?.into(),
            Operation::ListAccounts => accounts::list(self).await?.into(),
            Operation::ShowAccount => accounts::show(self).await?.into(),
        })
    }

    pub fn query(&self) -> Reader<'_> {
        self.query.of(self.row)
    }

    pub fn body(&self) -> Reader<'_> {
        self.body.of(self.row)
    }

    /// Whether the call changes something.
    pub fn writes(&self) -> bool {
        self.row.writes()
    }

    pub fn files(&self) -> &[super::input::File] {
        &self.body.files
    }

    /// The caller of a row that asks for a token.
    pub fn caller(&self) -> &User {
        self.caller
            .as_ref()
            .expect("rows that ask who calls ask for a token first")
    }

    /// What stands for the nth placeholder of the path.
    pub fn in_path(&self, nth: usize) -> &str {
        self.values.get(nth).map_or("", String::as_str)
    }

    /// The same, where it is a number.
    ///
    /// # Errors
    /// 404 for what cannot be a number of ours.
    pub fn number_in_path(&self, nth: usize) -> Result<i64> {
        read_number(self.in_path(nth)).ok_or_else(|| error::not_found("ids are numbers"))
    }

    /// How much of a list is asked for.
    ///
    /// # Errors
    /// When it is nothing, or too much.
    pub fn limit(&self) -> Result<i64> {
        let limit = self.query().number("limit")?.unwrap_or(100);
        error::malformed("limit", "1 to 500 is expected").when(!(1..=500).contains(&limit))?;
        Ok(limit)
    }

    /// The part of a list that is asked for: what to leave out, and how many to show.
    ///
    /// # Errors
    /// When it is none.
    pub fn page(&self) -> Result<(i64, i64)> {
        Ok((self.query().number("offset")?.unwrap_or(0), self.limit()?))
    }
}
