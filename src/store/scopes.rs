//! Scopes that were set up at run time.

use super::{
    Conn, Result, Row, Tx,
    columns::json,
    database::{execute, fetch_all},
    tables::{self, Table},
};
use crate::model::{Descriptions, RealmId, Scope};

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "scopes",
    &["name"],
    &[
        tables::text("name"),
        tables::integer("sequence"),
        tables::json("descriptions").of::<Descriptions>(),
        tables::json("claims").of::<Vec<String>>(),
    ],
)
.listed_by(&["sequence"]);

/// Adds a scope after all others; false when there is one of that name.
pub async fn insert(tx: &mut Tx, realm: RealmId, scope: &Scope) -> Result<bool> {
    let rows = execute!(
        tx,
        "insert into scopes (realm, name, sequence, descriptions, claims)
         select $1, $2, coalesce(max(sequence), 0) + 1, $3, $4 from scopes where realm = $1
         on conflict do nothing",
        realm,
        scope.name,
        json(&scope.descriptions)?,
        json(&scope.claims)?,
    )?;
    Ok(rows == 1)
}

/// Says a scope anew; false when there is none of that name.
pub async fn update(tx: &mut Tx, realm: RealmId, scope: &Scope) -> Result<bool> {
    let rows = execute!(
        tx,
        "update scopes set descriptions = $3, claims = $4 where realm = $1 and name = $2",
        realm,
        scope.name,
        json(&scope.descriptions)?,
        json(&scope.claims)?,
    )?;
    Ok(rows == 1)
}

/// All of them in the order they were added.
pub async fn list(conn: &mut Conn, realm: RealmId) -> Result<Vec<Scope>> {
    let rows = fetch_all!(
        conn,
        "select name, descriptions, claims from scopes where realm = $1 order by sequence, name",
        realm,
    )?;
    rows.iter().map(scope).collect()
}

/// Removes a scope; false when there is none of that name.
pub async fn delete(tx: &mut Tx, realm: RealmId, name: &str) -> Result<bool> {
    let rows = execute!(tx, "delete from scopes where realm = $1 and name = $2", realm, name)?;
    Ok(rows == 1)
}

fn scope(row: &Row) -> Result<Scope> {
    Ok(Scope {
        name: row.get("name")?,
        descriptions: row.json("descriptions")?,
        claims: row.json("claims")?,
    })
}
