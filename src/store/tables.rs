//! Every table that belongs to realms, declared once.
//!
//! Purging, snapshots, restoring and forking are derived from here, so a table that is not declared would silently be left
//! out of them: a test holds the declarations against the database's own catalogue. The column `realm` stands first in every
//! primary key and is not listed. A portal declares its tables in its own room, in the same words.

use std::{fmt::Display, fmt::Write as _, str::FromStr};

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::{Conn, Error, Result, Row, Tx, database::Value, deliveries::RETRY};
use crate::model::{
    Attempt, AuthorizationRequest, Behaviour, Channel, Claims, ClientMetadata, DeliveryKind, DeliveryState, RealmId,
    Scopes, SigningAlgorithm,
};

/// How many values one statement takes at the most, on either database.
const MOST_VALUES: usize = 30_000;
/// How many characters the text by which a row is found has at the most.
const LONGEST_KEY: usize = 255;
/// How many rows one statement writes at the most.
const MOST_ROWS: usize = 500;

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

    pub const fn checked(self, check: Check) -> Self {
        Self {
            check: Some(check),
            ..self
        }
    }
}

/// What a sealed column's values are bound to. It names no realm, so that a copy of a realm can take them as they stand.
pub fn place(table: &str, column: &str) -> String {
    format!("{table}.{column}")
}

