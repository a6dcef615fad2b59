//! Which database: an embedded SQLite file, a private temporary one, or PostgreSQL.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use serde::Deserialize;
use url::Url;

/// The value of `--database`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum DatabaseUrl {
    /// `sqlite:FILE`, relative to the working directory; made when it is not there.
    SqliteFile(PathBuf),
    /// `sqlite::memory:`: a private temporary file, deleted when the process ends.
    SqlitePrivate,
    /// `postgres://user:password@host/database`.
    Postgres(Url),
}

impl DatabaseUrl {
    /// Where the sealing key is kept when no `--secret-key-file` is given: beside an SQLite file, in the working
    /// directory for PostgreSQL; nowhere for a database that dies with the process.
    pub fn sealing_key_beside(&self) -> Option<PathBuf> {
        match self {
            Self::SqliteFile(path) => {
                let mut name = path.file_name().unwrap_or_default().to_owned();
                name.push(".key");
                Some(path.with_file_name(name))
            }
            Self::SqlitePrivate => None,
            Self::Postgres(_) => Some(Path::new("anteroom.key").to_owned()),
        }
    }
}

impl DatabaseUrl {
    /// The address as drivers read it, password included: not for showing.
    pub fn to_address(&self) -> String {
        match self {
            Self::SqliteFile(path) => format!("sqlite:{}", path.display()),
            Self::SqlitePrivate => "sqlite::memory:".to_owned(),
            Self::Postgres(url) => url.to_string(),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        if text == "sqlite::memory:" {
            return Ok(Self::SqlitePrivate);
        }
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return check_path(path).map(|()| Self::SqliteFile(path.into()));
        }
        let url = Url::parse(text).map_err(|_| DatabaseUrlError::Unknown)?;
        match url.scheme() {
            "postgres" | "postgresql" => Ok(Self::Postgres(url)),
            _ => Err(DatabaseUrlError::Unknown),
        }
    }
}

fn check_path(path: &str) -> Result<(), DatabaseUrlError> {
    if path.is_empty() || path.ends_with('/') {
        return Err(DatabaseUrlError::NoFile);
    }
    if path.contains(['?', '#']) || path.contains(":memory:") {
        return Err(DatabaseUrlError::Options);
    }
    Ok(())
}

impl TryFrom<String> for DatabaseUrl {
    type Error = DatabaseUrlError;

    fn try_from(text: String) -> Result<Self, DatabaseUrlError> {
        text.parse()
    }
}

/// As it was written, except for the password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SqliteFile(path) => write!(f, "sqlite:{}", path.display()),
            Self::SqlitePrivate => f.write_str("sqlite::memory:"),
            Self::Postgres(url) => {
                let user = if url.username().is_empty() {
                    String::new()
                } else {
                    format!("{}@", url.username())
                };
                let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                write!(
                    f,
                    "postgres://{user}{}{port}{}",
                    url.host_str().unwrap_or_default(),
                    url.path()
                )
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

/// Why a text names no database. It is not shown, since it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlError {
    #[error(
        "unsupported database URL: expected sqlite:FILE, sqlite::memory: or postgres://user:password@host/database"
    )]
    Unknown,
    #[error("the file name is missing, as in sqlite:anteroom.db")]
    NoFile,
    #[error("options after the file name are not supported; a database in memory is written sqlite::memory:")]
    Options,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_takes_relative_and_absolute_paths() {
        for (text, path) in [
            ("sqlite:anteroom.db", "anteroom.db"),
            ("sqlite:data/anteroom.db", "data/anteroom.db"),
            ("sqlite:/var/lib/anteroom.db", "/var/lib/anteroom.db"),
            ("sqlite:///var/lib/anteroom.db", "/var/lib/anteroom.db"),
            ("sqlite://anteroom.db", "anteroom.db"),
        ] {
            assert_eq!(text.parse(), Ok(DatabaseUrl::SqliteFile(path.into())), "{text}");
        }
        assert_eq!("sqlite::memory:".parse(), Ok(DatabaseUrl::SqlitePrivate));
    }

    #[test]
    fn a_printed_database_url_keeps_its_password_to_itself() {
        for text in [
            "postgres://anne:hunter2@db.test:5433/anteroom?password=hunter2",
            "postgresql://anne:hunter2@db.test/x",
        ] {
            let database: DatabaseUrl = text.parse().unwrap();
            let printed = format!("{database} {database:?}");
            assert!(!printed.contains("hunter2"), "{printed}");
            assert!(printed.contains("anne@db.test"), "{printed}");
        }
    }

    #[test]
    fn other_databases_and_unnamed_files_are_refused() {
        for text in [
            "",
            "anteroom.db",
            "mysql://localhost/x",
            "file:anteroom.db",
            "SQLITE:x",
            "postgres",
        ] {
            assert_eq!(text.parse::<DatabaseUrl>(), Err(DatabaseUrlError::Unknown), "{text}");
        }
        for text in ["sqlite:", "sqlite://", "sqlite:data/"] {
            assert_eq!(text.parse::<DatabaseUrl>(), Err(DatabaseUrlError::NoFile), "{text}");
        }
        for text in ["sqlite:x.db?mode=ro", "sqlite://:memory:", "sqlite:file#1"] {
            assert_eq!(text.parse::<DatabaseUrl>(), Err(DatabaseUrlError::Options), "{text}");
        }
    }

    #[test]
    fn the_sealing_key_lies_beside_the_database() {
        let beside = |text: &str| text.parse::<DatabaseUrl>().unwrap().sealing_key_beside();

        assert_eq!(beside("sqlite:data/anteroom.db"), Some("data/anteroom.db.key".into()));
        assert_eq!(beside("sqlite::memory:"), None);
        assert_eq!(beside("postgres://localhost/anteroom"), Some("anteroom.key".into()));
    }
}
