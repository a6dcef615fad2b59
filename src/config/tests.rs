//! Layers, rules between settings, and `default.toml` as the complete reference.

use super::*;

fn file_with(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new()
        .prefix("anteroom")
        .suffix(".toml")
        .tempfile()
        .unwrap();
    fs::write(file.path(), text).unwrap();
    file
}

fn load(text: &str) -> Result<Config, ConfigError> {
    Config::load(Some(file_with(text).path()), Settings::default())
}

/// The settings of each section, as the code knows them.
fn known_settings() -> Vec<(&'static str, &'static [&'static str])> {
    vec![
        ("server", ServerSettings::SETTINGS),
        ("database", DatabaseSettings::SETTINGS),
        ("tls", TlsSettings::SETTINGS),
        ("fetch", FetchSettings::SETTINGS),
        ("smtp", SmtpSettings::SETTINGS),
        ("limits", LimitSettings::SETTINGS),
        ("journal", JournalSettings::SETTINGS),
        ("log", LogSettings::SETTINGS),
    ]
}

/// `default.toml` with the settings behind a `#` switched on: lines of the form `# name = value`.
fn everything_switched_on() -> String {
    let is_setting = |line: &str| line.split_once(" = ").is_some_and(|(name, _)| !name.contains(' '));
    let lines = DEFAULTS.lines().map(|line| match line.strip_prefix("# ") {
        Some(setting) if is_setting(setting) => setting,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn default_toml_knows_every_setting_and_no_other() {
    let reference: toml::Table = everything_switched_on().parse().unwrap();

    for (section, settings) in known_settings() {
        let written: Vec<_> = reference[section]
            .as_table()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut known = settings.to_vec();
        known.sort_unstable();
        assert_eq!(written, known, "[{section}]");
    }
    assert_eq!(reference.len(), known_settings().len());
}

#[test]
fn the_examples_behind_a_hash_can_be_switched_on_as_they_stand() {
    let config = load(&everything_switched_on()).unwrap();

    assert_eq!(config.issuer.unwrap().as_str(), "https://login.example.test");
    assert!(config.tls.is_some() && config.secret_key_file.is_some());
}

#[test]
fn the_defaults_stand_alone() {
    let config = Config::load(None, Settings::default()).unwrap();

    assert_eq!(config.listen, [Listen::Localhost(8080)]);
    assert_eq!(config.issuer_on(8080).as_str(), "http://localhost:8080");
    assert_eq!(config.database, DatabaseUrl::SqliteFile("anteroom.db".into()));
    assert_eq!(config.seed, SeedSource::Demo);
    assert!(!config.allow_private_fetch && config.tls.is_none() && config.trusted_proxies.is_empty());
}

#[test]
fn the_file_wins_over_the_defaults_and_flags_win_over_the_file() {
    let file = file_with("[server]\nseed = \"none\"\nlisten = [\"127.0.0.1:9000\"]\n");
    let mut flags = Settings::default();
    flags.server.seed = Some(SeedSource::Walkthrough);

    let config = Config::load(Some(file.path()), flags).unwrap();

    assert_eq!(config.seed, SeedSource::Walkthrough);
    assert_eq!(config.listen, ["127.0.0.1:9000".parse().unwrap()]);
    assert_eq!(
        config.limits.max_body_bytes, 1_048_576,
        "what neither names stays as it was"
    );
}

#[test]
fn a_list_replaces_the_list_below_it() {
    let config = load("[server]\nallowed_hosts = [\"a.test\"]\n").unwrap();
    assert_eq!(config.allowed_hosts.len(), 1);

    let file = file_with("[server]\nallowed_hosts = [\"a.test\"]\n");
    let mut flags = Settings::default();
    flags.server.allowed_hosts = Some(vec!["b.test".parse().unwrap()]);
    let config = Config::load(Some(file.path()), flags).unwrap();
    assert_eq!(config.allowed_hosts, ["b.test".parse().unwrap()]);
}

#[test]
fn the_issuer_takes_scheme_and_port_from_the_listener_unless_it_is_given() {
    let tls = "[tls]\ncertificate = \"c.pem\"\nkey = \"k.pem\"\n";
    assert_eq!(load(tls).unwrap().issuer_on(8443).as_str(), "https://localhost:8443");

    let given = load("[server]\nissuer = \"http://anteroom:80\"\n");
    assert!(given.is_err(), "port 80 is the default and is not written");
    let given = load("[server]\nissuer = \"https://anteroom.test\"\n").unwrap();
    assert_eq!(
        given.issuer_on(8080).as_str(),
        "https://anteroom.test",
        "a proxy may speak https for us"
    );
}

#[test]
fn a_misspelled_setting_is_shown_with_its_line_and_the_settings_there_are() {
    let error = load("[server]\nseed = \"demo\"\nlisen = [\"localhost:1\"]\n")
        .unwrap_err()
        .to_string();

    assert!(error.contains(".toml: "), "{error}");
    assert!(error.contains("line 3"), "{error}");
    assert!(error.contains("lisen = [\"localhost:1\"]"), "{error}");
    assert!(error.contains("expected one of `listen`"), "{error}");
}

#[test]
fn an_unknown_section_is_refused() {
    let error = load("[sever]\nseed = \"demo\"\n").unwrap_err().to_string();

    assert!(
        error.contains("line 1") && error.contains("unknown field `sever`"),
        "{error}"
    );
}

#[test]
fn a_value_that_is_wrong_by_itself_is_shown_with_its_line() {
    for (text, reason) in [
        (
            "[server]\nissuer = \"http://localhost:8080/x\"\n",
            "must not have a path",
        ),
        ("[server]\nlisten = [\"8080\"]\n", "not an address and port"),
        ("[server]\ntrusted_proxies = [\"10.0.0.0/99\"]\n", "CIDR"),
        ("[server]\nallowed_hosts = [\"http://a.test\"]\n", "not a host"),
        ("[database]\nurl = \"mysql://x\"\n", "unsupported database URL"),
        ("[limits]\nrequest_timeout = \"soon\"\n", "line 2"),
        ("[limits]\nmax_body_bytes = -1\n", "line 2"),
        ("[log]\nformat = \"xml\"\n", "expected `text` or `json`"),
        ("[log]\nfilter = \"a=b=c\"\n", "not a log filter"),
        ("[fetch]\nallow_private = \"yes\"\n", "expected a boolean"),
    ] {
        let error = load(text).unwrap_err().to_string();
        assert!(error.contains(reason) && error.contains("line 2"), "{text}\n{error}");
    }
}

#[test]
fn broken_toml_and_a_missing_file_are_named() {
    let error = load("[server\n").unwrap_err().to_string();
    assert!(error.contains("line 1"), "{error}");

    let error = Config::load(Some(Path::new("/nowhere.toml")), Settings::default())
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("/nowhere.toml: "), "{error}");
}

#[test]
fn rules_between_settings_name_what_is_missing() {
    for (text, reason) in [
        ("[tls]\ncertificate = \"c.pem\"\n", "`tls.key` is not (--tls-key FILE)"),
        ("[tls]\nkey = \"k.pem\"\n", "`tls.certificate` is not (--tls-cert FILE)"),
        ("[server]\nlisten = []\n", "at least one address"),
        ("[server]\nstaging = true\n", "unknown field `staging`"),
        (
            "[limits]\nmax_header_bytes = 8191\n",
            "`limits.max_header_bytes` is 8191",
        ),
        ("[limits]\ndrain_timeout = \"0s\"\n", "`limits.drain_timeout` must be"),
        (
            "[limits]\nheader_timeout = \"-5s\"\n",
            "`limits.header_timeout` must be",
        ),
        (
            "[limits]\nrequest_timeout = \"48h\"\n",
            "`limits.request_timeout` must be",
        ),
    ] {
        let error = load(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}\n{error}");
    }
}

#[test]
fn a_seed_is_one_of_three_names_or_a_file() {
    let seed = |text: &str| text.parse::<SeedSource>().unwrap();

    assert_eq!(seed("none"), SeedSource::None);
    assert_eq!(seed("./demo"), SeedSource::File("./demo".into()));
    assert_eq!(seed("Demo"), SeedSource::File("Demo".into()));
}
