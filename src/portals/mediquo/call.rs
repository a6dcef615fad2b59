//! From a request to an answer: how often, who asks, saying what. One shell for all rows.
//!
//! The order of refusals: 429, 405, 401, then the body (413, 415, 400), then what the row itself has to say.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use axum::{
    body::to_bytes,
    extract::{RawPathParams, Request},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    access_token::{self, AccessToken},
    activation_codes, appointments, authenticate, consultants,
    error::{self, Result},
    input, messages,
    model::Organization,
    patients, prescriptions,
    rate_limit::{Allowance, RateLimits, Template},
    redemptions,
    route_table::{Credentials, Operation, Row},
    store::organizations,
    wire,
};
use crate::{
    app::{App, Realm},
    model::MediquoPolicy,
    random,
    store::Conn,
    web::received::Received,
};

/// The largest body anybody may send: a hundred patients with much to say.
const LARGEST_BODY: usize = 512 * 1024;

const API_KEY: &str = "x-api-key";
const SECRET_KEY: &str = "x-secret-key";

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
    row: &'static Row,
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

/// Answers a request at one of the `rows` of a path. The template is what the rate is counted by.
pub async fn serve(
    rows: Arc<[&'static Row]>,
    limits: Arc<RateLimits>,
    app: App,
    realm: Realm,
    params: Option<RawPathParams>,
    request: Request,
) -> Response {
    let template = rows.first().map_or(("", ""), |row| (row.base.prefixes()[0], row.path));
    let allowance = allow(&limits, &realm, &request, template);
    let answered = match allowance.exceeded {
        Some(seconds) => Err(error::too_many(allowance.limit, seconds)),
        None => answer(&rows, app, realm, params, request).await,
    };
    let mut response = match answered {
        Ok(Answer::Json(body)) => wire::json(StatusCode::OK, &body),
        Ok(Answer::Pdf(bytes)) => prescriptions::document(bytes),
        Ok(Answer::Nothing) => (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")]).into_response(),
        Err(error) => error.answer(template.1),
    };
    allowance.write(response.headers_mut());
    response
}

/// 404 where no row is, counted as one endpoint.
pub fn nothing_here(limits: &RateLimits, realm: &Realm, request: &Request) -> Response {
    let allowance = allow(limits, realm, request, ("", ""));
    let error = match allowance.exceeded {
        Some(seconds) => error::too_many(allowance.limit, seconds),
        None => error::not_found("there is nothing at this path"),
    };
    let mut response = error.answer("/mediquo");
    allowance.write(response.headers_mut());
    response
}

/// Where there is no address, as in a test without a connection, all are one client.
fn allow(limits: &RateLimits, realm: &Realm, request: &Request, template: Template) -> Allowance {
    let client = request
        .extensions()
        .get::<Received>()
        .and_then(|received| received.client);
    let client = client.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    limits.count(
        (realm.id, client, template),
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
        identify(&mut conn, &realm, row.credentials, &parts.headers, now).await?
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
        row,
    };
    call.perform().await
}

/// The row of the method. What the policy switches off is not there.
fn row_of(rows: &[&'static Row], method: &Method, policy: &MediquoPolicy) -> Result<&'static Row> {
    // HEAD is GET without the body, which the server leaves out.
    let asked = if method == Method::HEAD { &Method::GET } else { method };
    let on = |row: &&&'static Row| row.operation != Operation::ListPatients || policy.patient_list;
    let found = rows.iter().filter(on).find(|row| row.method == *asked).copied();
    found.ok_or_else(|| {
        let allowed: Vec<_> = rows.iter().filter(on).map(|row| row.method.as_str()).collect();
        error::wrong_method(&allowed, method.as_str())
    })
}

async fn identify(
    conn: &mut Conn,
    realm: &Realm,
    credentials: Credentials,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<(Organization, Option<AccessToken>)> {
    match credentials {
        Credentials::Keys => Ok((by_keys(conn, realm, headers).await?, None)),
        Credentials::ApiKey => Ok((by_api_key(conn, realm, headers).await?, None)),
        Credentials::KeysOrBearer => {
            let Some(token) = bearer_token(headers)? else {
                return Ok((by_keys(conn, realm, headers).await?, None));
            };
            // The number before the bar is only there to be looked at.
            let secret = token.rsplit('|').next().unwrap_or_default();
            let found = organizations::find_by_bearer(conn, realm.id, &random::digest(secret), now).await?;
            let found = found.ok_or_else(|| error::unauthorized("the bearer token is unknown or has expired"))?;
            Ok((found, None))
        }
        Credentials::AccessToken => {
            let token = bearer_token(headers)?.ok_or_else(|| error::unauthorized("there is no access token"))?;
            let verified = access_token::verify(conn, realm, token, now).await?;
            let (organization, token) = verified.map_err(|flaw| error::unauthorized(flaw.why()))?;
            Ok((organization, Some(token)))
        }
    }
}

/// What stands after `Bearer`, if that is the scheme. Not as RFC 6750 §2.1 has it: API v2's tokens hold a bar.
fn bearer_token(headers: &HeaderMap) -> Result<Option<&str>> {
    if !headers.contains_key(header::AUTHORIZATION) {
        return Ok(None);
    }
    let value = header(headers, header::AUTHORIZATION.as_str());
    let value = value.ok_or_else(|| error::unauthorized("the Authorization header is there twice, or is no text"))?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    Ok(scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim()))
}

async fn by_keys(conn: &mut Conn, realm: &Realm, headers: &HeaderMap) -> Result<Organization> {
    let secret = header(headers, SECRET_KEY).ok_or_else(|| error::unauthorized("X-Secret-Key is missing"))?;
    let organization = by_api_key(conn, realm, headers).await?;
    let digest = random::digest(secret);
    let same =
        aws_lc_rs::constant_time::verify_slices_are_equal(digest.as_bytes(), organization.secret_key_digest.as_bytes());
    match same {
        Ok(()) => Ok(organization),
        Err(_) => Err(error::unauthorized("X-Secret-Key is not the organization's")),
    }
}

async fn by_api_key(conn: &mut Conn, realm: &Realm, headers: &HeaderMap) -> Result<Organization> {
    let key = header(headers, API_KEY).ok_or_else(|| error::unauthorized("X-API-Key is missing"))?;
    let found = organizations::find_by_api_key(conn, realm.id, key).await?;
    found.ok_or_else(|| error::unauthorized("X-API-Key is no organization's"))
}

/// A header that is there once.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

impl Call {
    async fn perform(&self) -> Result<Answer> {
        match self.row.operation {
            Operation::UpsertPatients => patients::upsert(self).await,
            Operation::ListPatients => patients::list(self).await,
            Operation::ShowPatient => patients::show(self).await,
            Operation::AuthenticatePatient => authenticate::patient(self).await,
            Operation::CreateAppointment => appointments::create(self).await,
            Operation::UpdateAppointment => appointments::reschedule(self).await,
            Operation::DeleteAppointment => appointments::cancel(self).await,
            Operation::ListConsultants => consultants::list(self).await,
            Operation::SendMessage => messages::send(self).await,
            Operation::ShowPrescription => prescriptions::show(self).await,
            Operation::DownloadPrescription => prescriptions::download(self).await,
            Operation::CreateActivationCode => activation_codes::create(self).await,
            Operation::ListActivationCodes => activation_codes::list(self).await,
            Operation::ActivateActivationCode => activation_codes::set_active(self, true).await,
            Operation::DeactivateActivationCode => activation_codes::set_active(self, false).await,
            Operation::SendActivationCode => activation_codes::send(self).await,
            Operation::Authenticate => authenticate::organization(self).await,
            Operation::AuthenticatePatientV2 => authenticate::patient_v2(self).await,
            Operation::UpsertPatientsV2 => patients::upsert(self).await,
            Operation::LogOut => authenticate::log_out(self).await,
            Operation::RedeemActivationCode => redemptions::redeem(self).await,
        }
    }

    pub fn policy(&self) -> &MediquoPolicy {
        &self.realm.policy.mediquo
    }

    /// A connection to read with; to be given back before a transaction begins.
    pub async fn read(&self) -> Result<Conn> {
        Ok(self.app.database.read().await?)
    }
}
