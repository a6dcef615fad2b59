//! Refresh tokens: kept as digests, each traded once for its successor.

use jiff::Timestamp;

use super::{
    Conn, Result, Tx,
    database::{execute, fetch_optional},
    grants,
    tables::{self, Table},
};
use crate::model::{GrantId, RealmId, RefreshToken, Scopes, Successor};

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "refresh_tokens",
    &["digest"],
    &[
        tables::text("digest"),
        tables::text("id"),
        tables::text("grant_id"),
        tables::text("client_id"),
        tables::text("pair_id"),
        tables::text("scopes").naming::<Scopes>(),
        tables::instant("issued_at"),
        tables::instant("expires_at").or_null(),
        tables::instant("used_at").or_null(),
        tables::text("successor_id").or_null(),
        tables::text("successor_digest").or_null(),
        tables::instant("revoked_at").or_null(),
    ],
)
.listed_by(&["issued_at"])
// One that does not expire by itself is over once it was used or revoked.
.expires_by("coalesce(expires_at, used_at, revoked_at)");

pub async fn insert(tx: &mut Tx, realm: RealmId, token: &RefreshToken) -> Result<()> {
    execute!(
        tx,
        "insert into refresh_tokens
            (realm, digest, id, grant_id, client_id, pair_id, scopes, issued_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        realm,
        token.digest,
        token.id,
        token.grant.id,
        token.client,
        token.pair,
        token.scopes,
        token.issued_at,
        token.expires_at,
    )?;
    Ok(())
}

/// The token with its grant and what became of its successor, dead as it may be.
pub async fn find(conn: &mut Conn, realm: RealmId, digest: &str) -> Result<Option<RefreshToken>> {
    let row = fetch_optional!(
        conn,
        "select t.digest, t.id, t.client_id, t.pair_id, t.scopes, t.issued_at, t.expires_at, t.used_at,
                t.successor_id, t.successor_digest, t.revoked_at,
                s.pair_id as successor_pair_id, s.used_at as successor_used_at, s.revoked_at as successor_revoked_at,
                g.id as grant_id, g.user_id, g.sid, g.scopes as grant_scopes, g.auth_time, g.amr, g.resources,
                g.revoked_at as grant_revoked_at,
                u.deleted_at as user_deleted_at, c.deleted_at as client_deleted_at
         from refresh_tokens t
         join grants g on g.realm = t.realm and g.id = t.grant_id
         join users u on u.realm = g.realm and u.id = g.user_id
         join clients c on c.realm = g.realm and c.id = g.client_id
         left join refresh_tokens s on s.realm = t.realm and s.digest = t.successor_digest
         where t.realm = $1 and t.digest = $2",
        realm,
        digest,
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    let instant = |column| row.optional::<Timestamp>(column);
    let used_up = instant("successor_used_at")?.is_some() || instant("successor_revoked_at")?.is_some();
    let successor = match (
        row.optional("successor_id")?,
        row.optional("successor_digest")?,
        row.optional("successor_pair_id")?,
    ) {
        (Some(id), Some(digest), Some(pair)) => Some(Successor {
            id,
            digest,
            pair,
            used_up,
        }),
        _ => None,
    };
    Ok(Some(RefreshToken {
        digest: row.get("digest")?,
        id: row.get("id")?,
        client: row.get("client_id")?,
        pair: row.get("pair_id")?,
        scopes: row.get("scopes")?,
        issued_at: row.get("issued_at")?,
        expires_at: instant("expires_at")?,
        used_at: instant("used_at")?,
        successor,
        revoked: instant("revoked_at")?.is_some()
            || instant("grant_revoked_at")?.is_some()
            || instant("user_deleted_at")?.is_some()
            || instant("client_deleted_at")?.is_some(),
        grant: grants::grant(&row)?,
    }))
}

/// Trades the token for its successor; false when it is used, revoked or expired.
///
/// The condition and the change are one statement, so of two simultaneous uses exactly one sees `true`.
pub async fn trade(
    tx: &mut Tx,
    realm: RealmId,
    digest: &str,
    successor: &RefreshToken,
    now: Timestamp,
) -> Result<bool> {
    let rows = execute!(
        tx,
        "update refresh_tokens set used_at = $3, successor_id = $4, successor_digest = $5
         where realm = $1 and digest = $2 and used_at is null and revoked_at is null
           and (expires_at is null or expires_at > $3)",
        realm,
        digest,
        now,
        successor.id,
        successor.digest,
    )?;
    Ok(rows == 1)
}

/// Revokes the refresh tokens of a pair.
pub async fn revoke_pair(tx: &mut Tx, realm: RealmId, grant: &GrantId, pair: &str, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "update refresh_tokens set revoked_at = $4
         where realm = $1 and grant_id = $2 and pair_id = $3 and revoked_at is null",
        realm,
        grant,
        pair,
        now,
    )?;
    Ok(())
}
