//! Rows of a declared table, read and written as a whole.

use std::fmt::Write as _;

use super::declaration::{Column, Kind, Table};
use crate::{
    model::RealmId,
    store::{Conn, Error, Result, Row, Tx, database::Value},
};

/// How many values one statement takes at most, on either database.
const MOST_VALUES: usize = 30_000;
/// How many rows one statement writes at most.
const MOST_ROWS: usize = 500;

/// All rows of a realm in one table, each with its columns as they are declared; in no order.
pub async fn rows(conn: &mut Conn, realm: RealmId, table: &Table) -> Result<Vec<Vec<Value>>> {
    let sql = format!("select {} from {} where realm = $1", table.names(), table.name);
    let rows = conn.fetch_all_built(sql, vec![Value::Integer(Some(realm.0))]).await?;
    rows.iter().map(|row| values(row, table)).collect()
}

fn values(row: &Row, table: &Table) -> Result<Vec<Value>> {
    table.columns.iter().map(|column| value(row, column)).collect()
}

/// What stands in a declared column.
pub(super) fn value(row: &Row, column: &Column) -> Result<Value> {
    Ok(match column.kind {
        Kind::Text | Kind::Json => Value::Text(row.text(column.name)?),
        Kind::Integer | Kind::Instant => Value::Integer(row.integer(column.name)?),
        Kind::Boolean => Value::Boolean(row.boolean(column.name)?),
    })
}

/// Writes rows into one table, each with its columns as they are declared, in as few statements as the database takes.
pub async fn insert(tx: &mut Tx, realm: RealmId, table: &Table, rows: &[Vec<Value>]) -> Result<()> {
    let most = (MOST_VALUES / (table.columns.len() + 1)).clamp(1, MOST_ROWS);
    for rows in rows.chunks(most) {
        let mut sql = format!("insert into {} (realm, {}) values ", table.name, table.names());
        let mut values = vec![Value::Integer(Some(realm.0))];
        for (number, row) in rows.iter().enumerate() {
            sql.push_str(if number == 0 { "($1" } else { ", ($1" });
            for value in row {
                values.push(value.clone());
                write!(sql, ", ${}", values.len()).map_err(Error::broken)?;
            }
            sql.push(')');
        }
        tx.execute_built(sql, values).await?;
    }
    Ok(())
}
