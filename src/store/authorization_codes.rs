//! Authorization codes: kept as digests, redeemed once.

use jiff::Timestamp;

use super::{
    Conn, Result, Tx,
    database::{execute, fetch_optional},
    grants,
    tables::{self, Table},
};
use crate::model::{AuthorizationCode, CodeChallenge, CodeChallengeMethod, RealmId};

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "authorization_codes",
    &["digest"],
    &[
        tables::text("digest"),
        tables::text("grant_id"),
        tables::text("client_id"),
        tables::text("redirect_uri").with_addresses(),
        tables::text("nonce").or_null(),
        tables::text("code_challenge").or_null(),
        tables::text("code_challenge_method").or_null(),
        tables::instant("issued_at"),
        tables::instant("expires_at"),
        tables::instant("redeemed_at").or_null(),
    ],
)
.listed_by(&["issued_at"])
.expires_by("expires_at");

pub async fn insert(tx: &mut Tx, realm: RealmId, digest: &str, code: &AuthorizationCode, now: Timestamp) -> Result<()> {
    let challenge = code.code_challenge.as_ref();
    execute!(
        tx,
        "insert into authorization_codes
            (realm, digest, grant_id, client_id, redirect_uri, nonce, code_challenge, code_challenge_method,
             issued_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        realm,
        digest,
        code.grant.id,
        code.client,
        code.redirect_uri,
        code.nonce,
        challenge.map(|challenge| challenge.challenge.as_str()),
        challenge.map(|challenge| challenge.method.name()),
        now,
        code.expires_at,
    )?;
    Ok(())
}

/// The code with its grant, redeemed, expired or revoked as it may be.
pub async fn find(conn: &mut Conn, realm: RealmId, digest: &str) -> Result<Option<AuthorizationCode>> {
    let row = fetch_optional!(
        conn,
        "select c.client_id, c.redirect_uri, c.nonce, c.code_challenge, c.code_challenge_method, c.expires_at,
                c.redeemed_at, g.id as grant_id, g.user_id, g.sid, g.scopes as grant_scopes, g.auth_time, g.amr, g.resources,
                g.revoked_at, u.deleted_at as user_deleted_at
         from authorization_codes c join grants g on g.realm = c.realm and g.id = c.grant_id
         join users u on u.realm = g.realm and u.id = g.user_id
         where c.realm = $1 and c.digest = $2",
        realm,
        digest,
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    let challenge: Option<String> = row.optional("code_challenge")?;
    let method: Option<String> = row.optional("code_challenge_method")?;
    let method = method.as_deref().and_then(CodeChallengeMethod::parse);
    Ok(Some(AuthorizationCode {
        client: row.get("client_id")?,
        redirect_uri: row.get("redirect_uri")?,
        nonce: row.optional("nonce")?,
        code_challenge: challenge
            .zip(method)
            .map(|(challenge, method)| CodeChallenge { challenge, method }),
        expires_at: row.get("expires_at")?,
        redeemed_at: row.optional("redeemed_at")?,
        grant: grants::grant(&row)?,
        grant_revoked: row.optional::<Timestamp>("revoked_at")?.is_some()
            || row.optional::<Timestamp>("user_deleted_at")?.is_some(),
    }))
}

/// Marks the code as redeemed; false when it already was, or has expired.
///
/// The condition and the change are one statement, so of two simultaneous redemptions exactly one
/// sees `true`.
pub async fn redeem(tx: &mut Tx, realm: RealmId, digest: &str, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update authorization_codes set redeemed_at = $3
         where realm = $1 and digest = $2 and redeemed_at is null and expires_at > $3",
        realm,
        digest,
        now,
    )?;
    Ok(rows == 1)
}
