//! The writes of a code flow, each in as few round trips as its database takes.
//!
//! PostgreSQL runs several writes as one statement (`with …`), and a row is locked by updating it. SQLite has no such
//! statement and needs none: there a round trip is a function call, and the transaction is the only one that writes.

use jiff::Timestamp;

use super::{
    access_tokens, authorization_codes,
    columns::json,
    consents,
    database::{Conn, Tx, execute},
    error::Result,
    grants, refresh_tokens,
};
use crate::model::{AuthorizationCode, GrantId, IssuedAccessToken, RealmId, RefreshToken, Scopes};

/// A code's challenge and its method, as they are stored.
fn challenge_of(code: &AuthorizationCode) -> (Option<&str>, Option<&'static str>) {
    let challenge = code.code_challenge.as_ref();
    (
        challenge.map(|challenge| challenge.challenge.as_str()),
        challenge.map(|challenge| challenge.method.name()),
    )
}

/// Adds a code with its grant.
pub async fn insert_code(
    tx: &mut Tx,
    realm: RealmId,
    digest: &str,
    code: &AuthorizationCode,
    now: Timestamp,
) -> Result<()> {
    if let Conn::Sqlite(_) = **tx {
        grants::insert(tx, realm, &code.grant, now).await?;
        return authorization_codes::insert(tx, realm, digest, code, now).await;
    }
    let (grant, (challenge, method)) = (&code.grant, challenge_of(code));
    execute!(
        tx,
        "with new_grant as (
            insert into grants
                (realm, id, client_id, user_id, sid, scopes, auth_time, amr, created_at, touched_at, resources)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $16)
         )
         insert into authorization_codes
            (realm, digest, grant_id, client_id, redirect_uri, nonce, code_challenge, code_challenge_method,
             issued_at, expires_at)
         values ($1, $10, $2, $3, $11, $12, $13, $14, $9, $15)",
        realm,
        grant.id,
        grant.client,
        grant.user,
        grant.sid,
        grant.scopes,
        grant.auth_time,
        json(&grant.amr)?,
        now,
        *digest,
        code.redirect_uri,
        code.nonce,
        challenge,
        method,
        code.expires_at,
        grant.resources.stored(),
    )?;
    Ok(())
}

/// Adds a code with its grant if the user's consent covers `scopes`; whether it does. The consent is locked: a
/// withdrawal comes before, or after and then finds the grant.
pub async fn insert_code_if_consented(
    tx: &mut Tx,
    realm: RealmId,
    digest: &str,
    code: &AuthorizationCode,
    scopes: &Scopes,
    now: Timestamp,
) -> Result<bool> {
    if let Conn::Sqlite(_) = **tx {
        let consent = consents::find(tx, realm, &code.grant.user, &code.grant.client).await?;
        let consented = consent.is_some_and(|consent| consent.scopes.cover(scopes));
        if consented {
            insert_code(tx, realm, digest, code, now).await?;
        }
        return Ok(consented);
    }
    let (grant, (challenge, method)) = (&code.grant, challenge_of(code));
    let rows = execute!(
        tx,
        "with consent as (
            update consents set given_at = given_at
            where realm = $1 and user_id = $4 and client_id = $3
              and string_to_array($16, ' ') <@ string_to_array(scopes, ' ')
            returning realm
         ), new_grant as (
            insert into grants
                (realm, id, client_id, user_id, sid, scopes, auth_time, amr, created_at, touched_at, resources)
            select realm, $2, $3, $4, $5, $6, $7, $8, $9, $9, $17 from consent
         )
         insert into authorization_codes
            (realm, digest, grant_id, client_id, redirect_uri, nonce, code_challenge, code_challenge_method,
             issued_at, expires_at)
         select realm, $10, $2, $3, $11, $12, $13, $14, $9, $15 from consent",
        realm,
        grant.id,
        grant.client,
        grant.user,
        grant.sid,
        grant.scopes,
        grant.auth_time,
        json(&grant.amr)?,
        now,
        *digest,
        code.redirect_uri,
        code.nonce,
        challenge,
        method,
        code.expires_at,
        scopes,
        grant.resources.stored(),
    )?;
    Ok(rows == 1)
}

/// Locks the grant of a code and marks the code as redeemed; false when the grant is not [alive](grants::hold), or the
/// code was redeemed before or has expired.
///
/// The condition and the change are one statement, so of two simultaneous redemptions exactly one sees `true`.
pub async fn redeem_code(tx: &mut Tx, realm: RealmId, grant: &GrantId, digest: &str, now: Timestamp) -> Result<bool> {
    if let Conn::Sqlite(_) = **tx {
        return Ok(
            grants::hold(tx, realm, grant, now).await? && authorization_codes::redeem(tx, realm, digest, now).await?
        );
    }
    let rows = execute!(
        tx,
        concat!(
            "with held as (update grants set touched_at = $4 where realm = $1 and id = $2 and ",
            grants::alive!(),
            " returning id)
             update authorization_codes set redeemed_at = $4
             where realm = $1 and digest = $3 and redeemed_at is null and expires_at > $4
               and grant_id in (select id from held)"
        ),
        realm,
        grant,
        *digest,
        now,
    )?;
    Ok(rows == 1)
}

/// Adds an access token and the refresh token beside it.
pub async fn insert_tokens(
    tx: &mut Tx,
    realm: RealmId,
    access: &IssuedAccessToken,
    refresh: &RefreshToken,
) -> Result<()> {
    if let Conn::Sqlite(_) = **tx {
        access_tokens::insert(tx, realm, access).await?;
        return refresh_tokens::insert(tx, realm, refresh).await;
    }
    execute!(
        tx,
        "with access_token as (
            insert into access_tokens
                (realm, digest, grant_id, client_id, pair_id, scopes, audience, issued_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         )
         insert into refresh_tokens
            (realm, digest, id, grant_id, client_id, pair_id, scopes, issued_at, expires_at)
         values ($1, $10, $11, $12, $13, $14, $15, $16, $17)",
        realm,
        access.digest,
        access.grant,
        access.client,
        access.pair,
        access.scopes,
        access.audience,
        access.issued_at,
        access.expires_at,
        refresh.digest,
        refresh.id,
        refresh.grant.id,
        refresh.client,
        refresh.pair,
        refresh.scopes,
        refresh.issued_at,
        refresh.expires_at,
    )?;
    Ok(())
}
