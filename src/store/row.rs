//! A row of either database, read by column name.

use std::sync::Arc;

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
        Self(Columns::Sqlite { names, cells })
    }

    pub(super) fn text(&self, column: &str) -> Result<Option<String>> {
        match &self.0 {
            Columns::Sqlite { names, cells } => match cell(names, cells, column)? {
                Cell::Null => Ok(None),
                Cell::Text(text) => Ok(Some(text.clone())),
                Cell::Integer(_) => Err(Error::column(column, "it holds a number, not a text")),
            },
            Columns::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    pub(super) fn integer(&self, column: &str) -> Result<Option<i64>> {
        match &self.0 {
            Columns::Sqlite { names, cells } => match cell(names, cells, column)? {
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

fn cell<'a>(names: &[String], cells: &'a [Cell], column: &str) -> Result<&'a Cell> {
    let place = names.iter().position(|name| name == column);
    place
        .and_then(|place| cells.get(place))
        .ok_or_else(|| Error::column(column, "the statement has no such column"))
}
