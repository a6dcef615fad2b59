//! Copying rows of a declared table from one realm to another, inside the database.

use super::declaration::{Column, Kind, Table};
use crate::{
    model::RealmId,
    store::{Result, Tx, database::Value},
};

/// Two realms' issuers: what stands for the one in the other's copy.
#[derive(Clone, Copy, Debug)]
pub struct Moving<'a> {
    pub from: &'a str,
    pub to: &'a str,
    /// What all realms' issuers begin with; that of the default realm has nothing more.
    pub base: &'a str,
    /// What follows `base` in the issuers of all other realms.
    pub realms_path: &'a str,
}

/// Copies all rows of a realm in one table to another realm, as [`Table::copied`] has them, without bringing them here.
/// Addresses of the one become the other's.
pub async fn copy(tx: &mut Tx, from: RealmId, to: RealmId, table: &Table, moving: Moving<'_>) -> Result<()> {
    let mut values = Values(vec![Value::Integer(Some(to.0)), Value::Integer(Some(from.0))]);
    let columns = table
        .columns
        .iter()
        .map(|column| copied_column(column, moving, &mut values));
    let columns: Vec<_> = columns.collect();
    let left_behind = table.left_behind.iter();
    let conditions = left_behind.map(|(column, text)| format!(" and {column} <> {}", values.bind((*text).to_owned())));
    let conditions: String = conditions.collect();
    let sql = format!(
        "insert into {table} (realm, {names}) select $1, {columns} from {table} where realm = $2{conditions}",
        table = table.name,
        names = table.names(),
        columns = columns.join(", "),
    );
    tx.execute_built(sql, values.0).await.map(drop)
}

/// The values of a statement.
struct Values(Vec<Value>);

impl Values {
    /// The placeholder of one more value.
    fn bind(&mut self, text: String) -> String {
        self.0.push(Value::Text(Some(text)));
        format!("${}", self.0.len())
    }
}

/// The SQL expression of a column in the copy.
fn copied_column(column: &Column, moving: Moving<'_>, values: &mut Values) -> String {
    let name = column.name;
    if column.forgotten {
        return format!("nullif({name}, {name})");
    }
    if !column.becomes.is_empty() {
        let cases = column.becomes.iter().map(|(text, other)| {
            let (text, other) = (values.bind((*text).to_owned()), values.bind((*other).to_owned()));
            format!(" when {name} = {text} then {other}")
        });
        return format!("case{} else {name} end", cases.collect::<String>());
    }
    match column.kind {
        _ if !column.addresses => name.to_owned(),
        Kind::Json => moved_json(name, moving, values),
        _ => moved_text(name, moving, values),
    }
}

/// Strings in JSON that begin with the issuer; those of other realms, which the default realm's issuer begins too, are
/// set aside.
fn moved_json(name: &str, moving: Moving<'_>, values: &mut Values) -> String {
    let Moving {
        from,
        to,
        base,
        realms_path,
    } = moving;
    let (others, aside) = (
        values.bind(format!("\"{base}{realms_path}")),
        values.bind("\"\u{1}".to_owned()),
    );
    let mut sql = name.to_owned();
    let own_realm = from != base;
    if !own_realm {
        sql = format!("replace({sql}, {others}, {aside})");
    }
    for end in ["/", "\""] {
        let (before, after) = (
            values.bind(format!("\"{from}{end}")),
            values.bind(format!("\"{to}{end}")),
        );
        sql = format!("replace({sql}, {before}, {after})");
    }
    if !own_realm {
        sql = format!("replace({sql}, {aside}, {others})");
    }
    sql
}

/// A text that is the issuer or begins with it, followed by `/`.
fn moved_text(name: &str, moving: Moving<'_>, values: &mut Values) -> String {
    let Moving {
        from,
        to,
        base,
        realms_path,
    } = moving;
    let (before, after) = (values.bind(format!("{from}/")), values.bind(format!("{to}/")));
    let others = values.bind(if from == base {
        format!("{base}{realms_path}")
    } else {
        "\u{1}".to_owned()
    });
    let (issuer, its) = (values.bind(from.to_owned()), values.bind(to.to_owned()));
    format!(
        "case when {name} = {issuer} then {its}
          when substr({name}, 1, length({others})) = {others} then {name}
          when substr({name}, 1, length({before})) = {before}
          then {after} || substr({name}, length({before}) + 1)
          else {name} end"
    )
}
