//! The document a snapshot is: JSON of a numbered version, in a stable order, one row of the database a line.
//!
//! ```text
//! {
//!   "anteroom_snapshot": 1,
//!   "clock": {"now": "2025-06-02T06:00:00Z", "frozen": true, "rate": 1},
//!   "policy": {…},
//!   "chance": {"seed": "…", "epoch": 1},
//!   "root_secret": "…",
//!   "made_from": {"seed": "demo"},
//!   "tables": {
//!     "clients": [
//!       {"id":"demo-client", …},
//! ```
//!
//! It belongs to no machine, database or name: sealed values stand in it in the clear, in base64url, and the realm's own
//! addresses begin with `{issuer}`. What was still to be sent is given up, so that no message or webhook goes out twice. Columns that are null are left out, and so may tables be that have no rows. It is read as a
//! whole before anything is written; what is wrong is told with its place, as in `tables.users[3].claims`.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::control::body::{Rate, check_characters};
use crate::control::making::Origin;
use crate::control::problem::Problem;
use crate::control::seed::{RandomSeed, SeedClock};
use crate::keys::sealing::{Sealer, SealingError};
use crate::model::Policy;
use crate::passwords::check_phc;
use crate::store::database::Value as Stored;
use crate::store::realms::Chance;
use crate::store::tables::{Column, Kind, Table, place};
use crate::web::{json_object, paths};

/// What this server writes, and all it reads.
const VERSION: u64 = 2;
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
/// What stands for the realm's issuer.
const ISSUER: &str = "{issuer}";

/// A realm outside the database. Rows are as the database has them, sealed values sealed.
pub struct Document {
    pub clock: Clock,
    pub policy: Policy,
    pub chance: Option<Chance>,
    pub root_secret: Vec<u8>,
    pub made_from: Option<Origin>,
    pub tables: Vec<(&'static Table, Vec<Vec<Stored>>)>,
}

/// How the values of one realm on this machine become those of a document, and back.
pub struct Form<'a> {
    issuer: &'a str,
    /// Addresses that begin with this are other realms', even where the issuer begins them too.
    others: Option<String>,
    sealer: &'a Sealer,
}

/// What is wrong with a document, and where.
#[derive(Debug)]
struct Wrong {
    place: String,
    what: String,
}

impl From<Wrong> for Problem {
    fn from(wrong: Wrong) -> Self {
        Self::bad_request(format!("`{}`: {}", wrong.place, wrong.what))
    }
}

fn wrong(place: impl Into<String>, what: impl ToString) -> Wrong {
    Wrong {
        place: place.into(),
        what: what.to_string(),
    }
}

impl<'a> Form<'a> {
    /// `base` is the issuer of the realm at the root.
    pub fn new(issuer: &'a str, base: &str, sealer: &'a Sealer) -> Self {
        Self {
            issuer,
            others: (issuer == base).then(|| format!("{base}{}", paths::REALMS)),
            sealer,
        }
    }

    /// `http://localhost:8080/x` → `{issuer}/x`
    fn leave(&self, text: &str) -> Option<String> {
        let rest = text.strip_prefix(self.issuer)?;
        let others = self.others.as_ref().is_some_and(|others| text.starts_with(others));
        (!others && (rest.is_empty() || rest.starts_with('/'))).then(|| format!("{ISSUER}{rest}"))
    }

    /// `{issuer}/x` → `http://localhost:8080/x`
    fn arrive(&self, text: &str) -> Option<String> {
        let rest = text.strip_prefix(ISSUER)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| format!("{}{rest}", self.issuer))
    }
}

