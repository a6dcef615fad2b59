//! How our values stand in columns: a type names the plain type it is kept as, and how it comes back.

use super::{Error, Result};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use super::database::{Row, Value};
use crate::model::{Behaviour, ClientId, GrantId, RealmId, Scopes, SessionId, UserId};

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
    fn from_plain(plain: Self::Plain) -> Result<Self, sqlx::error::BoxDynError>;
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
        self.optional(column)?.ok_or_else(|| Error::ColumnDecode {
            index: column.to_owned(),
            source: "unexpected null".into(),
        })
    }

    /// The column's value, `None` for null.
    pub fn optional<T: Column>(&self, column: &str) -> Result<Option<T>> {
        let decode = |source| Error::ColumnDecode {
            index: column.to_owned(),
            source,
        };
        T::Plain::read(self, column)?
            .map(T::from_plain)
            .transpose()
            .map_err(decode)
    }

    /// The value kept as JSON in a text column.
    pub fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        let text: String = self.get(column)?;
        serde_json::from_str(&text).map_err(|source| Error::ColumnDecode {
            index: column.to_owned(),
            source: source.into(),
        })
    }
}

/// A value as the JSON text that [`Row::json`] reads back.
pub fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Encode(error.into()))
}

macro_rules! columns {
    ($($type:ty as $plain:ty: $to:expr, $from:expr;)*) => { $(
        impl Column for $type {
            type Plain = $plain;

            fn to_plain(&self) -> $plain {
                let to: fn(&$type) -> $plain = $to;
                to(self)
            }

            fn from_plain(plain: $plain) -> Result<Self, sqlx::error::BoxDynError> {
                let from: fn($plain) -> Result<$type, sqlx::error::BoxDynError> = $from;
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
