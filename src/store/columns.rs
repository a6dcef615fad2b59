//! How our values stand in columns: a type names the plain type it is kept as, and how it comes back.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    error::{Error, Reason, Result},
    row::Row,
    value::Value,
};
use crate::model::{Behaviour, ClientId, GrantId, RealmId, Resources, Scopes, SessionId, UserId};

/// A plain column type: `text`, `bigint` or `boolean`.
pub trait Plain: Sized {
    fn read(row: &Row, column: &str) -> Result<Option<Self>>;
    fn value(plain: Option<Self>) -> Value;
}

impl Plain for String {
    fn read(row: &Row, column: &str) -> Result<Option<Self>> {
        row.text(column)
    }

    fn value(plain: Option<Self>) -> Value {
        Value::Text(plain)
    }
}

impl Plain for i64 {
    fn read(row: &Row, column: &str) -> Result<Option<Self>> {
        row.integer(column)
    }

    fn value(plain: Option<Self>) -> Value {
        Value::Integer(plain)
    }
}

impl Plain for bool {
    fn read(row: &Row, column: &str) -> Result<Option<Self>> {
        row.boolean(column)
    }

    fn value(plain: Option<Self>) -> Value {
        Value::Boolean(plain)
    }
}

/// A value that stands in one column.
pub trait Column: Sized {
    type Plain: Plain;

    fn to_plain(&self) -> Self::Plain;

    /// # Errors
    /// When the column holds what we would never have written.
    fn from_plain(plain: Self::Plain) -> Result<Self, Reason>;
}

/// As JSON.
impl Column for Resources {
    type Plain = String;

    fn to_plain(&self) -> String {
        serde_json::json!(self).to_string()
    }

    fn from_plain(plain: String) -> Result<Self, Reason> {
        serde_json::from_str(&plain).map_err(|error| Reason::from(error.to_string()))
    }
}

/// A value as a statement's argument; `None` is `null`.
pub trait Bind {
    fn bind(&self) -> Value;
}

impl<T: Column> Bind for T {
    fn bind(&self) -> Value {
        T::Plain::value(Some(self.to_plain()))
    }
}

impl<T: Column> Bind for Option<T> {
    fn bind(&self) -> Value {
        T::Plain::value(self.as_ref().map(Column::to_plain))
    }
}

impl Bind for Option<&str> {
    fn bind(&self) -> Value {
        Value::Text(self.map(str::to_owned))
    }
}

impl Bind for str {
    fn bind(&self) -> Value {
        Value::Text(Some(self.to_owned()))
    }
}

impl Row {
    /// The column's value.
    ///
    /// # Errors
    /// When there is no such column, it is null, or it does not hold a `T`.
    pub fn get<T: Column>(&self, column: &str) -> Result<T> {
        self.optional(column)?
            .ok_or_else(|| Error::column(column, "it is null"))
    }

    /// The column's value, `None` for null.
    pub fn optional<T: Column>(&self, column: &str) -> Result<Option<T>> {
        let plain = T::Plain::read(self, column)?;
        plain
            .map(T::from_plain)
            .transpose()
            .map_err(|reason| Error::column(column, reason))
    }

    /// The value kept as JSON in a text column.
    pub fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        let text: String = self.get(column)?;
        serde_json::from_str(&text).map_err(|reason| Error::column(column, reason))
    }
}

/// A value as the JSON text that [`Row::json`] reads back.
pub fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Error::broken)
}

macro_rules! columns {
    ($($type:ty as $plain:ty: $to:expr, $from:expr;)*) => { $(
        impl Column for $type {
            type Plain = $plain;

            fn to_plain(&self) -> $plain {
                let to: fn(&$type) -> $plain = $to;
                to(self)
            }

            fn from_plain(plain: $plain) -> Result<Self, Reason> {
                let from: fn($plain) -> Result<$type, Reason> = $from;
                from(plain)
            }
        }
    )* };
}

columns! {
    String as String: Clone::clone, Ok;
    i64 as i64: |value| *value, Ok;
    bool as bool: |value| *value, Ok;
    Timestamp as i64: |value| value.as_millisecond(), |plain| Ok(Timestamp::from_millisecond(plain)?);
    RealmId as i64: |value| value.0, |plain| Ok(RealmId(plain));
    ClientId as String: |value| value.0.clone(), |plain| Ok(ClientId(plain));
    UserId as String: |value| value.0.clone(), |plain| Ok(UserId(plain));
    GrantId as String: |value| value.0.clone(), |plain| Ok(GrantId(plain));
    SessionId as String: |value| value.0.clone(), |plain| Ok(SessionId(plain));
    Behaviour as String: |value| value.name().to_owned(), |plain| Behaviour::named(&plain).ok_or_else(|| "no behaviour".into());
    Scopes as String: ToString::to_string, |plain| Ok(plain.parse()?);
}
