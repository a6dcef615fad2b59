//! Grants: the lock and the off-switch of a family of codes and tokens.
//!
//! PostgreSQL locks a row by updating it. On SQLite the transaction is the only one that writes, so to lock is to look,
//! and no page is written for it.

use jiff::Timestamp;

use super::{
    Conn, Result, Row, Tx,
    columns::json,
    database::{execute, fetch_all, fetch_optional},
    tables::{self, Table},
};
use crate::model::{ClientId, Grant, GrantId, RealmId, Resources, Scopes, UserId};

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "grants",
    &["id"],
    &[
        tables::text("id"),
        tables::text("client_id"),
        tables::text("user_id"),
        tables::text("sid").or_null(),
        tables::text("scopes").naming::<Scopes>(),
        tables::json("resources").or_null().with_addresses().of::<Resources>(),
        tables::instant("auth_time"),
        tables::json("amr").of::<Vec<String>>(),
        tables::instant("created_at"),
        tables::instant("touched_at"),
        tables::instant("revoked_at").or_null(),
    ],
)
.listed_by(&["created_at"])
.refers(&[("user_id", "users"), ("client_id", "clients")]);

pub async fn insert(tx: &mut Tx, realm: RealmId, grant: &Grant, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "insert into grants
            (realm, id, client_id, user_id, sid, scopes, auth_time, amr, created_at, touched_at, resources)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)",
        realm,
        grant.id,
        grant.client,
        grant.user,
        grant.sid,
        grant.scopes,
        grant.auth_time,
        json(&grant.amr)?,
        now,
        grant.resources.stored(),
    )?;
    Ok(())
}

/// A grant is alive while it is not revoked, and neither its user nor its client is deleted.
macro_rules! alive {
    () => {
        "revoked_at is null
            and not exists (select 1 from users u
                where u.realm = grants.realm and u.id = grants.user_id and u.deleted_at is not null)
            and not exists (select 1 from clients c
                where c.realm = grants.realm and c.id = grants.client_id and c.deleted_at is not null)"
    };
}

macro_rules! of_refresh_token {
    () => {
        "id = (select grant_id from refresh_tokens where realm = $1 and digest = $2)"
    };
}

/// Locks the family until the transaction ends; false when it is revoked, or its user or client deleted.
pub async fn hold(tx: &mut Tx, realm: RealmId, id: &GrantId, now: Timestamp) -> Result<bool> {
    if let Conn::Sqlite(_) = **tx {
        let sql = concat!(
            "select 1 as found from grants where realm = $1 and id = $2 and ",
            alive!()
        );
        return Ok(fetch_optional!(tx, sql, realm, id)?.is_some());
    }
    let sql = concat!(
        "update grants set touched_at = $3 where realm = $1 and id = $2 and ",
        alive!()
    );
    Ok(execute!(tx, sql, realm, id, now)? == 1)
}

/// The same, of the family to which a refresh token belongs; false also where there is no such token.
pub async fn hold_of_refresh_token(tx: &mut Tx, realm: RealmId, digest: &str, now: Timestamp) -> Result<bool> {
    if let Conn::Sqlite(_) = **tx {
        let sql = concat!(
            "select 1 as found from grants where realm = $1 and ",
            of_refresh_token!(),
            " and ",
            alive!()
        );
        return Ok(fetch_optional!(tx, sql, realm, *digest)?.is_some());
    }
    let sql = concat!(
        "update grants set touched_at = $3 where realm = $1 and ",
        of_refresh_token!(),
        " and ",
        alive!()
    );
    Ok(execute!(tx, sql, realm, *digest, now)? == 1)
}

pub(super) use alive;

/// Ends the family: every code and token in it is dead from here on.
pub async fn revoke(tx: &mut Tx, realm: RealmId, id: &GrantId, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "update grants set revoked_at = $3 where realm = $1 and id = $2 and revoked_at is null",
        realm,
        id,
        now,
    )?;
    Ok(())
}

/// Ends everything a user has granted a client; how many families that were.
pub async fn revoke_all(tx: &mut Tx, realm: RealmId, user: &UserId, client: &ClientId, now: Timestamp) -> Result<u64> {
    execute!(
        tx,
        "update grants set revoked_at = $4
         where realm = $1 and user_id = $2 and client_id = $3 and revoked_at is null",
        realm,
        user,
        client,
        now,
    )
}

/// Ends everything a user has granted.
pub async fn revoke_of_user(tx: &mut Tx, realm: RealmId, user: &UserId, now: Timestamp) -> Result<u64> {
    execute!(
        tx,
        "update grants set revoked_at = $3 where realm = $1 and user_id = $2 and revoked_at is null",
        realm,
        user,
        now,
    )
}

/// Ends everything a client was granted.
pub async fn revoke_of_client(tx: &mut Tx, realm: RealmId, client: &ClientId, now: Timestamp) -> Result<u64> {
    execute!(
        tx,
        "update grants set revoked_at = $3 where realm = $1 and client_id = $2 and revoked_at is null",
        realm,
        client,
        now,
    )
}

/// The scopes of each live access token the user has let the client have.
pub async fn live_scopes(
    conn: &mut Conn,
    realm: RealmId,
    user: &UserId,
    client: &ClientId,
    now: Timestamp,
) -> Result<Vec<Scopes>> {
    let rows = fetch_all!(
        conn,
        "select distinct t.scopes from grants g
         join access_tokens t on t.realm = g.realm and t.grant_id = g.id
         where g.realm = $1 and g.user_id = $2 and g.client_id = $3 and g.revoked_at is null
           and t.revoked_at is null and t.expires_at > $4",
        realm,
        user,
        client,
        now,
    )?;
    rows.iter().map(|row| row.get("scopes")).collect()
}

/// A grant out of the columns `grant_id, client_id, user_id, sid, grant_scopes, auth_time, amr, resources`.
pub(super) fn grant(row: &Row) -> Result<Grant> {
    Ok(Grant {
        id: row.get("grant_id")?,
        client: row.get("client_id")?,
        user: row.get("user_id")?,
        sid: row.optional("sid")?,
        scopes: row.get("grant_scopes")?,
        resources: row.optional("resources")?.unwrap_or_default(),
        auth_time: row.get("auth_time")?,
        amr: row.json("amr")?,
    })
}
