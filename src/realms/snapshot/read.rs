//! A document read as a whole, before anything is written.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    document::{Document, Format, TableRows, VERSION},
    error::SnapshotError,
    integrity, rules,
};
use crate::{
    clock::Clock,
    keys::sealing::SealingError,
    model::Policy,
    passwords::check_phc,
    realms::seed::{RandomSeed, SeedClock},
    store::{
        database::Value as Stored,
        realms::Chance,
        tables::{Column, Kind, Table, place},
    },
    tokens::templates,
    web::json_object::{self, check_characters},
};

const MEMBERS: [&str; 7] = [
    "anteroom_snapshot",
    "clock",
    "policy",
    "chance",
    "root_secret",
    "made_from",
    "tables",
];
const ROOT_SECRET_BYTES: usize = 32;

impl Document {
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub(super) fn read(json: &[u8], tables: &[&'static Table], format: &Format<'_>) -> Result<Self, SnapshotError> {
        let mut members = json_object::read(json).map_err(|error| SnapshotError::Unreadable(error.to_string()))?;
        check_version(members.get("anteroom_snapshot").and_then(Value::as_u64))?;
        if let Some(unknown) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
            return Err(SnapshotError::wrong(unknown, "there is no such member"));
        }
        let mut whole = Value::Object(std::mem::take(&mut members));
        check_characters(&whole).map_err(SnapshotError::Unreadable)?;
        let mut take = |name: &str| whole[name].take();
        Ok(Self {
            clock: read_clock(take("clock"))?,
            policy: Policy::read(&take("policy")).map_err(|reason| SnapshotError::wrong("policy", reason))?,
            chance: read_chance(&take("chance"))?,
            root_secret: read_root_secret(&take("root_secret"))?,
            made_from: serde_json::from_value(take("made_from"))
                .map_err(|error| SnapshotError::wrong("made_from", error))?,
            tables: read_tables(take("tables"), tables, format)?,
        })
    }
}

fn check_version(version: Option<u64>) -> Result<(), SnapshotError> {
    let what = match version {
        Some(VERSION) => return Ok(()),
        Some(older) if older < VERSION => format!(
            "this server reads snapshots of version {VERSION}, and an older release wrote this one in version {older}: create \
             the realm again from its seed and take a new snapshot"
        ),
        Some(newer) => {
            format!("this server reads snapshots of version {VERSION}, and a newer release wrote version {newer}")
        }
        None => format!("the version of the snapshot is expected, which is {VERSION}"),
    };
    Err(SnapshotError::wrong("anteroom_snapshot", what))
}

fn read_clock(value: Value) -> Result<Clock, SnapshotError> {
    let clock: SeedClock = serde_json::from_value(value).map_err(|error| SnapshotError::wrong("clock", error))?;
    if clock.now.is_none() {
        return Err(SnapshotError::wrong("clock.now", "it is missing"));
    }
    Ok(clock.clock())
}

fn read_chance(value: &Value) -> Result<Option<Chance>, SnapshotError> {
    if value.is_null() {
        return Ok(None);
    }
    let seed: RandomSeed =
        serde_json::from_value(value["seed"].clone()).map_err(|error| SnapshotError::wrong("chance.seed", error))?;
    let epoch = value["epoch"].as_i64().filter(|epoch| (0..=1 << 40).contains(epoch));
    Ok(Some(Chance {
        seed: seed.0,
        epoch: epoch.ok_or_else(|| SnapshotError::wrong("chance.epoch", "a number is expected"))?,
    }))
}

fn read_root_secret(value: &Value) -> Result<Vec<u8>, SnapshotError> {
    let bytes = value.as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let bytes = bytes.filter(|bytes| bytes.len() == ROOT_SECRET_BYTES);
    bytes.ok_or_else(|| SnapshotError::wrong("root_secret", "32 bytes in base64url are expected"))
}