/// The tables of the house itself, parents before children. Portals add theirs.
pub const TABLES: &[Table] = &[
    Table::new(
        "clients",
        &["id"],
        &[
            text("id"),
            integer("sequence"),
            text("secret").or_null().hash(),
            json("metadata").with_addresses().of::<ClientMetadata>(),
            instant("created_at"),
            instant("deleted_at").or_null(),
        ],
    )
    .listed_by(&["sequence"]),
    Table::new(
        "users",
        &["id"],
        &[
            text("id"),
            integer("sequence"),
            text("username"),
            text("username_folded"),
            text("password").or_null().hash(),
            text("persona").or_null(),
            json("claims").of::<Claims>(),
            instant("created_at"),
            instant("deleted_at").or_null(),
            text("behaviour")
                .or_null()
                .checked(|text| known(Behaviour::named(text).is_some(), "behaviour")),
        ],
    )
    .listed_by(&["sequence"])
    .unique(&[&["username_folded"]]),
    Table::new(
        "signing_keys",
        &["kid"],
        &[
            text("kid"),
            integer("sequence"),
            text("algorithm").naming::<SigningAlgorithm>(),
            text("private_key").sealed(),
            boolean("signs"),
            instant("created_at"),
        ],
    )
    .listed_by(&["sequence"]),
    Table::new(
        "scopes",
        &["name"],
        &[text("name"), integer("sequence"), json("descriptions"), json("claims")],
    )
    .listed_by(&["sequence"]),
    Table::new(
        "claim_rules",
        &["id"],
        &[
            text("id"),
            integer("sequence"),
            text("client_id").or_null(),
            text("user_id").or_null(),
            text("scope").or_null(),
            json("places"),
            json("claims").with_addresses(),
        ],
    )
    .listed_by(&["sequence"])
    .refers(&[("client_id", "clients"), ("user_id", "users")]),
    Table::new(
        "consents",
        &["user_id", "client_id"],
        &[
            text("user_id"),
            text("client_id"),
            text("scopes").naming::<Scopes>(),
            instant("given_at"),
        ],
    )
    .refers(&[("user_id", "users"), ("client_id", "clients")]),
    Table::new(
        "sessions",
        &["id"],
        &[
            text("id"),
            text("user_id"),
            text("sid"),
            instant("auth_time"),
            json("amr").of::<Vec<String>>(),
            text("user_agent").or_null(),
            instant("expires_at"),
            instant("ended_at").or_null(),
        ],
    )
    .listed_by(&["auth_time"])
    .unique(&[&["sid"]])
    .refers(&[("user_id", "users")]),
    Table::new(
        "authorization_requests",
        &["id"],
        &[
            text("id"),
            text("client_id"),
            json("request").with_addresses().of::<AuthorizationRequest>(),
            text("session_id").or_null(),
            instant("signed_in_at").or_null(),
            text("decision").or_null(),
            instant("created_at"),
            instant("expires_at"),
            instant("finished_at").or_null(),
        ],
    )
    .listed_by(&["created_at"])
    .refers(&[("client_id", "clients")]),
    Table::new(
        "grants",
        &["id"],
        &[
            text("id"),
            text("client_id"),
            text("user_id"),
            text("sid").or_null(),
            text("scopes").naming::<Scopes>(),
            instant("auth_time"),
            json("amr").of::<Vec<String>>(),
            instant("created_at"),
            instant("touched_at"),
            instant("revoked_at").or_null(),
        ],
    )
    .listed_by(&["created_at"])
    .refers(&[("user_id", "users"), ("client_id", "clients")]),
    Table::new(
        "authorization_codes",
        &["digest"],
        &[
            text("digest"),
            text("grant_id"),
            text("client_id"),
            text("redirect_uri").with_addresses(),
            text("nonce").or_null(),
            text("code_challenge").or_null(),
            text("code_challenge_method").or_null(),
            instant("issued_at"),
            instant("expires_at"),
            instant("redeemed_at").or_null(),
        ],
    )
    .listed_by(&["issued_at"]),
    Table::new(
        "access_tokens",
        &["digest"],
        &[
            text("digest"),
            text("grant_id").or_null(),
            text("client_id"),
            text("pair_id"),
            text("scopes").naming::<Scopes>(),
            text("audience").or_null().with_addresses(),
            instant("issued_at"),
            instant("expires_at"),
            instant("revoked_at").or_null(),
        ],
    )
    .listed_by(&["issued_at"]),
    Table::new(
        "refresh_tokens",
        &["digest"],
        &[
            text("digest"),
            text("id"),
            text("grant_id"),
            text("client_id"),
            text("pair_id"),
            text("scopes").naming::<Scopes>(),
            instant("issued_at"),
            instant("expires_at").or_null(),
            instant("used_at").or_null(),
            text("successor_id").or_null(),
            text("successor_digest").or_null(),
            instant("revoked_at").or_null(),
        ],
    )
    .listed_by(&["issued_at"]),
    Table::new(
        "messages",
        &["id"],
        &[
            text("id"),
            integer("sequence"),
            text("channel").checked(|text| {
                known(
                    [Channel::Email, Channel::Sms].iter().any(|one| one.name() == text),
                    "channel",
                )
            }),
            text("recipient"),
            text("subject"),
            text("body"),
            text("html").or_null(),
            text("reason"),
            instant("written_at"),
        ],
    )
    .listed_by(&["sequence"]),
    Table::new(
        "agenda",
        &["id"],
        &[
            text("id"),
            integer("sequence"),
            instant("due_at"),
            text("kind"),
            text("subject"),
            integer("failures"),
        ],
    )
    .listed_by(&["due_at", "sequence"])
    .leaving_behind(&[("kind", RETRY)]),
    Table::new(
        "webhooks",
        &["id"],
        &[
            text("id"),
            integer("sequence"),
            text("event"),
            text("url").with_addresses(),
            text("url_source"),
            json("headers"),
            text("secret_headers").or_null().sealed(),
            text("body"),
            instant("written_at"),
        ],
    )
    .listed_by(&["sequence"]),
    Table::new(
        "deliveries",
        &["id"],
        &[
            text("id"),
            integer("sequence"),
            text("kind").checked(|text| {
                let kinds = [DeliveryKind::OutboxMessage, DeliveryKind::Webhook];
                known(kinds.iter().any(|one| one.name() == text), "kind of delivery")
            }),
            text("destination"),
            // Nothing is sent a second time because a realm was copied.
            text("state")
                .becoming(&[("due", "given_up"), ("waiting", "given_up")])
                .checked(|text| known(DeliveryState::named(text).is_some(), "state of a delivery")),
            json("pauses").checked(pauses),
            integer("tries"),
            integer("attempts"),
            instant("due_at"),
            instant("leased_until").or_null().forgotten(),
            json("history").of::<Vec<Attempt>>(),
        ],
    )
    .listed_by(&["sequence"]),
    Table::new("numbers", &["name"], &[text("name"), integer("value")]),
];

fn known(is_known: bool, what: &str) -> Result<(), String> {
    is_known.then_some(()).ok_or_else(|| format!("there is no such {what}"))
}

