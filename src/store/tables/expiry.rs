//! Removing rows that expired, by walking through the tables.
//!
//! An index on the time of expiry would be written with every token and read once a minute. Instead a table is walked
//! through in the order of its key, some rows at a time, and from its begin again. Rows of realms that nobody uses cost
//! no more than that.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{declaration::Table, rows::value};
use crate::{
    model::RealmId,
    store::{Conn, Database, Result, Tx, database::Value},
};

/// How many rows are looked at in one step.
const LOOKED_AT: usize = 1000;
/// How many rows one statement removes at most, so that no request waits long behind it.
const BATCH: usize = 100;

/// How far the walk through one table has come.
#[derive(Debug, Default)]
pub struct Walk {
    /// Realm and key of the row that was looked at last; empty at the begin of the table.
    last: Vec<Value>,
}

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub removed: u64,
    /// The end of the table was reached; the next step begins anew.
    pub finished: bool,
}

impl Walk {
    /// Looks at the next rows of a table and removes those that expired before what `then` says of their realm; it
    /// says nothing of realms whose rows stay.
    pub async fn step(
        &mut self,
        database: &Database,
        table: &Table,
        then: impl Fn(RealmId) -> Option<Timestamp>,
    ) -> Result<Step> {
        let Some(expires) = table.expires else {
            return Ok(Step {
                removed: 0,
                finished: true,
            });
        };
        let rows = self.next_rows(&mut database.read().await?, table, expires).await?;
        let mut expired: BTreeMap<i64, Vec<Vec<Value>>> = BTreeMap::new();
        for row in &rows {
            if let Some(at) = row.expires
                && then(RealmId(row.realm)).is_some_and(|then| at < then.as_millisecond())
            {
                expired.entry(row.realm).or_default().push(row.key.clone());
            }
        }
        let mut removed = 0;
        for (realm, keys) in expired {
            let Some(then) = then(RealmId(realm)) else { continue };
            for keys in keys.chunks(BATCH) {
                let mut tx = database.write_once().await?;
                removed += remove(&mut tx, RealmId(realm), table, expires, keys, then).await?;
            }
        }
        let finished = rows.len() < LOOKED_AT;
        self.last = match rows.into_iter().next_back() {
            Some(last) if !finished => [vec![Value::Integer(Some(last.realm))], last.key].concat(),
            _ => Vec::new(),
        };
        Ok(Step { removed, finished })
    }

    async fn next_rows(&self, conn: &mut Conn, table: &Table, expires: &str) -> Result<Vec<LookedAt>> {
        let (name, key) = (table.name, format!("realm, {}", table.key.join(", ")));
        let after = match self.last.len() {
            0 => String::new(),
            values => format!("where ({key}) > ({})", placeholders(1, values)),
        };
        let sql =
            format!("select {key}, {expires} as row_expires_at from {name} {after} order by {key} limit {LOOKED_AT}");
        let rows = conn.fetch_all_built(sql, self.last.clone()).await?;
        let key = || table.columns.iter().filter(|column| table.key.contains(&column.name));
        rows.iter()
            .map(|row| {
                Ok(LookedAt {
                    realm: row.get("realm")?,
                    key: table
                        .key
                        .iter()
                        .filter_map(|name| key().find(|column| column.name == *name))
                        .map(|column| value(row, column))
                        .collect::<Result<_>>()?,
                    expires: row.optional("row_expires_at")?,
                })
            })
            .collect()
    }
}

/// A row that a step looks at.
struct LookedAt {
    realm: i64,
    key: Vec<Value>,
    /// Milliseconds since 1970; `None` for a row that does not expire.
    expires: Option<i64>,
}

/// `$3, $4, …`
fn placeholders(first: usize, count: usize) -> String {
    let placeholders = (first..first + count).map(|number| format!("${number}"));
    placeholders.collect::<Vec<_>>().join(", ")
}

/// Removes the rows with these keys, but for those whose time was prolonged since they were looked at.
async fn remove(
    tx: &mut Tx,
    realm: RealmId,
    table: &Table,
    expires: &str,
    keys: &[Vec<Value>],
    then: Timestamp,
) -> Result<u64> {
    let (name, key, width) = (table.name, table.key.join(", "), table.key.len());
    let rows = (0..keys.len()).map(|row| format!("({})", placeholders(3 + row * width, width)));
    let rows = rows.collect::<Vec<_>>().join(", ");
    let sql = format!("delete from {name} where realm = $1 and {expires} < $2 and ({key}) in (values {rows})");
    let mut values = vec![
        Value::Integer(Some(realm.0)),
        Value::Integer(Some(then.as_millisecond())),
    ];
    values.extend(keys.iter().flatten().cloned());
    tx.execute_built(sql, values).await
}
