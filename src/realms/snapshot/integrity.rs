//! Keys and references between the rows of a document.

use std::collections::{HashMap, HashSet};

use super::{document::TableRows, error::SnapshotError};
use crate::store::{database::Value as Stored, tables::Table};

/// Refuses two rows with one key, and references to rows that are not there.
pub(super) fn check_keys(tables: &[TableRows]) -> Result<(), SnapshotError> {
    let mut keys: HashMap<&str, HashSet<Vec<String>>> = HashMap::new();
    for (table, rows) in tables {
        for columns in std::iter::once(table.key).chain(table.unique.iter().copied()) {
            let seen = unique(table, rows, columns)?;
            if columns == table.key {
                keys.insert(table.name, seen);
            }
        }
        for (column, parent) in table.references {
            for (number, row) in rows.iter().enumerate() {
                let key = values_of(table, row, &[column]);
                if key.is_some_and(|key| !keys.get(parent).is_some_and(|keys| keys.contains(&key))) {
                    let place = format!("tables.{}[{number}].{column}", table.name);
                    return Err(SnapshotError::wrong(place, format!("there is no such row in {parent}")));
                }
            }
        }
    }
    Ok(())
}

fn unique(table: &Table, rows: &[Vec<Stored>], columns: &[&str]) -> Result<HashSet<Vec<String>>, SnapshotError> {
    let mut seen = HashMap::with_capacity(rows.len());
    for (number, row) in rows.iter().enumerate() {
        if let Some(key) = values_of(table, row, columns)
            && let Some(earlier) = seen.insert(key, number)
        {
            let place = |number| format!("tables.{}[{number}].{}", table.name, columns.join("+"));
            let what = format!("an earlier row has the same, `{}`", place(earlier));
            return Err(SnapshotError::wrong(place(number), what));
        }
    }
    Ok(seen.into_keys().collect())
}

/// The values of some columns, to be compared; `None` when one is null.
fn values_of(table: &Table, row: &[Stored], columns: &[&str]) -> Option<Vec<String>> {
    let values = columns.iter().map(|column| match &row[table.position(column)?] {
        Stored::Text(text) => text.clone(),
        Stored::Integer(integer) => integer.map(|integer| integer.to_string()),
        Stored::Boolean(boolean) => boolean.map(|boolean| boolean.to_string()),
    });
    values.collect()
}
