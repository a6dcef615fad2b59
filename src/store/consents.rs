//! Consents: what users allowed clients, until withdrawn.

use jiff::Timestamp;

use super::{
    Conn, Result, Row, Tx,
    database::{execute, fetch_all, fetch_one, fetch_optional},
    tables::{self, Table},
};
use crate::model::{ClientId, Consent, RealmId, Scopes, UserId};

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "consents",
    &["user_id", "client_id"],
    &[
        tables::text("user_id"),
        tables::text("client_id"),
        tables::text("scopes").naming::<Scopes>(),
        tables::instant("given_at"),
    ],
)
.refers(&[("user_id", "users"), ("client_id", "clients")]);

pub async fn find(conn: &mut Conn, realm: RealmId, user: &UserId, client: &ClientId) -> Result<Option<Consent>> {
    let row = fetch_optional!(
        conn,
        "select user_id, client_id, scopes, given_at from consents
         where realm = $1 and user_id = $2 and client_id = $3",
        realm,
        user,
        client,
    )?;
    row.as_ref().map(consent).transpose()
}

/// Remembers a yes: the scopes join those that were allowed before.
///
/// The first statement locks the row and tells what it held, so that of two that come at once neither
/// loses what the other added.
pub async fn extend(
    tx: &mut Tx,
    realm: RealmId,
    user: &UserId,
    client: &ClientId,
    scopes: &Scopes,
    now: Timestamp,
) -> Result<()> {
    let row = fetch_one!(
        tx,
        "insert into consents (realm, user_id, client_id, scopes, given_at) values ($1, $2, $3, $4, $5)
         on conflict (realm, user_id, client_id) do update set given_at = excluded.given_at
         returning scopes",
        realm,
        user,
        client,
        scopes,
        now,
    )?;
    let before: Scopes = row.get("scopes")?;
    if before.cover(scopes) {
        return Ok(());
    }
    execute!(
        tx,
        "update consents set scopes = $4 where realm = $1 and user_id = $2 and client_id = $3",
        realm,
        user,
        client,
        before.united(scopes),
    )?;
    Ok(())
}

/// What a user has allowed, the newest first.
pub async fn list(conn: &mut Conn, realm: RealmId, user: &UserId) -> Result<Vec<Consent>> {
    let rows = fetch_all!(
        conn,
        "select user_id, client_id, scopes, given_at from consents
         where realm = $1 and user_id = $2 order by given_at desc, client_id",
        realm,
        user,
    )?;
    rows.iter().map(consent).collect()
}

/// Forgets an answer; false when there was none.
pub async fn delete(tx: &mut Tx, realm: RealmId, user: &UserId, client: &ClientId) -> Result<bool> {
    let rows = execute!(
        tx,
        "delete from consents where realm = $1 and user_id = $2 and client_id = $3",
        realm,
        user,
        client,
    )?;
    Ok(rows == 1)
}

/// Forgets all answers of a user.
pub async fn delete_of_user(tx: &mut Tx, realm: RealmId, user: &UserId) -> Result<()> {
    execute!(
        tx,
        "delete from consents where realm = $1 and user_id = $2",
        realm,
        user
    )?;
    Ok(())
}

/// Forgets all answers about a client.
pub async fn delete_of_client(tx: &mut Tx, realm: RealmId, client: &ClientId) -> Result<()> {
    execute!(
        tx,
        "delete from consents where realm = $1 and client_id = $2",
        realm,
        client
    )?;
    Ok(())
}

fn consent(row: &Row) -> Result<Consent> {
    Ok(Consent {
        user: row.get("user_id")?,
        client: row.get("client_id")?,
        scopes: row.get("scopes")?,
        given_at: row.get("given_at")?,
    })
}
