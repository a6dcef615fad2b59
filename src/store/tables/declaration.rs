//! The words in which a table of realms is declared.

use std::{fmt::Display, str::FromStr};

use jiff::SignedDuration;
use serde::de::DeserializeOwned;

use crate::store::database::Value;

/// How long an expired row stays: a day.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// The largest whole number where a column names none.
const MOST: i64 = i32::MAX as i64;
/// How many characters a text has at most by which a row is found.
const LONGEST_KEY: usize = 255;

/// A table of realms' rows.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [Column],
    /// The primary key, without `realm`.
    pub key: &'static [&'static str],
    /// What its rows are listed by, before the key.
    pub order: &'static [&'static str],
    /// What else no two rows of a realm have in common.
    pub unique: &'static [&'static [&'static str]],
    /// Columns that hold the key of a row of another table.
    pub references: &'static [(&'static str, &'static str)],
    /// When a row expires, as SQL of its columns: some time later it is removed. Null: never.
    pub expires: Option<&'static str>,
    /// How long an expired row stays, so that whoever comes late is told that it expired.
    pub kept: SignedDuration,
    /// `(column, text)`: rows in which the column holds the text are in no copy of the realm.
    pub left_behind: &'static [(&'static str, &'static str)],
}

#[derive(Debug)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    pub nullable: bool,
    /// Sealed for [`place`]: opened where it leaves the database, sealed anew where it enters another.
    pub sealed: bool,
    /// May hold addresses of the realm itself, which differ in a copy of it.
    pub addresses: bool,
    /// `(text, other)`: the one text becomes the other in a copy of the realm.
    pub becomes: &'static [(&'static str, &'static str)],
    /// A password or secret hashed, as a PHC string.
    pub hash: bool,
    /// Null in a copy of the realm.
    pub forgotten: bool,
    /// Whether a text, or what JSON stands in it, is one that can be read back.
    pub check: Option<Check>,
    /// The largest whole number; the smallest is 0.
    pub most: i64,
    /// Its JSON may hold templates of claims, which are checked like those of claim rules.
    pub templates: bool,
}

/// Says what is wrong with a text, if anything is.
pub type Check = fn(&str) -> Result<(), String>;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Integer,
    Boolean,
    /// JSON in a text column.
    Json,
    /// Milliseconds since 1970 in an integer column.
    Instant,
}

impl Table {
    pub const fn new(name: &'static str, key: &'static [&'static str], columns: &'static [Column]) -> Self {
        Self {
            name,
            columns,
            key,
            order: &[],
            unique: &[],
            references: &[],
            expires: None,
            kept: KEPT,
            left_behind: &[],
        }
    }

    pub const fn listed_by(self, order: &'static [&'static str]) -> Self {
        Self { order, ..self }
    }

    pub const fn unique(self, unique: &'static [&'static [&'static str]]) -> Self {
        Self { unique, ..self }
    }

    /// `(column, table)`: the column holds the key of a row of that table, or null.
    pub const fn refers(self, references: &'static [(&'static str, &'static str)]) -> Self {
        Self { references, ..self }
    }

    /// Rows are removed some time after this instant, which is SQL of their columns.
    pub const fn expires_by(self, instant: &'static str) -> Self {
        Self {
            expires: Some(instant),
            ..self
        }
    }

    /// How long an expired row stays, where it is not a [day](KEPT).
    pub const fn kept_for(self, kept: SignedDuration) -> Self {
        Self { kept, ..self }
    }

    pub const fn leaving_behind(self, left_behind: &'static [(&'static str, &'static str)]) -> Self {
        Self { left_behind, ..self }
    }

    /// The rows as they are in a copy of the realm: in a fork, and in a snapshot.
    pub fn copied(&self, mut rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
        let is = |value: &Value, text: &str| matches!(value, Value::Text(Some(one)) if one == text);
        rows.retain(|row| {
            let stays = |(column, text): &(&str, &str)| self.position(column).is_some_and(|at| is(&row[at], text));
            !self.left_behind.iter().any(stays)
        });
        for row in &mut rows {
            for (column, value) in self.columns.iter().zip(row) {
                if column.forgotten {
                    *value = Value::Integer(None);
                } else if let Some((_, other)) = column.becomes.iter().find(|(text, _)| is(value, text)) {
                    *value = Value::Text(Some((*other).to_owned()));
                }
            }
        }
        rows
    }

    /// How many characters a text may have at the most: databases bound what an index holds.
    pub fn longest(&self, column: &str) -> Option<usize> {
        let refers = self.references.iter().any(|(one, _)| *one == column);
        if refers || self.key.contains(&column) {
            Some(LONGEST_KEY)
        } else if self.unique.iter().any(|columns| columns.contains(&column)) {
            Some(2 * LONGEST_KEY) // a folded name may be longer than the name
        } else {
            None
        }
    }

    /// The columns' names, separated by commas.
    pub fn names(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|column| column.name).collect();
        names.join(", ")
    }

    /// Where a column stands among the others.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|one| one.name == column)
    }
}

macro_rules! kinds {
    ($($function:ident $kind:ident;)*) => { $(
        pub const fn $function(name: &'static str) -> Column {
            Column {
                name,
                kind: Kind::$kind,
                nullable: false,
                sealed: false,
                addresses: false,
                becomes: &[],
                hash: false,
                forgotten: false,
                check: None,
                most: MOST,
                templates: false,
            }
        }
    )* };
}

kinds! {
    text Text;
    integer Integer;
    boolean Boolean;
    json Json;
    instant Instant;
}

impl Column {
    pub const fn or_null(self) -> Self {
        Self { nullable: true, ..self }
    }

    pub const fn sealed(self) -> Self {
        Self { sealed: true, ..self }
    }

    pub const fn with_addresses(self) -> Self {
        Self {
            addresses: true,
            ..self
        }
    }

    pub const fn becoming(self, becomes: &'static [(&'static str, &'static str)]) -> Self {
        Self { becomes, ..self }
    }

    pub const fn hash(self) -> Self {
        Self { hash: true, ..self }
    }

    /// For numbers and instants that may be null.
    pub const fn forgotten(self) -> Self {
        Self {
            forgotten: true,
            ..self
        }
    }

    /// JSON that is read back as a `T`.
    pub const fn of<T: DeserializeOwned>(self) -> Self {
        self.checked(|text| {
            serde_json::from_str::<T>(text)
                .map(drop)
                .map_err(|error| error.to_string())
        })
    }

    /// Text that is read back as a `T`.
    pub const fn naming<T: FromStr<Err: Display>>(self) -> Self {
        self.checked(|text| text.parse::<T>().map(drop).map_err(|error| error.to_string()))
    }

    /// A whole number from 0 to `most`.
    pub const fn up_to(self, most: i64) -> Self {
        Self { most, ..self }
    }

    pub const fn with_templates(self) -> Self {
        Self {
            templates: true,
            ..self
        }
    }

    pub const fn checked(self, check: Check) -> Self {
        Self {
            check: Some(check),
            ..self
        }
    }
}

/// What a sealed column's values are bound to. It names no realm, so that a copy of a realm can take them as they
/// stand.
pub fn place(table: &str, column: &str) -> String {
    format!("{table}.{column}")
}

/// For checks of columns that hold one of a few words; `what` is what the words are called.
///
/// # Errors
/// When the word is unknown.
pub fn known(is_known: bool, what: &str) -> Result<(), String> {
    is_known.then_some(()).ok_or_else(|| format!("there is no such {what}"))
}
