//! Who may call: the credentials of a call, and the organization they belong to.

use http::{HeaderMap, header};
use jiff::Timestamp;

use super::{
    access_token::{self, AccessToken},
    error::{self, Result},
    model::Organization,
    store::organizations,
};
use crate::{app::Realm, model::MediquoPolicy, random, store::Conn};

const API_KEY: &str = "x-api-key";
const SECRET_KEY: &str = "x-secret-key";

/// Who may call, and whether the call exists at all.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    pub credentials: Credentials,
    /// Whether the realm's policy has the call.
    pub exists: fn(&MediquoPolicy) -> bool,
}

/// What a request has to bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// `X-API-Key` and `X-Secret-Key`.
    Keys,
    /// The same, or a bearer token of API v2.
    KeysOrBearer,
    /// `X-API-Key` alone, which is public.
    ApiKey,
    /// A patient's access token, as a bearer token.
    AccessToken,
}

impl Access {
    /// A call that exists in every realm.
    pub const fn with(credentials: Credentials) -> Self {
        Self {
            credentials,
            exists: |_| true,
        }
    }
}

/// The organization that calls; with it the access token, where a patient calls.
///
/// # Errors
/// 401 when a credential is missing or wrong.
pub async fn identify(
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
            // The number before the bar has no meaning.
            let secret = token.rsplit('|').next().unwrap_or_default();
            let found = organizations::find_by_bearer(conn, realm.id, &random::digest(secret), now).await?;
            let found = found.ok_or_else(|| error::unauthorized("the bearer token is unknown or has expired"))?;
            Ok((found, None))
        }
        Credentials::AccessToken => {
            let token = bearer_token(headers)?.ok_or_else(|| error::unauthorized("the access token is missing"))?;
            let verified = access_token::verify(conn, realm, token, now).await?;
            let (organization, token) = verified.map_err(|reason| error::unauthorized(reason.why()))?;
            Ok((organization, Some(token)))
        }
    }
}

/// The token of the `Bearer` scheme. RFC 6750 §2.1 does not allow `|` in a token, but the tokens of API v2 contain it.
fn bearer_token(headers: &HeaderMap) -> Result<Option<&str>> {
    if !headers.contains_key(header::AUTHORIZATION) {
        return Ok(None);
    }
    let value = header(headers, header::AUTHORIZATION.as_str());
    let value = value.ok_or_else(|| error::unauthorized("the Authorization header was sent twice, or is not text"))?;
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
        Err(_) => Err(error::unauthorized("X-Secret-Key does not belong to the organization")),
    }
}

async fn by_api_key(conn: &mut Conn, realm: &Realm, headers: &HeaderMap) -> Result<Organization> {
    let key = header(headers, API_KEY).ok_or_else(|| error::unauthorized("X-API-Key is missing"))?;
    let found = organizations::find_by_api_key(conn, realm.id, key).await?;
    found.ok_or_else(|| error::unauthorized("X-API-Key is unknown"))
}

/// A header that was sent exactly once.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}
