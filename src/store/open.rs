//! How a database is opened.

use super::{
    database::{Database, Engine},
    error::{Error, Result},
    migrations::migrate,
    postgres::Postgres,
    sqlite::Sqlite,
};

impl Database {
    /// Opens `sqlite:PATH`, `sqlite::memory:` (a private temporary file) or `postgres://…` and brings its tables up to
    /// date.
    ///
    /// # Errors
    /// When the address cannot be read, the database not reached, or a migration not applied.
    pub async fn open(url: &str) -> Result<Self> {
        let engine = if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Engine::Postgres(Postgres::open(url).await?)
        } else if url == "sqlite::memory:" {
            Engine::Sqlite(Sqlite::open_private()?)
        } else if let Some(path) = url.strip_prefix("sqlite:") {
            Engine::Sqlite(Sqlite::open(path.as_ref())?)
        } else {
            return Err(Error::broken(
                "the database URL begins neither with sqlite: nor with postgres:",
            ));
        };
        let database = Self(engine);
        database.long(migrate(&database)).await?;
        Ok(database)
    }
}
