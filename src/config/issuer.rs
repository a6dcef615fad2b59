//! The issuer: the one origin under which clients and browsers know this server (RFC 8414 §2), and the names of hosts.
//!
//! A realm's issuer is this one, or this one with `/realms/{realm}` behind it; so the configured one has no path.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

use serde::Deserialize;
use url::{Host, Url};

/// `scheme://host[:port]`, spelled the one way a URL parser spells it: clients compare issuers as text (OIDC Core
/// §3.1.3.7).
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Issuer {
    text: String,
    https: bool,
    host: Host<String>,
    port: u16,
}

impl Issuer {
    /// `http(s)://localhost:<port>`.
    pub fn localhost(https: bool, port: u16) -> Self {
        let (scheme, usual_port) = if https { ("https", 443) } else { ("http", 80) };
        let host = Host::Domain("localhost".to_owned());
        let text = if port == usual_port {
            format!("{scheme}://localhost")
        } else {
            format!("{scheme}://localhost:{port}")
        };
        Self {
            text,
            https,
            host,
            port,
        }
    }

    /// The origin as text, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether browsers reach us over TLS; decides about `Secure` and `__Host-` cookies.
    pub fn is_https(&self) -> bool {
        self.https
    }

    pub fn host(&self) -> HostName {
        HostName(self.host.clone())
    }

    /// The port, the scheme's usual one where none is written.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether nobody outside can reach this issuer: loopback, a single label (`http://anteroom:8080` in a compose
    /// file),
    /// `.localhost`, `.test` (RFC 6761) or a private address. Only such issuers may use the public keys in `keys/`.
    pub fn is_local(&self) -> bool {
        self.host().is_local()
    }
}

impl FromStr for Issuer {
    type Err = IssuerError;

    fn from_str(text: &str) -> Result<Self, IssuerError> {
        let url = Url::parse(text).map_err(IssuerError::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(IssuerError::OtherScheme(url.scheme().to_owned()));
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(IssuerError::OtherScheme(url.scheme().to_owned()));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(IssuerError::UserInfo);
        }
        if url.path() != "/" {
            return Err(IssuerError::Path(url.path().to_owned()));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(IssuerError::QueryOrFragment);
        }
        if port == 0 {
            return Err(IssuerError::PortZero);
        }
        let origin = url.origin().ascii_serialization();
        if origin != text {
            return Err(IssuerError::OtherSpelling(origin));
        }
        Ok(Self {
            https: url.scheme() == "https",
            host: host.to_owned(),
            port,
            text: origin,
        })
    }
}

impl TryFrom<String> for Issuer {
    type Error = IssuerError;

    fn try_from(text: String) -> Result<Self, IssuerError> {
        text.parse()
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Issuer({})", self.text)
    }
}

/// Why a text is no issuer, and what would be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    #[error("not a URL ({0}); an issuer looks like https://login.example.test or http://localhost:8080")]
    NotAUrl(url::ParseError),
    #[error("an issuer begins with http:// or https://, not with {0}:")]
    OtherScheme(String),
    #[error("an issuer must not contain a user name or password")]
    UserInfo,
    #[error("an issuer must not have a path, and this one has {0}: paths are used for realms")]
    Path(String),
    #[error("an issuer must not contain ? or # (RFC 8414 §2)")]
    QueryOrFragment,
    #[error("an issuer cannot have port 0; leave the issuer out, and it gets the port that the system chooses")]
    PortZero,
    #[error("write it exactly as {0}: clients compare issuers as text")]
    OtherSpelling(String),
}

/// A host as it stands in `Host` headers and URLs, without its port; lower case, IPv6 in brackets.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct HostName(Host<String>);

impl HostName {
    /// Whether this is the machine itself: `localhost`, a name below it, 127.0.0.0/8 or `[::1]`.
    pub fn is_loopback(&self) -> bool {
        match &self.0 {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.to_canonical().is_loopback(),
        }
    }

    /// See [`Issuer::is_local`].
    pub fn is_local(&self) -> bool {
        match &self.0 {
            Host::Domain(name) => !name.contains('.') || name.ends_with(".localhost") || name.ends_with(".test"),
            Host::Ipv4(address) => is_private(IpAddr::V4(*address)),
            Host::Ipv6(address) => is_private(address.to_canonical()),
        }
    }
}

/// Loopback, private (RFC 1918), unique local (RFC 4193) and link-local addresses.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6 == Ipv6Addr::LOCALHOST || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

impl FromStr for HostName {
    type Err = NotAHost;

    /// Takes IPv6 addresses with and without brackets.
    fn from_str(text: &str) -> Result<Self, NotAHost> {
        if let Ok(address) = text.parse::<Ipv6Addr>() {
            return Ok(Self(Host::Ipv6(address)));
        }
        Host::parse(text).map(Self).map_err(|_| NotAHost)
    }
}

impl TryFrom<String> for HostName {
    type Error = NotAHost;

    fn try_from(text: String) -> Result<Self, NotAHost> {
        text.parse()
    }
}

