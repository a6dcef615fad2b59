//! The settings: defaults, file, environment and flags, in that order; the later one wins.
//!
//! A *layer* is a [`Settings`]: everything optional. Layers are laid over one another and then resolved, once, into a
//! [`Config`], where everything is present and the rules between settings hold. `default.toml` is the lowest layer and
//! at the same time the reference; a test fails while a setting is missing there. Types that can be wrong alone (an
//! issuer with a path) refuse while they are read, so that an error points at the line in the file or at the flag.

pub mod database;
pub mod issuer;
pub mod limits;
pub mod listen;
pub mod log;
pub mod smtp;

use std::{
    convert::Infallible,
    fmt, fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use serde::Deserialize;

pub use database::DatabaseUrl;
pub use issuer::{HostName, Issuer};
pub use limits::Limits;
pub use listen::{Listen, Network};
pub use log::{Log, LogFilter, LogFormat};
pub use smtp::{Sender, Smtp, SmtpUrl};

/// The lowest layer, and the reference that `anteroom config default` prints.
pub const DEFAULTS: &str = include_str!("default.toml");

/// Declares a section: every setting optional, unknown ones refused, and how one layer lies over another.
macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($(#[$meaning:meta])* $setting:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $($(#[$meaning])* pub $setting: Option<$type>,)*
        }

        impl $name {
            /// This layer, and `lower` where it says nothing.
            fn over(self, lower: Self) -> Self {
                Self { $($setting: self.$setting.or(lower.$setting),)* }
            }

            #[cfg(test)]
            const SETTINGS: &[&str] = &[$(stringify!($setting)),*];
        }
    };
}

section! {
    /// Where the server is found, and what it begins with.
    ServerSettings {
        listen: Vec<Listen>,
        issuer: Issuer,
        allowed_hosts: Vec<HostName>,
        trusted_proxies: Vec<Network>,
        seed: SeedSource,
    }
}

section! {
    /// Where everything is kept.
    DatabaseSettings {
        url: DatabaseUrl,
        secret_key_file: PathBuf,
    }
}

section! {
    /// The server's certificate; both or none.
    TlsSettings {
        certificate: PathBuf,
        key: PathBuf,
    }
}

section! {
    /// Fetching what others name: JWK sets, request objects, webhooks.
    FetchSettings {
        trust_ca: Vec<PathBuf>,
        allow_private: bool,
    }
}

section! {
    /// Where messages are handed in.
    SmtpSettings {
        url: SmtpUrl,
        from: Sender,
        password_file: PathBuf,
    }
}

section! {
    /// What protects the server itself.
    LimitSettings {
        max_header_bytes: usize,
        max_body_bytes: usize,
        max_snapshot_bytes: usize,
        max_connections: usize,
        first_byte_timeout: jiff::SignedDuration,
        header_timeout: jiff::SignedDuration,
        send_timeout: jiff::SignedDuration,
        request_timeout: jiff::SignedDuration,
        drain_timeout: jiff::SignedDuration,
    }
}

section! {
    /// What is recorded of what passes.
    JournalSettings {
        enabled: bool,
    }
}

section! {
    /// What goes to standard error.
    LogSettings {
        filter: LogFilter,
        format: LogFormat,
    }
}

/// One layer of settings: a file, or what environment and flags say.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub server: ServerSettings,
    pub database: DatabaseSettings,
    pub tls: TlsSettings,
    pub fetch: FetchSettings,
    pub smtp: SmtpSettings,
    pub limits: LimitSettings,
    pub journal: JournalSettings,
    pub log: LogSettings,
}

impl Settings {
    /// Reads a layer from TOML; `name` is what an error calls it.
    pub fn parse(text: &str, name: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| ConfigError::Unreadable {
            name: name.to_owned(),
            reason: error.to_string().trim_end().to_owned(),
        })
    }

    /// This layer, and `lower` where it says nothing.
    pub fn over(self, lower: Self) -> Self {
        Self {
            server: self.server.over(lower.server),
            database: self.database.over(lower.database),
            tls: self.tls.over(lower.tls),
            fetch: self.fetch.over(lower.fetch),
            smtp: self.smtp.over(lower.smtp),
            limits: self.limits.over(lower.limits),
            journal: self.journal.over(lower.journal),
            log: self.log.over(lower.log),
        }
    }
}

/// The settings a server runs with: all present, all in agreement.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where to listen; at least one.
    pub listen: Vec<Listen>,
    /// As given; without it the listener's port makes one, see [`Config::issuer_on`].
    pub issuer: Option<Issuer>,
    pub allowed_hosts: Vec<HostName>,
    pub trusted_proxies: Vec<Network>,
    pub seed: SeedSource,
    pub database: DatabaseUrl,
    pub secret_key_file: Option<PathBuf>,
    pub tls: Option<TlsFiles>,
    pub trust_ca: Vec<PathBuf>,
    pub allow_private_fetch: bool,
    pub smtp: Option<Smtp>,
    pub limits: Limits,
    /// Whether exchanges are recorded.
    pub journal: bool,
    pub log: Log,
}

