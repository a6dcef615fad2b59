//! Clients.

use jiff::Timestamp;

use super::{
    Conn, Result, Row, Tx,
    columns::json,
    database::{execute, fetch_all, fetch_optional},
    tables::{self, Table},
};
use crate::model::{Client, ClientId, ClientMetadata, RealmId, StoredSecret};

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "clients",
    &["id"],
    &[
        tables::text("id"),
        tables::integer("sequence"),
        tables::text("secret").or_null().hash(),
        tables::json("metadata").with_addresses().of::<ClientMetadata>(),
        tables::instant("created_at"),
        tables::instant("deleted_at").or_null(),
    ],
)
.listed_by(&["sequence"]);

/// Adds a client; false when there is one of that id.
///
/// The row of a deleted client, kept until nobody can refer to it any more, becomes the new one's.
pub async fn insert(tx: &mut Tx, realm: RealmId, client: &Client, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "insert into clients (realm, id, sequence, secret, metadata, created_at)
         select $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, $5 from clients where realm = $1
         on conflict (realm, id) do update
            set sequence = excluded.sequence, secret = excluded.secret, metadata = excluded.metadata,
                created_at = excluded.created_at, deleted_at = null
            where clients.deleted_at is not null",
        realm,
        client.id,
        client.secret.as_ref().map(StoredSecret::to_text),
        json(&client.metadata)?,
        now,
    )?;
    Ok(rows == 1)
}

pub async fn find(conn: &mut Conn, realm: RealmId, id: &ClientId) -> Result<Option<Client>> {
    let row = fetch_optional!(
        conn,
        "select id, secret, metadata from clients where realm = $1 and id = $2 and deleted_at is null",
        realm,
        id
    )?;
    row.as_ref().map(client).transpose()
}

/// All clients of a realm in the order they were added.
pub async fn list(conn: &mut Conn, realm: RealmId) -> Result<Vec<Client>> {
    let rows = fetch_all!(
        conn,
        "select id, secret, metadata from clients where realm = $1 and deleted_at is null order by sequence, id",
        realm,
    )?;
    rows.iter().map(client).collect()
}

/// A page of them: those after the one of that id.
pub async fn list_page(conn: &mut Conn, realm: RealmId, after: Option<&ClientId>, limit: i64) -> Result<Vec<Client>> {
    let rows = fetch_all!(
        conn,
        "select id, secret, metadata from clients where realm = $1 and deleted_at is null
           and sequence > coalesce((select a.sequence from clients a where a.realm = $1 and a.id = $2), 0)
         order by sequence, id limit $3",
        realm,
        after.cloned(),
        limit,
    )?;
    rows.iter().map(client).collect()
}

/// Writes a client's secret and metadata; false when there is none of that id.
pub async fn update(tx: &mut Tx, realm: RealmId, client: &Client) -> Result<bool> {
    let rows = execute!(
        tx,
        "update clients set secret = $3, metadata = $4 where realm = $1 and id = $2 and deleted_at is null",
        realm,
        client.id,
        client.secret.as_ref().map(StoredSecret::to_text),
        json(&client.metadata)?,
    )?;
    Ok(rows == 1)
}

/// Marks a client as deleted: gone at once, with its secret. False when it was gone. `now` is the machine's.
///
/// The row stays for a while, as a deleted user's does ([`super::users::delete`]).
pub async fn delete(tx: &mut Tx, realm: RealmId, id: &ClientId, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update clients set deleted_at = $3, secret = null where realm = $1 and id = $2 and deleted_at is null",
        realm,
        id,
        now,
    )?;
    Ok(rows == 1)
}

/// Clients of the realm that were deleted before `then`.
pub async fn list_deleted(conn: &mut Conn, realm: RealmId, then: Timestamp, limit: i64) -> Result<Vec<ClientId>> {
    let rows = fetch_all!(
        conn,
        "select id from clients where realm = $1 and deleted_at < $2 order by deleted_at limit $3",
        realm,
        then,
        limit,
    )?;
    rows.iter().map(|row| row.get("id")).collect()
}

fn client(row: &Row) -> Result<Client> {
    let secret: Option<String> = row.optional("secret")?;
    Ok(Client {
        id: row.get("id")?,
        secret: secret.as_deref().map(StoredSecret::from_text),
        metadata: row.json("metadata")?,
    })
}