/// Milliseconds, none of them back into the past.
fn pauses(text: &str) -> Result<(), String> {
    let pauses: Vec<i64> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let sound = pauses.iter().all(|pause| *pause >= 0);
    sound.then_some(()).ok_or_else(|| "a pause is negative".to_owned())
}

/// All rows of a realm in one table, each with its columns as they are declared; in no order.
pub async fn rows(conn: &mut Conn, realm: RealmId, table: &Table) -> Result<Vec<Vec<Value>>> {
    let sql = format!("select {} from {} where realm = $1", names(table), table.name);
    let rows = conn.fetch_all_built(sql, vec![Value::Integer(Some(realm.0))]).await?;
    rows.iter().map(|row| values(row, table)).collect()
}

fn values(row: &Row, table: &Table) -> Result<Vec<Value>> {
    table
        .columns
        .iter()
        .map(|column| {
            Ok(match column.kind {
                Kind::Text | Kind::Json => Value::Text(row.text(column.name)?),
                Kind::Integer | Kind::Instant => Value::Integer(row.integer(column.name)?),
                Kind::Boolean => Value::Boolean(row.boolean(column.name)?),
            })
        })
        .collect()
}

/// Removes a batch of a realm's rows from one table; how many went.
pub async fn remove_some(tx: &mut Tx, realm: RealmId, table: &Table) -> Result<u64> {
    let (name, key) = (table.name, table.key.join(", "));
    let sql = format!(
        "delete from {name} where realm = $1 and ({key}) in (select {key} from {name} where realm = $1 limit 500)"
    );
    tx.execute_built(sql, vec![Value::Integer(Some(realm.0))]).await
}

/// Holds the row of `root` of that id until the transaction ends, where it was marked as deleted before `then`; whether it was.
///
/// Nobody can bring it back from there on, so what belongs to it may go.
pub async fn hold_marked(tx: &mut Tx, realm: RealmId, root: &str, id: &str, then: Timestamp) -> Result<bool> {
    let sql = format!("update {root} set deleted_at = deleted_at where realm = $1 and id = $2 and deleted_at < $3");
    let mut values = one_of(realm, id);
    values.push(Value::Integer(Some(then.as_millisecond())));
    Ok(tx.execute_built(sql, values).await? == 1)
}

/// Removes the row of `root` of that id, where it is [held](hold_marked) as deleted, with all rows that belong to it.
pub async fn remove_marked(tx: &mut Tx, realm: RealmId, tables: &[&Table], root: &str, id: &str) -> Result<()> {
    for table in tables.iter().rev() {
        remove_of(tx, realm, table, tables, root, id).await?;
    }
    let sql = format!("delete from {root} where realm = $1 and id = $2 and deleted_at is not null");
    tx.execute_built(sql, one_of(realm, id)).await?;
    Ok(())
}

/// Removes the rows of a table that belong to one row of `root`: they refer to it, or to rows that do. Children come first.
pub async fn remove_of(
    tx: &mut Tx,
    realm: RealmId,
    table: &Table,
    tables: &[&Table],
    root: &str,
    id: &str,
) -> Result<u64> {
    let Some(condition) = belonging(table, tables, root) else {
        return Ok(0);
    };
    let sql = format!("delete from {} where realm = $1 and ({condition})", table.name);
    tx.execute_built(sql, one_of(realm, id)).await
}

fn one_of(realm: RealmId, id: &str) -> Vec<Value> {
    vec![Value::Integer(Some(realm.0)), Value::Text(Some(id.to_owned()))]
}

/// The condition under which a row belongs to the row `$2` of `root`; `None` where none ever does.
fn belonging(table: &Table, tables: &[&Table], root: &str) -> Option<String> {
    let ways = table.references.iter().filter_map(|(column, parent)| {
        if *parent == root {
            return Some(format!("{column} = $2"));
        }
        let parent = tables.iter().find(|one| one.name == *parent)?;
        let condition = belonging(parent, tables, root)?;
        let (name, key) = (parent.name, parent.key.join(", "));
        Some(format!(
            "{column} in (select {key} from {name} where realm = $1 and ({condition}))"
        ))
    });
    let ways: Vec<_> = ways.collect();
    (!ways.is_empty()).then(|| ways.join(" or "))
}

