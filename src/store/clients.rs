//! Clients.

use jiff::Timestamp;

use super::{
    Conn, Row, Tx,
    columns::json,
    database::{execute, fetch_all, fetch_optional},
};
use crate::model::{Client, ClientId, RealmId, StoredSecret};

/// Adds a client; false when there is one of that id.
pub async fn insert(tx: &mut Tx, realm: RealmId, client: &Client, now: Timestamp) -> sqlx::Result<bool> {
    let rows = execute!(
        tx,
        "insert into clients (realm, id, sequence, secret, metadata, created_at)
         select $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, $5 from clients where realm = $1
         on conflict do nothing",
        realm,
        client.id,
        client.secret.as_ref().map(StoredSecret::to_text),
        json(&client.metadata)?,
        now,
    )?;
    Ok(rows == 1)
}

pub async fn find(conn: &mut Conn, realm: RealmId, id: &ClientId) -> sqlx::Result<Option<Client>> {
    let row = fetch_optional!(
        conn,
        "select id, secret, metadata from clients where realm = $1 and id = $2",
        realm,
        id
    )?;
    row.as_ref().map(client).transpose()
}

/// All clients of a realm in the order they were added.
pub async fn list(conn: &mut Conn, realm: RealmId) -> sqlx::Result<Vec<Client>> {
    let rows = fetch_all!(
        conn,
        "select id, secret, metadata from clients where realm = $1 order by sequence, id",
        realm,
    )?;
    rows.iter().map(client).collect()
}

fn client(row: &Row) -> sqlx::Result<Client> {
    let secret: Option<String> = row.optional("secret")?;
    Ok(Client {
        id: row.get("id")?,
        secret: secret.as_deref().map(StoredSecret::from_text),
        metadata: row.json("metadata")?,
    })
}
