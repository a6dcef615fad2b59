//! A document as text: stable in order and form, so that two snapshots can be compared line by line.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    document::{Document, Format, VERSION},
    error::SnapshotError,
};
use crate::{
    realms::{rate::Rate, seed::SeedClock},
    store::{
        database::Value as Stored,
        realms::Chance,
        tables::{Column, Kind, Table, place},
    },
};

impl Document {
    pub(super) fn write(&self, format: &Format<'_>) -> Result<String, SnapshotError> {
        let mut text = format!("{{\n  \"anteroom_snapshot\": {VERSION},\n");
        let clock = SeedClock {
            now: Some(self.clock.now()),
            frozen: Some(self.clock.frozen()),
            rate: Some(Rate(self.clock.resumes_at)),
        };
        let chance = self.chance.as_ref().map(|chance| {
            let Chance { seed, epoch } = chance;
            serde_json::json!({"seed": seed, "epoch": epoch})
        });
        let policy = serde_json::to_string_pretty(&self.policy).map_err(SnapshotError::failed)?;
        put(&mut text, "clock", &line(&clock)?);
        put(&mut text, "policy", &policy.replace('\n', "\n  "));
        put(&mut text, "chance", &line(&chance)?);
        put(
            &mut text,
            "root_secret",
            &line(&URL_SAFE_NO_PAD.encode(&self.root_secret))?,
        );
        put(&mut text, "made_from", &line(&self.made_from)?);
        text.push_str("  \"tables\": {");
        for (number, (table, rows)) in self.tables.iter().enumerate() {
            text.push_str(if number == 0 { "\n" } else { ",\n" });
            write_table(&mut text, table, rows, format)?;
        }
        text.push_str("\n  }\n}\n");
        Ok(text)
    }
}

fn put(text: &mut String, name: &str, value: &str) {
    // Writing into a string does not fail.
    let _ = writeln!(text, "  \"{name}\": {value},");
}

fn line(value: &impl Serialize) -> Result<String, SnapshotError> {
    serde_json::to_string(value).map_err(SnapshotError::failed)
}

fn write_table(
    text: &mut String,
    table: &Table,
    rows: &[Vec<Stored>],
    format: &Format<'_>,
) -> Result<(), SnapshotError> {
    let _ = write!(text, "    \"{}\": [", table.name);
    let by: Vec<usize> = table
        .order
        .iter()
        .chain(table.key)
        .filter_map(|column| table.position(column))
        .collect();
    let mut rows: Vec<_> = rows.iter().collect();
    // Here and not in the database: databases order text as their locale does.
    rows.sort_by(|one, other| sort_keys(one, &by).cmp(sort_keys(other, &by)));
    for (number, row) in rows.iter().enumerate() {
        text.push_str(if number == 0 { "\n      " } else { ",\n      " });
        text.push_str(&line(&row_members(table, row, format)?)?);
    }
    text.push_str(if rows.is_empty() { "]" } else { "\n    ]" });
    Ok(())
}

fn sort_keys<'a>(row: &'a [Stored], by: &'a [usize]) -> impl Iterator<Item = (Option<i64>, Option<&'a str>)> {
    by.iter().map(|&column| sort_key(&row[column]))
}

fn sort_key(value: &Stored) -> (Option<i64>, Option<&str>) {
    match value {
        Stored::Text(text) => (None, text.as_deref()),
        Stored::Integer(integer) => (*integer, None),
        Stored::Boolean(boolean) => (boolean.map(i64::from), None),
    }
}

fn row_members(table: &Table, row: &[Stored], format: &Format<'_>) -> Result<Map<String, Value>, SnapshotError> {
    let mut members = Map::new();
    for (column, value) in table.columns.iter().zip(row) {
        if let Some(value) = member(table, column, value, format)? {
            members.insert(column.name.to_owned(), value);
        }
    }
    Ok(members)
}

fn member(table: &Table, column: &Column, value: &Stored, format: &Format<'_>) -> Result<Option<Value>, SnapshotError> {
    let mut value = match (column.kind, value) {
        (Kind::Boolean, Stored::Boolean(Some(boolean))) => Value::Bool(*boolean),
        (Kind::Instant, Stored::Integer(Some(instant))) => {
            let instant = Timestamp::from_millisecond(*instant).map_err(SnapshotError::failed)?;
            instant.to_string().into()
        }
        (_, Stored::Integer(Some(integer))) => (*integer).into(),
        (_, Stored::Text(Some(text))) if column.sealed => {
            let opened = format.sealer.open(text, place(table.name, column.name).as_bytes())?;
            URL_SAFE_NO_PAD.encode(opened).into()
        }
        (Kind::Json, Stored::Text(Some(text))) => serde_json::from_str(text).map_err(SnapshotError::failed)?,
        (_, Stored::Text(Some(text))) => text.as_str().into(),
        _ => return Ok(None),
    };
    if column.addresses {
        format.addresses.generalize(&mut value);
    }
    Ok(Some(value))
}