fn names(table: &Table) -> String {
    let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
    names.join(", ")
}

/// Writes rows into one table, each with its columns as they are declared, in as few statements as the database takes.
pub async fn insert(tx: &mut Tx, realm: RealmId, table: &Table, rows: &[Vec<Value>]) -> Result<()> {
    let most = (MOST_VALUES / (table.columns.len() + 1)).clamp(1, MOST_ROWS);
    for rows in rows.chunks(most) {
        let mut sql = format!("insert into {} (realm, {}) values ", table.name, names(table));
        let mut values = vec![Value::Integer(Some(realm.0))];
        for (number, row) in rows.iter().enumerate() {
            sql.push_str(if number == 0 { "($1" } else { ", ($1" });
            for value in row {
                values.push(value.clone());
                write!(sql, ", ${}", values.len()).map_err(Error::broken)?;
            }
            sql.push(')');
        }
        tx.execute_built(sql, values).await?;
    }
    Ok(())
}

/// Two realms' issuers: what stands for the one in the other's copy.
#[derive(Clone, Copy, Debug)]
pub struct Moving<'a> {
    pub from: &'a str,
    pub to: &'a str,
    /// What all realms' issuers begin with; that of the root has nothing more.
    pub base: &'a str,
}

/// Copies all rows of a realm in one table to another realm, as [`Table::copied`] has them, without bringing them here. Addresses
/// of the one become the other's.
pub async fn copy(
    tx: &mut Tx,
    from: RealmId,
    to: RealmId,
    table: &Table,
    moving: Moving<'_>,
    realms_path: &str,
) -> Result<()> {
    let Moving {
        from: old,
        to: new,
        base,
    } = moving;
    let mut values = vec![Value::Integer(Some(to.0)), Value::Integer(Some(from.0))];
    let mut bind = |text: String| {
        values.push(Value::Text(Some(text)));
        values.len()
    };
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|column| match column.kind {
            _ if column.forgotten => format!("nullif({name}, {name})", name = column.name),
            _ if !column.becomes.is_empty() => {
                let mut sql = "case".to_owned();
                for (text, other) in column.becomes {
                    let (text, other) = (bind((*text).to_owned()), bind((*other).to_owned()));
                    sql.push_str(&format!(" when {} = ${text} then ${other}", column.name));
                }
                sql + " else " + column.name + " end"
            }
            _ if !column.addresses => column.name.to_owned(),
            // Strings in JSON that begin with the issuer; those of other realms, which the root's issuer begins too, are set aside.
            Kind::Json => {
                let (others, aside) = (bind(format!("\"{base}{realms_path}")), bind("\"\u{1}".to_owned()));
                let mut sql = column.name.to_owned();
                let own_realm = old != base;
                if !own_realm {
                    sql = format!("replace({sql}, ${others}, ${aside})");
                }
                for end in ["/", "\""] {
                    let (before, after) = (bind(format!("\"{old}{end}")), bind(format!("\"{new}{end}")));
                    sql = format!("replace({sql}, ${before}, ${after})");
                }
                if !own_realm {
                    sql = format!("replace({sql}, ${aside}, ${others})");
                }
                sql
            }
            _ => {
                let (before, after) = (bind(format!("{old}/")), bind(format!("{new}/")));
                let others = bind(if old == base {
                    format!("{base}{realms_path}")
                } else {
                    "\u{1}".to_owned()
                });
                let (issuer, its) = (bind(old.to_owned()), bind(new.to_owned()));
                let name = column.name;
                format!(
                    "case when {name} = ${issuer} then ${its}
                      when substr({name}, 1, length(${others})) = ${others} then {name}
                      when substr({name}, 1, length(${before})) = ${before}
                      then ${after} || substr({name}, length(${before}) + 1)
                      else {name} end"
                )
            }
        })
        .collect();
    let left_behind: Vec<_> = table
        .left_behind
        .iter()
        .map(|(column, text)| format!(" and {column} <> ${}", bind((*text).to_owned())))
        .collect();
    let sql = format!(
        "insert into {table} (realm, {names}) select $1, {columns} from {table} where realm = $2{conditions}",
        conditions = left_behind.concat(),
        table = table.name,
        names = names(table),
        columns = columns.join(", "),
    );
    tx.execute_built(sql, values).await.map(drop)
}
