//! Where the server listens, and whose forwarding headers it trusts.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use ipnet::IpNet;
use serde::Deserialize;

/// A place to listen. Port 0 takes a free port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Listen {
    /// 127.0.0.1 and, where it exists, [::1], on the same port: `localhost` may mean either.
    Localhost(u16),
    /// One address.
    Address(SocketAddr),
}

impl Listen {
    /// The port asked for; 0 means any that is free.
    pub fn port(self) -> u16 {
        match self {
            Self::Localhost(port) => port,
            Self::Address(address) => address.port(),
        }
    }

    /// Whether only this machine can connect.
    pub fn is_loopback(self) -> bool {
        match self {
            Self::Localhost(_) => true,
            Self::Address(address) => address.ip().to_canonical().is_loopback(),
        }
    }
}

impl FromStr for Listen {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        if let Some(port) = text.strip_prefix("localhost:") {
            let digits = port.bytes().all(|byte| byte.is_ascii_digit()); // no `+80`
            return port
                .parse()
                .ok()
                .filter(|_| digits)
                .map(Self::Localhost)
                .ok_or(NotAnAddress);
        }
        text.parse().map(Self::Address).map_err(|_| NotAnAddress)
    }
}

impl TryFrom<String> for Listen {
    type Error = NotAnAddress;

    fn try_from(text: String) -> Result<Self, NotAnAddress> {
        text.parse()
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Localhost(port) => write!(f, "localhost:{port}"),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// The text names no address and port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an address and port, like localhost:8080, 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080")]
pub struct NotAnAddress;

/// A network in CIDR notation; a bare address is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network(IpNet);

impl Network {
    pub fn contains(self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(address.into()));
        }
        text.parse().map(Self).map_err(|_| NotANetwork)
    }
}

impl TryFrom<String> for Network {
    type Error = NotANetwork;

    fn try_from(text: String) -> Result<Self, NotANetwork> {
        text.parse()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The text is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a network in CIDR notation, like 10.0.0.0/8 or 192.168.1.7")]
pub struct NotANetwork;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written_the_same_way() {
        for text in [
            "localhost:8080",
            "localhost:0",
            "127.0.0.1:8080",
            "0.0.0.0:80",
            "[::1]:8080",
            "[::]:0",
        ] {
            assert_eq!(text.parse::<Listen>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_address_without_a_port_or_with_a_name_is_refused() {
        for text in [
            "",
            "8080",
            ":8080",
            "localhost",
            "localhost:",
            "localhost:+80",
            "localhost:70000",
            "127.0.0.1",
            "::1:8080",
            "example.com:80",
            "http://localhost:8080",
            "127.0.0.1:8080 ",
        ] {
            assert_eq!(text.parse::<Listen>(), Err(NotAnAddress), "{text}");
        }
    }

    #[test]
    fn only_loopback_addresses_keep_others_out() {
        let loopback = |text: &str| text.parse::<Listen>().unwrap().is_loopback();

        assert!(
            loopback("localhost:1")
                && loopback("127.0.0.2:1")
                && loopback("[::1]:1")
                && loopback("[::ffff:127.0.0.1]:1")
        );
        assert!(!loopback("0.0.0.0:1") && !loopback("[::]:1") && !loopback("192.168.0.1:1"));
    }

    #[test]
    fn a_network_contains_its_addresses_however_they_are_written() {
        let network: Network = "10.0.0.0/8".parse().unwrap();

        assert!(network.contains("10.1.2.3".parse().unwrap()));
        assert!(network.contains("::ffff:10.1.2.3".parse().unwrap()));
        assert!(!network.contains("11.0.0.1".parse().unwrap()));
        assert!(!network.contains("::1".parse().unwrap()));
        let alone: Network = "192.168.1.7".parse().unwrap();
        assert!(alone.contains("192.168.1.7".parse().unwrap()) && !alone.contains("192.168.1.8".parse().unwrap()));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0.0/33", "10.0.0/8", "anything", "10.0.0.1:80", "/8"] {
            assert_eq!(text.parse::<Network>(), Err(NotANetwork), "{text}");
        }
    }
}
