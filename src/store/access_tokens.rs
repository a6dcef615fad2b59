//! Access tokens: kept as digests.

use jiff::Timestamp;

use super::{
    Conn, Result, Tx,
    database::{execute, fetch_optional},
    grants,
    tables::{self, Table},
    users,
};
use crate::model::{AccessToken, ClientId, GrantId, IssuedAccessToken, RealmId, Resources, Scopes};

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "access_tokens",
    &["digest"],
    &[
        tables::text("digest"),
        tables::text("grant_id").or_null(),
        tables::text("client_id"),
        tables::text("pair_id"),
        tables::text("scopes").naming::<Scopes>(),
        tables::json("audience").or_null().with_addresses().of::<Resources>(),
        tables::instant("issued_at"),
        tables::instant("expires_at"),
        tables::instant("revoked_at").or_null(),
    ],
)
.listed_by(&["issued_at"])
.expires_by("expires_at");

pub async fn insert(tx: &mut Tx, realm: RealmId, token: &IssuedAccessToken) -> Result<()> {
    execute!(
        tx,
        "insert into access_tokens (realm, digest, grant_id, client_id, pair_id, scopes, audience, issued_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        realm,
        token.digest,
        token.grant,
        token.client,
        token.pair,
        token.scopes,
        token.audience,
        token.issued_at,
        token.expires_at,
    )?;
    Ok(())
}

/// The token with its grant and user in one statement, dead as it may be.
pub async fn find(conn: &mut Conn, realm: RealmId, digest: &str) -> Result<Option<AccessToken>> {
    let row = fetch_optional!(
        conn,
        "select t.client_id, t.pair_id, t.scopes, t.audience, t.issued_at, t.expires_at, t.revoked_at,
                t.grant_id as family, c.id as living_client, u.deleted_at as user_deleted_at,
                g.id as grant_id, g.user_id, g.sid, g.scopes as grant_scopes, g.auth_time, g.amr, g.resources,
                g.revoked_at as grant_revoked_at,
                u.username, u.password, u.persona, u.behaviour, u.claims
         from access_tokens t
         left join clients c on c.realm = t.realm and c.id = t.client_id and c.deleted_at is null
         left join grants g on g.realm = t.realm and g.id = t.grant_id
         left join users u on u.realm = g.realm and u.id = g.user_id
         where t.realm = $1 and t.digest = $2",
        realm,
        digest,
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    let revoked_at: Option<Timestamp> = row.optional("revoked_at")?;
    let grant_revoked_at: Option<Timestamp> = row.optional("grant_revoked_at")?;
    let granted = row.optional::<String>("grant_id")?.is_some();
    let orphaned = row.optional::<String>("living_client")?.is_none()
        || row.optional::<Timestamp>("user_deleted_at")?.is_some()
        || (row.optional::<String>("family")?.is_some() && !granted);
    Ok(Some(AccessToken {
        digest: digest.to_owned(),
        client: row.get("client_id")?,
        pair: row.get("pair_id")?,
        scopes: row.get("scopes")?,
        audience: row.optional("audience")?,
        issued_at: row.get("issued_at")?,
        expires_at: row.get("expires_at")?,
        revoked: revoked_at.is_some() || grant_revoked_at.is_some() || orphaned,
        grant: granted.then(|| grants::grant(&row)).transpose()?,
        user: granted.then(|| users::user(&row)).transpose()?,
    }))
}

/// Revokes one token; false when it was revoked before.
pub async fn revoke(tx: &mut Tx, realm: RealmId, digest: &str, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update access_tokens set revoked_at = $3 where realm = $1 and digest = $2 and revoked_at is null",
        realm,
        digest,
        now,
    )?;
    Ok(rows == 1)
}

/// Revokes the access tokens of a pair.
pub async fn revoke_pair(tx: &mut Tx, realm: RealmId, grant: &GrantId, pair: &str, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "update access_tokens set revoked_at = $4
         where realm = $1 and grant_id = $2 and pair_id = $3 and revoked_at is null",
        realm,
        grant,
        pair,
        now,
    )?;
    Ok(())
}

/// Revokes the tokens a client got for itself.
pub async fn revoke_own(tx: &mut Tx, realm: RealmId, client: &ClientId, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "update access_tokens set revoked_at = $3
         where realm = $1 and client_id = $2 and grant_id is null and revoked_at is null",
        realm,
        client,
        now,
    )?;
    Ok(())
}
