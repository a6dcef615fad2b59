//! What is declared of the tables, held against what the database says of itself: a table that is not declared would be
//! left out of purges, snapshots and forks, and nobody would notice.

use std::collections::{BTreeMap, BTreeSet};

use anteroom::{
    portals, realms,
    store::{
        Conn, Database, Row,
        tables::{Kind, Table},
    },
};

use crate::support::keeper::Keeper;

async fn catalogue() -> (Conn, Keeper) {
    let mut keeper = Keeper::hire();
    let database = Database::open(&keeper.database()).await.unwrap();
    (database.read().await.unwrap(), keeper)
}

fn text(row: &Row, column: &str) -> String {
    row.get(column).unwrap()
}

fn is_sqlite(conn: &Conn) -> bool {
    matches!(conn, Conn::Sqlite(_))
}

/// Each table with a column `realm`, and its other columns: type and whether null is allowed.
async fn columns(conn: &mut Conn) -> BTreeMap<String, BTreeMap<String, (String, bool)>> {
    let statement = if is_sqlite(conn) {
        r#"select m.name as "in_table", p.name as "column", lower(p.type) as kind,
                  case when p."notnull" = 0 then 'yes' else 'no' end as nullable
           from sqlite_master m join pragma_table_info(m.name) p where m.type = 'table'"#
    } else {
        r#"select cast(table_name as text) as "in_table", cast(column_name as text) as "column",
                  cast(data_type as text) as kind, lower(cast(is_nullable as text)) as nullable
           from information_schema.columns where table_schema = current_schema()"#
    };
    let mut found: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for row in conn.fetch_all(statement, Vec::new()).await.unwrap() {
        let about = (text(&row, "kind"), text(&row, "nullable") == "yes");
        found
            .entry(text(&row, "in_table"))
            .or_default()
            .insert(text(&row, "column"), about);
    }
    found.retain(|_, columns| columns.remove("realm").is_some());
    found
}

fn declared(table: &Table) -> BTreeMap<String, (String, bool)> {
    let columns = table.columns.iter().map(|column| {
        let kind = match column.kind {
            Kind::Text | Kind::Json => "text",
            Kind::Integer | Kind::Instant => "bigint",
            Kind::Boolean => "boolean",
        };
        (column.name.to_owned(), (kind.to_owned(), column.nullable))
    });
    columns.collect()
}

#[tokio::test]
async fn every_table_of_realms_is_declared_with_every_column() {
    let (mut conn, _keeper) = catalogue().await;

    let tables = realms::tables(portals::ALL);
    let declared: BTreeMap<_, _> = tables
        .iter()
        .map(|table| (table.name.to_owned(), declared(table)))
        .collect();

    assert_eq!(declared.len(), tables.len(), "one is declared twice");
    assert_eq!(declared, columns(&mut conn).await);
}

/// `(table, column, parent)` of all foreign keys but those to the realms' own table.
async fn references(conn: &mut Conn) -> BTreeSet<(String, String, String)> {
    let statement = r#"select m.name as "in_table", f."from" as "column", f."table" as parent
        from sqlite_master m join pragma_foreign_key_list(m.name) f
        where m.type = 'table' and f."from" <> 'realm'"#;
    let rows = conn.fetch_all(statement, Vec::new()).await.unwrap();
    let rows = rows.iter();
    rows.map(|row| (text(row, "in_table"), text(row, "column"), text(row, "parent")))
        .collect()
}

/// The columns of every unique index of realms' tables, `realm` left out; `pk` or not.
async fn unique(conn: &mut Conn) -> BTreeSet<(String, BTreeSet<String>, bool)> {
    let statement = r#"select m.name as "in_table", l.name as "index_name", i.name as "column", l.origin as origin
        from sqlite_master m join pragma_index_list(m.name) l join pragma_index_info(l.name) i
        where m.type = 'table' and l."unique" = 1"#;
    let mut found: BTreeMap<(String, String, bool), BTreeSet<String>> = BTreeMap::new();
    for row in conn.fetch_all(statement, Vec::new()).await.unwrap() {
        let index = (
            text(&row, "in_table"),
            text(&row, "index_name"),
            text(&row, "origin") == "pk",
        );
        found.entry(index).or_default().insert(text(&row, "column"));
    }
    let found = found
        .into_iter()
        .filter_map(|((table, _, primary), mut columns)| columns.remove("realm").then_some((table, columns, primary)));
    found.collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// SQLite tells all of it in a few words, and both databases run the same migrations.
#[tokio::test]
async fn keys_and_references_are_declared_as_they_are() {
    let (mut conn, _keeper) = catalogue().await;
    if !is_sqlite(&conn) {
        return;
    }
    let tables = realms::tables(portals::ALL);
    let declared_references = tables.iter().flat_map(|table| {
        let references = table.references.iter();
        references.map(|(column, parent)| (table.name.to_owned(), (*column).to_owned(), (*parent).to_owned()))
    });
    let declared_keys = tables.iter().flat_map(|table| {
        let unique = table
            .unique
            .iter()
            .map(|columns| (table.name.to_owned(), set(columns), false));
        unique.chain([(table.name.to_owned(), set(table.key), true)])
    });

    assert_eq!(
        declared_references.collect::<BTreeSet<_>>(),
        references(&mut conn).await
    );
    assert_eq!(declared_keys.collect::<BTreeSet<_>>(), unique(&mut conn).await);
}

#[test]
fn every_table_comes_after_those_it_refers_to() {
    let tables = realms::tables(portals::ALL);
    for (place, table) in tables.iter().enumerate() {
        for (column, parent) in table.references {
            let parent = tables[..place].iter().find(|one| one.name == *parent);
            let parent = parent.unwrap_or_else(|| panic!("{}.{column} refers to what comes later", table.name));
            assert_eq!(parent.key.len(), 1, "{}.{column}", table.name);
            assert!(table.position(column).is_some(), "{}.{column}", table.name);
        }
        for column in table
            .key
            .iter()
            .chain(table.order)
            .chain(table.unique.iter().copied().flatten())
        {
            assert!(table.position(column).is_some(), "{}.{column}", table.name);
        }
    }
}
