//! The flags, each with its environment variable, and the layer of settings they make.

use std::path::PathBuf;

use clap::{Args, builder::BoolishValueParser};

use crate::config::{
    Config, ConfigError, DatabaseUrl, HostName, Issuer, Listen, LogFilter, LogFormat, Network, SeedSource, Sender,
    Settings, SmtpUrl,
};

/// Where the settings come from and where the data is: what every command needs.
#[derive(Args, Clone, Debug, Default)]
pub struct DataFlags {
    /// Settings in TOML; `anteroom config default` prints them all. Environment and flags win over the file
    #[arg(long, value_name = "FILE", env = "ANTEROOM_CONFIG")]
    pub config: Option<PathBuf>,

    /// sqlite:FILE, sqlite::memory: (a private file, deleted at the end) or postgres://… [default: sqlite:anteroom.db]
    // Hidden, since it may hold a password.
    #[arg(long, value_name = "URL", env = "ANTEROOM_DATABASE", hide_env_values = true)]
    pub database: Option<DatabaseUrl>,

    /// Keys that seal what the database must not hold in the clear [default: a file beside the database]
    #[arg(long, value_name = "FILE", env = "ANTEROOM_SECRET_KEY_FILE")]
    pub secret_key_file: Option<PathBuf>,

    /// What goes to standard error: a level, or levels by module, like info,sqlx=debug [default: info]
    #[arg(long, value_name = "FILTER", env = "ANTEROOM_LOG")]
    pub log: Option<LogFilter>,

    /// How it is written: text for people, json for machines [default: text]
    #[arg(long, value_name = "FORMAT", env = "ANTEROOM_LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,
}

/// The flags of `anteroom serve`.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeFlags {
    /// Where to listen; may be repeated. Port 0 takes a free one [default: localhost:8080, that is 127.0.0.1 and [::1]]
    #[arg(long, value_name = "ADDRESS:PORT", env = "ANTEROOM_LISTEN", value_delimiter = ',')]
    listen: Vec<Listen>,

    /// The port to listen on at localhost, 0 for a free one: short for --listen localhost:PORT
    #[arg(long, value_name = "PORT", env = "ANTEROOM_PORT", conflicts_with = "listen", value_parser = port)]
    port: Option<u16>,

    /// The origin clients and browsers use, without path or slash at the end [default: http(s)://localhost:PORT]
    #[arg(long, value_name = "URL", env = "ANTEROOM_ISSUER")]
    issuer: Option<Issuer>,

    #[command(flatten)]
    data: DataFlags,

    /// What an empty database is filled with: demo, walkthrough, none or a file [default: demo]
    #[arg(long, value_name = "SEED", env = "ANTEROOM_SEED")]
    seed: Option<SeedSource>,

    /// Certificate chain, PEM: speak https, HTTP/1.1 and 2
    #[arg(long, value_name = "FILE", env = "ANTEROOM_TLS_CERT")]
    tls_cert: Option<PathBuf>,

    /// The certificate's private key, PEM
    #[arg(long, value_name = "FILE", env = "ANTEROOM_TLS_KEY")]
    tls_key: Option<PathBuf>,

    /// An additional certificate authority to trust in outgoing requests, PEM; may be repeated
    #[arg(long, value_name = "FILE", env = "ANTEROOM_TRUST_CA", value_delimiter = ',')]
    trust_ca: Vec<PathBuf>,

    /// Let addresses that others supply lead into private networks and to this machine
    #[arg(
        long,
        env = "ANTEROOM_ALLOW_PRIVATE_FETCH",
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        hide_possible_values = true,
        value_parser = BoolishValueParser::new(),
    )]
    allow_private_fetch: Option<bool>,

    /// Record every exchange, without its secrets, for the control API [default: true]
    #[arg(
        long,
        env = "ANTEROOM_JOURNAL",
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        hide_possible_values = true,
        value_parser = BoolishValueParser::new(),
    )]
    journal: Option<bool>,

    /// Send messages through this mail server: smtp://localhost:1025, smtp://user@host?tls=required, smtps://user@host
    // Hidden, since it may hold a password.
    #[arg(long, value_name = "URL", env = "ANTEROOM_SMTP", hide_env_values = true)]
    smtp: Option<SmtpUrl>,

    /// In whose name messages are sent [default: Anteroom <anteroom@localhost>]
    #[arg(long, value_name = "SENDER", env = "ANTEROOM_SMTP_FROM")]
    smtp_from: Option<Sender>,

    /// Holds the mail server's password
    #[arg(long, value_name = "FILE", env = "ANTEROOM_SMTP_PASSWORD_FILE")]
    smtp_password_file: Option<PathBuf>,

    /// A further name under which the control API may be reached; may be repeated
    #[arg(long, value_name = "NAME", env = "ANTEROOM_ALLOWED_HOST", value_delimiter = ',')]
    allowed_host: Vec<HostName>,

    /// A network whose X-Forwarded-For is trusted, for the log; may be repeated
    #[arg(long, value_name = "CIDR", env = "ANTEROOM_TRUSTED_PROXY", value_delimiter = ',')]
    trusted_proxy: Vec<Network>,
}

impl DataFlags {
    /// The settings under these flags, over file and defaults.
    pub fn load(self) -> Result<Config, ConfigError> {
        ServeFlags {
            data: self,
            ..ServeFlags::default()
        }
        .load()
    }
}

impl ServeFlags {
    /// The same flags with the settings of `file`, if there is one.
    pub fn or_from(mut self, file: Option<PathBuf>) -> Self {
        self.data.config = file.or(self.data.config);
        self
    }

    /// The same flags for a server that lives as long as a command: in memory, on a free port, and quiet, unless they say
    /// otherwise.
    pub fn for_a_command(mut self) -> Self {
        if self.listen.is_empty() && self.port.is_none() {
            self.port = Some(0);
        }
        let data = &mut self.data;
        data.database = data.database.take().or(Some(DatabaseUrl::SqlitePrivate));
        data.log = data.log.take().or_else(|| "warn".parse().ok());
        self
    }

    /// The settings under these flags, over file and defaults.
    pub fn load(self) -> Result<Config, ConfigError> {
        let file = self.data.config.clone();
        Config::load(file.as_deref(), self.layer())
    }

    /// What the flags say, as a layer; a list that was not given says nothing.
    fn layer(self) -> Settings {
        let mut layer = Settings::default();
        let port = self.port.map(|port| vec![Listen::Localhost(port)]);
        layer.server.listen = port.or(given(self.listen));
        layer.server.issuer = self.issuer;
        layer.server.allowed_hosts = given(self.allowed_host);
        layer.server.trusted_proxies = given(self.trusted_proxy);
        layer.server.seed = self.seed;
        layer.database.url = self.data.database;
        layer.database.secret_key_file = self.data.secret_key_file;
        layer.tls.certificate = self.tls_cert;
        layer.tls.key = self.tls_key;
        layer.fetch.trust_ca = given(self.trust_ca);
        layer.fetch.allow_private = self.allow_private_fetch;
        layer.journal.enabled = self.journal;
        layer.smtp.url = self.smtp;
        layer.smtp.from = self.smtp_from;
        layer.smtp.password_file = self.smtp_password_file;
        layer.log.filter = self.data.log;
        layer.log.format = self.data.log_format;
        layer
    }
}

fn port(text: &str) -> Result<u16, &'static str> {
    text.parse().map_err(|_| "a port is a number from 0 to 65535")
}

fn given<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

impl clap::ValueEnum for LogFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Text, Self::Json]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(match self {
            Self::Text => "text",
            Self::Json => "json",
        }))
    }
}
