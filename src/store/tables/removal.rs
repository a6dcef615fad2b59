//! Removing rows of declared tables: a deleted realm's, in batches, and what belongs to a deleted row.

use jiff::Timestamp;

use super::declaration::Table;
use crate::{
    model::RealmId,
    store::{Result, Tx, database::Value},
};

/// How many rows one statement removes at most, so that no request waits long behind it.
const BATCH: usize = 100;

/// Removes a batch of a realm's rows from one table; how many went.
pub async fn remove_some(tx: &mut Tx, realm: RealmId, table: &Table) -> Result<u64> {
    let (name, key) = (table.name, table.key.join(", "));
    let sql = format!(
        "delete from {name} where realm = $1 and ({key}) in (select {key} from {name} where realm = $1 limit {BATCH})"
    );
    tx.execute_built(sql, vec![Value::Integer(Some(realm.0))]).await
}

/// Holds the row of `root` of that id until the transaction ends, where it was marked as deleted before `then`; whether
/// it was.
///
/// Nobody can bring it back from there on, so what belongs to it may go.
pub async fn hold_marked(tx: &mut Tx, realm: RealmId, root: &str, id: &str, then: Timestamp) -> Result<bool> {
    let sql = format!("update {root} set deleted_at = deleted_at where realm = $1 and id = $2 and deleted_at < $3");
    let mut values = one_of(realm, id);
    values.push(Value::Integer(Some(then.as_millisecond())));
    Ok(tx.execute_built(sql, values).await? == 1)
}

/// Removes the row of `root` of that id, where it is [held](hold_marked) as deleted, with all rows that belong to it.
pub async fn remove_marked(tx: &mut Tx, realm: RealmId, tables: &[&Table], root: &str, id: &str) -> Result<()> {
    for table in tables.iter().rev() {
        remove_of(tx, realm, table, tables, root, id).await?;
    }
    let sql = format!("delete from {root} where realm = $1 and id = $2 and deleted_at is not null");
    tx.execute_built(sql, one_of(realm, id)).await?;
    Ok(())
}

/// Removes the rows of a table that belong to one row of `root`: they refer to it, or to rows that do. Children come
/// first.
pub async fn remove_of(
    tx: &mut Tx,
    realm: RealmId,
    table: &Table,
    tables: &[&Table],
    root: &str,
    id: &str,
) -> Result<u64> {
    let Some(condition) = belonging(table, tables, root) else {
        return Ok(0);
    };
    let sql = format!("delete from {} where realm = $1 and ({condition})", table.name);
    tx.execute_built(sql, one_of(realm, id)).await
}

fn one_of(realm: RealmId, id: &str) -> Vec<Value> {
    vec![Value::Integer(Some(realm.0)), Value::Text(Some(id.to_owned()))]
}

/// The condition under which a row belongs to the row `$2` of `root`; `None` where none ever does.
fn belonging(table: &Table, tables: &[&Table], root: &str) -> Option<String> {
    let ways = table.references.iter().filter_map(|(column, parent)| {
        if *parent == root {
            return Some(format!("{column} = $2"));
        }
        let parent = tables.iter().find(|one| one.name == *parent)?;
        let condition = belonging(parent, tables, root)?;
        let (name, key) = (parent.name, parent.key.join(", "));
        Some(format!(
            "{column} in (select {key} from {name} where realm = $1 and ({condition}))"
        ))
    });
    let ways: Vec<_> = ways.collect();
    (!ways.is_empty()).then(|| ways.join(" or "))
}
