//! Columns that hold one of a few words.

use crate::store::{Error, Result, Row};

/// A column with one of a few words, which `of` reads.
pub fn word<T>(row: &Row, column: &str, of: impl Fn(&str) -> Option<T>) -> Result<T> {
    let text: String = row.get(column)?;
    of(&text).ok_or_else(|| Error::column(column, &text))
}
