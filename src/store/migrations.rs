//! One history of the tables for both databases: plain SQL in `migrations/`, embedded at compile time.
//!
//! A released migration is never edited: its checksum guards it. The texts are written in the common ground of SQLite
//! and PostgreSQL, but for one comment: `/* SQLite: without rowid */` after a table of small rows makes SQLite keep it
//! in the order of its key, so that a row is found and written in one tree instead of two. A portal brings its own.

use super::{
    database::{Conn, Database, Tx, execute, fetch_all},
    error::{Error, Result},
    settle::settle,
};
use crate::{clock, random};

struct Migration {
    version: i64,
    name: &'static str,
    script: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal,)*) => {
        &[$(Migration {
            version: $version,
            name: $name,
            script: include_str!(concat!("../../migrations/", $name, ".sql")),
        }),*]
    };
}

/// In the order in which they run.
const MIGRATIONS: &[Migration] = migrations![
    1 "0001_core",
    2 "0002_keys_scopes_and_claims",
    3 "0003_outbox_and_agenda",
    4 "0004_mypatientportal",
    5 "0005_mediquo",
    6 "0006_vsee",
];

/// Brings the tables up to date, all or nothing; does nothing where they are.
///
/// # Errors
/// When the database was made by an older or a newer version, or a migration was edited after it ran.
pub async fn migrate(database: &Database) -> Result<()> {
    let mut tx = database.begin().await?;
    let outcome = bring_up_to_date(&mut tx).await;
    settle(tx, outcome).await
}

async fn bring_up_to_date(tx: &mut Tx) -> Result<()> {
    tx.lock_name("migrations").await?;
    check_history(tx).await?;
    let done = done(tx).await?;
    if let Some((version, _)) = done.iter().find(|(version, _)| migration(*version).is_none()) {
        return Err(Error::Broken(format!(
            "it was created by a newer version of this program (migration {version}); use that version or another database"
        )));
    }
    for migration in MIGRATIONS {
        let checksum = random::digest(migration.script);
        match done.iter().find(|(version, _)| *version == migration.version) {
            Some((_, before)) if *before == checksum => {}
            Some(_) => {
                return Err(Error::Broken(format!(
                    "its tables were created by a different version of migrations/{}.sql; use another database",
                    migration.name
                )));
            }
            None => apply(tx, migration, &checksum).await?,
        }
    }
    Ok(())
}

fn migration(version: i64) -> Option<&'static Migration> {
    MIGRATIONS.iter().find(|one| one.version == version)
}

/// Before the first release the tables had another history.
async fn check_history(conn: &mut Conn) -> Result<()> {
    if conn.has_table("_sqlx_migrations").await? {
        return Err(Error::broken(
            "it was created by an older version of this program, and its data cannot be migrated. Move or delete the database \
             (with SQLite the file and those beside it that end in -wal and -shm), or name another; snapshots of that \
             version cannot be restored either",
        ));
    }
    Ok(())
}

/// Version and checksum of each migration that has run.
async fn done(tx: &mut Tx) -> Result<Vec<(i64, String)>> {
    execute!(
        tx,
        "create table if not exists migrations (
            version bigint not null primary key,
            name text not null,
            checksum text not null,
            applied_at bigint not null
         )"
    )?;
    let rows = fetch_all!(tx, "select version, checksum from migrations order by version")?;
    rows.iter()
        .map(|row| Ok((row.get("version")?, row.get("checksum")?)))
        .collect()
}

async fn apply(tx: &mut Tx, migration: &Migration, checksum: &str) -> Result<()> {
    tx.execute_script(migration.script).await?;
    execute!(
        tx,
        "insert into migrations (version, name, checksum, applied_at) values ($1, $2, $3, $4)",
        migration.version,
        *migration.name,
        *checksum,
        clock::system_now(),
    )?;
    Ok(())
}