/// The server's certificate chain and private key, PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Config {
    /// Lays `upper` (environment and flags) over the file, if there is one, over the defaults, and resolves the result.
    pub fn load(file: Option<&Path>, upper: Settings) -> Result<Self, ConfigError> {
        let defaults = Settings::parse(DEFAULTS, "default.toml")?;
        let file = match file {
            None => Settings::default(),
            Some(path) => {
                let name = path.display().to_string();
                let text = fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
                    name: name.clone(),
                    reason: error.to_string(),
                })?;
                Settings::parse(&text, &name)?
            }
        };
        Self::resolve(upper.over(file).over(defaults))
    }

    /// The rules between settings; `settings` has the defaults below it.
    fn resolve(settings: Settings) -> Result<Self, ConfigError> {
        let Settings {
            server,
            database,
            tls,
            fetch,
            smtp,
            limits,
            journal,
            log,
        } = settings;
        Ok(Self {
            listen: some_address(present(server.listen, "server.listen")?)?,
            issuer: server.issuer,
            allowed_hosts: present(server.allowed_hosts, "server.allowed_hosts")?,
            trusted_proxies: present(server.trusted_proxies, "server.trusted_proxies")?,
            seed: present(server.seed, "server.seed")?,
            database: present(database.url, "database.url")?,
            secret_key_file: database.secret_key_file,
            tls: TlsFiles::resolve(tls)?,
            trust_ca: present(fetch.trust_ca, "fetch.trust_ca")?,
            allow_private_fetch: present(fetch.allow_private, "fetch.allow_private")?,
            smtp: Smtp::resolve(smtp)?,
            limits: Limits::resolve(limits)?,
            journal: present(journal.enabled, "journal.enabled")?,
            log: Log {
                filter: present(log.filter, "log.filter")?,
                format: present(log.format, "log.format")?,
            },
        })
    }

    /// The issuer, once it is known which port is listened on: as configured, else `localhost` and that port.
    pub fn issuer_on(&self, port: u16) -> Issuer {
        self.issuer
            .clone()
            .unwrap_or_else(|| Issuer::localhost(self.tls.is_some(), port))
    }
}

impl TlsFiles {
    fn resolve(settings: TlsSettings) -> Result<Option<Self>, ConfigError> {
        match (settings.certificate, settings.key) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some(Self { certificate, key })),
            (Some(_), None) => Err(ConfigError::HalfATlsPair {
                given: "certificate",
                missing: "key",
                flag: "--tls-key",
            }),
            (None, Some(_)) => Err(ConfigError::HalfATlsPair {
                given: "key",
                missing: "certificate",
                flag: "--tls-cert",
            }),
        }
    }
}

/// What an empty database is filled with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum SeedSource {
    /// Clients, personas and a practice to try everything with.
    Demo,
    /// The fixture of the portal's walkthrough: its policy, its clock, its ids.
    Walkthrough,
    /// Nothing at all.
    None,
    /// A seed file in TOML. A file called `demo` is written `./demo`.
    File(PathBuf),
}

impl From<String> for SeedSource {
    fn from(text: String) -> Self {
        match text.as_str() {
            "demo" => Self::Demo,
            "walkthrough" => Self::Walkthrough,
            "none" => Self::None,
            _ => Self::File(text.into()),
        }
    }
}

impl FromStr for SeedSource {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.to_owned().into())
    }
}

impl fmt::Display for SeedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Demo => f.write_str("demo"),
            Self::Walkthrough => f.write_str("walkthrough"),
            Self::None => f.write_str("none"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// Why the settings cannot be used, in words for whoever wrote them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A layer is not what it should be. From a file, the reason shows the line.
    #[error("{name}: {reason}")]
    Unreadable { name: String, reason: String },
    #[error("`{0}` has no value, and default.toml has none either")]
    Missing(&'static str),
    #[error("`server.listen` is empty: name at least one address (--listen 127.0.0.1:8080)")]
    NowhereToListen,
    #[error("`tls.{given}` is set but `tls.{missing}` is not ({flag} FILE): https needs both")]
    HalfATlsPair {
        given: &'static str,
        missing: &'static str,
        flag: &'static str,
    },
    #[error("`{setting}` {rule}")]
    OutOfRange { setting: &'static str, rule: String },
}

/// A setting that `default.toml` gives a value.
fn present<T>(value: Option<T>, setting: &'static str) -> Result<T, ConfigError> {
    value.ok_or(ConfigError::Missing(setting))
}

fn some_address(listen: Vec<Listen>) -> Result<Vec<Listen>, ConfigError> {
    if listen.is_empty() {
        Err(ConfigError::NowhereToListen)
    } else {
        Ok(listen)
    }
}

#[cfg(test)]
mod tests;
