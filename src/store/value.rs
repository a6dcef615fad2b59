//! A value that a statement is given.

/// A value on its way into a statement.
#[derive(Clone, Debug)]
pub enum Value {
    Text(Option<String>),
    Integer(Option<i64>),
    Boolean(Option<bool>),
}
