//! A row of either database, read by column name.

use std::{cell, sync::Arc};

use sqlx::{Row as _, postgres::PgRow};

use super::error::{Error, Result};

/// A row that a statement answered with.
#[derive(Debug)]
pub struct Row(Columns);

#[derive(Debug)]
enum Columns {
    Sqlite {
        /// Shared by all rows of a statement.
        names: Arc<[String]>,
        cells: Vec<Cell>,
        /// Where the next name is looked for first: columns are mostly read in their order.
        next: cell::Cell<usize>,
    },
    Postgres(PgRow),
}

/// What stands in one column of an SQLite row.
#[derive(Debug)]
pub enum Cell {
    Null,
    Integer(i64),
    Text(String),
}

impl From<PgRow> for Row {
    fn from(row: PgRow) -> Self {
        Self(Columns::Postgres(row))
    }
}

impl Row {
    /// `names` and `cells` are in the same order.
    pub(super) fn of_sqlite(names: Arc<[String]>, cells: Vec<Cell>) -> Self {
        Self(Columns::Sqlite {
            names,
            cells,
            next: cell::Cell::new(0),
        })
    }

    pub(super) fn text(&self, column: &str) -> Result<Option<String>> {
        match &self.0 {
            Columns::Sqlite { names, cells, next } => match named(names, cells, next, column)? {
                Cell::Null => Ok(None),
                Cell::Text(text) => Ok(Some(text.clone())),
                Cell::Integer(_) => Err(Error::column(column, "it holds a number, not a text")),
            },
            Columns::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    pub(super) fn integer(&self, column: &str) -> Result<Option<i64>> {
        match &self.0 {
            Columns::Sqlite { names, cells, next } => match named(names, cells, next, column)? {
                Cell::Null => Ok(None),
                Cell::Integer(integer) => Ok(Some(*integer)),
                Cell::Text(_) => Err(Error::column(column, "it holds a text, not a number")),
            },
            Columns::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    /// SQLite keeps 0 and 1.
    pub(super) fn boolean(&self, column: &str) -> Result<Option<bool>> {
        match &self.0 {
            Columns::Sqlite { .. } => Ok(self.integer(column)?.map(|integer| integer != 0)),
            Columns::Postgres(row) => Ok(row.try_get(column)?),
        }
    }
}

fn named<'a>(names: &[String], cells: &'a [Cell], next: &cell::Cell<usize>, column: &str) -> Result<&'a Cell> {
    let (before, after) = names.split_at(next.get().min(names.len()));
    let of_column = |names: &[String]| names.iter().position(|name| name == column);
    let place = of_column(after)
        .map(|place| before.len() + place)
        .or_else(|| of_column(before))
        .ok_or_else(|| Error::column(column, "the statement has no such column"))?;
    next.set(place + 1);
    cells
        .get(place)
        .ok_or_else(|| Error::column(column, "the row has no such column"))
}