fn read_tables(value: Value, tables: &[&'static Table], format: &Format<'_>) -> Result<Vec<TableRows>, SnapshotError> {
    let Value::Object(mut members) = value else {
        return Err(SnapshotError::wrong("tables", "an object is expected"));
    };
    let mut read = Vec::with_capacity(tables.len());
    for &table in tables {
        let rows = match members.swap_remove(table.name) {
            None => Vec::new(),
            Some(Value::Array(rows)) => read_rows(table, rows, format)?,
            Some(_) => {
                return Err(SnapshotError::wrong(
                    format!("tables.{}", table.name),
                    "a list is expected",
                ));
            }
        };
        read.push((table, rows));
    }
    if let Some((name, _)) = members.into_iter().next() {
        return Err(SnapshotError::wrong(format!("tables.{name}"), "there is no such table"));
    }
    integrity::check_keys(&read)?;
    Ok(read)
}

fn read_rows(table: &'static Table, rows: Vec<Value>, format: &Format<'_>) -> Result<Vec<Vec<Stored>>, SnapshotError> {
    let mut read = Vec::with_capacity(rows.len());
    for (number, row) in rows.into_iter().enumerate() {
        let at = || format!("tables.{}[{number}]", table.name);
        let Value::Object(mut members) = row else {
            return Err(SnapshotError::wrong(at(), "an object is expected"));
        };
        let row = members.clone();
        let mut values = Vec::with_capacity(table.columns.len());
        for column in table.columns {
            let value = members.swap_remove(column.name).unwrap_or(Value::Null);
            let value = read_value(table, column, value, format);
            values.push(value.map_err(|what| SnapshotError::wrong(format!("{}.{}", at(), column.name), what))?);
        }
        if let Some((name, _)) = members.into_iter().next() {
            return Err(SnapshotError::wrong(
                format!("{}.{name}", at()),
                "there is no such column",
            ));
        }
        rules::check(table.name, &row).map_err(|what| SnapshotError::wrong(at(), what))?;
        read.push(values);
    }
    Ok(table.copied(read))
}

fn read_value(table: &Table, column: &Column, mut value: Value, format: &Format<'_>) -> Result<Stored, String> {
    let json = column.kind == Kind::Json && !column.sealed;
    if value.is_null() {
        return match (column.nullable, column.kind) {
            (false, _) => Err("it is missing".to_owned()),
            (true, Kind::Text | Kind::Json) => Ok(Stored::Text(None)),
            (true, Kind::Integer | Kind::Instant) => Ok(Stored::Integer(None)),
            (true, Kind::Boolean) => Ok(Stored::Boolean(None)),
        };
    }
    if column.addresses {
        format.addresses.resolve(&mut value);
    }
    if json {
        let text = value.to_string();
        check(column, &text)?;
        return Ok(Stored::Text(Some(text)));
    }
    match (column.kind, value) {
        (Kind::Text | Kind::Json, Value::String(text)) if column.sealed => {
            let opened = URL_SAFE_NO_PAD
                .decode(text)
                .map_err(|_| "base64url is expected".to_owned())?;
            let sealed = format.sealer.seal(&opened, place(table.name, column.name).as_bytes());
            Ok(Stored::Text(Some(
                sealed.map_err(|error: SealingError| error.to_string())?,
            )))
        }
        (Kind::Text, Value::String(text)) => {
            check(column, &text)?;
            if let Some(longest) = table.longest(column.name)
                && text.chars().count() > longest
            {
                return Err(format!("it has more than {longest} characters"));
            }
            Ok(Stored::Text(Some(text)))
        }
        (Kind::Text | Kind::Json, _) => Err("text is expected".to_owned()),
        (Kind::Boolean, Value::Bool(boolean)) => Ok(Stored::Boolean(Some(boolean))),
        (Kind::Boolean, _) => Err("true or false is expected".to_owned()),
        (Kind::Integer, value) => {
            let most = column.most;
            let integer = value.as_i64().filter(|integer| (0..=most).contains(integer));
            let integer = integer.ok_or_else(|| format!("a whole number from 0 to {most} is expected"))?;
            check(column, &integer.to_string())?;
            Ok(Stored::Integer(Some(integer)))
        }
        (Kind::Instant, value) => {
            let instant = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
            let instant = instant.ok_or("an instant is expected, like 2025-06-02T06:00:00Z")?;
            Ok(Stored::Integer(Some(instant.as_millisecond())))
        }
    }
}

fn check(column: &Column, text: &str) -> Result<(), String> {
    if column.hash {
        check_phc(text).map_err(|error| error.to_string())?;
    }
    if column.templates {
        let claims = serde_json::from_str(text).map_err(|error| error.to_string())?;
        templates::check(&claims)?;
    }
    column.check.map_or(Ok(()), |check| check(text))
}
