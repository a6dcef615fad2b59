//! From the headers of a request to the clinic it is for and the user who calls.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::HeaderMap;

use super::{
    access::Access,
    context::Context,
    error::{self, Result, VseeError},
    model::{Account, User},
    store,
};
use crate::{model::VseeSecret, random::digest};

/// The clinic of a request, and the caller where `access` asks for a token.
///
/// # Errors
/// 401 where the clinic is unknown, or the key, secret or token is missing or wrong.
pub async fn identify(context: &Context, access: Access, headers: &HeaderMap) -> Result<(Account, Option<User>)> {
    let code = header(headers, "x-accountcode");
    match access {
        Access::Public => Ok((account(context, code).await?, None)),
        Access::Key => Ok((account_of_key(context, code, headers).await?, None)),
        Access::Token | Access::Admin => {
            let token = header(headers, "x-apitoken").ok_or_else(|| error::unauthorized("Missing X-ApiToken."))?;
            let user = user_of_token(context, token).await?;
            let other = code.is_some_and(|code| code != user.account);
            error::unauthorized("The token belongs to another account.")
                .compare(&user.account, code.unwrap_or_default())
                .when(other)?;
            let found = store::accounts::find(&mut context.read().await?, context.realm.id, &user.account).await?;
            Ok((found.ok_or_else(unknown_account)?, Some(user)))
        }
    }
}

/// The user to whom a valid token was issued.
///
/// # Errors
/// 401 when it is unknown, expired or invalidated.
pub async fn user_of_token(context: &Context, token: &str) -> Result<User> {
    let found = store::users::find_token(&mut context.read().await?, context.realm.id, &digest(token)).await?;
    let found = found.ok_or_else(|| error::unauthorized("Invalid token."))?;
    error::unauthorized("The token was invalidated.").when(found.invalidated_at.is_some())?;
    if let Some(expires_at) = found.expires_at {
        error::unauthorized("The token has expired.")
            .compare(format!("a call before {expires_at}"), context.now.to_string())
            .when(expires_at <= context.now)?;
    }
    error::unauthorized("The user is not active.").when(!found.user.active)?;
    Ok(found.user)
}

/// The clinic of that code; the realm's first where no code is given.
async fn account(context: &Context, code: Option<&str>) -> Result<Account> {
    let mut conn = context.read().await?;
    let found = match code {
        Some(code) => store::accounts::find(&mut conn, context.realm.id, code).await?,
        None => store::accounts::list(&mut conn, context.realm.id)
            .await?
            .into_iter()
            .next(),
    };
    found.ok_or_else(unknown_account)
}

/// The clinic whose key the request sends, with its secret where the policy requires it.
async fn account_of_key(context: &Context, code: Option<&str>, headers: &HeaderMap) -> Result<Account> {
    let key = header(headers, "x-apikey").ok_or_else(|| error::unauthorized("Missing X-ApiKey."))?;
    let accounts = store::accounts::list(&mut context.read().await?, context.realm.id).await?;
    let key = digest(key);
    let account = accounts.into_iter().find(|account| match code {
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

/// In constant time.
fn is_same(known: &str, given: &str) -> bool {
    verify_slices_are_equal(known.as_bytes(), given.as_bytes()).is_ok()
}

fn unknown_account() -> VseeError {
    error::unauthorized("Unknown account.")
}

/// The value of a header, if it is not blank.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty()).then_some(value)
}
