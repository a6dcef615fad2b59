//! A realm's own signing keys, sealed.

use super::{
    Conn, Error, Result, Row, Tx,
    database::{execute, fetch_all},
    tables::{self, Table},
};
use crate::model::{RealmId, SigningAlgorithm, StoredKey};

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "signing_keys",
    &["kid"],
    &[
        tables::text("kid"),
        tables::integer("sequence"),
        tables::text("algorithm").naming::<SigningAlgorithm>(),
        tables::text("private_key").sealed(),
        tables::boolean("signs"),
        tables::instant("created_at"),
    ],
)
.listed_by(&["sequence"]);

/// Adds a key after all others; false when there is one of that name.
pub async fn insert(tx: &mut Tx, realm: RealmId, key: &StoredKey) -> Result<bool> {
    let rows = execute!(
        tx,
        "insert into signing_keys (realm, kid, sequence, algorithm, private_key, signs, created_at)
         select $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, $5, $6 from signing_keys where realm = $1
         on conflict do nothing",
        realm,
        key.kid,
        key.algorithm.as_str(),
        key.sealed,
        key.signs,
        key.created_at,
    )?;
    Ok(rows == 1)
}

/// All keys of a realm in the order they were added.
pub async fn list(conn: &mut Conn, realm: RealmId) -> Result<Vec<StoredKey>> {
    let rows = fetch_all!(
        conn,
        "select kid, algorithm, private_key, signs, created_at from signing_keys
         where realm = $1 order by sequence, kid",
        realm,
    )?;
    rows.iter().map(key).collect()
}

/// Removes a key; false when there is none of that name.
pub async fn delete(tx: &mut Tx, realm: RealmId, kid: &str) -> Result<bool> {
    let rows = execute!(tx, "delete from signing_keys where realm = $1 and kid = $2", realm, kid)?;
    Ok(rows == 1)
}

fn key(row: &Row) -> Result<StoredKey> {
    let algorithm: String = row.get("algorithm")?;
    Ok(StoredKey {
        kid: row.get("kid")?,
        algorithm: algorithm.parse().map_err(|reason| Error::column("algorithm", reason))?,
        sealed: row.get("private_key")?,
        signs: row.get("signs")?,
        created_at: row.get("created_at")?,
    })
}