impl From<IpAddr> for HostName {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self(Host::Ipv4(v4)),
            IpAddr::V6(v6) => Self(Host::Ipv6(v6)),
        }
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The text is no name or address of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a host: a name or an address without scheme, port and path is expected, like anteroom.test")]
pub struct NotAHost;

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(text: &str) -> Issuer {
        text.parse().unwrap()
    }

    #[test]
    fn an_issuer_is_an_origin() {
        for text in [
            "http://localhost:8080",
            "https://login.example.test",
            "https://login.example.com:8443",
            "http://127.0.0.1:9000",
            "http://[::1]:8080",
            "https://xn--mller-kva.example",
        ] {
            assert_eq!(issuer(text).as_str(), text);
        }
        assert!(issuer("https://a.test").is_https());
        assert!(!issuer("http://a.test").is_https());
        assert_eq!(issuer("https://a.test").port(), 443);
        assert_eq!(issuer("http://[::1]:8080").host().to_string(), "[::1]");
    }

    #[test]
    fn the_issuer_of_the_listening_port_reads_as_any_other() {
        for (https, port) in [(false, 8080), (true, 8443), (false, 80), (true, 443), (false, 443)] {
            let made = Issuer::localhost(https, port);
            assert_eq!(made, issuer(made.as_str()));
            assert_eq!(made.port(), port);
        }
    }

    #[test]
    fn whatever_is_more_than_an_origin_is_refused_with_its_reason() {
        let refused = |text: &str| text.parse::<Issuer>().unwrap_err();

        assert_eq!(
            refused("http://localhost:8080/oauth"),
            IssuerError::Path("/oauth".into())
        );
        assert_eq!(refused("http://localhost:8080//"), IssuerError::Path("//".into()));
        assert_eq!(refused("http://localhost?x=1"), IssuerError::QueryOrFragment);
        assert_eq!(refused("http://localhost/#"), IssuerError::QueryOrFragment);
        assert_eq!(refused("http://anne@localhost"), IssuerError::UserInfo);
        assert_eq!(refused("http://:secret@localhost"), IssuerError::UserInfo);
        assert_eq!(refused("ftp://localhost"), IssuerError::OtherScheme("ftp".into()));
        assert_eq!(refused("localhost:8080"), IssuerError::OtherScheme("localhost".into()));
        assert_eq!(refused("http://localhost:0"), IssuerError::PortZero);
        for text in [
            "",
            "localhost",
            "http://",
            "//localhost",
            "http://local host",
            "http://localhost:99999",
        ] {
            assert!(matches!(refused(text), IssuerError::NotAUrl(_)), "{text}");
        }
    }

    #[test]
    fn another_spelling_of_the_same_origin_is_refused_and_the_right_one_shown() {
        for (text, right) in [
            ("http://localhost:8080/", "http://localhost:8080"),
            ("http://LOCALHOST:8080", "http://localhost:8080"),
            ("HTTP://localhost:8080", "http://localhost:8080"),
            ("https://localhost:443", "https://localhost"),
            (" http://localhost", "http://localhost"),
            ("http:\\\\localhost", "http://localhost"),
            ("http://0x7f.1", "http://127.0.0.1"),
            ("https://müller.example", "https://xn--mller-kva.example"),
        ] {
            assert_eq!(
                text.parse::<Issuer>(),
                Err(IssuerError::OtherSpelling(right.into())),
                "{text}"
            );
        }
    }

    #[test]
    fn shipped_keys_are_for_hosts_that_cannot_be_reached_from_outside() {
        for local in [
            "http://localhost:8080",
            "http://anteroom:8080",
            "http://a.b.localhost",
            "https://portal.test",
            "http://127.0.0.1",
            "http://127.8.9.10",
            "http://10.1.2.3",
            "http://172.16.0.1",
            "http://192.168.178.20",
            "http://169.254.1.1",
            "http://[::1]",
            "http://[fd00::1]",
            "http://[fe80::1]",
            "http://[::ffff:c0a8:1]", // 192.168.0.1
        ] {
            assert!(issuer(local).is_local(), "{local}");
        }
        for public in [
            "https://example.com",
            "https://localhost.example.com",
            "https://test.example",
            "https://mytest.org",
            "https://localhost.", // a name with a dot, whatever a resolver makes of it
            "http://8.8.8.8",
            "http://172.32.0.1",
            "http://100.64.0.1",
            "http://0.0.0.0",
            "http://[2001:db8::1]",
            "http://[::]",
            "http://[::ffff:808:808]", // 8.8.8.8
        ] {
            assert!(!issuer(public).is_local(), "{public}");
        }
    }

    #[test]
    fn loopback_is_narrower_than_local() {
        let loopback = |text: &str| text.parse::<HostName>().unwrap().is_loopback();

        assert!(loopback("localhost") && loopback("a.localhost") && loopback("127.0.0.1") && loopback("::1"));
        assert!(loopback("[::1]") && loopback("LocalHost") && loopback("::ffff:127.0.0.1"));
        assert!(!loopback("anteroom") && !loopback("10.0.0.1") && !loopback("portal.test") && !loopback("fd00::1"));
        assert!(!loopback("notlocalhost") && !loopback("localhost.example.com"));
    }

    #[test]
    fn a_host_name_has_neither_port_nor_scheme() {
        for text in [
            "",
            "localhost:8080",
            "http://localhost",
            "a/b",
            "a b",
            "[::1]:80",
            "[::1",
        ] {
            assert_eq!(text.parse::<HostName>(), Err(NotAHost), "{text}");
        }
    }
}
