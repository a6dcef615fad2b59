//! One history of the tables for both databases: plain SQL in `migrations/`, embedded at compile time.
//!
//! A released migration is never edited: its checksum guards it. The texts are written in the common
//! ground of SQLite and PostgreSQL, so none of them is rendered.

use std::{borrow::Cow, ops::Deref};

use sqlx::{
    Acquire, SqlSafeStr,
    migrate::{Migrate, Migration, MigrationType, Migrator},
};

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "realms, clients and users",
        include_str!("../../migrations/0001_realms_clients_and_users.sql"),
    ),
    (
        2,
        "authorization",
        include_str!("../../migrations/0002_authorization.sql"),
    ),
    (3, "tokens", include_str!("../../migrations/0003_tokens.sql")),
    (4, "sessions", include_str!("../../migrations/0004_sessions.sql")),
    (5, "outbox", include_str!("../../migrations/0005_outbox.sql")),
    (
        6,
        "mypatientportal",
        include_str!("../../migrations/0006_mypatientportal.sql"),
    ),
    (7, "control API", include_str!("../../migrations/0007_control_room.sql")),
    (
        8,
        "keys, scopes and claims",
        include_str!("../../migrations/0008_keys_scopes_and_claims.sql"),
    ),
    (9, "webhooks", include_str!("../../migrations/0009_webhooks.sql")),
    (10, "mediquo", include_str!("../../migrations/0010_mediquo.sql")),
    (11, "vsee", include_str!("../../migrations/0011_vsee.sql")),
    (12, "behaviour", include_str!("../../migrations/0012_behaviour.sql")),
];

/// Brings the tables up to date; does nothing where they are.
pub async fn migrate<'a, A>(connection: A) -> super::Result<()>
where
    A: Acquire<'a>,
    <A::Connection as Deref>::Target: Migrate,
{
    let migrations = MIGRATIONS.iter().map(|&(version, description, sql)| {
        Migration::new(
            version,
            Cow::Borrowed(description),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(migrations.collect())
        .run(connection)
        .await
        .map_err(|error| sqlx::Error::Migrate(Box::new(error)))
}
