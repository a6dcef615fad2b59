//! How a statement of ours is written: one SQL text with `$1`, `$2`, … and its values in order.

/// A statement's arguments in order.
macro_rules! values {
    () => {
        Vec::new()
    };
    ($($value:expr),+) => {{
        use $crate::store::columns::Bind as _;
        vec![$(($value).bind()),+]
    }};
}

/// Runs a statement that writes: `execute!(tx, "update …", realm, now)` → how many rows it changed.
macro_rules! execute {
    ($conn:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $conn.execute($sql, $crate::store::statement::values!($($value),*)).await
    };
}

/// Runs a statement that answers with one row at the most: `Option<Row>`.
macro_rules! fetch_optional {
    ($conn:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $conn.fetch_optional($sql, $crate::store::statement::values!($($value),*)).await
    };
}

/// Runs a statement that always answers with one row: `Row`.
macro_rules! fetch_one {
    ($conn:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $conn
            .fetch_optional($sql, $crate::store::statement::values!($($value),*))
            .await
            .and_then(|row| row.ok_or_else($crate::store::Error::missing_row))
    };
}

/// Runs a statement that answers with a list: `Vec<Row>`.
macro_rules! fetch_all {
    ($conn:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $conn.fetch_all($sql, $crate::store::statement::values!($($value),*)).await
    };
}

pub(crate) use execute;
pub(crate) use fetch_all;
pub(crate) use fetch_one;
pub(crate) use fetch_optional;
pub(crate) use values;