/// Every text in a value, changed where there is something to change.
fn each_text(value: &mut Value, change: &impl Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(changed) = change(text) {
                *text = changed;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        Value::Object(members) => members.values_mut().for_each(|member| each_text(member, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

// --- Writing --------------------------------------------------------------------------------------------------

impl Document {
    pub fn write(&self, form: &Form<'_>) -> Result<String, Problem> {
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
        let policy = serde_json::to_string_pretty(&self.policy).map_err(Problem::failure)?;
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
            write_table(&mut text, table, rows, form)?;
        }
        text.push_str("\n  }\n}\n");
        Ok(text)
    }
}

fn put(text: &mut String, name: &str, value: &str) {
    // Writing into a string does not fail.
    let _ = writeln!(text, "  \"{name}\": {value},");
}

fn line(value: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(Problem::failure)
}

fn write_table(text: &mut String, table: &Table, rows: &[Vec<Stored>], form: &Form<'_>) -> Result<(), Problem> {
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
        text.push_str(&line(&written_row(table, row, form)?)?);
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

fn written_row(table: &Table, row: &[Stored], form: &Form<'_>) -> Result<Map<String, Value>, Problem> {
    let mut members = Map::new();
    for (column, value) in table.columns.iter().zip(row) {
        if let Some(value) = written_value(table, column, value, form)? {
            members.insert(column.name.to_owned(), value);
        }
    }
    Ok(members)
}

fn written_value(table: &Table, column: &Column, value: &Stored, form: &Form<'_>) -> Result<Option<Value>, Problem> {
    let value = match (column.kind, value) {
        (Kind::Boolean, Stored::Boolean(Some(boolean))) => Value::Bool(*boolean),
        (Kind::Instant, Stored::Integer(Some(instant))) => {
            let instant = Timestamp::from_millisecond(*instant).map_err(Problem::failure)?;
            instant.to_string().into()
        }
        (_, Stored::Integer(Some(integer))) => (*integer).into(),
        (_, Stored::Text(Some(text))) if column.sealed => {
            let opened = form.sealer.open(text, place(table.name, column.name).as_bytes())?;
            URL_SAFE_NO_PAD.encode(opened).into()
        }
        (Kind::Json, Stored::Text(Some(text))) => serde_json::from_str(text).map_err(Problem::failure)?,
        (_, Stored::Text(Some(text))) => text.as_str().into(),
        _ => return Ok(None),
    };
    let mut value = value;
    if column.addresses {
        each_text(&mut value, &|text| form.leave(text));
    }
    Ok(Some(value))
}

// --- Reading --------------------------------------------------------------------------------------------------

impl Document {
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn read(json: &[u8], tables: &[&'static Table], form: &Form<'_>) -> Result<Self, Problem> {
        let mut members = json_object::read(json).map_err(|error| Problem::bad_request(error.to_string()))?;
        let version = members.get("anteroom_snapshot").and_then(Value::as_u64);
        if version != Some(VERSION) {
            let what = format!("this server reads snapshots of version {VERSION}");
            return Err(wrong("anteroom_snapshot", what).into());
        }
        if let Some(unknown) = members.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
            return Err(wrong(unknown, "there is no such member").into());
        }
        let mut whole = Value::Object(std::mem::take(&mut members));
        check_characters(&whole).map_err(Problem::bad_request)?;
        let mut take = |name: &str| whole[name].take();
        Ok(Self {
            clock: read_clock(take("clock"))?,
            policy: Policy::read(&take("policy")).map_err(|reason| wrong("policy", reason))?,
            chance: read_chance(&take("chance"))?,
            root_secret: read_root_secret(&take("root_secret"))?,
            made_from: serde_json::from_value(take("made_from")).map_err(|error| wrong("made_from", error))?,
            tables: read_tables(take("tables"), tables, form)?,
        })
    }
}

fn read_clock(value: Value) -> Result<Clock, Wrong> {
    let clock: SeedClock = serde_json::from_value(value).map_err(|error| wrong("clock", error))?;
    if clock.now.is_none() {
        return Err(wrong("clock.now", "it is missing"));
    }
    Ok(clock.clock())
}

fn read_chance(value: &Value) -> Result<Option<Chance>, Wrong> {
    if value.is_null() {
        return Ok(None);
    }
    let seed: RandomSeed =
        serde_json::from_value(value["seed"].clone()).map_err(|error| wrong("chance.seed", error))?;
    let epoch = value["epoch"].as_i64().filter(|epoch| (0..=1 << 40).contains(epoch));
    Ok(Some(Chance {
        seed: seed.0,
        epoch: epoch.ok_or_else(|| wrong("chance.epoch", "a number is expected"))?,
    }))
}

fn read_root_secret(value: &Value) -> Result<Vec<u8>, Wrong> {
    let bytes = value.as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let bytes = bytes.filter(|bytes| bytes.len() == ROOT_SECRET_BYTES);
    bytes.ok_or_else(|| wrong("root_secret", "32 bytes in base64url are expected"))
}

type Rows = Vec<(&'static Table, Vec<Vec<Stored>>)>;

fn read_tables(value: Value, tables: &[&'static Table], form: &Form<'_>) -> Result<Rows, Problem> {
    let Value::Object(mut members) = value else {
        return Err(wrong("tables", "an object is expected").into());
    };
    let mut read = Vec::with_capacity(tables.len());
    for &table in tables {
        let rows = match members.swap_remove(table.name) {
            None => Vec::new(),
            Some(Value::Array(rows)) => read_rows(table, rows, form)?,
            Some(_) => return Err(wrong(format!("tables.{}", table.name), "a list is expected").into()),
        };
        read.push((table, rows));
    }
    if let Some((name, _)) = members.into_iter().next() {
        return Err(wrong(format!("tables.{name}"), "there is no such table").into());
    }
    check_keys(&read)?;
    Ok(read)
}

fn read_rows(table: &'static Table, rows: Vec<Value>, form: &Form<'_>) -> Result<Vec<Vec<Stored>>, Problem> {
    let mut read = Vec::with_capacity(rows.len());
    for (number, row) in rows.into_iter().enumerate() {
        let at = || format!("tables.{}[{number}]", table.name);
        let Value::Object(mut members) = row else {
            return Err(wrong(at(), "an object is expected").into());
        };
        let mut values = Vec::with_capacity(table.columns.len());
        for column in table.columns {
            let value = members.swap_remove(column.name).unwrap_or(Value::Null);
            let value = read_value(table, column, value, form);
            values.push(value.map_err(|what| wrong(format!("{}.{}", at(), column.name), what))?);
        }
        if let Some((name, _)) = members.into_iter().next() {
            return Err(wrong(format!("{}.{name}", at()), "there is no such column").into());
        }
        read.push(values);
    }
    Ok(table.copied(read))
}

fn read_value(table: &Table, column: &Column, mut value: Value, form: &Form<'_>) -> Result<Stored, String> {
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
        each_text(&mut value, &|text| form.arrive(text));
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
            let sealed = form.sealer.seal(&opened, place(table.name, column.name).as_bytes());
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
            let integer = value.as_i64().ok_or("a whole number is expected")?;
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
    column.check.map_or(Ok(()), |check| check(text))
}

/// No two rows of one key, and no reference into the void.
fn check_keys(tables: &Rows) -> Result<(), Wrong> {
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
                    return Err(wrong(place, format!("there is no such row in {parent}")));
                }
            }
        }
    }
    Ok(())
}

fn unique(table: &Table, rows: &[Vec<Stored>], columns: &[&str]) -> Result<HashSet<Vec<String>>, Wrong> {
    let mut seen = HashSet::with_capacity(rows.len());
    for (number, row) in rows.iter().enumerate() {
        if let Some(key) = values_of(table, row, columns)
            && !seen.insert(key)
        {
            let place = format!("tables.{}[{number}].{}", table.name, columns.join("+"));
            return Err(wrong(place, "an earlier row has the same"));
        }
    }
    Ok(seen)
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
